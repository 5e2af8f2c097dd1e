import { describe, expect, it } from 'vitest';
import { grant } from './grant.ts';
import { fetchOf, finished, type Lab, loggedIn, password, textOf, username } from './lab.ts';

/** Datacenters, clusters and folders that are made, renamed and removed, over SOAP. */
let lab: Lab;

const on = (type: string, id: string, method: string, content = '') =>
  lab.call(`<${method} xmlns="urn:vim25"><_this type="${type}">${id}</_this>${content}</${method}>`);
const task = async (type: string, id: string, method: string, content = '') =>
  finished(lab, await on(type, id, method, content));
const made = async (type: string, id: string, method: string, content: string) =>
  textOf((await on(type, id, method, content)).body, 'returnval') ?? '';
const read = async (type: string, id: string, property: string) =>
  textOf((await lab.call(fetchOf(type, id, property))).body, 'returnval') ?? '';
const find = async (path: string) =>
  textOf(
    (await on('SearchIndex', 'SearchIndex', 'FindByInventoryPath', `<inventoryPath>${path}</inventoryPath>`)).body,
    'returnval',
  );
const events = () => lab.mock.events.all.map(({ _type, fullFormattedMessage }) => [_type, fullFormattedMessage]);
const named = (name: string) => `<name>${name}</name>`;
const datacenter = () => made('Folder', 'group-d1', 'CreateDatacenter', named('second'));
const hostFolder = async (dc: string) => read('Datacenter', dc, 'hostFolder');
const spec = '<spec><drsConfig><enabled>true</enabled></drsConfig></spec>';
const cluster = async (dc: string) =>
  made('Folder', await hostFolder(dc), 'CreateClusterEx', `${named('compute')}${spec}`);
const host = (name: string) => `<spec><hostName>${name}</hostName><force>false</force></spec>`;
const addHost = (id: string, name: string) =>
  task('ClusterComputeResource', id, 'AddHost_Task', `${host(name)}<asConnected>true</asConnected>`);

describe('a new datacenter', () => {
  // documented (Datacenter): four folders, which are empty
  it('has its folders, a free name and an event', async () => {
    lab = await loggedIn();
    const id = await datacenter();
    expect(await read('Datacenter', id, 'parent')).toBe('group-d1');
    for (const [property, name] of [
      ['vmFolder', 'vm'],
      ['hostFolder', 'host'],
      ['datastoreFolder', 'datastore'],
      ['networkFolder', 'network'],
    ] as const) {
      const folder = await read('Datacenter', id, property);
      expect(await read('Folder', folder, 'name')).toBe(name);
      expect(await read('Folder', folder, 'childEntity')).toBe('');
    }
    expect(await find('second/vm')).toBe(await read('Datacenter', id, 'vmFolder'));
    // observed
    expect(events().at(-1)).toEqual(['DatacenterCreatedEvent', 'Created datacenter second in folder Datacenters']);
    expect((await on('Folder', 'group-d1', 'CreateDatacenter', named('second'))).body).toContain('"DuplicateName"');
    expect((await on('Folder', 'group-d1', 'CreateDatacenter', named(''))).body).toContain('"InvalidName"');
    const vms = await read('Datacenter', id, 'vmFolder');
    expect((await on('Folder', vms, 'CreateDatacenter', named('inner'))).body).toContain('"NotSupported"');
    expect((await on('Folder', vms, 'CreateClusterEx', `${named('inner')}<spec/>`)).body).toContain('"NotSupported"');
  });

  it('is renamed, with its event; its folders are not renamed, moved or removed', async () => {
    lab = await loggedIn();
    const id = await datacenter();
    expect(textOf(await task('Datacenter', id, 'Rename_Task', '<newName>a/b</newName>'), 'state')).toBe('success');
    expect(await read('Datacenter', id, 'name')).toBe('a%2fb');
    expect(events().at(-1)?.[0]).toBe('DatacenterRenamedEvent');
    const folder = await read('Datacenter', id, 'vmFolder');
    const other = await read('Datacenter', lab.mock.inventory.datacenters[0]!.ref.value, 'vmFolder');
    const outer = await made('Folder', other, 'CreateFolder', named('outer'));
    const into = `<list type="Folder">${folder}</list>`;
    for (const answer of [
      await task('Folder', folder, 'Rename_Task', '<newName>other</newName>'),
      await task('Folder', folder, 'Destroy_Task'),
      await task('Folder', folder, 'UnregisterAndDestroy_Task'),
      await task('Folder', outer, 'MoveIntoFolder_Task', into),
      await task('Folder', await hostFolder(id), 'UnregisterAndDestroy_Task'),
    ]) {
      expect(textOf(answer, 'error')).toContain('"NotSupported"');
    }
  });

  it('has a cluster whose hosts see what is in this datacenter, and only that', async () => {
    lab = await loggedIn();
    const id = await datacenter();
    const compute = await cluster(id);
    expect(events().at(-1)).toEqual(['ClusterCreatedEvent', 'Created cluster compute in folder host']);
    // documented: the older form of configurationEx
    expect(await read('ClusterComputeResource', compute, 'configuration.drsConfig.enabled')).toBe('true');
    expect(await read('ClusterComputeResource', compute, 'summary.numHosts')).toBe('0');
    expect(textOf(await addHost(compute, 'esx-11'), 'state')).toBe('success');
    await addHost(compute, 'esx-12');
    const own = await read('Datacenter', id, 'datastore');
    expect(await read('HostSystem', lab.ref('esx-12'), 'datastore')).toBe(own);
    expect(await read('HostSystem', lab.ref('esx-01'), 'datastore')).not.toContain(own);
    const datastore = /datastore-\d+/.exec(own)?.[0] ?? '';
    const seeing = await read('Datastore', datastore, 'host');
    expect([...seeing.matchAll(/<key type="HostSystem">([^<]+)/g)].map(([, one]) => one)).toEqual(
      ['esx-11', 'esx-12'].map((name) => lab.ref(name)),
    );
    expect(await read('HostSystem', lab.ref('esx-11'), 'config.network')).toContain('<name>VM Network</name>');
    expect(await read('ClusterComputeResource', compute, 'summary.numHosts')).toBe('2');
  });
});

describe('what is removed', () => {
  const createVm = async (dc: string, pool: string) =>
    task(
      'Folder',
      await read('Datacenter', dc, 'vmFolder'),
      'CreateVM_Task',
      '<config><name>guest</name><files><vmPathName>[datastore1]</vmPathName></files></config>' +
        `<pool type="ResourcePool">${pool}</pool>`,
    );

  // documented (Folder): hosts and VMs are unregistered, the files stay
  it('takes hosts and their VMs along; nothing of them is left, and nothing else goes', async () => {
    lab = await loggedIn();
    const before = lab.mock.vc.store.list().length;
    const id = await datacenter();
    const compute = await cluster(id);
    await addHost(compute, 'esx-11');
    const pool = await read('ClusterComputeResource', compute, 'resourcePool');
    expect(textOf(await createVm(id, pool), 'state')).toBe('success');
    await task(
      'Folder',
      await hostFolder(id),
      'AddStandaloneHost_Task',
      `${host('lonely')}<addConnected>true</addConnected>`,
    );
    const removed = await on('ClusterComputeResource', compute, 'Destroy_Task');
    expect(textOf(await finished(lab, removed), 'state')).toBe('success');
    expect(events().slice(-3)).toEqual([
      ['VmRemovedEvent', 'Removed guest'],
      ['HostRemovedEvent', 'Removed host esx-11'],
      ['ClusterDestroyedEvent', 'Removed cluster compute in datacenter second'],
    ]);
    expect((await lab.call(fetchOf('ResourcePool', pool, 'name'))).body).toContain('ManagedObjectNotFound');
    expect(await find('second/vm/guest')).toBeUndefined();
    expect(await find('second/host/lonely/lonely')).toBe(lab.ref('lonely'));
    expect(textOf(await task('Datacenter', id, 'Destroy_Task'), 'state')).toBe('success');
    expect(await find('second')).toBeUndefined();
    expect(lab.mock.inventory.host('lonely')).toBeUndefined();
    expect(await read('Folder', 'group-d1', 'childEntity')).not.toContain(id);
    const left = lab.mock.vc.store.list().filter(({ type }) => type !== 'Task');
    expect(left).toHaveLength(before);
    expect(await read('HostSystem', lab.ref('esx-01'), 'name')).toBe('esx-01');
  });

  // documented (HostSystem): a host by itself goes with its compute resource only
  it('a host by itself is removed by its compute resource', async () => {
    lab = await loggedIn();
    const id = await datacenter();
    await task(
      'Folder',
      await hostFolder(id),
      'AddStandaloneHost_Task',
      `${host('lonely')}<addConnected>true</addConnected>`,
    );
    const compute = lab.mock.inventory.store.all('ComputeResource')[0]!.ref.value;
    const refused = await task('HostSystem', lab.ref('lonely'), 'Destroy_Task');
    expect(textOf(refused, 'error')).toContain('"NotSupported"');
    expect(textOf(await task('ComputeResource', compute, 'Destroy_Task'), 'state')).toBe('success');
    expect(lab.mock.inventory.host('lonely')).toBeUndefined();
  });

  // documented (Folder)
  it('folders of networks and datastores go only when they are empty', async () => {
    lab = await loggedIn();
    const dc = lab.mock.inventory.datacenters[0]!.ref.value;
    const folder = await read('Datacenter', dc, 'datastoreFolder');
    const outer = await made('Folder', folder, 'CreateFolder', named('outer'));
    const inner = await made('Folder', outer, 'CreateFolder', named('inner'));
    expect(textOf(await task('Folder', outer, 'Destroy_Task'), 'error')).toContain('"NotSupported"');
    expect(textOf(await task('Folder', inner, 'Destroy_Task'), 'state')).toBe('success');
    expect(textOf(await task('Folder', outer, 'Destroy_Task'), 'state')).toBe('success');
  });
});

describe('privileges', () => {
  const operator = { username: 'operator', password: 'p' };
  const asOperator = async (...privileges: string[]) => {
    lab = await loggedIn({
      users: [
        { username, password },
        { ...operator, role: 'NoAccess' },
      ],
    });
    await grant(lab, 'operator', ['System.View', 'System.Read', ...privileges]);
    await lab.login('operator', 'p');
  };

  it.each([
    ['Datacenter.Create', 'CreateDatacenter', named('x')],
    ['Host.Inventory.CreateCluster', 'CreateClusterEx', `${named('x')}<spec/>`],
  ])('%s is needed for %s', async (privilege, method, content) => {
    await asOperator();
    const refused = await on('Folder', 'group-d1', method, content);
    expect(textOf(refused.body, 'privilegeId')).toBe(privilege);
  });

  // documented (ManagedEntity.Destroy_Task, Folder.MoveIntoFolder_Task)
  it('removing and moving need their privilege also where a VM is, and where it goes', async () => {
    lab = await loggedIn({
      users: [
        { username, password },
        { ...operator, role: 'Admin', on: ['/Datacenter/vm/web'] },
      ],
    });
    const folder = lab.mock.inventory.vm('web')!.get('parent')!.value;
    const inner = await made('Folder', folder, 'CreateFolder', named('inner'));
    await lab.login('operator', 'p');
    const list = `<list type="VirtualMachine">${lab.ref('web')}</list>`;
    for (const [answer, privilege] of [
      [await on('VirtualMachine', lab.ref('web'), 'Destroy_Task'), 'VirtualMachine.Inventory.Delete'],
      [await on('Folder', folder, 'MoveIntoFolder_Task', list), 'VirtualMachine.Inventory.Move'],
    ] as const) {
      expect(answer.status).toBe(500);
      expect(textOf(answer.body, 'privilegeId')).toBe(privilege);
      expect(textOf(answer.body, 'object')).toBe(folder);
    }
    expect((await on('Folder', inner, 'MoveIntoFolder_Task', list)).body).toContain('"NoPermission"');
  });
});
