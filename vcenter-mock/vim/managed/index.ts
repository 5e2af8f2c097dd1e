import { alarmsObjects } from './alarms.ts';
import { clusterObjects } from './cluster.ts';
import { cryptoObjects } from './crypto.ts';
import { datastoreObjects } from './datastore.ts';
import { eventsObjects } from './events.ts';
import { hostObjects } from './host.ts';
import { networkObjects } from './network.ts';
import { optionsObjects } from './options.ts';
import { otherObjects } from './other.ts';
import { pbmObjects } from './pbm.ts';
import { profileObjects } from './profile.ts';
import { propertyCollectorObjects } from './property-collector.ts';
import { sessionObjects } from './session.ts';
import { tasksObjects } from './tasks.ts';
import { virtualMachineObjects } from './virtual-machine.ts';

/** Every managed object type that keyrig knows, by wire name. */
export const allManaged = {
  ...alarmsObjects,
  ...clusterObjects,
  ...cryptoObjects,
  ...datastoreObjects,
  ...eventsObjects,
  ...hostObjects,
  ...networkObjects,
  ...optionsObjects,
  ...otherObjects,
  ...pbmObjects,
  ...profileObjects,
  ...propertyCollectorObjects,
  ...sessionObjects,
  ...tasksObjects,
  ...virtualMachineObjects,
};
