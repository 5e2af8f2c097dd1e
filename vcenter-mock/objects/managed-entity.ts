import { renameDatastore } from '../datastore/rename-datastore.ts';
import type { ManagedObject } from '../inventory/store.ts';
import type { TaskRequest } from '../tasks/task-runner.ts';
import type { Call } from '../vcenter.ts';
import { fault } from '../vim/kernel/fault.ts';
import { implement } from '../vim/kernel/implementation.ts';
import type { Ref } from '../vim/kernel/values.ts';
import { requireMovable } from '../virtual-machine/move.ts';
import { freeName } from '../virtual-machine/names.ts';

/** Starts a task on an entity; more than one at a time is fine. */
export function startEntityTask(
  entity: ManagedObject,
  call: Call,
  descriptionId: string,
  run: TaskRequest['run'],
  more: Partial<TaskRequest> = {},
): Ref {
  return call.vc.tasks.start({
    method: call.method,
    descriptionId,
    entity,
    user: call.user,
    cause: call.cause,
    run,
    ...more,
  });
}

/** What is destroyed takes a privilege on itself and on what it is in. documented (Destroy_Task) @throws NoPermission */
export function requireToDestroy(call: Call, privilege: string): void {
  call.require(privilege, call.object);
  const parent = call.object.read('parent') as Ref | undefined;
  if (parent) call.require(privilege, parent);
}

/** The privilege of Rename_Task by type. documented */
const renamePrivileges: Readonly<Record<string, string>> = {
  Folder: 'Folder.Rename',
  Datacenter: 'Datacenter.Rename',
  Datastore: 'Datastore.Rename',
  ResourcePool: 'Resource.RenamePool',
  ClusterComputeResource: 'Host.Inventory.RenameCluster',
};

/** Datacenters and datastores have an event for it. Texts assumed */
function announceRenamed({ vc, user, cause }: Call, entity: ManagedObject, oldName: string): void {
  const newName = String(entity.read('name'));
  const renamed = `from ${oldName} to ${newName}`;
  if (entity.type === 'Datacenter') {
    const message = `Renamed datacenter ${renamed}`;
    vc.events.post('DatacenterRenamedEvent', { oldName, newName }, { entity, user, cause, message });
  } else if (entity.type === 'Datastore') {
    const message = `Renamed datastore ${renamed} in ${vc.inventory.datacenterOf(entity)?.get('name') ?? ''}`;
    const datastore = { name: newName, datastore: entity.ref };
    vc.events.post('DatastoreRenamedEvent', { oldName, newName, datastore }, { entity, user, cause, message });
  }
}

/** What every entity can do; types with more to say implement it themselves. */
export const managedEntity = implement('ManagedEntity', {
  methods: {
    /** documented: brings the object's state up to date; here it always is. */
    Reload: (entity) => entity.touch(),

    Rename_Task(entity, { newName }, call) {
      const privilege = renamePrivileges[entity.type];
      const rename = async () => {
        if (!privilege) throw fault('NotSupported', call.vc.assumed.notSupported);
        requireMovable(call.vc, entity);
        const oldName = entity.get('name');
        const name = freeName(call.vc, entity.get('parent'), newName);
        const datastore = call.vc.store.get('Datastore', entity.ref);
        if (datastore) renameDatastore(call.vc, datastore, name);
        else entity.set({ name });
        announceRenamed(call, entity, oldName);
      };
      return startEntityTask(entity, call, `${entity.type}.rename`, rename, { needs: privilege ? [privilege] : [] });
    },

    // A type that can be destroyed says so itself.
    Destroy_Task: (entity, _params, call) =>
      startEntityTask(entity, call, `${entity.type}.destroy`, async () => {
        throw fault('NotSupported', call.vc.assumed.notSupported);
      }),
  },
});
