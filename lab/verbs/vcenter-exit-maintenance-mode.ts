import { hostTaskVerb } from './host-task.ts';

export const vcenterExitMaintenanceMode = hostTaskVerb(
  'vcenter.exitMaintenanceMode',
  'Ends the maintenance mode of a host',
  'ExitMaintenanceMode_Task',
  '<timeout>0</timeout>',
);
