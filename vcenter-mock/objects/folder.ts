import { entityDefaults } from '../inventory/entity-defaults.ts';
import type { ManagedObject } from '../inventory/store.ts';
import { addChildren } from '../inventory/virtual-machine-factory.ts';
import type { RunningTask } from '../tasks/task-runner.ts';
import type { Call } from '../vcenter.ts';
import { fault } from '../vim/kernel/fault.ts';
import { implement } from '../vim/kernel/implementation.ts';
import { anyValue, type Ref } from '../vim/kernel/values.ts';
import { createVm } from '../virtual-machine/create.ts';
import { moveInto } from '../virtual-machine/move.ts';
import { freeName } from '../virtual-machine/names.ts';
import { privilegesToCreate } from '../virtual-machine/reconfigure-privileges.ts';
import { registerVm } from '../virtual-machine/register.ts';
import { removeFolder } from '../virtual-machine/remove-folder.ts';
import { startEntityTask } from './managed-entity.ts';

/** Folder: what is made, registered and moved in it. */
export const folder = implement('Folder', {
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
      for (const entity of list) call.require(movePrivileges[entity.type] ?? 'Folder.Move', entity);
      return startEntityTask(parent, call, 'Folder.moveInto', async () => {
        for (const entity of entitiesOf(list, call)) moveInto(call.vc, parent, entity);
      });
    },

    Destroy_Task: (object, _params, call) =>
      startEntityTask(object, call, 'Folder.destroy', async (task) => removeFolder(call.vc, object, 'destroy', task), {
        needs: ['Folder.Delete'],
      }),

    UnregisterAndDestroy_Task: (object, _params, call) =>
      startEntityTask(object, call, 'Folder.unregisterAndDestroy', async (task) =>
        removeFolder(call.vc, object, 'unregister', task),
      ),

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
