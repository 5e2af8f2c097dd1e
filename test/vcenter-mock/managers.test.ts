import { expect, test } from 'vitest';
import { grant } from './grant.ts';
import { fetchOf, type Lab, loggedIn, password, startLab, textOf, username } from './lab.ts';

const all = (body: string, tag: string) =>
  [...body.matchAll(new RegExp(`<${tag}(?: [^>]*)?>([^<]*)</${tag}>`, 'g'))].map((match) => match[1]);
const call = (lab: Lab, type: string, id: string, method: string, params = '') =>
  lab.call(`<${method} xmlns="urn:vim25"><_this type="${type}">${id}</_this>${params}</${method}>`);

const extension = (key: string, version: string) =>
  `<extension><description><label>Backup</label><summary>Backs up</summary></description><key>${key}</key><version>${version}</version><taskList><taskID>com.example.backup.run</taskID></taskList><lastHeartbeatTime>2020-01-01T00:00:00Z</lastHeartbeatTime></extension>`;

test('extensions are registered, found, updated and removed, and their tasks can be created', async () => {
  const lab = await loggedIn();
  const on = (method: string, params: string) => call(lab, 'ExtensionManager', 'ExtensionManager', method, params);
  const find = '<extensionKey>com.example.backup</extensionKey>';
  expect((await on('FindExtension', find)).body).not.toContain('returnval');
  expect((await on('RegisterExtension', extension('com.example.backup', '1.0'))).status).toBe(200);
  expect((await on('RegisterExtension', extension('com.example.backup', '1.0'))).body).toContain(
    '<invalidProperty>extension.key</invalidProperty>',
  );
  expect((await on('RegisterExtension', extension('no blanks', '1.0'))).body).toContain('<InvalidArgumentFault');
  const found = (await on('FindExtension', find)).body;
  expect([textOf(found, 'version'), textOf(found, 'lastHeartbeatTime')]).toEqual(['1.0', '2026-01-02T03:04:05.000Z']);
  expect((await on('UpdateExtension', extension('com.example.other', '2.0'))).body).toContain('<NotFoundFault');
  await on('UpdateExtension', extension('com.example.backup', '2.0'));
  const list = (await lab.call(fetchOf('ExtensionManager', 'ExtensionManager', 'extensionList'))).body;
  expect(all(list, 'version')).toEqual(['2.0']);
  const task = await call(
    lab,
    'TaskManager',
    'TaskManager',
    'CreateTask',
    `<obj type="VirtualMachine">${lab.ref('web')}</obj><taskTypeId>com.example.backup.run</taskTypeId><cancelable>false</cancelable>`,
  );
  expect(textOf(task.body, 'descriptionId')).toBe('com.example.backup.run');
  expect((await on('UnregisterExtension', find)).status).toBe(200);
  expect((await on('UnregisterExtension', find)).body).toContain('<NotFoundFault');
});

test('options are queried by name and branch, and changed by those who may', async () => {
  const lab = await startLab({
    users: [
      { username, password: 'not-a-secret-1' },
      { username: 'reader', password: 'r', role: 'ReadOnly' },
    ],
  });
  await lab.login();
  const on = (method: string, params: string) => call(lab, 'OptionManager', 'VpxSettings', method, params);
  const update = (key: string, value: string, type = 'string') =>
    on('UpdateOptions', `<changedValue><key>${key}</key><value xsi:type="xsd:${type}">${value}</value></changedValue>`);
  expect(all((await on('QueryOptions', '<name>mail.smtp.</name>')).body, 'key')).toEqual([
    'mail.smtp.port',
    'mail.smtp.server',
  ]);
  expect((await on('QueryOptions', '<name>mail.smtp</name>')).body).toContain(
    'xsi:type="InvalidName"><name>mail.smtp</name>',
  );
  expect((await update('mail.smtp.server', 'relay.lab.test')).status).toBe(200);
  expect((await on('QueryOptions', '<name>mail.smtp.server</name>')).body).toContain(
    '<value xsi:type="xsd:string">relay.lab.test</value>',
  );
  expect((await update('mail.smtp.port', 'many')).body).toContain('<InvalidArgumentFault');
  expect((await update('instance.uuid', 'x')).body).toContain('<InvalidArgumentFault');
  expect((await update('no.such.option', 'x')).body).toContain('<InvalidNameFault');
  expect((await update('config.vpxd.own', '7', 'int')).status).toBe(200);
  expect((await on('QueryOptions', '<name>config.vpxd.own</name>')).body).toContain(
    '<value xsi:type="xsd:int">7</value>',
  );
  await lab.login('reader', 'r');
  expect((await update('mail.sender', 'me')).body).toContain('<privilegeId>Global.Settings</privilegeId>');
});

test('custom fields are defined for a type, set on entities, renamed and removed with their values', async () => {
  const lab = await loggedIn();
  const on = (method: string, params: string) =>
    call(lab, 'CustomFieldsManager', 'CustomFieldsManager', method, params);
  const web = lab.ref('web');
  const added = await on('AddCustomFieldDef', '<name>owner</name><moType>VirtualMachine</moType>');
  const key = textOf(added.body, 'key') ?? '';
  expect([textOf(added.body, 'type'), textOf(added.body, 'managedObjectType')]).toEqual(['string', 'VirtualMachine']);
  expect((await on('AddCustomFieldDef', '<name>owner</name><moType>VirtualMachine</moType>')).body).toContain(
    'xsi:type="DuplicateName"><name>owner</name>',
  );
  await on('AddCustomFieldDef', '<name>site</name>');
  expect(all((await lab.call(fetchOf('VirtualMachine', web, 'availableField'))).body, 'name')).toEqual([
    'owner',
    'site',
  ]);
  expect(all((await lab.call(fetchOf('HostSystem', lab.ref('esx-01'), 'availableField'))).body, 'name')).toEqual([
    'site',
  ]);
  const set = (type: string, id: string, value: string) =>
    on('SetField', `<entity type="${type}">${id}</entity><key>${key}</key><value>${value}</value>`);
  expect((await set('VirtualMachine', web, 'alice')).status).toBe(200);
  expect((await set('HostSystem', lab.ref('esx-01'), 'x')).body).toContain('<invalidProperty>key</invalidProperty>');
  expect((await lab.call(fetchOf('VirtualMachine', web, 'customValue'))).body).toContain(
    `<CustomFieldValue xsi:type="CustomFieldStringValue"><key>${key}</key><value>alice</value></CustomFieldValue>`,
  );
  expect(textOf((await lab.call(fetchOf('VirtualMachine', web, 'summary'))).body, 'customValue')).toContain('alice');
  await call(lab, 'HostSystem', lab.ref('esx-01'), 'setCustomValue', '<key>site</key><value>Roubaix</value>');
  const { body: host } = await lab.call(fetchOf('HostSystem', lab.ref('esx-01'), 'summary'));
  expect(textOf(host, 'customValue')).toContain('Roubaix');
  await on('AddCustomFieldDef', '<name>class</name>');
  const names = async () =>
    all((await lab.call(fetchOf('CustomFieldsManager', 'CustomFieldsManager', 'field'))).body, 'name');
  expect(await names()).toEqual(['class', 'owner', 'site']);
  await call(lab, 'VirtualMachine', web, 'setCustomValue', '<key>owner</key><value>bob</value>');
  expect((await lab.call(fetchOf('VirtualMachine', web, 'value'))).body).toContain('<value>bob</value>');
  await on('RenameCustomFieldDef', `<key>${key}</key><name>accountable</name>`);
  expect(await names()).toEqual(['accountable', 'class', 'site']);
  await on('RenameCustomFieldDef', `<key>${key}</key><name>keeper</name>`);
  await on('RemoveCustomFieldDef', `<key>${key}</key>`);
  expect((await lab.call(fetchOf('VirtualMachine', web, 'customValue'))).body).not.toContain('bob');
  expect((await on('RemoveCustomFieldDef', `<key>${key}</key>`)).body).toContain('<InvalidArgumentFault');
  expect(lab.mock.events.all.map((event) => event.fullFormattedMessage)).toEqual(
    expect.arrayContaining([
      'Created new custom field definition owner',
      'Changed custom field owner on web to bob',
      'Renamed field definition from owner to accountable',
      'Removed field definition keeper',
    ]),
  );
});

// documented (AddCustomFieldDef, PrivilegePolicyDef)
test('the policies of a custom field name privileges that exist, and those are needed', async () => {
  const lab = await loggedIn({
    users: [
      { username, password },
      { username: 'operator', password: 'p', role: 'NoAccess' },
    ],
  });
  const on = (method: string, params: string) =>
    call(lab, 'CustomFieldsManager', 'CustomFieldsManager', method, params);
  const policy = (element: string, update: string) =>
    `<${element}><createPrivilege>System.View</createPrivilege><readPrivilege>System.View</readPrivilege>` +
    `<updatePrivilege>${update}</updatePrivilege><deletePrivilege>Global.Settings</deletePrivilege></${element}>`;
  const add = (policies: string) => on('AddCustomFieldDef', `<name>owner</name>${policies}`);
  for (const element of ['fieldDefPolicy', 'fieldPolicy']) {
    const refused = await add(policy(element, 'Coffee.Make'));
    expect(refused.body).toContain('xsi:type="InvalidPrivilege"><privilege>Coffee.Make</privilege>');
  }
  const added = await add(policy('fieldDefPolicy', 'Global.Diagnostics') + policy('fieldPolicy', 'Global.Licenses'));
  const key = `<key>${textOf(added.body, 'key')}</key>`;
  await grant(lab, 'operator', ['System.View', 'System.Read', 'Global.ManageCustomFields', 'Global.SetCustomField']);
  await lab.login('operator', 'p');
  const set = () =>
    on('SetField', `<entity type="VirtualMachine">${lab.ref('web')}</entity>${key}<value>alice</value>`);
  expect((await set()).status).toBe(200);
  for (const [answer, privilege] of [
    [await set(), 'Global.Licenses'],
    [await on('RenameCustomFieldDef', `${key}<name>keeper</name>`), 'Global.Diagnostics'],
    [await on('RemoveCustomFieldDef', key), 'Global.Settings'],
  ] as const) {
    expect(answer.status).toBe(500);
    expect(textOf(answer.body, 'privilegeId')).toBe(privilege);
  }
});

test('the licence is that of a vCenter on trial', async () => {
  const lab = await loggedIn();
  const licences = (await lab.call(fetchOf('LicenseManager', 'LicenseManager', 'licenses'))).body;
  expect([textOf(licences, 'licenseKey'), textOf(licences, 'name')]).toEqual([
    '00000-00000-00000-00000-00000',
    'Evaluation Mode',
  ]);
  const assigned = await call(lab, 'LicenseAssignmentManager', 'LicenseAssignmentManager', 'QueryAssignedLicenses');
  expect(all(assigned.body, 'entityDisplayName')).toEqual(['vcenter.lab.test', 'esx-01', 'esx-02']);
  expect(
    (await call(lab, 'LicenseManager', 'LicenseManager', 'DecodeLicense', '<licenseKey>X</licenseKey>')).body,
  ).toContain('License is not valid');
  expect(
    (await call(lab, 'LicenseManager', 'LicenseManager', 'AddLicense', '<licenseKey>X</licenseKey>')).body,
  ).toContain('<NotImplementedFault');
});
