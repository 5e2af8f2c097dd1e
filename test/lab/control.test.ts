import { afterAll, beforeAll, expect, it } from 'vitest';
import { KeyPool } from '../../core/index.ts';
import { OvhApiClient } from '../../lab/clients/ovh.ts';
import { VcenterClient } from '../../lab/clients/vcenter.ts';
import { ControlApi } from '../../lab/control.ts';
import { createLab, type Lab } from '../../lab/index.ts';
import { defaultWorld } from '../../lab/world/default.ts';

const keys = new KeyPool();
let lab: Lab;
let control: ControlApi;

beforeAll(async () => {
  lab = createLab({ world: defaultWorld, ports: 'auto', keys, seed: 'control' });
  control = new ControlApi(lab, { host: '127.0.0.1', port: 0 });
  await Promise.all([lab.start(), control.start()]);
});
afterAll(() => Promise.all([lab.stop(), control.stop()]));

interface Journal {
  entries: { seq: number; event: string }[];
  dropped: number;
}

async function read<T = object>(path: string): Promise<T> {
  return (await fetch(`${control.url}${path}`)).json() as Promise<T>;
}

it('tells the seed and the time of the clock', async () => {
  expect(await read('/health')).toMatchObject({ status: 'ok', seed: 'control', time: expect.stringMatching(/Z$/) });
});

it('tells where the ready line is once the lab is ready', async () => {
  expect((await fetch(`${control.url}/ready`)).status).toBe(503);
  control.readyFile = '/somewhere/ready.json';
  expect(await read('/ready')).toEqual({ file: '/somewhere/ready.json' });
});

it('gives the timeline piece by piece', async () => {
  const { entries, dropped } = await read<Journal>('/journal');
  expect(dropped).toBe(0);
  expect(entries.map(({ event }) => event)).toContain('kmip.listening');
  expect((await read<Journal>(`/journal?after=${entries.at(-1)?.seq}`)).entries).toEqual([]);
  expect((await read<Journal>('/journal?limit=1')).entries).toHaveLength(1);
});

it('shows the key servers with the fingerprints of their certificates', async () => {
  const [kms] = await read<{ certificate: { sha1: string } }[]>('/kms');
  expect(kms).toMatchObject({ name: 'kms-1', address: '127.0.0.1', port: lab.kms().port, objects: [] });
  expect(kms?.certificate.sha1).toBe(lab.kms().certificate.sha1);
});

it('the default world has virtual machines to try the guide on', async () => {
  const ca = lab.pki.ca.certificatePem;
  const client = new VcenterClient({ ...lab.access().vcenter, ca });
  const vm = await client.virtualMachine('db-1');
  client.close();
  expect(vm).toMatchObject({
    hardwareVersion: 'vmx-13',
    encrypted: false,
    disks: [{ label: 'Hard disk 1' }, { label: 'Hard disk 2' }],
  });
});

it('serves the dashboard', async () => {
  for (const [path, type] of [
    ['/', 'text/html'],
    ['/dashboard.js', 'text/javascript'],
    ['/style.css', 'text/css'],
  ]) {
    const response = await fetch(`${control.url}${path}`);
    expect([response.status, response.headers.get('content-type')]).toEqual([
      200,
      expect.stringContaining(type as string),
    ]);
    expect((await response.text()).length).toBeGreaterThan(100);
  }
});

it('a second lab in the same process has its own ports, certificates and journal', async () => {
  const second = createLab({ ports: 'auto', keys, seed: 'second' });
  await second.start();
  try {
    expect(second.kms().port).not.toBe(lab.kms().port);
    expect(second.kms().certificate.sha256).not.toBe(lab.kms().certificate.sha256);
    expect(second.runtime.journal).not.toBe(lab.runtime.journal);
  } finally {
    await second.stop();
  }
});

async function steer(taskId: number, body: unknown): Promise<{ status: number; json: object }> {
  const answer = await fetch(`${control.url}/ovh/tasks/${taskId}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: answer.status, json: (await answer.json()) as object };
}

it("shows OVHcloud's tasks and takes a hand in them", async () => {
  const { serviceName } = lab;
  const ovh = new OvhApiClient({ ...lab.access().ovh, ca: lab.pki.ca.certificatePem });
  const { address: ip, certificate } = lab.kms();
  const parameters = { ip, sslThumbprint: certificate.sha1 };
  const answer = await ovh.call('POST', `/dedicatedCloud/${serviceName}/vmEncryption/kms`, parameters);
  ovh.close();
  const [task] = await read<{ taskId: number }[]>('/ovh/tasks');
  expect(answer).toMatchObject({ body: { taskId: task?.taskId } });
  const { taskId } = task!;
  expect(await steer(taskId, { action: 'fix', description: 'One moment' })).toMatchObject({
    status: 200,
    json: { taskId, serviceName, state: 'fixing', description: 'One moment' },
  });
  expect(await steer(taskId, { action: 'fail', description: 'No' })).toMatchObject({ json: { state: 'error' } });
  expect(await steer(taskId, { action: 'advance' })).toEqual({
    status: 409,
    json: { message: `the task ${taskId} is in state error, it does not advance` },
  });
  expect((await steer(1, { action: 'advance' })).status).toBe(409);
  expect((await steer(taskId, { action: 'explode' })).status).toBe(400);
  expect((await steer(taskId, 'advance')).status).toBe(400);
});
