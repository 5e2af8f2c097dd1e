import { addStandaloneHost } from '../host/membership.ts';
import { implement } from '../vim/kernel/implementation.ts';
import { anyValue } from '../vim/kernel/values.ts';

/** What a folder of hosts does beyond what every folder does. */
export const hostFolder = implement('Folder', {
  methods: {
    AddStandaloneHost_Task: (folder, { spec, addConnected }, call) =>
      call.vc.tasks.start({
        method: call.method,
        descriptionId: 'Folder.addStandaloneHost',
        entity: folder,
        user: call.user,
        cause: call.cause,
        run: async (task) =>
          anyValue('ref ComputeResource', (await addStandaloneHost(call.vc, folder, spec, addConnected, task)).ref),
      }),
  },
});
