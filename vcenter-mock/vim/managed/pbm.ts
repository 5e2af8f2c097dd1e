// Facts: the published managed object metadata of the vSphere API, up to 8.0.3.0 (observed). `T?` optional, `T[]` array, `@v` since API version v.
import { managedTypes } from '../kernel/declare.ts';

export const pbmObjects = managedTypes({
  PbmServiceInstance: {
    base: 'ManagedObject',
    properties: { content: 'PbmServiceInstanceContent' },
    methods: {
      PbmRetrieveServiceContent: {
        params: {},
        result: 'PbmServiceInstanceContent',
        privilege: 'System.Anonymous',
        faults: [],
      },
    },
  },
  PbmSessionManager: {
    base: 'ManagedObject',
    properties: {},
    methods: {},
  },
  PbmProfileProfileManager: {
    base: 'ManagedObject',
    properties: {},
    methods: {
      PbmFetchResourceType: {
        params: {},
        result: 'PbmProfileResourceType[]?',
        privilege: 'StorageProfile.View',
        faults: [],
      },
      PbmQueryProfile: {
        params: { resourceType: 'PbmProfileResourceType', profileCategory: 'string?' },
        result: 'PbmProfileId[]?',
        privilege: 'StorageProfile.View',
        faults: ['InvalidArgument'],
      },
      PbmRetrieveContent: {
        params: { profileIds: 'PbmProfileId[]' },
        result: 'PbmProfile[]',
        privilege: 'StorageProfile.View',
        faults: ['InvalidArgument'],
      },
      PbmQueryAssociatedProfiles: {
        params: { entities: 'PbmServerObjectRef[]' },
        result: 'PbmQueryProfileResult[]?',
        privilege: 'StorageProfile.View',
        faults: ['PbmFault'],
      },
      PbmQueryAssociatedProfile: {
        params: { entity: 'PbmServerObjectRef' },
        result: 'PbmProfileId[]?',
        privilege: 'StorageProfile.View',
        faults: ['PbmFault'],
      },
      PbmQueryAssociatedEntity: {
        params: { profile: 'PbmProfileId', entityType: 'string?' },
        result: 'PbmServerObjectRef[]?',
        privilege: 'StorageProfile.View',
        faults: ['PbmFault'],
      },
      // observed in clients (govmomi, vm-operator); not in the published metadata.
      PbmQueryIOFiltersFromProfileId: {
        params: { profileIds: 'PbmProfileId[]' },
        result: 'PbmProfileToIofilterMap[]?',
        privilege: 'StorageProfile.View',
        faults: ['InvalidArgument'],
      },
      PbmResetDefaultRequirementProfile: {
        params: { profile: 'PbmProfileId?' },
        result: 'void',
        privilege: 'StorageProfile.Update',
        faults: [],
      },
      PbmResetVSanDefaultProfile: { params: {}, result: 'void', privilege: 'StorageProfile.Update', faults: [] },
      PbmQueryAssociatedEntities: {
        params: { profiles: 'PbmProfileId[]?' },
        result: 'PbmQueryProfileResult[]?',
        since: '6.5',
        privilege: 'StorageProfile.View',
        faults: ['PbmFault'],
      },
    },
    undeclared: [
      'PbmFetchVendorInfo',
      'PbmFetchCapabilityMetadata',
      'PbmFetchCapabilitySchema',
      'PbmCreate',
      'PbmUpdate',
      'PbmDelete',
      'PbmQueryDefaultRequirementProfile',
      'PbmAssignDefaultRequirementProfile',
      'PbmFindApplicableDefaultProfile',
      'PbmQueryDefaultRequirementProfiles',
      'PbmQuerySpaceStatsForStorageContainer',
    ],
  },
  PbmComplianceManager: {
    base: 'ManagedObject',
    properties: {},
    methods: {
      PbmCheckCompliance: {
        params: { entities: 'PbmServerObjectRef[]', profile: 'PbmProfileId?' },
        result: 'PbmComplianceResult[]?',
        privilege: 'StorageProfile.View',
        faults: ['PbmFault'],
      },
      PbmFetchComplianceResult: {
        params: { entities: 'PbmServerObjectRef[]', profile: 'PbmProfileId?' },
        result: 'PbmComplianceResult[]?',
        privilege: 'StorageProfile.View',
        faults: ['PbmFault'],
      },
      PbmQueryByRollupComplianceStatus: {
        params: { status: 'string' },
        result: 'PbmServerObjectRef[]?',
        since: '6.5',
        privilege: 'StorageProfile.View',
        faults: ['InvalidArgument', 'PbmFault'],
      },
    },
    undeclared: ['PbmCheckRollupCompliance', 'PbmFetchRollupComplianceResult'],
  },
  PbmCapabilityMetadataManager: {
    base: 'ManagedObject',
    properties: {},
    methods: {},
  },
  PbmPlacementSolver: {
    base: 'ManagedObject',
    properties: {},
    methods: {
      PbmCheckCompatibility: {
        params: { hubsToSearch: 'PbmPlacementHub[]?', profile: 'PbmProfileId' },
        result: 'PbmPlacementCompatibilityResult[]?',
        privilege: 'StorageProfile.View',
        faults: [],
      },
      PbmCheckRequirements: {
        params: {
          hubsToSearch: 'PbmPlacementHub[]?',
          placementSubjectRef: 'PbmServerObjectRef?',
          placementSubjectRequirement: 'PbmPlacementRequirement[]?',
        },
        result: 'PbmPlacementCompatibilityResult[]?',
        since: '6.5',
        privilege: 'StorageProfile.View',
        faults: ['PbmFault'],
      },
    },
    undeclared: ['PbmQueryMatchingHub', 'PbmQueryMatchingHubWithSpec', 'PbmCheckCompatibilityWithSpec'],
  },
});
