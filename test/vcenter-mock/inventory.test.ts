import { expect, test } from 'vitest';
import type { InventoryOptions } from '../../vcenter-mock/index.ts';
import { type Lab, loggedIn, startLab, textOf } from './lab.ts';

const europe: InventoryOptions = {
  datacenters: [
    {
      name: 'Paris',
      folder: 'Europe/France',
      clusters: [
        { name: 'gold', folder: 'racks', hosts: [{ name: 'esx-01' }, { name: 'esx-02' }], resourcePools: ['prod/web'] },
        { name: 'silver', hosts: [{ name: 'esx-03' }] },
      ],
      hosts: [{ name: 'esx-09' }],
      vmFolders: ['empty'],
      datastores: [{ name: 'fast' }, { name: 'slow', capacityGb: 10 }],
      networks: ['front', 'back'],
      vms: [
        { name: 'web-#', count: 12, cluster: 'gold', folder: 'prod/web', resourcePool: 'prod/web', network: 'back' },
        { name: 'web-01', folder: 'test', host: 'esx-09', datastore: 'slow' },
        { name: '#1', cluster: 'silver', snapshots: ['before'], vtpm: true },
      ],
    },
    { name: 'Berlin', folder: 'Europe' },
  ],
};

async function find(lab: Lab, path: string): Promise<string | undefined> {
  const answer = await lab.call(
    `<FindByInventoryPath xmlns="urn:vim25"><_this type="SearchIndex">SearchIndex</_this><inventoryPath>${path}</inventoryPath></FindByInventoryPath>`,
  );
  return /<returnval type="(\w+)">/.exec(answer.body)?.[1];
}

test.each([
  ['Europe', 'Folder'],
  ['Europe/Berlin', 'Datacenter'],
  ['Europe/Berlin/datastore/datastore1', 'Datastore'],
  ['Europe/Berlin/network/VM Network', 'Network'],
  ['Europe/France/Paris', 'Datacenter'],
  ['Europe/France/Paris/host/racks/gold', 'ClusterComputeResource'],
  ['Europe/France/Paris/host/racks/gold/esx-02', 'HostSystem'],
  ['Europe/France/Paris/host/racks/gold/Resources/prod/web', 'ResourcePool'],
  ['Europe/France/Paris/host/esx-09', 'ComputeResource'],
  ['Europe/France/Paris/host/esx-09/esx-09', 'HostSystem'],
  ['Europe/France/Paris/host/esx-09/Resources', 'ResourcePool'],
  ['Europe/France/Paris/vm/empty', 'Folder'],
  ['Europe/France/Paris/vm/prod/web/web-01', 'VirtualMachine'],
  ['Europe/France/Paris/vm/prod/web/web-12', 'VirtualMachine'],
  ['Europe/France/Paris/vm/test/web-01', 'VirtualMachine'],
  ['Europe/France/Paris/vm/#1', 'VirtualMachine'],
  ['Europe/France/Paris/vm/prod/web/web-13', undefined],
  ['Europe/France/Paris/vm/web-01', undefined],
])('the world has %s', async (path, type) => {
  expect(await find(await loggedIn({ inventory: europe }), path)).toBe(type);
});

test('VMs are where the world puts them, on the hosts in turn', async () => {
  const lab = await startLab({ inventory: europe });
  const { inventory, store } = lab.mock.vc;
  const first = inventory.findByPath('Europe/France/Paris/vm/prod/web/web-01')!;
  const second = inventory.findByPath('Europe/France/Paris/vm/prod/web/web-02')!;
  const other = inventory.findByPath('Europe/France/Paris/vm/test/web-01')!;
  const vm = (object: typeof first) => store.get('VirtualMachine', object.ref)!;
  const hosts = [first, second, other].map((object) => inventory.hostOf(vm(object))?.get('name'));
  expect(hosts).toEqual(['esx-01', 'esx-02', 'esx-09']);
  const pool = inventory.findByPath('Europe/France/Paris/host/racks/gold/Resources/prod/web')!;
  expect(vm(first).get('resourcePool')).toEqual(pool.ref);
  expect(pool.read('vm')).toHaveLength(12);
  expect(vm(first).get('network')).toEqual([inventory.findByPath('Europe/France/Paris/network/back')!.ref]);
  expect(vm(other).get('config')?.files.vmPathName).toBe('[slow] web-01/web-01.vmx');
  expect(inventory.vmsWith('name', 'web-01').map((one) => one.ref)).toEqual([first.ref, other.ref]);
  expect(inventory.findByPath('Europe/France/Paris/datastore/slow')!.read('vm')).toEqual([other.ref]);
});

test('a name is taken only in its own folder', async () => {
  const lab = await loggedIn({ inventory: europe });
  const { inventory } = lab.mock;
  const create = async (folder: string) => {
    const pool = inventory.findByPath('Europe/France/Paris/host/silver/Resources')!.ref.value;
    const answer = await lab.call(
      `<CreateVM_Task xmlns="urn:vim25"><_this type="Folder">${inventory.findByPath(folder)!.ref.value}</_this>` +
        `<config><name>web-02</name><files><vmPathName>[fast]</vmPathName></files></config><pool type="ResourcePool">${pool}</pool></CreateVM_Task>`,
    );
    await lab.mock.tasks.idle();
    return lab.mock.vc.store.get('Task', { type: 'Task', value: textOf(answer.body, 'returnval')! })!.get('info');
  };
  const taken = await create('Europe/France/Paris/vm/prod/web');
  expect(taken.error?.fault._type).toBe('DuplicateName');
  expect((await create('Europe/France/Paris/vm/test')).state).toBe('success');
  expect(await find(lab, 'Europe/France/Paris/vm/test/web-02')).toBe('VirtualMachine');
});

test('the index follows renaming, moving and removal', async () => {
  const lab = await startLab();
  const { inventory, vmFactory } = lab.mock.vc;
  const web = inventory.vm('web')!;
  const { uuid } = web.get('config')!;
  web.change('config', (config) => {
    config.name = 'www';
  });
  expect([inventory.vm('web'), inventory.vm('www')]).toEqual([undefined, web]);
  expect(inventory.vmsWith('uuid', uuid)).toEqual([web]);
  vmFactory.remove(web);
  expect(inventory.vm('www')).toBeUndefined();
  expect(inventory.vmsWith('uuid', uuid)).toEqual([]);
  expect(inventory.host('esx-01')!.get('vm')).toEqual([]);
  expect(inventory.datastores[0]!.get('vm')).toHaveLength(1);
});

const paris = (rest: object): InventoryOptions => ({ datacenters: [{ name: 'Paris', ...rest }] });
const gold = { clusters: [{ name: 'gold', hosts: [{ name: 'esx-01' }] }] };

test.each<[InventoryOptions, string]>([
  [{ ...europe, vms: [{ name: 'x' }] }, 'inventory.vms belongs in one of the datacenters'],
  [{ datacenters: [{ name: 'a' }, { name: 'a' }] }, 'inventory.datacenters: the name "/a" is used twice'],
  [paris({ ...gold, hosts: [{ name: 'esx-01' }] }), 'inventory.hosts: the name "esx-01" is used twice'],
  [paris({ ...gold, networks: ['n', 'n'] }), 'inventory.datacenters: Paris: networks: the name "n" is used twice'],
  [paris({ ...gold, vms: [{ name: 'x', count: 2 }] }), 'inventory.vms: "x" has a count, but no # for the number'],
  [
    paris({ ...gold, vms: [{ name: 'x#', count: 2, ipAddress: '192.0.2.1' }] }),
    'inventory.vms: "x#" has a count: one address cannot be that of all',
  ],
  [paris({ ...gold, vms: [{ name: 'x#', count: 1 }, { name: 'x1' }] }), 'inventory.vms: the name "x1" is used twice'],
  [
    paris({ ...gold, vms: [{ name: 'x', cluster: 'tin' }] }),
    'inventory.vms: x names a cluster "tin", which does not exist or is empty',
  ],
  [
    paris({ ...gold, vms: [{ name: 'x', datastore: 'd' }] }),
    'inventory.vms: x names a datastore "d", which does not exist or is empty',
  ],
  [
    paris({ ...gold, vms: [{ name: 'x', network: 'n' }] }),
    'inventory.vms: x names a network "n", which does not exist or is empty',
  ],
  [paris({ vms: [{ name: 'x' }] }), 'inventory.vms needs at least one host and one datastore'],
])('a contradiction is refused: %#', async (inventory, message) => {
  await expect(startLab({ inventory })).rejects.toMatchObject({ code: 'ERR_OPTION', message });
});

test('ten thousand VMs: read at once, found by name and UUID, one of them switched on and removed', async () => {
  const lab = await loggedIn({
    inventory: { hosts: [{ name: 'esx-01' }, { name: 'esx-02' }], vms: [{ name: 'vm-#', count: 10_000 }] },
  });
  const view = await lab.call(
    '<CreateContainerView xmlns="urn:vim25"><_this type="ViewManager">ViewManager</_this><container type="Folder">group-d1</container><type>VirtualMachine</type><recursive>true</recursive></CreateContainerView>',
  );
  const all = await lab.call(
    `<RetrievePropertiesEx xmlns="urn:vim25"><_this type="PropertyCollector">propertyCollector</_this><specSet><propSet><type>VirtualMachine</type><pathSet>name</pathSet></propSet>
     <objectSet><obj type="ContainerView">${textOf(view.body, 'returnval')}</obj><skip>true</skip><selectSet xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="TraversalSpec"><type>ContainerView</type><path>view</path></selectSet></objectSet></specSet><options/></RetrievePropertiesEx>`,
  );
  const names = [...all.body.matchAll(/<val xsi:type="xsd:string">(vm-\d{5})<\/val>/g)].map(([, name]) => name);
  expect([names.length, names[0], names.at(-1)]).toEqual([10_000, 'vm-00001', 'vm-10000']);
  const last = lab.ref('vm-10000');
  const { uuid } = lab.mock.inventory.vm('vm-10000')!.get('config')!;
  const byUuid = await lab.call(
    `<FindByUuid xmlns="urn:vim25"><_this type="SearchIndex">SearchIndex</_this><uuid>${uuid}</uuid><vmSearch>true</vmSearch></FindByUuid>`,
  );
  expect(textOf(byUuid.body, 'returnval')).toBe(last);
  await lab.call(`<UnregisterVM xmlns="urn:vim25"><_this type="VirtualMachine">${last}</_this></UnregisterVM>`);
  expect(lab.mock.inventory.vms).toHaveLength(9_999);
  expect(await find(lab, 'Datacenter/vm/vm-10000')).toBeUndefined();
  expect(await find(lab, 'Datacenter/vm/vm-09999')).toBe('VirtualMachine');
});
