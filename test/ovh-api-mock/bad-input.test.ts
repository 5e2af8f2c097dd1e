import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { serviceName, sha1Thumbprint, startApi } from './api.ts';

const kms = '/vmEncryption/kms';
const sslThumbprint = sha1Thumbprint;

// Codes and form: ovh.md 2.6; the wording is assumed, but each names the field.
test.each([
  [
    'a host name as ip',
    { ip: 'kms.example.com', sslThumbprint },
    '[ip] Given data (kms.example.com) is not valid for type ipv4',
  ],
  ['IPv6', { ip: '2001:db8::1', sslThumbprint }, '[ip] Given data (2001:db8::1) is not valid for type ipv4'],
  ['a network', { ip: '192.0.2.0/24', sslThumbprint }, '[ip] Given data (192.0.2.0/24) is not valid for type ipv4'],
  ['a number', { ip: 5, sslThumbprint }, '[ip] Given data (5) is not valid for type ipv4'],
  ['null', { ip: null, sslThumbprint }, '[ip] Given data (null) is not valid for type ipv4'],
  [
    'an object',
    { ip: '192.0.2.1', sslThumbprint: { a: 1 } },
    '[sslThumbprint] Given data ({"a":1}) is not valid for type string',
  ],
  ['a field too few', { ip: '192.0.2.1' }, '[sslThumbprint] This parameter is required'],
  [
    'a field too many',
    { ip: '192.0.2.1', sslThumbprint, port: 5696, x: 1 },
    'Received not described parameters: (port, x)',
  ],
  [
    'a prototype',
    '{"ip":"192.0.2.1","sslThumbprint":"A7","__proto__":{}}',
    'Received not described parameters: (__proto__)',
  ],
  ['an array', [], 'The body is not a JSON object'],
  ['half of JSON', '{"ip":', 'The body is not a JSON object'],
  ['a form', 'ip=192.0.2.1', 'The body is not a JSON object'],
  ['no body', undefined, '[ip] This parameter is required'],
  ['deep JSON', `{"ip":${'['.repeat(30_000)}${']'.repeat(30_000)}}`, 'The body nests deeper than 20 levels'],
])('%s in a body answers 400 and says where', async (_what, body, message) => {
  const api = await startApi(onTestFinished);
  const answer = await api.service('POST', kms, { body });
  expect(answer.status).toBe(400);
  expect(answer.json).toEqual({ class: 'Client::BadRequest', message });
  expect(answer.headers['x-ovh-queryid']).toMatch(/^EU\./);
  expect(api.mock.tasks).toEqual([]);
});

test('brackets in strings do not count as depth', async () => {
  const api = await startApi(onTestFinished);
  const description = `\\"${'['.repeat(100)}`;
  const answer = await api.service('POST', kms, { body: { ip: '192.0.2.1', sslThumbprint, description } });
  expect(answer.status).toBe(200);
});

test('unknown fields deep in a body are named with their path', async () => {
  const api = await startApi(onTestFinished);
  const body = { accessRules: [{ method: 'GET', path: '/*', colour: 'red' }] };
  const answer = await api.call('POST', '/auth/credential', { body });
  expect(answer.json.message).toBe('Received not described parameters: (accessRules.0.colour)');
});

test('unknown fields are ignored when the table says so', async () => {
  const api = await startApi(onTestFinished, { assumed: { refuseUnknownFields: false } });
  expect((await api.service('POST', kms, { body: { ip: '192.0.2.1', sslThumbprint, port: 1 } })).status).toBe(200);
});

test('unknown parameters of the query are ignored, as the control panel sends them', async () => {
  const api = await startApi(onTestFinished);
  const body = { ip: '192.0.2.1', sslThumbprint };
  expect((await api.service('POST', `${kms}?ip=192.0.2.1&x=%zz&__proto__=1`, { body })).status).toBe(200);
});

test('a body that is not UTF-8 answers 400', async () => {
  const api = await startApi(onTestFinished);
  const head = (length: number) =>
    `POST /1.0/auth/credential HTTP/1.1\r\nHost: x\r\nX-Ovh-Application: TDPKJdwZwAQPwKX2\r\nConnection: close\r\nContent-Length: ${length}\r\n\r\n`;
  const body = Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]);
  const answer = await raw(api.mock.httpPort, Buffer.concat([Buffer.from(head(body.length)), body]));
  expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  expect(answer).toContain('{"class":"Client::BadRequest","message":"The body is not a JSON object"}');
});

test.each([
  ['application/json;charset=utf-8', 200],
  ['text/plain', 200],
  ['application/x-www-form-urlencoded', 200],
  [undefined, 200],
  ['nonsense', 400],
])('JSON sent as %s answers %i', async (type, status) => {
  const api = await startApi(onTestFinished);
  const body = { ip: '192.0.2.1', sslThumbprint };
  const answer = await api.service('POST', kms, { body, headers: { 'content-type': type } });
  expect(answer.status).toBe(status);
  if (status === 400) expect(answer.json.message).toBe('[Content-Type] Given data (nonsense) is not a media type');
});

test.each([
  ['PATCH', `/dedicatedCloud/${serviceName}${kms}`, 'GET, POST, OPTIONS'],
  ['DELETE', '/dedicatedCloud', 'GET, OPTIONS'],
  ['PUT', `/dedicatedCloud/${serviceName}${kms}/1`, 'GET, DELETE, OPTIONS'],
  ['PROPFIND', '/auth/time', 'GET, OPTIONS'],
])('%s on %s answers 405 with the methods that are served', async (method, path, allow) => {
  const api = await startApi(onTestFinished);
  for (const prefix of ['/1.0', '/v1']) {
    const answer = await api.call(method, path, { prefix });
    expect(answer.status).toBe(405);
    expect(answer.headers.allow).toBe(allow);
    expect(answer.json).toEqual({
      class: 'Client::BadRequest',
      message: `${method} is not allowed on ${path}, only ${allow}`,
    });
  }
});

test('routes are known under their prefix alone', async () => {
  const api = await startApi(onTestFinished);
  const answer = await api.call('GET', '/auth/time', { prefix: '' });
  expect(answer.status).toBe(404);
  expect(answer.json.message).toBe('Got an invalid (or empty) URL: GET /auth/time');
});

test('OPTIONS names the methods and allows no other origin; HEAD is not served', async () => {
  const api = await startApi(onTestFinished);
  const request = (method: string) =>
    raw(
      api.mock.httpPort,
      `${method} /1.0/auth/time HTTP/1.1\r\nHost: x\r\nOrigin: https://example.com\r\nAccess-Control-Request-Method: GET\r\nConnection: close\r\n\r\n`,
    );
  const options = await request('OPTIONS');
  expect(options).toMatch(/^HTTP\/1\.1 204 /);
  expect(options).toMatch(/^allow: GET, OPTIONS\r$/m);
  expect(options).toMatch(/^x-ovh-queryid: EU\./m);
  expect(options).not.toMatch(/access-control/i);
  const head = await request('HEAD');
  expect(head).toMatch(/^HTTP\/1\.1 405 /);
  expect(head.split('\r\n\r\n')[1]).toBe('');
  const nowhere = await raw(api.mock.httpPort, 'OPTIONS /1.0/x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  expect(nowhere).toMatch(/^HTTP\/1\.1 404 /);
});

test.each([
  ['no Host', 'GET /1.0/auth/time HTTP/1.1\r\nConnection: close\r\n\r\n', 400],
  ['HTTP/1.0 without Host', 'GET /1.0/auth/time HTTP/1.0\r\n\r\n', 200],
  ['an expectation', 'GET /1.0/auth/time HTTP/1.1\r\nHost: x\r\nExpect: tea\r\nConnection: close\r\n\r\n', 200],
  ['an upgrade', 'GET /1.0/auth/time HTTP/1.1\r\nHost: x\r\nConnection: upgrade, close\r\nUpgrade: x\r\n\r\n', 200],
  ['two lengths', 'POST /1.0/auth/time HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n', 400],
  ['a spoilt chunk', 'POST /1.0/auth/credential HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n', 400],
  [
    'length and chunks',
    'POST /1.0/auth/credential HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    400,
  ],
  [
    'a header twice',
    'GET /1.0/dedicatedCloud HTTP/1.1\r\nHost: x\r\nX-Ovh-Consumer: a\r\nX-Ovh-Application: TDPKJdwZwAQPwKX2\r\nX-Ovh-Application: b\r\nConnection: close\r\n\r\n',
    403,
  ],
  ['a bad escape', 'GET /1.0/dedicatedCloud/%E0%A4%A HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n', 400],
  ['no path', 'GET * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n', 404],
])('%s on the wire answers in OVH form', async (_what, bytes, status) => {
  const api = await startApi(onTestFinished);
  const answer = await raw(api.mock.httpPort, bytes);
  expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  expect(answer).toMatch(/^x-ovh-queryid: EU\./im);
  expect(answer).toMatch(/^content-type: application\/json/im);
  const body = JSON.parse(answer.slice(answer.indexOf('\r\n\r\n'))) as unknown;
  if (status >= 400)
    expect(body).toMatchObject({ class: expect.stringMatching(/^Client::/), message: expect.any(String) });
});

async function raw(port: number, bytes: string | Buffer): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.on('error', () => {});
  socket.write(bytes);
  await once(socket, 'close');
  return Buffer.concat(chunks).toString();
}
