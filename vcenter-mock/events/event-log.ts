import type { Json, Runtime } from '../../core/index.ts';
import type { Directory } from '../authorization/directory.ts';
import type { Inventory } from '../inventory/inventory.ts';
import type { ManagedObject } from '../inventory/store.ts';
import type { ValueReader, ValueWriter } from '../state/values.ts';
import { isSubtype } from '../vim/kernel/registry.ts';
import { type Data, data, type Ref, refKey } from '../vim/kernel/values.ts';
import { type AnyEvent, eventTest, type FiledEvent } from './event-filter.ts';
import { eventTypes } from './event-types.ts';

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

/** A posted event with what it is about and the journal entry that it made. */
export interface PostedEvent {
  readonly event: AnyEvent;
  /** The entity that the event is about; undefined when it is about none. */
  readonly entity?: ManagedObject;
  readonly seq: number;
}

/** All events, oldest first, with the keys of what each is about: itself, all above. */
export type SavedEvents = {
  readonly key: number;
  readonly events: readonly (readonly [event: Json, own: readonly string[], above: readonly string[]])[];
};

/** All events of a vCenter, oldest first. */
export class EventLog {
  readonly #runtime: Runtime;
  readonly #inventory: Inventory;
  readonly #directory: Directory;
  readonly #limit: number;
  readonly #listeners = new Set<(posted: PostedEvent) => void>();
  /** Their keys follow one another. */
  #events: FiledEvent[] = [];
  #key = 0;

  constructor(runtime: Runtime, inventory: Inventory, directory: Directory, limit: number) {
    this.#runtime = runtime;
    this.#inventory = inventory;
    this.#directory = directory;
    this.#limit = limit;
  }

  get all(): readonly AnyEvent[] {
    return this.#events.map(({ event }) => event);
  }

  /** The newest event, which `EventManager.latestEvent` shows. */
  get latest(): AnyEvent | undefined {
    return this.#events.at(-1)?.event;
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
    const about = subject.vm ?? subject.host ?? subject.entity;
    const event = {
      ...data('EventEx', { severity: 'info', ...fields } as Omit<Data<'EventEx'>, '_type'>),
      objectId: about?.ref.value,
      objectType: about?.type,
      objectName: about && String(about.read('name')),
    };
    return this.#add(event, fields.message ?? fields.eventTypeId, fields.eventTypeId, subject);
  }

  /** Posts an event as a client made it: its own fields stay, those of the base type are filled in. */
  postAs(event: AnyEvent, id: string, subject: EventSubject): AnyEvent {
    return this.#add(event, id, id, subject);
  }

  #add(own: object & { _type: string }, text: string, id: string, subject: EventSubject): AnyEvent {
    const key = ++this.#key;
    const message = subject.message ?? text;
    const about = subject.vm ?? subject.host ?? subject.entity;
    const event = {
      ...own,
      key,
      chainId: subject.chainId ?? key,
      createdTime: new Date(this.#runtime.clock.now()),
      userName: this.#directory.shownName(subject.user ?? ''),
      ...this.#arguments(subject),
      fullFormattedMessage: message,
    } as AnyEvent;
    this.#events.push({ event, ...this.#place(event, about) });
    if (this.#events.length > this.#limit) this.#events.shift();
    const severity = (own as { severity?: string }).severity;
    const entry = this.#runtime.journal.record({
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
    for (const listener of this.#listeners) listener({ event, entity: about, seq: entry.seq });
    return event;
  }

  #arguments({ vm, host, entity }: EventSubject): Partial<Data<'Event'>> {
    if (vm || host || !entity) return this.#inventory.eventArguments(vm, host);
    if (entity.type === 'VirtualMachine') return this.#inventory.eventArguments(entity);
    if (entity.type === 'HostSystem') return this.#inventory.eventArguments(undefined, entity);
    const line = [entity, ...this.#inventory.ancestors(entity)];
    const named = (base: string) => {
      const found = line.find((candidate) => isSubtype(candidate.type, base));
      return found && { reference: found.ref, name: String(found.read('name')) };
    };
    const [datacenter, cluster, datastore, network] = ['Datacenter', 'ComputeResource', 'Datastore', 'Network'].map(
      named,
    );
    return {
      datacenter: datacenter && { name: datacenter.name, datacenter: datacenter.reference },
      computeResource: cluster && { name: cluster.name, computeResource: cluster.reference },
      ds: datastore && { name: datastore.name, datastore: datastore.reference },
      net: network && { name: network.name, network: network.reference },
    };
  }

  /** Worked out once: a filter must not walk the inventory for each event. */
  #place(event: AnyEvent, about: ManagedObject | undefined): Omit<FiledEvent, 'event'> {
    const entities = entitiesOf(event);
    if (about) entities.push(about.ref);
    const [own, above] = [new Set<string>(), new Set<string>()];
    for (const reference of entities) {
      own.add(refKey(reference));
      const entity = this.#inventory.store.find(reference);
      for (const ancestor of entity ? this.#inventory.ancestors(entity) : []) above.add(refKey(ancestor.ref));
    }
    return { own, above };
  }

  save(values: ValueWriter): SavedEvents {
    return {
      key: this.#key,
      events: this.#events.map(({ event, own, above }) => [values.write(event), [...own], [...above]]),
    };
  }

  restore({ key, events }: SavedEvents, values: ValueReader): void {
    this.#key = key;
    this.#events = events.map(([event, own, above]) => ({
      event: values.read<AnyEvent>(event),
      own: new Set(own),
      above: new Set(above),
    }));
  }

  /** Calls `listener` after each event until the returned function is called. */
  subscribe(listener: (posted: PostedEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** The events that fit a filter, oldest first; with `maxCount` the newest of them. */
  query(filter: Data<'EventFilterSpec'>): AnyEvent[] {
    return this.before(Number.POSITIVE_INFINITY, filter, filter.maxCount).reverse();
  }

  /** At most `count` events with keys above `key` that fit, oldest first. */
  after(key: number, filter: Data<'EventFilterSpec'>, count: number): AnyEvent[] {
    const fits = eventTest(filter);
    const found: AnyEvent[] = [];
    const first = this.#events[0]?.event.key ?? 0;
    for (let index = Math.max(0, key + 1 - first); index < this.#events.length && found.length < count; index++) {
      const filed = this.#events[index]!;
      if (fits(filed)) found.push(shown(filed.event, filter));
    }
    return found;
  }

  /** At most `count` events with keys up to `key` that fit, newest first. */
  before(key: number, filter: Data<'EventFilterSpec'>, count = Number.POSITIVE_INFINITY): AnyEvent[] {
    const fits = eventTest(filter);
    const found: AnyEvent[] = [];
    const first = this.#events[0]?.event.key ?? 0;
    for (let index = Math.min(this.#events.length - 1, key - first); index >= 0 && found.length < count; index--) {
      const filed = this.#events[index]!;
      if (fits(filed)) found.push(shown(filed.event, filter));
    }
    return found;
  }
}

function shown(event: AnyEvent, filter: Data<'EventFilterSpec'>): AnyEvent {
  return filter.disableFullMessage ? { ...event, fullFormattedMessage: undefined } : event;
}

function entitiesOf(event: AnyEvent): Ref[] {
  return [
    event.vm?.vm,
    event.host?.host,
    event.computeResource?.computeResource,
    event.datacenter?.datacenter,
    event.ds?.datastore,
    event.net?.network,
  ].filter((reference) => reference !== undefined);
}
