import { expect, onTestFinished, test } from 'vitest';
import { type RunningApi, serviceName, startApi } from './api.ts';

const clientId = 'EU.0123456789abcdef';
const clientSecret = 'very secret & odd:+%';
const urn = `urn:v1:eu:identity:credential:xx11111-ovh/oauth2-${clientId}`;
const started = () =>
  startApi(onTestFinished, {
    services: [{ serviceName }, { serviceName: 'pcc-192-0-2-20' }],
    account: {
      serviceAccounts: [{ clientId, clientSecret, description: 'deploys', accessTokens: ['raw-token'] }],
      policies: [
        {
          identities: [urn],
          resources: [`urn:v1:eu:resource:pccVMware:${serviceName}`],
          allow: ['pccVMware:apiovh:*'],
          except: ['pccVMware:apiovh:vmEncryption/kms/create'],
        },
      ],
    },
  });

/** How clients write a part of HTTP Basic (RFC 6749, 2.3.1). */
const encoded = (text: string) => new URLSearchParams({ '': text }).toString().slice(1);
const basic = (id: string, secret: string) =>
  `Basic ${Buffer.from(`${encoded(id)}:${encoded(secret)}`).toString('base64')}`;

async function ask(api: RunningApi, form: Record<string, string> | string, headers: Record<string, string> = {}) {
  const body = typeof form === 'string' ? form : new URLSearchParams(form).toString();
  const answer = await fetch(`http://127.0.0.1:${api.mock.httpPort}/auth/oauth2/token`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
  });
  return { status: answer.status, headers: answer.headers, json: (await answer.json()) as Record<string, unknown> };
}

const grant = { grant_type: 'client_credentials', scope: 'all' };
const inForm = { ...grant, client_id: clientId, client_secret: clientSecret };

/** A call with nothing but an access token. */
const bearer = (token: string) => ({
  authorization: `Bearer ${token}`,
  'x-ovh-application': undefined,
  'x-ovh-consumer': undefined,
  'x-ovh-timestamp': undefined,
  'x-ovh-signature': undefined,
});

test.each<[string, Record<string, string>, Record<string, string>]>([
  ['HTTP Basic, as Node does', grant, { authorization: basic(clientId, clientSecret) }],
  [
    'HTTP Basic without encoding, as Python does',
    grant,
    { authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}` },
  ],
  ['the form, as PHP does', inForm, {}],
  ['both, if they are the same', inForm, { authorization: basic(clientId, clientSecret) }],
  ['a form without scope', { grant_type: 'client_credentials' }, { authorization: basic(clientId, clientSecret) }],
])('a token is given for credentials in %s', async (_case, form, headers) => {
  const api = await started();
  const answer = await ask(api, form, headers);
  // ovh.md 2.4 and RFC 6749, 5.1.
  expect(answer.json).toEqual({
    access_token: expect.stringMatching(/^\S{32,}$/),
    token_type: 'Bearer',
    expires_in: 3599,
    scope: 'all',
  });
  expect(answer.status).toBe(200);
  expect(answer.headers.get('cache-control')).toBe('no-store');
  expect(answer.headers.get('x-ovh-queryid')).toMatch(/^EU\./);
});

test.each<[string, Record<string, string> | string, Record<string, string>, number, string]>([
  ['a wrong secret', { ...inForm, client_secret: 'x' }, {}, 401, 'Invalid client'],
  ['an unknown client', { ...inForm, client_id: 'x' }, {}, 401, 'Invalid client'],
  ['a wrong secret in Basic', grant, { authorization: basic(clientId, 'x') }, 401, 'Invalid client'],
  ['Basic without sense', grant, { authorization: 'Basic !' }, 401, 'Invalid client'],
  ['no client', grant, {}, 401, 'Invalid client'],
  ['a body of JSON', JSON.stringify(inForm), { 'content-type': 'application/json' }, 400, 'invalid_request'],
  ['no grant type', { ...inForm, grant_type: '' }, {}, 400, 'unsupported_grant_type'],
  ['another grant type', { ...inForm, grant_type: 'password' }, {}, 400, 'unsupported_grant_type'],
  ['another scope', { ...inForm, scope: 'some' }, {}, 400, 'invalid_scope'],
  ['a parameter twice', `${new URLSearchParams(inForm)}&grant_type=password`, {}, 400, 'invalid_request'],
  [
    'two clients at once',
    { ...inForm, client_id: 'other' },
    { authorization: basic(clientId, clientSecret) },
    400,
    'invalid_request',
  ],
])('no token is given for %s', async (_case, form, headers, status, error) => {
  const api = await started();
  const answer = await ask(api, form, headers);
  expect(answer.json).toMatchObject({ error });
  expect(answer.status).toBe(status);
  expect(answer.headers.get('www-authenticate')).toBe(status === 401 ? 'Basic realm="OVHcloud"' : null);
  expect(api.runtime.journal.entries({ event: 'ovh.oauth2.refused' })).toHaveLength(1);
});

test('a token opens /1.0 and /v1 for an hour, and says whose it is', async () => {
  const api = await started();
  const token = String((await ask(api, inForm)).json.access_token);
  const headers = bearer(token);
  for (const prefix of ['/1.0', '/v1']) {
    expect((await api.service('GET', '/vmEncryption', { prefix, headers })).json).toEqual({ state: 'disabled' });
  }
  expect((await api.call('GET', '/auth/details', { headers })).json).toEqual({
    account: 'xx11111-ovh',
    user: null,
    method: 'oauth2_client_credentials',
    identities: [urn],
    roles: null,
    description: 'deploys',
    allowedRoutes: null,
  });
  await api.clock.advance(3_598_999);
  expect((await api.service('GET', '/vmEncryption', { headers })).status).toBe(200);
  await api.clock.advance(1);
  const late = await api.service('GET', '/vmEncryption', { headers });
  expect(late).toMatchObject({ status: 401, json: { message: 'You must login first' } });
  expect(api.runtime.journal.entries({ event: 'ovh.token.invalid' })[0]?.text).toBe('the access token has expired');
  const journal = JSON.stringify(api.runtime.journal.entries());
  expect(journal).not.toContain(token);
  expect(journal).not.toContain(clientSecret);
});

test('a raw access token of the world does not expire; one that nobody gave is none', async () => {
  const api = await started();
  await api.clock.advance(86_400_000);
  expect((await api.service('GET', '/vmEncryption', { headers: bearer('raw-token') })).status).toBe(200);
  expect((await api.service('GET', '/vmEncryption', { headers: bearer('raw-tokem') })).status).toBe(401);
});

test('IAM says which action a policy does not allow, on which resource', async () => {
  const api = await started();
  const headers = bearer('raw-token');
  const denied = (action: string) => ({
    class: 'Client::Forbidden',
    message: 'User not granted for this request',
    // Members and values: ovh.md 2.6.
    details: { unauthorizedActionsByAuthentication: '', unauthorizedActionsByIAM: `pccVMware:apiovh:${action}` },
  });
  const create = await api.service('POST', '/vmEncryption/kms', { headers, body: {} });
  expect(create).toMatchObject({ status: 403, json: denied('vmEncryption/kms/create') });
  const other = await api.call('GET', '/dedicatedCloud/pcc-192-0-2-20/vmEncryption', { headers });
  expect(other).toMatchObject({ status: 403, json: denied('vmEncryption/get') });
  // The list leaves out what may not be seen (assumed).
  expect((await api.call('GET', '/dedicatedCloud', { headers })).json).toEqual([serviceName]);
});

test('a service account has no consumer key', async () => {
  const api = await started();
  for (const [method, path] of [
    ['GET', '/auth/currentCredential'],
    ['POST', '/auth/logout'],
  ] as const) {
    const answer = await api.call(method, path, { headers: bearer('raw-token') });
    expect(answer).toMatchObject({ status: 403, json: { message: 'This call needs a consumer key' } });
  }
});
