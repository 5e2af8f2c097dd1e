import { expect, it } from 'vitest';
import { KeyPool } from '../../core/index.ts';
import { OvhApiClient } from '../../lab/clients/ovh.ts';
import { VcenterClient } from '../../lab/clients/vcenter.ts';
import { ControlApi } from '../../lab/control/control-api.ts';
import { createLab } from '../../lab/index.ts';
import { ControlledLab, refusal } from './control-lab.ts';

const controlled = new ControlledLab();

interface Journal {
  entries: { seq: number; event: string; level: string; plane: string }[];
  more: boolean;
  dropped: number;
}

it('tells the seed and the time of the clock', async () => {
  expect(await controlled.get('/health')).toEqual({
    status: 'ok',
    seed: 'control',
    time: expect.stringMatching(/^\d{4}-.*Z$/),
  });
  expect(await controlled.get('/clock')).toEqual({ mode: 'real', time: expect.stringMatching(/Z$/) });
});

it('is ready when the lab is, and until then answers what needs no lab', async () => {
  const lab = createLab({ ports: 'auto', keys: new KeyPool() });
  const control = new ControlApi(lab, { host: '127.0.0.1', port: 0 });
  await control.start();
  try {
    const status = async (path: string) => (await fetch(`${control.url}${path}`)).status;
    expect(await Promise.all(['/health', '/ready', '/journal', '/state', '/pki/ca.pem'].map(status))).toEqual([
      200, 503, 200, 503, 503,
    ]);
    control.announceReady('/somewhere/ready.json');
    expect(await (await fetch(`${control.url}/ready`)).json()).toEqual({ ready: true, file: '/somewhere/ready.json' });
  } finally {
    await control.stop();
  }
});

it('gives the timeline piece by piece, and by plane, event and level', async () => {
  const { entries, dropped, more } = await controlled.get<Journal>('/journal');
  expect([dropped, more]).toEqual([0, false]);
  expect(entries.map(({ event }) => event)).toContain('kmip.listening');
  expect((await controlled.get<Journal>(`/journal?after=${entries.at(-1)?.seq}`)).entries).toEqual([]);
  expect(await controlled.get<Journal>('/journal?limit=1')).toMatchObject({ entries: [{ seq: 1 }], more: true });
  const { journal } = controlled.lab.runtime;
  journal.record({ plane: 'gateway', event: 'gateway.test', level: 'debug', text: 'one' });
  journal.record({ plane: 'gateway', event: 'gateway.test.more', level: 'warn', text: 'two' });
  const texts = async (query: string) =>
    (await controlled.get<{ entries: { text: string }[] }>(`/journal?${query}`)).entries.map(({ text }) => text);
  expect(await texts('plane=gateway')).toEqual(['one', 'two']);
  expect(await texts('plane=gateway&level=info')).toEqual(['two']);
  expect(await texts('event=gateway.test')).toEqual(['one']);
  expect(await texts('event=gateway.*&level=warn')).toEqual(['two']);
  expect(await texts('event=gatewaytest*')).toEqual([]);
});

it('finds entries with the patterns of scenarios', async () => {
  const match = { event: { matches: '^kmip\\.' }, 'data.port': controlled.lab.kms().port };
  expect((await controlled.call('POST', '/journal/query', { match })).json).toMatchObject({
    entries: [{ event: 'kmip.listening' }],
    more: false,
  });
  expect(await controlled.call('POST', '/journal/query', { match: { text: { matches: '(' } } })).toMatchObject(
    refusal(400, 'ERR_OPTION', expect.stringContaining('regular expression')),
  );
});

it('shows the key servers with the fingerprints of their certificates', async () => {
  const { lab } = controlled;
  const [kms] = await controlled.get<{ certificate: { sha1: string } }[]>('/kms');
  expect(kms).toMatchObject({ name: 'kms-1', address: '127.0.0.1', port: lab.kms().port, objects: [] });
  expect(kms?.certificate.sha1).toBe(lab.kms().certificate.sha1);
});

it('the default world has virtual machines to try the guide on', async () => {
  const { lab } = controlled;
  const client = new VcenterClient({ ...lab.access().vcenter, ca: lab.pki.ca.certificatePem });
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
    ['/control-client.js', 'text/javascript'],
    ['/style.css', 'text/css'],
  ]) {
    const { status, headers, text } = await controlled.call('GET', path as string);
    expect([status, headers.get('content-type')]).toEqual([200, expect.stringContaining(type as string)]);
    expect(text.length).toBeGreaterThan(100);
  }
});

it('a second lab in the same process has its own ports, certificates and journal', async () => {
  const second = createLab({ ports: 'auto', keys: new KeyPool(), seed: 'second' });
  await second.start();
  try {
    const { lab } = controlled;
    expect(second.kms().port).not.toBe(lab.kms().port);
    expect(second.kms().certificate.sha256).not.toBe(lab.kms().certificate.sha256);
    expect(second.runtime.journal).not.toBe(lab.runtime.journal);
  } finally {
    await second.stop();
  }
});

it("shows OVHcloud's tasks and takes a hand in them; what they did is counted", async () => {
  const { lab } = controlled;
  const { serviceName } = lab;
  const ovh = new OvhApiClient({ ...lab.access().ovh, ca: lab.pki.ca.certificatePem });
  const { address: ip, certificate } = lab.kms();
  const parameters = { ip, sslThumbprint: certificate.sha1 };
  const answer = await ovh.call('POST', `/dedicatedCloud/${serviceName}/vmEncryption/kms`, parameters);
  ovh.close();
  const [task] = await controlled.get<{ taskId: number }[]>('/ovh/tasks');
  expect(answer).toMatchObject({ body: { taskId: task?.taskId } });
  const { taskId } = task!;
  const steer = (body: unknown, id: number | string = taskId) => controlled.call('POST', `/ovh/tasks/${id}`, body);
  expect(await steer({ action: 'fix', description: 'One moment' })).toMatchObject({
    status: 200,
    json: { taskId, serviceName, state: 'fixing', description: 'One moment' },
  });
  expect(await steer({ action: 'fail', description: 'No' })).toMatchObject({ json: { state: 'error' } });
  expect(await steer({ action: 'advance' })).toMatchObject(
    refusal(409, 'ERR_CONFLICT', `the task ${taskId} is in state error, it does not advance`),
  );
  expect(await steer({ action: 'advance' }, 1)).toMatchObject(refusal(404, 'ERR_NOTHING_FOUND', 'there is no task 1'));
  expect(await steer({ action: 'advance' }, 'one')).toMatchObject(
    refusal(400, 'ERR_OPTION', 'path.taskId: expected a whole number'),
  );
  expect(await steer({ action: 'explode' })).toMatchObject(refusal(400, 'ERR_OPTION'));
  expect(await steer('advance')).toMatchObject(refusal(400, 'ERR_OPTION'));
  const lines = (await controlled.call('GET', '/metrics')).text.split('\n');
  expect(lines).toContain(
    'keyrig_ovh_calls_total{method="POST",route="/dedicatedCloud/{serviceName}/vmEncryption/kms",status="200"} 1',
  );
  expect(lines).toContain(`keyrig_ovh_tasks_total{name="${(task as { name?: string }).name}",state="error"} 1`);
});

it('tells the state of all planes, and no secret', async () => {
  const { lab } = controlled;
  const state = await controlled.get<{ vcenter: { vms: object[] } }>('/state');
  const { vcenter, ovh } = lab.access();
  expect(state).toMatchObject({
    seed: 'control',
    clock: { mode: 'real' },
    kms: [{ name: 'kms-1', port: lab.kms().port }],
    vcenter: {
      url: `https://127.0.0.1:${vcenter.port}/sdk`,
      hosts: [{ name: 'esxi-1.lab', cryptoState: 'incapable' }, {}],
    },
    ovh: {
      url: `https://127.0.0.1:${ovh.port}/1.0`,
      services: [{ serviceName: lab.serviceName, vmEncryption: expect.any(String) }],
    },
  });
  expect(state.vcenter.vms).toContainEqual(
    expect.objectContaining({ name: 'db-1', encrypted: false, cryptoState: null, keyId: null }),
  );
  const text = JSON.stringify(state);
  for (const secret of [vcenter.password, ovh.applicationSecret, ovh.consumerKey, ovh.password, 'PRIVATE KEY']) {
    expect(text).not.toContain(secret);
  }
});

it('gives the certificates away, the private key only to who shows a token', async () => {
  const { lab } = controlled;
  expect((await controlled.call('GET', '/pki/ca.pem')).text).toBe(lab.pki.ca.certificatePem);
  expect((await controlled.call('GET', '/pki/client.pem')).text).toBe(
    lab.clientIdentities.get('vcenter')?.certificatePem,
  );
  expect(await controlled.call('GET', '/pki/client-key.pem')).toMatchObject(refusal(403, 'ERR_FORBIDDEN'));
});

it('refuses what is no request of its own in one form', async () => {
  expect(await controlled.call('GET', '/nowhere')).toMatchObject(refusal(404, 'ERR_NOTHING_FOUND'));
  const wrongMethod = await controlled.call('DELETE', '/journal');
  expect(wrongMethod).toMatchObject(refusal(405, 'ERR_OPTION', '/journal knows GET only'));
  expect(wrongMethod.headers.get('allow')).toBe('GET');
  expect(await controlled.call('GET', '/journal?limit=many')).toMatchObject(
    refusal(400, 'ERR_OPTION', 'query.limit: expected a whole number'),
  );
  expect(await controlled.call('GET', '/journal?plan=kmip')).toMatchObject(refusal(400, 'ERR_OPTION'));
  const send = async (body: string, type = 'application/json') => {
    const answer = await fetch(`${controlled.control.url}/journal/query`, {
      method: 'POST',
      headers: { 'content-type': type },
      body,
    });
    return { status: answer.status, json: await answer.json() };
  };
  expect(await send('{')).toEqual(refusal(400, 'ERR_OPTION', expect.stringContaining('is not JSON')));
  expect(await send('match=1', 'application/x-www-form-urlencoded')).toEqual(refusal(415, 'ERR_OPTION'));
  expect(await send(JSON.stringify({ match: 'x'.repeat(1024 * 1024) }))).toEqual(refusal(413, 'ERR_OPTION'));
  expect(await send(`{"match":${'['.repeat(10_000)}${']'.repeat(10_000)}}`)).toEqual(
    refusal(400, 'ERR_OPTION', 'the body is nested more than 64 deep'),
  );
});

it('a real clock is not advanced', async () => {
  expect(await controlled.call('POST', '/clock/advance', { by: '1s' })).toMatchObject(
    refusal(409, 'ERR_CONFLICT', 'the clock is real: only a manual one is advanced (--clock manual)'),
  );
});
