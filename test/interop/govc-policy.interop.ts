import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clients, isAbsent } from './clients.ts';
import { columns, govcOf } from './govc-client.ts';
import { controlJournal, type LabProcess, startLab } from './lab-process.ts';

const world = fileURLToPath(new URL('worlds/storage-policies.scenario.yaml', import.meta.url));
const skip = isAbsent(clients.govc);

interface Machines {
  virtualMachines: { config: { keyId?: { keyId: string; providerId: { id: string } } } }[];
}

interface Policies {
  policies: { profile: { name: string }; filterMap: { iofilters?: { vibId: string; filterType: string }[] }[] }[];
}

// The tests of this file are one story: each goes on where the one before it ended.
describe.skipIf(skip)('govc storage.policy', () => {
  let lab: LabProcess;
  /** The id of the policy that govc makes. */
  let made: string;

  beforeAll(async () => {
    lab = await startLab([world]);
  });
  afterAll(() => lab.stop());

  const govc = (...args: string[]) => govcOf(lab).run(...args);
  const refused = (...args: string[]) => govcOf(lab).refused(...args);
  const keyOf = async (vm: string) =>
    (await govcOf(lab).json<Machines>('vm.info', vm)).virtualMachines[0]?.config.keyId;

  test('ls shows the default policies, for VMs', async () => {
    expect(columns(await govc('storage.policy.ls'))).toEqual([
      ['aa6d5a82-1c88-45da-85d3-3d74b91a5bad', 'vSAN Default Storage Policy'],
      ['f4e5bade-15a2-4805-bf8e-52318c4ce443', 'VVol No Requirements Policy'],
      ['4d5f673c-536f-11e6-beb8-9e71128cae77', 'VM Encryption Policy'],
      ['c268da1b-b343-49f7-a468-b1deeb7078e0', 'Host-local PMem Default Storage Policy'],
    ]);
  });

  test('info -s: which datastores fit', async () => {
    const datastores = async (name: string) =>
      /Compatible Datastores:(.*)/.exec(await govc('storage.policy.info', '-s', name))?.[1]?.trim();
    expect(await datastores('VM Encryption Policy')).toBe('datastore1');
    expect(await datastores('vSAN Default Storage Policy')).toBe('');
  });

  test('create -e: a policy that encrypts; a name is given once', async () => {
    made = (await govc('storage.policy.create', '-e', '-d', 'for secrets', 'secrets')).trim();
    expect(columns(await govc('storage.policy.ls'))).toContainEqual([made, 'secrets']);
    expect(await govc('storage.policy.info', 'secrets')).toMatch(/^ +Description: +for secrets$/m);
    expect(await refused('storage.policy.create', '-e', 'secrets')).toContain("The name 'secrets' already exists.");
  });

  test('info -i: its IO filter, from a method in the internal namespace', async () => {
    const { policies } = await govcOf(lab, { GOVC_SHOW_UNRELEASED: 'true' }).json<Policies>(
      'storage.policy.info',
      '-i',
    );
    const filters = policies.map(({ profile, filterMap }) => [profile.name, filterMap[0]?.iofilters ?? []]);
    const encryption = [{ vibId: 'VMW_vmwarevmcrypt_1.0.0', filterType: 'ENCRYPTION' }];
    expect(filters).toEqual([
      ['vSAN Default Storage Policy', []],
      ['VVol No Requirements Policy', []],
      ['VM Encryption Policy', encryption],
      ['Host-local PMem Default Storage Policy', []],
      ['secrets', encryption],
    ]);
  });

  test('vm.create -profile: the VM is encrypted with a key of the KMS, and complies', async () => {
    const place = ['-ds', 'datastore1', '-host', '/Datacenter/host/Cluster/esxi-1.lab', '-net', 'VM Network'];
    await govc('vm.create', ...place, '-disk', '1GB', '-on=false', '-profile', 'secrets', 'secret-1');
    const key = await keyOf('secret-1');
    expect(key?.providerId).toEqual({ id: 'keyrig' });
    const answer = await fetch(`${lab.ready.control.url}/kms`);
    const [kms] = (await answer.json()) as { objects: { uniqueIdentifier: string; state: string }[] }[];
    expect(kms?.objects.find(({ uniqueIdentifier }) => uniqueIdentifier === key?.keyId)?.state).toBe('Active');
    expect(await govc('storage.policy.info', '-c', 'secrets')).toMatch(/^ +Compliant VMs: +secret-1$/m);
  });

  test('create -category -tag: no datastore has the tag', async () => {
    await govc('storage.policy.create', '-category', 'tier', '-tag', 'gold', 'gold');
    expect(await govc('storage.policy.info', '-s', 'gold')).toMatch(/^ +Compatible Datastores: *$/m);
  });

  test('rm: not while a VM has it, and not what the system needs', async () => {
    expect(await refused('storage.policy.rm', made)).toContain('The storage policy secrets is in use.');
    const vsan = 'aa6d5a82-1c88-45da-85d3-3d74b91a5bad';
    expect(await refused('storage.policy.rm', vsan)).toContain('cannot be deleted');
    await govc('vm.destroy', 'secret-1');
    await govc('storage.policy.rm', made);
    expect(columns(await govc('storage.policy.ls')).map(([, name]) => name)).not.toContain('secrets');
    expect(await refused('storage.policy.rm', 'secrets')).not.toBe('');
  });

  test('the timeline tells who made and deleted policies, and which of them encrypt', async () => {
    const changes = (await controlJournal(lab)).filter(({ event }) => event.startsWith('vcenter.policy.'));
    expect(changes.map(({ event, data }) => [event, data?.name, data?.encrypts])).toEqual([
      ['vcenter.policy.created', 'secrets', true],
      ['vcenter.policy.created', 'gold', false],
      ['vcenter.policy.deleted', 'secrets', true],
    ]);
  });
});
