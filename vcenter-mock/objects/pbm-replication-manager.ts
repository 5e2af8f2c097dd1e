import { storageObjects } from '../pbm/entities.ts';
import { VimFault } from '../vim/kernel/fault.ts';
import { implement } from '../vim/kernel/implementation.ts';

/** PbmReplicationManager: no replication is simulated, so no object is in a replication group. */
export const pbmReplicationManager = implement('PbmReplicationManager', {
  methods: {
    PbmQueryReplicationGroups: (_object, { entities }, { vc }) =>
      (entities ?? []).flatMap((object) => {
        try {
          // documented: a VM with its disks is answered part by part
          return storageObjects(vc, object).map(({ entity }) => ({ object: entity }));
        } catch (error) {
          if (!(error instanceof VimFault)) throw error;
          return [{ object, fault: error.localized }];
        }
      }),
  },
});
