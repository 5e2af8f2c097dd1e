import { type ClockTimer, createRealClock, KeyrigError } from '../../core/index.ts';

/** The real time that a scenario may take, whatever its own clock says. */
export class Deadline {
  readonly #timer: ClockTimer | undefined;
  readonly #passed: Promise<never>;
  #isPassed = false;

  /** @param ms counted from now; without it the deadline never passes */
  constructor(ms?: number) {
    const { promise, reject } = Promise.withResolvers<never>();
    // Nobody may be waiting when it passes.
    promise.catch(() => {});
    this.#passed = promise;
    if (ms === undefined) return;
    this.#timer = createRealClock().setTimeout(() => {
      this.#isPassed = true;
      reject(new KeyrigError('ERR_STEP', `still running when the time of the scenario was up (${formatMs(ms)})`));
    }, ms);
  }

  get passed(): boolean {
    return this.#isPassed;
  }

  /** Resolves as `work` does, or rejects with ERR_STEP once the deadline has passed; the work is not stopped by that. */
  race<T>(work: Promise<T>): Promise<T> {
    return Promise.race([work, this.#passed]);
  }

  clear(): void {
    this.#timer?.clear();
  }
}

/** A time as people read it: `800 ms`, `12.3 s`. */
export function formatMs(ms: number): string {
  return ms < 1_000 ? `${Math.max(1, Math.round(ms))} ms` : `${(ms / 1_000).toFixed(1)} s`;
}
