import { hostTaskVerb } from './host-task.ts';

export const vcenterRemoveHost = hostTaskVerb(
  'vcenter.removeHost',
  'Removes a host that is disconnected or in maintenance mode',
  'Destroy_Task',
);
