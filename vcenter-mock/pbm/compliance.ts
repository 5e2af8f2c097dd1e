import type { Vcenter } from '../vcenter.ts';
import { invalidArgument, VimFault } from '../vim/kernel/fault.ts';
import type { Data } from '../vim/kernel/values.ts';
import { asksForEncryption, subProfilesOf } from './encryption-rules.ts';
import { datastoreOf, keyIdOf, type ServerObjectRef, type StorageObject, storageObjects } from './entities.ts';
import type { Assignment } from './policy-assignments.ts';
import { datastoreHolds, unmet } from './rules.ts';

type Result = Data<'PbmComplianceResult'>;
type Status = Data<'PbmComplianceResult'>['complianceStatus'];

/** How an object's compliance is found: by a check now, or as the last check found it. */
export type Verdict = (vc: Vcenter, object: StorageObject) => Result;

/**
 * The compliance of each object that has a policy. Datastores, objects that do not exist and objects without a policy are left out.
 * @throws InvalidArgument when nothing is left but datastores, or nothing exists. documented
 */
export function complianceOf(vc: Vcenter, entities: readonly ServerObjectRef[], verdict: Verdict): Result[] {
  const objects = entities.flatMap((entity) => existing(vc, entity));
  if (entities.length > 0 && objects.length === 0) throw invalidArgument('entities');
  return objects.filter(({ vm, disk }) => vc.policies.of(vm, disk?.key)).map((object) => verdict(vc, object));
}

function existing(vc: Vcenter, entity: ServerObjectRef): StorageObject[] {
  try {
    return storageObjects(vc, entity);
  } catch (error) {
    if (error instanceof VimFault && error.fault._type === 'PbmFaultNotFound') return [];
    throw error;
  }
}

/** Checks now, and remembers what it found. */
export function check(vc: Vcenter, object: StorageObject): Result {
  const assignment = vc.policies.assignment(object.vm, object.disk?.key);
  const result = judge(vc, object, assignment);
  if (assignment) assignment.lastCheck = result;
  return result;
}

/**
 * What the last check found. vCenter checks when it applies a policy (assumed), which here happens when first asked; a policy that has
 * changed since makes the result out of date (documented).
 */
export function lastResult(vc: Vcenter, object: StorageObject): Result {
  const assignment = vc.policies.assignment(object.vm, object.disk?.key);
  const before = assignment?.lastCheck;
  if (!before) return check(vc, object);
  const outdated = vc.policies.isOutOfDate(assignment);
  return { ...before, entity: object.entity, ...(outdated && { complianceStatus: 'outOfDate', mismatch: true }) };
}

function judge(vc: Vcenter, object: StorageObject, assignment: Assignment | undefined): Result {
  const { status, violated } = verdictOn(vc, object, assignment);
  return {
    checkTime: new Date(vc.runtime.clock.now()),
    entity: object.entity,
    profile: assignment && { uniqueId: assignment.policyId },
    complianceTaskStatus: 'success',
    complianceStatus: status,
    // documented: the same as outOfDate
    mismatch: status === 'outOfDate',
    violatedPolicies: violated.length > 0 ? violated.map((expectedValue) => ({ expectedValue })) : undefined,
  };
}

/**
 * Whether what the policy asks for is what the VM's files or the disk have: encryption wants a key, and without it there must be none
 * (assumed: the IO filter would be there against the policy); rules about storage want a datastore that has it.
 */
function verdictOn(
  vc: Vcenter,
  object: StorageObject,
  assignment: Assignment | undefined,
): { status: Status; violated: Data<'PbmCapabilityInstance'>[] } {
  if (!assignment) return { status: 'notApplicable', violated: [] };
  // documented: until the latest policy is applied
  if (vc.policies.isOutOfDate(assignment)) return { status: 'outOfDate', violated: [] };
  const { profile, encrypts } = vc.policies.get(assignment.policyId);
  const isEncrypted = keyIdOf(object) !== undefined;
  const datastore = datastoreOf(vc, object);
  const violated = unmet(profile.constraints, (rule) => {
    if (asksForEncryption(rule.id, vc.policies.dataService)) return isEncrypted;
    return datastore !== undefined && datastoreHolds(vc, rule, datastore);
  });
  if (violated.length > 0 || (isEncrypted && !encrypts)) return { status: 'nonCompliant', violated };
  // documented: notApplicable has no storage requirements
  return { status: subProfilesOf(profile.constraints).length > 0 ? 'compliant' : 'notApplicable', violated };
}

/** Of several statuses the first of these that is there counts, unless all are compliant. documented */
const rollupOrder: Status[] = ['outOfDate', 'nonCompliant', 'unknown', 'notApplicable'];

/** The compliance of a VM's files and all of its disks that have a policy. @throws InvalidArgument for anything but a VM */
export function rollupOf(vc: Vcenter, entity: ServerObjectRef, verdict: Verdict): Data<'PbmRollupComplianceResult'> {
  if (!entity.objectType.startsWith('virtualMachine')) throw invalidArgument('entity');
  const all = storageObjects(vc, { ...entity, objectType: 'virtualMachineAndDisks' });
  const result = all.filter(({ vm, disk }) => vc.policies.of(vm, disk?.key)).map((object) => verdict(vc, object));
  const statuses = result.map(({ complianceStatus }) => complianceStatus);
  const allCompliant = statuses.length > 0 && statuses.every((status) => status === 'compliant');
  const now = vc.runtime.clock.now();
  return {
    oldestCheckTime: new Date(Math.min(now, ...result.map(({ checkTime }) => checkTime.getTime()))),
    entity,
    overallComplianceStatus: allCompliant
      ? 'compliant'
      : (rollupOrder.find((status) => statuses.includes(status)) ?? 'notApplicable'),
    overallComplianceTaskStatus: 'success',
    result,
    profileMismatch: result.some(({ mismatch }) => mismatch),
  };
}
