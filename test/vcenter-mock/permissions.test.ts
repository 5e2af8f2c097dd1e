import { expect, test } from 'vitest';
import { fetchOf, finished, type Lab, startLab, textOf, username } from './lab.ts';

const admin = { username, password: 'not-a-secret-1' };
const alice = { username: 'alice', password: 'a' };
const manager = '<_this type="AuthorizationManager">AuthorizationManager</_this>';

/** A lab with the administrator logged in and with `alice`, who has a role where the test says. */
async function start(user: { role: string; on?: string[] }, groups?: string[]): Promise<Lab> {
  const lab = await startLab({ users: [admin, { ...alice, ...user, groups }] });
  await lab.login();
  return lab;
}

const call = (lab: Lab, method: string, params: string, target = manager) =>
  lab.call(`<${method} xmlns="urn:vim25">${target}${params}</${method}>`, '"urn:vim25/7.0.3.0"');
const entityOf = (lab: Lab, name: string) => `<entity type="VirtualMachine">${lab.ref(name)}</entity>`;
const root = '<entity type="Folder">group-d1</entity>';
const permission = (principal: string, roleId: number, propagate = true, group = false) =>
  `<permission><principal>${principal}</principal><group>${group}</group><roleId>${roleId}</roleId><propagate>${propagate}</propagate></permission>`;
const powerOn = (lab: Lab, name: string) =>
  lab.call(
    `<PowerOnVM_Task xmlns="urn:vim25"><_this type="VirtualMachine">${lab.ref(name)}</_this></PowerOnVM_Task>`,
    '"urn:vim25/7.0.3.0"',
  );

test('system roles have the ids, names and privileges of a vCenter', async () => {
  const lab = await start({ role: 'ReadOnly' });
  const { body } = await lab.call(fetchOf('AuthorizationManager', 'AuthorizationManager', 'roleList'));
  const roles = [...body.matchAll(/<AuthorizationRole>.*?<\/AuthorizationRole>/gs)].map(([role]) => role);
  expect(roles.map((role) => [textOf(role, 'roleId'), textOf(role, 'name'), textOf(role, 'label')])).toEqual([
    ['-1', 'Admin', 'Administrator'],
    ['-2', 'ReadOnly', 'Read-only'],
    ['-3', 'View', 'View'],
    ['-4', 'Anonymous', 'Anonymous'],
    ['-5', 'NoAccess', 'No access'],
    ['-6', 'NoCryptoAdmin', 'No cryptography administrator'],
    ['-7', 'TrustedAdmin', 'Trusted Infrastructure administrator'],
    ['-8', 'NoTrustedAdmin', 'No Trusted Infrastructure administrator'],
  ]);
  expect(roles[0]?.match(/<privilege>Cryptographer\.\w+</g)).toHaveLength(14);
  expect(roles[1]?.match(/<privilege>[^<]+/g)).toEqual([
    '<privilege>System.Anonymous',
    '<privilege>System.Read',
    '<privilege>System.View',
  ]);
  expect(roles[5]).not.toMatch(/<privilege>(Cryptographer|TrustedAdmin)\./);
  expect(roles[5]).not.toContain('<privilege>Host.Inventory.AddStandaloneHost<');
  expect(roles[5]).toContain('<privilege>VirtualMachine.Interact.PowerOn<');
});

test('a role on one VM allows there and nowhere else; the rest of the inventory does not exist', async () => {
  const lab = await start({ role: 'Admin', on: ['/Datacenter/vm/web'] });
  await lab.login('alice', 'a');
  expect(await finished(lab, await powerOn(lab, 'web'))).toContain('<state>success</state>');
  const refused = await powerOn(lab, 'db');
  expect(refused.status).toBe(500);
  expect(refused.body).toContain(
    `<NoPermissionFault xmlns="urn:vim25" xsi:type="NoPermission"><object type="VirtualMachine">${lab.ref('db')}</object><privilegeId>VirtualMachine.Interact.PowerOn</privilegeId></NoPermissionFault>`,
  );
  const view = textOf(
    (
      await lab.call(
        '<CreateContainerView xmlns="urn:vim25"><_this type="ViewManager">ViewManager</_this><container type="Folder">group-d1</container><type>VirtualMachine</type><recursive>true</recursive></CreateContainerView>',
      )
    ).body,
    'returnval',
  );
  const found = await lab.call(
    `<RetrievePropertiesEx xmlns="urn:vim25"><_this type="PropertyCollector">propertyCollector</_this><specSet><propSet><type>VirtualMachine</type><pathSet>name</pathSet></propSet><objectSet><obj type="ContainerView">${view}</obj><skip>true</skip><selectSet xsi:type="TraversalSpec"><type>ContainerView</type><path>view</path></selectSet></objectSet></specSet><options></options></RetrievePropertiesEx>`,
  );
  expect(found.body).toContain('<val xsi:type="xsd:string">web</val>');
  expect(found.body).not.toContain('<val xsi:type="xsd:string">db</val>');
  // The way there can be seen, but not read.
  expect((await lab.call(fetchOf('Folder', 'group-d1', 'name'))).body).toContain('Datacenters');
  expect((await lab.call(fetchOf('Folder', 'group-d1', 'overallStatus'))).body).toContain(
    '<privilegeId>System.Read</privilegeId>',
  );
});

test('the nearest permission decides: a read-only VM below a folder with all rights, and no access', async () => {
  const lab = await start({ role: 'Admin' });
  const set = (roleId: number) => call(lab, 'SetEntityPermissions', entityOf(lab, 'web') + permission('alice', roleId));
  expect((await set(-2)).status).toBe(200);
  const cookie = lab.cookie;
  await lab.login('alice', 'a');
  const hers = lab.cookie;
  expect((await powerOn(lab, 'web')).body).toContain('<privilegeId>VirtualMachine.Interact.PowerOn</privilegeId>');
  expect((await lab.call(fetchOf('VirtualMachine', lab.ref('web'), 'config'))).status).toBe(200);
  expect((await lab.call(fetchOf('VirtualMachine', lab.ref('web'), 'effectiveRole'))).body).toContain('<int>-2</int>');
  expect((await lab.call(fetchOf('VirtualMachine', lab.ref('db'), 'effectiveRole'))).body).toContain('<int>-1</int>');
  lab.cookie = cookie;
  await set(-5);
  lab.cookie = hers;
  expect((await lab.call(fetchOf('VirtualMachine', lab.ref('web'), 'name'))).body).toContain(
    '<privilegeId>System.View</privilegeId>',
  );
  lab.cookie = cookie;
  expect(
    (await call(lab, 'RemoveEntityPermission', `${entityOf(lab, 'web')}<user>alice</user><isGroup>false</isGroup>`))
      .status,
  ).toBe(200);
  lab.cookie = hers;
  expect(await finished(lab, await powerOn(lab, 'web'))).toContain('<state>success</state>');
});

test('a permission that does not propagate stops at its object', async () => {
  const lab = await start({ role: 'ReadOnly', on: ['/Datacenter/vm/web'] });
  await call(lab, 'SetEntityPermissions', root + permission('alice', -1, false));
  await lab.login('alice', 'a');
  expect((await powerOn(lab, 'db')).body).toContain('NoPermissionFault');
  const folder = await call(lab, 'CreateFolder', '<name>hers</name>', '<_this type="Folder">group-d1</_this>');
  expect(folder.status).toBe(200);
});

test("a user's permission goes before those of groups, and groups add up", async () => {
  const lab = await start({ role: 'ReadOnly', on: ['/Datacenter/vm/db'] }, ['Operators', 'Keepers']);
  const add = async (name: string, privilege: string) =>
    Number(
      textOf(
        (await call(lab, 'AddAuthorizationRole', `<name>${name}</name><privIds>${privilege}</privIds>`)).body,
        'returnval',
      ),
    );
  const on = await add('On', 'VirtualMachine.Interact.PowerOn');
  const off = await add('Off', 'VirtualMachine.Interact.PowerOff');
  await call(
    lab,
    'SetEntityPermissions',
    root + permission('Operators', on, true, true) + permission('VSPHERE.LOCAL\\keepers', off, true, true),
  );
  await lab.login('alice', 'a');
  const has = async (name: string) =>
    [
      ...(
        await call(
          lab,
          'HasUserPrivilegeOnEntities',
          `<entities type="VirtualMachine">${lab.ref(name)}</entities><userName>alice</userName><privId>VirtualMachine.Interact.PowerOn</privId><privId>VirtualMachine.Interact.PowerOff</privId><privId>VirtualMachine.Config.Rename</privId>`,
        )
      ).body.matchAll(/<isGranted>(\w+)</g),
    ].map(([, granted]) => granted);
  expect(await has('web')).toEqual(['true', 'true', 'false']);
  expect(await has('db')).toEqual(['false', 'false', 'false']);
});

test('roles are made, changed and removed; one in use stays when asked to', async () => {
  const lab = await start({ role: 'ReadOnly' });
  const added = await call(lab, 'AddAuthorizationRole', '<name>Ops</name><privIds>Folder.Create</privIds>');
  const id = Number(textOf(added.body, 'returnval'));
  const again = await call(lab, 'AddAuthorizationRole', '<name>Ops</name>');
  expect(again.body).toContain('<AlreadyExistsFault xmlns="urn:vim25" xsi:type="AlreadyExists"><name>Ops</name>');
  expect((await call(lab, 'AddAuthorizationRole', '<name>X</name><privIds>No.Such</privIds>')).body).toContain(
    '<invalidProperty>privIds</invalidProperty>',
  );
  await call(lab, 'SetEntityPermissions', entityOf(lab, 'web') + permission('alice', id));
  const used = await call(lab, 'RemoveAuthorizationRole', `<roleId>${id}</roleId><failIfUsed>true</failIfUsed>`);
  expect(used.body).toContain('<RemoveFailedFault');
  expect((await call(lab, 'UpdateAuthorizationRole', `<roleId>${id}</roleId><newName>Ops2</newName>`)).status).toBe(
    200,
  );
  const users = await call(lab, 'RetrieveRolePermissions', `<roleId>${id}</roleId>`);
  expect(users.body).toContain(`<returnval>${entityOf(lab, 'web')}<principal>VSPHERE.LOCAL\\alice</principal>`);
  await call(lab, 'MergePermissions', `<srcRoleId>${id}</srcRoleId><dstRoleId>-6</dstRoleId>`);
  const own = await call(lab, 'RetrieveEntityPermissions', `${entityOf(lab, 'web')}<inherited>false</inherited>`);
  expect(textOf(own.body, 'roleId')).toBe('-6');
  const inherited = await call(lab, 'RetrieveEntityPermissions', `${entityOf(lab, 'web')}<inherited>true</inherited>`);
  expect([...inherited.body.matchAll(/<principal>(.*?)</g)].map(([, name]) => name)).toEqual([
    'VSPHERE.LOCAL\\alice',
    'VSPHERE.LOCAL\\Administrators',
    'VSPHERE.LOCAL\\administrator',
  ]);
  expect(
    (await call(lab, 'RemoveAuthorizationRole', `<roleId>${id}</roleId><failIfUsed>true</failIfUsed>`)).status,
  ).toBe(200);
  expect(
    (await call(lab, 'RemoveAuthorizationRole', '<roleId>-1</roleId><failIfUsed>false</failIfUsed>')).body,
  ).toContain('<InvalidArgumentFault');
  const events = lab.mock.events.all.map((event) => event._type);
  expect(events).toEqual(
    expect.arrayContaining([
      'RoleAddedEvent',
      'RoleUpdatedEvent',
      'RoleRemovedEvent',
      'PermissionAddedEvent',
      'PermissionUpdatedEvent',
    ]),
  );
});

test('nobody can take away the last administrator, nor grant what cannot be granted, nor to whom nobody knows', async () => {
  const lab = await start({ role: 'ReadOnly' });
  const reset = await call(lab, 'ResetEntityPermissions', root + permission('alice', -2));
  expect(reset.body).toContain('<AuthMinimumAdminPermissionFault');
  const nobody = await call(lab, 'SetEntityPermissions', root + permission('nobody', -2));
  expect(nobody.body).toContain('xsi:type="UserNotFound"><principal>nobody</principal><unresolved>false</unresolved>');
  expect((await call(lab, 'SetEntityPermissions', root + permission('alice', -3))).body).toContain(
    'InvalidArgumentFault',
  );
  expect((await call(lab, 'SetEntityPermissions', root + permission('alice', 4711))).body).toContain('NotFoundFault');
});

test('a user without any permission cannot log in', async () => {
  const lab = await start({ role: 'NoAccess' });
  const answer = await lab.login('alice', 'a');
  expect(answer.status).toBe(500);
  expect(answer.body).toContain('<object type="Folder">group-d1</object><privilegeId>System.View</privilegeId>');
});

test('missingPrivileges comes with API 7.0.3.2', async () => {
  const lab = await startLab({ version: '8.0', users: [admin, { ...alice, role: 'ReadOnly' }] });
  await lab.login('alice', 'a');
  const body = (
    await lab.call(
      `<PowerOnVM_Task xmlns="urn:vim25"><_this type="VirtualMachine">${lab.ref('web')}</_this></PowerOnVM_Task>`,
    )
  ).body;
  expect(body).toContain(
    `<missingPrivileges><entity type="VirtualMachine">${lab.ref('web')}</entity><privilegeIds>VirtualMachine.Interact.PowerOn</privilegeIds></missingPrivileges>`,
  );
});

test('UserDirectory finds users and groups', async () => {
  const lab = await start({ role: 'ReadOnly' }, ['Operators']);
  const search = async (params: string) =>
    [
      ...(
        await call(lab, 'RetrieveUserGroups', params, '<_this type="UserDirectory">UserDirectory</_this>')
      ).body.matchAll(/<principal>(.*?)</g),
    ].map(([, name]) => name);
  const flags = (exact: boolean, users: boolean, groups: boolean) =>
    `<exactMatch>${exact}</exactMatch><findUsers>${users}</findUsers><findGroups>${groups}</findGroups>`;
  expect(await search(`<searchStr>a</searchStr>${flags(false, true, true)}`)).toEqual([
    'VSPHERE.LOCAL\\administrator',
    'VSPHERE.LOCAL\\alice',
    'VSPHERE.LOCAL\\Administrators',
    'VSPHERE.LOCAL\\Operators',
  ]);
  expect(await search(`<searchStr>ALICE</searchStr>${flags(true, true, false)}`)).toEqual(['VSPHERE.LOCAL\\alice']);
  expect(
    await search(`<searchStr></searchStr><belongsToGroup>Operators</belongsToGroup>${flags(false, true, true)}`),
  ).toEqual(['VSPHERE.LOCAL\\alice']);
});

// vcenter.md 9.1: a permission error is one of the call, not of a task
test.each([
  ['VirtualMachine', 'Rename_Task', '<newName>other</newName>', 'VirtualMachine.Config.Rename'],
  ['VirtualMachine', 'Destroy_Task', '', 'VirtualMachine.Inventory.Delete'],
  ['VirtualMachine', 'MigrateVM_Task', '<priority>defaultPriority</priority>', 'Resource.ColdMigrate'],
  [
    'VirtualMachine',
    'CloneVM_Task',
    '<folder type="Folder">group-v12</folder><name>c</name><spec><location/><powerOn>false</powerOn><template>false</template></spec>',
    'VirtualMachine.Provisioning.Clone',
  ],
  ['HostSystem', 'Destroy_Task', '', 'Host.Inventory.RemoveHostFromCluster'],
  ['Folder', 'Rename_Task', '<newName>other</newName>', 'Folder.Rename'],
  ['Folder', 'Destroy_Task', '', 'Folder.Delete'],
  ['FileManager', 'MakeDirectory', '<name>[datastore1] new</name>', 'Datastore.FileManagement'],
  ['VirtualDiskManager', 'DeleteVirtualDisk_Task', '<name>[datastore1] a.vmdk</name>', 'Datastore.FileManagement'],
])('%s.%s is refused before there is a task', async (type, method, params, privilege) => {
  const lab = await start({ role: 'ReadOnly' });
  await lab.login('alice', 'a');
  const folder = lab.mock.inventory.vm('web')?.get('parent')?.value;
  const ids: Record<string, string | undefined> = {
    VirtualMachine: lab.ref('web'),
    HostSystem: lab.ref('esx-01'),
    Folder: folder,
    VirtualDiskManager: 'virtualDiskManager',
  };
  const id = ids[type] ?? type;
  const datastore = lab.mock.vc.store.all('Datastore')[0]!.get('name');
  const given = params.replace('datastore1', String(datastore));
  const refused = await call(lab, method, given, `<_this type="${type}">${id}</_this>`);
  expect(refused.status).toBe(500);
  expect(refused.body).toContain('<NoPermissionFault');
  expect(textOf(refused.body, 'privilegeId')).toBe(privilege);
  expect(lab.mock.vc.store.all('Task')).toEqual([]);
});
