import { X509Certificate } from 'node:crypto';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import type { Identity } from '../../core/index.ts';
import type { OvhApiMockOptions } from '../../ovh-api-mock/index.ts';
import { events, lab, serverIdentity, serviceName, sha1Thumbprint, startApi } from './api.ts';

let identity: Identity;
let sha1: string;
let sha256: string;

beforeAll(async () => {
  identity = await serverIdentity('kms');
  const certificate = new X509Certificate(identity.certificatePem);
  sha1 = certificate.fingerprint;
  sha256 = certificate.fingerprint256;
});

/** Listens on a free port for the length of the test; open sockets are torn down with it. */
function listen(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
  });
  onTestFinished(
    () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  );
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

/** A KMS as far as TLS goes: it demands a client certificate, which the check does not have. */
async function startKms(maxVersion: 'TLSv1.2' | 'TLSv1.3' = 'TLSv1.3'): Promise<number> {
  const { certificatePem: ca } = await lab();
  const { chainPem: cert, privateKeyPem: key } = identity;
  const server = createTlsServer({ ca, cert, key, requestCert: true, rejectUnauthorized: true, maxVersion });
  server.on('tlsClientError', () => {});
  return listen(server);
}

function startLive(kmsTcpPort: number, options: OvhApiMockOptions = {}) {
  return startApi(onTestFinished, { thumbprint: 'verify-live', taskProgress: 'immediate', kmsTcpPort, ...options });
}

const register = (sslThumbprint: string) => ({ body: { ip: '127.0.0.1', sslThumbprint } });

test.each([
  ['TLSv1.2', () => sha1],
  ['TLSv1.3', () => sha1],
  ['TLSv1.3', () => sha1.toLowerCase()],
  ['TLSv1.2', () => sha256],
  ['TLSv1.3', () => sha256.toLowerCase()],
] as const)('a KMS over %s is delivered when its thumbprint fits', async (version, thumbprint) => {
  const port = await startKms(version);
  const api = await startLive(port);
  const answer = await api.service('POST', '/vmEncryption/kms', register(thumbprint()));
  expect(answer.json).toMatchObject({ state: 'todo', progress: 0 });
  await api.event('ovh.kms.delivered');
  expect((await api.service('GET', '/vmEncryption')).json).toEqual({ state: 'enabled' });
  expect(api.mock.isFlowOpen('127.0.0.1', port)).toBe(true);
  const [probe] = api.runtime.journal.entries({ event: 'ovh.thumbprint.probe' });
  expect(probe?.opens).toMatch(new RegExp(`^tcp 127\\.0\\.0\\.1:\\d+ 127\\.0\\.0\\.1:${port}$`));
});

test('another certificate ends the task in error, names both thumbprints and opens no flow', async () => {
  const port = await startKms();
  const api = await startLive(port);
  const { taskId } = (await api.service('POST', '/vmEncryption/kms', register(sha1Thumbprint))).json;
  await api.event('ovh.kms.error');
  expect((await api.service('GET', `/task/${taskId}`)).json).toMatchObject({
    state: 'error',
    progress: 10,
    endDate: null,
    description: `The SSL thumbprint of 127.0.0.1:${port} is not the expected one: expected ${sha1Thumbprint}, found SHA-1 ${sha1}, SHA-256 ${sha256}`,
  });
  expect((await api.service('GET', '/vmEncryption')).json).toEqual({ state: 'error' });
  expect(events(api.runtime)).toEqual([
    'ovh.kms.toCreate',
    'ovh.vmEncryption.enabling',
    'ovh.task.todo',
    'ovh.task.doing',
    'ovh.kms.creating',
    'ovh.thumbprint.probe',
    'ovh.task.error',
    'ovh.kms.error',
    'ovh.vmEncryption.error',
  ]);
});

test('a KMS out of reach ends the task in error; resetTaskState tries again', async () => {
  const port = await startKms();
  let dialled = 1; // nothing listens on port 1
  const api = await startLive(port, { dialAddress: (host) => ({ host, port: dialled }) });
  const { taskId } = (await api.service('POST', '/vmEncryption/kms', register(sha1))).json;
  await api.event('ovh.task.error');
  expect((await api.service('GET', `/task/${taskId}`)).json).toMatchObject({
    state: 'error',
    description: `The KMS server 127.0.0.1:${port} cannot be reached: connect ECONNREFUSED 127.0.0.1:1`,
  });

  dialled = port;
  const reset = `/task/${taskId}/resetTaskState`;
  expect((await api.service('POST', reset, { body: {} })).json.message).toBe('[reason] This parameter is required');
  const answer = await api.service('POST', reset, { body: { reason: 'the firewall is open now' } });
  expect(answer.json).toMatchObject({ taskId, state: 'todo', progress: 0, description: null });
  await api.event('ovh.kms.delivered');
  expect((await api.service('GET', `/task/${taskId}`)).json).toMatchObject({ state: 'done', progress: 100 });
  expect((await api.service('POST', reset, { body: { reason: 'again' } })).json).toEqual({
    class: 'Client::Conflict',
    message: `The task ${taskId} is in state done, only a task in state error can be reset`,
  });
});

test('the KMS of a failed task can be removed, then the task has nothing to try again', async () => {
  const api = await startLive(await startKms());
  const { taskId } = (await api.service('POST', '/vmEncryption/kms', register(sha1Thumbprint))).json;
  await api.event('ovh.kms.error');
  const [kmsId] = (await api.service('GET', '/vmEncryption/kms')).json as unknown as number[];
  expect((await api.service('DELETE', `/vmEncryption/kms/${kmsId}`)).status).toBe(200);
  await api.event('ovh.vmEncryption.disabled');
  const answer = await api.service('POST', `/task/${taskId}/resetTaskState`, { body: { reason: 'again' } });
  expect(answer.status).toBe(409);
  expect(answer.json.message).toBe(`The task ${taskId} has nothing left to work on`);
});

test('a wrong thumbprint can be corrected, and a wrong correction leaves the flow open', async () => {
  const port = await startKms();
  const api = await startLive(port);
  await api.service('POST', '/vmEncryption/kms', register(sha1Thumbprint));
  await api.event('ovh.kms.error');
  const [kmsId] = (await api.service('GET', '/vmEncryption/kms')).json as unknown as number[];
  const path = `/vmEncryption/kms/${kmsId}`;
  await api.service('POST', `${path}/changeProperties`, { body: { sslThumbprint: sha1 } });
  await api.event('ovh.kms.delivered');
  expect((await api.service('GET', path)).json).toMatchObject({ state: 'delivered', sslThumbprint: sha1 });
  expect(api.mock.isFlowOpen('127.0.0.1', port)).toBe(true);

  const failed = new Promise<void>((resolve) => {
    const stop = api.runtime.journal.subscribe((entry) => {
      if (entry.event !== 'ovh.kms.error') return;
      stop();
      resolve();
    });
  });
  await api.service('POST', `${path}/changeProperties`, { body: { sslThumbprint: sha1Thumbprint } });
  await failed;
  expect((await api.service('GET', path)).json).toMatchObject({ state: 'error', sslThumbprint: sha1 });
  expect((await api.service('GET', '/vmEncryption')).json).toEqual({ state: 'enabled' });
  expect(api.mock.isFlowOpen('127.0.0.1', port)).toBe(true);
});

test('a KMS that accepts the connection and says nothing is given up by the clock', async () => {
  const server = createTcpServer();
  const connected = new Promise((resolve) => server.once('connection', resolve));
  const port = await listen(server);
  const api = await startLive(port);
  const { taskId } = (await api.service('POST', '/vmEncryption/kms', register(sha1))).json;
  await connected;
  await api.clock.advance(9_999);
  expect((await api.service('GET', `/task/${taskId}`)).json.state).toBe('doing');
  await api.clock.advance(1);
  await api.event('ovh.task.error');
  expect((await api.service('GET', `/task/${taskId}`)).json.description).toBe(
    `The KMS server 127.0.0.1:${port} cannot be reached: no answer within 10000 ms`,
  );
});

test.each([
  ['talks another protocol', (socket: Socket) => socket.end('SSH-2.0-OpenSSH_9.9\r\n')],
  ['hangs up', (socket: Socket) => socket.destroy()],
  ['resets the connection', (socket: Socket) => socket.once('data', () => socket.resetAndDestroy())],
] as const)('a KMS that %s ends the task in error', async (_what, serve) => {
  const port = await listen(createTcpServer((socket) => void serve(socket)));
  const api = await startLive(port);
  await api.service('POST', '/vmEncryption/kms', register(sha1));
  const task = await api.event('ovh.task.error');
  expect(task.text).toContain(`The KMS server 127.0.0.1:${port} cannot be reached: `);
});

test('stopping while a KMS keeps the check waiting ends the check', async () => {
  const server = createTcpServer();
  const connection = new Promise<Socket>((resolve) => server.once('connection', resolve));
  const api = await startLive(await listen(server));
  await api.service('POST', '/vmEncryption/kms', register(sha1));
  const socket = await connection;
  const closed = new Promise((resolve) => socket.on('close', resolve));
  socket.resume();
  await api.mock.stop();
  await closed;
  expect(events(api.runtime)).not.toContain('ovh.task.error');
});

test('a certificate that changes after the delivery closes the flow, when it is watched', async () => {
  const port = await startKms();
  const services = (sslThumbprint: string) => [{ serviceName, kms: [{ ip: '127.0.0.1', sslThumbprint }] }];
  const watched = await startLive(port, { watchThumbprints: true, services: services(sha1Thumbprint) });
  await watched.clock.advance(300_000);
  await watched.event('ovh.kms.error');
  expect(events(watched.runtime)).toEqual([
    'ovh.thumbprint.watch',
    'ovh.thumbprint.probe',
    'ovh.thumbprint.changed',
    'gateway.flow.closed',
    'ovh.kms.error',
    'ovh.vmEncryption.error',
  ]);
  expect(watched.mock.isFlowOpen('127.0.0.1', port)).toBe(false);

  const same = await startLive(port, { watchThumbprints: true, services: services(sha256) });
  await same.clock.advance(300_000);
  await same.event('ovh.thumbprint.probe');
  await same.clock.advance(300_000);
  expect(same.mock.isFlowOpen('127.0.0.1', port)).toBe(true);

  const unwatched = await startLive(port, { services: services(sha1Thumbprint) });
  await unwatched.clock.advance(900_000);
  expect(events(unwatched.runtime)).toEqual([]);
});

test('a watched KMS that is out of reach stays delivered', async () => {
  const port = await listen(createTcpServer((socket) => socket.destroy()));
  const services = [{ serviceName, kms: [{ ip: '127.0.0.1', sslThumbprint: sha1Thumbprint }] }];
  const api = await startLive(port, { watchThumbprints: true, services });
  await api.clock.advance(300_000);
  await api.event('ovh.thumbprint.unreachable');
  expect(api.mock.isFlowOpen('127.0.0.1', port)).toBe(true);
});
