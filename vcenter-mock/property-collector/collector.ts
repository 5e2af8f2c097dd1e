import type { Vcenter } from '../vcenter.ts';
import { fault } from '../vim/kernel/fault.ts';
import { type Data, type Ref, refKey } from '../vim/kernel/values.ts';
import type { Filter } from './filter.ts';
import { Pages } from './pages.ts';

/** A property collector of one session: its filters, the version counter of its updates, its unfinished retrievals. */
export class Collector {
  readonly filters = new Map<string, Filter>();
  readonly pages: Pages;
  readonly #vc: Vcenter;
  #version = 0;
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
  }

  /**
   * The changes since `version` (none: everything, from the start); undefined when there are none.
   * InvalidCollectorVersion for any version but the one of the last answer.
   */
  check(version: string | undefined, maxObjectUpdates?: number): Data<'UpdateSet'> | undefined {
    this.#accept(version);
    return this.#collect(maxObjectUpdates);
  }

  #accept(version: string | undefined): void {
    if (this.#adopts && /^\d{1,15}$/.test(version ?? '')) this.#version = Number(version);
    this.#adopts = false;
    if (version === undefined || version === '') {
      for (const filter of this.filters.values()) filter.forget();
      this.#dirty = true;
    } else if (version !== String(this.#version)) {
      throw fault('InvalidCollectorVersion', this.#vc.assumed.invalidCollectorVersion);
    }
  }

  #collect(maxObjectUpdates = Number.POSITIVE_INFINITY): Data<'UpdateSet'> | undefined {
    if (!this.#dirty) return undefined;
    let left = maxObjectUpdates;
    const filterSet: Data<'PropertyFilterUpdate'>[] = [];
    for (const filter of this.filters.values()) {
      if (left <= 0) break;
      const update = filter.changes(left);
      if (!update) continue;
      left -= update.objectSet?.length ?? 0;
      filterSet.push(update);
    }
    // With a full answer there is more to tell: at once, without waiting for a change.
    const truncated = [...this.filters.values()].some((filter) => filter.hasNews);
    this.#dirty = truncated;
    if (filterSet.length === 0) return undefined;
    this.#version++;
    return { version: String(this.#version), filterSet, truncated: truncated || undefined };
  }

  /**
   * Waits until there are changes. Resolves to undefined when `maxWaitSeconds` of the lab's clock have passed; throws
   * RequestCanceled when the wait is cancelled, the client goes away or the server stops.
   */
  async wait(
    version: string | undefined,
    { maxWaitSeconds, maxObjectUpdates }: { maxWaitSeconds?: number; maxObjectUpdates?: number },
    signal: () => AbortSignal,
  ): Promise<Data<'UpdateSet'> | undefined> {
    this.#accept(version);
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
          wake = resolve;
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
