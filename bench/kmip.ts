import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { createCertificateAuthority, createRuntime, KeyPool } from '../core/index.ts';
import { clients, isAbsent } from '../test/interop/clients.ts';
import { startPykmipServer } from '../test/interop/pykmip-server.ts';
import { type Figure, median, percent, spread } from './figures.ts';
import type { FloorSettings } from './floor-server.ts';
import { KeyServer } from './key-server.ts';
import { create, createAndGet, get, uniqueIdentifierOf } from './kmip-requests.ts';
import { openAll, requestsPerSecond } from './rate.ts';
import { RawClient, type Target } from './raw-client.ts';

const rounds = 15;
const pairsPerRound = 2_000;
/** A server runs for weeks: what its first seconds take to compile is not measured. */
const warmUpPairs = 30_000;
/** PyKMIP is slow and far away: some rounds, and few pairs, tell enough. */
const pykmipRounds = 5;
const pykmipPairs = 100;
const manyConnections = 16;

type Work = { times: number; requests: number };
const pairs = (times: number): Work => ({ times, requests: 2 });

/**
 * Requests per second, Create then Get in turn, one at a time on each connection: kmip-server, the floor and PyKMIP's server, each a process
 * of its own, all asked by the same client. Rounds alternate, so that whatever else the machine does strikes all
 * alike; ratios are taken within a round.
 */
export async function measureKmip(): Promise<Figure[]> {
  const keyrig = await KeyServer.start();
  const floor = await startFloor(await answersOf(keyrig.target));
  try {
    return [
      ...(await againstFloor(keyrig.target, floor.target, 1, 0.75)),
      ...(await againstFloor(keyrig.target, floor.target, manyConnections, 0.6)),
      ...(await againstPykmip(keyrig.target)),
    ];
  } finally {
    floor.process.disconnect();
    await keyrig.stop();
  }
}

async function againstFloor(keyrig: Target, floor: Target, connections: number, target: number): Promise<Figure[]> {
  const keyrigClients = await openAll(() => RawClient.open(keyrig), connections);
  const floorClients = await openAll(() => RawClient.open(floor), connections);
  await requestsPerSecond(keyrigClients, pairs(warmUpPairs), createAndGet);
  await requestsPerSecond(floorClients, pairs(warmUpPairs), floorPair);
  const measured: { keyrig: number; floor: number }[] = [];
  for (let round = 0; round < rounds; round++) {
    measured.push({
      floor: await requestsPerSecond(floorClients, pairs(pairsPerRound), floorPair),
      keyrig: await requestsPerSecond(keyrigClients, pairs(pairsPerRound), createAndGet),
    });
  }
  for (const client of [...keyrigClients, ...floorClients]) client.close();
  const shares = measured.map((round) => round.keyrig / round.floor);
  const share = median(shares);
  const where = connections === 1 ? 'one connection' : `${connections} connections`;
  return [
    row(
      `kmip-server, Create and Get in turn, ${where}`,
      measured.map((round) => round.keyrig),
    ),
    row(
      `floor: bare TLS server, constant answers, ${where}`,
      measured.map((round) => round.floor),
    ),
    {
      name: `kmip-server / floor, ${where}`,
      value: `${percent(share)} (${spread(shares, percent)})`,
      target: `at least ${percent(target)}`,
      met: share >= target,
    },
  ];
}

async function againstPykmip(keyrig: Target): Promise<Figure[]> {
  if (isAbsent(clients.pykmip)) return [];
  const pykmip = await startPykmipServer();
  try {
    const { certificatePem: cert, privateKeyPem: key } = pykmip.client;
    const pykmipClient = await RawClient.open({ ...pykmip, cert, key });
    const keyrigClient = await RawClient.open(keyrig);
    await requestsPerSecond([pykmipClient], pairs(10), createAndGet);
    const measured: { keyrig: number; pykmip: number }[] = [];
    for (let round = 0; round < pykmipRounds; round++) {
      measured.push({
        keyrig: await requestsPerSecond([keyrigClient], pairs(pairsPerRound), createAndGet),
        pykmip: await requestsPerSecond([pykmipClient], pairs(pykmipPairs), createAndGet),
      });
    }
    keyrigClient.close();
    pykmipClient.close();
    const times = median(measured.map((round) => round.keyrig / round.pykmip));
    return [
      row(
        "PyKMIP's server, Create and Get in turn, one connection",
        measured.map((round) => round.pykmip),
      ),
      {
        name: "kmip-server / PyKMIP's server",
        value: `${times.toFixed(1)} times`,
        target: 'at least 10 times',
        met: times >= 10,
      },
    ];
  } finally {
    await pykmip.stop();
  }
}

function row(name: string, values: number[]): Figure {
  return { name, value: `${Math.round(median(values))} requests/s`, target: '' };
}

/** The floor gives the answers in turn over all its connections, so any of them may be the first. */
async function floorPair(client: RawClient): Promise<void> {
  const created = await client.exchange(create);
  await client.exchange(get(uniqueIdentifierOf(created)));
}

/** kmip-server's own answers to Create and Get: the floor gives them back, so that the sizes are the same. */
async function answersOf(target: Target): Promise<string[]> {
  const client = await RawClient.open(target);
  const created = await client.exchange(create);
  const got = await client.exchange(get(uniqueIdentifierOf(created)));
  client.close();
  return [created, got].map((answer) => answer.toString('hex'));
}

async function startFloor(answers: string[]): Promise<{ target: Target; process: ChildProcess }> {
  const keys = new KeyPool();
  const authority = createCertificateAuthority({ keys: await keys.fresh(), ...createRuntime() });
  const server = authority.issueServer({ commonName: 'floor', keys: await keys.fresh() });
  const client = authority.issueClient({ commonName: 'bench', keys: await keys.fresh() });
  const ca = authority.certificatePem;
  const child = fork(fileURLToPath(new URL('floor-server.ts', import.meta.url)));
  const settings: FloorSettings = { ca, cert: server.certificatePem, key: server.privateKeyPem, answers };
  child.send(settings);
  const [port] = (await once(child, 'message')) as [number];
  const target = { host: '127.0.0.1', port, ca, cert: client.certificatePem, key: client.privateKeyPem };
  return { target, process: child };
}
