import type { Clock } from '../clock.ts';
import { KeyrigError } from '../errors.ts';
import type { Journal, JournalEntry } from '../journal.ts';
import type { Json, JsonObject } from '../json.ts';
import type { Random } from '../random.ts';
import type { FaultThen } from './actions.ts';
import { checkRule } from './check-rule.ts';
import { LiveRule, type LiveRuleState } from './live-rule.ts';
import { type FaultPoint, faultPoint } from './points.ts';
import type { FaultRule } from './rule.ts';
import { StandingFaults } from './standing-faults.ts';

/** A fault that fires: the plane that consulted the engine carries it out. */
export interface FaultHit {
  id: string;
  then: FaultThen;
  /** ms to wait first: `delay` and the drawn part of `jitter`; undefined when there is nothing to wait for. */
  delay: number | undefined;
  /** The journal entry that says so; use its `seq` as the cause of what follows. */
  entry: JournalEntry;
  /** Bytes that depend on the seed, the fault's id and the call's number alone. */
  bytes(length: number): Buffer;
}

/** What a fault interferes with: a journal entry by its `seq`, or a connection by its key. */
export type FaultCause = number | { link: string } | undefined;

/** How a fault has done so far. */
export interface FaultReport {
  id: string;
  at: FaultPoint;
  /** Calls that it concerned, whether or not it struck them. */
  matched: number;
  fired: number;
}

/** Rules and counters of an engine; plain data. */
export interface FaultEngineState {
  version: 1;
  initial: FaultRule[];
  rules: LiveRuleState[];
}

/**
 * Decides which faults fire. Deterministic: a draw depends on (seed, fault id, counter key, n) alone, so a fault that is
 * added changes no other, and a fault that does not fire changes nothing.
 */
export class FaultEngine {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #journal: Journal;
  #initial: readonly FaultRule[];
  #live: LiveRule[] = [];
  #rules: readonly FaultRule[] = [];
  readonly #byPoint = new Map<FaultPoint, LiveRule[]>();
  readonly #standing: StandingFaults;
  #unsubscribe: (() => void) | undefined;

  /** Throws ERR_FAULT_RULE when a rule is contradictory or an id is used twice. */
  constructor(parts: { clock: Clock; random: Random; journal: Journal }, rules: readonly FaultRule[] = []) {
    this.#clock = parts.clock;
    this.#random = parts.random;
    this.#journal = parts.journal;
    this.#standing = new StandingFaults(parts.clock, {
      at: (point) => this.#byPoint.get(point) ?? [],
      begin: (live, subject, counts) => {
        if (counts) live.strike('');
        return this.#hit(live, subject, { counterKey: '', call: live.fired }, undefined);
      },
      end: ({ id, at }) => void this.#record('fault.ended', `fault "${id}" is over at ${at}`, { id, at }, at),
    });
    for (const rule of rules) this.#check(rule, this.#live.push(new LiveRule(rule, this.#clock.now())) - 1);
    this.#initial = [...rules];
    this.#changed();
  }

  /** The rules in force, in their order. */
  get rules(): readonly FaultRule[] {
    return this.#rules;
  }

  /** Whether there are rules at a point: without any no subject need be built. */
  concerns(at: FaultPoint): boolean {
    return this.#byPoint.has(at);
  }

  /** How often a fault has fired. */
  timesFired(id: string): number {
    return this.#live.find(({ rule }) => rule.id === id)?.fired ?? 0;
  }

  /** How each fault has done since it was attached. */
  report(): FaultReport[] {
    return this.#live.map(({ rule: { id, at }, matched, fired }) => ({ id, at, matched, fired }));
  }

  /** Adds a rule behind the others. Throws ERR_FAULT_RULE when it is contradictory or its id is taken. */
  add(rule: FaultRule): void {
    this.#check(rule, this.#live.length);
    this.#live.push(new LiveRule(rule, this.#clock.now()));
    this.#record('fault.added', `fault "${rule.id}" added at ${rule.at}`, dataOf(rule));
    this.#changed();
  }

  /**
   * Puts another rule in the place of one; it begins anew, its counters and times too. False when there is none with that
   * id. Throws ERR_FAULT_RULE when the new one is contradictory or its id is that of another.
   */
  change(id: string, rule: FaultRule): boolean {
    const index = this.#indexOf(id);
    if (index < 0) return false;
    this.#check(rule, index);
    this.#live[index] = new LiveRule(rule, this.#clock.now());
    this.#record('fault.changed', `fault "${id}" changed`, dataOf(rule));
    this.#changed();
    return true;
  }

  /** Removes a rule; false when there is none with that id. */
  remove(id: string): boolean {
    const index = this.#indexOf(id);
    if (index < 0) return false;
    this.#live.splice(index, 1);
    this.#record('fault.removed', `fault "${id}" removed`, { id });
    this.#changed();
    return true;
  }

  /** Goes back to the rules of the start, as if they had been attached now. */
  reset(): void {
    this.#live = this.#initial.map((rule) => new LiveRule(rule, this.#clock.now()));
    const ids = this.#initial.map(({ id }) => id);
    this.#record('fault.reset', `faults are as at the start: ${ids.join(', ') || 'none'}`, { ids });
    this.#changed();
  }

  /** Rules and counters, for a snapshot. */
  save(): FaultEngineState {
    return structuredClone({ version: 1, initial: [...this.#initial], rules: this.#live.map((live) => live.save()) });
  }

  /** Goes back to a saved state. Throws ERR_OPTION for one of another version, ERR_FAULT_RULE for a contradictory rule. */
  restore(state: FaultEngineState): void {
    if (state.version !== 1)
      throw new KeyrigError('ERR_OPTION', `faults saved in version ${String(state.version)} cannot be read`);
    const { initial, rules } = structuredClone(state);
    for (const rule of [...initial, ...rules.map((saved) => saved.rule)]) refuse(rule);
    this.#initial = initial;
    this.#live = rules.map((saved) => LiveRule.restored(saved));
    this.#index();
    this.#standing.restored();
  }

  /**
   * Asks whether a fault applies here. The first rule that fires wins; every matching rule counts the call.
   * @param cause `seq` of the journal entry the fault will interfere with, or the key of the connection when there is none
   */
  consult(at: FaultPoint, subject: JsonObject, cause?: FaultCause): FaultHit | undefined {
    const rules = this.#byPoint.get(at);
    if (!rules) return undefined;
    let struck: { live: LiveRule; counterKey: string; call: number } | undefined;
    for (const live of rules) {
      if (!live.concerns(subject)) continue;
      const { fires, ...counted } = live.count(subject, this.#clock.now(), this.#random);
      if (fires) struck ??= { live, ...counted };
    }
    if (!struck) return undefined;
    struck.live.strike(struck.counterKey);
    return this.#hit(struck.live, subject, struck, cause);
  }

  /**
   * Follows a standing point (see `faultPoints`): calls back with the fault that comes into force, at once when one is, and
   * with undefined when it is over. Ends with the returned function.
   */
  watch(at: FaultPoint, subject: JsonObject, changed: (hit: FaultHit | undefined) => void): () => void {
    return this.#standing.watch(at, subject, changed);
  }

  /** Tells the journal of a fault that fires, and the plane what to do. */
  #hit(
    live: LiveRule,
    subject: JsonObject,
    { counterKey, call }: { counterKey: string; call: number },
    cause: FaultCause,
  ): FaultHit {
    const { id, at, then } = live.rule;
    const data = { id, at, subject, then: then as unknown as Json };
    const entry = this.#journal.record({
      plane: faultPoint(at).plane,
      event: 'fault.fired',
      level: 'warn',
      text: `fault "${id}" fires at ${at}`,
      data,
      ...(typeof cause === 'object' ? cause : { cause }),
    });
    const { delay = 0, jitter = 0 } = then;
    const wait = jitter > 0 ? delay + jitter * this.#random.draw('fault jitter', id, counterKey, call) : delay;
    return {
      id,
      then,
      delay: wait > 0 ? Math.round(wait) : undefined,
      entry,
      bytes: (length) => this.#random.bytes(length, 'fault bytes', id, counterKey, call),
    };
  }

  #indexOf(id: string): number {
    return this.#live.findIndex(({ rule }) => rule.id === id);
  }

  /** @param index where the rule stands or shall stand */
  #check(rule: FaultRule, index: number): void {
    refuse(rule);
    const other = this.#indexOf(rule.id);
    if (other >= 0 && other !== index)
      throw new KeyrigError('ERR_FAULT_RULE', `fault ${rule.id}: this id is used twice`);
  }

  #record(event: string, text: string, data: JsonObject, at?: FaultPoint): void {
    this.#journal.record({ plane: at ? faultPoint(at).plane : 'lab', event, text, data });
  }

  #changed(): void {
    this.#index();
    this.#standing.update();
  }

  #index(): void {
    this.#rules = this.#live.map(({ rule }) => rule);
    this.#byPoint.clear();
    for (const live of this.#live) {
      const { at } = live.rule;
      const others = this.#byPoint.get(at);
      if (others) others.push(live);
      else this.#byPoint.set(at, [live]);
    }
    const hasEvents = this.#live.some((live) => live.hasEvents);
    if (!hasEvents) this.#unsubscribe?.();
    this.#unsubscribe = hasEvents
      ? (this.#unsubscribe ?? this.#journal.subscribe((entry) => this.#notice(entry)))
      : undefined;
  }

  #notice(entry: JournalEntry): void {
    let noticed = false;
    for (const live of this.#live) if (live.notice(entry)) noticed = true;
    // Not within the recording of the entry: what follows from it is recorded behind it, for every reader of the journal.
    if (noticed) queueMicrotask(() => this.#standing.update());
  }
}

function refuse(rule: FaultRule): void {
  const [problem] = checkRule(rule);
  if (problem) throw new KeyrigError('ERR_FAULT_RULE', `fault ${rule.id}: ${problem.message}`);
}

function dataOf(rule: FaultRule): JsonObject {
  return { id: rule.id, rule: rule as unknown as Json };
}
