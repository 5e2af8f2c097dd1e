import { clients, isAbsent } from '../test/interop/clients.ts';
import { type Figure, median, megabytes, milliseconds, spread } from './figures.ts';
import { startLoad } from './https-load.ts';
import { returned, SoapClient, type SoapTarget, soapRequests } from './soap-client.ts';
import { startChanging, startKeyrig, startVcsim, type VcenterProcess } from './vcenter-processes.ts';

const starts = 7;
const rounds = 11;
const roundMs = 400;
const warmUpMs = 2_000;
const manyConnections = 8;
const waitingClients = 100;
const changes = 20;
const wakeLimitMs = 5;

/**
 * keyrig's vCenter beside vcsim: the same requests by the same client over TLS, in rounds that alternate; then start, memory and how
 * soon waiting clients learn of a change.
 */
export async function measureVcenter(): Promise<Figure[]> {
  return [
    ...(await atSize(1_000, { readyMs: 1_000 })),
    ...(await atSize(10_000, { readyMs: 4_000, memory: 250e6 })),
    ...(await wakeUps(1_000)),
  ];
}

async function atSize(vms: number, limits: { readyMs: number; memory?: number }): Promise<Figure[]> {
  const times: number[] = [];
  for (let start = 1; start < starts; start++) {
    const lab = await startKeyrig(vms);
    times.push(lab.readyAfter);
    await lab.stop();
  }
  const keyrig = await startKeyrig(vms);
  const readyAfter = median([...times, keyrig.readyAfter]);
  const figures: Figure[] = [
    {
      name: `keyrig up with ${vms} powered-on VMs, start to ready line`,
      value: `${milliseconds(readyAfter)} (${spread([...times, keyrig.readyAfter], milliseconds)})`,
      target: `at most ${limits.readyMs / 1_000} s`,
      met: readyAfter <= limits.readyMs,
    },
    memoryOf(keyrig, `memory with ${vms} VMs, ready`, limits.memory),
  ];
  const vcsim = isAbsent(clients.vcsim) ? undefined : await startVcsim(vms);
  try {
    if (vcsim) figures.push(...(await compare(keyrig, vcsim, vms)));
    figures.push(memoryOf(keyrig, `memory with ${vms} VMs, after all that`));
  } finally {
    await keyrig.stop();
    await vcsim?.stop();
  }
  return figures;
}

function memoryOf(server: VcenterProcess, name: string, limit?: number): Figure {
  const bytes = server.memory();
  if (bytes === undefined) return { name, value: 'not known', target: '' };
  if (limit === undefined) return { name, value: megabytes(bytes), target: '' };
  return { name, value: megabytes(bytes), target: `at most ${megabytes(limit)}`, met: bytes <= limit };
}

/** A server, a client that is logged in to it, and what is asked of it. */
interface Asked {
  readonly target: SoapTarget;
  readonly first: SoapClient;
  readonly requests: { readonly currentTime: Buffer; readonly property: Buffer; readonly inventory: Buffer };
}

async function compare(keyrig: VcenterProcess, vcsim: VcenterProcess, vms: number): Promise<Figure[]> {
  const both = { keyrig: await ask(keyrig, vms), vcsim: await ask(vcsim, vms) };
  const figures: Figure[] = [];
  const add = async (what: string, request: keyof Asked['requests'], connections: number, least: number) => {
    figures.push(...(await ratio(`${what}, ${vms} VMs`, both, request, connections, least)));
  };
  if (vms === 1_000) {
    for (const connections of [1, manyConnections]) {
      await add('CurrentTime', 'currentTime', connections, 1);
      await add('one property of one VM', 'property', connections, 1);
    }
  }
  await add('two properties of all VMs', 'inventory', 1, 3);
  both.keyrig.first.close();
  both.vcsim.first.close();
  return figures;
}

/** Logs in, and makes sure that the answers are what was asked for. */
async function ask({ target }: VcenterProcess, vms: number): Promise<Asked> {
  const first = await SoapClient.open(target);
  const view = returned(await first.exchange(first.request(soapRequests.view)));
  const inventory = first.request(soapRequests.inventory(view));
  const answer = (await first.exchange(inventory)).toString();
  const told = answer.split('>runtime.powerState</name>').length - 1;
  if (told !== vms) throw new Error(`${told} VMs were told of, not ${vms}`);
  const vm = /<obj type="VirtualMachine">([^<]*)</.exec(answer)?.[1] ?? '';
  const requests = {
    currentTime: first.request(soapRequests.currentTime),
    property: first.request(soapRequests.property(vm)),
    inventory,
  };
  return { target, first, requests };
}

async function ratio(
  name: string,
  both: { keyrig: Asked; vcsim: Asked },
  request: keyof Asked['requests'],
  connections: number,
  least: number,
): Promise<Figure[]> {
  const start = ({ target, requests, first }: Asked) =>
    // Answers in chunks have no length that the load could go by.
    request === 'inventory'
      ? { rate: (ms: number) => answersPerSecond(first, requests.inventory, ms), stop: () => {} }
      : startLoad(target, requests[request], connections);
  const keyrig = await start(both.keyrig);
  const vcsim = await start(both.vcsim);
  await keyrig.rate(warmUpMs);
  await vcsim.rate(warmUpMs);
  const measured: { keyrig: number; vcsim: number }[] = [];
  for (let round = 0; round < rounds; round++) {
    measured.push({ vcsim: await vcsim.rate(roundMs), keyrig: await keyrig.rate(roundMs) });
  }
  keyrig.stop();
  vcsim.stop();
  const ratios = measured.map((round) => round.keyrig / round.vcsim);
  const where = `${name}, ${connections === 1 ? 'one connection' : `${connections} connections`}`;
  const times = (value: number) => `${value.toFixed(2)} times`;
  const perSecond = (server: 'keyrig' | 'vcsim') => median(measured.map((round) => round[server])).toFixed(1);
  return [
    {
      name: `${where}: keyrig / vcsim`,
      value: `${times(median(ratios))} (${spread(ratios, times)}; ${perSecond('keyrig')} and ${perSecond('vcsim')} answers/s)`,
      target: `at least ${times(least)}`,
      met: median(ratios) >= least,
    },
  ];
}

/** A client repeats a request for so long. */
async function answersPerSecond(client: SoapClient, request: Buffer, ms: number): Promise<number> {
  let answers = 0;
  const begin = performance.now();
  // At least one, however long it takes.
  do {
    await client.exchange(request);
    answers++;
  } while (performance.now() - begin < ms);
  return (answers * 1_000) / (performance.now() - begin);
}

/** From a change of one VM to the answers of clients that wait for changes of all VMs. */
async function wakeUps(vms: number): Promise<Figure[]> {
  const vcenter = await startChanging(vms);
  try {
    const open = await Promise.all(Array.from({ length: waitingClients }, () => SoapClient.open(vcenter.target)));
    for (const client of open) await watch(client);
    const firsts: number[] = [];
    const medians: number[] = [];
    const lasts: number[] = [];
    let version = '1';
    for (let change = 0; change < changes; change++) {
      const arrivals: number[] = [];
      const waits = open.map(async (client) => {
        const answer = await client.exchange(client.request(soapRequests.wait(version)));
        arrivals.push(performance.timeOrigin + performance.now());
        return /<version>(\d+)</.exec(answer.toString())?.[1] ?? '';
      });
      // All of them must be waiting.
      await new Promise((resolve) => setTimeout(resolve, 200));
      const time = await vcenter.change();
      const versions = await Promise.all(waits);
      version = versions[0] ?? '';
      const delays = arrivals.map((arrival) => arrival - time).sort((a, b) => a - b);
      firsts.push(delays[0]!);
      medians.push(median(delays));
      lasts.push(delays.at(-1)!);
    }
    for (const client of open) client.close();
    const shown = (value: number) => `${value.toFixed(1)} ms`;
    const name = `WaitForUpdatesEx, ${waitingClients} clients that watch ${vms} VMs: from a change to`;
    return [
      { name: `${name} the first answer`, value: shown(median(firsts)), target: '' },
      {
        name: `${name} half of the answers`,
        value: `${shown(median(medians))} (${spread(medians, shown)})`,
        target: `at most ${wakeLimitMs} ms`,
        met: median(medians) <= wakeLimitMs,
      },
      { name: `${name} the last answer`, value: `${shown(median(lasts))} (${spread(lasts, shown)})`, target: '' },
    ];
  } finally {
    vcenter.stop();
  }
}

/** Makes a filter on all VMs, and takes what it tells at first. */
async function watch(client: SoapClient): Promise<void> {
  const view = returned(await client.exchange(client.request(soapRequests.view)));
  await client.exchange(client.request(soapRequests.filter(view)));
  await client.exchange(client.request(soapRequests.wait('')));
}
