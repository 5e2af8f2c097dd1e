import { expect, test } from 'vitest';
import { fetchOf, type Lab, loggedIn, startLab, textOf, username } from './lab.ts';

const manager = '<_this type="AlarmManager">AlarmManager</_this>';
const call = (lab: Lab, method: string, params = '', target = manager) =>
  lab.call(`<${method} xmlns="urn:vim25">${target}${params}</${method}>`);
const entity = (type: string, id: string) => `<entity type="${type}">${id}</entity>`;
const root = entity('Folder', 'group-d1');
const vmOf = (lab: Lab, name: string) => entity('VirtualMachine', lab.ref(name));

/** `alarm name: status` of an entity's states. */
async function states(lab: Lab, type: string, id: string, property = 'triggeredAlarmState'): Promise<string[]> {
  const { body } = await lab.call(fetchOf(type, id, property));
  return [...body.matchAll(/<AlarmState>(.*?)<\/AlarmState>/gs)].map(([, state = '']) => {
    const alarm = lab.mock.vc.alarms.all.find(({ ref }) => ref.value === textOf(state, 'alarm'));
    const owner = lab.mock.vc.store.find({
      type: /<entity type="(\w+)">/.exec(state)?.[1] ?? '',
      value: textOf(state, 'entity') ?? '',
    });
    return `${alarm?.get('info').name} on ${owner?.read('name')}: ${textOf(state, 'overallStatus')}`;
  });
}
const eventAlarm = (name: string, rows: [id: string, status: string][], more = '') =>
  `<spec><name>${name}</name><description>d</description><enabled>true</enabled><expression xsi:type="OrAlarmExpression">${rows
    .map(
      ([id, status]) =>
        `<expression xsi:type="EventAlarmExpression">${more}<eventType>vim.event.EventEx</eventType><eventTypeId>${id}</eventTypeId><objectType>vim.VirtualMachine</objectType><status>${status}</status></expression>`,
    )
    .join('')}</expression></spec>`;
const post = (lab: Lab, eventTypeId: string, vm?: string) =>
  lab.mock.events.postEx({ eventTypeId, severity: 'error' }, { vm: vm ? lab.mock.inventory.vm(vm) : undefined });
const types = (lab: Lab) => lab.mock.events.all.map((event) => event._type);

test('a locked VM raises its alarm, the folders and the host above show it, and unlocking ends it', async () => {
  const lab = await loggedIn();
  const locked = 'Virtual Machine Locked Alarm on web: red';
  expect(await states(lab, 'Folder', 'group-d1')).toEqual([]);
  post(lab, 'com.vmware.vc.vm.Crypto.VMLocked.KMSClusterError', 'web');
  expect(await states(lab, 'VirtualMachine', lab.ref('web'))).toEqual([locked]);
  expect(await states(lab, 'VirtualMachine', lab.ref('db'))).toEqual([]);
  expect(await states(lab, 'Folder', 'group-d1')).toEqual([locked]);
  expect(await states(lab, 'HostSystem', lab.ref('esx-01'))).toEqual([locked]);
  expect(await states(lab, 'HostSystem', lab.ref('esx-02'))).toEqual([]);
  expect(textOf((await lab.call(fetchOf('VirtualMachine', lab.ref('web'), 'overallStatus'))).body, 'returnval')).toBe(
    'red',
  );
  const summary = await lab.call(fetchOf('VirtualMachine', lab.ref('web'), 'summary'));
  expect(textOf(summary.body, 'overallStatus')).toBe('red');
  const changed = lab.mock.events.latest as unknown as Record<string, unknown>;
  expect(changed).toMatchObject({
    _type: 'AlarmStatusChangedEvent',
    from: 'gray',
    to: 'red',
    source: { name: 'Datacenters' },
    entity: { name: 'web' },
    fullFormattedMessage: "Alarm 'Virtual Machine Locked Alarm' on web changed from Gray to Red",
  });
  post(lab, 'com.vmware.vc.vm.Crypto.VMUnlocked', 'web');
  expect(await states(lab, 'Folder', 'group-d1')).toEqual([]);
  expect(textOf((await lab.call(fetchOf('VirtualMachine', lab.ref('web'), 'overallStatus'))).body, 'returnval')).toBe(
    'green',
  );
});

test('alarms of the key servers stand on the root folder', async () => {
  const lab = await loggedIn();
  post(lab, 'com.vmware.vc.kms.crypto.Unreachable');
  post(lab, 'com.vmware.vc.vecs.KMSServerCertExpirationEvent');
  expect(await states(lab, 'Folder', 'group-d1')).toEqual([
    'Key Management Server Health Status Alarm on Datacenters: red',
    'KMS Server Certificate Status on Datacenters: yellow',
  ]);
  post(lab, 'com.vmware.vc.kms.crypto.Vendor');
  expect(await states(lab, 'Folder', 'group-d1')).toEqual(['KMS Server Certificate Status on Datacenters: yellow']);
});

test('every entity declares the alarms that count for it, at their start', async () => {
  const lab = await loggedIn();
  expect(await states(lab, 'VirtualMachine', lab.ref('web'), 'declaredAlarmState')).toEqual([
    'Virtual machine error on web: gray',
    'Virtual Machine Locked Alarm on web: gray',
  ]);
  expect(await states(lab, 'HostSystem', lab.ref('esx-01'), 'declaredAlarmState')).toContain(
    'Host connection and power state on esx-01: green',
  );
  const answer = await call(lab, 'GetAlarmState', vmOf(lab, 'web'));
  expect(answer.body.match(/<returnval>/g)).toHaveLength(2);
  const older = await startLab({ version: '6.7' });
  await older.login();
  expect(await states(older, 'HostSystem', older.ref('esx-01'), 'declaredAlarmState')).not.toContain(
    'TPM Encryption Recovery Key Backup Alarm on esx-01: gray',
  );
});

test('a client makes, changes and removes an alarm on events', async () => {
  const lab = await loggedIn();
  const made = await call(
    lab,
    'CreateAlarm',
    root +
      eventAlarm('mine', [
        ['my.bad', 'red'],
        ['my.odd', 'yellow'],
        ['my.good', 'green'],
      ]),
  );
  const id = textOf(made.body, 'returnval') ?? '';
  const self = `<_this type="Alarm">${id}</_this>`;
  const info = (await lab.call(fetchOf('Alarm', id, 'info'))).body;
  expect([textOf(info, 'name'), textOf(info, 'lastModifiedUser'), textOf(info, 'key')]).toEqual([
    'mine',
    'VSPHERE.LOCAL\\administrator',
    id,
  ]);
  expect((await call(lab, 'CreateAlarm', root + eventAlarm('mine', [['x', 'red']]))).body).toContain(
    `xsi:type="DuplicateName"><name>mine</name><object type="Alarm">${id}</object>`,
  );
  expect((await call(lab, 'CreateAlarm', root + eventAlarm('', [['x', 'red']]))).body).toContain('<InvalidNameFault');
  post(lab, 'my.odd', 'db');
  post(lab, 'my.odd', 'db');
  expect(await states(lab, 'VirtualMachine', lab.ref('db'))).toEqual(['mine on db: yellow']);
  expect(types(lab).filter((type) => type === 'AlarmStatusChangedEvent')).toHaveLength(1);
  post(lab, 'my.bad', 'db');
  expect(await states(lab, 'Folder', 'group-d1')).toEqual(['mine on db: red']);
  post(lab, 'my.good', 'db');
  expect(await states(lab, 'Folder', 'group-d1')).toEqual([]);
  post(lab, 'my.bad', 'web');
  await call(lab, 'ReconfigureAlarm', eventAlarm('mine too', [['my.other', 'red']]), self);
  expect(await states(lab, 'Folder', 'group-d1')).toEqual([]);
  post(lab, 'my.bad', 'web');
  expect(await states(lab, 'Folder', 'group-d1')).toEqual([]);
  post(lab, 'my.other', 'web');
  expect(await states(lab, 'Folder', 'group-d1')).toEqual(['mine too on web: red']);
  await call(lab, 'RemoveAlarm', '', self);
  expect(await states(lab, 'Folder', 'group-d1')).toEqual([]);
  expect((await call(lab, 'RemoveAlarm', '', self)).body).toContain('ManagedObjectNotFoundFault');
  expect(types(lab)).toEqual(
    expect.arrayContaining(['AlarmCreatedEvent', 'AlarmReconfiguredEvent', 'AlarmRemovedEvent']),
  );
});

test('an alarm on one VM does not count for another; comparisons look at the event', async () => {
  const lab = await loggedIn();
  const only =
    '<comparisons><attributeName>vm.name</attributeName><operator>startsWith</operator><value>we</value></comparisons>';
  await call(lab, 'CreateAlarm', vmOf(lab, 'web') + eventAlarm('on web', [['a', 'red']]));
  await call(lab, 'CreateAlarm', root + eventAlarm('by name', [['b', 'red']], only));
  for (const name of ['web', 'db']) for (const id of ['a', 'b']) post(lab, id, name);
  expect(await states(lab, 'Folder', 'group-d1')).toEqual(['on web on web: red', 'by name on web: red']);
  const listed = await call(lab, 'GetAlarm', vmOf(lab, 'web'));
  expect(listed.body.match(/<returnval type="Alarm">/g)).toHaveLength(1);
});

const stateAlarm = (name: string, group: string, ...rows: string[]) =>
  `<spec><name>${name}</name><description></description><enabled>true</enabled><expression xsi:type="${group}">${rows
    .map((row) => `<expression xsi:type="StateAlarmExpression">${row}</expression>`)
    .join('')}</expression></spec>`;
const powered = (operator: string, red: string, yellow = '') =>
  `<operator>${operator}</operator><type>VirtualMachine</type><statePath>runtime.powerState</statePath>${yellow}<red>${red}</red>`;

test('an alarm on properties looks at what there is and follows every change', async () => {
  const lab = await loggedIn();
  await call(lab, 'CreateAlarm', root + stateAlarm('off', 'OrAlarmExpression', powered('isEqual', 'poweredOff')));
  expect(await states(lab, 'Folder', 'group-d1')).toEqual(['off on web: red']);
  await lab.call(
    `<PowerOnVM_Task xmlns="urn:vim25"><_this type="VirtualMachine">${lab.ref('web')}</_this></PowerOnVM_Task>`,
  );
  await lab.mock.tasks.idle();
  expect(await states(lab, 'Folder', 'group-d1')).toEqual([]);
  const both = stateAlarm(
    'both',
    'AndAlarmExpression',
    powered('isUnequal', 'poweredOff'),
    powered('isEqual', 'x', '<yellow>poweredOn</yellow>'),
  );
  await call(lab, 'CreateAlarm', root + both);
  expect(await states(lab, 'Folder', 'group-d1')).toEqual(['both on web: yellow', 'both on db: yellow']);
});

test('a host that does not respond raises its alarm until it is back', async () => {
  const lab = await loggedIn();
  await lab.mock.rebootHost('esx-01');
  const statuses = lab.mock.events.all
    .filter((event) => event._type === 'AlarmStatusChangedEvent')
    .map((event) => event.fullFormattedMessage);
  expect(statuses).toEqual([
    "Alarm 'Host connection and power state' on esx-01 changed from Green to Red",
    "Alarm 'Host connection and power state' on esx-01 changed from Red to Green",
  ]);
});

test('an entity that is removed takes its alarms and states with it', async () => {
  const lab = await loggedIn();
  const made = await call(lab, 'CreateAlarm', vmOf(lab, 'web') + eventAlarm('on web', [['a', 'red']]));
  post(lab, 'a', 'web');
  expect(await states(lab, 'Folder', 'group-d1')).toEqual(['on web on web: red']);
  await lab.call(
    `<Destroy_Task xmlns="urn:vim25"><_this type="VirtualMachine">${lab.ref('web')}</_this></Destroy_Task>`,
  );
  await lab.mock.tasks.idle();
  expect(await states(lab, 'Folder', 'group-d1')).toEqual([]);
  const alarm = await lab.call(fetchOf('Alarm', textOf(made.body, 'returnval') ?? '', 'info'));
  expect(alarm.body).toContain('<ManagedObjectNotFoundFault');
});

test('triggered alarms are acknowledged and cleared', async () => {
  const lab = await loggedIn();
  post(lab, 'com.vmware.vc.vm.Crypto.VMLocked.KeyMissingOnKMS', 'web');
  const alarm = lab.mock.vc.alarms.all.find((one) => one.get('info').name === 'Virtual Machine Locked Alarm')!;
  const alarmRef = `<alarm type="Alarm">${alarm.ref.value}</alarm>`;
  await call(lab, 'AcknowledgeAlarm', alarmRef + vmOf(lab, 'web'));
  const { body } = await lab.call(fetchOf('VirtualMachine', lab.ref('web'), 'triggeredAlarmState'));
  expect([textOf(body, 'acknowledged'), textOf(body, 'acknowledgedByUser'), textOf(body, 'key')]).toEqual([
    'true',
    'VSPHERE.LOCAL\\administrator',
    `${alarm.ref.value}.${lab.ref('web')}`,
  ]);
  await call(lab, 'ClearTriggeredAlarms', '<filter><typeEntity>entityTypeHost</typeEntity></filter>');
  expect(await states(lab, 'Folder', 'group-d1')).toHaveLength(1);
  await call(lab, 'ClearTriggeredAlarms', '<filter><status>red</status><typeEntity>entityTypeVm</typeEntity></filter>');
  expect(await states(lab, 'Folder', 'group-d1')).toEqual([]);
  expect(types(lab).slice(-2)).toEqual(['AlarmAcknowledgedEvent', 'AlarmClearedEvent']);
});

test('an alarm is acknowledged where it is declared; alarms of what does not exist are not there', async () => {
  const lab = await loggedIn();
  const alarm = lab.mock.vc.alarms.all.find((one) => one.get('info').name === 'Virtual Machine Locked Alarm')!;
  const elsewhere = await call(
    lab,
    'AcknowledgeAlarm',
    `<alarm type="Alarm">${alarm.ref.value}</alarm><entity type="Datastore">${lab.mock.inventory.datastores[0]!.ref.value}</entity>`,
  );
  expect(elsewhere.body).toContain('<InvalidArgumentFault');
  for (const method of ['GetAlarm', 'GetAlarmState']) {
    const { body } = await call(lab, method, '<entity type="Folder">group-x</entity>');
    expect(body).toContain('<ManagedObjectNotFoundFault');
  }
});

test('an alarm is switched off at one entity, and actions are switched off at another', async () => {
  const lab = await loggedIn({ version: '8.0' });
  const alarm = lab.mock.vc.alarms.all.find((one) => one.get('info').name === 'Virtual Machine Locked Alarm')!;
  const params = `<alarm type="Alarm">${alarm.ref.value}</alarm>${vmOf(lab, 'web')}`;
  post(lab, 'com.vmware.vc.vm.Crypto.VMLocked.KeyMissingOnKMS', 'web');
  await call(lab, 'DisableAlarm', params);
  expect(await states(lab, 'Folder', 'group-d1')).toEqual([]);
  post(lab, 'com.vmware.vc.vm.Crypto.VMLocked.KeyMissingOnHost', 'web');
  post(lab, 'com.vmware.vc.vm.Crypto.VMLocked.KeyMissingOnHost', 'db');
  expect(await states(lab, 'Folder', 'group-d1')).toEqual(['Virtual Machine Locked Alarm on db: red']);
  await call(lab, 'EnableAlarm', params);
  post(lab, 'com.vmware.vc.vm.Crypto.VMLocked.KeyMissingOnHost', 'web');
  expect(await states(lab, 'Folder', 'group-d1')).toHaveLength(2);
  const enabled = async () => textOf((await call(lab, 'AreAlarmActionsEnabled', root)).body, 'returnval');
  expect(await enabled()).toBe('true');
  await call(lab, 'EnableAlarmActions', `${root}<enabled>false</enabled>`);
  expect(await enabled()).toBe('false');
});

test('what cannot be watched is refused: metrics, no events, events joined by "and", deep nesting', async () => {
  const lab = await loggedIn();
  const create = async (expression: string) =>
    (
      await call(
        lab,
        'CreateAlarm',
        `${root}<spec><name>n</name><description></description><enabled>true</enabled>${expression}</spec>`,
      )
    ).body;
  expect(
    await create(
      '<expression xsi:type="MetricAlarmExpression"><operator>isAbove</operator><type>VirtualMachine</type><metric><counterId>2</counterId><instance></instance></metric></expression>',
    ),
  ).toContain('<NotSupportedFault');
  const event = '<expression xsi:type="EventAlarmExpression"><eventType>EventEx</eventType></expression>';
  expect(await create(event.replace('EventEx', 'VirtualMachine'))).toContain('<InvalidArgumentFault');
  expect(await create(`<expression xsi:type="AndAlarmExpression">${event}${event}</expression>`)).toContain(
    '<InvalidArgumentFault',
  );
  let deep = event;
  for (let i = 0; i < 6; i++) deep = `<expression xsi:type="OrAlarmExpression">${deep}</expression>`;
  expect(await create(deep)).toContain('<InvalidArgumentFault');
});

test('alarms need their privileges', async () => {
  const lab = await startLab({
    users: [
      { username, password: 'p' },
      { username: 'reader', password: 'r', role: 'ReadOnly' },
    ],
  });
  await lab.login('reader', 'r');
  expect((await call(lab, 'CreateAlarm', root + eventAlarm('n', [['x', 'red']]))).body).toContain(
    '<privilegeId>Alarm.Create</privilegeId>',
  );
  const alarm = lab.mock.vc.alarms.all[0]!.ref.value;
  expect((await call(lab, 'RemoveAlarm', '', `<_this type="Alarm">${alarm}</_this>`)).body).toContain(
    '<privilegeId>Alarm.Delete</privilegeId>',
  );
});
