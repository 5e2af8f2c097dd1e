import type { Clock, Members } from '../../core/index.ts';
import type { AssumedValues } from '../assumed.ts';

interface Attempts {
  failures: number;
  /** ms since the epoch */
  lockedUntil: number;
}

export type SavedAttempts = readonly (readonly [login: string, attempts: Members<Attempts>])[];

/** Makes logins wait after too many wrong passwords or codes. It keeps as many entries as there are people, and one for all others. */
export class LoginGuard {
  readonly #clock: Clock;
  readonly #assumed: Pick<AssumedValues, 'loginAttempts' | 'loginLockMs'>;
  readonly #attempts = new Map<string, Attempts>();

  constructor(clock: Clock, assumed: Pick<AssumedValues, 'loginAttempts' | 'loginLockMs'>) {
    this.#clock = clock;
    this.#assumed = assumed;
  }

  /** How long a login must wait, ms; 0: not at all. `login` is that of a person, or empty for all unknown ones. */
  waitOf(login: string): number {
    return Math.max(0, (this.#attempts.get(login)?.lockedUntil ?? 0) - this.#clock.now());
  }

  failed(login: string): void {
    const { loginAttempts, loginLockMs } = this.#assumed;
    const failures = (this.#attempts.get(login)?.failures ?? 0) + 1;
    const isTooMany = failures >= loginAttempts;
    const lockedUntil = isTooMany ? this.#clock.now() + loginLockMs : 0;
    this.#attempts.set(login, { failures: isTooMany ? 0 : failures, lockedUntil });
  }

  save(): SavedAttempts {
    return Array.from(this.#attempts, ([login, attempts]) => [login, { ...attempts }]);
  }

  restore(saved: SavedAttempts): void {
    this.#attempts.clear();
    for (const [login, attempts] of saved) this.#attempts.set(login, { ...attempts });
  }

  succeeded(login: string): void {
    this.#attempts.delete(login);
  }
}
