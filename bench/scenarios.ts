import { runKeyrig } from '../test/interop/lab-process.ts';
import { type Figure, median, milliseconds } from './figures.ts';

const runs = 7;

/** `keyrig run` as a process: the guide by itself and with the start of the process, and all shipped scenarios. */
export async function measureScenarios(): Promise<Figure[]> {
  const guides: { scenario: number; command: number }[] = [];
  for (let run = 0; run < runs; run++) guides.push(await timed('scenarios/guide'));
  const guide = median(guides.map(({ scenario }) => scenario));
  const command = median(guides.map((times) => times.command));
  const all = (await timed('scenarios')).command;
  return [
    {
      name: 'the guide scenario, its lab included',
      value: milliseconds(guide),
      target: 'at most 1 s',
      met: guide <= 1_000,
    },
    { name: 'keyrig run scenarios/guide, the whole command', value: milliseconds(command), target: '' },
    { name: 'keyrig run scenarios', value: milliseconds(all), target: 'at most 15 s', met: all <= 15_000 },
  ];
}

/** ms: of the (last) scenario as keyrig reports it, and of the whole command. */
async function timed(files: string): Promise<{ scenario: number; command: number }> {
  const begin = performance.now();
  const { code, stdout, stderr } = await runKeyrig('run', files);
  const command = performance.now() - begin;
  if (code !== 0) throw new Error(`keyrig run ${files} ended with ${code}\n${stdout.slice(-2_000)}${stderr}`);
  const [, value = 'NaN', unit] = /passed \d+\/\d+ in ([\d.]+) (m?s) /.exec(stdout) ?? [];
  return { scenario: Number(value) * (unit === 's' ? 1_000 : 1), command };
}
