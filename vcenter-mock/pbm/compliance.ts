import type { Vcenter } from '../vcenter.ts';
import { invalidArgument } from '../vim/kernel/fault.ts';
import type { Data } from '../vim/kernel/values.ts';
import { capabilitiesOf } from './encryption-rules.ts';
import { keyIdOf, type ServerObjectRef, type StorageObject, storageObjects } from './entities.ts';

type Result = Data<'PbmComplianceResult'>;

/**
 * Checks whether what a policy asks for is what the VM's files or the disk have: an encryption policy wants a key, any other wants none
 * (a change of policy would decrypt). @param profile another policy than the object's own to check against
 */
export function checkCompliance(vc: Vcenter, asked: ServerObjectRef, profile?: Data<'PbmProfileId'>): Result {
  const [home] = storageObjects(vc, asked);
  const result = judge(vc, home!, profile);
  if (!profile) vc.policies.checked.set(checkedKey(asked), result);
  return result;
}

/** A VM or disk may be named in two ways, which are checked separately. */
const checkedKey = ({ objectType, key }: ServerObjectRef) => `${objectType} ${key}`;

/** What the last check found; checks when there was none. */
export function lastCompliance(vc: Vcenter, asked: ServerObjectRef, profile?: Data<'PbmProfileId'>): Result {
  const before = vc.policies.checked.get(checkedKey(asked));
  const own = before?.profile?.uniqueId;
  const [home] = storageObjects(vc, asked);
  const current = vc.policies.of(home!.vm, home!.disk);
  if (before && own === current && (!profile || profile.uniqueId === own)) return before;
  return checkCompliance(vc, asked, profile);
}

function judge(vc: Vcenter, object: StorageObject, asked: Data<'PbmProfileId'> | undefined): Result {
  const own = vc.policies.of(object.vm, object.disk);
  const id = asked?.uniqueId ?? own;
  const result: Result = {
    checkTime: new Date(vc.runtime.clock.now()),
    entity: object.entity,
    profile: id === undefined ? undefined : { uniqueId: id },
    complianceTaskStatus: 'success',
    complianceStatus: 'notApplicable',
    // Another policy than the object's own was asked for.
    mismatch: asked !== undefined && asked.uniqueId !== own,
  };
  if (id === undefined) return result;
  const policy = vc.policies.get(id);
  const fits = policy.encrypts === (keyIdOf(object) !== undefined);
  if (!fits) {
    result.complianceStatus = 'nonCompliant';
    const violated = policy.encrypts ? capabilitiesOf(policy.profile.constraints) : [];
    result.violatedPolicies = violated.map((expectedValue) => ({ expectedValue }));
  } else {
    result.complianceStatus = vc.policies.isOutOfDate(object.vm, object.disk) ? 'outOfDate' : 'compliant';
  }
  return result;
}

/** From best to worst: a rollup is as bad as its worst member. documented order of severity */
const severity = ['notApplicable', 'compliant', 'unknown', 'outOfDate', 'nonCompliant'];

/** The compliance of a VM's files and all of its disks. @throws InvalidArgument for anything but a VM */
export function rollupCompliance(
  vc: Vcenter,
  asked: ServerObjectRef,
  check: typeof checkCompliance,
): Data<'PbmRollupComplianceResult'> {
  if (!asked.objectType.startsWith('virtualMachine')) throw invalidArgument('entity');
  const result = storageObjects(vc, { ...asked, objectType: 'virtualMachineAndDisks' }).map(({ entity }) =>
    check(vc, entity),
  );
  const worst = Math.max(...result.map(({ complianceStatus }) => severity.indexOf(complianceStatus)));
  return {
    oldestCheckTime: new Date(Math.min(...result.map(({ checkTime }) => checkTime.getTime()))),
    entity: asked,
    overallComplianceStatus: severity[worst] ?? 'unknown',
    overallComplianceTaskStatus: 'success',
    result,
    profileMismatch: false,
  };
}
