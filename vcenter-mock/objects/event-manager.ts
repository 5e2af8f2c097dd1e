import { cryptoEventDescriptions, eventWordingOf } from '../crypto/events.ts';
import { type AnyEvent, plainType } from '../events/event-filter.ts';
import { type EventType, eventTypes } from '../events/event-types.ts';
import type { Vcenter } from '../vcenter.ts';
import { fault, invalidArgument } from '../vim/kernel/fault.ts';
import { implement } from '../vim/kernel/implementation.ts';
import { dataDeclaration, fieldsOf, isSubtype } from '../vim/kernel/registry.ts';
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

/** What an event of a client is about: the entity that one of its arguments names. */
function subjectOf(event: AnyEvent) {
  return (
    event.vm?.vm ??
    event.host?.host ??
    event.ds?.datastore ??
    event.net?.network ??
    event.computeResource?.computeResource ??
    event.datacenter?.datacenter
  );
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
  limits: { PostEvent: 'EventEx and ExtendedEvent only', RetrieveArgumentDescription: 'nothing for an EventEx' },
  methods: {
    QueryEvents: (_object, { filter }, { vc }) => vc.events.query(filter),

    CreateCollectorForEvents(_object, { filter }, call) {
      const { vc } = call;
      const entity = filter.entity?.entity;
      if (entity && !vc.store.find(entity)) {
        throw fault('ManagedObjectNotFound', vc.assumed.objectNotFound, { obj: entity });
      }
      return createHistoryCollector(
        'EventHistoryCollector',
        { filter, initialized: true },
        eventSource(vc, filter),
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

    /** assumed: only events whose type is open (EventEx, ExtendedEvent) can come from outside */
    PostEvent(_object, { eventToPost, taskInfo }, call) {
      const { vc } = call;
      const event = { _type: 'Event', ...eventToPost } as AnyEvent & Partial<Data<'EventEx'>>;
      if (!isSubtype(event._type, 'EventEx') && !isSubtype(event._type, 'ExtendedEvent')) {
        throw fault('InvalidEvent', vc.assumed.invalidEvent(event._type));
      }
      const id = event.eventTypeId ?? event._type;
      const about = subjectOf(event);
      const entity = about && vc.store.find(about);
      if (about && !entity) throw fault('ManagedObjectNotFound', vc.assumed.objectNotFound, { obj: about });
      vc.events.postAs(event, id, {
        entity,
        user: call.user,
        cause: call.cause,
        message: event.message ?? event.fullFormattedMessage ?? id,
        chainId: taskInfo?.eventChainId,
      });
    },

    LogUserEvent(_object, { entity: reference, msg }, call) {
      const entity = call.vc.store.find(reference);
      if (!entity) throw fault('ManagedObjectNotFound', call.vc.assumed.objectNotFound, { obj: reference });
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
