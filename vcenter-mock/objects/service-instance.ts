import type { Vcenter } from '../vcenter.ts';
import { implement } from '../vim/kernel/implementation.ts';
import { managedDeclaration } from '../vim/kernel/registry.ts';
import { type Data, type Ref, ref } from '../vim/kernel/values.ts';

/** Property of ServiceContent, type and id of the manager behind it. observed (real servers and vcsim) */
const managers: readonly [keyof Data<'ServiceContent'>, string, string][] = [
  ['setting', 'OptionManager', 'VpxSettings'],
  ['userDirectory', 'UserDirectory', 'UserDirectory'],
  ['sessionManager', 'SessionManager', 'SessionManager'],
  ['authorizationManager', 'AuthorizationManager', 'AuthorizationManager'],
  ['serviceManager', 'ServiceManager', 'ServiceMgr'],
  ['perfManager', 'PerformanceManager', 'PerfMgr'],
  ['scheduledTaskManager', 'ScheduledTaskManager', 'ScheduledTaskManager'],
  ['alarmManager', 'AlarmManager', 'AlarmManager'],
  ['eventManager', 'EventManager', 'EventManager'],
  ['taskManager', 'TaskManager', 'TaskManager'],
  ['extensionManager', 'ExtensionManager', 'ExtensionManager'],
  ['customizationSpecManager', 'CustomizationSpecManager', 'CustomizationSpecManager'],
  ['guestCustomizationManager', 'VirtualMachineGuestCustomizationManager', 'GuestCustomizationManager'],
  ['customFieldsManager', 'CustomFieldsManager', 'CustomFieldsManager'],
  ['diagnosticManager', 'DiagnosticManager', 'DiagMgr'],
  ['licenseManager', 'LicenseManager', 'LicenseManager'],
  ['searchIndex', 'SearchIndex', 'SearchIndex'],
  ['fileManager', 'FileManager', 'FileManager'],
  ['datastoreNamespaceManager', 'DatastoreNamespaceManager', 'DatastoreNamespaceManager'],
  ['virtualDiskManager', 'VirtualDiskManager', 'virtualDiskManager'],
  ['snmpSystem', 'HostSnmpSystem', 'SnmpSystem'],
  ['vmProvisioningChecker', 'VirtualMachineProvisioningChecker', 'ProvChecker'],
  ['vmCompatibilityChecker', 'VirtualMachineCompatibilityChecker', 'CompatChecker'],
  ['ovfManager', 'OvfManager', 'OvfManager'],
  ['ipPoolManager', 'IpPoolManager', 'IpPoolManager'],
  ['dvSwitchManager', 'DistributedVirtualSwitchManager', 'DVSManager'],
  ['hostProfileManager', 'HostProfileManager', 'HostProfileManager'],
  ['clusterProfileManager', 'ClusterProfileManager', 'ClusterProfileManager'],
  ['complianceManager', 'ProfileComplianceManager', 'MoComplianceManager'],
  ['localizationManager', 'LocalizationManager', 'LocalizationManager'],
  ['storageResourceManager', 'StorageResourceManager', 'StorageResourceManager'],
  ['guestOperationsManager', 'GuestOperationsManager', 'guestOperationsManager'],
  ['overheadMemoryManager', 'OverheadMemoryManager', 'OverheadMemoryManager'],
  ['certificateManager', 'CertificateManager', 'certificateManager'],
  ['ioFilterManager', 'IoFilterManager', 'IoFilterManager'],
  ['vStorageObjectManager', 'VcenterVStorageObjectManager', 'VStorageObjectManager'],
  ['hostSpecManager', 'HostSpecificationManager', 'HostSpecificationManager'],
  ['cryptoManager', 'CryptoManagerKmip', 'CryptoManager'],
  ['healthUpdateManager', 'HealthUpdateManager', 'HealthUpdateManager'],
  ['failoverClusterConfigurator', 'FailoverClusterConfigurator', 'FailoverClusterConfigurator'],
  ['failoverClusterManager', 'FailoverClusterManager', 'FailoverClusterManager'],
  ['tenantManager', 'TenantTenantManager', 'TenantManager'],
  ['siteInfoManager', 'SiteInfoManager', 'SiteInfoManager'],
  ['storageQueryManager', 'StorageQueryManager', 'StorageQueryManager'],
];

/** The references of managers that exist in the store only when they do something. */
export const managerRefs: readonly Ref[] = managers
  .map(([, type, value]) => ref(type, value))
  .filter((reference) => managedDeclaration(reference.type));

/** AboutInfo of the vCenter. vcenter.md 4.3 */
export function aboutInfo(vc: Vcenter): Data<'AboutInfo'> {
  const { version, build, apiVersion, licenseProductVersion } = vc.profile;
  return {
    name: 'VMware vCenter Server',
    fullName: `VMware vCenter Server ${version} build-${build}`,
    vendor: 'VMware, Inc.',
    version,
    // observed on an 8.0.3; that other releases send the same is assumed. Clients of releases before 7.0.2 do not see it.
    patchLevel: '00000',
    build,
    localeVersion: 'INTL',
    localeBuild: '000',
    osType: 'linux-x64',
    productLineId: 'vpx',
    apiType: 'VirtualCenter',
    apiVersion,
    instanceUuid: vc.instanceUuid,
    licenseProductName: 'VMware VirtualCenter Server',
    licenseProductVersion,
  };
}

/** ServiceContent. vcenter.md 4.3 */
export function serviceContent(vc: Vcenter): Data<'ServiceContent'> {
  const references = Object.fromEntries(managers.map(([field, type, value]) => [field, ref(type, value)]));
  return {
    ...references,
    _type: 'ServiceContent',
    rootFolder: ref('Folder', 'group-d1'),
    propertyCollector: ref('PropertyCollector', 'propertyCollector'),
    viewManager: ref('ViewManager', 'ViewManager'),
    about: aboutInfo(vc),
  };
}

/** What a vCenter can do beside a single host. documented, as far as it says more than that it is a vCenter */
const capability: Data<'Capability'> = {
  _type: 'Capability',
  provisioningSupported: true,
  multiHostSupported: true,
  userShellAccessSupported: false,
  networkBackupAndRestoreSupported: true,
};

export const serviceInstance = implement('ServiceInstance', {
  derive: {
    capability: () => capability,
    content: (_object, vc) => serviceContent(vc),
    serverClock: (_object, vc) => new Date(vc.runtime.clock.now()),
  },
  methods: {
    RetrieveServiceContent: (_object, _params, { vc }) => serviceContent(vc),
    CurrentTime: (_object, _params, { vc }) => new Date(vc.runtime.clock.now()),
  },
});
