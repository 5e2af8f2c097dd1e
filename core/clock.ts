import { KeyrigError } from './errors.ts';

/** A pending call on a clock. */
export interface ClockTimer {
  /** Cancels the call; does nothing when it has run. */
  clear(): void;
}

/**
 * The only source of time for the planes. All values are milliseconds; `now()` counts from the Unix epoch.
 * A lab has one clock that all its planes share.
 */
export interface Clock {
  readonly mode: 'real' | 'manual' | 'scaled';
  now(): number;
  /**
   * Calls back once after `ms`. A call in the `background` waits for time to pass but never asks for it: it keeps no process
   * alive, and a manual clock that moves by itself does not move for it.
   */
  setTimeout(callback: () => void, ms: number, options?: { background?: boolean }): ClockTimer;
  setInterval(callback: () => void, ms: number): ClockTimer;
  /** Resolves after `ms`; rejects with ERR_ABORTED when the signal fires first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /**
   * Says that real work is going on (a key is being made, for example): a manual clock that moves by itself
   * when all is quiet waits until the returned function was called.
   */
  hold(): () => void;
  /**
   * Shows another time (ms since the epoch) from now on: that of a saved state. Calls that are pending keep what is left of their waits.
   */
  turnTo(time: number): void;
}

/** Does real work that a manual clock must not run ahead of, such as making a key; see {@link Clock.hold}. */
export async function heldWhile<T>(clock: Clock, work: () => Promise<T>): Promise<T> {
  const release = clock.hold();
  try {
    return await work();
  } finally {
    release();
  }
}

function sleepOn(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      timer.clear();
      reject(new KeyrigError('ERR_ABORTED', 'the wait was cancelled', { cause: signal?.reason }));
    };
    if (signal?.aborted) {
      reject(new KeyrigError('ERR_ABORTED', 'the wait was cancelled', { cause: signal.reason }));
      return;
    }
    const timer = clock.setTimeout(() => {
      signal?.removeEventListener('abort', abort);
      resolve();
    }, ms);
    signal?.addEventListener('abort', abort, { once: true });
  });
}

/** The machine's time, optionally `factor` times as fast; `start` (ms) shifts the origin of a scaled clock. */
class RunningClock implements Clock {
  readonly mode: 'real' | 'scaled';
  readonly #factor: number;
  #realOrigin: number;
  #origin: number;

  constructor(mode: 'real' | 'scaled', factor: number, start?: number) {
    this.mode = mode;
    this.#factor = factor;
    this.#realOrigin = Date.now();
    this.#origin = start ?? this.#realOrigin;
  }

  now(): number {
    return Math.floor(this.#origin + (Date.now() - this.#realOrigin) * this.#factor);
  }

  setTimeout(callback: () => void, ms: number, options: { background?: boolean } = {}): ClockTimer {
    const handle = setTimeout(callback, ms / this.#factor);
    if (options.background) handle.unref();
    return { clear: () => clearTimeout(handle) };
  }

  setInterval(callback: () => void, ms: number): ClockTimer {
    const handle = setInterval(callback, ms / this.#factor);
    return { clear: () => clearInterval(handle) };
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return sleepOn(this, ms, signal);
  }

  hold(): () => void {
    return () => {};
  }

  turnTo(time: number): void {
    this.#realOrigin = Date.now();
    this.#origin = time;
  }
}

/** The machine's clock. */
export function createRealClock(): Clock {
  return new RunningClock('real', 1);
}

/** A clock that runs `factor` times as fast as the machine's, from `start` (ms since the epoch; default now). */
export function createScaledClock(factor: number, start?: number): Clock {
  if (!(factor > 0)) throw new KeyrigError('ERR_OPTION', `a clock's factor must be positive, not ${factor}`);
  return new RunningClock('scaled', factor, start);
}

interface PendingCall {
  due: number;
  order: number;
  callback: () => void;
  every?: number;
  background?: boolean;
}

/**
 * A clock that stands still until it is advanced. Calls that fall due together run in the order they were set.
 */
export class ManualClock implements Clock {
  readonly mode = 'manual';
  #now: number;
  #order = 0;
  #holds = 0;
  readonly #pending = new Set<PendingCall>();
  #steered = false;

  /** @param start ms since the epoch; default: the machine's time now. */
  constructor(start: number = Date.now()) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  setTimeout(callback: () => void, ms: number, options: { background?: boolean } = {}): ClockTimer {
    return this.#add(callback, ms, undefined, options.background);
  }

  setInterval(callback: () => void, ms: number): ClockTimer {
    // An interval of zero would keep advance() from ending.
    return this.#add(callback, ms, Math.max(1, ms));
  }

  #add(callback: () => void, ms: number, every?: number, background = false): ClockTimer {
    const call: PendingCall = { due: this.#now + Math.max(0, ms), order: this.#order++, callback, every, background };
    this.#pending.add(call);
    return { clear: () => void this.#pending.delete(call) };
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return sleepOn(this, ms, signal);
  }

  hold(): () => void {
    this.#holds++;
    let held = true;
    return () => {
      if (held) this.#holds--;
      held = false;
    };
  }

  turnTo(time: number): void {
    const moved = time - this.#now;
    this.#now = time;
    for (const call of this.#pending) call.due += moved;
  }

  /** True while someone holds the clock; see {@link Clock.hold}. */
  get held(): boolean {
    return this.#holds > 0;
  }

  /** When the next call falls due that is not in the background (ms since the epoch), or undefined when there is none. */
  get nextDue(): number | undefined {
    return this.#next((call) => !call.background)?.due;
  }

  /** When any call falls due, those in the background too. */
  get nextCall(): number | undefined {
    return this.#next()?.due;
  }

  /** True while {@link advanceInOrder} moves the clock, which then does not move by itself. */
  get steered(): boolean {
    return this.#steered;
  }

  /** Moves the clock with `move` and with nothing else. Throws ERR_OPTION when somebody does so already. */
  async steer(move: () => Promise<void>): Promise<void> {
    if (this.#steered) throw new KeyrigError('ERR_OPTION', 'the clock is being advanced already');
    this.#steered = true;
    try {
      await move();
    } finally {
      this.#steered = false;
    }
  }

  #next(counts: (call: PendingCall) => boolean = () => true): PendingCall | undefined {
    let first: PendingCall | undefined;
    for (const call of this.#pending) {
      if (!counts(call)) continue;
      if (!first || call.due < first.due || (call.due === first.due && call.order < first.order)) first = call;
    }
    return first;
  }

  /** Moves time forward by `ms` and runs everything that falls due on the way, in order, before it resolves. */
  async advance(ms: number): Promise<void> {
    const target = this.#now + Math.max(0, ms);
    for (;;) {
      const call = this.#next();
      if (!call || call.due > target) break;
      this.#now = Math.max(this.#now, call.due);
      if (call.every === undefined) this.#pending.delete(call);
      else {
        call.due += call.every;
        call.order = this.#order++;
      }
      call.callback();
      // Let what the call woke up set its own timers before time moves on.
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.#now = target;
  }
}

/** Real time for measuring how long something took (ms, monotonic); never shown to a plane. */
export function stopwatch(): () => number {
  const start = performance.now();
  return () => performance.now() - start;
}
