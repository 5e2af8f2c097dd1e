import type { z } from 'zod';
import { datetimeString, enumeration, long, model, string } from './types.ts';

// Model and enumeration of spec 1.3 and 1.4 (schema). Case matters: toCreate, todo.

export const taskState = enumeration('dedicatedCloud.TaskStateEnum', [
  'canceled',
  'doing',
  'done',
  'error',
  'fixing',
  'toCancel',
  'toCreate',
  'todo',
  'unknown',
  'waitingForChilds',
  'waitingTodo',
]);
export type TaskState = z.output<typeof taskState>;

/** Every key is present, the nullable ones with null (documented). */
export const task = model('dedicatedCloud.Task', {
  taskId: long,
  name: string,
  state: taskState,
  type: string,
  progress: long,
  description: string.nullable(),
  executionDate: datetimeString,
  lastModificationDate: datetimeString.nullable(),
  endDate: datetimeString.nullable(),
  maintenanceDateFrom: datetimeString.nullable(),
  maintenanceDateTo: datetimeString.nullable(),
  createdBy: string.nullable(),
  createdFrom: string.nullable(),
  parentTaskId: long.nullable(),
  orderId: long.nullable(),
  userId: long.nullable(),
  datacenterId: long.nullable(),
  hostId: long.nullable(),
  filerId: long.nullable(),
  vlanId: long.nullable(),
  networkAccessId: long.nullable(),
  network: string.nullable(),
});
export type TaskModel = z.output<typeof task>;
