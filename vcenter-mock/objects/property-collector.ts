import { mayUse, type Session, seenBy } from '../http/sessions.ts';
import type { ManagedObject } from '../inventory/store.ts';
import { Collector, Filter } from '../property-collector/collector.ts';
import { readPath } from '../property-collector/property-path.ts';
import { checkSpec, type SelectionContext, select } from '../property-collector/selection.ts';
import type { Call } from '../vcenter.ts';
import { fault, invalidArgument } from '../vim/kernel/fault.ts';
import { implement } from '../vim/kernel/implementation.ts';
import type { Data } from '../vim/kernel/values.ts';

/** The default collector of each session; private ones hang on their object. */
const defaultCollectors = new WeakMap<Session, Collector>();
const privateCollectors = new WeakMap<ManagedObject, Collector>();
const filters = new WeakMap<ManagedObject, Collector>();
/** Results that RetrievePropertiesEx has not sent yet, by token. */
const pages = new WeakMap<Session, Map<string, Data<'ObjectContent'>[]>>();

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
    collector = openCollector(call);
    defaultCollectors.set(session, collector);
  }
  return collector;
}

function openCollector(call: Call): Collector {
  const collector = new Collector(call.vc);
  sessionOf(call).ended.signal.addEventListener('abort', () => collector.close(), { once: true });
  return collector;
}

function contextOf(call: Call): SelectionContext {
  return {
    store: call.vc.store,
    assumed: call.vc.assumed,
    version: call.version,
    visible: (reference) =>
      mayUse(call.session, reference) && (!call.session || call.vc.authorization.sees(call.user, reference)),
    seen: (object) => seenBy(call.session, object, call.vc.authorization),
  };
}

/** The objects that the specs select, with the values asked for; unset properties are left out. */
function retrieve(specs: readonly Data<'PropertyFilterSpec'>[], call: Call): Data<'ObjectContent'>[] {
  const found: Data<'ObjectContent'>[] = [];
  for (const spec of specs) {
    checkSpec(spec, call.vc.assumed);
    for (const { object, paths } of select(spec, contextOf(call))) {
      const propSet: Data<'DynamicProperty'>[] = [];
      for (const path of paths) {
        const val = readPath(object, path, call.vc.assumed);
        if (val !== undefined) propSet.push({ name: path, val });
      }
      found.push({ obj: object.ref, propSet });
    }
  }
  return found;
}

function page(objects: Data<'ObjectContent'>[], maxObjects: number | undefined, call: Call): Data<'RetrieveResult'> {
  if (!maxObjects || maxObjects < 1 || objects.length <= maxObjects || !call.session) return { objects };
  const token = call.vc.runtime.random.stream('vcenter.token').uuid();
  const rest = pages.get(call.session) ?? new Map<string, Data<'ObjectContent'>[]>();
  pages.set(call.session, rest);
  rest.set(token, objects.slice(maxObjects));
  return { token, objects: objects.slice(0, maxObjects) };
}

function takePage(token: string, call: Call): Data<'ObjectContent'>[] {
  const rest = call.session && pages.get(call.session);
  const objects = rest?.get(token);
  if (!objects) {
    throw invalidArgument('token');
  }
  rest?.delete(token);
  return objects;
}

export const propertyCollector = implement('PropertyCollector', {
  methods: {
    RetrieveProperties: (_object, params, call) => retrieve(params.specSet, call),

    RetrievePropertiesEx(_object, params, call) {
      const objects = retrieve(params.specSet, call);
      // vim25: nothing found is an unset result
      return objects.length === 0 ? undefined : page(objects, params.options?.maxObjects, call);
    },

    ContinueRetrievePropertiesEx(_object, params, call) {
      const objects = takePage(params.token, call);
      return page(objects, Math.max(1, Math.floor(objects.length / 2)), call);
    },

    CancelRetrievePropertiesEx(_object, params, call) {
      takePage(params.token, call);
    },

    CreateFilter(_object, params, call) {
      const session = sessionOf(call);
      checkSpec(params.spec, call.vc.assumed);
      // Says ManagedObjectNotFound now rather than at the first wait.
      select(params.spec, contextOf(call));
      const collector = collectorOf(call);
      const object = call.vc.store.create('PropertyFilter', call.vc.sessions.objectId(session), {
        spec: params.spec,
        partialUpdates: params.partialUpdates,
      });
      session.objects.add(object);
      filters.set(object, collector);
      collector.add(new Filter(object.ref, params.spec, contextOf(call)));
      return object.ref;
    },

    CreatePropertyCollector(_object, _params, call) {
      const session = sessionOf(call);
      const object = call.vc.store.create('PropertyCollector', call.vc.sessions.objectId(session), { filter: [] });
      session.objects.add(object);
      privateCollectors.set(object, openCollector(call));
      return object.ref;
    },

    DestroyPropertyCollector(object, _params, call) {
      const own = privateCollectors.get(object);
      if (!own) throw fault('NotSupported', call.vc.assumed.notSupported);
      own.close();
      sessionOf(call).objects.delete(object);
      call.vc.store.delete(object);
    },

    CheckForUpdates: (_object, params, call) => collectorOf(call).check(params.version),

    async WaitForUpdates(_object, params, call) {
      const update = await collectorOf(call).wait(params.version, {}, call.signal);
      // Without a time limit the wait ends with changes or with a fault.
      return update!;
    },

    WaitForUpdatesEx: (_object, params, call) =>
      collectorOf(call).wait(params.version, params.options ?? {}, call.signal),

    CancelWaitForUpdates(_object, _params, call) {
      collectorOf(call).cancelWaits();
    },
  },
});

export const propertyFilter = implement('PropertyFilter', {
  methods: {
    DestroyPropertyFilter(object, _params, call) {
      filters.get(object)?.remove(object.ref);
      sessionOf(call).objects.delete(object);
      call.vc.store.delete(object);
    },
  },
});
