import { hostTaskVerb } from './host-task.ts';

export const vcenterReconnectHost = hostTaskVerb(
  'vcenter.reconnectHost',
  'Reconnects a host; vCenter sends it the keys that it lacks',
  'ReconnectHost_Task',
);
