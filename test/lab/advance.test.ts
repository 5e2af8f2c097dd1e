import { afterEach, expect, it } from 'vitest';
import { createRealClock, type JournalEntry, type JsonObject, KeyPool, ManualClock } from '../../core/index.ts';
import { createLab, type Lab, type World } from '../../lab/index.ts';

const keys = new KeyPool();
const start = Date.UTC(2026, 0, 1);
let lab: Lab;
afterEach(() => lab.stop());

/** OVHcloud looks at the KMS's certificate, vCenter checks its health, each every 300 s. */
const world: World = {
  kms: [{ name: 'kms-1', certificate: 'valid' }],
  ovh: { delivered: ['kms-1'], watchThumbprints: true },
  vcenter: { keyProviders: [{ name: 'keyrig', default: true }] },
};

async function started(faults: Parameters<typeof createLab>[0] = {}): Promise<Lab> {
  lab = createLab({ world, clock: new ManualClock(start), ports: 'auto', keys, ...faults });
  await lab.start();
  return lab;
}

/** When entries were recorded, in seconds since the start. */
function secondsOf(pattern: JsonObject, since = 0): number[] {
  return lab.runtime.journal.entries(pattern, since).map((entry: JournalEntry) => (entry.time - start) / 1_000);
}

it('lets what is repeated on two planes happen each time, and at its time', async () => {
  await started();
  const before = lab.runtime.journal.count;
  await lab.advance(3_600_000);
  const everyFive = Array.from({ length: 12 }, (_, index) => 300 * (index + 1));
  expect(secondsOf({ event: 'ovh.thumbprint.watch' }, before)).toEqual(everyFive);
  expect(secondsOf({ event: 'vcenter.kmip.health-check' }, before)).toEqual(everyFive);
  // Discover Versions twice for each check, answered by the KMS before time went on.
  expect(secondsOf({ event: 'kmip.request' }, before)).toEqual(everyFive.flatMap((time) => [time, time]));
  expect(lab.runtime.clock.now()).toBe(start + 3_600_000);
});

it('runs timers that one plane sets because of a timer of another', async () => {
  // vCenter's check is due at 300 s; the KMS waits 7 s before each of its two handshakes: the probe and the session.
  await started({
    faults: [{ id: 'slow', at: 'kmip.connection', when: { after: 200_000 }, then: { delay: 7_000 } }],
    world: { ...world, ovh: { delivered: ['kms-1'] } },
  });
  const before = lab.runtime.journal.count;
  await lab.advance(313_999);
  expect(secondsOf({ event: 'kmip.handshake' }, before)).toEqual([307]);
  expect(secondsOf({ event: 'kmip.request' }, before)).toEqual([]);
  await lab.advance(1);
  expect(secondsOf({ event: 'kmip.handshake' }, before)).toEqual([307, 314]);
  expect(secondsOf({ event: 'kmip.request' }, before)).toEqual([314, 314]);
});

it('ends a task at OVHcloud whose stages each wait for the clock, and what vCenter waits for meanwhile', async () => {
  await started({
    world: {
      ...world,
      vcenter: undefined,
      ovh: {
        services: [
          {
            serviceName: 'pcc-192-0-2-10',
            tasks: [{ taskId: 7, name: 'upgrade', type: 'maintenance', executionMinutes: 60, durationMinutes: 30 }],
          },
        ],
      },
    },
  });
  await lab.advance(90 * 60_000 - 1);
  expect(lab.ovhTasks.find(({ taskId }) => taskId === 7)).toMatchObject({ state: 'doing' });
  await lab.advance(60_000);
  expect(lab.ovhTasks.find(({ taskId }) => taskId === 7)).toMatchObject({ state: 'done' });
});

it('is refused while time is being moved already', async () => {
  await started();
  const first = lab.advance(1_000);
  await expect(lab.advance(1_000)).rejects.toMatchObject({ code: 'ERR_OPTION' });
  await first;
  expect(lab.runtime.clock.now()).toBe(start + 1_000);
});

it('waits for a clock that runs by itself', async () => {
  await started({ clock: createRealClock(), world: { gateway: 'open' } });
  const before = lab.runtime.clock.now();
  await lab.advance(20);
  expect(lab.runtime.clock.now() - before).toBeGreaterThanOrEqual(20);
});
