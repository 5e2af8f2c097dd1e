import { cryptoEventDescriptions, eventWordingOf } from '../crypto/events.ts';
import { type AnyEvent, plainType } from '../events/event-filter.ts';
import { type EventType, eventTypes } from '../events/event-types.ts';
import type { ManagedObject } from '../inventory/store.ts';
import type { Call, Vcenter } from '../vcenter.ts';
import { fault, invalidArgument } from '../vim/kernel/fault.ts';
import { implement } from '../vim/kernel/implementation.ts';
import { dataDeclaration, enumValues, fieldsOf, isSubtype } from '../vim/kernel/registry.ts';
import { type Data, data } from '../vim/kernel/values.ts';
import {
  createHistoryCollector,
  type HistorySource,
  latestPage,
  maxCollector,
  readNext,
  readPrevious,
} from './history-collector.ts';

const element = (key: string) => data('ElementDescription', { key, label: key, summary: key });

/** EventManager.description: what govc reads to show an event's category. */
export function eventDescription(version: string): Data<'EventDescription'> {
  const wording = eventWordingOf(version);
  const details = [
    ...Object.entries<EventType>(eventTypes).map(([key, { category, description, ...older }]) => {
      const text = wording === '6.7' ? (older['6.7'] ?? description) : description;
      return { key, category, description: text, fullFormat: text };
    }),
    ...cryptoEventDescriptions(wording),
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

/** Fields that every event has: they are no arguments of a type of its own. */
const common = new Set(fieldsOf('Event').keys());

/** The entities that the arguments of an event name, the one that it is about first. @throws InvalidArgument for one that is not there */
function entitiesOf(event: AnyEvent, { vc }: Call): ManagedObject[] {
  const named = [
    event.vm?.vm,
    event.host?.host,
    event.ds?.datastore,
    event.net?.network,
    event.computeResource?.computeResource,
    event.datacenter?.datacenter,
  ];
  return named.flatMap((reference) => {
    if (!reference) return [];
    const entity = vc.store.find(reference);
    if (!entity) throw invalidArgument('eventToPost');
    return [entity];
  });
}

/** documented: what a user can log an event about, beside the root folder */
const loggable = ['Datacenter', 'VirtualMachine', 'HostSystem', 'ComputeResource'];

/** @throws ManagedObjectNotFound, InvalidArgument for a filter that nothing can fit. documented */
function checkFilter({ entity, type = [] }: Data<'EventFilterSpec'>, { vc }: Call): void {
  if (entity && !vc.store.find(entity.entity)) {
    throw fault('ManagedObjectNotFound', vc.assumed.objectNotFound, { obj: entity.entity });
  }
  if (!type.every((name) => isSubtype(plainType(name), 'Event'))) throw invalidArgument('filter.type');
}

/** The events of a filter. */
export function eventSource({ events }: Vcenter, filter: Data<'EventFilterSpec'>): HistorySource<AnyEvent> {
  return {
    after: (key, count) => events.after(key, filter, count),
    before: (key, count) => events.before(key, filter, count),
    keyOf: (event) => event.key,
    subscribe: (changed) => events.subscribe(changed),
  };
}

export const eventManager = implement('EventManager', {
  derive: {
    description: (_object, vc) => eventDescription(vc.profile.version),
    latestEvent: (_object, vc) => vc.events.latest,
    maxCollector: () => maxCollector,
  },
  limits: { RetrieveArgumentDescription: 'nothing for an EventEx' },
  methods: {
    QueryEvents(_object, { filter }, call) {
      checkFilter(filter, call);
      return call.vc.events.query(filter);
    },

    CreateCollectorForEvents(_object, { filter }, call) {
      checkFilter(filter, call);
      return createHistoryCollector(
        'EventHistoryCollector',
        { filter, initialized: true },
        eventSource(call.vc, filter),
        call,
      );
    },

    /** The arguments of a declared type; those of an EventEx are not public. */
    RetrieveArgumentDescription(_object, { eventTypeId }, { vc }) {
      const type = plainType(eventTypeId);
      if (
        eventDescription(vc.profile.version).eventInfo.some(({ fullFormat }) =>
          fullFormat.startsWith(`${eventTypeId}|`),
        )
      )
        return [];
      if (!dataDeclaration(type) || !isSubtype(type, 'Event')) throw invalidArgument('eventTypeId');
      return [...fieldsOf(type).values()]
        .filter(({ field }) => !common.has(field))
        .map(({ field, name }) => ({ name: field, type: name }));
    },

    /** documented: events of every type can come from outside; their references and severity are checked */
    PostEvent(_object, { eventToPost, taskInfo }, call) {
      const event = { _type: 'Event', ...eventToPost } as AnyEvent & Partial<Data<'EventEx'>>;
      if (event.severity !== undefined && !enumValues('EventEventSeverity')?.includes(event.severity)) {
        throw invalidArgument('eventToPost.severity');
      }
      const id = event.eventTypeId ?? event._type;
      call.vc.events.postAs(event, id, {
        entity: entitiesOf(event, call)[0],
        user: call.user,
        cause: call.cause,
        message: event.message ?? event.fullFormattedMessage ?? id,
        chainId: taskInfo?.eventChainId,
      });
    },

    LogUserEvent(_object, { entity: reference, msg }, call) {
      const entity = call.vc.store.find(reference);
      if (!entity) throw fault('ManagedObjectNotFound', call.vc.assumed.objectNotFound, { obj: reference });
      const isLoggable =
        entity === call.vc.inventory.rootFolder || loggable.some((type) => isSubtype(entity.type, type));
      if (!isLoggable) throw invalidArgument('entity');
      if (msg === '') throw invalidArgument('msg');
      call.vc.events.post(
        'GeneralUserEvent',
        { message: msg, entity: { entity: entity.ref, name: String(entity.read('name')) } },
        { entity, user: call.user, cause: call.cause, message: `User logged event: ${msg}` },
      );
    },
  },
});

export const eventHistoryCollector = implement('EventHistoryCollector', {
  derive: { latestPage: (object) => latestPage(object) as AnyEvent[] },
  methods: {
    ReadNextEvents: (object, { maxCount }, call) => readNext(object, maxCount, call) as AnyEvent[],
    ReadPreviousEvents: (object, { maxCount }, call) => readPrevious(object, maxCount, call) as AnyEvent[],
  },
});
