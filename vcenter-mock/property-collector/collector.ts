import type { Vcenter } from '../vcenter.ts';
import { fault } from '../vim/kernel/fault.ts';
import { type Data, type Ref, refKey } from '../vim/kernel/values.ts';
import type { Filter, Unlearned } from './filter.ts';
import { Pages } from './pages.ts';

/** An answer: the version that it began with, unless that does not serve again, and how to undo what it told. */
interface Answered {
  readonly from: string | undefined;
  readonly unlearn: readonly (readonly [Filter, Unlearned])[];
}

/** A property collector of one session: its filters, the version counter of its updates, its unfinished retrievals. */
export class Collector {
  readonly filters = new Map<string, Filter>();
  readonly pages: Pages;
  readonly #vc: Vcenter;
  #version = 0;
  /** The version of what the client is taken to know. */
  #known = '0';
  /** It is that of an answer that was cut. */
  #truncated = false;
  /** The next answer tells everything. */
  #anew = true;
  /** Answers that can be asked for again, the last one at the end. */
  #answered: Answered[] = [];
  #dirty = true;
  readonly #waiting = new Set<() => void>();
  readonly #cancel = new Set<AbortController>();
  readonly #unsubscribe: () => void;
  /** Set until the first call that names a version: the client has it from this collector's life before. */
  #adopts: boolean;

  /** @param isRestored the collector is one of a saved state: its client goes on with the version that it had, and is told everything */
  constructor(vc: Vcenter, isRestored = false) {
    this.#vc = vc;
    this.#adopts = isRestored;
    this.pages = new Pages(vc.runtime.random.stream('vcenter.token'));
    this.#unsubscribe = vc.store.subscribe(
      (object, change) => {
        let concerned = false;
        for (const filter of this.filters.values()) if (filter.notice(object, change)) concerned = true;
        if (concerned) this.#wake();
      },
      () => {
        for (const filter of this.filters.values()) filter.reconsider();
        this.#answered = [];
        this.#wake();
      },
    );
  }

  #wake(): void {
    this.#dirty = true;
    for (const wake of this.#waiting) wake();
  }

  add(filter: Filter): void {
    this.filters.set(refKey(filter.ref), filter);
    this.#wake();
  }

  remove(filter: Ref): void {
    this.filters.delete(refKey(filter));
  }

  /** Ends every pending wait with RequestCanceled. */
  cancelWaits(): void {
    for (const controller of this.#cancel) controller.abort();
  }

  close(): void {
    this.#unsubscribe();
    this.cancelWaits();
    this.filters.clear();
    this.pages.clear();
    this.#answered = [];
  }

  /**
   * The changes since `version` (none: everything, from the start); undefined when there are none.
   * @throws InvalidCollectorVersion for a version that is not known, or that only goes on with a cut answer
   */
  check(version: string | undefined): Data<'UpdateSet'> | undefined {
    this.#accept(version, false);
    return this.#collect();
  }

  /** @param resumes whether the version of a cut answer may go on */
  #accept(version: string | undefined, resumes: boolean): void {
    if (this.#adopts && version !== undefined && /^\d{1,15}$/.test(version)) {
      this.#version = Number(version);
      this.#known = version;
    }
    this.#adopts = false;
    if (version === undefined || version === '') {
      for (const filter of this.filters.values()) filter.forget();
      this.#answered = [];
      this.#anew = true;
      this.#dirty = true;
      return;
    }
    if (version === this.#known && (resumes || !this.#truncated)) return;
    // A client whose answer was lost asks for it again.
    const back = this.#answered.findIndex(({ from }) => from === version);
    if (back < 0) throw fault('InvalidCollectorVersion', this.#vc.assumed.invalidCollectorVersion);
    for (const { unlearn } of this.#answered.splice(back).reverse()) {
      for (const [filter, known] of unlearn) filter.unlearn(known);
    }
    this.#known = version;
    this.#truncated = false;
    this.#dirty = true;
  }

  #collect(maxObjectUpdates = Number.POSITIVE_INFINITY): Data<'UpdateSet'> | undefined {
    if (!this.#dirty) return undefined;
    let left = maxObjectUpdates;
    const filterSet: Data<'PropertyFilterUpdate'>[] = [];
    // Filters whose turn does not come are asked as well: whether they have news.
    for (const filter of this.filters.values()) {
      const update = filter.changes(left);
      if (!update) continue;
      left -= update.objectSet?.length ?? 0;
      filterSet.push(update);
    }
    // With a full answer there is more to tell: at once, without waiting for a change.
    const truncated = [...this.filters.values()].some((filter) => filter.hasNews);
    this.#dirty = truncated;
    if (filterSet.length === 0) return undefined;
    this.#remember(truncated);
    return { version: this.#known, filterSet, truncated: truncated || undefined };
  }

  /** documented: a version serves more than once, but that of a cut answer only to go on with it */
  #remember(truncated: boolean): void {
    const unlearn = [...this.filters.values()].map((filter) => [filter, filter.taught()] as const);
    if (!this.#anew) this.#answered.push({ from: this.#truncated ? undefined : this.#known, unlearn });
    if (this.#answered.length > this.#vc.assumed.collectorVersions) this.#answered.shift();
    this.#anew = false;
    this.#truncated = truncated;
    this.#known = String(++this.#version);
  }

  /**
   * Waits until there are changes. Resolves to undefined when `maxWaitSeconds` of the lab's clock have passed; throws
   * RequestCanceled when the wait is cancelled, the client goes away or the server stops.
   */
  async wait(
    version: string | undefined,
    {
      maxWaitSeconds,
      maxObjectUpdates,
      resumes = false,
    }: { maxWaitSeconds?: number; maxObjectUpdates?: number; resumes?: boolean },
    signal: () => AbortSignal,
  ): Promise<Data<'UpdateSet'> | undefined> {
    this.#accept(version, resumes);
    const already = this.#collect(maxObjectUpdates);
    if (already || maxWaitSeconds === 0) return already;
    const cancel = new AbortController();
    const ended = AbortSignal.any([signal(), cancel.signal]);
    this.#cancel.add(cancel);
    let expired = false;
    let wake = () => {};
    const woken = () => wake();
    const timer =
      maxWaitSeconds === undefined
        ? undefined
        : this.#vc.runtime.clock.setTimeout(() => {
            expired = true;
            woken();
          }, maxWaitSeconds * 1000);
    this.#waiting.add(woken);
    ended.addEventListener('abort', woken);
    try {
      for (;;) {
        if (ended.aborted) throw fault('RequestCanceled', this.#vc.assumed.requestCanceled);
        const update = this.#collect(maxObjectUpdates);
        if (update || expired) return update;
        await new Promise<void>((resolve) => {
          wake = () => {
            wake = () => {};
            // Not all who wait at once, step by step: the first one's answer is on its way before the next one's is made.
            setImmediate(resolve);
          };
        });
      }
    } finally {
      timer?.clear();
      this.#waiting.delete(woken);
      ended.removeEventListener('abort', woken);
      this.#cancel.delete(cancel);
    }
  }
}
