import type { JournalEntry } from '../journal.ts';
import type { Json, JsonObject } from '../json.ts';
import { matches, reach } from '../match.ts';
import type { Random } from '../random.ts';
import { timeOf } from './check-rule.ts';
import type { FaultMoment, FaultRule, FaultWhen } from './rule.ts';

/** What a rule has counted; plain data, so that it can be kept in a snapshot. */
export interface LiveRuleState {
  rule: FaultRule;
  /** When it was attached, ms since the epoch. */
  since: number;
  matched: number;
  fired: number;
  /** Calls and firings for each counter key. */
  counts: [key: string, calls: number, fired: number][];
  /** Journal entries that fitted the event of `after` and `until`. */
  events: { after: number; until: number };
}

/** A call that a rule counted, and whether it strikes it. */
export interface CountedCall {
  counterKey: string;
  call: number;
  fires: boolean;
}

const edges = ['after', 'until'] as const;

/** A rule in a running engine, with its counters. */
export class LiveRule {
  readonly rule: FaultRule;
  readonly #since: number;
  readonly #counts = new Map<string, { calls: number; fired: number }>();
  readonly #events = { after: 0, until: 0 };
  matched = 0;
  fired = 0;

  /** @param since ms since the epoch: what `after` and `until` count from */
  constructor(rule: FaultRule, since: number) {
    this.rule = rule;
    this.#since = since;
  }

  static restored(state: LiveRuleState): LiveRule {
    const live = new LiveRule(state.rule, state.since);
    live.matched = state.matched;
    live.fired = state.fired;
    for (const [key, calls, fired] of state.counts) live.#counts.set(key, { calls, fired });
    Object.assign(live.#events, state.events);
    return live;
  }

  save(): LiveRuleState {
    const { rule, matched, fired } = this;
    return {
      rule,
      since: this.#since,
      matched,
      fired,
      counts: [...this.#counts].map(([key, count]) => [key, count.calls, count.fired]),
      events: { ...this.#events },
    };
  }

  concerns(subject: JsonObject): boolean {
    return this.rule.match === undefined || matches(this.rule.match, subject);
  }

  /** Whether it waits for journal entries. */
  get hasEvents(): boolean {
    return edges.some((edge) => eventOf(this.rule.when?.[edge]) !== undefined);
  }

  /** Takes notice of a journal entry; true when it was one that this rule waits for. */
  notice(entry: JournalEntry): boolean {
    let noticed = false;
    for (const edge of edges) {
      const event = eventOf(this.rule.when?.[edge]);
      if (!event || this.#events[edge] >= event.times || !matches(event.pattern, entry as unknown as Json)) continue;
      this.#events[edge]++;
      noticed = true;
    }
    return noticed;
  }

  /** Counts a call that it concerns. */
  count(subject: JsonObject, now: number, random: Random): CountedCall {
    const { id, when = {} } = this.rule;
    const paths = typeof when.per === 'string' ? [when.per] : (when.per ?? []);
    const counterKey = JSON.stringify([id, ...paths.map((path) => reach(subject, path) ?? null)]);
    const counter = this.#counts.get(counterKey) ?? { calls: 0, fired: 0 };
    this.#counts.set(counterKey, counter);
    const call = ++counter.calls;
    this.matched++;
    const fires =
      (when.times === undefined || counter.fired < when.times) &&
      this.isOpen(now, call) &&
      strikes(when, call) &&
      (when.probability === undefined || random.draw('fault', id, counterKey, call) < when.probability);
    return { counterKey, call, fires };
  }

  /** Counts a call that it struck. */
  strike(counterKey: string): void {
    const counter = this.#counts.get(counterKey);
    if (counter) counter.fired++;
    this.fired++;
  }

  /** Whether it is between `after` and `until`. */
  isOpen(now: number, call = 0): boolean {
    const { after, until } = this.rule.when ?? {};
    return (
      (after === undefined || this.#isPast(after, 'after', now, call)) &&
      (until === undefined || !this.#isPast(until, 'until', now, call))
    );
  }

  /** The moment itself belongs to the time in between: `after` is past with it, `until` only behind it. */
  #isPast(moment: FaultMoment, edge: 'after' | 'until', now: number, call: number): boolean {
    const event = eventOf(moment);
    if (event) return this.#events[edge] >= event.times;
    // The first call of `after: { calls: 2 }` is the third, the last one of `until: { calls: 2 }` the second.
    if (typeof moment === 'object' && 'calls' in moment) return call > moment.calls;
    const time = this.#timeOf(moment);
    return edge === 'after' ? now >= time : now > time;
  }

  #timeOf(moment: FaultMoment): number {
    return typeof moment === 'number' ? this.#since + moment : (timeOf(moment) ?? Number.POSITIVE_INFINITY);
  }

  /** When the clock next opens or closes it; undefined when time alone changes nothing any more. */
  nextChange(now: number): number | undefined {
    const { after, until } = this.rule.when ?? {};
    const times = [
      after === undefined ? now : this.#timeOf(after),
      // One ms behind: with `until` itself it is still in force.
      until === undefined ? now : this.#timeOf(until) + 1,
    ].filter((time) => time > now && Number.isFinite(time));
    return times.length > 0 ? Math.min(...times) : undefined;
  }
}

function eventOf(moment: FaultMoment | undefined): { pattern: Json; times: number } | undefined {
  if (typeof moment !== 'object' || !('event' in moment)) return undefined;
  return { pattern: moment.event, times: moment.times ?? 1 };
}

function strikes({ every, calls }: FaultWhen, call: number): boolean {
  if (every !== undefined && call % every !== 0) return false;
  if (calls === undefined) return true;
  if (typeof calls === 'number') return call === calls;
  if ('length' in calls) return calls.includes(call);
  return call >= (calls.from ?? 1) && call <= (calls.to ?? Number.POSITIVE_INFINITY);
}
