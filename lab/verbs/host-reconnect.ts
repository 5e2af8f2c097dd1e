import { hostTaskVerb } from './host-task.ts';

export const hostReconnect = hostTaskVerb(
  'host.reconnect',
  'Reconnects a host; vCenter sends it the keys that it lacks',
  'ReconnectHost_Task',
);
