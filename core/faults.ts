import type { Clock } from './clock.ts';
import { KeyrigError } from './errors.ts';
import type { Journal, JournalEntry, Plane } from './journal.ts';
import type { Json, JsonObject } from './json.ts';
import { matches, reach } from './match.ts';
import type { Random } from './random.ts';

/**
 * The places where a plane asks whether a fault applies, each with the plane that asks and what `match` may look at.
 * A plane consults a point once for each attempt; connections and messages are therefore counted apart.
 */
export const faultPoints = {
  'kmip.connection': {
    plane: 'kmip',
    about: 'a TCP connection reached the KMS, before any TLS byte is answered: { remoteAddress }',
  },
  'kmip.request': {
    plane: 'kmip',
    about: 'one batch item of a request, before it is executed: { operation, uniqueIdentifier?, client, attributes? }',
  },
  'kmip.response': {
    plane: 'kmip',
    about: 'a response message, before it is sent: { operations, operation (the first), client }',
  },
  'vcenter.method': { plane: 'vcenter', about: 'a SOAP method, before it runs: { method, type, object, user }' },
  'vcenter.vmotion': {
    plane: 'vcenter',
    about: 'the wire between two hosts, before a migration is sent over it: { vm, source, destination, encrypted }',
  },
  'ovh.request': { plane: 'ovh', about: 'an API call, before it is answered: { method, path, route }' },
  'ovh.task': { plane: 'ovh', about: 'a task, before it makes progress: { name, taskId, progress }' },
} as const satisfies Record<string, { plane: Plane; about: string }>;

export type FaultPoint = keyof typeof faultPoints;

/** How an answer of a KMS is broken. */
export const answerCorruptions = ['length', 'type', 'tag', 'version', 'batch-id'] as const;
export type AnswerCorruption = (typeof answerCorruptions)[number];

/** What somebody on the wire does to the packets of a migration. */
export const wireCorruptions = ['bit', 'replay', 'reorder'] as const;
export type WireCorruption = (typeof wireCorruptions)[number];

/** What a fault does. Exactly one member besides the modifier `delay`, which may also stand alone. */
export interface FaultThen {
  /** kmip.request: the item fails with this result reason (name as in the registry, e.g. `PermissionDenied`) and message. */
  kmip?: { reason: string; message?: string };
  /** Cut the connection with a TCP reset; in kmip.response and vcenter.vmotion after `afterBytes` bytes were sent. */
  reset?: true | { afterBytes: number };
  /** End the connection in order (FIN); in kmip.response and vcenter.vmotion after `afterBytes` bytes. */
  close?: true | { afterBytes: number };
  /** Never answer; the connection stays open. */
  hang?: true;
  /**
   * kmip.response: a malformed answer: a wrong message length, item type, tag, protocol version or batch item id.
   * vcenter.vmotion: a packet with a flipped bit, one that is sent twice, or two that change places.
   */
  corrupt?: AnswerCorruption | WireCorruption;
  /** vcenter.method: the method answers this fault. */
  vim?: { type: string; message: string };
  /** ovh.request: the call answers this error body. ovh.task: the task ends in this state, or is fixing for a while. */
  ovh?: { status?: number; errorCode?: string; message?: string; taskState?: 'error' | 'canceled' | 'fixing' };
  /** Wait this long (ms of the lab's clock) first. */
  delay?: number;
}

/** When a matching fault fires. All given conditions must hold; without conditions it always fires. */
export interface FaultWhen {
  /** Which matching calls, counted from 1: one number, several, or an inclusive range. */
  calls?: number | readonly number[] | { from?: number; to?: number };
  /** Every n-th matching call. */
  every?: number;
  /** With this probability (0 to 1), drawn from the seed, the fault's id and the call's number alone. */
  probability?: number;
  /** Not before / not after this many ms of the lab's clock since the start. */
  after?: number;
  until?: number;
  /** Count apart for each value at these paths of the subject, for example `client`. */
  per?: string | readonly string[];
}

export interface FaultRule {
  id: string;
  at: FaultPoint;
  match?: JsonObject;
  when?: FaultWhen;
  then: FaultThen;
}

/** A fault that fires: the plane that consulted the engine carries it out. */
export interface FaultHit {
  id: string;
  then: FaultThen;
  /** The journal entry that says so; use its `seq` as the cause of what follows. */
  entry: JournalEntry;
}

const thenKeys = ['kmip', 'reset', 'close', 'hang', 'corrupt', 'vim', 'ovh'] as const;

/**
 * Decides which faults fire. Deterministic: a draw depends on (seed, fault id, counter key, n) alone, so a fault that is
 * added changes no other, and a fault that does not fire changes nothing.
 */
export class FaultEngine {
  readonly #rules: FaultRule[] = [];
  readonly #counts = new Map<string, number>();
  readonly #fired = new Map<string, number>();
  readonly #start: number;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #journal: Journal;

  constructor(parts: { clock: Clock; random: Random; journal: Journal }, rules: readonly FaultRule[] = []) {
    this.#clock = parts.clock;
    this.#random = parts.random;
    this.#journal = parts.journal;
    this.#start = parts.clock.now();
    for (const rule of rules) this.add(rule);
  }

  get rules(): readonly FaultRule[] {
    return this.#rules;
  }

  /** How often a fault has fired. */
  timesFired(id: string): number {
    return this.#fired.get(id) ?? 0;
  }

  /** Adds a rule. Throws ERR_FAULT_RULE when it is contradictory or its id is taken. */
  add(rule: FaultRule): void {
    const actions = thenKeys.filter((key) => rule.then[key] !== undefined);
    if (!(rule.at in faultPoints))
      throw new KeyrigError('ERR_FAULT_RULE', `fault ${rule.id}: no fault point "${rule.at}"`);
    if (actions.length > 1 || (actions.length === 0 && rule.then.delay === undefined)) {
      throw new KeyrigError(
        'ERR_FAULT_RULE',
        `fault ${rule.id}: "then" takes exactly one of ${thenKeys.join(', ')} (or delay alone)`,
      );
    }
    const corruptions: readonly string[] = rule.at === 'vcenter.vmotion' ? wireCorruptions : answerCorruptions;
    if (rule.then.corrupt && !corruptions.includes(rule.then.corrupt)) {
      const known = corruptions.join(', ');
      throw new KeyrigError('ERR_FAULT_RULE', `fault ${rule.id}: at ${rule.at} "corrupt" takes one of ${known}`);
    }
    if (this.#rules.some((other) => other.id === rule.id)) {
      throw new KeyrigError('ERR_FAULT_RULE', `fault ${rule.id}: this id is used twice`);
    }
    this.#rules.push(rule);
  }

  /** Removes a rule; false when there is none with that id. */
  remove(id: string): boolean {
    const index = this.#rules.findIndex((rule) => rule.id === id);
    if (index < 0) return false;
    this.#rules.splice(index, 1);
    return true;
  }

  /**
   * Asks whether a fault applies here. The first rule that fires wins; every matching rule counts the call.
   * @param cause `seq` of the journal entry the fault will interfere with.
   */
  consult(at: FaultPoint, subject: JsonObject, cause?: number): FaultHit | undefined {
    let hit: FaultHit | undefined;
    for (const rule of this.#rules) {
      if (rule.at !== at || (rule.match && !matches(rule.match, subject))) continue;
      if (!this.#fires(rule, subject) || hit) continue;
      this.#fired.set(rule.id, this.timesFired(rule.id) + 1);
      const entry = this.#journal.record({
        plane: faultPoints[at].plane,
        event: 'fault.fired',
        level: 'warn',
        text: `fault "${rule.id}" fires at ${at}`,
        data: { id: rule.id, at, subject, then: rule.then as unknown as Json },
        cause,
      });
      hit = { id: rule.id, then: rule.then, entry };
    }
    return hit;
  }

  #fires(rule: FaultRule, subject: JsonObject): boolean {
    const when = rule.when ?? {};
    const paths = typeof when.per === 'string' ? [when.per] : (when.per ?? []);
    const counterKey = JSON.stringify([rule.id, ...paths.map((path) => reach(subject, path) ?? null)]);
    const call = (this.#counts.get(counterKey) ?? 0) + 1;
    this.#counts.set(counterKey, call);
    const elapsed = this.#clock.now() - this.#start;
    if (when.after !== undefined && elapsed < when.after) return false;
    if (when.until !== undefined && elapsed > when.until) return false;
    if (when.every !== undefined && call % when.every !== 0) return false;
    if (when.calls !== undefined && !inCalls(when.calls, call)) return false;
    return when.probability === undefined || this.#random.draw('fault', rule.id, counterKey, call) < when.probability;
  }
}

function inCalls(calls: NonNullable<FaultWhen['calls']>, call: number): boolean {
  if (typeof calls === 'number') return call === calls;
  if ('length' in calls) return calls.includes(call);
  return call >= (calls.from ?? 1) && call <= (calls.to ?? Number.POSITIVE_INFINITY);
}
