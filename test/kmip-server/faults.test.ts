import { afterEach, describe, expect, it } from 'vitest';
import { type FaultRule, ManualClock } from '../../core/index.ts';
import { decodeResponse, encodeRequest, operations, requestItem } from '../../kmip/index.ts';
import { type Client, cleanUp, connect, dialTls, ending, type Lab, startLab } from './lab.ts';
import { createKey } from './requests.ts';

afterEach(cleanUp);

const v11 = { major: 1, minor: 1 };
const id = Buffer.from('QLKC\x01\0\0\0', 'latin1');
const discover = encodeRequest({ protocolVersion: v11 }, [
  requestItem(operations.discoverVersions, { protocolVersions: [v11] }, v11, id),
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

it('a fault that does not fire changes nothing to the byte', async () => {
  const record = async (faults: FaultRule[]) => {
    const clock = new ManualClock(Date.UTC(2026, 0, 1));
    const lab = await startLab({ clock, faults });
    const client: Client = await connect(lab);
    const key = await createKey(client);
    client.write(
      encodeRequest({ protocolVersion: v11 }, [
        requestItem(
          operations.getAttributes,
          { uniqueIdentifier: key, attributeNames: ['State', 'Object Type'] },
          v11,
          id,
        ),
      ]),
    );
    return (await client.read())!.toString('hex');
  };
  const never = { calls: 1000 };
  const rules = [
    fault('kmip.connection', { reset: true }, { id: 'a', when: never }),
    fault('kmip.request', { hang: true }, { id: 'b', when: never }),
    fault('kmip.response', { corrupt: 'length' }, { id: 'c', when: never }),
  ];
  expect(await record(rules)).toBe(await record([]));
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
