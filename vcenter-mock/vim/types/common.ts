// Facts: the published type metadata of the vSphere API, up to 8.0.3.0 (observed). `T?` optional, `T[]` array, `@v` since API version v.
import { dataTypes, enumTypes } from '../kernel/declare.ts';

export const commonTypes = dataTypes({
  CustomFieldDef: {
    fields: {
      key: 'int',
      name: 'string',
      type: 'string',
      managedObjectType: 'string?@2.5',
    },
  },
  CustomFieldValue: { fields: { key: 'int' } },
  DatacenterConfigInfo: {
    since: '5.1',
    fields: { defaultHardwareVersionKey: 'string?', maximumHardwareVersionKey: 'string?@7.0.2.0' },
  },
  Description: { fields: { label: 'string', summary: 'string' } },
  ElementDescription: { base: 'Description', fields: { key: 'string' } },
  EnumDescription: { since: '4.0', fields: { key: 'string', tags: 'ElementDescription[]' } },
  ID: { since: '6.5', fields: { id: 'string' } },
  KeyValue: { since: '2.5', fields: { key: 'string', value: 'string' } },
  LatencySensitivity: { since: '5.1', fields: { level: 'LatencySensitivitySensitivityLevel', sensitivity: 'int?' } },
  LicenseManagerEvaluationInfo: { since: '4.0', fields: { properties: 'KeyAnyValue[]' } },
  LicenseManagerLicenseInfo: {
    since: '4.0',
    fields: {
      licenseKey: 'string',
      editionKey: 'string',
      name: 'string',
      total: 'int',
      used: 'int?',
      costUnit: 'string',
      properties: 'KeyAnyValue[]?',
      labels: 'KeyValue[]?',
    },
  },
  ManagedByInfo: { since: '5.0', fields: { extensionKey: 'string', type: 'string' } },
  NetBIOSConfigInfo: { since: '4.1', fields: { mode: 'string' } },
  NetDhcpConfigInfo: {
    since: '4.1',
    fields: { ipv6: 'NetDhcpConfigInfoDhcpOptions?', ipv4: 'NetDhcpConfigInfoDhcpOptions?' },
  },
  NetDhcpConfigInfoDhcpOptions: { since: '4.1', fields: { enable: 'boolean', config: 'KeyValue[]?' } },
  NetDnsConfigInfo: {
    since: '4.1',
    fields: {
      dhcp: 'boolean',
      hostName: 'string',
      domainName: 'string',
      ipAddress: 'string[]?',
      searchDomain: 'string[]?',
    },
  },
  NetIpConfigInfo: {
    since: '4.1',
    fields: {
      ipAddress: 'NetIpConfigInfoIpAddress[]?',
      dhcp: 'NetDhcpConfigInfo?',
      autoConfigurationEnabled: 'boolean?',
    },
  },
  NetIpConfigInfoIpAddress: {
    since: '4.1',
    fields: { ipAddress: 'string', prefixLength: 'int', origin: 'string?', state: 'string?', lifetime: 'dateTime?' },
  },
  NetIpRouteConfigInfo: { since: '4.1', fields: { ipRoute: 'NetIpRouteConfigInfoIpRoute[]?' } },
  NetIpRouteConfigInfoGateway: { since: '4.1', fields: { ipAddress: 'string?', device: 'string?' } },
  NetIpRouteConfigInfoIpRoute: {
    since: '4.1',
    fields: { network: 'string', prefixLength: 'int', gateway: 'NetIpRouteConfigInfoGateway' },
  },
  ServiceLocator: {
    since: '6.0',
    fields: { instanceUuid: 'string', url: 'string', credential: 'ServiceLocatorCredential', sslThumbprint: 'string?' },
  },
  ServiceLocatorCredential: { since: '6.0', fields: {} },
  StorageIOAllocationInfo: { since: '4.1', fields: { limit: 'long?', shares: 'SharesInfo?', reservation: 'int?@5.5' } },
  Tag: { since: '4.0', fields: { key: 'string' } },
  TypeDescription: { base: 'Description', fields: { key: 'string' } },
  VsanClusterConfigInfo: {
    since: '5.5',
    fields: {
      enabled: 'boolean?',
      defaultConfig: 'VsanClusterConfigInfoHostDefaultInfo?',
      vsanEsaEnabled: 'boolean?@8.0.0.1',
    },
  },
  VsanClusterConfigInfoHostDefaultInfo: {
    since: '5.5',
    fields: { uuid: 'string?', autoClaimStorage: 'boolean?', checksumEnabled: 'boolean?@6.0' },
  },
  VsanHostConfigInfo: {
    since: '5.5',
    fields: {
      enabled: 'boolean?',
      hostSystem: 'ref HostSystem?',
      clusterInfo: 'VsanHostConfigInfoClusterInfo?',
      storageInfo: 'VsanHostConfigInfoStorageInfo?',
      networkInfo: 'VsanHostConfigInfoNetworkInfo?',
      faultDomainInfo: 'VsanHostFaultDomainInfo?@6.0',
      vsanEsaEnabled: 'boolean?@8.0.0.1',
    },
  },
  VsanHostConfigInfoClusterInfo: { since: '5.5', fields: { uuid: 'string?', nodeUuid: 'string?' } },
  VsanHostConfigInfoNetworkInfo: { since: '5.5', fields: { port: 'VsanHostConfigInfoNetworkInfoPortConfig[]?' } },
  VsanHostConfigInfoNetworkInfoPortConfig: {
    since: '5.5',
    fields: { ipConfig: 'VsanHostIpConfig?', device: 'string' },
  },
  VsanHostConfigInfoStorageInfo: {
    since: '5.5',
    fields: {
      autoClaimStorage: 'boolean?',
      diskMapping: 'VsanHostDiskMapping[]?',
      diskMapInfo: 'VsanHostDiskMapInfo[]?@6.0',
      checksumEnabled: 'boolean?@6.0',
    },
  },
  VsanHostDiskMapInfo: { since: '6.0', fields: { mapping: 'VsanHostDiskMapping', mounted: 'boolean' } },
  VsanHostDiskMapping: { since: '5.5', fields: { ssd: 'HostScsiDisk', nonSsd: 'HostScsiDisk[]' } },
  VsanHostFaultDomainInfo: { since: '6.0', fields: { name: 'string' } },
  VsanHostIpConfig: { since: '5.5', fields: { upstreamIpAddress: 'string', downstreamIpAddress: 'string' } },
  VsanHostMembershipInfo: { since: '5.5', fields: { nodeUuid: 'string', hostname: 'string' } },
  VsanHostRuntimeInfo: {
    since: '5.5',
    fields: {
      membershipList: 'VsanHostMembershipInfo[]?',
      diskIssues: 'VsanHostRuntimeInfoDiskIssue[]?',
      accessGenNo: 'int?',
    },
  },
  VsanHostRuntimeInfoDiskIssue: { since: '5.5', fields: { diskId: 'string', issue: 'string' } },
  VsanHostVsanDiskInfo: { since: '6.0', fields: { vsanUuid: 'string', formatVersion: 'int' } },
});

export const commonEnums = enumTypes({
  LatencySensitivitySensitivityLevel: ['low', 'normal', 'medium', 'high', 'custom'],
  ManagedEntityStatus: ['gray', 'green', 'yellow', 'red'],
});
