import { describe, expect, it } from 'vitest';
import { advanceWhenQuiet, createScaledClock, ManualClock } from '../../core/index.ts';

describe('ManualClock', () => {
  it('runs what falls due, in order of time and then of setting, before advance resolves', async () => {
    const clock = new ManualClock(1_000);
    const seen: string[] = [];
    clock.setTimeout(() => seen.push(`b@${clock.now()}`), 20);
    clock.setTimeout(() => seen.push(`a@${clock.now()}`), 10);
    clock.setTimeout(() => seen.push(`c@${clock.now()}`), 20);
    await clock.advance(20);
    expect(seen).toEqual(['a@1010', 'b@1020', 'c@1020']);
    expect(clock.now()).toBe(1_020);
  });

  it('runs what a call sets up when that falls due on the same way', async () => {
    const clock = new ManualClock(0);
    const seen: number[] = [];
    const tick = async () => {
      for (let i = 0; i < 3; i++) {
        await clock.sleep(10);
        seen.push(clock.now());
      }
    };
    void tick();
    await clock.advance(100);
    expect(seen).toEqual([10, 20, 30]);
    expect(clock.now()).toBe(100);
  });

  it('repeats intervals and forgets cleared ones', async () => {
    const clock = new ManualClock(0);
    let calls = 0;
    const timer = clock.setInterval(() => calls++, 300);
    await clock.advance(1_000);
    expect(calls).toBe(3);
    timer.clear();
    await clock.advance(1_000);
    expect(calls).toBe(3);
  });

  it('ends a sleep that is cancelled with ERR_ABORTED', async () => {
    const clock = new ManualClock(0);
    const abort = new AbortController();
    const sleep = clock.sleep(10, abort.signal);
    abort.abort();
    await expect(sleep).rejects.toMatchObject({ code: 'ERR_ABORTED' });
    expect(clock.nextDue).toBeUndefined();
  });

  it('does not count calls in the background as due, and runs them when time has passed', async () => {
    const clock = new ManualClock(0);
    let ran = false;
    clock.setTimeout(
      () => {
        ran = true;
      },
      1000,
      { background: true },
    );
    expect(clock.nextDue).toBeUndefined();
    await clock.advance(999);
    expect(ran).toBe(false);
    await clock.advance(1);
    expect(ran).toBe(true);
  });

  it('moves by itself when all is quiet, but not while it is held', async () => {
    const clock = new ManualClock(0);
    const stop = new AbortController();
    const release = clock.hold();
    let woke = false;
    const sleeper = clock.sleep(10_000).then(() => {
      woke = true;
    });
    const mover = advanceWhenQuiet(clock, { activity: () => 0 }, stop.signal);
    for (let i = 0; i < 60; i++) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(woke).toBe(false);
    release();
    await sleeper;
    expect(clock.now()).toBe(10_000);
    stop.abort();
    await mover;
  });
});

it('a scaled clock starts where it is told and runs faster', async () => {
  const clock = createScaledClock(1_000, 5_000_000);
  const before = clock.now();
  expect(before).toBeGreaterThanOrEqual(5_000_000);
  await clock.sleep(10_000);
  expect(clock.now() - before).toBeGreaterThanOrEqual(9_000);
});
