import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { advanceInOrder, type JsonObject, ManualClock } from '../../core/index.ts';
import { createClients, type LabClients } from '../../lab/clients/index.ts';
import { createLab, type Lab, type LabOptions, type LabSnapshot } from '../../lab/index.ts';
import { verbNamed } from '../../lab/verbs/index.ts';
import { Workshop } from './keyrig-process.ts';

const world = {
  kms: [
    { name: 'kms-1', certificate: 'valid' as const },
    { name: 'kms-2', certificate: 'valid' as const },
  ],
  ovh: { delivered: ['kms-1'] },
  vcenter: {
    vms: [{ name: 'web-1' }, { name: 'web-2' }],
    keyProviders: [{ name: 'keyrig', default: true, kms: ['kms-1'] }],
  },
};

const fourthKeyFails = {
  id: 'fourth key',
  at: 'kmip.request' as const,
  match: { operation: 'Create' },
  when: { calls: 4 },
  then: { kmip: { reason: 'GeneralFailure' as const, message: 'The database is not available' } },
};

/** A lab that has started, and what its users do. */
class Story {
  readonly lab: Lab;
  readonly clock: ManualClock;
  readonly clients: LabClients;

  private constructor(lab: Lab) {
    this.lab = lab;
    this.clock = lab.runtime.clock as ManualClock;
    this.clients = createClients(lab);
  }

  static async begin(options: LabOptions): Promise<Story> {
    const lab = createLab({ ports: 'auto', clock: new ManualClock(), ...options });
    onTestFinished(() => lab.stop());
    await lab.start();
    const story = new Story(lab);
    onTestFinished(() => story.clients.close());
    return story;
  }

  run(name: string, input: object): Promise<JsonObject> {
    const verb = verbNamed(name)!;
    const context = { lab: this.lab, clients: this.clients, pass: (ms: number) => this.pass(ms) };
    return verb.run(context, verb.with.parse(input));
  }

  pass(ms: number): Promise<void> {
    const { journal } = this.lab.runtime;
    return advanceInOrder(this.clock, ms, { activity: () => journal.count });
  }

  async call(method: 'GET' | 'POST', path: string, parameters?: JsonObject): Promise<JsonObject> {
    const answer = await this.clients.ovh.call(method, `/dedicatedCloud/${this.lab.serviceName}${path}`, parameters);
    return ('body' in answer ? answer.body : { fault: answer.fault }) as JsonObject;
  }

  /** Encrypts a VM, registers a second KMS at OVHcloud and lets half the time pass that this takes. */
  async half(): Promise<number> {
    await this.run('vcenter.editStoragePolicies', { vm: 'web-1' });
    const { address: ip, certificate } = this.lab.kms('kms-2');
    const task = await this.call('POST', '/vmEncryption/kms', { ip, sslThumbprint: certificate.sha1 });
    await this.pass(7_300);
    return Number(task.taskId);
  }

  /** Goes on from there, and tells all that users see. */
  async goOn(taskId: number) {
    const seen: unknown[] = [];
    seen.push(await this.run('vcenter.vm', { vm: 'web-1' }));
    seen.push(await this.run('vcenter.recrypt', { vm: 'web-1' }), await this.run('vcenter.vm', { vm: 'web-1' }));
    // Its key is the fourth that is made, after those of the host and of the other VM: the fault was at two of four.
    seen.push(await this.run('vcenter.editStoragePolicies', { vm: 'web-2' }));
    seen.push(await this.run('vcenter.editStoragePolicies', { vm: 'web-2' }));
    seen.push(await this.run('vcenter.vm', { vm: 'web-2' }), this.lab.kms('kms-1').objects());
    for (let second = 0; second < 60; second++) {
      await this.pass(1_000);
      const { state, progress, description, lastModificationDate } = await this.call('GET', `/task/${taskId}`);
      seen.push([this.clock.now(), state, progress, description, lastModificationDate]);
      if (state === 'done' || state === 'error') break;
    }
    const user = { name: 'paul', right: 'readonly' };
    seen.push(await this.call('GET', '/vmEncryption/kms'), await this.call('POST', '/user', user));
    return seen;
  }
}

const isDone = (seen: unknown[]) => seen.some((entry) => Array.isArray(entry) && entry[1] === 'done');

it('what happens after a restoring is what happened after the snapshot, ids and times included, as often as one likes', async () => {
  const story = await Story.begin({ world, faults: [fourthKeyFails] });
  const taskId = await story.half();
  const snapshot = await story.lab.snapshot();
  const first = await story.goOn(taskId);
  expect(isDone(first)).toBe(true);
  expect(first[3]).toMatchObject({ task: { state: 'error' }, fault: { message: 'Cannot generate key' } });
  expect(first[4]).toMatchObject({ task: { state: 'success' } });
  for (let again = 0; again < 2; again++) {
    await story.lab.restore(snapshot);
    expect(story.lab.runtime.faults.report()).toMatchObject([{ id: 'fourth key', matched: 2, fired: 0 }]);
    expect(await story.goOn(taskId)).toEqual(first);
  }
});

it('a snapshot that went through a file goes on in another lab as it did in its own', async () => {
  const story = await Story.begin({ world, faults: [fourthKeyFails] });
  const taskId = await story.half();
  const snapshot = await story.lab.snapshot();
  const first = await story.goOn(taskId);
  await story.lab.stop();
  const state = JSON.parse(JSON.stringify(snapshot)) as LabSnapshot;
  const other = await Story.begin({ state, clock: new ManualClock(0) });
  expect(await other.goOn(taskId)).toEqual(first);
});

it('restoring and saving again gives the same snapshot but for the length of the timeline', async () => {
  const story = await Story.begin({ world, faults: [fourthKeyFails] });
  const taskId = await story.half();
  const snapshot = await story.lab.snapshot();
  await story.goOn(taskId);
  await story.lab.restore(snapshot);
  const { runtime, ...rest } = await story.lab.snapshot();
  const { runtime: before, ...restBefore } = snapshot;
  expect(JSON.stringify(rest)).toBe(JSON.stringify(restBefore));
  expect({ ...runtime, journal: 0 }).toEqual({ ...before, journal: 0 });
  expect(story.lab.runtime.journal.entries({ event: 'lab.restored' })).toHaveLength(1);
});

it('a KMS is as it was: running or stopped, with its certificate, its clients and its backup', async () => {
  const story = await Story.begin({ world });
  const { lab } = story;
  await story.run('vcenter.editStoragePolicies', { vm: 'web-1' });
  await story.run('kms.backup', {});
  const { sha1 } = lab.kms('kms-1').certificate;
  await lab.keep('before');
  await story.run('kms.rotateCertificate', {});
  await story.run('kms.stop', {});
  await lab.keep('after');
  await lab.restoreKept('before');
  expect(lab.kms('kms-1').certificate.sha1).toBe(sha1);
  expect(await story.run('vcenter.kmsStatus', {})).toMatchObject({ status: 'green' });
  expect(await story.run('kms.restore', {})).toMatchObject({ objects: 2 });
  await lab.restoreKept('after');
  expect(lab.kms('kms-1').certificate.sha1).not.toBe(sha1);
  expect(await story.run('vcenter.kmsStatus', {})).toMatchObject({ status: 'red' });
});

it('KMS that share their objects all have those of the snapshot', async () => {
  const store = { shared: 'cluster' };
  const kms = ['kms-1', 'kms-2'].map((name) => ({ name, certificate: 'valid' as const, store }));
  const story = await Story.begin({ world: { ...world, kms, ovh: { delivered: ['kms-1', 'kms-2'] } } });
  await story.run('vcenter.editStoragePolicies', { vm: 'web-1' });
  const snapshot = await story.lab.snapshot();
  const then = story.lab.kms('kms-1').objects();
  await story.run('vcenter.editStoragePolicies', { vm: 'web-2' });
  await story.lab.restore(snapshot);
  expect(story.lab.allKms.map((each) => each.objects())).toEqual([then, then]);
});

it('a lab is reset to what it was when it was ready, and a snapshot of another lab is refused', async () => {
  const one = await Story.begin({ world, resettable: true });
  await one.run('vcenter.editStoragePolicies', { vm: 'web-1' });
  expect(one.lab.kms().objects()).toHaveLength(2);
  await one.lab.reset();
  expect(one.lab.kms().objects()).toHaveLength(0);
  const other = await Story.begin({ world });
  await expect(other.lab.restore(await one.lab.snapshot())).rejects.toMatchObject({ code: 'ERR_STATE' });
  await expect(other.lab.reset()).rejects.toMatchObject({ code: 'ERR_OPTION' });
});

const workshop = new Workshop();

it('keyrig up --state goes on where it ended; the file is for its owner alone, and a damaged one is refused', async () => {
  const file = join(workshop.folder, 'lab.json');
  const up = ['up', '--state', file, '--ports', 'auto', '--json', '--log-level', 'silent'];
  const stopWhenReady = {
    onOutput: (output: string, pid: number) => {
      if (output.includes('\n')) process.kill(pid, 'SIGTERM');
    },
  };
  const first = await workshop.keyrig(up, stopWhenReady);
  expect(first).toMatchObject({ code: 0, stderr: '' });
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const second = await workshop.keyrig(up, stopWhenReady);
  expect(second).toMatchObject({ code: 0, stderr: '' });
  const [one, two] = [first, second].map(({ stdout }) => JSON.parse(stdout) as Record<string, JsonObject>);
  expect(two!.seed).toBe(one!.seed);
  expect(two!.kmip).toEqual(one!.kmip);
  expect(two!.ovh).toMatchObject({ consumerKey: one!.ovh!.consumerKey });

  const damaged = workshop.file('damaged.json', readFileSync(file, 'utf8').trimEnd().replace('kms-1', 'kms-9'));
  const refused = await workshop.keyrig(['up', '--state', damaged, '--ports', 'auto']);
  expect(refused.code).not.toBe(0);
  expect(refused.stderr).toContain('is damaged');
  const foreign = await workshop.keyrig(['up', '--state', workshop.file('other.json', '{}'), '--ports', 'auto']);
  expect(foreign.stderr).toContain('is not a state file of keyrig');
});
