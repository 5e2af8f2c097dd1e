import { expect, test } from 'vitest';
import { changesIn, createFilter, objectSet, propSet, traversal, updates } from './collector.ts';
import { fetchOf, type Lab, loggedIn, textOf } from './lab.ts';

const manager = '<_this type="ViewManager">ViewManager</_this>';

async function create(lab: Lab, method: string, content: string): Promise<string> {
  const { body } = await lab.call(`<${method} xmlns="urn:vim25">${manager}${content}</${method}>`);
  const id = textOf(body, 'returnval');
  if (id === undefined) throw new Error(body);
  return id;
}

const container = (lab: Lab, type: string, id: string, recursive: boolean, ...types: string[]) =>
  create(
    lab,
    'CreateContainerView',
    `<container type="${type}">${id}</container>${types.map((one) => `<type>${one}</type>`).join('')}<recursive>${recursive}</recursive>`,
  );

/** The names of what a view shows, in order. */
async function shown(lab: Lab, type: string, id: string): Promise<string[]> {
  const { body } = await lab.call(fetchOf(type, id, 'view'));
  return [...body.matchAll(/<ManagedObjectReference type="(\w+)">([^<]*)</g)].map(([, kind, value]) =>
    String(lab.mock.vc.store.find({ type: kind!, value: value! })!.read('name')),
  );
}

const vmRef = (lab: Lab, name: string) => `type="VirtualMachine">${lab.ref(name)}`;

test('a container view: children or everything below, of all types or some', async () => {
  const lab = await loggedIn();
  const datacenter = lab.mock.inventory.datacenters[0]!.ref.value;
  const look = async (...[type, id, recursive, ...types]: [string, string, boolean, ...string[]]) =>
    shown(lab, 'ContainerView', await container(lab, type, id, recursive, ...types));
  expect(await look('Folder', 'group-d1', false)).toEqual(['Datacenter']);
  expect(await look('Datacenter', datacenter, false)).toEqual(['vm', 'host', 'datastore', 'network']);
  expect((await look('Folder', 'group-d1', true)).sort()).toEqual(
    [
      'Cluster',
      'Datacenter',
      'Resources',
      'VM Network',
      'datastore',
      'datastore1',
      'db',
      'esx-01',
      'esx-02',
      'host',
      'network',
      'vm',
      'web',
    ].sort(),
  );
  expect(await look('Folder', 'group-d1', true, 'VirtualMachine')).toEqual(['web', 'db']);
  // A base type stands for all that derive from it.
  expect(await look('Folder', 'group-d1', true, 'ComputeResource', 'Datastore')).toEqual(['Cluster', 'datastore1']);
  const cluster = lab.mock.inventory.clusters[0]!;
  // The VMs of what is directly below are there, too. documented (CreateContainerView)
  expect(await look('ClusterComputeResource', cluster.ref.value, false)).toEqual([
    'esx-01',
    'esx-02',
    'Resources',
    'web',
    'db',
  ]);
  expect(await look('ClusterComputeResource', cluster.ref.value, true, 'VirtualMachine')).toEqual(['web', 'db']);
  expect(await look('ResourcePool', cluster.get('resourcePool')!.value, false)).toEqual(['web', 'db']);
  expect(await look('HostSystem', lab.ref('esx-02'), false, 'VirtualMachine')).toEqual(['db']);
});

test('a container view follows the inventory, and whoever waits for it is told', async () => {
  const lab = await loggedIn();
  const { vmFactory, inventory } = lab.mock.vc;
  const all = await container(lab, 'Folder', 'group-d1', true, 'VirtualMachine');
  const ofHost = await container(lab, 'HostSystem', lab.ref('esx-02'), true, 'VirtualMachine');
  const watch = (view: string) =>
    createFilter(
      lab,
      propSet('VirtualMachine', 'name') + objectSet('ContainerView', view, traversal('ContainerView', 'view')),
    );
  await watch(all);
  await watch(ofHost);
  const first = await updates(lab);
  expect(changesIn(first.body)).toEqual(['enter name assign web', 'enter name assign db', 'enter name assign db']);
  vmFactory.move(inventory.vm('web')!, inventory.host('esx-02')!);
  const moved = await updates(lab, first.version);
  expect(changesIn(moved.body)).toEqual(['enter name assign web']);
  vmFactory.remove(inventory.vm('db')!);
  const removed = await updates(lab, moved.version);
  expect(changesIn(removed.body)).toEqual(['leave', 'leave']);
  expect(await shown(lab, 'ContainerView', all)).toEqual(['web']);
});

test('what a list view holds leaves it when it goes; what does not exist is not in it', async () => {
  const lab = await loggedIn();
  const id = await create(
    lab,
    'CreateListView',
    `<obj ${vmRef(lab, 'web')}</obj><obj type="VirtualMachine">vm-0</obj><obj ${vmRef(lab, 'db')}</obj>`,
  );
  expect(await shown(lab, 'ListView', id)).toEqual(['web', 'db']);
  await createFilter(lab, propSet('ListView', 'view') + objectSet('ListView', id));
  const { version } = await updates(lab);
  const { vmFactory, inventory } = lab.mock.vc;
  vmFactory.remove(inventory.vm('web')!);
  expect(changesIn((await updates(lab, version)).body)).toEqual(['modify view assign ArrayOfManagedObjectReference']);
  expect(await shown(lab, 'ListView', id)).toEqual(['db']);
});

test('a list view holds what it is given', async () => {
  const lab = await loggedIn();
  const id = await create(lab, 'CreateListView', `<obj ${vmRef(lab, 'web')}</obj>`);
  expect(await shown(lab, 'ListView', id)).toEqual(['web']);
  const change = (method: string, content: string) =>
    lab.call(`<${method} xmlns="urn:vim25"><_this type="ListView">${id}</_this>${content}</${method}>`);
  const modified = await change(
    'ModifyListView',
    `<add ${vmRef(lab, 'db')}</add><add type="VirtualMachine">vm-0</add><remove ${vmRef(lab, 'web')}</remove>`,
  );
  // What does not exist is given back.
  expect(modified.body).toContain('<returnval type="VirtualMachine">vm-0</returnval>');
  expect(await shown(lab, 'ListView', id)).toEqual(['db']);
  const reset = await change('ResetListView', `<obj ${vmRef(lab, 'web')}</obj><obj ${vmRef(lab, 'web')}</obj>`);
  expect(reset.body).not.toContain('returnval');
  expect(await shown(lab, 'ListView', id)).toEqual(['web']);
  const all = await container(lab, 'Folder', 'group-d1', true, 'VirtualMachine');
  await change('ResetListViewFromView', `<view type="ContainerView">${all}</view>`);
  expect(await shown(lab, 'ListView', id)).toEqual(['web', 'db']);
  const copy = await create(lab, 'CreateListViewFromView', `<view type="ListView">${id}</view>`);
  expect(await shown(lab, 'ListView', copy)).toEqual(['web', 'db']);
});

test('an inventory view is folded and unfolded', async () => {
  const lab = await loggedIn();
  const id = await create(lab, 'CreateInventoryView', '');
  const fold = (method: string, ...entities: string[]) =>
    lab.call(
      `<${method} xmlns="urn:vim25"><_this type="InventoryView">${id}</_this>${entities.map((entity) => `<entity ${entity}</entity>`).join('')}</${method}>`,
    );
  expect(await shown(lab, 'InventoryView', id)).toEqual(['Datacenters']);
  const datacenter = `type="Datacenter">${lab.mock.inventory.datacenters[0]!.ref.value}`;
  const answer = await fold('OpenInventoryViewFolder', 'type="Folder">group-d1', datacenter, 'type="Folder">group-v0');
  expect(answer.body).toContain('<returnval type="Folder">group-v0</returnval>');
  expect(await shown(lab, 'InventoryView', id)).toEqual([
    'Datacenters',
    'Datacenter',
    'vm',
    'host',
    'datastore',
    'network',
  ]);
  await fold('CloseInventoryViewFolder', 'type="Folder">group-d1');
  expect(await shown(lab, 'InventoryView', id)).toEqual(['Datacenters']);
});

test('a session lists its own views; they end with it', async () => {
  const lab = await loggedIn();
  const views = async () => {
    const { body } = await lab.call(fetchOf('ViewManager', 'ViewManager', 'viewList'));
    return [...body.matchAll(/session\[[^\]]*\][0-9a-f-]*/g)].map(([id]) => id);
  };
  const list = await create(lab, 'CreateListView', '');
  const all = await container(lab, 'Folder', 'group-d1', true);
  expect(await views()).toEqual([list, all]);
  await lab.call(`<DestroyView xmlns="urn:vim25"><_this type="ListView">${list}</_this></DestroyView>`);
  expect(await views()).toEqual([all]);
  await lab.call('<Logout xmlns="urn:vim25"><_this type="SessionManager">SessionManager</_this></Logout>');
  await lab.login();
  expect(await views()).toEqual([]);
  expect((await lab.call(fetchOf('ContainerView', all, 'view'))).body).toContain('<ManagedObjectNotFoundFault');
});
