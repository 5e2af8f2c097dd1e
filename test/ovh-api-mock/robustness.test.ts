import { once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { connect as tlsConnect } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import { createRuntime } from '../../core/index.ts';
import { createOvhApiMock } from '../../ovh-api-mock/index.ts';
import { type RunningApi, serverIdentity, startApi } from './api.ts';

/** Sends bytes and reads until the other side closes. */
async function exchange(socket: Socket, bytes: string): Promise<string> {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.on('error', () => {});
  socket.write(bytes);
  await once(socket, 'close');
  return Buffer.concat(chunks).toString();
}

async function expectAlive(api: RunningApi): Promise<void> {
  for (const secure of [false, true]) expect((await api.call('GET', '/auth/time', { secure })).status).toBe(200);
}

test.each([
  ['garbage', '\u0000\u0001\u0002garbage\r\n\r\n', 400],
  ['a KMIP message', '\u0042\u0000\u0078\u0001\u0000\u0000\u0000\u0008', 400],
  ['a header without end', `GET / HTTP/1.1\r\nX-Large: ${'x'.repeat(20_000)}\r\n`, 431],
])('%s on the HTTP port is answered as far as possible and the server lives', async (_what, bytes, status) => {
  const api = await startApi(onTestFinished);
  const answer = await exchange(connect(api.mock.httpPort, '127.0.0.1'), bytes);
  const [head = '', body = ''] = answer.split('\r\n\r\n');
  expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  expect(head).toMatch(/^X-OVH-QUERYID: EU\.ext-3\./m);
  expect(JSON.parse(body)).toEqual({ class: 'Client::BadRequest', message: 'The request cannot be read as HTTP' });
  expect(api.runtime.journal.entries({ event: 'ovh.connection.refused', level: 'warn' })).toHaveLength(1);
  await expectAlive(api);
});

test('plain HTTP and garbage on the HTTPS port are refused and the server lives', async () => {
  const api = await startApi(onTestFinished);
  await exchange(connect(api.mock.httpsPort, '127.0.0.1'), 'GET /1.0/auth/time HTTP/1.1\r\nHost: x\r\n\r\n');
  await exchange(connect(api.mock.httpsPort, '127.0.0.1'), '\u0016\u0003\u0001\u0000\u0004junk');
  const refused = api.runtime.journal.entries({ event: 'ovh.connection.refused' });
  expect(refused.map((entry) => entry.data?.code)).toEqual([
    'ERR_SSL_HTTP_REQUEST',
    expect.stringMatching(/^ERR_SSL_/),
  ]);
  await expectAlive(api);
});

test('garbage inside TLS is answered as on the HTTP port', async () => {
  const api = await startApi(onTestFinished);
  const socket = tlsConnect({ port: api.mock.httpsPort, host: '127.0.0.1', rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  expect(await exchange(socket, 'not http\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);
  await expectAlive(api);
});

test('a URL that cannot be read answers 400, with query id and journal entries', async () => {
  const api = await startApi(onTestFinished);
  const answer = await api.call('GET', '/%zz');
  expect(answer.status).toBe(400);
  expect(answer.json).toEqual({ class: 'Client::BadRequest', message: 'The request cannot be read as HTTP' });
  expect(answer.headers['x-ovh-queryid']).toMatch(/^EU\./);
  const [response] = api.runtime.journal.entries({ event: 'ovh.response', 'data.status': 400 });
  expect(api.runtime.journal.causeOf(response!)?.data?.path).toBe('/1.0/%zz');
});

test('a body over the limit answers 413 and does nothing', async () => {
  const api = await startApi(onTestFinished);
  const body = { ip: '192.0.2.1', sslThumbprint: 'A'.repeat(70_000) };
  const answer = await api.service('POST', '/vmEncryption/kms', { body });
  expect(answer.status).toBe(413);
  expect(answer.json.message).toBe('The body is larger than 65536 bytes');
  expect(api.mock.tasks).toEqual([]);
  await expectAlive(api);
});

test('clients that say nothing, or never finish, are refused after a while', async () => {
  const api = await startApi(onTestFinished, { assumed: { requestTimeoutMs: 50 } });
  const { httpPort, httpsPort } = api.mock;
  expect(await exchange(connect(httpPort, '127.0.0.1'), '')).toMatch(/^HTTP\/1\.1 408 /);
  expect(await exchange(connect(httpPort, '127.0.0.1'), 'GET / HTTP/1.1\r\nHost: x')).toMatch(/^HTTP\/1\.1 408 /);
  expect(await exchange(connect(httpsPort, '127.0.0.1'), '')).toBe('');
  const refused = api.runtime.journal.entries({ event: 'ovh.connection.refused' });
  expect(refused.map((entry) => entry.data?.code)).toEqual([
    'ERR_HTTP_REQUEST_TIMEOUT',
    'ERR_HTTP_REQUEST_TIMEOUT',
    'ERR_TLS_HANDSHAKE_TIMEOUT',
  ]);
});

test('stop() closes idle, half-open and half-spoken connections on both ports', async () => {
  const api = await startApi(onTestFinished);
  const agent = new Agent({ keepAlive: true });
  onTestFinished(() => agent.destroy());
  const [response] = (await once(
    get({ agent, host: '127.0.0.1', port: api.mock.httpPort, path: '/1.0/auth/time' }),
    'response',
  )) as [IncomingMessage];
  response.resume();
  await once(response, 'end');
  const sockets = [connect(api.mock.httpPort, '127.0.0.1'), connect(api.mock.httpsPort, '127.0.0.1')];
  const closed = sockets.map((socket) => {
    socket.on('error', () => {});
    socket.resume();
    return once(socket, 'close');
  });
  await Promise.all(sockets.map((socket) => once(socket, 'connect')));
  sockets[0]!.write('POST /1.0/auth/credential HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{');
  // The server has seen both connections once it answers a later one.
  await expectAlive(api);
  const { httpPort, httpsPort } = api.mock;
  await api.mock.stop();
  await Promise.all(closed);
  for (const port of [httpPort, httpsPort]) {
    await expect(once(connect(port, '127.0.0.1'), 'connect')).rejects.toThrow(/ECONNREFUSED/);
  }
});

test('stop() before start() and twice does no harm', async () => {
  const api = await startApi(onTestFinished);
  await api.mock.stop();
  await api.mock.stop();
  await createOvhApiMock({}, createRuntime()).stop();
});

test.each(['httpPort', 'httpsPort'] as const)(
  'a port in use is named with its option %s, and nothing stays open',
  async (option) => {
    const api = await startApi(onTestFinished);
    const taken = api.mock.httpPort;
    const identity = await serverIdentity();
    const second = createOvhApiMock({ identity, httpPort: 0, httpsPort: 0, [option]: taken }, createRuntime());
    await expect(second.start()).rejects.toMatchObject({
      code: 'ERR_PORT_IN_USE',
      message: `port ${taken} is in use; choose another with the option ${option}`,
    });
    expect(() => second.httpsPort).toThrow('before it is started');
    await second.stop();
  },
);

test('without options there are keys, a service and a certificate for the local names', async () => {
  const mock = createOvhApiMock({ httpPort: 0, httpsPort: 0 }, createRuntime({ seed: 'defaults' }));
  await mock.start();
  onTestFinished(() => mock.stop());
  expect(mock.applications).toEqual([
    {
      applicationId: expect.any(Number),
      applicationKey: expect.stringMatching(/^[A-Za-z0-9]{16}$/),
      applicationSecret: expect.stringMatching(/^[A-Za-z0-9]{32}$/),
      name: 'keyrig',
      description: '',
    },
  ]);
  expect(mock.credentials[0]).toMatchObject({
    consumerKey: expect.stringMatching(/^[A-Za-z0-9]{32}$/),
    status: 'validated',
  });
  expect(mock.services.map((service) => service.serviceName)).toEqual(['pcc-192-0-2-10']);
  expect(mock.url).toBe(`https://127.0.0.1:${mock.httpsPort}/1.0`);
  const socket = tlsConnect({ port: mock.httpsPort, host: '127.0.0.1', rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  expect(socket.getPeerX509Certificate()?.checkIP('127.0.0.1')).toBe('127.0.0.1');
  socket.destroy();
});
