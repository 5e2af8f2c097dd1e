import { expect, test } from 'vitest';
import { fetchOf, loggedIn, password, startLab, textOf, username } from './lab.ts';

const currentTime =
  '<CurrentTime xmlns="urn:vim25"><_this type="ServiceInstance">ServiceInstance</_this></CurrentTime>';
const logout = '<Logout xmlns="urn:vim25"><_this type="SessionManager">SessionManager</_this></Logout>';

test('the cookie of a login is quoted, 40 hexadecimal digits, and not the session key', async () => {
  const lab = await startLab();
  const answer = await lab.login();
  expect(answer.status).toBe(200);
  const [cookie] = answer.headers['set-cookie'] ?? [];
  expect(cookie).toMatch(/^vmware_soap_session="[0-9a-f]{40}"; Path=\/; HttpOnly; Secure;$/);
  expect(textOf(answer.body, 'key')).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4/);
  // The principal of permissions, whatever spelling came with the login; the login itself is not counted. observed
  expect(textOf(answer.body, 'userName')).toBe('VSPHERE.LOCAL\\administrator');
  expect(textOf(answer.body, 'callCount')).toBe('0');
  expect(answer.body).toContain('<LoginResponse xmlns="urn:vim25">');
});

test('a whole Set-Cookie string comes back as Cookie and is understood', async () => {
  const lab = await loggedIn();
  expect(lab.cookie).toContain('Path=/');
  const answer = await lab.call(currentTime);
  expect(answer.status).toBe(200);
  expect(textOf(answer.body, 'returnval')).toBe('2026-01-02T03:04:05.000Z');
});

test.each([
  ['bare', (value: string) => `vmware_soap_session=${value}`],
  ['quoted', (value: string) => `vmware_soap_session="${value}"`],
  ['among others', (value: string) => `a=b; vmware_soap_session="${value}"; c=d`],
])('a cookie is read when it is %s', async (_name, form) => {
  const lab = await loggedIn();
  const value = lab.cookie?.split('"')[1] ?? '';
  lab.cookie = form(value);
  expect((await lab.call(currentTime)).status).toBe(200);
});

test('a wrong password is InvalidLogin with HTTP 500, and a cookie that opens nothing', async () => {
  const lab = await startLab();
  const answer = await lab.login(username, 'wrong');
  expect(answer.status).toBe(500);
  expect(answer.body).toContain(
    '<faultcode>ServerFaultCode</faultcode><faultstring>Cannot complete login due to an incorrect user name or password.</faultstring>',
  );
  expect(answer.body).toContain('<InvalidLoginFault xmlns="urn:vim25" xsi:type="InvalidLogin"></InvalidLoginFault>');
  expect(lab.cookie).toContain('vmware_soap_session=');
  expect((await lab.call(currentTime)).body).toContain('NotAuthenticatedFault');
});

test('without a session only the service content can be read', async () => {
  const lab = await startLab();
  lab.cookie = '';
  const content = await lab.call(
    '<RetrieveServiceContent xmlns="urn:vim25"><_this type="ServiceInstance">ServiceInstance</_this></RetrieveServiceContent>',
  );
  expect(content.status).toBe(200);
  expect(content.body).toContain('<cryptoManager type="CryptoManagerKmip">CryptoManager</cryptoManager>');
  expect(textOf(content.body, 'apiVersion')).toBe('7.0.3.0');
  expect((await lab.call(fetchOf('ServiceInstance', 'ServiceInstance', 'content'))).status).toBe(200);
  for (const refused of [currentTime, fetchOf('VirtualMachine', lab.ref('web'), 'name')]) {
    const answer = await lab.call(refused);
    expect(answer.status).toBe(500);
    expect(answer.body).toContain('<NotAuthenticatedFault xmlns="urn:vim25" xsi:type="NotAuthenticated">');
    expect(textOf(answer.body, 'privilegeId')).toBe('System.View');
  }
});

// vcenter.md 4.2
test('without a session nothing is reached from the service instance', async () => {
  const lab = await startLab();
  const retrieve = (method: string, propSet: string, selectSet = '') =>
    lab.call(
      `<${method} xmlns="urn:vim25"><_this type="PropertyCollector">propertyCollector</_this><specSet><propSet>${propSet}</propSet><objectSet><obj type="ServiceInstance">ServiceInstance</obj>${selectSet}</objectSet></specSet>${method.endsWith('Ex') ? '<options/>' : ''}</${method}>`,
    );
  const content = '<type>ServiceInstance</type><all>false</all><pathSet>content.about</pathSet>';
  const root =
    '<selectSet xsi:type="TraversalSpec"><type>ServiceInstance</type><path>content.rootFolder</path></selectSet>';
  for (const method of ['RetrieveProperties', 'RetrievePropertiesEx']) {
    expect((await retrieve(method, content)).body).toContain('<apiVersion>7.0.3.0</apiVersion>');
    for (const refused of [
      await retrieve(method, '<type>ManagedEntity</type><pathSet>name</pathSet>', root),
      await retrieve(method, content, root),
      await retrieve(method, '<type>ServiceInstance</type><pathSet>capability</pathSet>'),
      await retrieve(method, '<type>ServiceInstance</type><all>true</all>'),
    ]) {
      expect(refused.status).toBe(500);
      expect(refused.body).toContain('<NotAuthenticatedFault');
    }
  }
  expect((await lab.call(fetchOf('ServiceInstance', 'ServiceInstance', 'content.about'))).status).toBe(200);
  expect((await lab.call(fetchOf('ServiceInstance', 'ServiceInstance', 'capability'))).status).toBe(500);
});

test('a session ends by Logout and by idle time', async () => {
  const lab = await loggedIn();
  expect((await lab.call(logout)).body).toContain('<LogoutResponse xmlns="urn:vim25"></LogoutResponse>');
  expect((await lab.call(currentTime)).status).toBe(500);
  await lab.login();
  await lab.clock.advance(29 * 60_000);
  expect((await lab.call(currentTime)).status).toBe(200);
  await lab.clock.advance(31 * 60_000);
  expect((await lab.call(currentTime)).status).toBe(500);
});

test('a session with a pending call is not idle', async () => {
  const lab = await loggedIn();
  const collector = '<_this type="PropertyCollector">propertyCollector</_this>';
  const pending = lab.call(
    `<WaitForUpdatesEx xmlns="urn:vim25">${collector}<options><maxWaitSeconds>7200</maxWaitSeconds></options></WaitForUpdatesEx>`,
  );
  await expect.poll(() => lab.runtime.journal.entries({ data: { method: 'WaitForUpdatesEx' } }).length).toBe(1);
  await lab.clock.advance(60 * 60_000);
  expect((await lab.call(currentTime)).status).toBe(200);
  await lab.clock.advance(60 * 60_000);
  expect((await pending).status).toBe(200);
  expect((await lab.call(currentTime)).status).toBe(200);
});

test('currentSession and SessionIsActive name the session that asks', async () => {
  const lab = await startLab();
  const key = textOf((await lab.login()).body, 'key') ?? '';
  const current = await lab.call(fetchOf('SessionManager', 'SessionManager', 'currentSession'));
  expect(textOf(current.body, 'key')).toBe(key);
  expect(current.body).toContain('xsi:type="UserSession"');
  const active = (sessionId: string) =>
    lab.call(
      `<SessionIsActive xmlns="urn:vim25"><_this type="SessionManager">SessionManager</_this><sessionID>${sessionId}</sessionID><userName>${username}</userName></SessionIsActive>`,
    );
  expect(textOf((await active(key)).body, 'returnval')).toBe('true');
  expect(textOf((await active('other')).body, 'returnval')).toBe('false');
});

test('the role NoCryptoAdmin lacks every cryptographic privilege', async () => {
  const lab = await startLab({ users: [{ username, password, role: 'NoCryptoAdmin' }] });
  await lab.login();
  const answer = await lab.call(
    '<MarkDefault xmlns="urn:vim25"><_this type="CryptoManagerKmip">CryptoManager</_this><clusterId><id>kp</id></clusterId></MarkDefault>',
  );
  expect(answer.status).toBe(500);
  expect(answer.body).toContain(
    '<NoPermissionFault xmlns="urn:vim25" xsi:type="NoPermission"><object type="Folder">group-d1</object><privilegeId>Cryptographer.ManageKeyServers</privilegeId></NoPermissionFault>',
  );
});

test('passwords never reach the journal', async () => {
  const lab = await loggedIn();
  await lab.login(username, 'another-wrong-one');
  const journal = JSON.stringify(lab.runtime.journal.entries());
  expect(journal).toContain('vcenter.call.fault');
  expect(journal).not.toContain(password);
  expect(journal).not.toContain('another-wrong-one');
});
