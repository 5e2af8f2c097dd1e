import { type ChildProcess, fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { Agent, request } from 'node:https';
import { fileURLToPath } from 'node:url';
import { clients, isAbsent } from '../test/interop/clients.ts';
import { type Figure, median, milliseconds, percent, spread } from './figures.ts';
import { type HttpsLoad, startLoad } from './https-load.ts';
import { benchKeys, type OvhChildSettings } from './ovh-child.ts';

const rounds = 11;
const roundMs = 400;
const warmUpMs = 2_000;
const services = 1_000;
const tasks = 100_000;
const listLimitMs = 50;
const listCalls = 21;
const sslThumbprint = Array(20).fill('AB').join(':');
const host = '127.0.0.1';

/** The OVH API: the rate of a signed GET beside a bare fastify route, and how long its longest lists take. */
export async function measureOvh(): Promise<Figure[]> {
  const mock = await start({ services, sslThumbprint });
  const agent = new Agent({ keepAlive: true, rejectUnauthorized: false });
  try {
    const { text } = await get(mock.port, agent, '/dedicatedCloud/pcc-1');
    const rates = isAbsent(clients.vcsim) ? [] : await compare(mock, JSON.parse(text) as unknown);
    return [...rates, ...(await lists(mock, agent))];
  } finally {
    agent.destroy();
    mock.stop();
  }
}

/** The load comes from the program that the vCenter's figures use. */
async function compare(mock: Server, answer: unknown): Promise<Figure[]> {
  const floor = await start({ answer });
  const figures: Figure[] = [];
  try {
    for (const connections of [1, 16]) {
      const loads = [
        await startLoad({ host, port: mock.port }, wire('GET', mock.port, '/dedicatedCloud/pcc-1'), connections),
        await startLoad({ host, port: floor.port }, wire('GET', floor.port, '/dedicatedCloud/pcc-1'), connections),
      ] as const;
      for (const load of loads) await load.rate(warmUpMs);
      const shares: number[] = [];
      const rates: [number[], number[]] = [[], []];
      for (let round = 0; round < rounds; round++) {
        for (const [index, load] of loads.entries()) rates[index]!.push(await load.rate(roundMs));
        shares.push(rates[0].at(-1)! / rates[1].at(-1)!);
      }
      for (const load of loads) load.stop();
      const share = median(shares);
      figures.push({
        name: `a signed GET of a service / a bare fastify route, ${connections === 1 ? 'one connection' : `${connections} connections`}`,
        value: `${percent(share)} (${spread(shares, percent)}; ${Math.round(median(rates[0]))} and ${Math.round(median(rates[1]))} answers/s)`,
        target: 'at least 60 %',
        met: share >= 0.6,
      });
    }
  } finally {
    floor.stop();
  }
  return figures;
}

async function lists(mock: Server, agent: Agent): Promise<Figure[]> {
  const page = {
    'x-pagination-mode': 'CachedObjectList-Pages',
    'x-pagination-size': '100',
    'x-pagination-number': '500',
  };
  const sorted = { ...page, 'x-pagination-sort': 'taskId', 'x-pagination-sort-order': 'DESC' };
  const filtered = { ...sorted, 'x-pagination-filter': 'state:eq=done' };
  const figures = [
    await duration(`${services} services: the list`, '/dedicatedCloud', {}, services),
    await duration(
      `${services} services: all of them as objects`,
      '/dedicatedCloud',
      { 'x-pagination-mode': page['x-pagination-mode'] },
      services,
    ),
  ];
  const made = await makeTasks(mock, agent);
  const path = '/dedicatedCloud/pcc-1/task';
  figures.push(
    await duration(`${made} tasks of one service: the list`, path, {}, made),
    await duration(`${made} tasks of one service: those in state done`, `${path}?state=done`, {}, made),
    await duration(`${made} tasks of one service: a page of 100 objects`, path, page, 100),
    await duration(`${made} tasks of one service: a page of 100 objects, sorted by taskId`, path, sorted, 100),
    await duration(
      `${made} tasks of one service: the same, filtered by state`,
      path,
      filtered,
      100,
      Number.POSITIVE_INFINITY,
    ),
    await duration(`${made} tasks elsewhere: the tasks of another service`, '/dedicatedCloud/pcc-2/task', {}, 0),
  );
  return figures;

  async function duration(
    name: string,
    path: string,
    headers: Record<string, string>,
    elements: number,
    limitMs = listLimitMs,
  ): Promise<Figure> {
    const times: number[] = [];
    for (let call = 0; call < listCalls; call++) {
      const begin = performance.now();
      const { text } = await get(mock.port, agent, path, headers);
      times.push(performance.now() - begin);
      const { length } = JSON.parse(text) as unknown[];
      if (length !== elements) throw new Error(`${name}: ${length} elements instead of ${elements}`);
    }
    const middle = median(times);
    const value = `${middle.toFixed(1)} ms (${spread(times, milliseconds)})`;
    if (limitMs === Number.POSITIVE_INFINITY) return { name, value, target: '' };
    return { name, value, target: `at most ${limitMs} ms`, met: middle <= limitMs };
  }
}

/** Changes the one KMS of a service over and over; each change is a task that is done at once. Answers how many there are. */
async function makeTasks(mock: Server, agent: Agent): Promise<number> {
  const [kmsId] = JSON.parse((await get(mock.port, agent, '/dedicatedCloud/pcc-1/vmEncryption/kms')).text) as [number];
  const path = `/dedicatedCloud/pcc-1/vmEncryption/kms/${kmsId}/changeProperties`;
  const count = async () =>
    (JSON.parse((await get(mock.port, agent, '/dedicatedCloud/pcc-1/task')).text) as unknown[]).length;
  let made = 0;
  for (let begin = performance.now(); made < tasks; made = await count()) {
    if (performance.now() - begin > 120_000) throw new Error(`only ${made} tasks were made`);
    // Signed anew, lest the signature gets too old.
    const load: HttpsLoad = await startLoad(
      { host, port: mock.port },
      wire('POST', mock.port, path, JSON.stringify({ sslThumbprint })),
      1,
    );
    await load.rate(4_000);
    load.stop();
  }
  return made;
}

/** The headers of a signed request. */
function signed(method: string, port: number, path: string, body = ''): Record<string, string> {
  const { applicationKey, applicationSecret, consumerKey } = benchKeys;
  const timestamp = String(Math.floor(Date.now() / 1000));
  const text = [applicationSecret, consumerKey, method, `https://${host}:${port}/1.0${path}`, body, timestamp].join(
    '+',
  );
  return {
    Host: `${host}:${port}`,
    'X-Ovh-Application': applicationKey,
    'X-Ovh-Consumer': consumerKey,
    'X-Ovh-Timestamp': timestamp,
    'X-Ovh-Signature': `$1$${createHash('sha1').update(text).digest('hex')}`,
    ...(body ? { 'Content-Type': 'application/json', 'Content-Length': String(Buffer.byteLength(body)) } : {}),
  };
}

/** A signed request in bytes. */
function wire(method: string, port: number, path: string, body = ''): Buffer {
  const headers = Object.entries(signed(method, port, path, body)).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`${method} /1.0${path} HTTP/1.1\r\n${headers.join('')}\r\n${body}`);
}

async function get(
  port: number,
  agent: Agent,
  path: string,
  more: Record<string, string> = {},
): Promise<{ text: string }> {
  const headers = { ...signed('GET', port, path), ...more };
  const sent = request({ host, port, path: `/1.0${path}`, headers, agent }).end();
  const [response] = (await once(sent, 'response')) as [AsyncIterable<Buffer> & { statusCode: number }];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  if (response.statusCode !== 200) throw new Error(`GET ${path} answers ${response.statusCode}: ${text}`);
  return { text };
}

interface Server {
  readonly port: number;
  stop(): void;
}

async function start(settings: OvhChildSettings): Promise<Server> {
  const child: ChildProcess = fork(fileURLToPath(new URL('ovh-child.ts', import.meta.url)));
  child.send(settings);
  const [port] = (await once(child, 'message')) as [number];
  return { port, stop: () => child.disconnect() };
}
