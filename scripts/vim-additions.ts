/**
 * What clients use and the published metadata does not have: merged into the generated declarations.
 * PbmQueryIOFiltersFromProfileId, PbmQueryProfileDetails and their types: observed in clients (govmomi, vm-operator, the vSphere CSI
 * driver), which call them in the namespace urn:internalpbm.
 */
export const additions = {
  data: {
    PbmIofilterInfo: {
      name: 'pbm.profile.IofilterInfo',
      base: 'DynamicData',
      fields: { vibId: 'string', filterType: 'string?' },
    },
    PbmProfileToIofilterMap: {
      name: 'pbm.profile.ProfileToIofilterMap',
      base: 'DynamicData',
      fields: { key: 'PbmProfileId', iofilters: 'PbmIofilterInfo[]?', fault: 'LocalizedMethodFault?' },
    },
    PbmProfileDetails: {
      name: 'pbm.profile.ProfileDetails',
      base: 'DynamicData',
      fields: {
        profile: 'PbmCapabilityProfile',
        iofInfos: 'PbmIofilterInfo[]?',
        iofMethodFault: 'LocalizedMethodFault?',
        isReplicationPolicy: 'boolean',
        repMethodFault: 'LocalizedMethodFault?',
      },
    },
  },
  methods: {
    PbmProfileProfileManager: {
      PbmQueryIOFiltersFromProfileId: {
        params: { profileIds: 'PbmProfileId[]' },
        result: 'PbmProfileToIofilterMap[]?',
        privilege: 'StorageProfile.View',
        faults: ['InvalidArgument'],
      },
      PbmQueryProfileDetails: {
        params: { profileCategory: 'string', fetchAllFields: 'boolean' },
        result: 'PbmProfileDetails[]?',
        privilege: 'StorageProfile.View',
        faults: ['InvalidArgument'],
      },
    },
  },
} as const;
