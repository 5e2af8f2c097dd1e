import type { AnyImplementation } from '../vim/kernel/implementation.ts';
import { alarmManager } from './alarm-manager.ts';
import { authorizationManager } from './authorization-manager.ts';
import { clusterComputeResource } from './cluster-compute-resource.ts';
import { cryptoManagerHost } from './crypto-manager-host.ts';
import { cryptoManagerKmip } from './crypto-manager-kmip.ts';
import { eventHistoryCollector, eventManager, historyCollector } from './event-manager.ts';
import { folder } from './folder.ts';
import { hostFolder } from './host-folder.ts';
import { hostSnmpSystem } from './host-snmp-system.ts';
import { hostSystem } from './host-system.ts';
import { hostSystemCrypto } from './host-system-crypto.ts';
import { managedEntity } from './managed-entity.ts';
import { optionManager } from './option-manager.ts';
import { pbmComplianceManager } from './pbm-compliance-manager.ts';
import { pbmPlacementSolver } from './pbm-placement-solver.ts';
import { pbmProfileManager, pbmReplicationManager } from './pbm-profile-manager.ts';
import { pbmServiceInstance } from './pbm-service-instance.ts';
import { performanceManager } from './performance-manager.ts';
import { propertyCollector, propertyFilter } from './property-collector.ts';
import { provisioningChecker } from './provisioning-checker.ts';
import { scheduledTaskManager } from './scheduled-task-manager.ts';
import { searchIndex } from './search-index.ts';
import { serviceInstance } from './service-instance.ts';
import { sessionManager } from './session-manager.ts';
import { task, taskManager } from './task-manager.ts';
import { userDirectory } from './user-directory.ts';
import { containerView, listView, view, viewManager } from './views.ts';
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
  searchIndex,
  taskManager,
  task,
  eventManager,
  historyCollector,
  eventHistoryCollector,
  alarmManager,
  authorizationManager,
  userDirectory,
  optionManager,
  performanceManager,
  scheduledTaskManager,
  hostSnmpSystem,
  managedEntity,
  folder,
  virtualMachine,
  virtualMachinePower,
  virtualMachineSnapshots,
  virtualMachineSnapshot,
  hostSystem,
  clusterComputeResource,
  hostFolder,
  provisioningChecker,
  cryptoManagerKmip,
  cryptoManagerHost,
  hostSystemCrypto,
  virtualMachineCrypto,
  pbmServiceInstance,
  pbmProfileManager,
  pbmComplianceManager,
  pbmPlacementSolver,
  pbmReplicationManager,
];
