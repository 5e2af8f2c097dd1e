import { KeyrigError } from './errors.ts';
import type { FaultEngineState } from './faults/engine.ts';
import type { Runtime } from './runtime.ts';

/**
 * What can be saved and restored. Both are done at one go, while nothing runs: what runs then is ERR_BUSY. A state is plain JSON, tells its
 * `version`, and may hold secrets. A part that is restored goes on listening where it listens; its timers are set anew for what
 * is left until they are due, so the runtime must be restored first.
 */
export interface Restorable<State extends object> {
  /** @throws KeyrigError ERR_BUSY */
  save(): State;
  /** @throws KeyrigError ERR_BUSY; ERR_STATE for a state that is of another version or another kind */
  restore(state: State): void;
}

/** Time, random numbers and faults of a lab at a moment, and how far its timeline was. */
export type RuntimeState = {
  readonly version: number;
  /** ms since the epoch */
  readonly time: number;
  readonly seed: string;
  /** Bytes that each stream has given, by purpose. */
  readonly random: Readonly<Record<string, number>>;
  /** `seq` of the last entry. */
  readonly journal: number;
  readonly faults: FaultEngineState;
};

const stateVersion = 1;

export function saveRuntime({ clock, random, journal, faults }: Runtime): RuntimeState {
  return {
    version: stateVersion,
    time: clock.now(),
    seed: random.seed,
    random: random.save(),
    journal: journal.count,
    faults: faults.save(),
  };
}

/**
 * Takes time, random numbers and faults back. The timeline goes on: a `seq` is never given twice.
 * @param time what the clock shall show instead of the state's time
 * @throws KeyrigError ERR_STATE for a state of another version or seed
 */
export function restoreRuntime({ clock, random, faults }: Runtime, state: RuntimeState, time = state.time): void {
  requireVersion(state, stateVersion, 'the runtime');
  if (state.seed !== random.seed) throw stateError('the runtime', 'it is that of another seed');
  clock.turnTo(time);
  random.restore(state.random);
  faults.restore(state.faults);
}

/** @throws KeyrigError ERR_STATE unless the state has this version */
export function requireVersion(state: { readonly version?: unknown }, version: number, whose: string): void {
  if (state.version === version) return;
  throw stateError(whose, `its version is ${String(state.version)}, not ${version}`);
}

/** The error of a state that does not fit. */
export function stateError(whose: string, why: string): KeyrigError {
  return new KeyrigError('ERR_STATE', `the state of ${whose} cannot be restored: ${why}`);
}

/** @throws KeyrigError ERR_BUSY when something runs; `running` says what, in words */
export function requireIdle(running: readonly string[], whose: string): void {
  if (running.length === 0) return;
  throw new KeyrigError('ERR_BUSY', `${whose} cannot be saved or restored while something runs: ${running.join(', ')}`);
}
