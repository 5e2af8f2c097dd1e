import { createRandom } from '../core/index.ts';
import { fire, type Toll } from '../test/kmip-server/fuzz/fire.ts';
import { fireText } from '../test/kmip-server/fuzz/fire-text.ts';
import { type Figure, megabytes, milliseconds } from './figures.ts';
import { KeyServer, type KeyServerState } from './key-server.ts';
import { createAndGet } from './kmip-requests.ts';
import { RawClient } from './raw-client.ts';

const messages = 100_000;
const textMessages = 10_000;
/** Before memory is looked at for the first time, so that what is made once is made. */
const warmUp = 5_000;
const connections = 8;
const seed = process.env.KEYRIG_FUZZ_SEED ?? 'fuzz';
const mebibyte = 2 ** 20;
const allowedGrowth = 16e6;

/**
 * Spoilt requests against a key server in a process of its own: TTLV over TLS, then XML and JSON over HTTPS. Throws, with the
 * message at fault, when the server crashes, hangs, closes a connection without reason, or answers with what cannot be read. All objects
 * are removed before memory is looked at.
 */
export async function measureFuzz(): Promise<Figure[]> {
  const server = await KeyServer.start({ identifiers: 'sequential', journal: 'short', https: {} });
  try {
    const random = createRandom(seed);
    const { target, httpsPort } = server;
    const text = { ...target, port: httpsPort as number };
    await fire(target, random.stream('warm-up'), { messages: warmUp, connections });
    await fireText(text, random.stream('warm-up, text'), { messages: warmUp / 10, connections });
    const before = await server.ask('lose-keys');
    const toll = await fire(target, random.stream('fuzz'), { messages, connections });
    const textToll = await fireText(text, random.stream('fuzz, text'), { messages: textMessages, connections });
    const after = await server.ask('lose-keys');
    await servesOn(server);
    return [
      ...figuresOf('fuzz', toll),
      ...figuresOf('fuzz, XML and JSON over HTTPS', textToll),
      ...stateAfter([...before.failures, ...after.failures], before, after),
    ];
  } finally {
    await server.stop();
  }
}

async function servesOn({ target }: KeyServer): Promise<void> {
  const client = await RawClient.open(target);
  await createAndGet(client);
  client.close();
}

function figuresOf(name: string, { messages: sent, answers, reasons, largestAnswer, longest }: Toll): Figure[] {
  const done = reasons.get('Success') ?? 0;
  return [
    { name: `${name}: messages sent, seed "${seed}"`, value: `${sent}`, target: 'no crash, no hang', met: true },
    { name: `${name}: answers, all readable`, value: `${answers}, with ${done} items carried out`, target: '' },
    { name: `${name}: Result Reasons given`, value: `${reasons.size - 1}`, target: '' },
    {
      name: `${name}: the largest answer`,
      value: `${largestAnswer} bytes`,
      target: 'at most 1 MiB',
      met: largestAnswer <= mebibyte,
    },
    { name: `${name}: the longest wait for an answer or the close`, value: milliseconds(longest), target: '' },
  ];
}

function stateAfter(failures: string[], before: KeyServerState, after: KeyServerState): Figure[] {
  if (failures.length > 0) console.error([...new Set(failures)].join('\n'));
  const growth = after.bytes - before.bytes;
  return [
    {
      name: 'fuzz: defects that the server noticed',
      value: `${failures.length}`,
      target: 'none',
      met: failures.length === 0,
    },
    {
      name: 'fuzz: memory after it, against before',
      value: `${megabytes(after.bytes)} against ${megabytes(before.bytes)}`,
      target: `at most ${megabytes(allowedGrowth)} more`,
      met: growth <= allowedGrowth,
    },
    {
      name: 'fuzz: connections that something still holds',
      value: `${after.connections}, ${after.sockets} sockets`,
      target: 'none',
      met: after.connections === 0 && after.sockets === 0,
    },
  ];
}
