import type { Clock, Journal, Json } from '../../core/index.ts';
import type { Assumed } from '../assumed.ts';
import type { Directory } from '../authorization/directory.ts';
import { plainType } from '../events/event-filter.ts';
import type { EventLog, PostedEvent } from '../events/event-log.ts';
import { type Inventory, rootFolderRef } from '../inventory/inventory.ts';
import type { ManagedObject, ObjectStore, TypedObject } from '../inventory/store.ts';
import type { ValueReader, ValueWriter } from '../state/values.ts';
import { baseOf, isSubtype } from '../vim/kernel/registry.ts';
import { type Data, isRef, parseRefKey, type Ref, refKey, sameRef } from '../vim/kernel/values.ts';
import {
  eventExpressions,
  isTriggered,
  matchesEvent,
  type Status,
  stateExpressions,
  stateOf,
  subjectOf,
  worst,
} from './expressions.ts';

type Alarm = TypedObject<'Alarm'>;
type State = Data<'AlarmState'>;
type Entity = TypedObject<'ManagedEntity'>;

/** The alarms in their order, and their states by key of the entity. */
export type SavedAlarms = {
  readonly alarms: readonly string[];
  readonly states: readonly (readonly [entity: string, states: readonly Json[]])[];
};

/** Who does something to alarms, for the events. */
export interface Actor {
  user: string;
  cause?: number;
}

/** What an alarm watches besides events: types of objects. */
function watchedTypes(alarm: Alarm): string[] {
  return stateExpressions(alarm.get('info').expression).map(({ type }) => plainType(type));
}

/** Types of the entities that an alarm can be about. */
function subjectTypes(alarm: Alarm): string[] {
  const { expression } = alarm.get('info');
  const events = eventExpressions(expression).map(({ objectType }) => plainType(objectType ?? 'ManagedEntity'));
  return [...watchedTypes(alarm), ...events];
}

/**
 * The alarms of a vCenter and their states. An alarm counts for the entity it is defined on and for all below. What an
 * event or a change costs depends on the alarms that wait for it, not on the inventory.
 */
export class Alarms {
  readonly #clock: Clock;
  readonly #journal: Journal;
  readonly #store: ObjectStore;
  readonly #inventory: Inventory;
  readonly #directory: Directory;
  readonly #events: EventLog;
  readonly #assumed: Assumed;
  readonly #alarms = new Set<Alarm>();
  /** Alarms by the type of event they wait for. */
  readonly #byEvent = new Map<string, Set<Alarm>>();
  /** Alarms by the type of entity whose properties they watch. */
  readonly #byType = new Map<string, Set<Alarm>>();
  /** Entity key to alarm id to state; only what differs from the start is kept. */
  readonly #states = new Map<string, Map<string, State>>();

  constructor(parts: {
    clock: Clock;
    journal: Journal;
    store: ObjectStore;
    inventory: Inventory;
    directory: Directory;
    events: EventLog;
    assumed: Assumed;
  }) {
    this.#clock = parts.clock;
    this.#journal = parts.journal;
    this.#store = parts.store;
    this.#inventory = parts.inventory;
    this.#directory = parts.directory;
    this.#events = parts.events;
    this.#assumed = parts.assumed;
    parts.events.subscribe((posted) => this.#onEvent(posted));
    parts.store.subscribe((object) => this.#onChange(object));
  }

  get all(): readonly Alarm[] {
    return [...this.#alarms];
  }

  /** Adds an alarm; without an actor it is one that the vCenter comes with. */
  add(entity: ManagedObject, spec: Data<'AlarmSpec'>, actor?: Actor): Alarm {
    const alarm = this.#store.create('Alarm', 'alarm-#', { value: [], availableField: [] });
    alarm.set({ info: this.#info(alarm.ref, entity.ref, spec, actor?.user ?? '', 0) });
    this.#alarms.add(alarm);
    this.#index(alarm);
    if (!actor) return alarm;
    const event = this.#events.post(
      'AlarmCreatedEvent',
      { alarm: argument(alarm), entity: named(entity) },
      {
        entity,
        user: actor.user,
        cause: actor.cause,
        message: `Created alarm '${spec.name}' on ${entity.read('name')}`,
      },
    );
    alarm.set({ info: { ...alarm.get('info'), creationEventId: event.key } });
    this.#watchAll(alarm, actor.cause);
    return alarm;
  }

  #info(alarm: Ref, entity: Ref, spec: Data<'AlarmSpec'>, user: string, creationEventId: number): Data<'AlarmInfo'> {
    return {
      ...spec,
      _type: 'AlarmInfo',
      key: alarm.value,
      alarm,
      entity,
      lastModifiedTime: new Date(this.#clock.now()),
      lastModifiedUser: this.#directory.shownName(user),
      creationEventId,
    };
  }

  /** Gives an alarm another definition; its states start again. */
  reconfigure(alarm: Alarm, spec: Data<'AlarmSpec'>, actor: Actor): void {
    this.#forget(alarm);
    const { entity, creationEventId, systemName } = alarm.get('info');
    const info = this.#info(alarm.ref, entity, { systemName, ...spec }, actor.user, creationEventId);
    alarm.set({ info });
    this.#indexAll();
    const on = this.#store.find(entity);
    if (!on) return;
    this.#events.post(
      'AlarmReconfiguredEvent',
      { alarm: argument(alarm), entity: named(on) },
      {
        entity: on,
        user: actor.user,
        cause: actor.cause,
        message: `Reconfigured alarm '${spec.name}' on ${on.read('name')}`,
      },
    );
    this.#watchAll(alarm, actor.cause);
  }

  remove(alarm: Alarm, actor: Actor): void {
    this.#unindex(alarm);
    this.#forget(alarm);
    this.#alarms.delete(alarm);
    const { entity, name } = alarm.get('info');
    const on = this.#store.find(entity);
    this.#store.delete(alarm);
    if (!on) return;
    this.#events.post(
      'AlarmRemovedEvent',
      { alarm: argument(alarm), entity: named(on) },
      { entity: on, user: actor.user, cause: actor.cause, message: `Removed alarm '${name}' on ${on.read('name')}` },
    );
  }

  #index(alarm: Alarm): void {
    const { enabled, expression } = alarm.get('info');
    if (!enabled) return;
    for (const { eventType } of eventExpressions(expression)) put(this.#byEvent, plainType(eventType), alarm);
    for (const type of watchedTypes(alarm)) put(this.#byType, type, alarm);
  }

  /** Alarms that wait for the same are asked in the order in which they were made. */
  #indexAll(): void {
    this.#byEvent.clear();
    this.#byType.clear();
    for (const alarm of this.#alarms) this.#index(alarm);
  }

  save(values: ValueWriter): SavedAlarms {
    return {
      alarms: this.all.map(({ ref }) => ref.value),
      states: [...this.#states].map(([entity, states]) => [
        entity,
        [...states.values()].map((state) => values.write(state)),
      ]),
    };
  }

  /** The alarms themselves are objects of the store, which is restored before. */
  restore(saved: SavedAlarms, values: ValueReader): void {
    this.#alarms.clear();
    for (const value of saved.alarms) {
      const alarm = this.#store.get('Alarm', { type: 'Alarm', value });
      if (alarm) this.#alarms.add(alarm);
    }
    this.#indexAll();
    this.#states.clear();
    for (const [entity, states] of saved.states) {
      const read = states.map((state) => values.read<State>(state));
      this.#states.set(entity, new Map(read.map((state) => [state.alarm.value, state])));
    }
  }

  #unindex(alarm: Alarm): void {
    for (const index of [this.#byEvent, this.#byType]) for (const alarms of index.values()) alarms.delete(alarm);
  }

  /** Drops all states of an alarm. */
  #forget(alarm: Alarm): void {
    for (const [key, states] of this.#states) {
      if (!states.delete(alarm.ref.value)) continue;
      const entity = this.#store.find(parseRefKey(key));
      if (entity) this.#publish(entity);
    }
  }

  /** A new alarm looks at what there is, once. */
  #watchAll(alarm: Alarm, cause: number | undefined): void {
    const { entity, enabled } = alarm.get('info');
    const types = watchedTypes(alarm);
    const root = this.#store.find(entity);
    if (!root || !enabled || types.length === 0) return;
    for (const object of [root, ...this.#inventory.descendants(root)]) {
      if (types.some((type) => isSubtype(object.type, type))) this.#watch(alarm, object, cause);
    }
  }

  #onEvent({ event, entity, seq }: PostedEvent): void {
    // What alarms report about themselves raises no alarm. assumed
    if (isSubtype(event._type, 'AlarmEvent')) return;
    const candidates = new Set<Alarm>();
    for (const type of typeLine(event._type)) for (const alarm of this.#byEvent.get(type) ?? []) candidates.add(alarm);
    for (const alarm of candidates) {
      for (const expression of eventExpressions(alarm.get('info').expression)) {
        if (!matchesEvent(expression, event)) continue;
        const subject = subjectOf(expression, event);
        const target =
          subject === 'root' || (subject === 'own' && !entity)
            ? this.#inventory.rootFolder
            : subject === 'own'
              ? entity
              : subject && this.#store.find(subject);
        if (!target || !this.#covers(alarm, target)) continue;
        // documented: without a status the alarm stays as it is
        if (expression.status) this.#become(alarm, target, expression.status, seq, event.key);
      }
    }
  }

  #onChange(object: ManagedObject): void {
    if (!isSubtype(object.type, 'ManagedEntity')) return;
    if (!this.#store.has(object)) {
      this.#gone(object);
      return;
    }
    if (this.#byType.size === 0) return;
    for (const type of typeLine(object.type)) {
      for (const alarm of this.#byType.get(type) ?? []) this.#watch(alarm, object, undefined);
    }
  }

  /** An entity takes its states and the alarms that are defined on it with it. */
  #gone(entity: ManagedObject): void {
    for (const alarm of this.#alarms) {
      if (!sameRef(alarm.get('info').entity, entity.ref)) continue;
      this.#unindex(alarm);
      this.#forget(alarm);
      this.#alarms.delete(alarm);
      this.#store.delete(alarm);
    }
    if (!this.#states.delete(refKey(entity.ref))) return;
    for (const above of this.#line(entity).slice(1)) (above as Entity).touch();
  }

  /** Works out the status that an object's properties give an alarm. */
  #watch(alarm: Alarm, object: ManagedObject, cause: number | undefined): void {
    const { expression } = alarm.get('info');
    // An object that is being made may lack what is watched.
    if (
      stateExpressions(expression).some(({ statePath }) => object.read(/^\w+/.exec(statePath)?.[0] ?? '') === undefined)
    ) {
      return;
    }
    const status = stateOf(expression, object, this.#assumed);
    const before = this.#states.get(refKey(object.ref))?.get(alarm.ref.value)?.overallStatus ?? 'green';
    if (status === undefined || status === before || !this.#covers(alarm, object)) return;
    this.#become(alarm, object, status, cause);
  }

  /** True when an alarm counts for an entity: it is defined there or above, and not switched off there. */
  #covers(alarm: Alarm, entity: ManagedObject): boolean {
    if (this.#states.get(refKey(entity.ref))?.get(alarm.ref.value)?.disabled) return false;
    const { entity: on } = alarm.get('info');
    return sameRef(on, rootFolderRef) || this.#line(entity).some((candidate) => sameRef(candidate.ref, on));
  }

  /** An entity and all that it is below: a VM is in a folder, in a pool and on a host. */
  #line(entity: ManagedObject): ManagedObject[] {
    const line = [entity, ...this.#inventory.ancestors(entity)];
    if (entity.type !== 'VirtualMachine') return line;
    const host = (entity as TypedObject<'VirtualMachine'>).get('runtime')?.host;
    for (const reference of [host, entity.read('resourcePool')]) {
      const other = isRef(reference) && this.#store.find(reference);
      if (other) line.push(other, ...this.#inventory.ancestors(other));
    }
    return [...new Set(line)];
  }

  #become(alarm: Alarm, entity: ManagedObject, status: Status, cause?: number, eventKey?: number): void {
    const before = this.stateOf(alarm, entity);
    // Each event counts anew only when it changes the status. assumed
    if (before.overallStatus === status) return;
    this.#keep(entity, {
      ...this.#fresh(alarm, entity, status),
      time: new Date(this.#clock.now()),
      acknowledged: false,
      eventKey,
    });
    const { name, action } = alarm.get('info');
    const on = this.#store.find(alarm.get('info').entity) ?? this.#inventory.rootFolder;
    const colour = (value: string) => value.charAt(0).toUpperCase() + value.slice(1);
    this.#events.post(
      'AlarmStatusChangedEvent',
      { alarm: argument(alarm), source: named(on), entity: named(entity), from: before.overallStatus, to: status },
      {
        entity,
        cause,
        // observed form
        message: `Alarm '${name}' on ${entity.read('name')} changed from ${colour(before.overallStatus)} to ${colour(status)}`,
      },
    );
    if (action && (entity as Entity).get('alarmActionsEnabled') !== false) {
      this.#journal.record({
        plane: 'vcenter',
        event: 'vcenter.unknown',
        level: 'warn',
        text: `the actions of alarm ${name} are not simulated`,
        data: { alarm: alarm.ref.value },
        cause,
      });
    }
  }

  #keep(entity: ManagedObject, state: State): void {
    const key = refKey(entity.ref);
    const states = this.#states.get(key) ?? new Map<string, State>();
    this.#states.set(key, states.set(state.alarm.value, state));
    this.#publish(entity);
  }

  /** The entity's overall status follows its alarms; it and all above show other states now. */
  #publish(entity: ManagedObject): void {
    const statuses = [...(this.#states.get(refKey(entity.ref))?.values() ?? [])].map((state) => state.overallStatus);
    const overallStatus = worst(['green', ...statuses]);
    if ((entity as Entity).get('overallStatus') !== overallStatus) (entity as Entity).set({ overallStatus });
    for (const above of this.#line(entity)) (above as Entity).touch();
  }

  #fresh(alarm: Alarm, entity: ManagedObject, overallStatus: Status): State {
    return {
      key: `${alarm.ref.value}.${entity.ref.value}`,
      entity: entity.ref,
      alarm: alarm.ref,
      overallStatus,
      time: alarm.get('info').lastModifiedTime,
      acknowledged: false,
      disabled: false,
    };
  }

  /** The state of an alarm at an entity. documented: what no event has touched is gray; properties always have a status */
  stateOf(alarm: Alarm, entity: ManagedObject): State {
    const kept = this.#states.get(refKey(entity.ref))?.get(alarm.ref.value);
    if (kept) return kept;
    const watched = watchedTypes(alarm).some((type) => isSubtype(entity.type, type));
    return this.#fresh(alarm, entity, watched ? 'green' : 'gray');
  }

  /** `declaredAlarmState`: the alarms that are defined on the entity or inherited by it. */
  declared(entity: ManagedObject): State[] {
    const line = new Set(this.#line(entity).map((above) => refKey(above.ref)));
    return this.all
      .filter((alarm) => alarm.get('info').enabled && line.has(refKey(alarm.get('info').entity)))
      .filter((alarm) => hasDescendants(entity) || subjectTypes(alarm).some((type) => isSubtype(entity.type, type)))
      .map((alarm) => this.stateOf(alarm, entity));
  }

  /** `triggeredAlarmState`: what the entity and all below it have raised. */
  triggered(entity: ManagedObject): State[] {
    if (this.#states.size === 0) return [];
    const own = [...(this.#states.get(refKey(entity.ref))?.values() ?? [])];
    const found = own.filter((state) => isTriggered(state.overallStatus) && !state.disabled);
    if (!hasDescendants(entity)) return found;
    for (const [key, states] of this.#states) {
      if (key === refKey(entity.ref)) continue;
      const raised = [...states.values()].filter((state) => isTriggered(state.overallStatus) && !state.disabled);
      const below = raised.length > 0 && this.#store.find(parseRefKey(key));
      if (below && this.#line(below).includes(entity)) found.push(...raised);
    }
    return found;
  }

  /** Marks a triggered alarm as seen by somebody. Nothing happens when it is not triggered. */
  acknowledge(alarm: Alarm, entity: ManagedObject, actor: Actor): void {
    const state = this.stateOf(alarm, entity);
    if (!isTriggered(state.overallStatus) || state.acknowledged) return;
    this.#keep(entity, {
      ...state,
      acknowledged: true,
      acknowledgedByUser: this.#directory.shownName(actor.user),
      acknowledgedTime: new Date(this.#clock.now()),
    });
    this.#tell('AlarmAcknowledgedEvent', alarm, entity, actor, {}, 'Acknowledged');
  }

  /** Sets triggered alarms back to green that fit. */
  clear(fits: (alarm: Alarm, entity: ManagedObject, state: State) => boolean, actor: Actor): void {
    for (const [key, states] of [...this.#states]) {
      const entity = this.#store.find(parseRefKey(key));
      for (const state of [...states.values()]) {
        const alarm = this.#store.get('Alarm', state.alarm);
        if (!entity || !alarm || !isTriggered(state.overallStatus) || !fits(alarm, entity, state)) continue;
        this.#keep(entity, { ...this.#fresh(alarm, entity, 'green'), time: new Date(this.#clock.now()) });
        this.#tell('AlarmClearedEvent', alarm, entity, actor, { from: state.overallStatus }, 'Manually cleared');
      }
    }
  }

  /** Switches an alarm off or on at one entity; what it had raised there is gone. */
  enable(alarm: Alarm, entity: ManagedObject, enabled: boolean, cause?: number): void {
    const watched = watchedTypes(alarm).some((type) => isSubtype(entity.type, type));
    this.#keep(entity, { ...this.#fresh(alarm, entity, watched ? 'green' : 'gray'), disabled: !enabled });
    if (enabled && watched) this.#watch(alarm, entity, cause);
  }

  #tell(
    type: 'AlarmAcknowledgedEvent' | 'AlarmClearedEvent',
    alarm: Alarm,
    entity: ManagedObject,
    actor: Actor,
    fields: object,
    verb: string,
  ): void {
    const { name, entity: on } = alarm.get('info');
    const source = this.#store.find(on) ?? this.#inventory.rootFolder;
    this.#events.post(
      type,
      { alarm: argument(alarm), source: named(source), entity: named(entity), ...fields },
      { entity, user: actor.user, cause: actor.cause, message: `${verb} alarm '${name}' on ${entity.read('name')}` },
    );
  }
}

/** VMs, datastores and networks have nothing below them. */
function hasDescendants(entity: ManagedObject): boolean {
  return !['VirtualMachine', 'Datastore', 'Network'].some((type) => isSubtype(entity.type, type));
}

function* typeLine(type: string): Iterable<string> {
  for (let current: string | undefined = type; current; current = baseOf(current)) yield current;
}

function argument(alarm: Alarm): Data<'AlarmEventArgument'> {
  return { name: alarm.get('info').name, alarm: alarm.ref };
}

function named(entity: ManagedObject): Data<'ManagedEntityEventArgument'> {
  return { name: String(entity.read('name')), entity: entity.ref };
}

function put(index: Map<string, Set<Alarm>>, key: string, alarm: Alarm): void {
  const alarms = index.get(key) ?? new Set();
  index.set(key, alarms.add(alarm));
}
