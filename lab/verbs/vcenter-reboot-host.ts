import { hostTaskVerb } from './host-task.ts';

export const vcenterRebootHost = hostTaskVerb(
  'vcenter.rebootHost',
  'Restarts a host; it forgets the keys in its memory',
  'RebootHost_Task',
  '<force>true</force>',
);
