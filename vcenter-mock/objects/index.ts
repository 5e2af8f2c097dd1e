import type { AnyImplementation } from '../vim/kernel/implementation.ts';
import { alarm, alarmManager, managedEntityAlarms } from './alarm-manager.ts';
import { authorizationManager } from './authorization-manager.ts';
import { clusterComputeResource, computeResource } from './cluster-compute-resource.ts';
import { cryptoManagerHost } from './crypto-manager-host.ts';
import { cryptoManagerKmip } from './crypto-manager-kmip.ts';
import { customFieldsManager, managedEntityFields } from './custom-fields-manager.ts';
import { datacenter } from './datacenter.ts';
import { eventHistoryCollector, eventManager } from './event-manager.ts';
import { extensionManager } from './extension-manager.ts';
import { fileManager } from './file-manager.ts';
import { folder } from './folder.ts';
import { historyCollector } from './history-collector.ts';
import { hostDatastoreBrowser } from './host-datastore-browser.ts';
import { hostFolder } from './host-folder.ts';
import { hostSnmpSystem } from './host-snmp-system.ts';
import { hostSystem } from './host-system.ts';
import { hostSystemCrypto } from './host-system-crypto.ts';
import { ioFilterManager } from './io-filter-manager.ts';
import { licenseAssignmentManager, licenseManager } from './license-manager.ts';
import { managedEntity } from './managed-entity.ts';
import { optionManager } from './option-manager.ts';
import { pbmComplianceManager } from './pbm-compliance-manager.ts';
import { pbmPlacementSolver } from './pbm-placement-solver.ts';
import { pbmProfileManager } from './pbm-profile-manager.ts';
import { pbmReplicationManager } from './pbm-replication-manager.ts';
import { pbmServiceInstance } from './pbm-service-instance.ts';
import { performanceManager } from './performance-manager.ts';
import { propertyCollector, propertyFilter } from './property-collector.ts';
import { provisioningChecker } from './provisioning-checker.ts';
import { resourcePool } from './resource-pool.ts';
import { scheduledTaskManager } from './scheduled-task-manager.ts';
import { searchIndex } from './search-index.ts';
import { serviceInstance } from './service-instance.ts';
import { sessionManager } from './session-manager.ts';
import { task } from './task.ts';
import { taskHistoryCollector, taskManager } from './task-manager.ts';
import { userDirectory } from './user-directory.ts';
import { containerView, inventoryView, listView, view, viewManager } from './views.ts';
import { virtualDiskManager } from './virtual-disk-manager.ts';
import { virtualMachine } from './virtual-machine.ts';
import { virtualMachineCrypto } from './virtual-machine-crypto.ts';
import { virtualMachinePower } from './virtual-machine-power.ts';
import { virtualMachineSnapshot } from './virtual-machine-snapshot.ts';
import { virtualMachineSnapshots } from './virtual-machine-snapshots.ts';

/** Every managed object type of the engine that does something. */
export const implementations: readonly AnyImplementation[] = [
  serviceInstance,
  sessionManager,
  propertyCollector,
  propertyFilter,
  viewManager,
  view,
  containerView,
  listView,
  inventoryView,
  searchIndex,
  taskManager,
  taskHistoryCollector,
  task,
  eventManager,
  historyCollector,
  eventHistoryCollector,
  alarmManager,
  alarm,
  managedEntityAlarms,
  authorizationManager,
  userDirectory,
  optionManager,
  extensionManager,
  customFieldsManager,
  managedEntityFields,
  licenseManager,
  licenseAssignmentManager,
  performanceManager,
  scheduledTaskManager,
  hostSnmpSystem,
  managedEntity,
  folder,
  virtualMachine,
  virtualMachinePower,
  virtualMachineSnapshots,
  virtualMachineSnapshot,
  hostDatastoreBrowser,
  fileManager,
  virtualDiskManager,
  hostSystem,
  clusterComputeResource,
  computeResource,
  datacenter,
  resourcePool,
  hostFolder,
  provisioningChecker,
  cryptoManagerKmip,
  cryptoManagerHost,
  hostSystemCrypto,
  virtualMachineCrypto,
  ioFilterManager,
  pbmServiceInstance,
  pbmProfileManager,
  pbmComplianceManager,
  pbmPlacementSolver,
  pbmReplicationManager,
];
