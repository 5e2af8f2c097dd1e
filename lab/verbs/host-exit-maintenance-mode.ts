import { hostTaskVerb } from './host-task.ts';

export const hostExitMaintenanceMode = hostTaskVerb(
  'host.exitMaintenanceMode',
  'Ends the maintenance mode of a host',
  'ExitMaintenanceMode_Task',
  '<timeout>0</timeout>',
);
