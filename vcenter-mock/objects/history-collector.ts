import type { Json } from '../../core/index.ts';
import type { Session } from '../http/sessions.ts';
import type { ManagedObject, TypedObject } from '../inventory/store.ts';
import type { ValueWriter } from '../state/values.ts';
import type { Call, Vcenter } from '../vcenter.ts';
import { fault, invalidArgument } from '../vim/kernel/fault.ts';
import { implement } from '../vim/kernel/implementation.ts';
import { type Data, type Properties, parseRefKey, type Ref, refKey } from '../vim/kernel/values.ts';

/** documented default of a collector's page */
const defaultPageSize = 10;
/** documented: what maxCollector says; a client that has as many gets InvalidState */
export const maxCollector = 32;
/** documented: what a page may hold */
const maxPageSize = 1000;

/** Where a collector's entries come from; keys grow with time. */
export interface HistorySource<T> {
  /** At most `count` entries with keys above `key`, oldest first. */
  after(key: number, count: number): T[];
  /** At most `count` entries with keys up to `key`, newest first. */
  before(key: number, count: number): T[];
  keyOf(entry: T): number;
  /** Calls back after each change until the returned function is called. */
  subscribe(changed: () => void): () => void;
  /** Which results the tasks of a TaskHistoryCollector show. */
  readonly infoFilter?: Data<'TaskInfoFilterSpec'>;
}

interface History<T = unknown> {
  source: HistorySource<T>;
  pageSize: number;
  /** The scrollable view stands behind the entry with this key. */
  position: number;
}

const histories = new WeakMap<ManagedObject, History>();

function historyOf(object: ManagedObject, call: Call): History {
  const history = histories.get(object);
  if (!history) throw fault('ManagedObjectNotFound', call.vc.assumed.objectNotFound, { obj: object.ref });
  return history;
}

/**
 * Makes a history collector that belongs to the caller's session. The view stands before the oldest entry. documented
 * @throws InvalidState when the session has as many collectors of the type as it may have
 */
export function createHistoryCollector<N extends 'EventHistoryCollector' | 'TaskHistoryCollector', T>(
  type: N,
  properties: Partial<Properties<N>>,
  source: HistorySource<T>,
  call: Call,
): Ref {
  const { vc, session } = call;
  if (!session) throw fault('NotAuthenticated', vc.assumed.notAuthenticated, { object: call.object.ref });
  if ([...session.objects].filter((object) => object.type === type).length >= maxCollector) {
    throw fault('InvalidState', vc.assumed.invalidState);
  }
  const collector: TypedObject<N> = vc.store.create(type, vc.sessions.objectId(session), properties);
  session.objects.add(collector);
  follow(vc, session, collector, { source, pageSize: defaultPageSize, position: 0 });
  return collector.ref;
}

function follow<T>(vc: Vcenter, session: Session, collector: HistoryCollector, history: History<T>): void {
  histories.set(collector, history as unknown as History<unknown>);
  // What latestPage shows is computed: tell those that wait for it.
  const unsubscribe = history.source.subscribe(() => {
    if (vc.store.has(collector)) collector.touch();
    else unsubscribe();
  });
  session.ended.signal.addEventListener('abort', unsubscribe, { once: true });
}

/** A history collector: where it stands. Without a position it stands behind everything. */
export type SavedHistory = {
  readonly id: string;
  readonly pageSize: number;
  readonly position?: number;
  readonly infoFilter?: Json;
};

type HistoryCollector = TypedObject<'EventHistoryCollector' | 'TaskHistoryCollector'>;

export function saveHistories(session: Session, values: ValueWriter): SavedHistory[] {
  return [...session.objects].flatMap((object) => {
    const history = histories.get(object);
    if (!history) return [];
    const { pageSize, position } = history;
    const { infoFilter } = history.source;
    return [
      {
        id: refKey(object.ref),
        pageSize,
        ...(Number.isFinite(position) && { position }),
        ...(infoFilter && { infoFilter: values.write(infoFilter) }),
      },
    ];
  });
}

/** @param sourceOf gives what a collector looks at, by its filter */
export function restoreHistories(
  vc: Vcenter,
  session: Session,
  saved: readonly SavedHistory[],
  sourceOf: (collector: HistoryCollector, infoFilter: Json | undefined) => HistorySource<unknown>,
): void {
  for (const { id, pageSize, position = Number.POSITIVE_INFINITY, infoFilter } of saved) {
    const collector = vc.store.find(parseRefKey(id)) as HistoryCollector | undefined;
    if (!collector) continue;
    const living = histories.get(collector);
    if (living) Object.assign(living, { pageSize, position });
    else follow(vc, session, collector, { source: sourceOf(collector, infoFilter), pageSize, position });
  }
}

function countOf(maxCount: number): number {
  if (maxCount < 1) throw invalidArgument('maxCount');
  return Math.min(maxCount, maxPageSize);
}

/** The newest entries, newest first. documented */
export function latestPage(object: ManagedObject): unknown[] {
  const history = histories.get(object);
  return history ? history.source.before(Number.POSITIVE_INFINITY, history.pageSize) : [];
}

/** The entries after the view, oldest first; the view moves behind them. */
export function readNext(object: ManagedObject, maxCount: number, call: Call): unknown[] {
  const history = historyOf(object, call);
  const page = history.source.after(history.position, countOf(maxCount));
  const last = page.at(-1);
  if (last !== undefined) history.position = history.source.keyOf(last);
  return page;
}

/** The entries before the view, newest first; the view moves before them. */
export function readPrevious(object: ManagedObject, maxCount: number, call: Call): unknown[] {
  const history = historyOf(object, call);
  const page = history.source.before(history.position, countOf(maxCount));
  const last = page.at(-1);
  if (last !== undefined) history.position = history.source.keyOf(last) - 1;
  return page;
}

export const historyCollector = implement('HistoryCollector', {
  methods: {
    SetCollectorPageSize(object, { maxCount }, call) {
      historyOf(object, call).pageSize = countOf(maxCount);
      object.touch();
    },

    // documented: to the oldest entry …
    RewindCollector(object, _params, call) {
      historyOf(object, call).position = 0;
    },

    // … and to the newest, so that reading backwards gives all of them
    ResetCollector(object, _params, call) {
      historyOf(object, call).position = Number.POSITIVE_INFINITY;
    },

    DestroyCollector(object, _params, call) {
      historyOf(object, call);
      call.session?.objects.delete(object);
      call.vc.store.delete(object);
    },
  },
});
