import { disksOf } from '../inventory/devices.ts';
import type { Vm } from '../inventory/inventory.ts';
import { lastResult, rollupOf } from '../pbm/compliance.ts';
import { vmEntity } from '../pbm/entities.ts';
import { VapiError } from './errors.ts';
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

/** com.vmware.vcenter.vm.storage.policy.Compliance.Status. documented */
const complianceStatuses: Readonly<Record<string, string>> = {
  compliant: 'COMPLIANT',
  nonCompliant: 'NON_COMPLIANT',
  unknown: 'UNKNOWN_COMPLIANCE',
  notApplicable: 'NOT_APPLICABLE',
  outOfDate: 'OUT_OF_DATE',
};

/** What the last check of a VM's files and disks found; undefined when none of them has a policy. documented */
export function vmCompliance(vm: Vm, call: RestCall): object | undefined {
  const { overallComplianceStatus, result = [] } = rollupOf(call.vc, vmEntity(call.vc, vm), lastResult);
  if (result.length === 0) return undefined;
  const shown = ({ complianceStatus, checkTime, profile }: (typeof result)[number]) => ({
    status: complianceStatuses[complianceStatus],
    check_time: checkTime.toISOString(),
    policy: profile?.uniqueId,
    failure_cause: [],
  });
  const home = result.find(({ entity }) => entity.objectType === 'virtualMachine');
  const disks = result
    .filter((one) => one !== home)
    .map((one): [string, object] => [one.entity.key.split(':')[1] ?? '', shown(one)]);
  return {
    overall_compliance: complianceStatuses[overallComplianceStatus],
    vm_home: home && shown(home),
    disks: mapFor(call, disks),
  };
}

/** The VMs that have a policy, for their files or for disks, as far as the user may read them. documented */
function machinesWith(call: RestCall): object {
  const { vc, user } = call;
  const id = call.params.policy ?? '';
  if (!vc.policies.all.some(({ profile }) => profile.profileId.uniqueId === id)) {
    // The text is assumed.
    const text = `Storage policy with identifier '${id}' does not exist.`;
    throw new VapiError('NOT_FOUND', 'com.vmware.api.vcenter.storage.policies.not_found', text, [id]);
  }
  const keys = new Set(vc.policies.objectsWith(id));
  const found = vc.inventory.vms.flatMap((vm): [string, object][] => {
    const { value } = vm.ref;
    const disks = [...keys].filter((key) => key.startsWith(`${value}:`)).map((key) => key.slice(value.length + 1));
    const has = keys.has(value) || disks.length > 0;
    return has && vc.authorization.holds(user, 'System.Read', vm) ? [[value, { vm_home: keys.has(value), disks }]] : [];
  });
  return mapFor(call, found);
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
  {
    method: 'GET',
    path: '/vcenter/storage/policies/{policy}/vm',
    since: '6.7',
    privilege: 'StorageProfile.View',
    rpc: { service: `${service}.VM`, operation: 'list', result: `${service}.VM.info{}` },
    run: machinesWith,
  },
];
