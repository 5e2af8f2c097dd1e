import type { Clock, ClockTimer } from '../clock.ts';
import type { JsonObject } from '../json.ts';
import type { FaultHit } from './engine.ts';
import type { LiveRule } from './live-rule.ts';
import type { FaultPoint } from './points.ts';
import type { FaultRule } from './rule.ts';

interface Watcher {
  at: FaultPoint;
  subject: JsonObject;
  changed: (hit: FaultHit | undefined) => void;
  /** The rule in force. */
  current: LiveRule | undefined;
  /** Rules that concern it, each counted once. */
  counted: WeakSet<LiveRule>;
  timer: ClockTimer | undefined;
}

/** What the engine does for standing faults. */
export interface StandingParts {
  at(point: FaultPoint): readonly LiveRule[];
  begin(live: LiveRule, subject: JsonObject, counts: boolean): FaultHit;
  end(rule: FaultRule): void;
}

/** Clocks cannot wait longer at once. */
const longestMs = 1_000_000_000;

/** Faults that are a state and last: follows time, events and changes of the rules for those who watch. */
export class StandingFaults {
  readonly #clock: Clock;
  readonly #parts: StandingParts;
  readonly #watchers = new Set<Watcher>();

  constructor(clock: Clock, parts: StandingParts) {
    this.#clock = clock;
    this.#parts = parts;
  }

  watch(at: FaultPoint, subject: JsonObject, changed: Watcher['changed']): () => void {
    const watcher: Watcher = { at, subject, changed, current: undefined, counted: new WeakSet(), timer: undefined };
    this.#watchers.add(watcher);
    this.#look(watcher);
    return () => {
      watcher.timer?.clear();
      this.#watchers.delete(watcher);
    };
  }

  /** Looks again at everything that is watched. */
  update(): void {
    for (const watcher of this.#watchers) this.#look(watcher);
  }

  /** The same after a saved state came back, whose counters know already what is in force. */
  restored(): void {
    for (const watcher of this.#watchers) {
      const concerned = this.#parts.at(watcher.at).filter((live) => live.concerns(watcher.subject));
      for (const live of concerned) watcher.counted.add(live);
      const { current } = watcher;
      const now = this.#clock.now();
      const same = current && concerned.find((live) => live.isOpen(now) && live.rule.id === current.rule.id);
      if (same) watcher.current = same;
      this.#look(watcher, false);
    }
  }

  /** @param counts whether a fault that comes into force is counted */
  #look(watcher: Watcher, counts = true): void {
    watcher.timer?.clear();
    watcher.timer = undefined;
    const now = this.#clock.now();
    const concerned = this.#parts.at(watcher.at).filter((live) => live.concerns(watcher.subject));
    for (const live of concerned) {
      if (watcher.counted.has(live)) continue;
      watcher.counted.add(live);
      live.matched++;
    }
    const due = Math.min(...concerned.map((live) => live.nextChange(now) ?? Number.POSITIVE_INFINITY));
    if (Number.isFinite(due)) {
      // In the background: time passes for this fault, but not because of it.
      const wait = Math.min(due - now, longestMs);
      watcher.timer = this.#clock.setTimeout(() => this.#look(watcher), wait, { background: true });
    }
    const next = concerned.find((live) => live.isOpen(now));
    if (next === watcher.current) return;
    const before = watcher.current;
    watcher.current = next;
    if (before) this.#parts.end(before.rule);
    if (next) watcher.changed(this.#parts.begin(next, watcher.subject, counts));
    else watcher.changed(undefined);
  }
}
