import { createHash } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import { fitsPattern, isGranted } from '../../ovh-api-mock/access-rules.ts';
import { type CallOptions, keys, serviceName, startApi, vectorDate, vectorTime } from './api.ts';

const { applicationKey, applicationSecret } = keys;
const expiration = new Date((vectorTime + 60) * 1000);

/** An API with a consumer key for each state and a few access rules; signatures are right for all of them. */
function startWithKeys() {
  return startApi(onTestFinished, {
    applications: [
      {
        applicationKey,
        applicationSecret,
        consumerKeys: [
          { consumerKey: 'all'.padEnd(32, '0') },
          { consumerKey: 'pending'.padEnd(32, '0'), status: 'pendingValidation' },
          { consumerKey: 'refused'.padEnd(32, '0'), status: 'refused' },
          { consumerKey: 'expired'.padEnd(32, '0'), status: 'expired' },
          { consumerKey: 'mortal'.padEnd(32, '0'), expiration },
          { consumerKey: 'reader'.padEnd(32, '0'), rules: [{ method: 'GET', path: '/dedicatedCloud/*' }] },
          { consumerKey: 'iam'.padEnd(32, '0'), iamActions: ['pccVMware:apiovh:vmEncryption/*/get'] },
        ],
      },
      { applicationKey: 'other'.padEnd(16, '0'), applicationSecret: 'secret'.padEnd(32, '0') },
    ],
  });
}

const gateway = (errorCode: string, message: string) => ({
  class: 'Client::Forbidden',
  message,
  errorCode,
  httpCode: '403 Forbidden',
});

// Statuses, codes and messages: ovh.md 2.6.
test.each<[string, CallOptions & { path?: string }, number, object]>([
  [
    'no headers',
    { headers: { 'x-ovh-application': undefined, 'x-ovh-consumer': undefined } },
    401,
    { class: 'Client::Unauthorized', message: 'You must login first' },
  ],
  [
    'no consumer key, as the Node client sends /auth paths',
    { path: '/auth/currentCredential', headers: { 'x-ovh-consumer': undefined, 'x-ovh-signature': undefined } },
    401,
    { class: 'Client::Unauthorized', message: 'You must login first' },
  ],
  [
    'an unknown application key',
    { headers: { 'x-ovh-application': 'unknown' } },
    403,
    gateway('INVALID_KEY', 'This application key is invalid'),
  ],
  [
    'an unknown consumer key',
    { consumerKey: 'unknown' },
    403,
    gateway('NOT_CREDENTIAL', 'This credential does not exist'),
  ],
  [
    "another application's consumer key",
    { headers: { 'x-ovh-application': 'other'.padEnd(16, '0') } },
    403,
    gateway('NOT_CREDENTIAL', 'This credential does not exist'),
  ],
  [
    'no signature',
    { headers: { 'x-ovh-signature': undefined } },
    400,
    {
      class: 'Client::BadRequest',
      message: 'Invalid signature',
      errorCode: 'INVALID_SIGNATURE',
      httpCode: '400 Bad Request',
    },
  ],
  [
    'no timestamp',
    { headers: { 'x-ovh-timestamp': undefined } },
    400,
    {
      class: 'Client::BadRequest',
      message: 'Query out of time',
      errorCode: 'QUERY_TIME_OUT',
      httpCode: '400 Bad Request',
    },
  ],
  [
    'a pending consumer key',
    { consumerKey: 'pending'.padEnd(32, '0') },
    403,
    gateway('INVALID_CREDENTIAL', 'This credential is not valid'),
  ],
  [
    'a refused consumer key',
    { consumerKey: 'refused'.padEnd(32, '0') },
    403,
    gateway('INVALID_CREDENTIAL', 'This credential is not valid'),
  ],
  [
    'an expired consumer key',
    { consumerKey: 'expired'.padEnd(32, '0') },
    403,
    gateway('INVALID_CREDENTIAL', 'This credential is not valid'),
  ],
  [
    'a call outside the access rules',
    { consumerKey: 'reader'.padEnd(32, '0') },
    403,
    gateway('NOT_GRANTED_CALL', 'This call has not been granted'),
  ],
  [
    'a call that IAM denies',
    { consumerKey: 'iam'.padEnd(32, '0') },
    403,
    {
      class: 'Client::Forbidden',
      message: 'User not granted for this request',
      details: { unauthorizedActionsByAuthentication: '', unauthorizedActionsByIAM: 'pccVMware:apiovh:get' },
    },
  ],
])('%s is refused', async (_case, { path = '/dedicatedCloud', ...options }, status, body) => {
  const api = await startWithKeys();
  const answer = await api.call('GET', path, { consumerKey: 'all'.padEnd(32, '0'), ...options });
  expect(answer.json).toEqual(body);
  expect(answer.status).toBe(status);
  expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
  expect(answer.headers['x-ovh-queryid']).toMatch(/^EU\.ext-3\.56d857fb\.\d{7}\.[0-9a-f]{32}$/);
});

test.each([
  [180, 200],
  [-180, 200],
  [181, 400],
  [-181, 400],
])('a timestamp that is %i s off answers %i', async (offset, status) => {
  const api = await startApi(onTestFinished);
  const timestamp = String(vectorTime + offset);
  const { consumerKey } = keys;
  const url = `http://127.0.0.1:${api.mock.httpPort}/1.0/dedicatedCloud`;
  const text = [applicationSecret, consumerKey, 'GET', url, '', timestamp].join('+');
  const signature = `$1$${createHash('sha1').update(text).digest('hex')}`;
  const headers = { 'x-ovh-timestamp': timestamp, 'x-ovh-signature': signature };
  expect((await api.call('GET', '/dedicatedCloud', { headers })).status).toBe(status);
});

test('a consumer key expires by the clock', async () => {
  const api = await startWithKeys();
  const consumerKey = 'mortal'.padEnd(32, '0');
  expect((await api.call('GET', '/dedicatedCloud', { consumerKey })).status).toBe(200);
  await api.clock.advance(60_000);
  expect((await api.call('GET', '/dedicatedCloud', { consumerKey })).json.errorCode).toBe('INVALID_CREDENTIAL');
});

test('access rules and IAM actions let through what they name', async () => {
  const api = await startWithKeys();
  const path = `/dedicatedCloud/${serviceName}/vmEncryption`;
  const reader = { consumerKey: 'reader'.padEnd(32, '0') };
  expect((await api.call('GET', path, reader)).json).toEqual({ state: 'disabled' });
  expect((await api.call('POST', `${path}/kms`, { ...reader, body: {} })).json.errorCode).toBe('NOT_GRANTED_CALL');
  expect((await api.call('GET', `${path}/kms`, { consumerKey: 'iam'.padEnd(32, '0') })).json).toEqual([]);
});

test.each([
  ['/me', '/me', true],
  ['/me', '/me/x', false],
  ['/*', '/anything/at/all', true],
  ['*', '/me', true],
  ['/dedicatedCloud/*', '/dedicatedCloud', false],
  ['/dedicatedCloud/*/task/*', '/dedicatedCloud/pcc/task/1', true],
  ['/dedicatedCloud/*/task', '/dedicatedCloud/pcc/task/1', false],
  ['/a*a', '/a', false],
  // Case and slashes at the end count (assumed).
  ['/dedicatedCloud', '/dedicatedcloud', false],
  ['/dedicatedCloud', '/dedicatedCloud/', false],
  ['/dedicatedCloud/', '/dedicatedCloud', false],
  ['/dedicatedCloud*', '/dedicatedCloud/pcc', true],
  ['', '/me', false],
  ['/*x*y*', '/1y2x3y4', true],
  ['/*x*y*', '/1y2x3', false],
])('pattern %s and path %s: %s', (pattern, path, fits) => {
  expect(fitsPattern(pattern, path)).toBe(fits);
  expect(isGranted([{ method: 'GET', path: pattern }], 'GET', path)).toBe(fits);
  expect(isGranted([{ method: 'PUT', path: pattern }], 'GET', path)).toBe(false);
});

test('the time is a bare number for everybody, on both prefixes and listeners', async () => {
  const api = await startApi(onTestFinished);
  const headers = { 'x-ovh-application': undefined, 'x-ovh-consumer': undefined };
  for (const prefix of ['/1.0', '/v1']) {
    for (const secure of [false, true]) {
      const answer = await api.call('GET', '/auth/time', { prefix, secure, headers });
      expect(answer.text).toBe('1457018875');
    }
  }
});

test('a new consumer key is used once its user validated it', async () => {
  const api = await startApi(onTestFinished);
  const headers = { 'x-ovh-consumer': undefined, 'x-ovh-signature': undefined, 'x-ovh-timestamp': undefined };
  const accessRules = [{ method: 'GET', path: '/dedicatedCloud' }];
  const body = { accessRules, redirection: null, allowedIPs: null };
  const answer = await api.call('POST', '/auth/credential', { headers, body });
  expect(answer.json).toEqual({
    consumerKey: expect.stringMatching(/^[A-Za-z0-9]{32}$/),
    state: 'pendingValidation',
    validationUrl: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/auth\/\?credentialToken=[A-Za-z0-9]{64}$/),
  });
  const consumerKey = String(answer.json.consumerKey);
  expect((await api.call('GET', '/dedicatedCloud', { consumerKey })).json.errorCode).toBe('INVALID_CREDENTIAL');
  api.mock.validateCredential(consumerKey);
  expect((await api.call('GET', '/dedicatedCloud', { consumerKey })).json).toEqual([serviceName]);
  expect((await api.call('GET', '/auth/details', { consumerKey })).json.errorCode).toBe('NOT_GRANTED_CALL');
  expect(JSON.stringify(api.runtime.journal.entries())).not.toContain(consumerKey);
});

test('with autoValidate a new consumer key works at once', async () => {
  const api = await startApi(onTestFinished, { autoValidate: true });
  const answer = await api.call('POST', '/auth/credential', { body: { accessRules: [{ method: 'GET', path: '/*' }] } });
  const consumerKey = String(answer.json.consumerKey);
  expect((await api.call('GET', '/dedicatedCloud', { consumerKey })).json).toEqual([serviceName]);
});

test.each([
  [{}, '[accessRules] This parameter is required'],
  [
    { accessRules: [{ method: 'BREW', path: '/*' }] },
    '[accessRules.0.method] Given data (BREW) is not valid for type auth.HTTPMethodEnum',
  ],
  [
    { accessRules: [], allowedIPs: ['127.0.0.1/33'] },
    '[allowedIPs.0] Given data (127.0.0.1/33) is not valid for type ipBlock',
  ],
])('POST /auth/credential refuses %j', async (body, message) => {
  const api = await startApi(onTestFinished);
  const answer = await api.call('POST', '/auth/credential', { body });
  expect(answer.status).toBe(400);
  expect(answer.json).toEqual({ class: 'Client::BadRequest', message });
});

test('the current credential and its details', async () => {
  const api = await startApi(onTestFinished);
  expect((await api.call('GET', '/auth/currentCredential')).json).toEqual({
    credentialId: expect.any(Number),
    applicationId: expect.any(Number),
    creation: vectorDate,
    expiration: null,
    lastUse: vectorDate,
    ovhSupport: false,
    rules: ['GET', 'POST', 'PUT', 'DELETE'].map((method) => ({ method, path: '/*' })),
    status: 'validated',
    allowedIPs: null,
  });
  expect((await api.call('GET', '/auth/details')).json).toEqual({
    account: 'xx11111-ovh',
    user: null,
    method: 'account',
    identities: ['urn:v1:eu:identity:account:xx11111-ovh'],
    roles: null,
    description: null,
    allowedRoutes: null,
  });
});

test.each([
  [['127.0.0.1'], 200],
  [['192.0.2.0/24', '127.0.0.0/8'], 200],
  [['192.0.2.0/24', '2001:db8::/32'], 403],
  [[], 403],
])('a consumer key for %j answers %i to 127.0.0.1', async (allowedIPs, status) => {
  const api = await startApi(onTestFinished, { autoValidate: true });
  const body = { accessRules: [{ method: 'GET', path: '/*' }], allowedIPs };
  const consumerKey = String((await api.call('POST', '/auth/credential', { body })).json.consumerKey);
  expect((await api.call('GET', '/dedicatedCloud', { consumerKey })).status).toBe(status);
});
