import { KeyPool } from '../core/index.ts';
import { createLab } from '../lab/index.ts';
import { keyrig, startLab } from '../test/interop/lab-process.ts';
import { type Figure, median, milliseconds } from './figures.ts';
import { publishedKeyrig } from './published.ts';

const starts = 7;

/** From starting the process `keyrig up --ports auto --json` to its ready line, from SIGTERM to its end, and a second lab in one process. */
export async function measureStartUp(): Promise<Figure[]> {
  const { up, down } = await times(await publishedKeyrig());
  const fromSources = await times(keyrig);
  const second = median(await secondLabs());
  return [
    { name: 'keyrig up, start to ready line', value: milliseconds(up), target: 'at most 1 s', met: up <= 1_000 },
    { name: 'the same from the sources', value: milliseconds(fromSources.up), target: '' },
    { name: 'SIGTERM to its end', value: milliseconds(down), target: 'at most 2 s', met: down <= 2_000 },
    {
      name: 'a second lab in the same process',
      value: milliseconds(second),
      target: 'at most 100 ms',
      met: second <= 100,
    },
  ];
}

/** Medians of several starts and ends of a program, in ms. */
async function times(program: string): Promise<{ up: number; down: number }> {
  const ups: number[] = [];
  const downs: number[] = [];
  for (let run = 0; run < starts; run++) {
    const begin = performance.now();
    const lab = await startLab([], program);
    ups.push(performance.now() - begin);
    const end = performance.now();
    await lab.stop();
    downs.push(performance.now() - end);
  }
  return { up: median(ups), down: median(downs) };
}

/** Starts of labs beside a first one that goes on running; all share its key pool. */
async function secondLabs(): Promise<number[]> {
  const keys = new KeyPool();
  const first = createLab({ keys, ports: 'auto' });
  await first.start();
  const times: number[] = [];
  for (let run = 0; run < starts; run++) {
    const second = createLab({ keys, ports: 'auto' });
    const begin = performance.now();
    await second.start();
    times.push(performance.now() - begin);
    await second.stop();
  }
  await first.stop();
  return times;
}
