import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createCertificateAuthority, createRuntime, KeyPool } from '../core/index.ts';
import { clients, isAbsent } from '../test/interop/clients.ts';
import { startLab } from '../test/interop/lab-process.ts';
import { startPykmipServer } from '../test/interop/pykmip-server.ts';
import { type Figure, median } from './figures.ts';
import type { FloorSettings } from './floor-server.ts';
import { create, get, uniqueIdentifierOf } from './kmip-requests.ts';
import { RawClient, type Target } from './raw-client.ts';

const rounds = 11;
const pairsPerRound = 2_000;
/** PyKMIP is slow and far away: some rounds, and few pairs, tell enough. */
const pykmipRounds = 5;
const pykmipPairsPerRound = 100;

/**
 * Requests per second on one connection, Create then Get in turn, one at a time: kmip-server in `keyrig up`, the floor
 * and PyKMIP's server, each a process of its own, all asked by the same client. Rounds alternate, so that whatever else
 * the machine does strikes all alike; ratios are taken within a round.
 */
export async function measureKmip(): Promise<Figure[]> {
  // What the lab tells on standard error is not the key server's work.
  const lab = await startLab(['--log-level', 'warn']);
  const { kmip, pki } = lab.ready;
  const read = (path: string) => readFileSync(path, 'utf8');
  const keyrig = { ...kmip, ca: read(pki.ca), cert: read(pki.clientCert), key: read(pki.clientKey) };
  const floor = await startFloor(await answersOf(keyrig));
  const pykmip = isAbsent(clients.pykmip) ? undefined : await startPykmipServer();
  try {
    const kmipClient = await RawClient.open(keyrig);
    const floorClient = await RawClient.open(floor.target);
    const against = pykmip && {
      ...pykmip,
      cert: pykmip.client.certificatePem,
      key: pykmip.client.privateKeyPem,
    };
    const pykmipClient = against && (await RawClient.open(against));
    await requestsPerSecond(kmipClient, pairsPerRound);
    await requestsPerSecond(floorClient, pairsPerRound);
    if (pykmipClient) await requestsPerSecond(pykmipClient, 10);
    const measured: { keyrig: number; floor: number; pykmip?: number }[] = [];
    for (let round = 0; round < rounds; round++) {
      measured.push({
        floor: await requestsPerSecond(floorClient, pairsPerRound),
        keyrig: await requestsPerSecond(kmipClient, pairsPerRound),
        pykmip:
          pykmipClient && round < pykmipRounds ? await requestsPerSecond(pykmipClient, pykmipPairsPerRound) : undefined,
      });
    }
    for (const client of [kmipClient, floorClient, pykmipClient]) client?.close();
    return figuresOf(measured);
  } finally {
    floor.process.disconnect();
    await pykmip?.stop();
    await lab.stop();
  }
}

function figuresOf(measured: { keyrig: number; floor: number; pykmip?: number }[]): Figure[] {
  const rate = (values: number[]) => `${Math.round(median(values))} requests/s`;
  const share = median(measured.map(({ keyrig, floor }) => keyrig / floor));
  const figures: Figure[] = [
    { name: 'kmip-server, Create and Get in turn', value: rate(measured.map(({ keyrig }) => keyrig)), target: '' },
    { name: 'floor: bare TLS server, constant answers', value: rate(measured.map(({ floor }) => floor)), target: '' },
    { name: 'kmip-server / floor', value: `${Math.round(share * 100)} %`, target: 'at least 60 %', met: share >= 0.6 },
  ];
  const pykmip = measured.flatMap(({ keyrig, pykmip }) => (pykmip === undefined ? [] : [{ keyrig, pykmip }]));
  if (pykmip.length === 0) return figures;
  const times = median(pykmip.map(({ keyrig, pykmip }) => keyrig / pykmip));
  return [
    ...figures,
    { name: "PyKMIP's server, the same", value: rate(pykmip.map(({ pykmip }) => pykmip)), target: '' },
    {
      name: "kmip-server / PyKMIP's server",
      value: `${times.toFixed(1)} times`,
      target: 'at least 10 times',
      met: times >= 10,
    },
  ];
}

async function requestsPerSecond(client: RawClient, pairs: number): Promise<number> {
  const begin = performance.now();
  for (let pair = 0; pair < pairs; pair++) {
    const created = await client.exchange(create);
    await client.exchange(get(uniqueIdentifierOf(created)));
  }
  return (2 * pairs * 1_000) / (performance.now() - begin);
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
