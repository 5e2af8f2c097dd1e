import { cryptoEventDescriptions } from '../crypto/events.ts';
import { eventTypes } from '../events/event-types.ts';
import type { ManagedObject } from '../inventory/store.ts';
import type { Call } from '../vcenter.ts';
import { fault, invalidArgument } from '../vim/kernel/fault.ts';
import { implement } from '../vim/kernel/implementation.ts';
import { type Data, data } from '../vim/kernel/values.ts';

/** Where a reader of an EventHistoryCollector stands. */
interface Cursor {
  filter: Data<'EventFilterSpec'>;
  pageSize: number;
  /** Key of the last event read forwards, and of the last one read backwards. */
  forward: number;
  backward: number;
}

const cursors = new WeakMap<ManagedObject, Cursor>();

const element = (key: string) => data('ElementDescription', { key, label: key, summary: key });

/** EventManager.description: what govc reads to show an event's category. */
export function eventDescription(): Data<'EventDescription'> {
  const details = [
    ...Object.entries(eventTypes).map(([key, { category, description }]) => ({
      key,
      category,
      description,
      fullFormat: description,
    })),
    ...cryptoEventDescriptions(),
  ];
  return {
    _type: 'EventDescription',
    category: ['info', 'warning', 'error', 'user'].map(element),
    eventInfo: details.map(({ key, category, description, fullFormat }) => ({
      key,
      description,
      category,
      formatOnDatacenter: '',
      formatOnComputeResource: '',
      formatOnHost: '',
      formatOnVm: '',
      fullFormat,
    })),
  };
}

export const eventManager = implement('EventManager', {
  derive: {
    description: eventDescription,
    latestEvent: (_object, vc) => vc.events.latest,
    maxCollector: () => 32,
  },
  methods: {
    QueryEvents: (_object, params, { vc }) => vc.events.query(params.filter),

    CreateCollectorForEvents(_object, params, call) {
      const { vc, session } = call;
      if (!session) throw fault('NotAuthenticated', vc.assumed.notAuthenticated, { object: call.object.ref });
      const entity = params.filter.entity?.entity;
      if (entity && !vc.store.find(entity)) {
        throw fault('ManagedObjectNotFound', vc.assumed.objectNotFound, { obj: entity });
      }
      const collector = vc.store.create('EventHistoryCollector', vc.sessions.objectId(session), {
        filter: params.filter,
        initialized: true,
      });
      session.objects.add(collector);
      // documented: 10 entries to a page until the client says otherwise; the cursor starts at the oldest event
      cursors.set(collector, { filter: params.filter, pageSize: 10, forward: 0, backward: Number.POSITIVE_INFINITY });
      return collector.ref;
    },

    LogUserEvent(_object, params, call) {
      const entity = call.vc.store.find(params.entity);
      if (!entity) throw fault('ManagedObjectNotFound', call.vc.assumed.objectNotFound, { obj: params.entity });
      call.vc.events.post(
        'GeneralUserEvent',
        { message: params.msg, entity: { entity: entity.ref, name: String(entity.read('name')) } },
        {
          vm: entity.type === 'VirtualMachine' ? entity : undefined,
          host: entity.type === 'HostSystem' ? entity : undefined,
          user: call.user,
          cause: call.cause,
          message: `User logged event: ${params.msg}`,
        },
      );
    },
  },
});

function cursorOf(object: ManagedObject, call: Call): Cursor {
  const cursor = cursors.get(object);
  if (!cursor) throw fault('ManagedObjectNotFound', call.vc.assumed.objectNotFound, { obj: object.ref });
  return cursor;
}

function positive(maxCount: number): number {
  if (maxCount < 1) {
    throw invalidArgument('maxCount');
  }
  return maxCount;
}

export const historyCollector = implement('HistoryCollector', {
  methods: {
    SetCollectorPageSize(object, params, call) {
      cursorOf(object, call).pageSize = positive(params.maxCount);
    },
    RewindCollector(object, _params, call) {
      cursorOf(object, call).forward = 0;
    },
    ResetCollector(object, _params, call) {
      const cursor = cursorOf(object, call);
      cursor.forward = call.vc.events.latest?.key ?? 0;
      cursor.backward = Number.POSITIVE_INFINITY;
    },
    DestroyCollector(object, _params, call) {
      cursorOf(object, call);
      call.session?.objects.delete(object);
      call.vc.store.delete(object);
    },
  },
});

export const eventHistoryCollector = implement('EventHistoryCollector', {
  derive: {
    // documented: the newest events, newest first
    latestPage: (object, { events }) => {
      const cursor = cursors.get(object);
      return cursor ? events.query(cursor.filter).slice(-cursor.pageSize).reverse() : [];
    },
  },
  methods: {
    ReadNextEvents(object, params, call) {
      const cursor = cursorOf(object, call);
      const events = call.vc.events.query(cursor.filter).filter((event) => event.key > cursor.forward);
      const page = events.slice(0, positive(params.maxCount));
      cursor.forward = page.at(-1)?.key ?? cursor.forward;
      return page;
    },
    ReadPreviousEvents(object, params, call) {
      const cursor = cursorOf(object, call);
      const events = call.vc.events.query(cursor.filter).filter((event) => event.key < cursor.backward);
      const page = events.slice(-positive(params.maxCount)).reverse();
      cursor.backward = page.at(-1)?.key ?? cursor.backward;
      return page;
    },
  },
});
