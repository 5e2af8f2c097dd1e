import { hostTaskVerb } from './host-task.ts';

export const hostReboot = hostTaskVerb(
  'host.reboot',
  'Restarts a host; it forgets the keys in its memory',
  'RebootHost_Task',
  '<force>true</force>',
);
