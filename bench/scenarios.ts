import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../test/interop/clients.ts';
import { run } from '../test/interop/lab-process.ts';
import { type Figure, median, milliseconds } from './figures.ts';
import { publishedKeyrig } from './published.ts';

const runs = 7;
const copies = 4;
const leastRuns = 500;
const limitMs = 60_000;

/** `keyrig run` of the published package: the guide by itself and with the start of the process; all shipped scenarios several times. */
export async function measureScenarios(): Promise<Figure[]> {
  const guides: Timed[] = [];
  for (let time = 0; time < runs; time++) {
    guides.push(await timed([join(root, 'scenarios/guide/guide.scenario.yaml')]));
  }
  const guide = median(guides.map(({ scenario }) => scenario));
  const command = median(guides.map((times) => times.command));
  const once = await timed([join(root, 'scenarios')]);
  const many = await withCopies((folder) => timed([folder, '--workers', '2']));
  return [
    {
      name: 'the guide scenario, its lab included',
      value: milliseconds(guide),
      target: 'at most 1 s',
      met: guide <= 1_000,
    },
    { name: 'keyrig run of the guide scenario, the whole command', value: milliseconds(command), target: '' },
    { name: `keyrig run scenarios (${once.runs} runs, one process)`, value: milliseconds(once.command), target: '' },
    {
      name: `${many.runs} runs of the shipped scenarios, --workers 2, the whole command`,
      value: milliseconds(many.command),
      target: `${leastRuns} in ${limitMs / 1_000} s`,
      met: many.runs >= leastRuns && many.command <= limitMs,
    },
  ];
}

/** ms: of the (last) scenario as keyrig reports it, and of the whole command; how many scenarios it ran. */
interface Timed {
  scenario: number;
  command: number;
  runs: number;
}

async function timed(args: string[]): Promise<Timed> {
  const program = await publishedKeyrig();
  const begin = performance.now();
  const { code, stdout, stderr } = await run(process.execPath, [program, 'run', ...args]);
  const command = performance.now() - begin;
  if (code !== 0) throw new Error(`keyrig run ${args.join(' ')} ended with ${code}\n${stdout.slice(-2_000)}${stderr}`);
  const [, value = 'NaN', unit] = /passed \d+\/\d+ in ([\d.]+) (m?s) /.exec(stdout) ?? [];
  const [, count = 'NaN'] = /^(\d+) scenarios?: \1 passed/m.exec(stdout) ?? [];
  return { scenario: Number(value) * (unit === 's' ? 1_000 : 1), command, runs: Number(count) };
}

/** Gives a folder with several copies of the shipped scenarios. */
async function withCopies<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'keyrig-scenarios-'));
  try {
    for (let copy = 1; copy <= copies; copy++) {
      cpSync(join(root, 'scenarios'), join(folder, String(copy)), { recursive: true });
    }
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
