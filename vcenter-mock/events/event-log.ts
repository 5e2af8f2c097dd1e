import type { Runtime } from '../../core/index.ts';
import type { Inventory } from '../inventory/inventory.ts';
import type { ManagedObject } from '../inventory/store.ts';
import { type Data, data, type Ref, refKey } from '../vim/kernel/values.ts';
import { eventTypes } from './event-types.ts';

type AnyEvent = Data<'Event'> & { _type: string };

/** What an event is about; the arguments of the Event base type are filled in from it. */
export interface EventSubject {
  vm?: ManagedObject;
  host?: ManagedObject;
  /** Any entity, where the event is not about a VM or a host as such. */
  entity?: ManagedObject;
  user?: string;
  /** `seq` of the journal entry that led to the event. */
  cause?: number;
  /** Formatted text; default: the description of the type. */
  message?: string;
  /** Events that belong together, such as those of one task, share it. */
  chainId?: number;
}

/** An EventEx to be posted. */
export interface ExtendedEventFields {
  eventTypeId: string;
  severity?: 'info' | 'warning' | 'error' | 'user';
  message?: string;
  arguments?: Data<'KeyAnyValue'>[];
  fault?: Data<'LocalizedMethodFault'>;
}

/** All events of a vCenter, oldest first. */
export class EventLog {
  readonly #runtime: Runtime;
  readonly #inventory: Inventory;
  readonly #limit: number;
  readonly #listeners = new Set<() => void>();
  #events: AnyEvent[] = [];
  #key = 0;

  constructor(runtime: Runtime, inventory: Inventory, limit: number) {
    this.#runtime = runtime;
    this.#inventory = inventory;
    this.#limit = limit;
  }

  get all(): readonly AnyEvent[] {
    return this.#events;
  }

  /** The newest event, which `EventManager.latestEvent` shows. */
  get latest(): AnyEvent | undefined {
    return this.#events.at(-1);
  }

  /**
   * Posts an event of a declared type. `fields` are the type's own fields; key, chain, time, user and the arguments
   * for VM, host, cluster and datacenter are filled in.
   */
  post(type: keyof typeof eventTypes, fields: Record<string, unknown>, subject: EventSubject = {}): AnyEvent {
    return this.#add({ _type: type, ...fields }, eventTypes[type].description, type, subject);
  }

  /** Posts an EventEx: an event that is known by its `eventTypeId`. */
  postEx(fields: ExtendedEventFields, subject: EventSubject = {}): AnyEvent {
    const about = subject.vm ?? subject.host;
    const event = {
      ...data('EventEx', { severity: 'info', ...fields } as Omit<Data<'EventEx'>, '_type'>),
      objectId: about?.ref.value,
      objectType: about?.type,
      objectName: about && String(about.read('name')),
    };
    return this.#add(event, fields.message ?? fields.eventTypeId, fields.eventTypeId, subject);
  }

  #add(own: object & { _type: string }, text: string, id: string, subject: EventSubject): AnyEvent {
    const key = ++this.#key;
    const message = subject.message ?? text;
    const event = {
      ...own,
      key,
      chainId: subject.chainId ?? key,
      createdTime: new Date(this.#runtime.clock.now()),
      userName: subject.user ?? '',
      ...this.#inventory.eventArguments(subject.vm, subject.host),
      fullFormattedMessage: message,
    } as AnyEvent;
    this.#events.push(event);
    if (this.#events.length > this.#limit) this.#events.shift();
    const severity = (own as { severity?: string }).severity;
    this.#runtime.journal.record({
      plane: 'vcenter',
      event: 'vcenter.event',
      level: severity === 'error' || severity === 'warning' ? 'warn' : 'info',
      text: `event ${id}: ${message}`,
      data: {
        type: own._type,
        eventTypeId: id,
        message,
        vm: subject.vm && refKey(subject.vm.ref),
        host: subject.host && refKey(subject.host.ref),
        key,
      },
      cause: subject.cause,
    });
    for (const listener of this.#listeners) listener();
    return event;
  }

  /** Calls `listener` after each event until the returned function is called. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** The events that fit a filter, oldest first. */
  query(filter: Data<'EventFilterSpec'>): AnyEvent[] {
    const under = filter.entity && this.#inventory.scope(filter.entity.entity, filter.entity.recursion);
    const ids = new Set([...(filter.eventTypeId ?? []), ...(filter.type ?? [])]);
    const users = filter.userName?.userList;
    const found = this.#events.filter((event) => {
      if (under && !entitiesOf(event).some((entity) => under.has(refKey(entity))) && !under.has('*')) return false;
      if (ids.size > 0 && !ids.has(event._type) && !ids.has((event as { eventTypeId?: string }).eventTypeId ?? '')) {
        return false;
      }
      if (filter.time?.beginTime && event.createdTime < filter.time.beginTime) return false;
      if (filter.time?.endTime && event.createdTime > filter.time.endTime) return false;
      if (users && !users.includes(event.userName)) return false;
      if (filter.category && !filter.category.includes(categoryOf(event))) return false;
      return filter.eventChainId === undefined || event.chainId === filter.eventChainId;
    });
    return filter.maxCount === undefined ? found : found.slice(-filter.maxCount);
  }
}

/** EventEx carries its category as severity; the others have the one of their type. */
function categoryOf(event: AnyEvent): string {
  const types: Readonly<Record<string, { category: string }>> = eventTypes;
  return (event as { severity?: string }).severity ?? types[event._type]?.category ?? 'info';
}

function entitiesOf(event: AnyEvent): Ref[] {
  return [
    event.vm?.vm,
    event.host?.host,
    event.computeResource?.computeResource,
    event.datacenter?.datacenter,
    event.ds?.datastore,
  ].filter((reference) => reference !== undefined);
}
