import { expect, test } from 'vitest';
import { fetchOf, type Lab, loggedIn, password, startLab, textOf, username } from './lab.ts';

const self = '<_this type="SessionManager">SessionManager</_this>';
const call = (lab: Lab, method: string, params = '') =>
  lab.call(`<${method} xmlns="urn:vim25">${self}${params}</${method}>`);
const login = (user: string, pass: string) =>
  `<Login xmlns="urn:vim25">${self}<userName>${user}</userName><password>${pass}</password></Login>`;
const now = '<CurrentTime xmlns="urn:vim25"><_this type="ServiceInstance">ServiceInstance</_this></CurrentTime>';
const users = [
  { username, password },
  { username: 'bob', password: 'b', role: 'ReadOnly', fullName: 'Bob B.' },
];
const types = (lab: Lab) => lab.mock.events.all.map((event) => event._type);

test('an idle session ends by itself, and its views and collectors with it', async () => {
  const lab = await loggedIn();
  await lab.call('<CreateListView xmlns="urn:vim25"><_this type="ViewManager">ViewManager</_this></CreateListView>');
  expect(lab.mock.vc.store.all('ListView')).toHaveLength(1);
  await lab.clock.advance(30 * 60_000);
  expect(lab.mock.vc.sessions.list()).toHaveLength(1);
  await lab.clock.advance(1000);
  expect(lab.mock.vc.sessions.list()).toHaveLength(0);
  expect(lab.mock.vc.store.all('ListView')).toHaveLength(0);
  expect(types(lab).at(-1)).toBe('UserLogoutSessionEvent');
});

test('a session that is logged in cannot log in again', async () => {
  const lab = await loggedIn();
  const again = await call(lab, 'Login', `<userName>${username}</userName><password>${password}</password>`);
  expect(again.body).toContain('<InvalidLoginFault');
  expect(types(lab).at(-1)).toBe('AlreadyAuthenticatedSessionEvent');
  expect((await lab.call(now)).status).toBe(200);
});

test('a clone ticket opens one session of the same user, once and not for long', async () => {
  const lab = await startLab({ users });
  await lab.login('bob', 'b');
  const first = textOf((await call(lab, 'AcquireCloneTicket')).body, 'returnval') ?? '';
  const second = textOf((await call(lab, 'AcquireCloneTicket')).body, 'returnval') ?? '';
  expect(first).toMatch(/^cst-VCT-/);
  expect((await call(lab, 'CloneSession', `<cloneTicket>${first}</cloneTicket>`)).body).toContain('InvalidLoginFault');
  lab.cookie = undefined;
  const clone = await call(lab, 'CloneSession', `<cloneTicket>${first}</cloneTicket>`);
  expect(textOf(clone.body, 'userName')).toBe('VSPHERE.LOCAL\\bob');
  expect(textOf(clone.body, 'fullName')).toBe('Bob B.');
  const [cookie] = clone.headers['set-cookie'] ?? [];
  expect((await call(lab, 'CloneSession', `<cloneTicket>${first}</cloneTicket>`)).body).toContain('InvalidLoginFault');
  lab.cookie = cookie;
  expect((await lab.call(now)).status).toBe(200);
  lab.cookie = undefined;
  await lab.clock.advance(301_000);
  expect((await call(lab, 'CloneSession', `<cloneTicket>${second}</cloneTicket>`)).body).toContain('InvalidLoginFault');
});

test('a clone ticket ends with the session that it was made for', async () => {
  const lab = await loggedIn();
  const ticket = textOf((await call(lab, 'AcquireCloneTicket')).body, 'returnval') ?? '';
  await call(lab, 'Logout');
  lab.cookie = undefined;
  expect((await call(lab, 'CloneSession', `<cloneTicket>${ticket}</cloneTicket>`)).body).toContain('InvalidLoginFault');
});

test('sessions are listed and ended by those who may; nobody ends his own', async () => {
  const lab = await startLab({ users });
  const bob = textOf((await lab.login('bob', 'b')).body, 'key') ?? '';
  const bobs = lab.cookie;
  expect((await lab.call(fetchOf('SessionManager', 'SessionManager', 'sessionList'))).body).toContain(
    '<object type="Folder">group-d1</object><privilegeId>Sessions.TerminateSession</privilegeId>',
  );
  expect((await call(lab, 'TerminateSession', `<sessionId>${bob}</sessionId>`)).body).toContain('NoPermissionFault');
  const own = textOf((await lab.login()).body, 'key') ?? '';
  const list = await lab.call(fetchOf('SessionManager', 'SessionManager', 'sessionList'));
  expect([...list.body.matchAll(/<userName>(.*?)</g)].map(([, name]) => name)).toEqual([
    'VSPHERE.LOCAL\\bob',
    'VSPHERE.LOCAL\\administrator',
  ]);
  expect((await call(lab, 'TerminateSession', `<sessionId>${own}</sessionId>`)).body).toContain('InvalidArgumentFault');
  expect((await call(lab, 'TerminateSession', '<sessionId>x</sessionId>')).body).toContain('NotFoundFault');
  expect((await call(lab, 'TerminateSession', `<sessionId>${bob}</sessionId>`)).status).toBe(200);
  expect(types(lab).at(-1)).toBe('SessionTerminatedEvent');
  lab.cookie = bobs;
  expect((await lab.call(now)).body).toContain('NotAuthenticatedFault');
});

test('a session takes on the identity of a user who is logged in', async () => {
  const lab = await startLab({ users });
  await lab.login();
  expect((await call(lab, 'ImpersonateUser', '<userName>bob</userName>')).body).toContain('InvalidLoginFault');
  const mine = lab.cookie;
  await lab.login('bob', 'b');
  lab.cookie = mine;
  expect(textOf((await call(lab, 'ImpersonateUser', '<userName>bob</userName>')).body, 'userName')).toBe(
    'VSPHERE.LOCAL\\bob',
  );
  expect((await call(lab, 'UpdateServiceMessage', '<message>x</message>')).body).toContain(
    '<privilegeId>Sessions.GlobalMessage</privilegeId>',
  );
});

test('locales, the service message, and tickets that a vCenter does not give', async () => {
  const lab = await loggedIn();
  expect((await call(lab, 'SetLocale', '<locale>de_DE</locale>')).status).toBe(200);
  expect(textOf((await lab.call(fetchOf('SessionManager', 'SessionManager', 'currentSession'))).body, 'locale')).toBe(
    'de_DE',
  );
  expect((await call(lab, 'SetLocale', '<locale>tlh</locale>')).body).toContain('<InvalidLocaleFault');
  lab.cookie = undefined;
  const login = `<userName>${username}</userName><password>${password}</password><locale>xx_YY</locale>`;
  expect((await call(lab, 'Login', login)).body).toContain('<InvalidLocaleFault');
  expect((await call(lab, 'AcquireLocalTicket', '<userName>root</userName>')).body).toContain('<NotSupportedFault');
  await lab.login();
  await call(lab, 'UpdateServiceMessage', '<message>Maintenance at noon</message>');
  const message = await lab.call(fetchOf('SessionManager', 'SessionManager', 'message'));
  expect(textOf(message.body, 'returnval')).toBe('Maintenance at noon');
  expect(types(lab).at(-1)).toBe('GlobalMessageChangedEvent');
});

test('names of users match without case and in both spellings', async () => {
  const lab = await startLab();
  expect((await lab.login('VSPHERE.LOCAL\\Administrator')).status).toBe(200);
  expect((await lab.login('Administrator')).status).toBe(200);
  expect((await lab.login('administrator@example.test')).status).toBe(500);
});

test('events name users as permissions do, and tell of a login and its end in the words of a vCenter', async () => {
  const lab = await startLab();
  await lab.call(login(username, password));
  expect(lab.mock.events.latest).toMatchObject({
    userName: 'VSPHERE.LOCAL\\administrator',
    fullFormattedMessage: 'User VSPHERE.LOCAL\\administrator@127.0.0.1 logged in as ',
  });
  await lab.login();
  await lab.call(now);
  await call(lab, 'Logout');
  expect(lab.mock.events.latest).toMatchObject({
    userName: 'VSPHERE.LOCAL\\administrator',
    fullFormattedMessage:
      'User VSPHERE.LOCAL\\administrator@127.0.0.1 logged out (login time: Friday, 02 January, 2026 03:04:05 AM, number of API invocations: 2, user agent: )',
  });
  // What is typed at a login that fails is nobody's name.
  await lab.call(login('mallory', 'x'));
  expect(lab.mock.events.latest).toMatchObject({ _type: 'BadUsernameSessionEvent', userName: 'mallory' });
});

test('a permission of a user carries the name of his session', async () => {
  const lab = await startLab({ users });
  const session = await lab.login('bob@VSPHERE.LOCAL', 'b');
  const name = textOf(session.body, 'userName') ?? '';
  const all = await lab.call(
    '<RetrieveAllPermissions xmlns="urn:vim25"><_this type="AuthorizationManager">AuthorizationManager</_this></RetrieveAllPermissions>',
  );
  expect(all.body).toContain(`<principal>${name}</principal>`);
});
