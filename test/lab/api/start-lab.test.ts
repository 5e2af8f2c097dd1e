import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { type RunningLab, type StartLabOptions, StepFailure, startLab } from '../../../lab/index.ts';
import { run as runProgram } from '../../interop/lab-process.ts';

const world = {
  gateway: 'open',
  vcenter: { vms: [{ name: 'web-1' }, { name: 'web-2' }], keyProviders: [{ name: 'keyrig' }] },
} as const;

async function start(options: StartLabOptions = {}): Promise<RunningLab> {
  const rig = await startLab(options);
  onTestFinished(() => rig.stop());
  return rig;
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

it('starts four virtual machines on free ports, says where everything is, and takes it all away again', async () => {
  const rig = await startLab();
  const { ready, env } = rig;
  expect(await rig.clients.vcenter.virtualMachine('web-1')).toMatchObject({ encrypted: false });
  expect(env).toMatchObject({ GOVC_URL: ready.vcenter.url, KEYRIG_CONTROL_URL: ready.control.url });
  const health = await fetch(`${ready.control.url}/ready`);
  expect(health.status).toBe(200);
  const ports = [
    ready.kmip.port,
    ...[ready.vcenter.url, ready.ovh.url, ready.control.url].map((url) => +new URL(url).port),
  ];
  expect(await Promise.all(ports.map(accepts))).toEqual(ports.map(() => true));
  await Promise.all([rig.stop(), rig.stop()]);
  expect(await Promise.all(ports.map(accepts))).toEqual(ports.map(() => false));
  expect(existsSync(ready.pki.dir)).toBe(false);
});

it('ends with the block that it is used in', async () => {
  let port = 0;
  {
    await using rig = await startLab({ world: {} });
    port = rig.ready.kmip.port;
    expect(await accepts(port)).toBe(true);
  }
  expect(await accepts(port)).toBe(false);
});

it('gives what a step returns, and the timeline of what it led to', async () => {
  const rig = await start({ world, seed: 'seven' });
  expect(rig.seed).toBe('seven');
  expect(await rig.run({ do: 'vcenter.editStoragePolicies', with: { vm: 'web-1' } })).toEqual({
    task: { state: 'success' },
  });
  const creates = { event: 'kmip.request', 'data.operation': 'Create' };
  // One for the machine's files, one for its disk.
  const [first, second, ...others] = rig.journal(creates);
  expect([first, second, others]).toMatchObject([{ plane: 'kmip' }, { plane: 'kmip' }, []]);
  expect(rig.journal(creates, first?.seq)).toEqual([second]);
});

it('a step that fails throws with the chain down to the KMS; an attempt tells the same', async () => {
  const fault = {
    id: 'no-create',
    at: 'kmip.request',
    match: { operation: 'Create' },
    then: { kmip: { reason: 'PermissionDenied', message: 'Not you' } },
  } as const;
  const rig = await start({ world, faults: [fault] });
  const step = { do: 'vcenter.editStoragePolicies', with: { vm: 'web-1' } };
  const failure: unknown = await rig.run(step).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(StepFailure);
  expect(failure).toMatchObject({ code: 'ERR_STEP', outcome: { status: 'failed' } });
  expect(String(failure)).toContain('RuntimeFault: Cannot generate key');
  expect(String(failure)).toMatch(/kmip +fault "no-create" fires at kmip\.request/);
  expect(rig.faults.timesFired('no-create')).toBe(1);
  rig.faults.remove('no-create');
  expect(await rig.attempt(step)).toMatchObject({ status: 'passed', result: { task: { state: 'success' } } });
});

it("a step's expectation decides", async () => {
  const rig = await start({ world });
  const step = { do: 'vcenter.vm', with: { vm: 'web-1' } };
  await expect(rig.run({ ...step, expect: { encrypted: true } })).rejects.toThrow('encrypted should be true');
  await expect(rig.run({ ...step, expect: { encrypted: false } })).resolves.toMatchObject({ encrypted: false });
});

it('on a manual clock a dead KMS costs no real half minute, and time passes on demand', async () => {
  const rig = await start({ world, clock: 'manual' });
  const before = rig.clock.now();
  await rig.advance('5m');
  await rig.advance(500);
  expect(rig.clock.now() - before).toBe(300_500);
  const hang = { id: 'hang', at: 'kmip.connection', then: { hang: true } } as const;
  rig.faults.add(hang);
  const outcome = await rig.attempt({ do: 'vcenter.editStoragePolicies', with: { vm: 'web-1' } });
  expect(outcome.status).toBe('failed');
  expect(outcome.clockMilliseconds).toBeGreaterThan(1_000);
  rig.faults.remove('hang');
  // The user's own client, which knows nothing of the clock.
  const vm = await rig.letTimePass(() => rig.clients.vcenter.find('VirtualMachine', 'web-2'));
  expect(vm).toMatchObject({ type: 'VirtualMachine' });
  await expect(rig.advance('soon')).rejects.toThrow('"soon" is not a duration');
});

it("OVHcloud's client of the lab still trusts it when a step has used one of its own", async () => {
  const rig = await start();
  const call = () => rig.clients.ovh.call('GET', `/dedicatedCloud/${rig.ready.ovh.serviceName}`);
  expect(await call()).toHaveProperty('body.serviceName', rig.ready.ovh.serviceName);
  await rig.run({ do: 'ovh.call', with: { method: 'GET', path: '/dedicatedCloud' } });
  expect(await call()).toHaveProperty('body.serviceName', rig.ready.ovh.serviceName);
});

it('takes world, faults, seed and clock of a file, with its vars, and faults beside', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'keyrig-api-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'a.scenario.yaml');
  writeFileSync(
    file,
    [
      'scenario: 1',
      'name: a',
      'seed: nine',
      'clock: manual',
      'vars: { vm: web-1 }',
      'world: { vcenter: { vms: [{ name: "${vm}" }] } }',
      'faults: [{ id: one, at: kmip.request, then: { delay: 5 } }]',
      'steps: [{ do: kms.stop }]',
    ].join('\n'),
  );
  const two = { id: 'two', at: 'kmip.request', then: { delay: 5 } } as const;
  const rig = await start({ scenario: file, vars: { vm: 'db-1' }, faults: [two] });
  expect(rig.seed).toBe('nine');
  expect(rig.clock.mode).toBe('manual');
  expect(rig.faults.report().map(({ id }) => id)).toEqual(['one', 'two']);
  expect(await rig.vm('db-1').read()).toMatchObject({ name: 'db-1' });
  // Its steps were not run.
  expect(rig.lab.kms().isRunning).toBe(true);
});

it('says what is wrong before anything starts', async () => {
  const wrong = (options: unknown) => startLab(options as StartLabOptions);
  await expect(wrong({ world: { gatway: 'open' } })).rejects.toMatchObject({
    code: 'ERR_SCENARIO',
    message: expect.stringContaining('gateway') as string,
  });
  await expect(wrong({ scenario: 'none.yaml' })).rejects.toMatchObject({ code: 'ERR_FILE_NOT_FOUND' });
  await expect(wrong({ scenario: 'a.yaml', world: {} })).rejects.toMatchObject({ code: 'ERR_OPTION' });
  await expect(wrong({ clock: 'fast' })).rejects.toMatchObject({ code: 'ERR_OPTION' });
  const rig = await start();
  await expect(rig.run({ do: 'vcenter.vn' })).rejects.toMatchObject({ code: 'ERR_SCENARIO' });
});

it('goes on from a snapshot in another lab', async () => {
  const first = await start({ world });
  await first.run({ do: 'vcenter.editStoragePolicies', with: { vm: 'web-1' } });
  const state = await first.lab.snapshot();
  await first.stop();
  const second = await start({ state });
  expect(await second.vm('web-1').read()).toMatchObject({ encrypted: true });
});

it('the environment serves a process that knows nothing of keyrig', async () => {
  const rig = await start();
  const script =
    'fetch(process.env.GOVC_URL.replace("/sdk", "/sdk/vimService.wsdl")).then((r) => console.log(r.status))';
  const { stdout } = await runProgram(process.execPath, ['-e', script], { env: rig.env });
  expect(stdout.trim()).toBe('200');
});
