/**
 * What clients use and the published metadata does not have: merged into the generated declarations.
 * PbmQueryIOFiltersFromProfileId and its types: observed in clients (govmomi, vm-operator).
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
  },
  methods: {
    PbmProfileProfileManager: {
      PbmQueryIOFiltersFromProfileId: {
        params: { profileIds: 'PbmProfileId[]' },
        result: 'PbmProfileToIofilterMap[]?',
        privilege: 'StorageProfile.View',
        faults: ['InvalidArgument'],
      },
    },
  },
} as const;
