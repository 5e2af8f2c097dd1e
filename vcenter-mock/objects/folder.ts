import { entityDefaults } from '../inventory/entity-defaults.ts';
import { fault } from '../vim/kernel/fault.ts';
import { implement } from '../vim/kernel/implementation.ts';
import { anyValue } from '../vim/kernel/values.ts';
import { createVm } from '../virtual-machine/create.ts';

/** Folder: creating VMs and folders. */
export const folder = implement('Folder', {
  methods: {
    CreateVM_Task: (parent, { config, pool, host }, call) =>
      call.vc.tasks.start({
        method: call.method,
        descriptionId: 'Folder.createVm',
        entity: parent,
        user: call.user,
        cause: call.cause,
        run: async (task) => {
          const vm = await createVm(call.vc, parent, { config, pool, host }, task);
          return anyValue('ref VirtualMachine', vm.ref);
        },
      }),

    CreateFolder(parent, { name }, { vc }) {
      const taken = vc.inventory.findChild(parent, name);
      if (taken) throw fault('DuplicateName', vc.assumed.duplicateName(name), { name, object: taken.ref });
      const created = vc.store.create('Folder', `group-${parent.ref.value.charAt(6)}#`, {
        ...entityDefaults(),
        name,
        parent: parent.ref,
        childType: parent.get('childType'),
        childEntity: [],
      });
      parent.set({ childEntity: [...(parent.get('childEntity') ?? []), created.ref] });
      return created.ref;
    },
  },
});
