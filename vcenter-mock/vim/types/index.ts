import { alarmsEnums, alarmsTypes } from './alarms.ts';
import { baseTypes } from './base.ts';
import { clusterEnums, clusterTypes } from './cluster.ts';
import { commonEnums, commonTypes } from './common.ts';
import { cryptoEnums, cryptoTypes } from './crypto.ts';
import { datastoreTypes } from './datastore.ts';
import { devicesEnums, devicesTypes } from './devices.ts';
import { eventsEnums, eventsTypes } from './events.ts';
import { faultsTypes } from './faults.ts';
import { hostEnums, hostTypes } from './host.ts';
import { optionsEnums, optionsTypes } from './options.ts';
import { pbmEnums, pbmTypes } from './pbm.ts';
import { propertyCollectorEnums, propertyCollectorTypes } from './property-collector.ts';
import { sessionTypes } from './session.ts';
import { tasksEnums, tasksTypes } from './tasks.ts';
import { virtualMachineEnums, virtualMachineTypes } from './virtual-machine.ts';

/** Every data object and fault that keyrig knows, by wire name. */
export const allTypes = {
  ...baseTypes,
  ...propertyCollectorTypes,
  ...sessionTypes,
  ...commonTypes,
  ...optionsTypes,
  ...faultsTypes,
  ...tasksTypes,
  ...eventsTypes,
  ...alarmsTypes,
  ...clusterTypes,
  ...hostTypes,
  ...datastoreTypes,
  ...devicesTypes,
  ...virtualMachineTypes,
  ...cryptoTypes,
  ...pbmTypes,
};

/** Every enumeration that keyrig knows, by wire name. */
export const allEnums = {
  ...propertyCollectorEnums,
  ...commonEnums,
  ...optionsEnums,
  ...tasksEnums,
  ...eventsEnums,
  ...alarmsEnums,
  ...clusterEnums,
  ...hostEnums,
  ...devicesEnums,
  ...virtualMachineEnums,
  ...cryptoEnums,
  ...pbmEnums,
};
