import { encryptionFilter } from '../crypto/vm-encryption.ts';
import { fault } from '../vim/kernel/fault.ts';
import { implement } from '../vim/kernel/implementation.ts';
import { isSubtype } from '../vim/kernel/registry.ts';
import { data } from '../vim/kernel/values.ts';

/** IoFilterManager: which IO filters a cluster has. */
export const ioFilterManager = implement('IoFilterManager', {
  methods: {
    QueryIoFilterInfo(_object, { compRes }, { vc }) {
      const resource = vc.store.find(compRes);
      if (!resource || !isSubtype(resource.type, 'ComputeResource')) {
        throw fault('ManagedObjectNotFound', vc.assumed.objectNotFound, { obj: compRes });
      }
      // The filter's name is observed on disks (vcenter.md 8.1); that hosts list what they come with is assumed.
      const [vendor = '', name = '', version = ''] = encryptionFilter.split('_');
      return [
        data('ClusterIoFilterInfo', {
          id: encryptionFilter,
          name,
          vendor,
          version,
          type: 'encryption',
          opType: 'install',
        }),
      ];
    },
  },
  limits: { QueryIoFilterInfo: 'VM encryption only' },
});
