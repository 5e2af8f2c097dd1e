import { isA } from '../vim/kernel/registry.ts';
import { type Data, data } from '../vim/kernel/values.ts';

/** The data service whose capability makes a policy encrypt; govc writes policies this way. observed (vcenter.md 13.3) */
export const encryptionDataService = {
  namespace: 'com.vmware.storageprofile.dataservice',
  id: 'ad5a249d-cbc2-43af-9366-694d7664fa52',
} as const;

/** The IO filter of VM encryption, as PowerCLI names it in rules. observed (vcenter.md 13.4) */
export const encryptionFilter = { namespace: 'vmwarevmcrypt', id: 'vmwarevmcrypt@ENCRYPTION' } as const;

/** observed: the only property of the filter; a string, not a boolean. */
export const cleartextFilters = 'AllowCleartextFilters';

type Constraints = Data<'PbmCapabilityConstraints'>;

/** observed: one sub-profile "sp-1" whose capability has itself as its value. */
export function encryptionConstraints(): Constraints {
  return data('PbmCapabilitySubProfileConstraints', {
    subProfiles: [
      {
        name: 'sp-1',
        capability: [
          {
            id: { ...encryptionDataService },
            constraint: [{ propertyInstance: [{ id: encryptionDataService.id, value: encryptionDataService.id }] }],
          },
        ],
        forceProvision: false,
      },
    ],
  });
}

/** All capabilities that a policy's rules ask for. */
export function capabilitiesOf(constraints: Constraints | undefined): Data<'PbmCapabilityInstance'>[] {
  if (!isA(constraints, 'PbmCapabilitySubProfileConstraints')) return [];
  return (constraints.subProfiles ?? []).flatMap(({ capability }) => capability ?? []);
}

/** Whether rules make a policy encrypt: in either form. */
export function encrypts(constraints: Constraints | undefined): boolean {
  return capabilitiesOf(constraints).some(({ id }) => isFilter(id) || isDataService(id));
}

function isDataService(id: Data<'PbmCapabilityMetadataUniqueId'> | undefined): boolean {
  return id?.namespace === encryptionDataService.namespace && id.id === encryptionDataService.id;
}

/** The namespace is the vendor's, or that of all IO filters where the policy stands in a VM's spec. observed */
function isFilter(id: Data<'PbmCapabilityMetadataUniqueId'> | undefined): boolean {
  return (
    id?.id === encryptionFilter.id && (id.namespace === encryptionFilter.namespace || id.namespace === 'IOFILTERS')
  );
}

/**
 * What is wrong with rules, as the path of the wrong part; undefined when nothing is. Rules of other vendors are taken as they come:
 * their providers are not simulated.
 */
export function wrongPart(constraints: Constraints | undefined): string | undefined {
  if (!isA(constraints, 'PbmCapabilitySubProfileConstraints')) return 'constraints';
  const subProfiles = constraints.subProfiles ?? [];
  if (subProfiles.length === 0) return 'constraints.subProfiles';
  for (const { capability } of subProfiles) {
    for (const { id, constraint } of capability ?? []) {
      if (!id?.namespace || !id.id) return 'constraints.subProfiles.capability.id';
      if (!isFilter(id)) continue;
      for (const property of (constraint ?? []).flatMap(({ propertyInstance }) => propertyInstance ?? [])) {
        const allowed = property.id === cleartextFilters && ['True', 'False'].includes(String(property.value));
        if (!allowed) return 'constraints.subProfiles.capability.constraint.propertyInstance';
      }
    }
  }
  return undefined;
}
