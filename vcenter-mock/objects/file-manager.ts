import { deleteFile, makeDirectory, pathOf } from '../datastore/loose-files.ts';
import { implement } from '../vim/kernel/implementation.ts';
import { startEntityTask } from './managed-entity.ts';

/** Files of datastores, as far as virtual machines leave them behind. */
export const fileManager = implement('FileManager', {
  methods: {
    DeleteDatastoreFile_Task: (_manager, { name, datacenter }, call) => {
      const { datastore } = pathOf(call.vc, name, datacenter);
      return startEntityTask(
        datastore,
        call,
        'FileManager.deleteDatastoreFile',
        async () => deleteFile(call.vc, name, datacenter),
        {
          needs: ['Datastore.FileManagement'],
        },
      );
    },

    // documented: the privilege is one on the datastore
    MakeDirectory(_manager, { name, datacenter, createParentDirectories }, call) {
      call.require('Datastore.FileManagement', pathOf(call.vc, name, datacenter).datastore.ref);
      makeDirectory(call.vc, name, createParentDirectories ?? false);
    },
  },
});
