import { disksOf } from '../inventory/devices.ts';
import type { Vm } from '../inventory/inventory.ts';
import { mapFor } from './inventory-kind.ts';
import type { Operation, RestCall } from './operation.ts';

/** com.vmware.vcenter.vm.storage.policy.Info: the policies of a VM's files and disks, as far as they have one. documented */
export function vmStoragePolicy(vm: Vm, call: RestCall): object {
  const { policies } = call.vc;
  const home = policies.of(vm);
  const disks = disksOf(vm.get('config')!).flatMap(({ key }): [string, string][] => {
    const policy = policies.of(vm, key);
    return policy === undefined ? [] : [[String(key), policy]];
  });
  return { vm_home: home, disks: mapFor(call, disks) };
}

function list({ vc, query }: RestCall): object[] {
  const wanted = query.list('policies');
  return (
    vc.policies.all
      .map(({ profile }) => profile)
      // documented: those that machines and disks can be made with; a component of others is none
      .filter(({ profileCategory }) => profileCategory === 'REQUIREMENT')
      .filter(({ profileId }) => !wanted || wanted.includes(profileId.uniqueId))
      .map(({ profileId, name, description }) => ({
        policy: profileId.uniqueId,
        name,
        description: description ?? '',
      }))
  );
}

const service = 'com.vmware.vcenter.storage.policies';

/** com.vmware.vcenter.storage.policies. documented: it needs StorageProfile.View */
export const storagePolicyOperations: readonly Operation[] = [
  {
    method: 'GET',
    path: '/vcenter/storage/policies',
    since: '6.7',
    query: ['policies'],
    rpc: { service, operation: 'list', result: `${service}.summary[]` },
    privilege: 'StorageProfile.View',
    run: list,
  },
];
