// Facts: the published type metadata of the vSphere API, up to 8.0.3.0 (observed). `T?` optional, `T[]` array, `@v` since API version v.
import { dataTypes, enumTypes } from '../kernel/declare.ts';

export const pbmTypes = dataTypes({
  PbmAboutInfo: { fields: { name: 'string', version: 'string', instanceUuid: 'string' } },
  PbmCapabilityConstraintInstance: { fields: { propertyInstance: 'PbmCapabilityPropertyInstance[]' } },
  PbmCapabilityConstraints: { fields: {} },
  PbmCapabilityDiscreteSet: { fields: { values: 'anyType[]' } },
  PbmCapabilityInstance: {
    fields: { id: 'PbmCapabilityMetadataUniqueId', constraint: 'PbmCapabilityConstraintInstance[]' },
  },
  PbmCapabilityMetadataUniqueId: { fields: { namespace: 'string', id: 'string' } },
  PbmCapabilityProfile: {
    base: 'PbmProfile',
    fields: {
      profileCategory: 'string',
      resourceType: 'PbmProfileResourceType',
      constraints: 'PbmCapabilityConstraints',
      generationId: 'long?',
      isDefault: 'boolean',
      systemCreatedProfileType: 'string?@2.0',
      lineOfService: 'string?@6.5',
    },
  },
  PbmCapabilityPropertyInstance: { fields: { id: 'string', operator: 'string?@6.5', value: 'anyType' } },
  PbmCapabilityRange: { fields: { min: 'anyType', max: 'anyType' } },
  PbmCapabilitySubProfile: {
    fields: { name: 'string', capability: 'PbmCapabilityInstance[]', forceProvision: 'boolean?' },
  },
  PbmCapabilitySubProfileConstraints: {
    base: 'PbmCapabilityConstraints',
    fields: { subProfiles: 'PbmCapabilitySubProfile[]' },
  },
  PbmComplianceOperationalStatus: {
    fields: { healthy: 'boolean?', operationETA: 'dateTime?', operationProgress: 'long?', transitional: 'boolean?' },
  },
  PbmCompliancePolicyStatus: {
    fields: { expectedValue: 'PbmCapabilityInstance', currentValue: 'PbmCapabilityInstance?' },
  },
  PbmComplianceResult: {
    fields: {
      checkTime: 'dateTime',
      entity: 'PbmServerObjectRef',
      profile: 'PbmProfileId?',
      complianceTaskStatus: 'string?@6.5',
      complianceStatus: 'string',
      mismatch: 'boolean',
      violatedPolicies: 'PbmCompliancePolicyStatus[]?',
      errorCause: 'LocalizedMethodFault[]?@6.5',
      operationalStatus: 'PbmComplianceOperationalStatus?',
      info: 'PbmExtendedElementDescription?@6.5',
    },
  },
  PbmExtendedElementDescription: {
    fields: {
      label: 'string',
      summary: 'string',
      key: 'string',
      messageCatalogKeyPrefix: 'string',
      messageArg: 'KeyAnyValue[]?',
    },
  },
  PbmPlacementCapabilityProfileRequirement: {
    base: 'PbmPlacementRequirement',
    since: '6.5',
    fields: { profileId: 'PbmProfileId' },
  },
  PbmPlacementCompatibilityResult: {
    fields: { hub: 'PbmPlacementHub', warning: 'LocalizedMethodFault[]?', error: 'LocalizedMethodFault[]?' },
  },
  PbmPlacementHub: { fields: { hubType: 'string', hubId: 'string' } },
  PbmPlacementRequirement: { since: '6.5', fields: {} },
  PbmProfile: {
    fields: {
      profileId: 'PbmProfileId',
      name: 'string',
      description: 'string?',
      creationTime: 'dateTime',
      createdBy: 'string',
      lastUpdatedTime: 'dateTime',
      lastUpdatedBy: 'string',
    },
  },
  PbmProfileId: { fields: { uniqueId: 'string' } },
  PbmProfileResourceType: { fields: { resourceType: 'string' } },
  // observed in clients (vm-operator); not in the published metadata.
  PbmIofilterInfo: { fields: { vibId: 'string', filterType: 'string?' } },
  PbmProfileToIofilterMap: {
    fields: { key: 'PbmProfileId', iofilters: 'PbmIofilterInfo[]?', fault: 'LocalizedMethodFault?' },
  },
  PbmQueryProfileResult: {
    fields: { object: 'PbmServerObjectRef', profileId: 'PbmProfileId[]?', fault: 'LocalizedMethodFault?' },
  },
  PbmServerObjectRef: { fields: { objectType: 'string', key: 'string', serverUuid: 'string?' } },
  PbmServiceInstanceContent: {
    fields: {
      aboutInfo: 'PbmAboutInfo',
      sessionManager: 'ref PbmSessionManager',
      capabilityMetadataManager: 'ref PbmCapabilityMetadataManager',
      profileManager: 'ref PbmProfileProfileManager',
      complianceManager: 'ref PbmComplianceManager',
      placementSolver: 'ref PbmPlacementSolver',
      replicationManager: 'ref PbmReplicationManager?@6.5',
    },
  },
});

export const pbmEnums = enumTypes({
  PbmComplianceStatus: ['compliant', 'nonCompliant', 'unknown', 'notApplicable', 'outOfDate'],
  PbmObjectType: [
    'virtualMachine',
    'virtualMachineAndDisks',
    'virtualDiskId',
    'virtualDiskUUID',
    'datastore',
    'vsanObjectId',
    'fileShareId',
    'host',
    'cluster',
    'unknown',
  ],
  PbmProfileCategoryEnum: ['REQUIREMENT', 'RESOURCE', 'DATA_SERVICE_POLICY'],
});
