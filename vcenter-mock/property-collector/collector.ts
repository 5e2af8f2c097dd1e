import type { Vcenter } from '../vcenter.ts';
import { encodeAnyValue } from '../vim/kernel/encode.ts';
import { fault } from '../vim/kernel/fault.ts';
import type { AnyValue, Data, Ref } from '../vim/kernel/values.ts';
import { refKey } from '../vim/kernel/values.ts';
import { readPath } from './property-path.ts';
import { type Selected, type SelectionContext, select } from './selection.ts';

/** What a filter last told its client about an object. */
interface Reported {
  readonly ref: Ref;
  revision: number;
  paths: string;
  /** Path to encoded value. */
  values: Map<string, string>;
}

/** A property filter: what it selects, and what its client knows. */
export class Filter {
  readonly ref: Ref;
  readonly spec: Data<'PropertyFilterSpec'>;
  readonly #context: SelectionContext;
  readonly #reported = new Map<string, Reported>();

  constructor(reference: Ref, spec: Data<'PropertyFilterSpec'>, context: SelectionContext) {
    this.ref = reference;
    this.spec = spec;
    this.#context = context;
  }

  /** Makes the next update start from nothing. */
  forget(): void {
    this.#reported.clear();
  }

  /** What has changed since the last call, at most `limit` objects; the client is taken to know it from now on. */
  changes(limit: number): Data<'ObjectUpdate'>[] {
    const updates: Data<'ObjectUpdate'>[] = [];
    const seen = new Set<string>();
    for (const selected of select({ ...this.spec, reportMissingObjectsInResults: true }, this.#context)) {
      const key = refKey(selected.object.ref);
      seen.add(key);
      if (updates.length >= limit) continue;
      const update = this.#compare(key, selected);
      if (update) updates.push(update);
    }
    for (const [key, reported] of this.#reported) {
      if (seen.has(key) || updates.length >= limit) continue;
      this.#reported.delete(key);
      updates.push({ kind: 'leave', obj: reported.ref });
    }
    return updates;
  }

  #compare(key: string, { object, paths }: Selected): Data<'ObjectUpdate'> | undefined {
    const before = this.#reported.get(key);
    const joined = paths.join(' ');
    // The objects of a session compute their properties from others, so their revision says nothing.
    const computed = object.ref.value.startsWith('session[');
    if (before && !computed && before.revision === object.revision && before.paths === joined) return undefined;
    const values = new Map<string, string>();
    const changeSet: Data<'PropertyChange'>[] = [];
    for (const path of paths) {
      const value: AnyValue | undefined = readPath(object, path, this.#context.assumed);
      const text = encodeAnyValue('val', value, { version: this.#context.version, dialect: 'vim25' });
      values.set(path, text);
      const old = before?.values.get(path);
      if (before ? text !== (old ?? '') : value !== undefined) changeSet.push({ name: path, op: 'assign', val: value });
    }
    this.#reported.set(key, { ref: object.ref, revision: object.revision, paths: joined, values });
    if (before && changeSet.length === 0) return undefined;
    return { kind: before ? 'modify' : 'enter', obj: object.ref, changeSet };
  }
}

/** A property collector of one session: its filters and the version counter of its updates. */
export class Collector {
  readonly filters = new Map<string, Filter>();
  readonly #vc: Vcenter;
  #version = 0;
  #dirty = true;
  readonly #waiting = new Set<() => void>();
  readonly #cancel = new Set<AbortController>();
  readonly #unsubscribe: () => void;

  constructor(vc: Vcenter) {
    this.#vc = vc;
    this.#unsubscribe = vc.store.subscribe(() => this.#wake());
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
    if (version === undefined || version === '') {
      for (const filter of this.filters.values()) filter.forget();
      this.#dirty = true;
    } else if (version !== String(this.#version)) {
      throw fault('InvalidCollectorVersion', this.#vc.assumed.invalidCollectorVersion);
    }
  }

  #collect(maxObjectUpdates = Number.POSITIVE_INFINITY): Data<'UpdateSet'> | undefined {
    if (!this.#dirty) return undefined;
    const limit = maxObjectUpdates > 0 ? maxObjectUpdates : Number.POSITIVE_INFINITY;
    let left = limit;
    const filterSet: Data<'PropertyFilterUpdate'>[] = [];
    for (const filter of this.filters.values()) {
      const objectSet = filter.changes(left);
      left -= objectSet.length;
      if (objectSet.length > 0) filterSet.push({ filter: filter.ref, objectSet });
    }
    const truncated = left <= 0;
    // With a full answer there may be more: look again next time.
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
    options: { maxWaitSeconds?: number; maxObjectUpdates?: number },
    signal: AbortSignal,
  ): Promise<Data<'UpdateSet'> | undefined> {
    this.#accept(version);
    const cancel = new AbortController();
    const ended = AbortSignal.any([signal, cancel.signal]);
    this.#cancel.add(cancel);
    let expired = false;
    const { maxWaitSeconds } = options;
    let wake = () => {};
    const woken = () => wake();
    const timer =
      maxWaitSeconds === undefined || maxWaitSeconds < 0
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
        const update = this.#collect(options.maxObjectUpdates);
        if (update) return update;
        if (expired || maxWaitSeconds === 0) return undefined;
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
