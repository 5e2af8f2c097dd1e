import { removeContainer } from '../host/remove-container.ts';
import { implement } from '../vim/kernel/implementation.ts';
import { requireToDestroy, startEntityTask } from './managed-entity.ts';

/** Datacenter: made by Folder.CreateDatacenter, removed here. */
export const datacenter = implement('Datacenter', {
  methods: {
    Destroy_Task(object, _params, call) {
      requireToDestroy(call, 'Datacenter.Delete');
      return startEntityTask(object, call, 'Datacenter.destroy', async (task) =>
        removeContainer(call.vc, object, task),
      );
    },
  },
});
