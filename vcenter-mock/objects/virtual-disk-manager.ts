import { cryptoSpecOf, profileOf } from '../crypto/vim-request.ts';
import { copyDisk, createDisk, looseDisk, newPath, pathOf } from '../datastore/loose-files.ts';
import { fault, invalidArgument } from '../vim/kernel/fault.ts';
import { implement } from '../vim/kernel/implementation.ts';
import { isA } from '../vim/kernel/registry.ts';
import { anyValue } from '../vim/kernel/values.ts';
import { checkProfile } from '../virtual-machine/apply-config-spec.ts';
import { fileBacking } from '../virtual-machine/disk-chain.ts';
import { startEntityTask } from './managed-entity.ts';

/** Disks that no virtual machine has. What encryption refuses: observed in a public copy of tests of a host's encryption. */
export const virtualDiskManager = implement('VirtualDiskManager', {
  methods: {
    CreateVirtualDisk_Task: (_manager, { name, datacenter, spec }, call) => {
      const { vc } = call;
      const { datastore } = pathOf(vc, name, datacenter);
      return startEntityTask(
        datastore,
        call,
        'VirtualDiskManager.createVirtualDisk',
        async (task) => {
          if (!isA(spec, 'FileBackedVirtualDiskSpec')) throw fault('NotSupported', vc.assumed.notSupported);
          const capacityKb = Number(spec.capacityKb);
          if (!(capacityKb > 0)) throw invalidArgument('spec.capacityKb');
          for (const profile of spec.profile ?? []) checkProfile(vc, profile, 'spec.profile');
          const { path } = newPath(vc, name, datacenter);
          const crypto = cryptoSpecOf(spec.crypto, 'spec.crypto');
          if (crypto && crypto.kind !== 'encrypt' && crypto.kind !== 'noOp') throw invalidArgument('spec.crypto');
          const keyId = await vc.crypto.keyForDisk(datastore, spec.profile?.map(profileOf), crypto, task);
          createDisk(vc, path, datastore, { capacityKb, diskType: spec.diskType, keyId });
          return anyValue('string', path);
        },
        { needs: ['Datastore.FileManagement'] },
      );
    },

    CopyVirtualDisk_Task: (_manager, { sourceName, destName, destDatacenter, destSpec }, call) => {
      const { datastore } = pathOf(call.vc, destName, destDatacenter);
      return startEntityTask(
        datastore,
        call,
        'VirtualDiskManager.copyVirtualDisk',
        async () => {
          const encrypts = destSpec && isA(destSpec, 'FileBackedVirtualDiskSpec') && destSpec.crypto;
          if (encrypts) throw invalidArgument('destSpec.crypto');
          copyDisk(call.vc, sourceName, destName, destDatacenter);
        },
        { needs: ['Datastore.FileManagement'] },
      );
    },

    DeleteVirtualDisk_Task: (_manager, { name, datacenter }, call) => {
      const { datastore } = pathOf(call.vc, name, datacenter);
      return startEntityTask(
        datastore,
        call,
        'VirtualDiskManager.deleteVirtualDisk',
        async () => {
          call.vc.files.disks.delete(looseDisk(call.vc, name).path);
        },
        { needs: ['Datastore.FileManagement'] },
      );
    },

    MoveVirtualDisk_Task: (_manager, { sourceName, destName, destDatacenter }, call) => {
      const { datastore } = pathOf(call.vc, destName, destDatacenter);
      return startEntityTask(
        datastore,
        call,
        'VirtualDiskManager.moveVirtualDisk',
        async () => {
          const { path } = looseDisk(call.vc, sourceName);
          copyDisk(call.vc, sourceName, destName, destDatacenter);
          call.vc.files.disks.delete(path);
          return anyValue('string', pathOf(call.vc, destName).path);
        },
        { needs: ['Datastore.FileManagement'] },
      );
    },

    QueryVirtualDiskUuid(_manager, { name }, { vc }) {
      const { path } = pathOf(vc, name);
      const found = vc.files.disk(path);
      if (!found) throw fault('FileNotFound', vc.assumed.fileNotFound(path), { file: path });
      return fileBacking(found.disk)?.uuid ?? '';
    },
  },
});
