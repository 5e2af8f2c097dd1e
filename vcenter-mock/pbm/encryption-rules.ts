import { isA } from '../vim/kernel/registry.ts';
import type { Data } from '../vim/kernel/values.ts';

type Constraints = Data<'PbmCapabilityConstraints'>;
type Capability = Data<'PbmCapabilityInstance'>;
type CapabilityId = Data<'PbmCapabilityMetadataUniqueId'>;

/** Rules of this namespace embed a data service policy: their id is that policy's id. observed (vcenter.md 13.3) */
export const dataServiceNamespace = 'com.vmware.storageprofile.dataservice';

/** The data service policy of VM encryption; govc writes policies this way. observed (vcenter.md 13.3) */
export const encryptionComponentId = 'ad5a249d-cbc2-43af-9366-694d7664fa52';

/** The IO filter of VM encryption, as PowerCLI names it in rules. observed (vcenter.md 13.4) */
export const encryptionFilter = { namespace: 'vmwarevmcrypt', id: 'vmwarevmcrypt@ENCRYPTION' } as const;

/** observed: the only property of the filter; a string, not a boolean. */
export const cleartextFilters = 'AllowCleartextFilters';

/** The rules of the data service policy with that id; undefined when there is none. */
export type FindDataService = (id: string) => Constraints | undefined;

/** The rule sets of a policy: to fulfil one of them is enough. documented */
export function subProfilesOf(constraints: Constraints | undefined): Data<'PbmCapabilitySubProfile'>[] {
  return isA(constraints, 'PbmCapabilitySubProfileConstraints') ? (constraints.subProfiles ?? []) : [];
}

/** All capabilities that a policy's rules ask for. */
export function capabilitiesOf(constraints: Constraints | undefined): Capability[] {
  return subProfilesOf(constraints).flatMap(({ capability }) => capability ?? []);
}

/** Whether rules make a policy encrypt: by the filter itself, or by a data service that names the filter. */
export function encrypts(constraints: Constraints | undefined, dataService: FindDataService): boolean {
  return capabilitiesOf(constraints).some(({ id }) => asksForEncryption(id, dataService));
}

/** Whether one rule asks for encryption. */
export function asksForEncryption(id: CapabilityId | undefined, dataService: FindDataService): boolean {
  if (isFilter(id)) return true;
  if (id?.namespace !== dataServiceNamespace) return false;
  // What a data service embeds in turn is not followed: they do not nest.
  return capabilitiesOf(dataService(id.id)).some((capability) => isFilter(capability.id));
}

/** The ids of the data service policies that rules embed. */
export function embeddedDataServices(constraints: Constraints | undefined): string[] {
  return capabilitiesOf(constraints).flatMap(({ id }) => (id?.namespace === dataServiceNamespace ? [id.id] : []));
}

/** The namespace is the vendor's, or that of all IO filters where the policy stands in a VM's spec. observed */
function isFilter(id: CapabilityId | undefined): boolean {
  return (
    id?.id === encryptionFilter.id && (id.namespace === encryptionFilter.namespace || id.namespace === 'IOFILTERS')
  );
}

/**
 * What is wrong with rules, as the path of the wrong part; undefined when nothing is. The filter's rules and those that embed a data
 * service are checked; rules of other vendors are taken as they come, because their providers are not simulated.
 */
export function wrongPart(constraints: Constraints | undefined, dataService: FindDataService): string | undefined {
  if (!isA(constraints, 'PbmCapabilitySubProfileConstraints')) return 'constraints';
  const subProfiles = subProfilesOf(constraints);
  if (subProfiles.length === 0) return 'constraints.subProfiles';
  for (const { capability } of subProfiles) {
    if (!capability?.length) return 'constraints.subProfiles.capability';
    for (const one of capability) {
      const wrong = wrongCapability(one, dataService);
      if (wrong) return `constraints.subProfiles.capability.${wrong}`;
    }
  }
  return undefined;
}

function wrongCapability({ id, constraint }: Capability, dataService: FindDataService): string | undefined {
  if (!id?.namespace || !id.id) return 'id';
  const isKnown =
    id.namespace === encryptionFilter.namespace
      ? isFilter(id)
      : id.namespace !== dataServiceNamespace || dataService(id.id) !== undefined;
  if (!isKnown) return 'id';
  if (!isFilter(id)) return undefined;
  const properties = (constraint ?? []).flatMap(({ propertyInstance }) => propertyInstance ?? []);
  const fits = properties.every(
    (property) => property.id === cleartextFilters && (property.value === 'True' || property.value === 'False'),
  );
  return fits ? undefined : 'constraint.propertyInstance';
}
