import { performance } from 'node:perf_hooks';
import { type Clock, ManualClock, stopwatch } from './clock.ts';
import { requireIdle } from './state.ts';

/** How long a turn of the event loop waits for an event (ms). */
const turnMs = 1;

/** So many turns without any event make this process quiet. */
const idleTurns = 8;

/**
 * Other labs or clients in the same process keep its event loop busy, and other processes are not seen in it: then so many turns in
 * which the lab itself does nothing have to do.
 */
const silentTurns = 100;

/** What has been asked of the operating system and is not in any event yet. A write may wait for its reader for good, so it does not count. */
const underWay = /^FSReq|^GetAddrInfo|^TCPConnect/;

/** What tells that nothing happens. */
export interface Stillness {
  /** A number that grows with everything that happens, such as the journal's length. */
  activity: () => number;
  /** Another process takes part: that this one waits for events says nothing about it. */
  foreign?: boolean;
}

/**
 * Waits until nothing has happened for a while. "A while" is counted in turns of the event loop, not in elapsed time, so that a
 * process which was merely stalled still reads its sockets before its time-outs strike. What travels between sockets of this
 * process is there at the next turn: a few turns without any event of the loop are enough.
 *
 * @returns false when the signal fired first
 */
async function stillness(
  clock: ManualClock,
  { activity, foreign = false }: Stillness,
  share: number,
  signal?: AbortSignal,
): Promise<boolean> {
  let seen = activity();
  let events = loopEvents();
  let idle = 0;
  let silent = 0;
  while (!signal?.aborted) {
    await new Promise((resolve) => setTimeout(resolve, turnMs));
    const current = activity();
    const currentEvents = loopEvents();
    if (current !== seen || clock.held) silent = idle = 0;
    else {
      silent++;
      idle = !foreign && currentEvents === events && !isUnderWay() ? idle + 1 : 0;
    }
    seen = current;
    events = currentEvents;
    if (idle >= idleTurns * share || silent >= silentTurns * share) return !signal?.aborted;
  }
  return false;
}

/** How many events the loop of this process has handled: its timers are none of them. */
function loopEvents(): number {
  return performance.nodeTiming.uvMetricsInfo.events;
}

function isUnderWay(): boolean {
  return process.getActiveResourcesInfo().some((resource) => underWay.test(resource));
}

/** Moves a manual clock to its next due call whenever all is still, until the signal fires. */
export async function advanceWhenQuiet(clock: ManualClock, what: Stillness, signal: AbortSignal): Promise<void> {
  while (await stillness(clock, what, 1, signal)) {
    // Who advances it moves it alone; what only waits in the background asks for no time.
    if (clock.steered || clock.nextDue === undefined) continue;
    // What falls due in the background on the way comes to rest first, too.
    await clock.advance((clock.nextCall ?? clock.now()) - clock.now());
  }
}

/** Does some work; on a manual clock time moves by itself meanwhile whenever all is still. */
export async function whileTimeMayPass<T>(clock: Clock, what: Stillness, work: () => Promise<T>): Promise<T> {
  if (!(clock instanceof ManualClock)) return work();
  const done = new AbortController();
  void advanceWhenQuiet(clock, what, done.signal);
  try {
    return await work();
  } finally {
    done.abort();
  }
}

/**
 * Resolves when all is still: what began by itself at this time has done its work. Half as long as what moves a clock, so that who
 * waits for this goes on before time does.
 */
export async function untilQuiet(clock: ManualClock, what: Stillness): Promise<void> {
  await stillness(clock, what, 0.5);
}

/** So many turns in a row without anything that runs or happens make a lab idle. */
const idleTurnsOfLab = 4;

/**
 * Resolves when nothing runs and nothing happens, whatever the clock: then a state can be saved.
 * @param running what runs, in words
 * @param withinMs of real time
 * @throws KeyrigError ERR_BUSY when something still runs then
 */
export async function untilIdle(
  clock: Clock,
  { activity, running }: { activity: () => number; running: () => readonly string[] },
  withinMs: number,
): Promise<void> {
  const elapsed = stopwatch();
  let seen = activity();
  for (let idle = 0; idle < idleTurnsOfLab; ) {
    const isMoving = clock instanceof ManualClock && (clock.held || clock.steered);
    // A clock that moves by itself stands still while this looks whether anything happens, but not while something waits for it.
    const release = !isMoving && running().length === 0 ? clock.hold() : undefined;
    await new Promise((resolve) => setTimeout(resolve, turnMs));
    release?.();
    const current = activity();
    idle = release && current === seen && running().length === 0 ? idle + 1 : 0;
    seen = current;
    if (idle === 0 && elapsed() > withinMs) {
      const what = running();
      requireIdle(what.length > 0 ? what : ['something that does not end'], 'the lab');
    }
  }
}

/**
 * Moves a manual clock forward by `ms`. Everything that falls due on the way happens at its time and in order, and what it leads
 * to, over sockets too, comes to rest before the next: a timer that such work sets runs as well when it falls due on the way.
 * Throws ERR_OPTION when the clock is being advanced already.
 */
export function advanceInOrder(clock: ManualClock, ms: number, what: Stillness): Promise<void> {
  return clock.steer(async () => {
    const target = clock.now() + Math.max(0, ms);
    for (;;) {
      await untilQuiet(clock, what);
      const due = clock.nextCall;
      if (due === undefined || due > target) break;
      await clock.advance(due - clock.now());
    }
    await clock.advance(target - clock.now());
  });
}
