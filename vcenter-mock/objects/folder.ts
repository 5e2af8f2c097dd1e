import { configure, readClusterSpec } from '../host/cluster-config.ts';
import { removeContainer } from '../host/remove-container.ts';
import { createCluster } from '../inventory/build-compute.ts';
import { createDatacenter } from '../inventory/build-datacenter.ts';
import { entityDefaults } from '../inventory/entity-defaults.ts';
import { type Folder, siteOf } from '../inventory/site.ts';
import type { ManagedObject } from '../inventory/store.ts';
import { addChildren } from '../inventory/virtual-machine-factory.ts';
import type { RunningTask } from '../tasks/task-runner.ts';
import type { Call, Vcenter } from '../vcenter.ts';
import { fault } from '../vim/kernel/fault.ts';
import { implement } from '../vim/kernel/implementation.ts';
import { anyValue, type Data, data, type Ref } from '../vim/kernel/values.ts';
import { createVm } from '../virtual-machine/create.ts';
import { moveInto, requireMovable } from '../virtual-machine/move.ts';
import { freeName } from '../virtual-machine/names.ts';
import { privilegesToCreate } from '../virtual-machine/reconfigure-privileges.ts';
import { registerVm } from '../virtual-machine/register.ts';
import { removeFolder } from '../virtual-machine/remove-folder.ts';
import { requireToDestroy, startEntityTask } from './managed-entity.ts';

/** Folder: what is made, registered and moved in it. */
export const folder = implement('Folder', {
  limits: {
    MoveIntoFolder_Task: 'hosts do not leave their cluster',
    CreateCluster: 'HA and DRS only',
    CreateClusterEx: 'HA, DRS and the mode of encryption only',
  },
  methods: {
    CreateVM_Task(parent, params, call) {
      const create = async (task: RunningTask) => {
        const vm = await createVm(call.vc, parent, params, task);
        return anyValue('ref VirtualMachine', vm.ref);
      };
      return startEntityTask(parent, call, 'Folder.createVm', create, { needs: privilegesToCreate(params.config) });
    },

    RegisterVM_Task: (parent, params, call) =>
      startEntityTask(parent, call, 'Folder.registerVm', async (task) => {
        const vm = await registerVm(call.vc, parent, params, task);
        return anyValue('ref VirtualMachine', vm.ref);
      }),

    MoveIntoFolder_Task(parent, { list }, call) {
      for (const entity of list) requireToMove(call, parent, entity);
      return startEntityTask(parent, call, 'Folder.moveInto', async () => {
        for (const entity of entitiesOf(list, call)) moveInto(call.vc, parent, entity);
      });
    },

    Destroy_Task(object, _params, call) {
      requireToDestroy(call, 'Folder.Delete');
      return startEntityTask(object, call, 'Folder.destroy', async (task) => {
        requireMovable(call.vc, object);
        if (object.get('childType')?.includes('VirtualMachine')) removeFolder(call.vc, object, 'destroy', task);
        else removeContainer(call.vc, object, task);
      });
    },

    UnregisterAndDestroy_Task(object, _params, call) {
      requireToDestroy(call, 'Folder.Delete');
      return startEntityTask(object, call, 'Folder.unregisterAndDestroy', async (task) => {
        requireMovable(call.vc, object);
        removeFolder(call.vc, object, 'unregister', task);
      });
    },

    CreateDatacenter(parent, { name }, call) {
      requireRoomFor(call.vc, parent, 'Datacenter');
      const { datacenter } = createDatacenter(siteOf(call.vc), freeName(call.vc, parent.ref, name), parent);
      // observed
      const message = `Created datacenter ${datacenter.get('name')} in folder ${parent.get('name')}`;
      postCreated(call, 'DatacenterCreatedEvent', datacenter, parent, message);
      return datacenter.ref;
    },

    CreateCluster: (parent, { name, spec: { dasConfig, drsConfig } }, call) =>
      addCluster(parent, name, data('ClusterConfigSpecEx', { dasConfig, drsConfig }), call),

    CreateClusterEx: (parent, { name, spec }, call) => addCluster(parent, name, spec, call),

    CreateFolder(parent, { name }, { vc }) {
      const created = vc.store.create('Folder', `group-${parent.ref.value.charAt(6)}#`, {
        ...entityDefaults(),
        name: freeName(vc, parent.ref, name),
        parent: parent.ref,
        childType: parent.get('childType'),
        childEntity: [],
      });
      addChildren(parent, [created.ref]);
      return created.ref;
    },
  },
});

/** @throws InvalidName, DuplicateName, InvalidArgument, NotSupported (a folder for other things). documented */
function addCluster(parent: Folder, name: string, spec: Data<'ClusterConfigSpecEx'>, call: Call): Ref {
  const { vc } = call;
  requireRoomFor(vc, parent, 'ComputeResource');
  // The mode of encryption needs what SetCryptoMode needs. assumed
  if (spec.cryptoConfig) call.require('Cryptographer.RegisterHost', parent);
  const config = readClusterSpec(vc, spec, undefined, false);
  const { cluster } = createCluster(siteOf(vc), freeName(vc, parent.ref, name), parent);
  configure(cluster, config);
  // assumed
  const message = `Created cluster ${cluster.get('name')} in folder ${parent.get('name')}`;
  postCreated(call, 'ClusterCreatedEvent', cluster, parent, message);
  return cluster.ref;
}

function postCreated(
  { vc, user, cause }: Call,
  type: 'DatacenterCreatedEvent' | 'ClusterCreatedEvent',
  entity: ManagedObject,
  parent: Folder,
  message: string,
): void {
  const folder = { name: parent.get('name'), folder: parent.ref };
  vc.events.post(type, { parent: folder }, { entity, user, cause, message });
}

/** @throws NotSupported: the folder is for other things. documented */
function requireRoomFor(vc: Vcenter, parent: Folder, type: string): void {
  if (!parent.get('childType')?.includes(type)) throw fault('NotSupported', vc.assumed.notSupported);
}

/** documented: the privilege is checked against the source, the destination and the object. @throws NoPermission */
function requireToMove(call: Call, destination: Folder, entity: Ref): void {
  const privilege = movePrivileges[entity.type] ?? 'Folder.Move';
  call.require(privilege, entity);
  const source = call.vc.store.find(entity)?.read('parent') as Ref | undefined;
  if (source) call.require(privilege, source);
  call.require(privilege, destination);
}

/** The privilege that moving an entity takes. documented (MoveIntoFolder_Task) */
const movePrivileges: Readonly<Record<string, string>> = {
  VirtualMachine: 'VirtualMachine.Inventory.Move',
  Datacenter: 'Datacenter.Move',
  Datastore: 'Datastore.Move',
  Network: 'Network.Move',
  ClusterComputeResource: 'Host.Inventory.MoveCluster',
};

function entitiesOf(list: readonly Ref[], { vc }: Call): ManagedObject[] {
  return list.map((reference) => {
    const entity = vc.store.find(reference);
    if (!entity) throw fault('ManagedObjectNotFound', vc.assumed.objectNotFound, { obj: reference });
    return entity;
  });
}
