import { describe, expect, it } from 'vitest';
import { fetchOf, finished, type Lab, loggedIn, textOf } from './lab.ts';

/** Resource pools, and what hosts and clusters tell of themselves, over SOAP. */
let lab: Lab;

const allocation =
  '<reservation>0</reservation><expandableReservation>true</expandableReservation><limit>-1</limit>' +
  '<shares><shares>4000</shares><level>normal</level></shares>';
const spec = (element: string) =>
  `<${element}><cpuAllocation>${allocation}</cpuAllocation><memoryAllocation>${allocation}</memoryAllocation></${element}>`;
const on = (pool: string, method: string, content = '') =>
  lab.call(`<${method} xmlns="urn:vim25"><_this type="ResourcePool">${pool}</_this>${content}</${method}>`);
const cluster = () => lab.mock.inventory.clusters[0]!;
const root = () => cluster().get('resourcePool')!.value;
const create = async (pool: string, name: string) =>
  textOf((await on(pool, 'CreateResourcePool', `<name>${name}</name>${spec('spec')}`)).body, 'returnval') ?? '';
const read = async (pool: string, property: string) => (await lab.call(fetchOf('ResourcePool', pool, property))).body;

describe('resource pools', () => {
  it('are made in one another, under names that are free', async () => {
    lab = await loggedIn();
    const outer = await create(root(), 'outer');
    const inner = await create(outer, 'inner');
    expect(await read(outer, 'resourcePool')).toContain(inner);
    expect(await read(inner, 'parent')).toContain(outer);
    expect(textOf(await read(inner, 'owner'), 'returnval')).toBe(cluster().ref.value);
    const again = await on(root(), 'CreateResourcePool', `<name>outer</name>${spec('spec')}`);
    expect(again.status).toBe(500);
    expect(again.body).toContain('DuplicateName');
  });

  it('take another name and other shares', async () => {
    lab = await loggedIn();
    const pool = await create(root(), 'old');
    const shares = spec('config').replaceAll('<shares>4000</shares><level>normal', '<shares>8000</shares><level>high');
    expect((await on(pool, 'UpdateConfig', `<name>new</name>${shares}`)).status).toBe(200);
    expect(textOf(await read(pool, 'name'), 'returnval')).toBe('new');
    expect(await read(pool, 'config')).toContain('<shares>8000</shares><level>high</level>');
    const summary = await read(pool, 'summary');
    expect(textOf(summary, 'name')).toBe('new');
    expect(summary).toContain('<shares>8000</shares><level>high</level>');
  });

  // documented (UpdateConfig, ResourceConfigSpec.changeVersion)
  it('change only from the version that the client knows', async () => {
    lab = await loggedIn();
    const pool = await create(root(), 'one');
    const version = textOf(await read(pool, 'config'), 'changeVersion');
    const from = (known: string) =>
      spec('config').replace('<config>', `<config><changeVersion>${known}</changeVersion>`);
    expect((await on(pool, 'UpdateConfig', from('older'))).body).toContain('xsi:type="ConcurrentAccess"');
    expect((await on(pool, 'UpdateConfig', from(version ?? ''))).status).toBe(200);
  });

  it('give what is in them to the pool above when they go; the root stays', async () => {
    lab = await loggedIn();
    const outer = await create(root(), 'outer');
    const inner = await create(outer, 'inner');
    const move =
      '<RelocateVM_Task xmlns="urn:vim25"><_this type="VirtualMachine">' +
      `${lab.ref('web')}</_this><spec><pool type="ResourcePool">${inner}</pool></spec></RelocateVM_Task>`;
    expect(textOf(await finished(lab, await lab.call(move)), 'state')).toBe('success');
    expect(textOf(await finished(lab, await on(inner, 'Destroy_Task')), 'state')).toBe('success');
    expect(await read(outer, 'vm')).toContain(lab.ref('web'));
    await create(outer, 'other');
    expect((await on(root(), 'DestroyChildren')).status).toBe(200);
    expect(await read(outer, 'name')).toContain('ManagedObjectNotFound');
    expect(await read(root(), 'vm')).toContain(lab.ref('web'));
    expect(await read(root(), 'resourcePool')).not.toContain('resgroup');
    expect(textOf(await finished(lab, await on(root(), 'Destroy_Task')), 'error')).toContain('NotSupported');
  });
});

describe('what clients read of hosts and clusters', () => {
  it('a host has a switch with a port group for each network, and a port of its own', async () => {
    lab = await loggedIn();
    const { body } = await lab.call(fetchOf('HostSystem', lab.ref('esx-01'), 'config.network'));
    expect(textOf(body, 'vswitch')).toContain('<name>vSwitch0</name>');
    expect([...body.matchAll(/<spec><name>([^<]+)/g)].map(([, name]) => name)).toEqual([
      'VM Network',
      'Management Network',
    ]);
    expect(textOf(body, 'vnic')).toContain('<device>vmk0</device>');
  });

  it('GetResourceUsage adds up the hosts and the datastores', async () => {
    lab = await loggedIn();
    const { body } = await lab.call(
      '<GetResourceUsage xmlns="urn:vim25"><_this type="ClusterComputeResource">' +
        `${cluster().ref.value}</_this></GetResourceUsage>`,
    );
    // Two hosts of 16 cores at 2400 MHz and 64 GiB; one datastore of 1 TiB.
    expect(textOf(body, 'cpuCapacityMHz')).toBe('76800');
    expect(textOf(body, 'memCapacityMB')).toBe('131072');
    expect(textOf(body, 'storageCapacityMB')).toBe('1048576');
  });
});
