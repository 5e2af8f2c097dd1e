import type { Vcenter } from '../vcenter.ts';
import { fault, type VimFault } from '../vim/kernel/fault.ts';
import { isA } from '../vim/kernel/registry.ts';
import { type Data, ref } from '../vim/kernel/values.ts';
import { datastoreHolds, unmet } from './rules.ts';

type Hub = Data<'PbmPlacementHub'>;
type Constraints = Data<'PbmCapabilityConstraints'>;

/** What a placement is asked for: rules, and whose default policy they are. */
export interface Requirement {
  readonly constraints: Constraints;
  readonly systemCreatedProfileType?: string;
}

/** The datastores (summary.type) that default policies without rules are for. documented */
const datastoresOf: Readonly<Record<string, string>> = { VVolDefaultProfile: 'VVOL' };

/** The rules behind a list of requirements. @throws InvalidArgument profileId, or naming what is wrong with rules */
export function requirementsOf(
  vc: Vcenter,
  requirements: readonly Data<'PbmPlacementRequirement'>[] | undefined,
): Requirement[] {
  return (requirements ?? []).flatMap((one): Requirement[] => {
    if (isA(one, 'PbmPlacementCapabilityProfileRequirement')) return [vc.policies.get(one.profileId.uniqueId).profile];
    if (!isA(one, 'PbmPlacementCapabilityConstraintsRequirement')) return [];
    vc.policies.checkRules(one.constraints, 'REQUIREMENT', 'placementSubjectRequirement');
    return [{ constraints: one.constraints }];
  });
}

/** Which datastores fit, and why others do not. @throws PbmNonExistentHubs */
export function compatibility(
  vc: Vcenter,
  hubs: readonly Hub[] | undefined,
  requirements: readonly Requirement[],
): Data<'PbmPlacementCompatibilityResult'>[] {
  return hubsOf(vc, hubs).map((hub) => {
    const error = requirements.flatMap((requirement) => mismatches(vc, hub, requirement)).map((one) => one.localized);
    return error.length > 0 ? { hub, error } : { hub };
  });
}

/** The fault types are documented; which one says what is assumed. */
function mismatches(vc: Vcenter, hub: Hub, { constraints, systemCreatedProfileType }: Requirement): VimFault[] {
  const summary = datastoreOf(vc, hub)?.get('summary');
  if (!summary) return [];
  const wanted = systemCreatedProfileType && datastoresOf[systemCreatedProfileType];
  if (wanted && wanted !== summary.type) {
    return [fault('PbmCompatibilityCheckFault', vc.assumed.pbmIncompatible, { hub })];
  }
  return unmet(constraints, (rule) => datastoreHolds(vc, rule, summary)).map(({ id, constraint }) => {
    const property = constraint?.[0]?.propertyInstance?.[0];
    return property
      ? fault('PbmPropertyMismatchFault', vc.assumed.pbmIncompatible, {
          hub,
          capabilityInstanceId: id,
          requirementPropertyInstance: property,
        })
      : fault('PbmCompatibilityCheckFault', vc.assumed.pbmIncompatible, { hub });
  });
}

function datastoreOf(vc: Vcenter, { hubType, hubId }: Hub) {
  return hubType === 'Datastore' ? vc.store.get('Datastore', ref('Datastore', hubId)) : undefined;
}

/** The datastores that are asked for, or all. @throws PbmNonExistentHubs (there are no datastore clusters) */
export function hubsOf(vc: Vcenter, hubs: readonly Hub[] | undefined): readonly Hub[] {
  if (!hubs) return vc.inventory.datastores.map(({ ref: { type, value } }) => ({ hubType: type, hubId: value }));
  const absent = hubs.filter((hub) => !datastoreOf(vc, hub));
  if (absent.length > 0) {
    const names = absent.map(({ hubType, hubId }) => `${hubType}:${hubId}`).join(', ');
    throw fault('PbmNonExistentHubs', vc.assumed.pbmNotFound(names), { hubs: absent });
  }
  return hubs;
}
