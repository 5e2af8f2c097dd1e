import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { afterEach, expect, it } from 'vitest';
import { type FaultRule, KeyPool, ManualClock } from '../../core/index.ts';
import { createLab, type Lab } from '../../lab/index.ts';

const keys = new KeyPool();
let lab: Lab;
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await lab.stop();
});

async function start(faults: FaultRule[] = [], clock?: ManualClock): Promise<void> {
  lab = createLab({ ports: 'auto', keys, faults, clock });
  await lab.start();
}

const portOf = {
  vcenter: () => lab.access().vcenter.port,
  ovh: () => lab.access().ovh.port,
  ovhHttp: () => lab.access().ovh.httpPort,
  kmip: () => lab.kms().port,
};
type Place = keyof typeof portOf;

function dial(place: Place): Socket {
  const socket = connectTcp(portOf[place](), '127.0.0.1');
  sockets.push(socket);
  return socket;
}

/** `open`, or the code of the error. */
function dialled(place: Place): Promise<string> {
  return new Promise((resolve) => {
    const socket = dial(place);
    socket.on('connect', () => resolve('open'));
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''));
  });
}

/** How a TLS handshake ends: `secured`, the code of the error, or `closed`. */
function handshake(place: Place): Promise<string> {
  return new Promise((resolve) => {
    const socket = connectTls({ host: '127.0.0.1', port: portOf[place](), rejectUnauthorized: false });
    sockets.push(socket);
    socket.on('secureConnect', () => resolve('secured'));
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''));
    socket.on('close', () => resolve('closed'));
  });
}

it.each([
  ['vcenter.port', 'vcenter', undefined],
  ['ovh.port', 'ovh', { scheme: 'https' }],
  ['ovh.port', 'ovhHttp', { scheme: 'http' }],
  ['kmip.port', 'kmip', { kms: 'kms-1' }],
] as const)('%s (%s) refuses dials while its fault lasts; who is connected stays', async (at, place, match) => {
  const clock = new ManualClock();
  const when = { after: 1_000, until: 2_000 };
  await start([{ id: 'shut', at, match, when, then: { unlisten: true } }], clock);
  const before = dial(place);
  await new Promise((resolve) => before.once('connect', resolve));
  await clock.advance(1_000);
  expect(await dialled(place)).toBe('ECONNREFUSED');
  const others = (Object.keys(portOf) as Place[]).filter((other) => other !== place);
  for (const other of others) expect([other, await dialled(other)]).toEqual([other, 'open']);
  expect(before.closed).toBe(false);
  await clock.advance(1_001);
  expect(await dialled(place)).toBe('open');
  const { journal } = lab.runtime;
  const [plane] = at.split('.');
  const [fired] = journal.entries({ event: 'fault.fired' });
  expect(journal.entries({ event: `${plane}.unlistened` })).toMatchObject([{ cause: fired!.seq }]);
});

it('a lab whose port is shut for good stops all the same', async () => {
  await start();
  for (const at of ['vcenter.port', 'ovh.port', 'kmip.port'] as const) {
    lab.runtime.faults.add({ id: at.replace('.', '-'), at, then: { unlisten: true } });
  }
  for (const place of Object.keys(portOf) as Place[]) expect(await dialled(place)).toBe('ECONNREFUSED');
  await lab.stop();
});

it.each([
  ['vcenter.connection', 'vcenter'],
  ['ovh.connection', 'ovh'],
] as const)('%s: reset, close and alerts during the handshake, then nothing', async (at, place) => {
  const rule = (id: string, calls: number, then: FaultRule['then']): FaultRule => ({ id, at, when: { calls }, then });
  await start([
    rule('reset', 1, { reset: true }),
    rule('close', 2, { close: true }),
    rule('alert', 3, { tlsAlert: 'internal_error' }),
    rule('at-once', 4, { reset: { afterBytes: 0 } }),
  ]);
  const ends = [];
  for (let count = 0; count < 5; count++) ends.push(await handshake(place));
  expect(ends).toEqual(['ECONNRESET', 'ECONNRESET', 'ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR', 'ECONNRESET', 'secured']);
  const [fired] = lab.runtime.journal.entries({ event: 'fault.fired' });
  expect(fired).toMatchObject({ plane: place, link: expect.stringMatching(/^tcp /) });
});

it.each([
  ['vcenter.connection', 'vcenter'],
  ['ovh.connection', 'ovh'],
] as const)('%s: a delay and a silence, by the clock', async (at, place) => {
  const clock = new ManualClock();
  await start(
    [
      { id: 'slow', at, when: { calls: 1 }, then: { delay: 5_000 } },
      { id: 'silent', at, when: { calls: 2 }, then: { hang: true } },
    ],
    clock,
  );
  const slow = handshake(place);
  await expect.poll(() => lab.runtime.faults.timesFired('slow')).toBe(1);
  await clock.advance(5_000);
  expect(await slow).toBe('secured');
  const silent = handshake(place);
  await expect.poll(() => lab.runtime.faults.timesFired('silent')).toBe(1);
  await clock.advance(3_600_000);
  await lab.stop();
  expect(await silent).not.toBe('secured');
});
