import { hostTaskVerb } from './host-task.ts';

export const vcenterShutDownHost = hostTaskVerb(
  'vcenter.shutDownHost',
  'Switches a host off; its VMs stop, and it forgets its keys',
  'ShutdownHost_Task',
  '<force>true</force>',
);
