import type { Session } from '../http/sessions.ts';
import type { ManagedObject, ObjectStore, TypedObject } from '../inventory/store.ts';
import type { Call } from '../vcenter.ts';
import { fault } from '../vim/kernel/fault.ts';
import { implement } from '../vim/kernel/implementation.ts';
import { type Ref, ref, refKey, sameRef } from '../vim/kernel/values.ts';

function sessionOf(call: Call): Session {
  if (!call.session) throw fault('NotAuthenticated', call.vc.assumed.notAuthenticated, { object: call.object.ref });
  return call.session;
}

function notFound(reference: Ref, call: Call) {
  return fault('ManagedObjectNotFound', call.vc.assumed.objectNotFound, { obj: reference });
}

/** The views a session has made; `viewList` of its ViewManager. */
function remember(view: ManagedObject, call: Call): Ref {
  sessionOf(call).objects.add(view);
  return view.ref;
}

function listOf(wanted: readonly Ref[], call: Call): Ref {
  const list = call.vc.store.create('ListView', call.vc.sessions.objectId(sessionOf(call)), { view: [] });
  replace(list, wanted, call);
  return remember(list, call);
}

export const viewManager = implement('ViewManager', {
  methods: {
    CreateContainerView(_object, params, call) {
      if (!call.vc.store.find(params.container)) throw notFound(params.container, call);
      return remember(
        call.vc.store.create('ContainerView', call.vc.sessions.objectId(sessionOf(call)), {
          container: params.container,
          type: params.type ?? [],
          recursive: params.recursive,
        }),
        call,
      );
    },

    CreateInventoryView(_object, _params, call) {
      const created = call.vc.store.create('InventoryView', call.vc.sessions.objectId(sessionOf(call)), {});
      opened.set(created, new Set());
      return remember(created, call);
    },

    CreateListView: (_object, params, call) => listOf(params.obj ?? [], call),

    CreateListViewFromView(_object, params, call) {
      const source = call.vc.store.find(params.view);
      if (!source) throw notFound(params.view, call);
      return listOf(source.read('view') as Ref[], call);
    },
  },
});

export const view = implement('View', {
  methods: {
    DestroyView(object, _params, call) {
      sessionOf(call).objects.delete(object);
      call.vc.store.delete(object);
    },
  },
});

/** ContainerView.view follows the inventory: it is computed when it is read. */
export const containerView = implement('ContainerView', {
  methods: {},
  derive: {
    view: (object, { inventory, store }) => {
      const container = store.find(object.get('container'));
      if (!container) return [];
      return inventory.below(container, object.get('recursive'), object.get('type') ?? []).map(({ ref }) => ref);
    },
  },
});

/** The entities of each inventory view that are open, by key. */
const opened = new WeakMap<ManagedObject, Set<string>>();

/** The open entities of a session's inventory views, by id of the view. */
export type SavedInventoryView = readonly [id: string, open: readonly string[]];

export function saveInventoryViews(session: Session): SavedInventoryView[] {
  return [...session.objects].flatMap((object) => {
    const open = opened.get(object);
    return open ? [[object.ref.value, [...open]]] : [];
  });
}

export function restoreInventoryViews(store: ObjectStore, saved: readonly SavedInventoryView[]): void {
  for (const [id, open] of saved) {
    const object = store.find(ref('InventoryView', id));
    if (object) opened.set(object, new Set(open));
  }
}

/** The entities that exist go to `apply`; the others are the answer. vim25: what could not be found is returned */
function withEntities(entities: readonly Ref[], call: Call, apply: (key: string) => void): Ref[] {
  const unknown: Ref[] = [];
  for (const entity of entities) {
    if (call.vc.store.find(entity)) apply(refKey(entity));
    else unknown.push(entity);
  }
  call.vc.store.get('InventoryView', call.object.ref)?.touch();
  return unknown;
}

/**
 * The inventory as a tree that the client folds: the root folder, and the children of what is open in it. assumed: that it begins
 * with the root folder, closed.
 */
export const inventoryView = implement('InventoryView', {
  derive: {
    view: (object, { inventory }) => {
      const open = opened.get(object) ?? new Set();
      const shown: ManagedObject[] = [inventory.rootFolder];
      // The list grows while it is walked.
      for (const entity of shown) {
        if (open.has(refKey(entity.ref))) for (const child of inventory.children(entity)) shown.push(child);
      }
      return shown.map(({ ref }) => ref);
    },
  },
  methods: {
    OpenInventoryViewFolder: (object, { entity }, call) =>
      withEntities(entity, call, (key) => opened.get(object)?.add(key)),

    CloseInventoryViewFolder: (object, { entity }, call) =>
      withEntities(entity, call, (key) => opened.get(object)?.delete(key)),
  },
});

/** Objects that do not exist are answered as unresolved and left out. vim25 ModifyListView */
function replace(object: TypedObject<'ListView'>, wanted: readonly Ref[], call: Call): Ref[] {
  const exists = (reference: Ref) => call.vc.store.find(reference) !== undefined;
  const unique = new Map(wanted.filter(exists).map((reference) => [refKey(reference), reference]));
  object.set({ view: [...unique.values()] });
  return wanted.filter((reference) => !exists(reference));
}

export const listView = implement('ListView', {
  methods: {
    ResetListView: (object, params, call) => replace(object, params.obj ?? [], call),

    ModifyListView(object, params, call) {
      const removed = params.remove ?? [];
      const kept = (object.get('view') ?? []).filter((one) => !removed.some((other) => sameRef(one, other)));
      return replace(object, [...kept, ...(params.add ?? [])], call);
    },

    ResetListViewFromView(object, params, call) {
      const source = call.vc.store.find(params.view);
      if (!source) throw notFound(params.view, call);
      replace(object, source.read('view') as Ref[], call);
    },
  },
});
