import type { Json } from '../../core/index.ts';
import type { Session } from '../http/sessions.ts';
import type { ValueReader, ValueWriter } from '../state/values.ts';
import type { Vcenter } from '../vcenter.ts';
import type { Data } from '../vim/kernel/values.ts';
import { eventSource } from './event-manager.ts';
import { type HistorySource, restoreHistories, type SavedHistory, saveHistories } from './history-collector.ts';
import { restoreCollectors, type SavedCollector, saveCollectors } from './property-collector.ts';
import { taskSource } from './task-manager.ts';
import { restoreInventoryViews, type SavedInventoryView, saveInventoryViews } from './views.ts';

/** What stands behind the managed objects of a session, beside their properties. */
export type SavedSessionObjects = {
  readonly cookie: string;
  readonly collectors: readonly SavedCollector[];
  readonly histories: readonly SavedHistory[];
  readonly inventoryViews: readonly SavedInventoryView[];
};

/** What stands behind the objects of all sessions. */
export function saveSessionObjects(vc: Vcenter, values: ValueWriter): SavedSessionObjects[] {
  return vc.sessions.list().map((session) => ({
    cookie: session.cookie,
    collectors: saveCollectors(vc, session),
    histories: saveHistories(session, values),
    inventoryViews: saveInventoryViews(session),
  }));
}

/** Puts it back behind the objects, when sessions and store are restored. */
export function restoreSessionObjects(vc: Vcenter, saved: readonly SavedSessionObjects[], values: ValueReader): void {
  const sessions = new Map<string, Session>(vc.sessions.list().map((session) => [session.cookie, session]));
  for (const { cookie, collectors, histories, inventoryViews } of saved) {
    const session = sessions.get(cookie);
    if (!session) continue;
    restoreCollectors(vc, session, collectors);
    restoreHistories(vc, session, histories, (collector, infoFilter): HistorySource<unknown> => {
      const source =
        collector.type === 'EventHistoryCollector'
          ? eventSource(vc, collector.get('filter') as Data<'EventFilterSpec'>)
          : taskSource(vc, collector.get('filter') as Data<'TaskFilterSpec'>, read(values, infoFilter));
      return source as HistorySource<unknown>;
    });
    restoreInventoryViews(vc.store, inventoryViews);
  }
}

function read(values: ValueReader, saved: Json | undefined): Data<'TaskInfoFilterSpec'> | undefined {
  return saved === undefined ? undefined : values.read<Data<'TaskInfoFilterSpec'>>(saved);
}
