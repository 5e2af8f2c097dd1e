import { globSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';
import { type Json, type JsonObject, KeyPool, ManualClock } from '../../core/index.ts';
import { createClients, type LabClients } from '../../lab/clients/index.ts';
import { KmipUser } from '../../lab/clients/kmip.ts';
import { createLab, type Lab, loadScenario } from '../../lab/index.ts';
import { verbNamed } from '../../lab/verbs/index.ts';

const root = fileURLToPath(new URL('../../scenarios/interop/', import.meta.url));
const ending = '.scenario.yaml';
const keys = new KeyPool();
let lab: Lab;
let clients: LabClients;
afterEach(async () => {
  await clients.close();
  await lab.stop();
});

/** Does what a step would do. */
type Act = (verb: string, input?: JsonObject) => Promise<JsonObject>;

async function start(name: string): Promise<Act> {
  const loaded = loadScenario(`${root}${name}${ending}`);
  if ('problems' in loaded) throw new Error(JSON.stringify(loaded.problems));
  const { world, faults, seed, steps } = loaded.scenario;
  expect(steps).toBeUndefined();
  lab = createLab({ world, faults, seed: seed as string | undefined, clock: new ManualClock(), ports: 'auto', keys });
  await lab.start();
  clients = createClients(lab);
  return (verb, input = {}) => {
    const declared = verbNamed(verb)!;
    return declared.run({ lab, clients, pass: (ms) => lab.advance(ms) }, declared.with.parse(input));
  };
}

const worlds: Record<string, (act: Act) => Promise<void>> = {
  async 'empty-vcenter'(act) {
    const { address, port } = lab.kms();
    expect(await act('vcenter.kmsStatus')).toMatchObject({ clusters: [] });
    // The flow is open: the KMS shows its certificate to the button Trust.
    await act('vcenter.registerKmipServer', { cluster: 'mine', name: 'kms', address, port });
    expect(await act('vcenter.trustKms', { cluster: 'mine', name: 'kms', address, port })).toMatchObject({
      sha1: lab.kms().certificate.sha1,
    });
  },

  async 'kms-for-databases'(act) {
    for (const user of ['mongodb', 'percona', 'backup', 'auditor']) await act('kms.issueClient', { user });
    const { uniqueIdentifier } = await act('kmip.create', { as: 'mongodb', name: 'master-key' });
    expect(await act('kmip.get', { as: 'mongodb', uniqueIdentifier: uniqueIdentifier! })).toMatchObject({ bytes: 32 });
    for (const as of ['percona', 'backup']) {
      expect(await act('kmip.locate', { as })).toEqual({ uniqueIdentifiers: [] });
      expect(await act('kmip.get', { as, uniqueIdentifier: uniqueIdentifier! })).toHaveProperty('fault');
    }
    expect(await act('kmip.locate', { as: 'auditor' })).toEqual({ uniqueIdentifiers: [uniqueIdentifier] });
    expect(await act('kmip.get', { as: 'auditor', uniqueIdentifier: uniqueIdentifier! })).toMatchObject({
      fault: { reason: 'Permission Denied' },
    });
  },

  async 'kms-over-https'() {
    const { pki } = lab;
    const identity = lab.clientIdentities.get('vcenter')!;
    const { httpsRequest } = await import('./https-request.ts');
    const answer = await httpsRequest(lab.kms().httpsUrl!, {
      ca: pki.ca.certificatePem,
      cert: identity.chainPem,
      key: identity.privateKeyPem,
      type: 'application/json',
      body: JSON.stringify({
        tag: 'RequestMessage',
        value: [
          {
            tag: 'RequestHeader',
            value: [
              {
                tag: 'ProtocolVersion',
                value: [
                  { tag: 'ProtocolVersionMajor', type: 'Integer', value: 1 },
                  { tag: 'ProtocolVersionMinor', type: 'Integer', value: 4 },
                ],
              },
              { tag: 'BatchCount', type: 'Integer', value: 1 },
            ],
          },
          {
            tag: 'BatchItem',
            value: [
              { tag: 'Operation', type: 'Enumeration', value: 'DiscoverVersions' },
              { tag: 'RequestPayload', value: [] },
            ],
          },
        ],
      }),
    });
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.body)).toMatchObject({ tag: 'ResponseMessage' });
    expect(answer.body).toContain('ProtocolVersionMinor');
    expect(await clients.kmip({ as: 'vcenter' }).discover()).toMatchObject({
      versions: expect.arrayContaining(['1.1', '1.4']),
    });
  },

  async 'kms-with-passwords'(act) {
    expect(await act('kmip.locate')).toHaveProperty('fault');
    const { address: host, port } = lab.kms();
    const identity = lab.clientIdentities.get('vcenter')!;
    const tls = { ca: lab.pki.ca.certificatePem, cert: identity.chainPem, key: identity.privateKeyPem };
    const user = (username: string, password: string) =>
      new KmipUser({ host, port, clock: lab.runtime.clock, tls, username, password });
    const { uniqueIdentifier } = await user('alice', 'Wonderland-1').create();
    expect(await user('alice', 'Wonderland-1').locate()).toEqual({ uniqueIdentifiers: [uniqueIdentifier] });
    expect(await user('bob', 'Builder-2').locate()).toEqual({ uniqueIdentifiers: [] });
    await expect(user('alice', 'Builder-2').locate()).rejects.toThrow('Authentication');
  },

  async 'ready-to-encrypt'(act) {
    for (const vm of ['web-1', 'web-3', 'db-1'])
      expect(await act('vcenter.editStoragePolicies', { vm })).toEqual({ task: { state: 'success' } });
    expect(await act('vcenter.vm', { vm: 'running' })).toMatchObject({ powerState: 'poweredOn', encrypted: false });
  },

  async 'flaky-kms'(act) {
    const outcomes = new Set<string>();
    for (let call = 0; call < 40; call++) {
      const work = act('kmip.create').then(({ fault }) => {
        const { reason, failure } = (fault ?? {}) as JsonObject;
        return String(reason ?? failure ?? 'made');
      });
      // A late answer comes with the clock.
      const passing = lab.advance(2_000);
      outcomes.add(await work);
      await passing;
    }
    expect([...outcomes].sort()).toEqual(['General Failure', 'made', 'reset']);
    expect(lab.runtime.faults.timesFired('late')).toBeGreaterThan(0);
  },

  async 'restricted-ovh-keys'(act) {
    const call = (method: string, consumerKey: string, path = '/dedicatedCloud') =>
      act('ovh.call', { method, path, consumerKey });
    expect(await call('GET', 'readsOnly')).toEqual({ body: [lab.serviceName] });
    const kms = `/dedicatedCloud/${lab.serviceName}/vmEncryption/kms`;
    expect(await call('POST', 'readsOnly', kms)).toMatchObject({
      fault: { status: 403, message: 'This call has not been granted' },
    });
    const expired = await call('GET', 'hasExpired');
    const pending = await call('GET', 'notConfirmed');
    expect(expired).toMatchObject({ fault: { status: 403, message: 'This credential is not valid' } });
    expect(pending).toMatchObject({ fault: { status: 403, message: 'This credential is not valid' } });
  },

  async 'slow-ovh'(act) {
    const statuses: Json[] = [];
    for (let call = 0; call < 8; call++) {
      const answer = await act('ovh.call', { method: 'GET', path: '/dedicatedCloud' });
      statuses.push('fault' in answer ? (answer.fault as JsonObject).status! : 200);
    }
    expect(statuses).toEqual([200, 200, 200, 500, 200, 200, 200, 500]);
    const { address: ip, certificate } = lab.kms();
    const parameters = { ip, sslThumbprint: certificate.sha1 };
    const path = `/dedicatedCloud/${lab.serviceName}/vmEncryption/kms`;
    await act('ovh.call', { method: 'POST', path, parameters });
    const task = () => lab.ovhTasks.find(({ name }) => /kms/i.test(name))!;
    await lab.advance(60_000);
    expect(task()).toMatchObject({ state: 'fixing', description: 'An engineer looks at it' });
    await lab.advance(30 * 60_000 + 9 * 60_000);
    expect(task().state).toBe('doing');
    await lab.advance(2 * 60_000);
    expect(task().state).toBe('done');
  },

  async 'big-inventory'(act) {
    expect(await act('vcenter.vm', { vm: 'web-500' })).toMatchObject({ hardwareVersion: 'vmx-13' });
    expect(await act('vcenter.vm', { vm: 'db-200' })).toMatchObject({ disks: { length: 2 } });
    expect(await act('vcenter.vm', { vm: 'test-300' })).toMatchObject({ hardwareVersion: 'vmx-12' });
  },

  async 'vcenter-8-with-roles'(act) {
    const encrypt = (user: string, vm: string) => act('vcenter.editStoragePolicies', { user, vm });
    expect(await encrypt('operator', 'web-1')).toMatchObject({ fault: { type: 'NoPermission' } });
    expect(await encrypt('viewer', 'web-1')).toMatchObject({ fault: { type: 'NoPermission' } });
    expect(await encrypt('crypto-admin', 'web-1')).toEqual({ task: { state: 'success' } });
    expect(await act('vcenter.vm', { user: 'viewer', vm: 'web-1' })).toMatchObject({ encrypted: true });
  },

  async 'guide-from-the-start'(act) {
    const { address: ip, port, certificate } = lab.kms();
    const parameters = { ip, sslThumbprint: certificate.sha1 };
    const path = `/dedicatedCloud/${lab.serviceName}/kms`;
    expect(await act('ovh.call', { method: 'POST', path, parameters })).toMatchObject({ body: { state: 'todo' } });
    await lab.advance(60_000);
    const [task] = lab.ovhTasks.filter(({ description }) => /Waiting for customer/.test(description ?? ''));
    expect(task).toBeDefined();
    await act('vcenter.registerKmipServer', { cluster: 'mine', name: 'kms', address: ip, port });
    await lab.advance(120_000);
    expect(lab.ovhTasks.find(({ taskId }) => taskId === task!.taskId)).toMatchObject({ state: 'done' });
  },
};

it.each(Object.keys(worlds).sort())('%s is what it says', async (name) => {
  const act = await start(name);
  await worlds[name]!(act);
});

it('each world has its test', () => {
  const files = globSync(`*${ending}`, { cwd: root }).map((file) => basename(file, ending));
  expect(files.sort()).toEqual(Object.keys(worlds).sort());
});
