import type { Json, JsonObject } from '../json.ts';
import type { FaultThen } from './actions.ts';
import type { FaultPoint } from './points.ts';

/**
 * A moment: so many ms of the lab's clock after the fault was attached, a time of that clock (ISO 8601), the n-th matching
 * call, or the recording of a journal entry that fits (`times`: of the n-th one) since the fault was attached.
 */
export type FaultMoment = number | { time: string } | { calls: number } | { event: Json; times?: number };

/** When a matching fault fires. All given conditions must hold; without conditions it always fires. */
export interface FaultWhen {
  /** Which matching calls, counted from 1: one number, several, or an inclusive range. */
  calls?: number | readonly number[] | { from?: number; to?: number };
  /** Every n-th matching call. */
  every?: number;
  /** With this probability (0 to 1), drawn from the seed, the fault's id and the call's number alone. */
  probability?: number;
  /** Not before this moment; not up to that call. */
  after?: FaultMoment;
  /** Not after this moment or that call. */
  until?: FaultMoment;
  /** At most so many times. */
  times?: number;
  /** Count apart for each value at these paths of the subject, for example `client`. */
  per?: string | readonly string[];
}

export interface FaultRule {
  id: string;
  at: FaultPoint;
  /** Which calls it concerns: a pattern of `match.ts`. */
  match?: JsonObject;
  when?: FaultWhen;
  then: FaultThen;
}
