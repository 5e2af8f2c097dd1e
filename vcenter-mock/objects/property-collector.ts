import { mayUse, type Session, seenBy } from '../http/sessions.ts';
import type { ManagedObject } from '../inventory/store.ts';
import { Collector } from '../property-collector/collector.ts';
import { Filter } from '../property-collector/filter.ts';
import { objectContents } from '../property-collector/object-content.ts';
import type { Pages, SavedRest } from '../property-collector/pages.ts';
import { checkSpec, type Selected, type SelectionContext, selectExisting } from '../property-collector/selection.ts';
import type { Call, Vcenter } from '../vcenter.ts';
import { fault, invalidArgument } from '../vim/kernel/fault.ts';
import { implement } from '../vim/kernel/implementation.ts';
import { type Data, ref, refKey, sameRef } from '../vim/kernel/values.ts';

/** For whom a filter selects and reads: its maker, in the version that he spoke. */
type Reader = Pick<Call, 'user' | 'version'>;

/** The default collector of each session; private ones hang on their object. */
const defaultCollectors = new WeakMap<Session, Collector>();
const privateCollectors = new WeakMap<ManagedObject, Collector>();
const filters = new WeakMap<ManagedObject, Reader & { collector: Collector }>();

function sessionOf(call: Call): Session {
  if (!call.session) {
    throw fault('NotAuthenticated', call.vc.assumed.notAuthenticated, {
      object: call.object.ref,
      privilegeId: 'System.View',
    });
  }
  return call.session;
}

function collectorOf(call: Call): Collector {
  const own = privateCollectors.get(call.object);
  if (own) return own;
  const session = sessionOf(call);
  let collector = defaultCollectors.get(session);
  if (!collector) {
    collector = openCollector(call.vc, session);
    defaultCollectors.set(session, collector);
  }
  return collector;
}

function openCollector(vc: Vcenter, session: Session, isRestored = false): Collector {
  const collector = new Collector(vc, isRestored);
  session.ended.signal.addEventListener('abort', () => collector.close(), { once: true });
  return collector;
}

function contextOf({ vc, session, user, version }: Reader & Pick<Call, 'vc' | 'session'>): SelectionContext {
  const { store, assumed, authorization } = vc;
  // Without a session there is but the service instance, which everybody may read.
  const isFree = () => !session || authorization.isAdministrator(user);
  return {
    store,
    assumed,
    version,
    visible: (reference) => mayUse(session, reference) && (isFree() || authorization.sees(user, reference)),
    seen: (object) => seenBy(session, object, authorization),
    lacks: (object, property) => {
      if (isFree()) return undefined;
      const privilege = authorization.propertyPrivilege(object.type, property);
      return authorization.holds(user, privilege, object) ? undefined : privilege;
    },
  };
}

/** What the specs select. documented: an object is told of once, with what all specs ask of it */
function selected(specs: readonly Data<'PropertyFilterSpec'>[], call: Call, context: SelectionContext): Selected[] {
  for (const spec of specs) checkSpec(spec, call.vc.assumed, call.version);
  const blended = new Map<ManagedObject, Selected>();
  for (const one of specs.flatMap((spec) => selectExisting(spec, context))) {
    const before = blended.get(one.object);
    const paths = before ? [...new Set([...before.paths, ...one.paths])] : one.paths;
    blended.set(one.object, before ? { object: one.object, paths } : one);
  }
  return [...blended.values()];
}

/** documented: limits that are not positive are illegal; a wait may be of no time at all. */
function requirePositive(name: string, limit: number | undefined, least = 1): void {
  if (limit !== undefined && limit < least) throw invalidArgument(name);
}

function page({ objects, token }: ReturnType<Pages['cut']>, context: SelectionContext): Data<'RetrieveResult'> {
  return { token, objects: objectContents(objects, context) };
}

function takePage(token: string, call: Call) {
  const rest = collectorOf(call).pages.take(token);
  if (!rest) throw invalidArgument('token');
  return rest;
}

export const propertyCollector = implement('PropertyCollector', {
  methods: {
    RetrieveProperties(_object, params, call) {
      const context = contextOf(call);
      return objectContents(selected(params.specSet, call, context), context);
    },

    RetrievePropertiesEx(_object, params, call) {
      const maxObjects = params.options?.maxObjects;
      requirePositive('options.maxObjects', maxObjects);
      const context = contextOf(call);
      const objects = selected(params.specSet, call, context);
      // vim25: nothing found is an unset result
      if (objects.length === 0) return undefined;
      // Without a session there is but the service instance.
      if (!call.session) return page({ objects, token: undefined }, context);
      return page(collectorOf(call).pages.cut(objects, maxObjects), context);
    },

    ContinueRetrievePropertiesEx(_object, params, call) {
      const { objects, maxObjects } = takePage(params.token, call);
      return page(collectorOf(call).pages.cut(objects, maxObjects), contextOf(call));
    },

    CancelRetrievePropertiesEx(_object, params, call) {
      takePage(params.token, call);
    },

    CreateFilter(_object, params, call) {
      const session = sessionOf(call);
      checkSpec(params.spec, call.vc.assumed, call.version);
      // Says ManagedObjectNotFound now rather than at the first wait.
      selectExisting(params.spec, contextOf(call));
      const collector = collectorOf(call);
      const object = call.vc.store.create('PropertyFilter', call.vc.sessions.objectId(session), {
        spec: params.spec,
        partialUpdates: params.partialUpdates,
      });
      session.objects.add(object);
      filters.set(object, { collector, user: call.user, version: call.version });
      const own = call.vc.store.get('PropertyCollector', call.object.ref);
      if (own && privateCollectors.has(own)) own.set({ filter: [...(own.get('filter') ?? []), object.ref] });
      collector.add(new Filter(object.ref, params.spec, params.partialUpdates, contextOf(call)));
      return object.ref;
    },

    CreatePropertyCollector(_object, _params, call) {
      const session = sessionOf(call);
      const object = call.vc.store.create('PropertyCollector', call.vc.sessions.objectId(session), { filter: [] });
      session.objects.add(object);
      privateCollectors.set(object, openCollector(call.vc, session));
      return object.ref;
    },

    DestroyPropertyCollector(object, _params, call) {
      const own = privateCollectors.get(object);
      if (!own) throw fault('NotSupported', call.vc.assumed.notSupported);
      own.close();
      const session = sessionOf(call);
      // documented: its filters go with it
      for (const filter of [...session.objects]) {
        if (filters.get(filter)?.collector !== own) continue;
        session.objects.delete(filter);
        call.vc.store.delete(filter);
      }
      session.objects.delete(object);
      call.vc.store.delete(object);
    },

    CheckForUpdates: (_object, params, call) => collectorOf(call).check(params.version),

    async WaitForUpdates(_object, params, call) {
      const update = await collectorOf(call).wait(params.version, {}, () => call.signal);
      // Without a time limit the wait ends with changes or with a fault.
      return update!;
    },

    WaitForUpdatesEx(_object, params, call) {
      const options = params.options ?? {};
      requirePositive('options.maxWaitSeconds', options.maxWaitSeconds, 0);
      requirePositive('options.maxObjectUpdates', options.maxObjectUpdates);
      return collectorOf(call).wait(params.version, { ...options, resumes: true }, () => call.signal);
    },

    CancelWaitForUpdates(_object, _params, call) {
      collectorOf(call).cancelWaits();
    },
  },
});

export const propertyFilter = implement('PropertyFilter', {
  methods: {
    DestroyPropertyFilter(object, _params, call) {
      filters.get(object)?.collector.remove(object.ref);
      const { objects } = sessionOf(call);
      objects.delete(object);
      for (const { ref } of objects) {
        const collector = call.vc.store.get('PropertyCollector', ref);
        const listed = collector?.get('filter') ?? [];
        const left = listed.filter((one) => !sameRef(one, object.ref));
        if (left.length < listed.length) collector?.set({ filter: left });
      }
      call.vc.store.delete(object);
    },
  },
});

/** A property collector: its filters in their order, and its unfinished retrievals. */
export type SavedCollector = {
  /** Value of its reference; none for the one that every session has. */
  readonly id?: string;
  readonly filters: readonly (readonly [id: string, user: string, version: string])[];
  readonly rests: readonly SavedRest[];
};

/**
 * What clients know of the objects is not saved: it is with the clients. A collector that lives on goes on telling what has changed
 * since, whatever changed it; one that has to be made anew tells everything once more.
 */
export function saveCollectors(vc: Vcenter, session: Session): SavedCollector[] {
  const saved: SavedCollector[] = [];
  const own = [...session.objects].map((object) => [object.ref.value, privateCollectors.get(object)] as const);
  for (const [id, collector] of [[undefined, defaultCollectors.get(session)] as const, ...own]) {
    if (!collector) continue;
    const made = [...collector.filters.values()].flatMap((filter) => {
      const object = vc.store.get('PropertyFilter', filter.ref);
      const reader = object && filters.get(object);
      return reader ? [[filter.ref.value, reader.user, reader.version] as const] : [];
    });
    const rests = collector.pages.save(vc.store);
    if (id !== undefined || made.length + rests.length > 0) saved.push({ id, filters: made, rests });
  }
  return saved;
}

/** Gives a session the collectors that it had. Its objects are those of then already. */
export function restoreCollectors(vc: Vcenter, session: Session, saved: readonly SavedCollector[]): void {
  const others = defaultCollectors.get(session);
  if (others && !saved.some(({ id }) => id === undefined)) restoreCollector(vc, session, others, nothing);
  for (const collector of saved) {
    const object = collector.id === undefined ? undefined : vc.store.find(ref('PropertyCollector', collector.id));
    let live = object ? privateCollectors.get(object) : others;
    if (!live) {
      live = openCollector(vc, session, true);
      if (object) privateCollectors.set(object, live);
      else defaultCollectors.set(session, live);
    }
    restoreCollector(vc, session, live, collector);
  }
}

const nothing: SavedCollector = { filters: [], rests: [] };

function restoreCollector(vc: Vcenter, session: Session, collector: Collector, saved: SavedCollector): void {
  const living = new Map(collector.filters);
  collector.filters.clear();
  for (const [id, user, version] of saved.filters) {
    const object = vc.store.get('PropertyFilter', ref('PropertyFilter', id));
    if (!object) continue;
    const context = contextOf({ vc, session, user, version });
    filters.set(object, { collector, user, version });
    collector.add(
      living.get(refKey(object.ref)) ??
        new Filter(object.ref, object.get('spec'), object.get('partialUpdates'), context),
    );
  }
  collector.pages.restore(saved.rests, vc.store);
}
