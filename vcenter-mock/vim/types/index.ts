import { alarmsEnums, alarmsTypes } from './alarms.ts';
import { baseTypes } from './base.ts';
import { clusterEnums, clusterTypes } from './cluster.ts';
import { commonTypes } from './common.ts';
import { cryptoEnums, cryptoTypes } from './crypto.ts';
import { datastoreEnums, datastoreTypes } from './datastore.ts';
import { devicesEnums, devicesTypes } from './devices.ts';
import { eventsEnums, eventsTypes } from './events.ts';
import { faultsEnums, faultsTypes } from './faults.ts';
import { hostEnums, hostTypes } from './host.ts';
import { networkEnums, networkTypes } from './network.ts';
import { optionsEnums, optionsTypes } from './options.ts';
import { otherEnums, otherTypes } from './other.ts';
import { pbmEnums, pbmTypes } from './pbm.ts';
import { profileEnums, profileTypes } from './profile.ts';
import { propertyCollectorEnums, propertyCollectorTypes } from './property-collector.ts';
import { sessionEnums, sessionTypes } from './session.ts';
import { tasksEnums, tasksTypes } from './tasks.ts';
import { virtualMachineEnums, virtualMachineTypes } from './virtual-machine.ts';

/** Every data object and fault that keyrig knows, by wire name. */
export const allTypes = {
  ...baseTypes,
  ...alarmsTypes,
  ...clusterTypes,
  ...commonTypes,
  ...cryptoTypes,
  ...datastoreTypes,
  ...devicesTypes,
  ...eventsTypes,
  ...faultsTypes,
  ...hostTypes,
  ...networkTypes,
  ...optionsTypes,
  ...otherTypes,
  ...pbmTypes,
  ...profileTypes,
  ...propertyCollectorTypes,
  ...sessionTypes,
  ...tasksTypes,
  ...virtualMachineTypes,
};

/** Every enumeration that keyrig knows, by wire name. */
export const allEnums = {
  ...alarmsEnums,
  ...clusterEnums,
  ...cryptoEnums,
  ...datastoreEnums,
  ...devicesEnums,
  ...eventsEnums,
  ...faultsEnums,
  ...hostEnums,
  ...networkEnums,
  ...optionsEnums,
  ...otherEnums,
  ...pbmEnums,
  ...profileEnums,
  ...propertyCollectorEnums,
  ...sessionEnums,
  ...tasksEnums,
  ...virtualMachineEnums,
};
