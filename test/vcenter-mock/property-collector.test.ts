import { expect, test } from 'vitest';
import { type Lab, loggedIn, textOf } from './lab.ts';

const self = '<_this type="PropertyCollector">propertyCollector</_this>';
const xsi = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"';

function retrieve(lab: Lab, specSet: string, options = '') {
  return lab.call(
    `<RetrievePropertiesEx xmlns="urn:vim25">${self}<specSet>${specSet}</specSet><options>${options}</options></RetrievePropertiesEx>`,
  );
}

const objects = (body: string) => [...body.matchAll(/<obj type="(\w+)">([^<]*)<\/obj>/g)].map((match) => match[1]);

test('base types in a propSet match, and all matching specs add up', async () => {
  const lab = await loggedIn();
  const { body } = await retrieve(
    lab,
    `<propSet><type>ManagedEntity</type><pathSet>name</pathSet><pathSet>parent</pathSet></propSet>
     <propSet><type>VirtualMachine</type><pathSet>runtime.powerState</pathSet><pathSet>parentVApp</pathSet></propSet>
     <objectSet><obj type="VirtualMachine">${lab.ref('db')}</obj></objectSet>`,
  );
  expect(body).toContain('<name>name</name><val xsi:type="xsd:string">db</val>');
  expect(body).toMatch(/<name>parent<\/name><val type="Folder" xsi:type="ManagedObjectReference">group-v\d+<\/val>/);
  expect(body).toContain('<name>runtime.powerState</name><val xsi:type="VirtualMachinePowerState">poweredOn</val>');
  // unset properties are left out
  expect(body).not.toContain('parentVApp');
});

test('a recursive traversal by name climbs to the root folder', async () => {
  const lab = await loggedIn();
  const { body } = await retrieve(
    lab,
    `<propSet><type>ManagedEntity</type><pathSet>name</pathSet></propSet>
     <objectSet><obj type="VirtualMachine">${lab.ref('web')}</obj><skip>false</skip>
       <selectSet ${xsi} xsi:type="TraversalSpec"><name>traverseParent</name><type>ManagedEntity</type><path>parent</path>
         <selectSet xsi:type="SelectionSpec"><name>traverseParent</name></selectSet></selectSet></objectSet>`,
  );
  expect(objects(body)).toEqual(['VirtualMachine', 'Folder', 'Datacenter', 'Folder']);
  expect(body).toContain('>Datacenters</val>');
});

test('skip leaves the start object out; the traversal goes on from it', async () => {
  const lab = await loggedIn();
  const { body } = await retrieve(
    lab,
    `<propSet><type>Datacenter</type><pathSet>name</pathSet></propSet><propSet><type>Folder</type><pathSet>name</pathSet></propSet>
     <objectSet><obj type="Folder">group-d1</obj><skip>true</skip>
       <selectSet ${xsi} xsi:type="TraversalSpec"><type>Folder</type><path>childEntity</path><skip>false</skip></selectSet></objectSet>`,
  );
  expect(objects(body)).toEqual(['Datacenter']);
});

test('one device of a VM is read by its key', async () => {
  const lab = await loggedIn();
  const { body } = await retrieve(
    lab,
    `<propSet><type>VirtualMachine</type><pathSet>config.hardware.device[2000]</pathSet><pathSet>config.hardware.device[2000].backing.fileName</pathSet></propSet>
     <objectSet><obj type="VirtualMachine">${lab.ref('web')}</obj></objectSet>`,
  );
  expect(body).toContain('<val xsi:type="VirtualDisk"><key>2000</key>');
  expect(body).toContain('<val xsi:type="xsd:string">[datastore1] web/web.vmdk</val>');
});

test('an unknown property is InvalidProperty that names it', async () => {
  const lab = await loggedIn();
  for (const path of [
    'nonsense',
    'runtime.',
    'runtime..host',
    'runtime.nonsense',
    'config.hardware.device[2000].nonsense',
    'name.length',
  ]) {
    const answer = await retrieve(
      lab,
      `<propSet><type>VirtualMachine</type><pathSet>${path}</pathSet></propSet><objectSet><obj type="VirtualMachine">${lab.ref('web')}</obj></objectSet>`,
    );
    expect(answer.status).toBe(500);
    expect(answer.body).toContain(
      `<InvalidPropertyFault xmlns="urn:vim25" xsi:type="InvalidProperty"><name>${path}</name></InvalidPropertyFault>`,
    );
  }
});

test('results come in pages when the client limits them', async () => {
  const lab = await loggedIn();
  const spec = `<propSet><type>HostSystem</type><pathSet>name</pathSet></propSet>
     <objectSet><obj type="ClusterComputeResource">${lab.mock.inventory.clusters[0]?.ref.value}</obj><skip>true</skip>
       <selectSet ${xsi} xsi:type="TraversalSpec"><type>ComputeResource</type><path>host</path></selectSet></objectSet>`;
  const first = (await retrieve(lab, spec, '<maxObjects>1</maxObjects>')).body;
  expect(objects(first)).toEqual(['HostSystem']);
  const token = textOf(first, 'token');
  expect(token).toBeTruthy();
  const next = await lab.call(
    `<ContinueRetrievePropertiesEx xmlns="urn:vim25">${self}<token>${token}</token></ContinueRetrievePropertiesEx>`,
  );
  expect(objects(next.body)).toEqual(['HostSystem']);
  expect(textOf(next.body, 'token')).toBeUndefined();
});

function createFilter(lab: Lab, propSet: string, objectSet: string, collector = self) {
  return lab.call(
    `<CreateFilter xmlns="urn:vim25">${collector}<spec>${propSet}<objectSet>${objectSet}</objectSet></spec><partialUpdates>false</partialUpdates></CreateFilter>`,
  );
}

const power = '<propSet><type>VirtualMachine</type><pathSet>runtime.powerState</pathSet></propSet>';

function wait(lab: Lab, version = '', options = '') {
  return lab.call(
    `<WaitForUpdatesEx xmlns="urn:vim25">${self}${version && `<version>${version}</version>`}${options && `<options>${options}</options>`}</WaitForUpdatesEx>`,
  );
}

test('updates: enter with everything, then modify with what changed, versions count up', async () => {
  const lab = await loggedIn();
  await createFilter(lab, power, `<obj type="VirtualMachine">${lab.ref('web')}</obj>`);
  const first = (await wait(lab)).body;
  expect(first).toContain('<kind>enter</kind>');
  expect(first).toContain('<op>assign</op><val xsi:type="VirtualMachinePowerState">poweredOff</val>');
  const version = textOf(first, 'version') ?? '';
  expect(version).toBe('1');

  const pending = wait(lab, version);
  await lab.call(
    `<PowerOnVM_Task xmlns="urn:vim25"><_this type="VirtualMachine">${lab.ref('web')}</_this></PowerOnVM_Task>`,
  );
  const second = (await pending).body;
  expect(second).toContain('<kind>modify</kind>');
  expect(second).toContain('>poweredOn</val>');
  expect(textOf(second, 'version')).toBe('2');

  // Without a version the state is told from the start.
  expect((await wait(lab)).body).toContain('<kind>enter</kind>');
});

test('an object that goes is told as leave', async () => {
  const lab = await loggedIn();
  const view = await lab.call(
    '<CreateContainerView xmlns="urn:vim25"><_this type="ViewManager">ViewManager</_this><container type="Folder">group-d1</container><type>VirtualMachine</type><recursive>true</recursive></CreateContainerView>',
  );
  const id = textOf(view.body, 'returnval');
  expect(id).toMatch(/^session\[[0-9a-f-]{36}\][0-9a-f-]{36}$/);
  await createFilter(
    lab,
    '<propSet><type>VirtualMachine</type><pathSet>name</pathSet></propSet>',
    `<obj type="ContainerView">${id}</obj><skip>true</skip><selectSet ${xsi} xsi:type="TraversalSpec"><type>ContainerView</type><path>view</path></selectSet>`,
  );
  const first = (await wait(lab)).body;
  expect(first.match(/<kind>enter<\/kind>/g)).toHaveLength(2);
  const pending = wait(lab, textOf(first, 'version'));
  const web = lab.ref('web');
  await lab.call(`<UnregisterVM xmlns="urn:vim25"><_this type="VirtualMachine">${web}</_this></UnregisterVM>`);
  expect((await pending).body).toContain(`<kind>leave</kind><obj type="VirtualMachine">${web}</obj>`);
});

test('WaitForUpdatesEx ends without a result when maxWaitSeconds of the clock have passed', async () => {
  const lab = await loggedIn();
  await createFilter(lab, power, `<obj type="VirtualMachine">${lab.ref('web')}</obj>`);
  const version = textOf((await wait(lab)).body, 'version');
  const timers = lab.clock.nextDue;
  const pending = wait(lab, version, '<maxWaitSeconds>30</maxWaitSeconds>');
  await expect.poll(() => lab.clock.nextDue).not.toBe(timers);
  await lab.clock.advance(30_000);
  const answer = await pending;
  expect(answer.status).toBe(200);
  expect(answer.body).toContain('<WaitForUpdatesExResponse xmlns="urn:vim25"></WaitForUpdatesExResponse>');
  // Zero seconds do not wait at all.
  expect((await wait(lab, version, '<maxWaitSeconds>0</maxWaitSeconds>')).body).not.toContain('returnval');
});

test('CheckForUpdates never blocks and maxObjectUpdates cuts an answer', async () => {
  const lab = await loggedIn();
  await createFilter(
    lab,
    '<propSet><type>VirtualMachine</type><pathSet>name</pathSet></propSet>',
    `<obj type="VirtualMachine">${lab.ref('web')}</obj></objectSet><objectSet><obj type="VirtualMachine">${lab.ref('db')}</obj>`,
  );
  const first = (await wait(lab, '', '<maxObjectUpdates>1</maxObjectUpdates>')).body;
  expect(first.match(/<kind>enter<\/kind>/g)).toHaveLength(1);
  expect(textOf(first, 'truncated')).toBe('true');
  const second = (await wait(lab, textOf(first, 'version'))).body;
  expect(second.match(/<kind>enter<\/kind>/g)).toHaveLength(1);
  const none = await lab.call(
    `<CheckForUpdates xmlns="urn:vim25">${self}<version>${textOf(second, 'version')}</version></CheckForUpdates>`,
  );
  expect(none.status).toBe(200);
  expect(none.body).not.toContain('returnval');
});

test('a pending wait ends with RequestCanceled: by CancelWaitForUpdates, by destroying the collector, by stopping', async () => {
  const lab = await loggedIn();
  const created = await lab.call(`<CreatePropertyCollector xmlns="urn:vim25">${self}</CreatePropertyCollector>`);
  const own = `<_this type="PropertyCollector">${textOf(created.body, 'returnval')}</_this>`;
  const journal = () =>
    lab.runtime.journal.entries({ data: { method: 'WaitForUpdatesEx' }, event: 'vcenter.call' }).length;
  const start = async (collector: string) => {
    const before = journal();
    const answer = lab.call(`<WaitForUpdatesEx xmlns="urn:vim25">${collector}</WaitForUpdatesEx>`);
    await expect.poll(journal).toBe(before + 1);
    return { answer };
  };
  const cancelled = await start(own);
  await lab.call(`<CancelWaitForUpdates xmlns="urn:vim25">${own}</CancelWaitForUpdates>`);
  expect((await cancelled.answer).body).toContain('<RequestCanceledFault');
  const destroyed = await start(own);
  await lab.call(`<DestroyPropertyCollector xmlns="urn:vim25">${own}</DestroyPropertyCollector>`);
  expect((await destroyed.answer).body).toContain('<RequestCanceledFault');
  const stopped = await start(self);
  const outcome = stopped.answer.then(
    (answer) => answer.body.includes('RequestCanceledFault'),
    () => true,
  );
  await lab.mock.stop();
  expect(await outcome).toBe(true);
});

test('objects of one session do not exist for another', async () => {
  const lab = await loggedIn();
  const view = await lab.call(
    '<CreateListView xmlns="urn:vim25"><_this type="ViewManager">ViewManager</_this></CreateListView>',
  );
  const id = textOf(view.body, 'returnval');
  const destroy = `<DestroyView xmlns="urn:vim25"><_this type="ListView">${id}</_this></DestroyView>`;
  const first = lab.cookie;
  await lab.login();
  expect((await lab.call(destroy)).body).toContain('<ManagedObjectNotFoundFault');
  lab.cookie = first;
  expect((await lab.call(destroy)).status).toBe(200);
});
