import { describe, expect, it } from 'vitest';
import { grant } from './grant.ts';
import { type Answer, fetchOf, finished, type Lab, loggedIn, password, textOf, username } from './lab.ts';

/** What an administrator does with hosts, over SOAP. */
let lab: Lab;

const hostCall = (name: string, method: string, content = '') =>
  lab.call(`<${method} xmlns="urn:vim25"><_this type="HostSystem">${lab.ref(name)}</_this>${content}</${method}>`);
const hostTask = async (name: string, method: string, content = '') =>
  finished(lab, await hostCall(name, method, content));
const runtime = async (type: string, name: string) => (await lab.call(fetchOf(type, lab.ref(name), 'runtime'))).body;
const connection = async (type: string, name: string) => textOf(await runtime(type, name), 'connectionState');
const cluster = () => lab.mock.inventory.clusters[0]!;
const events = () => lab.mock.events.all.map(({ _type, fullFormattedMessage }) => [_type, fullFormattedMessage]);
const force = '<force>true</force>';

/** The task that an answer names, without waiting for its end. */
const state = async (answer: Answer) =>
  textOf((await lab.call(fetchOf('Task', textOf(answer.body, 'returnval') ?? '', 'info'))).body, 'state');

const drs = (spec: string) =>
  lab.call(
    '<ReconfigureComputeResource_Task xmlns="urn:vim25" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">' +
      `<_this type="ClusterComputeResource">${cluster().ref.value}</_this>` +
      `<spec xsi:type="ClusterConfigSpecEx">${spec}</spec><modify>true</modify></ReconfigureComputeResource_Task>`,
  );

describe('disconnect and reconnect', () => {
  it('vCenter loses sight of host and VMs, which go on; reconnected they are as they were', async () => {
    lab = await loggedIn();
    expect(textOf(await hostTask('esx-02', 'DisconnectHost_Task'), 'state')).toBe('success');
    expect(await connection('HostSystem', 'esx-02')).toBe('disconnected');
    expect(await connection('VirtualMachine', 'db')).toBe('disconnected');
    expect(textOf(await runtime('VirtualMachine', 'db'), 'powerState')).toBe('poweredOn');
    expect(await connection('VirtualMachine', 'web')).toBe('connected');
    expect(textOf(await hostTask('esx-02', 'DisconnectHost_Task'), 'error')).toContain('InvalidState');

    expect(textOf(await hostTask('esx-02', 'ReconnectHost_Task'), 'state')).toBe('success');
    expect(await connection('VirtualMachine', 'db')).toBe('connected');
    expect(textOf(await hostTask('esx-02', 'ReconnectHost_Task'), 'error')).toContain('InvalidState');
    expect(events().slice(-2)).toEqual([
      ['HostDisconnectedEvent', 'Disconnected from esx-02. Reason: user request'],
      ['HostConnectedEvent', 'Connected to esx-02'],
    ]);
  });

  it('nothing starts on a host that is not connected, and nothing moves there', async () => {
    lab = await loggedIn();
    await hostTask('esx-01', 'DisconnectHost_Task');
    const vm = (name: string, method: string, content = '') =>
      lab.call(
        `<${method} xmlns="urn:vim25"><_this type="VirtualMachine">${lab.ref(name)}</_this>${content}</${method}>`,
      );
    const started = await finished(lab, await vm('web', 'PowerOnVM_Task'));
    expect(textOf(started, 'error')).toContain('HostNotConnected');
    const to = `<host type="HostSystem">${lab.ref('esx-01')}</host><priority>defaultPriority</priority>`;
    const moved = await finished(lab, await vm('db', 'MigrateVM_Task', to));
    expect(textOf(moved, 'error')).toContain('HostNotConnected');
  });
});

describe('down and up', () => {
  it('only a host in maintenance mode goes down without force', async () => {
    lab = await loggedIn();
    const refused = await hostTask('esx-01', 'RebootHost_Task', '<force>false</force>');
    expect(textOf(refused, 'error')).toMatch(/xsi:type="InvalidState".*not in maintenance mode/s);
    expect(textOf(await hostTask('esx-01', 'RebootHost_Task', force), 'state')).toBe('success');
  });

  it('shut down it stays away until somebody pushes its button', async () => {
    lab = await loggedIn();
    expect(textOf(await hostTask('esx-02', 'ShutdownHost_Task', force), 'state')).toBe('success');
    expect(await connection('HostSystem', 'esx-02')).toBe('notResponding');
    expect(textOf(await runtime('HostSystem', 'esx-02'), 'powerState')).toBe('poweredOff');
    expect(textOf(await runtime('VirtualMachine', 'db'), 'powerState')).toBe('poweredOff');
    expect(await connection('VirtualMachine', 'db')).toBe('disconnected');
    const failed = await hostTask('esx-02', 'ReconnectHost_Task');
    expect(textOf(failed, 'error')).toMatch(/xsi:type="NoHost"><name>esx-02</);
    await lab.mock.startHost('esx-02');
    expect(await connection('HostSystem', 'esx-02')).toBe('connected');
    expect(await connection('VirtualMachine', 'db')).toBe('connected');
    expect(events().map(([type]) => type)).toEqual(
      expect.arrayContaining(['HostShutdownEvent', 'HostConnectionLostEvent', 'HostReconnectionFailedEvent']),
    );
  });
});

describe('maintenance mode', () => {
  const enter = (timeout: number, more = '') =>
    hostCall('esx-02', 'EnterMaintenanceMode_Task', `<timeout>${timeout}</timeout>${more}`);

  it('waits until no VM runs on the host; then nothing starts there until it ends', async () => {
    lab = await loggedIn();
    const entering = await enter(0);
    expect(await state(entering)).toBe('running');
    const off = `<PowerOffVM_Task xmlns="urn:vim25"><_this type="VirtualMachine">${lab.ref('db')}</_this></PowerOffVM_Task>`;
    await finished(lab, await lab.call(off));
    expect(await state(entering)).toBe('success');
    expect(textOf(await runtime('HostSystem', 'esx-02'), 'inMaintenanceMode')).toBe('true');
    const on = off.replaceAll('PowerOff', 'PowerOn');
    const refused = await finished(lab, await lab.call(on));
    expect(textOf(refused, 'error')).toMatch(/xsi:type="InvalidState".*is in maintenance mode/s);
    expect(textOf(await finished(lab, await enter(0)), 'error')).toContain('InvalidState');
    expect(textOf(await hostTask('esx-02', 'ExitMaintenanceMode_Task', '<timeout>0</timeout>'), 'state')).toBe(
      'success',
    );
    expect(textOf(await finished(lab, await lab.call(on)), 'state')).toBe('success');
    expect(events().map(([type]) => type)).toEqual(
      expect.arrayContaining([
        'EnteringMaintenanceModeEvent',
        'EnteredMaintenanceModeEvent',
        'ExitMaintenanceModeEvent',
      ]),
    );
  });

  it('gives up after its time-out', async () => {
    lab = await loggedIn();
    const entering = await enter(60);
    expect(await state(entering)).toBe('running');
    await lab.clock.advance(60_000);
    expect(textOf(await finished(lab, entering), 'error')).toContain('xsi:type="Timedout"');
    expect(textOf(await runtime('HostSystem', 'esx-02'), 'inMaintenanceMode')).toBe('false');
  });

  it('a fully automated cluster moves the running VMs away, the others only when asked', async () => {
    lab = await loggedIn();
    const set = await drs(
      '<drsConfig><enabled>true</enabled><defaultVmBehavior>fullyAutomated</defaultVmBehavior></drsConfig>',
    );
    expect(textOf(await finished(lab, set), 'state')).toBe('success');
    expect(textOf(await finished(lab, await enter(0)), 'state')).toBe('success');
    expect(textOf(await runtime('VirtualMachine', 'db'), 'host')).toBe(lab.ref('esx-01'));
    expect(textOf(await runtime('VirtualMachine', 'db'), 'powerState')).toBe('poweredOn');
    await hostTask('esx-02', 'ExitMaintenanceMode_Task', '<timeout>0</timeout>');
    const all = '<timeout>0</timeout><evacuatePoweredOffVms>true</evacuatePoweredOffVms>';
    expect(textOf(await hostTask('esx-01', 'EnterMaintenanceMode_Task', all), 'state')).toBe('success');
    expect(textOf(await runtime('VirtualMachine', 'web'), 'host')).toBe(lab.ref('esx-02'));
  });
});

describe('hosts come and go', () => {
  const add = async (name: string, connected = true, login?: [string, string]) => {
    if (login) await lab.login(...login);
    return finished(
      lab,
      await lab.call(
        `<AddHost_Task xmlns="urn:vim25"><_this type="ClusterComputeResource">${cluster().ref.value}</_this>` +
          `<spec><hostName>${name}</hostName><userName>root</userName><password>Sesame-4711</password><force>false</force></spec>` +
          `<asConnected>${connected}</asConnected></AddHost_Task>`,
      ),
    );
  };

  it('a new host sees what the others see, has a manager of keys, and is counted', async () => {
    lab = await loggedIn();
    const added = await add('esx-03');
    expect(textOf(added, 'state')).toBe('success');
    expect(added).toContain(
      `<result type="HostSystem" xsi:type="ManagedObjectReference">${lab.ref('esx-03')}</result>`,
    );
    const host = lab.mock.inventory.host('esx-03')!;
    expect(host.get('datastore')).toEqual(lab.mock.inventory.host('esx-01')!.get('datastore'));
    const { cryptoManager } = host.get('configManager');
    const enabled = await lab.call(fetchOf('CryptoManagerHostKMS', cryptoManager!.value, 'enabled'));
    expect(textOf(enabled.body, 'returnval')).toBe('true');
    expect(cluster().get('summary').numHosts).toBe(3);
    expect(lab.mock.inventory.datastores[0]!.get('host')).toHaveLength(3);
    expect(textOf(await add('esx-03'), 'error')).toContain('DuplicateName');
    expect(textOf(await add(''), 'error')).toContain('<invalidProperty>spec.hostName</invalidProperty>');
    await add('esx-04', false);
    expect(await connection('HostSystem', 'esx-04')).toBe('disconnected');
    const other = lab.mock.inventory.host('esx-04')!.get('configManager').cryptoManager!;
    expect((await lab.call(fetchOf('CryptoManagerHostKMS', other.value, 'enabled'))).status).toBe(200);
    expect(JSON.stringify(lab.runtime.journal.entries())).not.toContain('Sesame-4711');
  });

  it('a host by itself has a compute resource of its own, which goes with it', async () => {
    lab = await loggedIn();
    const folder = lab.mock.inventory.datacenters[0]!.get('hostFolder').value;
    const added = await finished(
      lab,
      await lab.call(
        `<AddStandaloneHost_Task xmlns="urn:vim25"><_this type="Folder">${folder}</_this>` +
          '<spec><hostName>lonely</hostName><force>false</force></spec><addConnected>true</addConnected></AddStandaloneHost_Task>',
      ),
    );
    expect(textOf(added, 'state')).toBe('success');
    const compute = lab.mock.inventory.store.all('ComputeResource')[0]!;
    expect(compute.get('host')).toEqual([lab.mock.inventory.host('lonely')!.ref]);
    // documented (HostSystem): a host by itself goes with its compute resource only
    expect(textOf(await hostTask('lonely', 'Destroy_Task'), 'error')).toMatch(/xsi:type="NotSupported"/);
    const destroyed = await lab.call(
      `<Destroy_Task xmlns="urn:vim25"><_this type="ComputeResource">${compute.ref.value}</_this></Destroy_Task>`,
    );
    expect(textOf(await finished(lab, destroyed), 'state')).toBe('success');
    expect(lab.mock.inventory.host('lonely')).toBeUndefined();
    expect(lab.mock.inventory.store.all('ComputeResource')).toEqual([]);
    expect(events().at(-1)).toEqual(['HostRemovedEvent', 'Removed host lonely']);
  });

  it('a host that goes takes its VMs out of the inventory, not off the datastore', async () => {
    lab = await loggedIn();
    const path = lab.mock.inventory.vm('db')!.get('config')!.files.vmPathName!;
    await hostTask('esx-02', 'DisconnectHost_Task');
    await finished(lab, await hostCall('esx-02', 'Destroy_Task'));
    expect(lab.mock.inventory.vm('db')).toBeUndefined();
    expect(cluster().get('summary').numHosts).toBe(1);
    expect(lab.mock.inventory.datastores[0]!.get('host')).toHaveLength(1);
    const datacenter = lab.mock.inventory.datacenters[0]!;
    const registered = await finished(
      lab,
      await lab.call(
        `<RegisterVM_Task xmlns="urn:vim25"><_this type="Folder">${datacenter.get('vmFolder').value}</_this><path>${path}</path>` +
          `<asTemplate>false</asTemplate><pool type="ResourcePool">${cluster().get('resourcePool')!.value}</pool></RegisterVM_Task>`,
      ),
    );
    expect(textOf(registered, 'state')).toBe('success');
    expect(textOf(await runtime('VirtualMachine', 'db'), 'host')).toBe(lab.ref('esx-01'));
  });

  it('without the privilege of encryption no host joins a cluster that forces it', async () => {
    const users = [
      { username, password },
      { username: 'operator', password: 'op', role: 'NoAccess' as const },
    ];
    lab = await loggedIn({ users });
    await grant(lab, 'operator', ['Host.Inventory.AddHostToCluster']);
    await drs('<cryptoConfig><cryptoMode>forceEnable</cryptoMode></cryptoConfig>');
    await lab.mock.tasks.idle();
    const refused = textOf(await add('esx-03', true, ['operator', 'op']), 'error');
    expect(refused).toContain('<privilegeId>Cryptographer.RegisterHost</privilegeId>');
    expect(lab.mock.inventory.host('esx-03')).toBeUndefined();
  });
});
