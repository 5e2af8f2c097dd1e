import { hostTaskVerb } from './host-task.ts';

export const vcenterDisconnectHost = hostTaskVerb(
  'vcenter.disconnectHost',
  'Disconnects a host: its VMs go on, vCenter can send it nothing',
  'DisconnectHost_Task',
);
