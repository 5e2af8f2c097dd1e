import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../core/index.ts';
import { decodeResponse, encode, encodeRequest, item, operations, requestItem, Tag } from '../../kmip/index.ts';
import { cleanUp, connect, dialTcp, dialTls, ending, type Lab, refusal, startLab } from './lab.ts';
import { createKey } from './requests.ts';

afterEach(cleanUp);

const v11 = { major: 1, minor: 1 };
const discover = encodeRequest({ protocolVersion: v11 }, [
  requestItem(operations.discoverVersions, { protocolVersions: [] }, v11),
]);

async function stillServes(lab: Lab): Promise<void> {
  const client = await connect(lab);
  await createKey(client);
}

describe('malformed messages', () => {
  it.each([
    ['a broken header', () => patched(8 + 3, 0x0b)],
    ['a Response Message', () => patched(2, 0x7b)],
    ['an inner length that is too long', () => patched(8 + 7, 0xf8)],
    [
      'structures nested too deep',
      () => {
        let inner = item.structure(Tag.RequestPayload, []);
        for (let depth = 0; depth < 40; depth++) inner = item.structure(Tag.RequestPayload, [inner]);
        return encode(item.structure(Tag.RequestMessage, [inner]));
      },
    ],
    ['an empty message', () => Buffer.from('4200780100000000', 'hex')],
  ])('%s: Invalid Message, and the connection goes on', async (_name, bytes) => {
    const lab = await startLab();
    const client = await connect(lab);
    const answer = await client.exchange(bytes());
    expect(answer.items).toHaveLength(1);
    expect(answer.items[0]!.operation).toBeUndefined();
    expect(refusal(answer.items[0]!)).toMatch(/^InvalidMessage: /);
    expect(lab.events('kmip.malformed')).toHaveLength(1);
    await createKey(client);
  });

  function patched(offset: number, value: number): Buffer {
    const bytes = Buffer.from(discover);
    bytes[offset] = value;
    return bytes;
  }

  it('a message over the limit is refused and skipped; the next one is answered', async () => {
    const lab = await startLab({ limits: { maxBytes: 4096 } });
    const client = await connect(lab);
    const large = encode(item.structure(Tag.RequestMessage, [item.byteString(Tag.Data, Buffer.alloc(100_000))]));
    client.write(Buffer.concat([large, discover]));
    const first = decodeResponse((await client.read())!);
    expect(refusal(first.items[0]!)).toMatch(/^InvalidMessage: .*exceeds the limit of 4096/);
    const second = decodeResponse((await client.read())!);
    expect(second.items[0]!.resultStatus).toBe(0);
  });

  it.each([
    ['text', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
    ['zeros', Buffer.alloc(64)],
    ['a length of 4 GiB', Buffer.from('42007801fffffff8', 'hex')],
  ])('%s inside TLS: answered, then closed', async (_name, bytes) => {
    const lab = await startLab();
    const client = await connect(lab);
    client.write(bytes);
    expect(refusal(decodeResponse((await client.read())!).items[0]!)).toMatch(/^InvalidMessage: /);
    expect(await client.read()).toBeUndefined();
    expect(lab.events('kmip.connection.lost')).toHaveLength(1);
    await stillServes(lab);
  });
});

describe('clients that do not speak TLS', () => {
  it.each([
    ['text', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
    ['zeros', Buffer.alloc(512)],
    ['random-looking bytes', Buffer.from('160301ffff0badc0ffee', 'hex')],
  ])('%s', async (_name, bytes) => {
    const lab = await startLab();
    const socket = dialTcp(lab);
    await once(socket, 'connect');
    socket.end(bytes);
    await ending(socket);
    await stillServes(lab);
    const about = lab.events('kmip.handshake.failed').length + lab.events('kmip.probe').length;
    expect(about).toBe(1);
    expect(lab.runtime.journal.entries({ level: 'error' })).toEqual([]);
  });

  it('a client that resets in the middle of a message', async () => {
    const lab = await startLab();
    const tcp = dialTcp(lab);
    await once(tcp, 'connect');
    tcp.write(discover.subarray(0, 3));
    tcp.resetAndDestroy();
    await lab.event('kmip.connection.closed');
    await stillServes(lab);
  });
});

describe('limits of time and number', () => {
  it('a connection without handshake is closed', async () => {
    const clock = new ManualClock();
    const lab = await startLab({ clock, limits: { handshakeTimeoutMs: 5000 } });
    const socket = dialTcp(lab);
    await lab.event('kmip.connection.accepted');
    await clock.advance(4999);
    expect(lab.events('kmip.timeout')).toEqual([]);
    await clock.advance(1);
    expect(await ending(socket)).toMatch(/closed|ECONNRESET/);
    expect(lab.events('kmip.timeout')).toMatchObject([
      { level: 'warn', text: 'closed: no TLS handshake within 5000 ms' },
    ]);
  });

  it('an idle connection is closed, a busy one is not', async () => {
    const clock = new ManualClock();
    const lab = await startLab({ clock, limits: { idleTimeoutMs: 10_000 } });
    const busy = await connect(lab);
    const idle = await connect(lab);
    idle.write(discover.subarray(0, 20));
    await createKey(busy);
    await clock.advance(9000);
    await createKey(busy);
    await clock.advance(1000);
    expect(await idle.read()).toBeUndefined();
    await createKey(busy);
    await clock.advance(10_000);
    expect(await busy.read()).toBeUndefined();
    expect(lab.events('kmip.timeout')).toHaveLength(2);
  });

  it('one connection too many is closed at once; a place that is free again is given away', async () => {
    const lab = await startLab({ limits: { maxConnections: 2 } });
    const first = await connect(lab);
    const second = await connect(lab);
    expect(await ending(dialTls(lab, { identity: lab.client }))).not.toBe('');
    expect(lab.events('kmip.connection.limit')).toMatchObject([{ level: 'warn' }]);
    await createKey(first);
    second.socket.end();
    await lab.event('kmip.connection.closed');
    await stillServes(lab);
  });
});

describe('start and stop', () => {
  it('stop closes everything; start finds the objects again', async () => {
    const lab = await startLab();
    const client = await connect(lab);
    const key = await createKey(client);
    const handshaking = dialTcp(lab);
    await once(handshaking, 'connect');
    await lab.event('kmip.connection.accepted');
    const ends = Promise.all([ending(client.socket), ending(handshaking)]);
    await lab.server.stop();
    await ends;
    expect(lab.server.port).toBeUndefined();
    const refused = dialTcp(lab);
    expect(await ending(refused)).toBe('ECONNREFUSED');
    const { port } = await lab.server.start();
    const again = await connect({ ...lab, port });
    await again.ok(operations.get, { uniqueIdentifier: key });
  });

  it('a port that is taken is named', async () => {
    const lab = await startLab();
    await expect(startLab({ withPki: () => ({ port: lab.port }) })).rejects.toMatchObject({
      code: 'ERR_PORT_IN_USE',
      message: `Port ${lab.port} on 127.0.0.1 is taken by another program. Choose another with the KMIP server's option "port".`,
    });
  });
});
