import type { Vcenter } from '../vcenter.ts';
import { fault } from '../vim/kernel/fault.ts';
import { isA } from '../vim/kernel/registry.ts';
import { type Data, data, ref } from '../vim/kernel/values.ts';
import { capabilitiesOf, encrypts } from './encryption-rules.ts';

type Hub = Data<'PbmPlacementHub'>;
type Constraints = Data<'PbmCapabilityConstraints'>;

/** What a placement is asked for: rules, and whose default policy they are. */
export interface Requirement {
  readonly constraints: Constraints;
  readonly systemCreatedProfileType?: string;
}

/** The rules behind a list of requirements. @throws InvalidArgument profileId */
export function requirementsOf(
  vc: Vcenter,
  requirements: readonly Data<'PbmPlacementRequirement'>[] | undefined,
): Requirement[] {
  return (requirements ?? []).flatMap((one): Requirement[] => {
    if (isA(one, 'PbmPlacementCapabilityProfileRequirement')) return [vc.policies.get(one.profileId.uniqueId).profile];
    return isA(one, 'PbmPlacementCapabilityConstraintsRequirement') ? [{ constraints: one.constraints }] : [];
  });
}

/**
 * Which datastores fit. The simulated ones are VMFS: the default policies of vSAN, VVol and PMem do not fit them, and neither do rules
 * of vendors that are not there. Encryption is no property of a datastore: it fits everywhere.
 */
export function compatibility(
  vc: Vcenter,
  hubs: readonly Hub[] | undefined,
  requirements: readonly Requirement[],
): Data<'PbmPlacementCompatibilityResult'>[] {
  const fits = requirements.every(
    ({ constraints, systemCreatedProfileType }) =>
      systemCreatedProfileType === undefined && (capabilitiesOf(constraints).length === 0 || encrypts(constraints)),
  );
  const error = [{ fault: data('PbmFault', {}), localizedMessage: vc.assumed.pbmIncompatible }];
  return hubsOf(vc, hubs).map((hub) => (fits ? { hub } : { hub, error }));
}

/** The datastores that are asked for, or all. @throws PbmNonExistentHubs */
export function hubsOf(vc: Vcenter, hubs: readonly Hub[] | undefined): readonly Hub[] {
  if (!hubs) return vc.inventory.datastores.map(({ ref: { type, value } }) => ({ hubType: type, hubId: value }));
  const missing = hubs.filter(({ hubId }) => !vc.store.find(ref('Datastore', hubId)));
  if (missing.length > 0) {
    const names = missing.map(({ hubId }) => hubId).join(', ');
    throw fault('PbmNonExistentHubs', vc.assumed.pbmNotFound(names), { hubs: missing });
  }
  return hubs;
}
