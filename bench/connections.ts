import type { Socket } from 'node:net';
import { createCertificateAuthority, createRuntime, KeyPool } from '../core/index.ts';
import { badClients } from '../test/kmip-server/crowd/bad-clients.ts';
import { failHandshakes } from '../test/kmip-server/crowd/failed-handshakes.ts';
import { type Figure, median, megabytes, milliseconds } from './figures.ts';
import { KeyServer, type KeyServerState } from './key-server.ts';
import { createAndGet } from './kmip-requests.ts';
import { RawClient } from './raw-client.ts';

const liveClients = 500;
const badClientsInAll = 500;
const pairsEach = 4;
const handshakes = 10_000;
/** Handshakes before memory is looked at for the first time. */
const warmUp = 1_000;
const allowedGrowth = 4e6;

/** 1,000 connections at once with the server's own limits, half of them useless; then 10,000 handshakes that fail. */
export async function measureConnections(): Promise<Figure[]> {
  const server = await KeyServer.start({ journal: 'short' });
  try {
    return [...(await crowd(server)), ...(await failures(server))];
  } finally {
    await server.stop();
  }
}

async function crowd({ target, ask }: KeyServer): Promise<Figure[]> {
  const kinds = Object.values(badClients);
  const bad: Socket[] = [];
  const live: RawClient[] = [];
  for (let index = 0; index < badClientsInAll; index++) bad.push(await kinds[index % kinds.length]!(target));
  for (let index = 0; index < liveClients; index++) live.push(await RawClient.open(target));
  const { sockets } = await ask();
  const waits: number[] = [];
  const serve = async (client: RawClient) => {
    for (let pair = 0; pair < pairsEach; pair++) {
      const begin = performance.now();
      await createAndGet(client);
      waits.push((performance.now() - begin) / 2);
    }
  };
  await Promise.all(live.map(serve));
  for (const socket of bad) socket.destroy();
  for (const client of live) client.close();
  const served = waits.length / pairsEach;
  return [
    { name: `open connections, ${badClientsInAll} of them useless`, value: `${sockets}`, target: '' },
    {
      name: 'live clients that were served, all at once',
      value: `${served}`,
      target: `all ${liveClients}`,
      met: served === liveClients,
    },
    {
      name: 'their wait for an answer',
      value: `${milliseconds(median(waits))}, ${milliseconds(Math.max(...waits))} at most`,
      target: '',
    },
  ];
}

async function failures(server: KeyServer): Promise<Figure[]> {
  const stranger = await strangersIdentity();
  const target = { ...server.target, stranger };
  await failHandshakes(target, warmUp, 20);
  const before = await server.ask();
  await failHandshakes(target, handshakes, 20);
  const after = await server.ask();
  const client = await RawClient.open(server.target);
  await createAndGet(client);
  client.close();
  return leaksOf(before, after);
}

/** A client certificate of an authority that the server does not know. */
async function strangersIdentity(): Promise<{ cert: string; key: string }> {
  const keys = new KeyPool();
  const authority = createCertificateAuthority({ keys: await keys.fresh(), ...createRuntime() });
  const identity = authority.issueClient({ commonName: 'stranger', keys: await keys.fresh() });
  return { cert: identity.chainPem, key: identity.privateKeyPem };
}

function leaksOf(before: KeyServerState, after: KeyServerState): Figure[] {
  return [
    {
      name: `after ${handshakes} failed handshakes: connections held anywhere`,
      value: `${after.connections}, ${after.sockets} sockets`,
      target: 'none',
      met: after.connections === 0 && after.sockets === 0,
    },
    {
      name: 'memory after them, against before',
      value: `${megabytes(after.bytes)} against ${megabytes(before.bytes)}`,
      target: `at most ${megabytes(allowedGrowth)} more`,
      met: after.bytes - before.bytes <= allowedGrowth,
    },
  ];
}
