import { expect, test } from 'vitest';
import { vmEncryptionPolicyId } from '../../vcenter-mock/index.ts';
import { fetchOf, finished, type Lab, loggedIn, startLab, textOf } from './lab.ts';

const xsi = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"';

function vmCall(lab: Lab, method: string, name: string, content = '') {
  return lab.call(
    `<${method} xmlns="urn:vim25"><_this type="VirtualMachine">${lab.ref(name)}</_this>${content}</${method}>`,
  );
}

async function property(lab: Lab, name: string, path: string): Promise<string> {
  return (await lab.call(fetchOf('VirtualMachine', lab.ref(name), path))).body;
}

test('a task goes through its states and names what it works on', async () => {
  const lab = await loggedIn();
  const info = await finished(lab, await vmCall(lab, 'PowerOnVM_Task', 'web'));
  expect(info).toContain('<returnval xsi:type="TaskInfo">');
  expect(textOf(info, 'state')).toBe('success');
  expect(textOf(info, 'name')).toBe('PowerOnVM_Task');
  expect(textOf(info, 'descriptionId')).toBe('VirtualMachine.powerOn');
  expect(info).toContain(`<entity type="VirtualMachine">${lab.ref('web')}</entity><entityName>web</entityName>`);
  expect(info).toContain(
    `<reason xsi:type="TaskReasonUser"><userName>VSPHERE.LOCAL\\administrator</userName></reason>`,
  );
  expect(textOf(await property(lab, 'web', 'runtime'), 'powerState')).toBe('poweredOn');
});

test('tasks take the time that the options say, with progress, by the clock', async () => {
  const lab = await loggedIn({ taskDurations: { PowerOnVM_Task: 10_000 } });
  const task = textOf((await vmCall(lab, 'PowerOnVM_Task', 'web')).body, 'returnval') ?? '';
  const info = async () => (await lab.call(fetchOf('Task', task, 'info'))).body;
  expect(textOf(await info(), 'state')).toBe('running');
  await lab.clock.advance(5000);
  expect(textOf(await info(), 'progress')).toBe('50');
  expect(textOf(await property(lab, 'web', 'runtime'), 'powerState')).toBe('poweredOff');
  const second = await vmCall(lab, 'PowerOnVM_Task', 'web');
  const other = (await lab.call(fetchOf('Task', textOf(second.body, 'returnval') ?? '', 'info'))).body;
  expect(other).toContain(`<fault xsi:type="TaskInProgress"><task type="Task">${task}</task></fault>`);
  await lab.clock.advance(5000);
  await lab.mock.tasks.idle();
  const end = await info();
  expect(textOf(end, 'state')).toBe('success');
  expect(textOf(end, 'startTime')).toBe('2026-01-02T03:04:05.000Z');
  expect(textOf(end, 'completeTime')).toBe('2026-01-02T03:04:15.000Z');
});

test('a failed task carries a LocalizedMethodFault with the plain type name', async () => {
  const lab = await loggedIn();
  const info = await finished(lab, await vmCall(lab, 'PowerOffVM_Task', 'web'));
  expect(textOf(info, 'state')).toBe('error');
  expect(textOf(info, 'error')).toBe(
    '<fault xsi:type="InvalidPowerState"><requestedState>poweredOff</requestedState><existingState>poweredOff</existingState></fault>' +
      '<localizedMessage>The attempted operation cannot be performed in the current state (Powered off).</localizedMessage>',
  );
});

test('the journal ties call, task, event and outcome together', async () => {
  const lab = await loggedIn();
  await finished(lab, await vmCall(lab, 'PowerOnVM_Task', 'web'));
  await finished(lab, await vmCall(lab, 'PowerOnVM_Task', 'web'));
  const { journal } = lab.runtime;
  const [good, bad] = journal.entries({ event: 'vcenter.call', data: { method: 'PowerOnVM_Task' } });
  const names = (seq: number | undefined) => journal.entries({ cause: seq ?? -1 }).map((entry) => entry.event);
  const [started] = journal.entries({ cause: good?.seq ?? -1 });
  expect(started?.event).toBe('vcenter.task.started');
  expect(names(started?.seq)).toEqual(['vcenter.event', 'vcenter.event', 'vcenter.task.succeeded']);
  const [again] = journal.entries({ cause: bad?.seq ?? -1 });
  const [failed] = journal.entries({ cause: again?.seq ?? -1, event: 'vcenter.task.failed' });
  expect(failed).toMatchObject({ level: 'error', data: { fault: 'InvalidPowerState', method: 'PowerOnVM_Task' } });
});

test('ReconfigVM_Task changes the plain settings', async () => {
  const lab = await loggedIn();
  const answer = await vmCall(
    lab,
    'ReconfigVM_Task',
    'web',
    `<spec><name>web2</name><annotation>n</annotation><numCPUs>4</numCPUs><memoryMB>2048</memoryMB>
     <extraConfig><key>a.b</key><value ${xsi} xsi:type="xsd:string">1</value></extraConfig>
     <migrateEncryption>required</migrateEncryption></spec>`,
  );
  await lab.mock.tasks.idle();
  expect(answer.body).toContain('<ReconfigVM_TaskResponse xmlns="urn:vim25"><returnval type="Task">task-');
  const config = await property(lab, 'web2', 'config');
  expect(config).toContain('<name>web2</name>');
  expect(config).toContain('<numCPU>4</numCPU>');
  expect(textOf(config, 'memoryMB')).toBe('2048');
  expect(textOf(config, 'migrateEncryption')).toBe('required');
  expect(config).toContain(
    '<extraConfig xsi:type="OptionValue"><key>a.b</key><value xsi:type="xsd:string">1</value></extraConfig>'.replace(
      ' xsi:type="OptionValue"',
      '',
    ),
  );
  const event = lab.mock.events.latest;
  expect(event?._type).toBe('VmReconfiguredEvent');
  expect(event?.fullFormattedMessage).toContain('config.migrateEncryption: "opportunistic" -> "required"; ');
});

test.each(['disabled', 'opportunistic', 'required'])('migrateEncryption takes %s', async (mode) => {
  const lab = await loggedIn();
  await finished(
    lab,
    await vmCall(lab, 'ReconfigVM_Task', 'web', `<spec><migrateEncryption>${mode}</migrateEncryption></spec>`),
  );
  expect(textOf(await property(lab, 'web', 'config'), 'migrateEncryption')).toBe(mode);
});

test('migrateEncryption takes nothing else; an empty value changes nothing', async () => {
  const lab = await loggedIn();
  const info = await finished(
    lab,
    await vmCall(
      lab,
      'ReconfigVM_Task',
      'web',
      '<spec><name>never</name><migrateEncryption>bogus</migrateEncryption></spec>',
    ),
  );
  expect(info).toContain(
    '<fault xsi:type="InvalidArgument"><invalidProperty>spec.migrateEncryption</invalidProperty></fault>',
  );
  const config = await property(lab, 'web', 'config');
  expect(config).toContain('<name>web</name>');
  expect(textOf(config, 'migrateEncryption')).toBe('opportunistic');
  const empty = await finished(
    lab,
    await vmCall(lab, 'ReconfigVM_Task', 'web', '<spec><migrateEncryption></migrateEncryption></spec>'),
  );
  expect(textOf(empty, 'state')).toBe('success');
});

test('a disk is added, grown and removed by its key', async () => {
  const lab = await loggedIn();
  const change = (operation: string, key: number, kb: number) =>
    `<spec><deviceChange><operation>${operation}</operation><device ${xsi} xsi:type="VirtualDisk"><key>${key}</key>
       <backing xsi:type="VirtualDiskFlatVer2BackingInfo"><fileName></fileName><diskMode>persistent</diskMode></backing>
       <controllerKey>1000</controllerKey><capacityInKB>${kb}</capacityInKB></device></deviceChange></spec>`;
  const disks = async () =>
    [
      ...(await property(lab, 'web', 'config')).matchAll(
        /<device xsi:type="VirtualDisk"><key>(\d+)<.*?<fileName>(.*?)<.*?<capacityInKB>(\d+)</gs,
      ),
    ].map((match) => match.slice(1));
  expect(await disks()).toEqual([['2000', '[datastore1] web/web.vmdk', '16777216']]);
  await finished(lab, await vmCall(lab, 'ReconfigVM_Task', 'web', change('add', -1, 1024)));
  await finished(lab, await vmCall(lab, 'ReconfigVM_Task', 'web', change('edit', 2001, 4096)));
  expect((await disks())[1]).toEqual(['2001', '[datastore1] web/web_1.vmdk', '4096']);
  await finished(lab, await vmCall(lab, 'ReconfigVM_Task', 'web', change('remove', 2001, 0)));
  expect(await disks()).toHaveLength(1);
  const missing = await finished(lab, await vmCall(lab, 'ReconfigVM_Task', 'web', change('edit', 2009, 0)));
  expect(missing).toContain('<fault xsi:type="InvalidDeviceSpec">');
});

// documented: the version is that of a configuration that exists
test('a configuration that was read from another VM makes a new one, whatever its version was', async () => {
  const lab = await loggedIn();
  const { body } = await lab.call(
    fetchOf('ClusterComputeResource', lab.mock.inventory.clusters[0]!.ref.value, 'resourcePool'),
  );
  const made = await lab.call(
    '<CreateVM_Task xmlns="urn:vim25"><_this type="Folder">' +
      `${lab.mock.inventory.vm('web')!.get('parent')!.value}</_this><config><changeVersion>2020-01-01T00:00:00Z</changeVersion>` +
      '<name>copy</name><files><vmPathName>[datastore1]</vmPathName></files></config>' +
      `<pool type="ResourcePool">${textOf(body, 'returnval')}</pool></CreateVM_Task>`,
  );
  expect(textOf(await finished(lab, made), 'state')).toBe('success');
});

test('CreateVM_Task makes a VM of the hardware version asked for; Destroy_Task removes it', async () => {
  const lab = await loggedIn();
  const [folder] = lab.mock.inventory.datacenters.map((datacenter) => datacenter.get('vmFolder').value);
  const pool = lab.mock.inventory.clusters[0]?.get('resourcePool')?.value;
  const create = (name: string) =>
    lab.call(
      `<CreateVM_Task xmlns="urn:vim25"><_this type="Folder">${folder}</_this><config><name>${name}</name><version>vmx-12</version><files><vmPathName>[datastore1]</vmPathName></files></config><pool type="ResourcePool">${pool}</pool></CreateVM_Task>`,
    );
  const info = await finished(lab, await create('fresh'));
  expect(info).toContain(
    `<result type="VirtualMachine" xsi:type="ManagedObjectReference">${lab.ref('fresh')}</result>`,
  );
  expect(textOf(await property(lab, 'fresh', 'config'), 'version')).toBe('vmx-12');
  expect(await finished(lab, await create('fresh'))).toContain('<fault xsi:type="DuplicateName"><name>fresh</name>');
  const gone = lab.ref('fresh');
  await finished(lab, await vmCall(lab, 'Destroy_Task', 'fresh'));
  expect((await lab.call(fetchOf('VirtualMachine', gone, 'name'))).body).toContain('ManagedObjectNotFoundFault');
  expect((await lab.call(fetchOf('Folder', folder ?? '', 'childEntity'))).body).not.toContain(`>${gone}<`);
});

test('a running VM is neither unregistered nor destroyed', async () => {
  const lab = await loggedIn();
  const answer = await vmCall(lab, 'UnregisterVM', 'db');
  expect(answer.status).toBe(500);
  expect(answer.body).toContain('<existingState>poweredOn</existingState>');
  expect(await finished(lab, await vmCall(lab, 'Destroy_Task', 'db'))).toContain('InvalidPowerState');
});

test.each([
  [
    'RelocateVM_Task',
    (host: string) => `<spec><host type="HostSystem">${host}</host></spec><priority>defaultPriority</priority>`,
  ],
  ['MigrateVM_Task', (host: string) => `<host type="HostSystem">${host}</host><priority>highPriority</priority>`],
])('%s moves a VM to the other host and posts its events', async (method, content) => {
  const lab = await loggedIn();
  const info = await finished(lab, await vmCall(lab, method, 'db', content(lab.ref('esx-01'))));
  expect(textOf(info, 'state')).toBe('success');
  expect(await property(lab, 'db', 'runtime')).toContain(`<host type="HostSystem">${lab.ref('esx-01')}</host>`);
  const vms = async (host: string) => (await lab.call(fetchOf('HostSystem', lab.ref(host), 'vm'))).body;
  expect(await vms('esx-01')).toContain(`>${lab.ref('db')}<`);
  expect(await vms('esx-02')).not.toContain(`>${lab.ref('db')}<`);
  const types = lab.mock.events.all.map((event) => event._type).filter((type) => type.startsWith('Vm'));
  expect(types).toEqual(['VmBeingHotMigratedEvent', 'VmMigratedEvent']);
});

test('a migration can be cancelled while it runs, a power-on cannot', async () => {
  const lab = await loggedIn({ taskDurations: { '*': 10_000 } });
  const cancel = (task: string) =>
    lab.call(`<CancelTask xmlns="urn:vim25"><_this type="Task">${task}</_this></CancelTask>`);
  const target = `<spec><host type="HostSystem">${lab.ref('esx-01')}</host></spec>`;
  const task = textOf((await vmCall(lab, 'RelocateVM_Task', 'db', target)).body, 'returnval') ?? '';
  expect((await cancel(task)).status).toBe(200);
  await lab.mock.tasks.idle();
  const info = (await lab.call(fetchOf('Task', task, 'info'))).body;
  expect(textOf(info, 'state')).toBe('error');
  expect(textOf(info, 'cancelled')).toBe('true');
  expect(info).toContain('<fault xsi:type="RequestCanceled"></fault>');
  expect(await property(lab, 'db', 'runtime')).toContain(`>${lab.ref('esx-02')}</host>`);
  expect((await cancel(task)).body).toContain('<InvalidStateFault');
  const powerOn = textOf((await vmCall(lab, 'PowerOnVM_Task', 'web')).body, 'returnval') ?? '';
  expect((await cancel(powerOn)).body).toContain('<NotSupportedFault');
});

test('when encryption refuses, nothing of the operation happens', async () => {
  const lab = await loggedIn();
  const policy = `<vmProfile ${xsi} xsi:type="VirtualMachineDefinedProfileSpec"><profileId>${vmEncryptionPolicyId}</profileId></vmProfile>`;
  const info = await finished(
    lab,
    await vmCall(lab, 'ReconfigVM_Task', 'web', `<spec><name>never</name>${policy}</spec>`),
  );
  // There is no key provider.
  expect(textOf(info, 'error')).toContain('<fault xsi:type="RuntimeFault">');
  expect(await property(lab, 'web', 'name')).toContain('>web<');
  expect(lab.mock.policies.of(lab.mock.inventory.vm('web')!)).toBeUndefined();
  expect(lab.mock.events.all.some((event) => event._type === 'VmReconfiguredEvent')).toBe(false);
  expect(lab.runtime.journal.entries({ event: 'vcenter.task.failed', level: 'error' })).toHaveLength(1);
});

test('a migration that encryption refuses leaves the VM where it is', async () => {
  const lab = await loggedIn({
    inventory: {
      hosts: [{ name: 'esx-01', encryptedVMotionSupported: false }, { name: 'esx-02' }],
      vms: [{ name: 'db', host: 'esx-02', powerState: 'poweredOn' }],
    },
  });
  await finished(
    lab,
    await vmCall(lab, 'ReconfigVM_Task', 'db', '<spec><migrateEncryption>required</migrateEncryption></spec>'),
  );
  const info = await finished(
    lab,
    await vmCall(
      lab,
      'MigrateVM_Task',
      'db',
      `<host type="HostSystem">${lab.ref('esx-01')}</host><priority>lowPriority</priority>`,
    ),
  );
  expect(textOf(info, 'state')).toBe('error');
  expect(await property(lab, 'db', 'runtime')).toContain(`>${lab.ref('esx-02')}</host>`);
  expect(lab.mock.events.latest?._type).toBe('VmFailedMigrateEvent');
});

test('a host that restarts takes its running VMs down and comes back', async () => {
  const lab = await loggedIn();
  await lab.mock.rebootHost('esx-02');
  expect(textOf(await property(lab, 'db', 'runtime'), 'powerState')).toBe('poweredOff');
  expect(textOf(await property(lab, 'db', 'runtime'), 'connectionState')).toBe('connected');
  const types = lab.mock.events.all.map((event) => event._type).filter((type) => type.startsWith('Host'));
  expect(types).toEqual(['HostShutdownEvent', 'HostConnectionLostEvent', 'HostConnectedEvent']);
  await expect(lab.mock.rebootHost('nowhere')).rejects.toMatchObject({ code: 'ERR_OPTION' });
});

test('a seed gives the same inventory again', async () => {
  const [first, second] = [await startLab(), await startLab()];
  const uuids = (lab: Lab) => lab.mock.inventory.vms.map((vm) => vm.get('config')?.uuid);
  expect(uuids(first)).toEqual(uuids(second));
  expect(new Set(uuids(first)).size).toBe(2);
});

test.each([
  [{ vms: [{ name: 'x', host: 'nowhere' }] }, 'inventory.vms: x names the host "nowhere", which does not exist'],
  [{ vms: [{ name: 'x' }, { name: 'x' }] }, 'inventory.vms: the name "x" is used twice'],
  [{ hosts: [], vms: [{ name: 'x' }] }, 'inventory.vms needs at least one host and one datastore'],
])('a world that cannot be built says why', async (inventory, message) => {
  await expect(startLab({ inventory })).rejects.toMatchObject({ code: 'ERR_OPTION', message });
});

test('a running server stops although a task does not heed the signal', async () => {
  const lab = await loggedIn();
  lab.mock.vc.crypto = { ...lab.mock.vc.crypto, powerOn: () => new Promise(() => {}) };
  await vmCall(lab, 'PowerOnVM_Task', 'web');
  await lab.mock.stop();
  const [failed] = lab.runtime.journal.entries({ event: 'vcenter.task.failed' });
  expect(failed?.data).toMatchObject({ fault: 'RequestCanceled' });
});

test('a thousand VMs are there at once', async () => {
  const vms = Array.from({ length: 1000 }, (_, index) => ({ name: `vm-${index}` }));
  const lab = await loggedIn({ inventory: { vms } });
  const { body } = await lab.call(
    `<CreateContainerView xmlns="urn:vim25"><_this type="ViewManager">ViewManager</_this><container type="Folder">group-d1</container><type>VirtualMachine</type><recursive>true</recursive></CreateContainerView>`,
  );
  const view = (await lab.call(fetchOf('ContainerView', textOf(body, 'returnval') ?? '', 'view'))).body;
  expect(view.match(/<ManagedObjectReference type="VirtualMachine">/g)).toHaveLength(1000);
});
