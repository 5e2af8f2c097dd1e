/**
 * Starts and stops labs one after the other in this process, and says what they leave behind. Exit code 1 when it is a socket, a
 * timer or more than 5 MiB of heap.
 *
 *     npm run leaks [-- 1000]
 */
import { setTimeout as passed } from 'node:timers/promises';
import { KeyPool, ManualClock } from '../core/index.ts';
import { createLab } from '../lab/index.ts';
import { worldSchema } from '../lab/world/schema.ts';

const labs = Number(process.argv[2] ?? 1_000);
/** Labs before the first measurement: until then code is compiled and caches are filled. */
const warmUp = 50;
const allowedMiB = 5;

const keys = new KeyPool();
const world = worldSchema.parse({
  ovh: { delivered: ['kms-1'] },
  vcenter: { vms: [{ name: 'web-1' }], keyProviders: [{ name: 'keyrig' }] },
});

/** A lab whose vCenter has dialled its KMS; every second one on a manual clock with calls that are still due. */
async function startAndStop(index: number): Promise<void> {
  const lab = createLab({ world, keys, ports: 'auto', clock: index % 2 === 0 ? new ManualClock() : undefined });
  await lab.start();
  await lab.stop();
}

async function heapInMiB(): Promise<number> {
  for (let round = 0; round < 5; round++) {
    globalThis.gc?.();
    await passed(20);
  }
  return process.memoryUsage().heapUsed / 2 ** 20;
}

if (!globalThis.gc) throw new Error('run it with node --expose-gc');
for (let index = 0; index < warmUp; index++) await startAndStop(index);
const before = await heapInMiB();
const began = performance.now();
for (let index = 0; index < labs; index++) await startAndStop(index);
const each = (performance.now() - began) / labs;
const growth = (await heapInMiB()) - before;
const left = process.getActiveResourcesInfo().filter((resource) => !/^(TTY|Pipe)/.test(resource));
console.log(
  `${labs} labs, ${each.toFixed(0)} ms each: the heap grew by ${growth.toFixed(2)} MiB (at most ${allowedMiB}); ` +
    `sockets and timers left: ${left.join(', ') || 'none'}`,
);
if (growth > allowedMiB || left.length > 0) process.exitCode = 1;
