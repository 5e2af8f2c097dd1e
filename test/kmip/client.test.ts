import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, connect as connectTcp, createServer, type Socket } from 'node:net';
import type { TLSSocket, TlsOptions } from 'node:tls';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { ManualClock } from '../../core/index.ts';
import {
  type ConnectOptions,
  CredentialType,
  connectKmip,
  decodeRequest,
  encodeResponse,
  KmipClientError,
  KmipResultError,
  kmipCall,
  MessageReader,
  operations,
  protocolVersion,
  type RequestMessage,
  ResultReason,
  ResultStatus,
  responseItem,
  TtlvError,
} from '../../kmip/index.ts';
import { clock, makePki, type Pki, startTlsPeer } from './tls-peer.ts';

const V11 = protocolVersion('1.1');
let pki: Pki;
const cleanups: (() => unknown)[] = [];

beforeAll(async () => {
  pki = await makePki();
});

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function peer(onConnection?: (socket: TLSSocket) => void, options?: TlsOptions, identity = pki.server) {
  const started = await startTlsPeer(identity, options, onConnection);
  cleanups.push(() => started.close());
  return started;
}

async function connect(port: number, options: Partial<ConnectOptions> = {}) {
  const connection = await connectKmip({ host: '127.0.0.1', port, clock, tls: { ca: pki.ca }, ...options });
  cleanups.push(() => connection.close());
  return connection;
}

async function failure(action: Promise<unknown>): Promise<KmipClientError> {
  const error = await action.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(KmipClientError);
  return error as KmipClientError;
}

/** Answers each request of a connection. */
function answering(answer: (request: RequestMessage, socket: TLSSocket) => Buffer | undefined) {
  return (socket: TLSSocket) => {
    const reader = new MessageReader({ expect: 'request' });
    socket.on('data', (chunk) => {
      for (const event of reader.push(chunk)) {
        if (event.type === 'refused') throw event.error;
        const bytes = answer(decodeRequest(event.bytes), socket);
        if (bytes) socket.write(bytes);
      }
    });
  };
}

const activated = () =>
  answering(({ items, version }) => {
    const id = items[0]?.uniqueBatchItemId;
    const one = responseItem(operations.activate, { uniqueIdentifier: '7' }, version, id);
    return encodeResponse({ protocolVersion: version, timeStamp: 1 }, [one]);
  });

/** A whole answer to Activate. */
const ANSWER = encodeResponse({ protocolVersion: V11, timeStamp: 1 }, [
  responseItem(operations.activate, { uniqueIdentifier: '7' }, V11),
]);

test.each(['TLSv1.2', 'TLSv1.3'] as const)('an exchange over mutual %s', async (version) => {
  const server = await peer(activated(), {
    ca: pki.ca,
    requestCert: true,
    rejectUnauthorized: true,
    minVersion: version,
    maxVersion: version,
  });
  const { chainPem: cert, privateKeyPem: key } = pki.client;
  const connection = await connect(server.port, { tls: { ca: pki.ca, cert, key } });
  expect(connection.tlsProtocol).toBe(version);
  expect(connection.remotePort).toBe(server.port);
  expect(connection.localAddress).toBe('127.0.0.1');
  expect(connection.localPort).toBeGreaterThan(0);
  const der = Buffer.from(pki.server.certificatePem.replaceAll(/-----.*-----|\s/g, ''), 'base64');
  expect(connection.peerCertificate.equals(der)).toBe(true);
  expect(await connection.call(operations.activate, { uniqueIdentifier: '7' })).toEqual({ uniqueIdentifier: '7' });
  expect(await connection.call(operations.activate, {})).toEqual({ uniqueIdentifier: '7' });
});

test('several calls in one batch are answered by their ids, whatever the order', async () => {
  const server = await peer(
    answering(({ items, version }) => {
      const answers = items.map(({ uniqueBatchItemId }, index) =>
        index === 0
          ? responseItem(operations.activate, { uniqueIdentifier: 'a' }, version, uniqueBatchItemId)
          : responseItem(operations.locate, { uniqueIdentifiers: ['b', 'c'] }, version, uniqueBatchItemId),
      );
      return encodeResponse({ protocolVersion: version, timeStamp: 1 }, answers.reverse());
    }),
  );
  const connection = await connect(server.port);
  const { results } = await connection.send([
    kmipCall(operations.activate, { uniqueIdentifier: 'a' }, Buffer.from([1])),
    kmipCall(operations.locate, { attributes: [] }, Buffer.from([2])),
  ]);
  expect(results[0]?.payload).toEqual({ uniqueIdentifier: 'a' });
  expect(results[1]?.payload?.uniqueIdentifiers).toEqual(['b', 'c']);
});

test('one nameless failure for three calls leaves the others without an answer', async () => {
  const server = await peer(
    answering(() =>
      encodeResponse({ protocolVersion: protocolVersion('1.0'), timeStamp: 1 }, [
        { resultStatus: ResultStatus.OperationFailed, resultReason: ResultReason.InvalidMessage },
      ]),
    ),
  );
  const connection = await connect(server.port);
  const calls = [1, 2, 3].map((n) => kmipCall(operations.activate, { uniqueIdentifier: 'a' }, Buffer.from([n])));
  const { results, header } = await connection.send(calls);
  expect(header.protocolVersion).toEqual({ major: 1, minor: 0 });
  expect(results).toEqual([{ resultStatus: 1, resultReason: 4 }, undefined, undefined]);
});

test('a failed operation is an error with its Result Reason and Message', async () => {
  const server = await peer(
    answering(({ version }) =>
      encodeResponse({ protocolVersion: version, timeStamp: 1 }, [
        {
          resultStatus: ResultStatus.OperationFailed,
          resultReason: ResultReason.ItemNotFound,
          resultMessage: 'no such key',
        },
      ]),
    ),
  );
  const connection = await connect(server.port);
  const error = await connection
    .call(operations.activate, { uniqueIdentifier: '7' })
    .catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(KmipResultError);
  expect(error).toMatchObject({
    code: 'ERR_KMIP_RESULT',
    resultReason: ResultReason.ItemNotFound,
    message: 'Activate: Operation Failed, Item Not Found, no such key',
  });
  // A refused operation does not harm the connection.
  expect(connection.open).toBe(true);
});

test('an answer in single bytes is put together', async () => {
  const server = await peer((socket) => {
    socket.on('data', () => {
      for (const byte of ANSWER) socket.write(Buffer.from([byte]));
    });
  });
  const connection = await connect(server.port);
  expect(await connection.exchange(Buffer.from('request'))).toEqual(ANSWER);
});

test('connect and close sends no byte of KMIP', async () => {
  const server = await peer();
  const connection = await connect(server.port);
  await connection.close();
  expect(connection.open).toBe(false);
  await expect(connection.exchange(ANSWER)).rejects.toMatchObject({ failure: 'aborted' });
  expect(server.received).toEqual([]);
});

test('nobody listens', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  expect(await failure(connect(port))).toMatchObject({
    code: 'ERR_KMIP_DIAL',
    phase: 'dial',
    failure: 'refused',
    systemCode: 'ECONNREFUSED',
  });
});

/** A clock that stands still and says when a time-out was set. */
function watchedClock() {
  const manual = new ManualClock(0);
  let announce: () => void = () => {};
  const set = new Promise<void>((resolve) => {
    announce = resolve;
  });
  const original = manual.setTimeout.bind(manual);
  manual.setTimeout = (callback, ms) => {
    announce();
    return original(callback, ms);
  };
  return { manual, set };
}

test('a dial that never ends is ended by the clock', async () => {
  const { manual, set } = watchedClock();
  const dialled = failure(connect(1, { clock: manual, timeoutMs: 5000, dial: () => new Promise<Socket>(() => {}) }));
  await set;
  await manual.advance(5000);
  expect(await dialled).toMatchObject({ phase: 'dial', failure: 'timeout' });
});

/** A TCP server that says what it received first, and then does as told. */
async function rawPeer(onData: (socket: Socket) => void) {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => onData(socket));
    cleanups.push(() => void socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanups.push(() => void server.close());
  return (server.address() as AddressInfo).port;
}

test('a server that never answers the handshake is given up by the clock', async () => {
  const { manual } = watchedClock();
  let greeted: () => void = () => {};
  const hello = new Promise<void>((resolve) => {
    greeted = resolve;
  });
  const port = await rawPeer(() => greeted());
  const connecting = failure(connect(port, { clock: manual, timeoutMs: 5000 }));
  await hello;
  await manual.advance(5000);
  expect(await connecting).toMatchObject({ code: 'ERR_KMIP_HANDSHAKE', phase: 'handshake', failure: 'timeout' });
});

test('a reset during the handshake', async () => {
  const port = await rawPeer((socket) => socket.resetAndDestroy());
  expect(await failure(connect(port))).toMatchObject({
    phase: 'handshake',
    failure: 'reset',
    systemCode: 'ECONNRESET',
  });
});

test('a server that does not speak TLS', async () => {
  const port = await rawPeer((socket) => void socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
  expect(await failure(connect(port))).toMatchObject({ phase: 'handshake', failure: 'tls' });
});

test('a certificate that is not trusted, expired, or for another name', async () => {
  const server = await peer();
  expect(await failure(connect(server.port, { tls: {} }))).toMatchObject({ phase: 'handshake', failure: 'untrusted' });
  const expired = await peer(undefined, undefined, pki.expired);
  expect(await failure(connect(expired.port))).toMatchObject({ failure: 'untrusted', systemCode: 'CERT_HAS_EXPIRED' });
  const renamed = await peer(undefined, undefined, pki.foreignName);
  expect(await failure(connect(renamed.port))).toMatchObject({
    failure: 'untrusted',
    systemCode: 'ERR_TLS_CERT_ALTNAME_INVALID',
  });
  const named = await connect(renamed.port, { tls: { ca: pki.ca, servername: 'elsewhere.test' } });
  expect(named.open).toBe(true);
  expect(server.received).toEqual([]);
});

test('checkServer decides alone, before anything is sent', async () => {
  const server = await peer(activated());
  const seen: [string, string | undefined][] = [];
  const pin = createHash('sha256').update(Buffer.from('another certificate')).digest('hex');
  const refusing = connect(server.port, {
    tls: {
      checkServer: (der, authorizationError) => {
        const found = createHash('sha256').update(der).digest('hex');
        seen.push([found, authorizationError]);
        return found === pin ? undefined : new Error('the certificate has changed');
      },
    },
  });
  expect(await failure(refusing)).toMatchObject({
    code: 'ERR_KMIP_HANDSHAKE',
    failure: 'untrusted',
    cause: expect.objectContaining({ message: 'the certificate has changed' }),
  });
  const der = Buffer.from(pki.server.certificatePem.replaceAll(/-----.*-----|\s/g, ''), 'base64');
  const expected = createHash('sha256').update(der).digest('hex');
  expect(seen).toEqual([[expected, expect.stringMatching(/UNABLE_TO_VERIFY|SELF_SIGNED/)]]);
  const pinned = await connect(server.port, { tls: { checkServer: () => undefined } });
  expect(await pinned.call(operations.activate, {})).toEqual({ uniqueIdentifier: '7' });
  const trusted: (string | undefined)[] = [];
  await connect(server.port, {
    tls: {
      ca: pki.ca,
      checkServer: (_der, authorizationError) => {
        trusted.push(authorizationError);
        return undefined;
      },
    },
  });
  expect(trusted).toEqual([undefined]);
  // Three connections, one exchange: the refused one sent nothing.
  expect(Buffer.concat(server.received).length).toBe(8 + Buffer.concat(server.received).readUInt32BE(4));
});

test.each([
  ['TLSv1.2', 'handshake_failure'],
  ['TLSv1.3', 'certificate_required'],
] as const)('a %s server that wants a certificate says so with the alert %s', async (version, alert) => {
  const server = await peer(activated(), {
    ca: pki.ca,
    requestCert: true,
    rejectUnauthorized: true,
    minVersion: version,
    maxVersion: version,
  });
  const attempt = async () => {
    const connection = await connect(server.port);
    await connection.exchange(ANSWER);
  };
  expect(await failure(attempt())).toMatchObject({
    code: 'ERR_KMIP_HANDSHAKE',
    phase: 'handshake',
    failure: 'alert',
    alert,
  });
  expect(server.received).toEqual([]);
});

// RFC 5246 §7.2: record type 21, version, length 2, level fatal, description.
test.each([
  [42, 'bad_certificate'],
  [45, 'certificate_expired'],
  [46, 'certificate_unknown'],
  [48, 'unknown_ca'],
  [49, 'access_denied'],
])('the alert %i is %s', async (description, alert) => {
  const port = await rawPeer((socket) => void socket.end(Buffer.from([21, 3, 3, 0, 2, 2, description])));
  const error = await failure(connect(port));
  expect(error).toMatchObject({ phase: 'handshake', failure: 'alert', alert });
  expect(error.message).toContain(`TLS alert ${alert}`);
});

test('no protocol version in common', async () => {
  const server = await peer(undefined, { minVersion: 'TLSv1.3' });
  const error = await failure(connect(server.port, { tls: { ca: pki.ca, maxVersion: 'TLSv1.2' } }));
  expect(error).toMatchObject({ phase: 'handshake', failure: 'alert', alert: 'protocol_version' });
});

test('an answer that does not come is given up by the clock', async () => {
  const manual = new ManualClock(0);
  let asked: () => void = () => {};
  const question = new Promise<void>((resolve) => {
    asked = resolve;
  });
  const server = await peer((socket) => void socket.once('data', () => asked()));
  const connection = await connect(server.port, { clock: manual, timeoutMs: 30_000 });
  const exchange = failure(connection.exchange(ANSWER));
  await question;
  await manual.advance(30_000);
  expect(await exchange).toMatchObject({ code: 'ERR_KMIP_RESPONSE', phase: 'response', failure: 'timeout' });
  expect(connection.open).toBe(false);
});

test('a connection that ends in the middle of the answer', async () => {
  const closing = await peer((socket) => void socket.once('data', () => socket.end(ANSWER.subarray(0, 40))));
  const closed = await failure((await connect(closing.port)).exchange(ANSWER));
  expect(closed).toMatchObject({ phase: 'response', failure: 'closed' });
  expect(closed.message).toContain(`after 40 of ${ANSWER.length} bytes`);
  const raws: Socket[] = [];
  const resetting = await peer((socket) => {
    socket.once('data', () => socket.write(ANSWER.subarray(0, 40), () => raws[0]?.resetAndDestroy()));
  });
  const connection = await connect(await relay(resetting.port, raws));
  expect(await failure(connection.exchange(ANSWER))).toMatchObject({ phase: 'response', failure: 'reset' });
});

/** Passes bytes on; the client's side is handed out so that a test can reset it. */
async function relay(target: number, clients: Socket[]): Promise<number> {
  const server = createServer((client) => {
    clients.push(client);
    client.on('error', () => {});
    const upstream = connectTcp(target, '127.0.0.1');
    upstream.on('error', () => {});
    client.pipe(upstream).pipe(client);
    cleanups.push(
      () => void client.destroy(),
      () => void upstream.destroy(),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanups.push(() => void server.close());
  return (server.address() as AddressInfo).port;
}

test('an answer that is too long, no KMIP, or has a wrong length inside', async () => {
  const say = async (bytes: Buffer) =>
    (await peer((socket) => void socket.once('data', () => socket.write(bytes)))).port;
  const large = await connect(await say(ANSWER), { limits: { maxBytes: 64 } });
  expect(await failure(large.exchange(ANSWER))).toMatchObject({
    failure: 'malformed',
    cause: expect.objectContaining({ code: 'TOO_LARGE' }),
  });
  const foreign = await connect(await say(Buffer.from('HTTP/1.1 200 OK\r\n')));
  expect(await failure(foreign.exchange(ANSWER))).toMatchObject({
    failure: 'malformed',
    cause: expect.objectContaining({ code: 'NOT_KMIP' }),
  });
  const broken = Buffer.from(ANSWER);
  broken[15] = 0xff;
  const wrong = await connect(await say(broken));
  const error = await failure(wrong.call(operations.activate, {}));
  expect(error).toMatchObject({ code: 'ERR_KMIP_RESPONSE', phase: 'response', failure: 'malformed' });
  expect(error.cause).toBeInstanceOf(TtlvError);
  expect(wrong.open).toBe(false);
});

test('the owner can give up at any time', async () => {
  const owner = new AbortController();
  let asked: () => void = () => {};
  const question = new Promise<void>((resolve) => {
    asked = resolve;
  });
  const server = await peer((socket) => void socket.once('data', () => asked()));
  const connection = await connect(server.port, { signal: owner.signal });
  const exchange = failure(connection.exchange(ANSWER));
  await question;
  owner.abort();
  expect(await exchange).toMatchObject({ phase: 'response', failure: 'aborted' });
  expect(await failure(connect(server.port, { signal: owner.signal }))).toMatchObject({ failure: 'aborted' });
});

test('one exchange at a time', async () => {
  let asked: () => void = () => {};
  const question = new Promise<void>((resolve) => {
    asked = resolve;
  });
  const server = await peer((socket) => void socket.once('data', () => asked()));
  const connection = await connect(server.port);
  const first = failure(connection.exchange(ANSWER));
  await expect(connection.exchange(ANSWER)).rejects.toMatchObject({ code: 'ERR_OPTION' });
  await question;
  await connection.close();
  expect(await first).toMatchObject({ failure: 'aborted' });
});

test('an error never shows what was sent', async () => {
  const server = await peer((socket) => void socket.once('data', () => socket.end()));
  const connection = await connect(server.port);
  const password = 'a-password-of-the-test';
  const credential = { credentialType: CredentialType.UsernameAndPassword, username: 'Fred', password };
  const error = await failure(connection.send([kmipCall(operations.activate, {})], { authentication: { credential } }));
  expect(JSON.stringify([error.message, error.details, String(error.cause)])).not.toContain(password);
});
