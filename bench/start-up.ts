import { KeyPool } from '../core/index.ts';
import { createLab } from '../lab/index.ts';
import { startLab } from '../test/interop/lab-process.ts';
import { type Figure, median, milliseconds } from './figures.ts';

const starts = 7;

/** From starting the process `keyrig up --ports auto --json` to its ready line, and a second lab in one process. */
export async function measureStartUp(): Promise<Figure[]> {
  const processes: number[] = [];
  for (let run = 0; run < starts; run++) {
    const begin = performance.now();
    const lab = await startLab();
    processes.push(performance.now() - begin);
    await lab.stop();
  }
  const up = median(processes);
  const second = median(await secondLabs());
  return [
    { name: 'keyrig up, start to ready line', value: milliseconds(up), target: 'at most 1 s', met: up <= 1_000 },
    {
      name: 'a second lab in the same process',
      value: milliseconds(second),
      target: 'at most 100 ms',
      met: second <= 100,
    },
  ];
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
