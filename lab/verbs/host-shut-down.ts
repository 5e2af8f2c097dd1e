import { hostTaskVerb } from './host-task.ts';

export const hostShutDown = hostTaskVerb(
  'host.shutDown',
  'Switches a host off; its VMs stop, and it forgets its keys',
  'ShutdownHost_Task',
  '<force>true</force>',
);
