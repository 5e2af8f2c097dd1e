import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { type FaultRule, ManualClock } from '../../core/index.ts';
import {
  decodeResponse,
  encodeRequest,
  ObjectType,
  Operation,
  operations,
  ResultReason,
  ResultStatus,
  requestItem,
} from '../../kmip/index.ts';
import { type Client, cleanUp, connect, dialTcp, dialTls, ending, type Lab, startLab } from './lab.ts';
import { aes, createKey } from './requests.ts';

afterEach(cleanUp);

const v11 = { major: 1, minor: 1 };
const id = Buffer.from('QLKC\x01\0\0\0', 'latin1');
const discover = encodeRequest({ protocolVersion: v11 }, [
  requestItem(operations.discoverVersions, { protocolVersions: [v11] }, v11, id),
]);
const createRequest = encodeRequest({ protocolVersion: v11 }, [
  requestItem(operations.create, { objectType: ObjectType.SymmetricKey, templateAttribute: aes() }, v11, id),
]);
const fault = (at: FaultRule['at'], then: FaultRule['then'], more: Partial<FaultRule> = {}): FaultRule => ({
  id: 'f',
  at,
  then,
  ...more,
});

describe('kmip.connection', () => {
  it.each([
    [{ reset: true } as const, 'ECONNRESET'],
    [{ close: true } as const, 'ECONNRESET'],
  ])('%o strikes during the handshake', async (then, code) => {
    const lab = await startLab({ faults: [fault('kmip.connection', then, { when: { calls: 1 } })] });
    const socket = dialTls(lab, { identity: lab.client });
    expect(await ending(socket)).toBe(code);
    const [fired] = lab.events('fault.fired');
    expect(fired).toMatchObject({ cause: lab.events('kmip.connection.accepted')[0]!.seq });
    expect((await lab.event('kmip.connection.closed')).cause).toBe(fired!.seq);
    expect(lab.events('kmip.probe')).toEqual([]);
    await createKey(await connect(lab));
  });

  it('hang: the client waits until it gives up', async () => {
    const clock = new ManualClock();
    const lab = await startLab({ clock, faults: [fault('kmip.connection', { hang: true }, { when: { calls: 1 } })] });
    const socket = dialTls(lab, { identity: lab.client });
    await lab.event('fault.fired');
    await clock.advance(3_600_000);
    expect(socket.closed).toBe(false);
    socket.destroy();
    await lab.event('kmip.connection.closed');
    await createKey(await connect(lab));
  });

  it('delay: by the clock', async () => {
    const clock = new ManualClock();
    const lab = await startLab({ clock, faults: [fault('kmip.connection', { delay: 2000 })] });
    const connected = connect(lab);
    await lab.event('fault.fired');
    expect(lab.events('kmip.handshake')).toEqual([]);
    await clock.advance(2000);
    await createKey(await connected);
  });
});

describe('kmip.request', () => {
  it('a scripted refusal, for the calls that match, then the real answer', async () => {
    const lab = await startLab({
      faults: [
        fault(
          'kmip.request',
          { kmip: { reason: 'GeneralFailure', message: 'disk full' } },
          {
            match: {
              operation: 'Create',
              client: 'vcenter',
              attributes: { 'Cryptographic Algorithm': 'AES', 'Cryptographic Length': 256 },
            },
            when: { calls: [1, 2] },
          },
        ),
      ],
    });
    const client = await connect(lab);
    await expect(createKey(client)).rejects.toThrow('GeneralFailure: disk full');
    await client.ok(operations.discoverVersions, { protocolVersions: [] });
    await expect(createKey(client)).rejects.toThrow('GeneralFailure: disk full');
    expect(lab.server.objects.list()).toEqual([]);
    await createKey(client);
    const refused = lab.events('kmip.refused')[0]!;
    expect(refused).toMatchObject({
      level: 'warn',
      text: 'Create refused: General Failure: disk full',
      cause: lab.events('fault.fired')[0]!.seq,
      data: { operation: 'Create', reason: 'General Failure', client: 'vcenter' },
    });
  });

  it('delay and hang', async () => {
    const clock = new ManualClock();
    const lab = await startLab({
      clock,
      faults: [
        fault('kmip.request', { delay: 700 }, { when: { calls: 1 } }),
        { ...fault('kmip.request', { hang: true }, { when: { calls: 2 } }), id: 'g' },
      ],
    });
    const client = await connect(lab);
    client.write(discover);
    await lab.event('fault.fired');
    expect(lab.events('kmip.request')).toEqual([]);
    await clock.advance(700);
    expect(decodeResponse((await client.read())!).items[0]!.resultStatus).toBe(0);
    client.write(discover);
    client.write(discover);
    await seen(lab, 2);
    await clock.advance(3_600_000);
    expect(client.socket.closed).toBe(false);
    expect(lab.events('kmip.request')).toHaveLength(1);
    client.socket.destroy();
    await lab.event('kmip.connection.closed');
  });
});

describe('kmip.connection before TLS', () => {
  it.each([
    ['handshake_failure', 'ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE'],
    ['bad_certificate', 'ERR_SSL_SSL/TLS_ALERT_BAD_CERTIFICATE'],
    ['unknown_ca', 'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA'],
    ['internal_error', 'ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR'],
    ['protocol_version', 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION'],
    ['unrecognized_name', 'ERR_SSL_TLSV1_UNRECOGNIZED_NAME'],
  ] as const)('alert %s, for clients of both versions of TLS', async (tlsAlert, code) => {
    const lab = await startLab({ faults: [fault('kmip.connection', { tlsAlert }, { when: { calls: [1, 2] } })] });
    for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
      const seen = await ending(dialTls(lab, { identity: lab.client, version }));
      // OpenSSL's names of the older alerts begin with the version that brought them.
      expect(seen.replace('SSLV3', 'SSL/TLS')).toBe(code);
    }
    await createKey(await connect(lab));
  });

  it('the alert is a record of its own on the wire', async () => {
    const lab = await startLab({ faults: [fault('kmip.connection', { tlsAlert: 'unrecognized_name' })] });
    const socket = dialTcp(lab);
    const answer = new Promise<Buffer>((resolve) => socket.once('data', resolve));
    socket.write(Buffer.from('160301000100', 'hex'));
    // RFC 5246 §6.2.1: alert (21), TLS 1.2, two bytes: fatal (2), unrecognized_name (112, RFC 6066 §9).
    expect((await answer).toString('hex')).toBe('15030300020270');
  });

  it.each([
    ['reset', { reset: { afterBytes: 0 } }, 'ECONNRESET'],
    ['close', { close: { afterBytes: 0 } }, 'closed'],
  ] as const)('%s at once, before the client has said a word', async (_name, then, code) => {
    const lab = await startLab({ faults: [fault('kmip.connection', then)] });
    expect(await ending(dialTcp(lab))).toBe(code);
  });

  it('close after so many bytes of the client', async () => {
    const lab = await startLab({ faults: [fault('kmip.connection', { close: { afterBytes: 10 } })] });
    const socket = dialTcp(lab);
    const ended = ending(socket);
    socket.write(Buffer.alloc(6));
    await lab.event('fault.fired');
    expect(lab.events('kmip.connection.closed')).toEqual([]);
    socket.write(Buffer.alloc(4));
    expect(await ended).toBe('closed');
  });

  it('jitter: at most so much longer, on the clock', async () => {
    const clock = new ManualClock();
    const lab = await startLab({ clock, faults: [fault('kmip.connection', { delay: 1_000, jitter: 1_000 })] });
    const connected = connect(lab);
    await lab.event('fault.fired');
    await clock.advance(999);
    expect(lab.events('kmip.handshake')).toEqual([]);
    await clock.advance(1_001);
    await createKey(await connected);
  });

  it('a certificate that this server cannot make leaves the usual one, and says so', async () => {
    const lab = await startLab({ faults: [fault('kmip.connection', { certificate: 'expired' })] });
    await createKey(await connect(lab));
    expect(lab.events('kmip.fault.undone')).toMatchObject([{ level: 'error', data: { certificate: 'expired' } }]);
  });

  it('another certificate for the connections that match alone, by either version of TLS', async () => {
    const lab = await startLab({
      name: 'kms-1',
      faults: [
        fault('kmip.connection', { certificate: 'untrusted' }, { match: { kms: 'kms-1' }, when: { calls: [2, 3] } }),
      ],
      withPki: ({ authority, clientKeys }) => ({
        faultIdentity: async (kind) => authority.issueServer({ commonName: `the ${kind} one`, keys: clientKeys }),
      }),
    });
    const shown: string[] = [];
    for (const version of ['TLSv1.2', 'TLSv1.2', 'TLSv1.3', 'TLSv1.3'] as const) {
      const socket = dialTls(lab, { identity: lab.client, version });
      await once(socket, 'secureConnect');
      shown.push(String(socket.getPeerCertificate().subject.CN));
    }
    expect(shown).toEqual(['kms', 'the untrusted one', 'the untrusted one', 'kms']);
  });
});

describe('kmip.port', () => {
  const refused = (lab: Lab) =>
    new Promise<boolean>((resolve) => {
      const socket = dialTcp(lab);
      socket.on('connect', () => resolve(false));
      socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'ECONNREFUSED'));
    });

  it('unlisten: dials are refused for as long as the fault lasts, who is connected stays', async () => {
    const clock = new ManualClock();
    const when = { after: 5_000, until: 10_000 };
    const lab = await startLab({ clock, faults: [fault('kmip.port', { unlisten: true }, { when })] });
    const client = await connect(lab);
    await clock.advance(4_999);
    await createKey(await connect(lab));
    await clock.advance(1);
    expect(await refused(lab)).toBe(true);
    await createKey(client);
    expect(lab.server.port).toBe(lab.port);
    await clock.advance(5_001);
    await createKey(await connect(lab));
    const [fired] = lab.events('fault.fired');
    expect(lab.events('kmip.unlistened')).toMatchObject([{ cause: fired!.seq, data: { port: lab.port } }]);
    expect(lab.events('fault.ended')).toHaveLength(1);
    expect(lab.events('kmip.listening')).toHaveLength(2);
  });

  it('from an event on: the third connection is the last', async () => {
    const after = { event: { event: 'kmip.connection.accepted' }, times: 3 };
    const lab = await startLab({ faults: [fault('kmip.port', { unlisten: true }, { when: { after } })] });
    for (let count = 0; count < 3; count++) await createKey(await connect(lab));
    expect(await refused(lab)).toBe(true);
  });

  it('from the start: nobody ever gets in, and the server stops and starts all the same', async () => {
    const lab = await startLab({ faults: [fault('kmip.port', { unlisten: true })] });
    expect(await refused(lab)).toBe(true);
    await lab.server.stop();
    expect(lab.server.port).toBeUndefined();
    await lab.server.start();
    expect(await refused(lab)).toBe(true);
    lab.runtime.faults.remove('f');
    await expect.poll(() => refused(lab)).toBe(false);
  });

  it('only the KMS that it concerns', async () => {
    const faults = [fault('kmip.port', { unlisten: true }, { match: { kms: 'kms-2' } })];
    expect(await refused(await startLab({ name: 'kms-1', faults }))).toBe(false);
    expect(await refused(await startLab({ name: 'kms-2', faults }))).toBe(true);
  });
});

describe('kmip.request and kmip.response give other results', () => {
  const itemOf = async (then: FaultRule['then'], at: FaultRule['at'] = 'kmip.request') => {
    const lab = await startLab({ faults: [fault(at, then, { when: { calls: 1 } })] });
    const client = await connect(lab);
    client.write(createRequest);
    const [item] = decodeResponse((await client.read())!).items;
    return { item: item!, lab, client };
  };

  it.each([
    [{ reason: 'ItemNotFound' }, 1, ResultReason.ItemNotFound, 'Item Not Found'],
    [{ reason: 'ItemNotFound', message: 'gone' }, 1, ResultReason.ItemNotFound, 'gone'],
    [{ reason: 'ItemNotFound', message: null }, 1, ResultReason.ItemNotFound, undefined],
    [{}, 1, undefined, undefined],
    [{ message: 'no reason at all' }, 1, undefined, 'no reason at all'],
    [{ status: 'OperationUndone', reason: 'GeneralFailure' }, 3, ResultReason.GeneralFailure, 'General Failure'],
  ] as const)('%j', async (kmip, status, reason, message) => {
    for (const at of ['kmip.request', 'kmip.response'] as const) {
      const { item, lab } = await itemOf({ kmip }, at);
      expect(item).toMatchObject({ resultStatus: status, operation: Operation.Create, uniqueBatchItemId: id });
      expect(item.resultReason).toBe(reason);
      expect(item.resultMessage).toBe(message);
      expect(item.payload).toBeUndefined();
      // Before the request nothing was done; before the answer all was.
      expect(lab.server.objects.list()).toHaveLength(at === 'kmip.request' ? 0 : 1);
    }
  });

  it('a pending operation can be polled', async () => {
    const { item, lab, client } = await itemOf({ kmip: { status: 'OperationPending' } });
    expect(item.resultStatus).toBe(ResultStatus.OperationPending);
    expect(lab.server.objects.list()).toEqual([]);
    const { asynchronousCorrelationValue } = item;
    client.write(
      encodeRequest({ protocolVersion: v11 }, [
        requestItem(operations.poll, { asynchronousCorrelationValue: asynchronousCorrelationValue! }, v11),
      ]),
    );
    const [polled] = decodeResponse((await client.read())!).items;
    expect(polled).toMatchObject({ operation: Operation.Create, resultStatus: ResultStatus.Success });
    expect(lab.server.objects.list()).toHaveLength(1);
  });

  it.each([
    ['reset', 'ECONNRESET'],
    ['close', 'closed'],
  ] as const)('%s after the request and before it is carried out', async (how, code) => {
    const lab = await startLab({
      faults: [fault('kmip.request', { [how]: true }, { match: { operation: 'Create' } })],
    });
    const socket = dialTls(lab, { identity: lab.client });
    const ended = ending(socket);
    socket.write(createRequest);
    expect(await ended).toBe(code);
    expect(lab.server.objects.list()).toEqual([]);
    expect(lab.events('kmip.request')).toEqual([]);
  });
});

/** Waits until so many faults have fired. */
async function seen(lab: Lab, count: number): Promise<void> {
  while (lab.events('fault.fired').length < count) {
    await new Promise<void>((resolve) => {
      const stop = lab.runtime.journal.subscribe(() => {
        stop();
        resolve();
      });
    });
  }
}

describe('kmip.response', () => {
  /** Everything that arrives until the connection ends, and how it ends. */
  async function cut(then: FaultRule['then']) {
    const lab = await startLab({
      faults: [fault('kmip.response', then, { match: { operation: 'DiscoverVersions' }, when: { calls: 1 } })],
    });
    const socket = dialTls(lab, { identity: lab.client, version: 'TLSv1.2' });
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    const end = ending(socket);
    socket.write(discover);
    const code = await end;
    await createKey(await connect(lab));
    return { code, received: Buffer.concat(chunks), lab };
  }

  it('reset before and in the middle of the answer', async () => {
    expect(await cut({ reset: true })).toMatchObject({ code: 'ECONNRESET', received: Buffer.alloc(0) });
    const { code, received } = await cut({ reset: { afterBytes: 40 } });
    expect(code).toBe('ECONNRESET');
    // A reset may overtake what was sent before it, as on any network.
    expect([0, 40]).toContain(received.length);
  });

  it('close before and in the middle of the answer', async () => {
    expect(await cut({ close: true })).toMatchObject({ code: 'closed', received: Buffer.alloc(0) });
    const { code, received } = await cut({ close: { afterBytes: 40 } });
    expect(code).toBe('closed');
    expect(received).toHaveLength(40);
    // KMIP 1.1 §9.1: 42007B is Response Message.
    expect(received.toString('hex', 0, 4)).toBe('42007b01');
  });

  async function corrupted(corrupt: NonNullable<FaultRule['then']['corrupt']>): Promise<{ bad: Buffer; good: Buffer }> {
    // A frozen clock, so that the Time Stamps are the same.
    const clock = new ManualClock(Date.UTC(2026, 0, 1));
    const lab = await startLab({ clock, faults: [fault('kmip.response', { corrupt }, { when: { calls: 1 } })] });
    const first = dialTls(lab, { identity: lab.client });
    const bad = await new Promise<Buffer>((resolve) => {
      first.on('data', resolve);
      first.write(discover);
    });
    const client = await connect(lab);
    client.write(discover);
    return { bad, good: (await client.read())! };
  }

  it.each([
    ['length', 7],
    ['type', 8 + 3],
    ['tag', 2],
    ['version', 8 + 8 + 8 + 8 + 3],
  ] as const)('corrupt %s differs in byte %i alone', async (how, offset) => {
    const { bad, good } = await corrupted(how);
    expect(bad).toHaveLength(good.length);
    const different = [...good.keys()].filter((index) => bad[index] !== good[index]);
    expect(different).toEqual([offset]);
    if (how === 'version') expect(decodes(bad)).toBe(false);
    if (how === 'length') expect(bad.readUInt32BE(4)).toBe(good.readUInt32BE(4) - 8);
  });

  it('corrupt padding: not zero where it has to be', async () => {
    const { bad, good } = await corrupted('padding');
    // KMIP 1.1 §9.1.1.3: the four bytes behind the Integer of the Protocol Version Major, at 8 + 8 + 8 + 8 + 4.
    expect([...good.keys()].filter((index) => bad[index] !== good[index])).toEqual([36]);
    expect(good.readUInt32BE(36)).toBe(0);
  });

  it('corrupt random: bytes of the seed behind a sound head', async () => {
    const { bad, good } = await corrupted('random');
    expect(bad).toHaveLength(good.length);
    expect(bad.subarray(0, 8)).toEqual(good.subarray(0, 8));
    expect(decodes(bad)).toBe(false);
    const again = await corrupted('random');
    expect(again.bad).toEqual(bad);
  });

  it.each([
    ['half, and silence', true, 'half', undefined],
    ['so many bytes, and silence', { afterBytes: 20 }, 20, undefined],
    ['so many bytes, and a close', { afterBytes: 20, connection: 'closed' }, 20, 'closed'],
  ] as const)('truncate: %s', async (_name, truncate, count, end) => {
    const clock = new ManualClock(Date.UTC(2026, 0, 1));
    const lab = await startLab({ clock, faults: [fault('kmip.response', { truncate }, { when: { calls: 1 } })] });
    const socket = dialTls(lab, { identity: lab.client });
    let received = Buffer.alloc(0);
    let ended: string | undefined;
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
    });
    void ending(socket).then((code) => {
      ended = code;
    });
    socket.write(discover);
    const other = await connect(lab);
    other.write(discover);
    const good = (await other.read())!;
    await expect.poll(() => received.length).toBe(count === 'half' ? good.length / 2 : count);
    expect(good.subarray(0, received.length)).toEqual(received);
    if (end) await expect.poll(() => ended).toBe(end);
    else {
      // The client may wait as long as it likes, and ask again: nothing more is read.
      socket.write(discover);
      await clock.advance(20_000);
      expect(ended).toBeUndefined();
    }
  });

  it('drip: by the clock; then the connection goes on', async () => {
    const clock = new ManualClock(Date.UTC(2026, 0, 1));
    const drip = { bytes: 50, every: 1_000 };
    const lab = await startLab({ clock, faults: [fault('kmip.response', { drip }, { when: { calls: 2 } })] });
    const client = await connect(lab);
    client.write(discover);
    const { length } = (await client.read())!;
    let received = 0;
    client.socket.on('data', (chunk: Buffer) => {
      received += chunk.length;
    });
    client.write(discover);
    for (let pieces = 1; received < length; pieces++) {
      await expect.poll(() => received).toBe(Math.min(50 * pieces, length));
      if (received < length) await expect.poll(() => clock.nextDue).toBeLessThanOrEqual(clock.now() + 1_000);
      await clock.advance(1_000);
    }
    expect(decodeResponse((await client.read())!).items[0]!.resultStatus).toBe(0);
    await createKey(client);
  });

  it('corrupt batch-id', async () => {
    const { bad, good } = await corrupted('batch-id');
    expect(decodeResponse(good).items[0]!.uniqueBatchItemId).toEqual(id);
    expect(decodeResponse(bad).items[0]!.uniqueBatchItemId).not.toEqual(id);
    expect(bad).toHaveLength(good.length);
  });

  function decodes(bytes: Buffer): boolean {
    try {
      decodeResponse(bytes);
      return true;
    } catch {
      return false;
    }
  }

  it('hang and delay', async () => {
    const clock = new ManualClock();
    const lab = await startLab({ clock, faults: [fault('kmip.response', { delay: 900 }, { when: { calls: 1 } })] });
    const client = await connect(lab);
    client.write(discover);
    await lab.event('fault.fired');
    await clock.advance(900);
    expect(decodeResponse((await client.read())!).items[0]!.resultStatus).toBe(0);
  });
});

it('rules that never fire change no byte, neither of answers nor of the journal', async () => {
  const record = async (faults: FaultRule[]) => {
    const clock = new ManualClock(Date.UTC(2026, 0, 1));
    const lab = await startLab({ clock, faults });
    const client: Client = await connect(lab);
    const answers: string[] = [];
    const ask = async (request: Buffer) => {
      client.write(request);
      answers.push((await client.read())!.toString('hex'));
    };
    await ask(createRequest);
    const key = lab.server.objects.list()[0]!.uniqueIdentifier;
    await ask(
      encodeRequest({ protocolVersion: v11 }, [
        requestItem(
          operations.getAttributes,
          { uniqueIdentifier: key, attributeNames: ['State', 'Object Type'] },
          v11,
          id,
        ),
      ]),
    );
    await ask(discover);
    await ask(
      encodeRequest({ protocolVersion: v11 }, [requestItem(operations.get, { uniqueIdentifier: 'none' }, v11, id)]),
    );
    const journal = lab.runtime.journal.entries().map(({ event, level, text, cause }) => [
      event,
      level,
      // Ports differ from run to run.
      text.replace(/:\d+/g, ''),
      cause,
    ]);
    return { answers, journal };
  };
  const never = { calls: 1000 };
  const rules = [
    fault('kmip.port', { unlisten: true }, { id: 'p', when: { after: { event: { event: 'never' } } } }),
    fault('kmip.connection', { reset: true }, { id: 'a', when: never }),
    fault('kmip.connection', { tlsAlert: 'internal_error' }, { id: 't', when: { probability: 0 } }),
    fault('kmip.request', { hang: true }, { id: 'b', when: never }),
    fault('kmip.request', { delay: 1 }, { id: 'd', match: { operation: 'Destroy' } }),
    fault('kmip.response', { corrupt: 'length' }, { id: 'c', when: never }),
    fault('kmip.response', { drip: { bytes: 1, every: 1 } }, { id: 'e', when: { after: 3_600_000 } }),
  ];
  const plain = await record([]);
  expect(plain.answers).toHaveLength(4);
  expect(await record(rules)).toEqual(plain);
});

it('the journal is a tree: dial, connection, handshake, request', async () => {
  const lab = await startLab();
  const client = await connect(lab);
  const { journal } = lab.runtime;
  const dialled = journal.record({
    plane: 'vcenter',
    event: 'test.dial',
    text: 'dial',
    opens: `tcp 127.0.0.1:${client.socket.localPort} 127.0.0.1:${lab.port}`,
  });
  const key = await createKey(client);
  const tree = journal.effectsOf(dialled);
  const [accepted] = tree.effects;
  expect(accepted?.entry.event).toBe('kmip.connection.accepted');
  const [handshake] = accepted!.effects;
  expect(handshake?.entry.event).toBe('kmip.handshake');
  expect(handshake!.effects.map(({ entry }) => entry.text)).toEqual([`Create AES-256 → ${key} (Pre-Active)`]);
});
