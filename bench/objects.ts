import { type Figure, median, megabytes, spread } from './figures.ts';
import { KeyServer } from './key-server.ts';
import { create, createWith, locate, type TextAttribute, uniqueIdentifierOf } from './kmip-requests.ts';
import { openAll, requestsPerSecond } from './rate.ts';
import { RawClient } from './raw-client.ts';

const keys = 100_000;
const warmUpKeys = 5_000;
const locates = 2_000;
const maxLocateMs = 2;
const maxBytesPerKey = 2_048;
const connections = 16;

/** What vCenter 7.0.3 adds to a key (observed), and a Name. */
function attributesOf(key: number): TextAttribute[] {
  const vm = `4226f566-3ed5-1c8f-cda3-${key.toString(16).padStart(12, '0')}`;
  return [
    ['Name', `key-${key}`],
    ['x-Product_Version', '7.0.3 build-19480866'],
    ['x-Vendor', 'VMware, Inc.'],
    ['x-Product', 'VMware vSphere'],
    ['x-Identifier', vm],
    ['x-Component', 'Virtual Machine'],
    ['x-Name', `test${key}`],
  ];
}

/** Memory per key with few and with many attributes, and Locate among 100,000 of them, at the wire. */
export async function measureObjects(): Promise<Figure[]> {
  return [...(await bareKeys()), ...(await keysWithAttributes())];
}

async function bareKeys(): Promise<Figure[]> {
  const server = await KeyServer.start({ journal: 'short' });
  try {
    return [await storedKeys(server, 'memory per AES key, as Create makes it', () => create)];
  } finally {
    await server.stop();
  }
}

async function keysWithAttributes(): Promise<Figure[]> {
  const server = await KeyServer.start({ journal: 'short' });
  try {
    const name = 'memory per AES key with a Name and the six attributes of vCenter';
    const stored = await storedKeys(server, name, (key) => createWith(...attributesOf(key)));
    return [stored, ...(await locating(server))];
  } finally {
    await server.stop();
  }
}

/** Creates the keys and divides the memory that they have taken. */
async function storedKeys(server: KeyServer, name: string, requestFor: (key: number) => Buffer): Promise<Figure> {
  const clients = await openAll(() => RawClient.open(server.target), connections);
  let key = 0;
  const make = async (client: RawClient) => uniqueIdentifierOf(await client.exchange(requestFor(key++)));
  await requestsPerSecond(clients, { times: warmUpKeys, requests: 1 }, make);
  const before = await server.ask();
  await requestsPerSecond(clients, { times: keys - warmUpKeys, requests: 1 }, make);
  const after = await server.ask();
  for (const client of clients) client.close();
  if (after.objects !== keys) throw new Error(`there are ${after.objects} objects instead of ${keys}`);
  const bytes = (after.bytes - before.bytes) / (after.objects - before.objects);
  return {
    name,
    value: `${Math.round(bytes)} bytes (${megabytes(after.bytes)} for ${keys})`,
    target: 'at most 2 KiB',
    met: bytes <= maxBytesPerKey,
  };
}

async function locating({ target }: KeyServer): Promise<Figure[]> {
  const client = await RawClient.open(target);
  const ways: Record<string, (attributes: TextAttribute[]) => TextAttribute[]> = {
    Name: ([name]) => [name!],
    'a custom attribute': (attributes) => attributes.filter(([name]) => name === 'x-Identifier'),
    'three custom attributes': (attributes) =>
      attributes.filter(([name]) => /^x-(Vendor|Identifier|Component)$/.test(name)),
  };
  const figures: Figure[] = [];
  for (const [way, criteria] of Object.entries(ways)) {
    const times: number[] = [];
    for (let round = 0; round < locates; round++) {
      // Scattered over all keys: 7919 is a prime.
      const request = locate(...criteria(attributesOf((round * 7_919) % keys)));
      const begin = performance.now();
      uniqueIdentifierOf(await client.exchange(request));
      times.push(performance.now() - begin);
    }
    const ms = (value: number) => `${value.toFixed(2)} ms`;
    figures.push({
      name: `Locate among ${keys} keys by ${way}`,
      value: `${ms(median(times))} (${spread(times, ms)})`,
      target: `at most ${maxLocateMs} ms`,
      met: median(times) <= maxLocateMs,
    });
  }
  client.close();
  return figures;
}
