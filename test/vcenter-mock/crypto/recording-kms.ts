import type { AddressInfo, Socket } from 'node:net';
import { createServer, type TLSSocket } from 'node:tls';
import type { Identity } from '../../../core/index.ts';
import { bytes, dateTime, enumeration, find, integer, type Node, read, structure, text } from './ttlv.ts';

/** One connection as the KMS saw it: the raw requests, in order. */
export interface SeenConnection {
  requests: Buffer[];
  operations: number[];
  clientSubject: string | undefined;
}

export interface AskedItem {
  operation: number;
  /** Of this connection. */
  connection: SeenConnection;
  uniqueIdentifier: string | undefined;
  attributeName: string | undefined;
  items: number;
}

/** What the KMS does instead of its usual answer. */
export type Misbehaviour =
  | { refuse: { reason: number; message: string } }
  | { raw: Buffer }
  | { reset: true; afterBytes?: number }
  | { close: true; afterBytes?: number }
  | 'hang';

export interface RecordingKms {
  readonly port: number;
  readonly connections: SeenConnection[];
  /** TLS handshakes that did not come to their end on the server's side. */
  readonly failedHandshakes: Error[];
  /** State by Unique Identifier: 1 Pre-Active, 2 Active, 3 Deactivated. */
  readonly states: Map<string, number>;
  /** Changes the answer to an item; undefined keeps it. */
  misbehave: ((item: AskedItem) => Misbehaviour | undefined) | undefined;
  stop(): Promise<void>;
}

const operation = { create: 1, get: 10, getAttributes: 11, addAttribute: 13, activate: 18, query: 24, discover: 30 };

/** A KMS over real TLS that records every byte and answers with messages written by hand. Knows keys "1", "2", … */
export async function startRecordingKms(
  identity: Identity,
  options: { clientCa?: string; port?: number; vendor?: string; maxVersion?: 'TLSv1.2' | 'TLSv1.3' } = {},
): Promise<RecordingKms> {
  const sockets = new Set<Socket>();
  const kms: RecordingKms = {
    port: 0,
    connections: [],
    failedHandshakes: [],
    states: new Map(),
    misbehave: undefined,
    stop: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
  const server = createServer({
    cert: identity.chainPem,
    key: identity.privateKeyPem,
    ...(options.clientCa ? { ca: options.clientCa, requestCert: true, rejectUnauthorized: true } : {}),
    ...(options.maxVersion ? { maxVersion: options.maxVersion } : {}),
  });
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    rawSockets.set(socket.remotePort ?? 0, socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
  });
  server.on('tlsClientError', (error) => kms.failedHandshakes.push(error));
  server.on('secureConnection', (socket) => serve(socket, kms, options.vendor ?? 'Recording KMS'));
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  Object.assign(kms, { port: (server.address() as AddressInfo).port });
  return kms;
}

function serve(socket: TLSSocket, kms: RecordingKms, vendor: string): void {
  const subject = socket.getPeerCertificate().subject;
  const seen: SeenConnection = {
    requests: [],
    operations: [],
    clientSubject: subject ? String(subject.CN) : undefined,
  };
  kms.connections.push(seen);
  let pending = Buffer.alloc(0);
  socket.on('error', () => {});
  socket.on('data', (chunk: Buffer) => {
    pending = Buffer.concat([pending, chunk]);
    while (pending.length >= 8 && pending.length >= 8 + pending.readUInt32BE(4)) {
      const request = pending.subarray(0, 8 + pending.readUInt32BE(4));
      pending = pending.subarray(request.length);
      seen.requests.push(Buffer.from(request));
      respond(socket, request, seen, kms, vendor);
    }
  });
}

function respond(socket: TLSSocket, request: Buffer, seen: SeenConnection, kms: RecordingKms, vendor: string): void {
  const items = find(read(request), 0x42000f);
  const answers: Buffer[] = [];
  for (const item of items) {
    const fields = item.value as Node[];
    const code = (find(fields, 0x42005c)[0]!.value as Buffer).readUInt32BE(0);
    seen.operations.push(code);
    const id = find(fields, 0x420093)[0]?.value as Buffer | undefined;
    const uniqueIdentifier = find(fields, 0x420094)[0]?.value.toString();
    const attributeName = find(fields, 0x42000a)[0]?.value.toString();
    const asked = { operation: code, connection: seen, uniqueIdentifier, attributeName, items: items.length };
    const wrong = kms.misbehave?.(asked);
    if (wrong === 'hang') return;
    if (wrong && 'raw' in wrong) {
      socket.write(wrong.raw);
      return;
    }
    const payload = wrong && 'refuse' in wrong ? undefined : usualPayload(asked, kms, vendor);
    answers.push(
      structure(
        0x42000f,
        enumeration(0x42005c, code),
        ...(id ? [bytes(0x420093, id)] : []),
        enumeration(0x42007f, payload ? 0 : 1),
        ...(wrong && 'refuse' in wrong
          ? [enumeration(0x42007e, wrong.refuse.reason), text(0x42007d, wrong.refuse.message)]
          : []),
        ...(payload ? [structure(0x42007c, ...payload)] : []),
      ),
    );
    if (wrong && ('reset' in wrong || 'close' in wrong)) {
      const whole = message(answers);
      if (wrong.afterBytes) socket.write(whole.subarray(0, wrong.afterBytes), () => cut(socket, 'reset' in wrong));
      else cut(socket, 'reset' in wrong);
      return;
    }
  }
  socket.write(message(answers));
}

/** Raw sockets by the client's port: a TLS socket cannot send a TCP reset itself. */
const rawSockets = new Map<number, Socket>();

function cut(socket: TLSSocket, reset: boolean): void {
  if (reset) rawSockets.get(socket.remotePort ?? 0)?.resetAndDestroy();
  else socket.end();
}

export function message(answers: Buffer[]): Buffer {
  return structure(
    0x42007b,
    structure(
      0x42007a,
      structure(0x420069, integer(0x42006a, 1), integer(0x42006b, 1)),
      dateTime(0x420092, 1_700_000_000),
      integer(0x42000d, answers.length),
    ),
    ...answers,
  );
}

function usualPayload(asked: AskedItem, kms: RecordingKms, vendor: string): Buffer[] {
  const uid = asked.uniqueIdentifier ?? '';
  switch (asked.operation) {
    case operation.discover:
      return [structure(0x420069, integer(0x42006a, 1), integer(0x42006b, 1))];
    case operation.query:
      return [text(0x42009d, vendor)];
    case operation.create: {
      const created = String(kms.states.size + 1);
      kms.states.set(created, 1);
      return [enumeration(0x420057, 2), text(0x420094, created)];
    }
    case operation.get:
      return [
        enumeration(0x420057, 2),
        text(0x420094, uid),
        structure(
          0x42008f,
          structure(
            0x420040,
            enumeration(0x420042, 1),
            structure(0x420045, bytes(0x420043, Buffer.alloc(32, Number(uid)))),
            enumeration(0x420028, 3),
            integer(0x42002a, 256),
          ),
        ),
      ];
    case operation.getAttributes:
      return asked.attributeName === 'State'
        ? [
            text(0x420094, uid),
            structure(0x420008, text(0x42000a, 'State'), enumeration(0x42000b, kms.states.get(uid) ?? 1)),
          ]
        : [text(0x420094, uid)];
    case operation.activate:
      kms.states.set(uid, 2);
      return [text(0x420094, uid)];
    default:
      return [text(0x420094, uid), structure(0x420008, text(0x42000a, asked.attributeName ?? ''), text(0x42000b, ''))];
  }
}
