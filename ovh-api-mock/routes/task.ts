import { z } from 'zod';
import { fill } from '../assumed.ts';
import { conflict, objectNotFound } from '../failures.ts';
import { task as model, taskState } from '../models/task.ts';
import { long, longText, string } from '../models/types.ts';
import { defineServiceRoute, type Route } from '../route.ts';
import { taskModel } from '../tasks.ts';

const list = defineServiceRoute({
  method: 'GET',
  path: '/task',
  about: 'List operations',
  provenance: 'documented',
  iamAction: 'task/get',
  query: z.object({ name: string.optional(), state: taskState.optional() }),
  response: z.array(long),
  run({ api, service, query: { name, state } }) {
    // "like" (schema); that it ignores case and matches anywhere is assumed.
    const like = name?.toLowerCase().replaceAll('%', '') ?? '';
    return api.tasks.all
      .filter((task) => task.serviceName === service.serviceName)
      .filter((task) => task.name.toLowerCase().includes(like) && (state === undefined || task.state === state))
      .map((task) => task.taskId);
  },
});

const get = defineServiceRoute({
  method: 'GET',
  path: '/task/{taskId}',
  about: 'Get operation',
  provenance: 'documented',
  iamAction: 'task/get',
  params: { taskId: longText },
  response: model,
  run({ api, service, params: { taskId } }) {
    const task = api.tasks.get(service.serviceName, taskId);
    if (!task) return objectNotFound(api.assumed, 'taskId', taskId);
    const answer = taskModel(task);
    api.tasks.polled(task);
    return answer;
  },
});

const resetTaskState = defineServiceRoute({
  method: 'POST',
  path: '/task/{taskId}/resetTaskState',
  about: 'Relaunch operation currently in error state',
  provenance: 'documented',
  iamAction: 'task/resetTaskState',
  params: { taskId: longText },
  body: z.object({ reason: string }),
  response: model,
  run({ api, service, params: { taskId }, cause }) {
    const { assumed, tasks } = api;
    const task = tasks.get(service.serviceName, taskId);
    if (!task) return objectNotFound(assumed, 'taskId', taskId);
    const { state } = task;
    if (state !== 'error') return conflict(fill(assumed.notResettableText, { taskId, state }));
    const other = assumed.refuseWhileRunning ? tasks.unfinished(service.serviceName) : undefined;
    if (other) return conflict(fill(assumed.busyText, { taskId: other.taskId }));
    if (!tasks.reset(task, cause)) return conflict(fill(assumed.orphanTaskText, { taskId }));
    return taskModel(task);
  },
});

/** Operations of a service (spec 1.2). */
export const taskRoutes: readonly Route[] = [list, get, resetTaskState];
