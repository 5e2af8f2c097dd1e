import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hasPostgresql, startPostgresql } from '../test/kmip-server/stores/postgresql-server.ts';
import { type Figure, median, percent, spread } from './figures.ts';
import { KeyServer } from './key-server.ts';
import { create, uniqueIdentifierOf } from './kmip-requests.ts';
import { openAll, requestsPerSecond } from './rate.ts';
import { RawClient } from './raw-client.ts';

const connections = 16;
const rounds = 9;
const keysPerRound = 2_000;
const warmUpKeys = 20_000;
const wantedShare = 0.25;

const makeKey = async (client: RawClient) => uniqueIdentifierOf(await client.exchange(create));

/** A key server with some store, and the clients that are connected to it. */
interface Contestant {
  name: string;
  server: KeyServer;
  clients: RawClient[];
  rates: number[];
}

async function contestant(name: string, server: KeyServer): Promise<Contestant> {
  const clients = await openAll(() => RawClient.open(server.target), connections);
  await requestsPerSecond(clients, { times: warmUpKeys, requests: 1 }, makeKey);
  return { name, server, clients, rates: [] };
}

/** Creates per second on 16 connections with each kind of store, in rounds that alternate. */
export async function measureStores(): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'keyrig-bench-'));
  const key = randomBytes(32).toString('hex');
  const postgresql = hasPostgresql ? await startPostgresql() : undefined;
  const contestants: Contestant[] = [];
  try {
    contestants.push(await contestant('memory', await KeyServer.start()));
    const file = { type: 'file', path: join(folder, 'objects.sqlite'), key } as const;
    contestants.push(await contestant('file', await KeyServer.start({ store: file })));
    if (postgresql) {
      const store = { type: 'postgresql', url: postgresql.url(), key } as const;
      contestants.push(await contestant('PostgreSQL on the same machine, fsync off', await KeyServer.start({ store })));
    }
    for (let round = 0; round < rounds; round++) {
      for (const { clients, rates } of contestants) {
        rates.push(await requestsPerSecond(clients, { times: keysPerRound, requests: 1 }, makeKey));
      }
    }
    return figuresOf(contestants);
  } finally {
    for (const { clients, server } of contestants) {
      for (const client of clients) client.close();
      await server.stop();
    }
    await postgresql?.remove();
    rmSync(folder, { recursive: true, force: true });
  }
}

function figuresOf([memory, ...stores]: Contestant[]): Figure[] {
  const { rates: base } = memory as Contestant;
  const figures = [{ name: 'Create, store in memory', value: `${Math.round(median(base))} requests/s`, target: '' }];
  for (const { name, rates } of stores) {
    const shares = rates.map((rate, round) => rate / (base[round] as number));
    const share = median(shares);
    const value = `${Math.round(median(rates))} requests/s, ${percent(share)} of memory's (${spread(shares, percent)})`;
    const goal =
      name === 'file' ? { target: `at least ${percent(wantedShare)}`, met: share >= wantedShare } : { target: '' };
    figures.push({ name: `Create, store: ${name}`, value, ...goal });
  }
  return figures;
}
