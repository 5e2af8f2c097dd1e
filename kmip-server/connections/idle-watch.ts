import type { Clock, ClockTimer } from '../../core/index.ts';

/** Strikes when a connection was idle for too long. One timer, re-armed when it strikes and not on every message. */
export class IdleWatch {
  readonly #clock: Clock;
  readonly #ms: number;
  readonly #isBusy: () => boolean;
  readonly #onIdle: () => void;
  #lastActivity: number;
  #timer: ClockTimer | undefined;

  /**
   * @param ms of the clock, since the last `touch`
   * @param isBusy a request is being worked on, so the client may rightly be silent
   */
  constructor(clock: Clock, ms: number, isBusy: () => boolean, onIdle: () => void) {
    this.#clock = clock;
    this.#ms = ms;
    this.#isBusy = isBusy;
    this.#onIdle = onIdle;
    this.#lastActivity = clock.now();
    this.#arm(ms);
  }

  touch(): void {
    this.#lastActivity = this.#clock.now();
  }

  stop(): void {
    this.#timer?.clear();
  }

  #arm(ms: number): void {
    this.#timer = this.#clock.setTimeout(() => {
      const left = this.#lastActivity + this.#ms - this.#clock.now();
      if (left > 0) this.#arm(left);
      else if (this.#isBusy()) this.#arm(this.#ms);
      else this.#onIdle();
    }, ms);
  }
}
