import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clients, isAbsent } from './clients.ts';
import { columns, type Govc, govcOf, lines } from './govc-client.ts';
import { type LabProcess, startLab } from './lab-process.ts';

const world = fileURLToPath(new URL('worlds/with-key-provider.scenario.yaml', import.meta.url));
const skip = isAbsent(clients.govc);

/** What `vm.info -json` tells, as far as it is read here. */
interface VmInfo {
  virtualMachines: {
    config: {
      annotation: string;
      keyId?: { keyId: string; providerId: { id: string } };
      migrateEncryption: string;
      hardware: { numCPU: number; memoryMB: number };
      extraConfig: { key: string; value: string }[];
    };
    runtime: { powerState: string; cryptoState?: string };
  }[];
}

// The tests of this file are one story: each goes on where the one before it ended.
describe.skipIf(skip)('govc, the life of machines', () => {
  let lab: LabProcess;
  let govc: Govc;

  beforeAll(async () => {
    lab = await startLab([world]);
    govc = govcOf(lab);
  });
  afterAll(() => lab.stop());

  async function info(name: string) {
    const { virtualMachines } = await govc.json<VmInfo>('vm.info', name);
    expect(virtualMachines).toHaveLength(1);
    return virtualMachines[0]!;
  }
  const devices = async (vm: string) => columns(await govc.run('device.ls', '-vm', vm)).map(([name]) => name);

  test('datacenter.info, host.info, pool.info, datastore.info, cluster.usage', async () => {
    const datacenter = await govc.run('datacenter.info');
    expect(datacenter).toMatch(/^ +Hosts: +2$/m);
    expect(datacenter).toMatch(/^ +Virtual Machines: +4$/m);
    expect(await govc.run('host.info', '-host', 'esxi-1.lab')).toMatch(/^ +State: +connected$/m);
    expect(await govc.run('pool.info', '*/Resources')).toMatch(/^Name: +Resources$/m);
    expect(await govc.run('datastore.info', 'datastore1')).toMatch(/^ +Path: +\/Datacenter\/datastore\/datastore1$/m);
    expect(await govc.run('cluster.usage', 'Cluster')).toMatch(/^Memory capacity: +128\.0GB$/m);
  });

  test('device.ls, device.info', async () => {
    expect(await devices('web-1')).toEqual(expect.arrayContaining(['pvscsi-1000', 'ethernet-0', 'disk-1000-0']));
    const disk = await govc.run('device.info', '-vm', 'web-1', 'disk-1000-0');
    expect(disk).toMatch(/^ +Label: +Hard disk 1$/m);
    expect(disk).toMatch(/^ +File: +\[datastore1\] web-1\/web-1\.vmdk$/m);
    expect(await govc.run('device.info', '-vm', 'web-1', 'ethernet-0')).toMatch(
      /^ +MAC Address: +00:50:56:[0-9a-f:]{8}$/m,
    );
  });

  test('vm.change: memory, processors, notes, a setting of its own', async () => {
    await govc.run(
      'vm.change',
      '-vm',
      'plain',
      '-m',
      '2048',
      '-c',
      '4',
      '-annotation',
      'a note',
      '-e',
      'guestinfo.role=test',
    );
    const { config } = await info('plain');
    expect(config).toMatchObject({ annotation: 'a note', hardware: { numCPU: 4, memoryMB: 2048 } });
    expect(config.extraConfig).toEqual(
      expect.arrayContaining([expect.objectContaining({ key: 'guestinfo.role', value: 'test' })]),
    );
    expect(await govc.refused('vm.change', '-vm', 'plain', '-migrate-encryption', 'bogus')).toMatch(
      /migrateEncryption/,
    );
  });

  test('vm.power: off, on, and what the state forbids', async () => {
    await govc.run('vm.power', '-off', 'web-1');
    expect((await info('web-1')).runtime.powerState).toBe('poweredOff');
    expect(await govc.refused('vm.power', '-off', 'web-1')).toContain(
      'The attempted operation cannot be performed in the current state (Powered off)',
    );
    await govc.run('vm.power', '-on', 'web-1');
    expect((await info('web-1')).runtime.powerState).toBe('poweredOn');
  });

  test('vm.disk.create, vm.disk.change, device.remove', async () => {
    await govc.run('vm.disk.create', '-vm', 'plain', '-name', 'plain/extra', '-size', '2G');
    expect(await devices('plain')).toContain('disk-1000-1');
    await govc.run('vm.disk.change', '-vm', 'plain', '-disk.name', 'disk-1000-1', '-size', '4G');
    expect(await govc.run('device.info', '-vm', 'plain', 'disk-1000-1')).toMatch(/^ +Summary: +4,194,304 KB$/m);
    await govc.run('device.remove', '-vm', 'plain', 'disk-1000-1');
    expect(await devices('plain')).not.toContain('disk-1000-1');
  });

  test('vm.network.add, vm.network.change', async () => {
    await govc.run('vm.network.add', '-vm', 'plain', '-net', 'VM Network', '-net.adapter', 'vmxnet3');
    const card = await govc.run('device.info', '-vm', 'plain', 'ethernet-1');
    expect(card).toMatch(/^ +Label: +Network adapter 2$/m);
    expect(card).toMatch(/^ +Summary: +VM Network$/m);
    expect(card).toMatch(/^ +MAC Address: +00:50:56:[89ab][0-9a-f]:[0-9a-f]{2}:[0-9a-f]{2}$/m);
    const address = '00:50:56:00:00:11';
    await govc.run('vm.network.change', '-vm', 'plain', '-net', 'VM Network', '-net.address', address, 'ethernet-1');
    expect(await govc.run('device.info', '-vm', 'plain', 'ethernet-1')).toContain(address);
    await govc.run('device.remove', '-vm', 'plain', 'ethernet-1');
  });

  test('vm.create -profile: encrypted from the start', async () => {
    const place = ['-ds', 'datastore1', '-host', 'esxi-1.lab', '-net', 'VM Network'];
    await govc.run('vm.create', ...place, '-disk', '1GB', '-on=false', '-profile', 'VM Encryption Policy', 'secret-1');
    const { config } = await info('secret-1');
    expect(config).toMatchObject({ keyId: { providerId: { id: 'keyrig' } }, migrateEncryption: 'required' });
    expect(columns(await govc.run('vm.policy.ls', '-vm', 'secret-1'))[0]).toEqual([
      'VM home',
      'VM Encryption Policy',
      'compliant',
      expect.any(String),
    ]);
  });

  test('an encrypted machine cannot have its vMotion in plain text', async () => {
    await govc.refused('vm.change', '-vm', 'secret-1', '-migrate-encryption', 'opportunistic');
    expect((await info('secret-1')).config.migrateEncryption).toBe('required');
  });

  test('snapshot.create, tree, revert, remove', async () => {
    await govc.run('snapshot.create', '-vm', 'db-1', '-d', 'before the change', 'one');
    await govc.run('vm.change', '-vm', 'db-1', '-c', '4');
    await govc.run('snapshot.create', '-vm', 'db-1', 'two');
    const tree = async () => lines(await govc.run('snapshot.tree', '-vm', 'db-1')).map((line) => line.trimEnd());
    expect(await tree()).toEqual(['one', '  two', '  .']);
    expect(await govc.run('device.info', '-vm', 'db-1', 'disk-1000-0')).toMatch(
      /File: +\[datastore1\] db-1\/\S+-0+2\.vmdk$/m,
    );
    await govc.run('snapshot.revert', '-vm', 'db-1', 'one');
    expect((await info('db-1')).config.hardware.numCPU).toBe(1);
    await govc.run('snapshot.remove', '-vm', 'db-1', 'two');
    expect(await tree()).toEqual(['one', '.']);
  });

  test('a disk does not grow while snapshots stand on it', async () => {
    const grow = ['vm.disk.change', '-vm', 'db-1', '-disk.name', 'disk-1000-0'];
    expect(await govc.refused(...grow, '-size', '200G')).toBeTruthy();
    await govc.run('snapshot.remove', '-vm', 'db-1', '*');
    await govc.run(...grow, '-size', '200G');
  });

  test('vm.clone: a plain machine, and an encrypted one with its keys', async () => {
    await govc.run('vm.clone', '-vm', 'db-1', '-on=false', '-host', 'esxi-1.lab', 'clone-1');
    expect((await info('clone-1')).config.keyId).toBeUndefined();
    await govc.run('vm.clone', '-vm', 'secret-1', '-on=false', '-host', 'esxi-1.lab', 'secret-2');
    const [original, clone] = [await info('secret-1'), await info('secret-2')];
    expect(clone.config).toMatchObject({ keyId: original.config.keyId, migrateEncryption: 'required' });
    await govc.run('vm.power', '-on', 'secret-2');
    expect((await info('secret-2')).runtime).toMatchObject({ powerState: 'poweredOn', cryptoState: 'unlocked' });
    await govc.run('vm.power', '-off', 'secret-2');
  });

  test('vm.unregister, vm.register: an encrypted machine comes back with its key', async () => {
    const { keyId } = (await info('secret-1')).config;
    await govc.run('vm.unregister', 'secret-1');
    expect(await govc.refused('vm.power', '-on', 'secret-1')).toContain('not found');
    await govc.run('vm.register', '-host', 'esxi-2.lab', 'secret-1/secret-1.vmx');
    expect((await info('secret-1')).config.keyId).toEqual(keyId);
    await govc.run('vm.power', '-on', 'secret-1');
    expect((await info('secret-1')).runtime).toMatchObject({ powerState: 'poweredOn', cryptoState: 'unlocked' });
    await govc.run('vm.power', '-off', 'secret-1');
  });

  test('vm.power: suspend and on, reset; shutdown and reboot need VMware Tools', async () => {
    await govc.run('vm.power', '-suspend', 'web-1');
    expect((await info('web-1')).runtime.powerState).toBe('suspended');
    await govc.run('vm.power', '-on', 'web-1');
    await govc.run('vm.power', '-reset', 'web-1');
    expect((await info('web-1')).runtime.powerState).toBe('poweredOn');
    expect(await govc.refused('vm.power', '-s', 'web-1')).toContain('VMware Tools');
  });

  test('vm.markastemplate, vm.markasvm', async () => {
    await govc.run('vm.markastemplate', 'clone-1');
    expect(await govc.refused('vm.power', '-on', 'clone-1')).toBeTruthy();
    await govc.run('vm.markasvm', '-host', 'esxi-1.lab', 'clone-1');
    await govc.run('vm.destroy', 'clone-1');
  });

  test('folder.create, object.mv, object.destroy', async () => {
    await govc.run('folder.create', 'vm/prod');
    await govc.run('object.mv', 'vm/secret-2', 'vm/prod');
    expect(lines(await govc.run('ls', 'vm/prod'))).toEqual(['/Datacenter/vm/prod/secret-2']);
    await govc.run('object.destroy', 'vm/prod');
    expect(await govc.run('find', '/', '-name', 'secret-2')).toBe('');
  });

  test('datastore.ls: the files of a machine', async () => {
    const files = lines(await govc.run('datastore.ls', 'plain'));
    expect(files).toEqual(expect.arrayContaining(['plain.vmx', 'plain.vmdk']));
    expect(lines(await govc.run('datastore.ls', '-l')).map((line) => line.split(/\s+/).at(-1))).toContain('plain');
  });

  test('object.rename, vm.destroy', async () => {
    await govc.run('object.rename', 'vm/web-2', 'web-3');
    await govc.run('vm.destroy', 'web-3');
    expect(lines(await govc.run('ls', 'vm'))).toEqual(
      ['web-1', 'db-1', 'plain', 'secret-1'].map((name) => `/Datacenter/vm/${name}`),
    );
    expect(await govc.refused('vm.destroy', 'web-3')).toContain("vm 'web-3' not found");
  });
});
