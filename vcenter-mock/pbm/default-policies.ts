import { anyValue, type Data, data } from '../vim/kernel/values.ts';
import { cleartextFilters, dataServiceNamespace, encryptionComponentId, encryptionFilter } from './encryption-rules.ts';

type Constraints = Data<'PbmCapabilityConstraints'>;

/** observed on vCenter 6.5 and 6.7 (vcenter.md 13.3). */
export const vmEncryptionPolicyId = '4d5f673c-536f-11e6-beb8-9e71128cae77';
/** observed (vcenter.md 13.3) */
export const vsanDefaultPolicyId = 'aa6d5a82-1c88-45da-85d3-3d74b91a5bad';

/** A policy that every vCenter has. */
export interface DefaultPolicy {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly constraints: Constraints;
  readonly system?: Data<'PbmCapabilityProfile'>['systemCreatedProfileType'];
  /** Default: REQUIREMENT. */
  readonly category?: string;
  readonly lineOfService?: string;
}

/** A rule of one property that is called as its capability is. */
function rule(namespace: string, id: string, value: unknown): Data<'PbmCapabilityInstance'> {
  return { id: { namespace, id }, constraint: [{ propertyInstance: [{ id, value }] }] };
}

function oneSubProfile(
  name: string,
  capability: Data<'PbmCapabilityInstance'>[],
  forceProvision?: boolean,
): Constraints {
  return data('PbmCapabilitySubProfileConstraints', { subProfiles: [{ name, capability, forceProvision }] });
}

/** observed: one sub-profile "sp-1" whose capability has itself as its value. */
export function encryptionConstraints(): Constraints {
  return oneSubProfile('sp-1', [rule(dataServiceNamespace, encryptionComponentId, encryptionComponentId)], false);
}

/** Ids, names, descriptions, rules: observed (vcenter.md 13.3; those of vSAN and PMem on vCenter 6.7), in the order of a real server. */
export function defaultPolicies(): DefaultPolicy[] {
  return [
    {
      id: vsanDefaultPolicyId,
      name: 'vSAN Default Storage Policy',
      description: 'Storage policy used as default for vSAN datastores',
      system: 'VsanDefaultProfile',
      constraints: oneSubProfile('VSAN sub-profile', [
        rule('VSAN', 'hostFailuresToTolerate', anyValue('int', 1)),
        rule('VSAN', 'stripeWidth', anyValue('int', 1)),
        rule('VSAN', 'forceProvisioning', false),
        rule('VSAN', 'proportionalCapacity', anyValue('int', 0)),
        rule('VSAN', 'cacheReservation', anyValue('int', 0)),
      ]),
    },
    {
      id: 'f4e5bade-15a2-4805-bf8e-52318c4ce443',
      name: 'VVol No Requirements Policy',
      description: 'Allow the datastore to determine the best placement strategy for storage objects',
      system: 'VVolDefaultProfile',
      // observed: an element without xsi:type
      constraints: {},
    },
    {
      id: vmEncryptionPolicyId,
      name: 'VM Encryption Policy',
      description: "Sample storage policy for VMware's VM and virtual disk encryption",
      constraints: encryptionConstraints(),
    },
    {
      id: 'c268da1b-b343-49f7-a468-b1deeb7078e0',
      name: 'Host-local PMem Default Storage Policy',
      description: 'Storage policy used as default for Host-local PMem datastores',
      system: 'PmemDefaultProfile',
      constraints: oneSubProfile('PMem sub-profile', [rule('PMem', 'PMemType', 'LocalPMem')]),
    },
  ];
}

/**
 * The component that encryption policies embed. That its id names a policy of its own, whose rules are those of the filter, is observed
 * in a client (the vSphere CSI driver resolves it with PbmRetrieveContent); category and line of service are documented.
 * @param text assumed name and description
 */
export function encryptionComponent(text: { name: string; description: string }): DefaultPolicy {
  return {
    id: encryptionComponentId,
    ...text,
    category: 'DATA_SERVICE_POLICY',
    lineOfService: 'ENCRYPTION',
    constraints: oneSubProfile('sp-1', [
      { id: { ...encryptionFilter }, constraint: [{ propertyInstance: [{ id: cleartextFilters, value: 'False' }] }] },
    ]),
  };
}
