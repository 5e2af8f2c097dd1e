import { hostTaskVerb } from './host-task.ts';

export const hostDisconnect = hostTaskVerb(
  'host.disconnect',
  'Disconnects a host: its VMs go on, vCenter can send it nothing',
  'DisconnectHost_Task',
);
