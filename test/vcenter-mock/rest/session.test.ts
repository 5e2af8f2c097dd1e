import { expect, test } from 'vitest';
import { password, startLab, username } from '../lab.ts';
import { basic, restLab, withRest } from './client.ts';

const unauthenticated = {
  error_type: 'UNAUTHENTICATED',
  messages: [
    {
      id: 'com.vmware.vapi.endpoint.method.authentication.required',
      default_message: 'Authentication required.',
      args: [],
    },
  ],
};

test('POST /api/session answers 201 with the token as a JSON string', async () => {
  const lab = withRest(await startLab());
  const answer = await lab.restLogin();
  expect(answer.status).toBe(201);
  expect(answer.json).toMatch(/^[0-9a-f]{40}$/);
  expect(answer.headers['set-cookie']).toEqual([`vmware-api-session-id=${answer.json}; Path=/api; HttpOnly; Secure`]);
  const info = await lab.rest('GET', '/api/session');
  expect(info).toMatchObject({
    status: 200,
    json: { user: username, created_time: '2026-01-02T03:04:05.000Z', last_accessed_time: '2026-01-02T03:04:05.000Z' },
  });
});

test('a client that wants no cookie gets none', async () => {
  const lab = withRest(await startLab());
  const headers = { authorization: basic(username, password), 'vmware-use-header-authn': 'test' };
  for (const path of ['/api/session', '/rest/com/vmware/cis/session']) {
    const answer = await lab.rest('POST', path, { headers });
    expect([answer.status < 300, answer.headers['set-cookie']]).toEqual([true, undefined]);
  }
});

test('the cookie does what the header does', async () => {
  const lab = await restLab();
  const cookie = `vmware-api-session-id=${lab.token}; Path=/api`;
  lab.token = undefined;
  expect((await lab.rest('GET', '/api/session', { headers: { cookie } })).status).toBe(200);
});

test('a wrong password, no password and no session are 401, each family in its form', async () => {
  const lab = withRest(await startLab());
  expect(await lab.restLogin(username, 'wrong')).toMatchObject({ status: 401, json: unauthenticated });
  expect(await lab.rest('POST', '/api/session')).toMatchObject({ status: 401, json: unauthenticated });
  const answer = await lab.rest('GET', '/rest/com/vmware/cis/session');
  expect(answer).toMatchObject({
    status: 401,
    json: {
      type: 'com.vmware.vapi.std.errors.unauthenticated',
      value: unauthenticated,
    },
  });
  const challenge = String(answer.headers['www-authenticate']);
  expect(challenge).toMatch(/^Basic realm="VAPI endpoint",SIGN .*service="VAPI endpoint",sts="https:[^"]+"$/);
  expect(answer.json).toMatchObject({ value: { challenge } });
  const failed = lab.mock.events.all.map((event) => event._type);
  expect(failed).toEqual(['BadUsernameSessionEvent']);
});

test('/rest wraps its values; the action get and the tunnelled GET read the session', async () => {
  const lab = withRest(await startLab());
  const path = '/rest/com/vmware/cis/session';
  const login = await lab.rest('POST', path, { headers: { authorization: basic(username, password) }, raw: '' });
  expect(login.status).toBe(200);
  const { value } = login.json as { value: string };
  lab.token = value;
  const expected = { status: 200, json: { value: { user: username } } };
  expect(await lab.rest('GET', path)).toMatchObject(expected);
  expect(await lab.rest('POST', `${path}?~action=get`)).toMatchObject(expected);
  expect(await lab.rest('POST', `${path}?~method=GET`)).toMatchObject(expected);
  expect(await lab.rest('DELETE', path)).toMatchObject({ status: 200, json: undefined });
  expect((await lab.rest('GET', path)).status).toBe(401);
});

test('DELETE ends the session with 204 and the event of a logout', async () => {
  const lab = await restLab();
  const answer = await lab.rest('DELETE', '/api/session');
  expect([answer.status, answer.bytes.length]).toEqual([204, 0]);
  expect((await lab.rest('GET', '/api/session')).status).toBe(401);
  expect(lab.mock.events.latest?._type).toBe('UserLogoutSessionEvent');
});

test('a session ends when nothing was heard of it for longer than the idle time', async () => {
  const lab = await restLab();
  await lab.clock.advance(30 * 60_000);
  expect((await lab.rest('GET', '/api/session')).status).toBe(200);
  await lab.clock.advance(30 * 60_000 + 1);
  expect((await lab.rest('GET', '/api/session')).status).toBe(401);
});

test('tokens and cookies of the two APIs are not each other’s', async () => {
  const lab = await restLab();
  const cookie = `vmware_soap_session="${lab.token}"`;
  const time = '<CurrentTime xmlns="urn:vim25"><_this type="ServiceInstance">ServiceInstance</_this></CurrentTime>';
  const soap = await lab.send(
    '/sdk',
    `<Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/"><Body>${time}</Body></Envelope>`,
    { cookie },
  );
  expect(soap.body).toContain('NotAuthenticated');
  const soapSession = /"([0-9a-f]{40})"/.exec(lab.cookie ?? '')?.[1];
  expect((await lab.rest('GET', '/api/session', { token: soapSession })).status).toBe(401);
});

test('what is not served is 404 in the form of its family, with a warning', async () => {
  const lab = await restLab();
  const id = 'com.vmware.vapi.rest.httpNotFound';
  expect(await lab.rest('GET', '/api/vcenter/nothing')).toMatchObject({
    status: 404,
    json: { error_type: 'NOT_FOUND', messages: [{ args: [], default_message: 'Not found.', id }] },
  });
  expect(await lab.rest('GET', '/rest/vcenter/nothing')).toMatchObject({
    status: 404,
    json: { name: id, majorErrorCode: 404, localizableMessages: [{ id, defaultMessage: 'Not found.' }] },
  });
  // So is a path that cannot be decoded, a method that nothing has, and the root.
  for (const [method, path] of [
    ['GET', '/api/vcenter/vm/%zz'],
    ['GET', '/api'],
    ['OPTIONS', '/api/vcenter/vm'],
  ]) {
    expect(await lab.rest(method!, path!)).toMatchObject({ status: 404, json: { messages: [{ id }] } });
  }
  const warnings = lab.runtime.journal.entries({ event: 'vcenter.unknown' });
  expect(warnings).toHaveLength(5);
});

test('6.7 has /rest and no /api', async () => {
  const lab = withRest(await startLab({ version: '6.7' }));
  const headers = { authorization: basic(username, password) };
  expect((await lab.rest('POST', '/api/session', { headers })).status).toBe(404);
  expect((await lab.rest('POST', '/rest/com/vmware/cis/session', { headers })).status).toBe(200);
  // What came with 7.0 is in no error.
  expect(await lab.rest('GET', '/rest/vcenter/vm')).toMatchObject({
    status: 401,
    json: { type: 'com.vmware.vapi.std.errors.unauthenticated', value: { messages: unauthenticated.messages } },
  });
  expect(Object.keys(((await lab.rest('GET', '/rest/vcenter/vm')).json as { value: object }).value)).toEqual([
    'messages',
  ]);
});

test('bodies that are no JSON objects are refused; a body past the limit is 413', async () => {
  const lab = await restLab({ assumed: { bodyLimit: 2_000 } });
  const path = '/api/vcenter/crypto-manager/kms/providers';
  for (const raw of [
    Buffer.from('{"provider":"\xff"}', 'latin1'),
    '{',
    '[]',
    '"x"',
    'null',
    '{"provider": 5}',
    '{"provider": ""}',
  ]) {
    expect(await lab.rest('POST', path, { raw })).toMatchObject({
      status: 400,
      json: { error_type: 'INVALID_ARGUMENT' },
    });
  }
  expect((await lab.rest('POST', path, { raw: `{"provider":"${'x'.repeat(3_000)}"}` })).status).toBe(413);
  expect((await lab.rest('GET', '/api/session')).status).toBe(200);
});

test('a Host header that is no host is not repeated', async () => {
  const lab = withRest(await startLab());
  for (const host of ['a b', '"><x', 'vcenter.test:99999999']) {
    const answer = await lab.rest('GET', '/api/session', { headers: { host } });
    expect(answer.status).toBe(401);
    expect(String(answer.headers['www-authenticate'])).toContain(
      'sts="https://localhost/sts/STSService/vsphere.local"',
    );
  }
});
