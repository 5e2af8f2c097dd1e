import { capabilitySchema, encryptionMetadata, vendorInfo } from '../pbm/capability-schema.ts';
import { vsanDefaultPolicyId } from '../pbm/default-policies.ts';
import { entitiesWith, profilesOf, type ServerObjectRef } from '../pbm/entities.ts';
import { ioFiltersOf } from '../pbm/io-filters.ts';
import { hubsOf } from '../pbm/placement.ts';
import type { Policy } from '../pbm/storage-policies.ts';
import type { Call, Vcenter } from '../vcenter.ts';
import { fault, invalidArgument, VimFault } from '../vim/kernel/fault.ts';
import { implement } from '../vim/kernel/implementation.ts';
import { enumValues } from '../vim/kernel/registry.ts';
import { type Data, ref } from '../vim/kernel/values.ts';

/** Changing what encrypts needs a privilege of its own. documented (vcenter.md 4.4: ManageEncryptionPolicy) */
function requireForEncryption(call: Call, encrypting: boolean): void {
  if (!encrypting) return;
  call.require('Cryptographer.ManageEncryptionPolicy', call.vc.inventory.rootFolder);
}

/** Default policies belong to vSAN and VVol datastores; the simulated ones are VMFS. documented */
function refuseLegacy(vc: Vcenter, hubs: readonly Data<'PbmPlacementHub'>[]): never {
  throw fault('PbmLegacyHubsNotSupported', vc.assumed.pbmLegacyHubs, { hubs: [...hubsOf(vc, hubs)] });
}

/** What one entity answers; one that does not exist does not spoil the answer for the others. */
function queryProfile(vc: Vcenter, object: ServerObjectRef): Data<'PbmQueryProfileResult'> {
  try {
    return { object, profileId: profilesOf(vc, object) };
  } catch (error) {
    if (!(error instanceof VimFault)) throw error;
    return { object, fault: error.localized };
  }
}

/** The policies of a category; of all without one. documented. @throws InvalidArgument profileCategory */
function ofCategory(vc: Vcenter, category: string | undefined): Policy[] {
  if (category === undefined) return vc.policies.all;
  if (!enumValues('PbmProfileCategoryEnum')?.includes(category)) throw invalidArgument('profileCategory');
  return vc.policies.all.filter(({ profile }) => profile.profileCategory === category);
}

function requireStorage(resourceType: Data<'PbmProfileResourceType'> | undefined): void {
  if (resourceType && resourceType.resourceType !== 'STORAGE') throw invalidArgument('resourceType');
}

/** PbmProfileProfileManager: the policies, what has them, what they can ask for. vcenter.md 13.2 */
export const pbmProfileManager = implement('PbmProfileProfileManager', {
  methods: {
    PbmFetchResourceType: () => [{ resourceType: 'STORAGE' }],

    PbmFetchVendorInfo(_object, { resourceType }, { vc }) {
      requireStorage(resourceType);
      return vendorInfo(vc.assumed);
    },

    PbmFetchCapabilityMetadata(_object, { resourceType, vendorUuid }, { vc }) {
      requireStorage(resourceType);
      return capabilitySchema(vc.assumed, vendorUuid, undefined).length > 0 ? [encryptionMetadata(vc.assumed)] : [];
    },

    PbmFetchCapabilitySchema: (_object, { vendorUuid, lineOfService }, { vc }) =>
      capabilitySchema(vc.assumed, vendorUuid, lineOfService),

    PbmCreate(_object, { createSpec }, call) {
      const { policies } = call.vc;
      requireForEncryption(call, policies.rulesEncrypt(createSpec.constraints));
      return policies.create(createSpec, call);
    },

    PbmUpdate(_object, { profileId, updateSpec }, call) {
      const { policies } = call.vc;
      requireForEncryption(
        call,
        policies.encrypts(profileId.uniqueId) || policies.rulesEncrypt(updateSpec.constraints),
      );
      policies.update(profileId.uniqueId, updateSpec, call);
    },

    PbmDelete(_object, { profileId }, call) {
      const { policies } = call.vc;
      // Before anything is deleted: a refusal is one for all.
      requireForEncryption(
        call,
        profileId.some(({ uniqueId }) => policies.encrypts(uniqueId)),
      );
      return profileId.map((id) => ({ profileId: id, fault: policies.remove(id.uniqueId, call)?.localized }));
    },

    PbmQueryProfile(_object, { resourceType, profileCategory }, { vc }) {
      requireStorage(resourceType);
      return ofCategory(vc, profileCategory).map(({ profile }) => profile.profileId);
    },

    PbmQueryProfileDetails: (_object, { profileCategory }, { vc }) =>
      ofCategory(vc, profileCategory).map((policy) => ({
        profile: policy.profile,
        iofInfos: ioFiltersOf(policy),
        isReplicationPolicy: false,
      })),

    PbmRetrieveContent(_object, { profileIds }, { vc }) {
      for (const { uniqueId } of profileIds) vc.policies.get(uniqueId);
      const asked = new Set(profileIds.map(({ uniqueId }) => uniqueId));
      // observed: in the server's own order, not in the order asked
      return vc.policies.all.map(({ profile }) => profile).filter(({ profileId }) => asked.has(profileId.uniqueId));
    },

    PbmQueryAssociatedProfile: (_object, { entity }, { vc }) => profilesOf(vc, entity),

    PbmQueryAssociatedProfiles: (_object, { entities }, { vc }) => entities.map((entity) => queryProfile(vc, entity)),

    PbmQueryAssociatedEntity: (_object, { profile, entityType }, { vc }) =>
      entitiesWith(vc, profile.uniqueId, entityType),

    PbmQueryAssociatedEntities: (_object, { profiles }, { vc }) =>
      (profiles ?? vc.policies.all.map(({ profile }) => profile.profileId)).flatMap((profile) =>
        entitiesWith(vc, profile.uniqueId).map((object) => ({ object, profileId: [profile] })),
      ),

    PbmQueryIOFiltersFromProfileId: (_object, { profileIds }, { vc }) =>
      profileIds.map((key) => ({ key, iofilters: ioFiltersOf(vc.policies.get(key.uniqueId)) })),

    PbmQueryDefaultRequirementProfile(_object, { hub }, { vc }) {
      hubsOf(vc, [hub]);
      // A VMFS datastore has no default policy.
      return undefined;
    },

    PbmQueryDefaultRequirementProfiles: (_object, { datastores }, { vc }) =>
      hubsOf(vc, datastores).map((hub) => ({ datastores: [hub] })),

    PbmFindApplicableDefaultProfile: (_object, { datastores }, { vc }) => refuseLegacy(vc, datastores),

    PbmAssignDefaultRequirementProfile(_object, { profile, datastores }, { vc }) {
      vc.policies.get(profile.uniqueId);
      refuseLegacy(vc, datastores);
    },

    PbmResetDefaultRequirementProfile(_object, { profile }, call) {
      const { policies } = call.vc;
      if (profile) policies.get(profile.uniqueId);
      if (!profile || profile.uniqueId === vsanDefaultPolicyId) policies.resetVsanDefault(call);
    },

    PbmResetVSanDefaultProfile(_object, _params, call) {
      call.vc.policies.resetVsanDefault(call);
    },

    PbmQuerySpaceStatsForStorageContainer(_object, { datastore, capabilityProfileId }, { vc }) {
      const summary = vc.store.get('Datastore', ref('Datastore', datastore.key))?.get('summary');
      if (!summary) throw invalidArgument('datastore');
      const megabytes = (bytes: number) => Math.floor(bytes / 1024 / 1024);
      const total = megabytes(summary.capacity);
      const free = megabytes(summary.freeSpace);
      const space = {
        physicalTotalInMB: total,
        physicalFreeInMB: free,
        physicalUsedInMB: total - free,
        logicalFreeInMB: free,
        logicalUsedInMB: total - free,
      };
      const profiles = capabilityProfileId ?? [];
      for (const { uniqueId } of profiles) vc.policies.get(uniqueId);
      return profiles.length > 0 ? profiles.map(({ uniqueId }) => ({ profileId: uniqueId, ...space })) : [space];
    },
  },
  limits: {
    PbmFetchVendorInfo: 'VM encryption is the only vendor',
    PbmFetchCapabilityMetadata: 'VM encryption is the only vendor',
    PbmFetchCapabilitySchema: 'VM encryption is the only vendor',
    PbmQueryProfileDetails: 'all fields, whatever fetchAllFields says',
    PbmCreate: 'rules of other vendors than VM encryption are not checked',
    PbmUpdate: 'rules of other vendors than VM encryption are not checked',
  },
});
