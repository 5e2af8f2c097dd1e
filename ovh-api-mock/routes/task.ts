import { z } from 'zod';
import type { Api } from '../api.ts';
import { fill } from '../assumed.ts';
import { datetime } from '../datetime.ts';
import { ApiFailure, badRequest, conflict, objectNotFound } from '../failures.ts';
import { isLike } from '../like.ts';
import { task as model, taskState } from '../models/task.ts';
import { datetimeText, long, longText, string } from '../models/types.ts';
import { defineServiceRoute, type Route } from '../route.ts';
import type { Service } from '../services.ts';
import { type Task, type TaskSubject, taskModel } from '../tasks.ts';

/** An object of a service whose tasks are served below it, too. */
interface Owner {
  /** Relative to the service, such as `/user/{userId}`. */
  path: string;
  /** The member of its tasks that names it, and the parameter of the path. */
  subject: keyof TaskSubject & string;
  /** Such as `associated to user`, for the list's description. */
  about: string;
  /** Such as `user/task`. */
  iamAction: string;
  /** Why the object cannot be asked about its tasks: 404 when there is none. */
  refuse(api: Api, service: Service, id: number): ApiFailure | undefined;
}

/**
 * The operations of a service, or of an object in it (spec 1.2): list, one of them, a new date for a maintenance, a
 * new try after an error.
 */
export function taskRoutesOf(owner?: Owner): readonly Route[] {
  const path = `${owner?.path ?? ''}/task`;
  const iamAction = owner?.iamAction ?? 'task';
  const params: Record<string, typeof longText> = owner ? { [owner.subject]: longText } : {};
  type Params = Record<string, unknown>;

  const owned = (api: Api, service: Service, given: Params): readonly Task[] | ApiFailure => {
    const tasks = api.tasks.of(service.serviceName);
    if (!owner) return tasks;
    const id = given[owner.subject] as number;
    return owner.refuse(api, service, id) ?? tasks.filter((task) => task.subject[owner.subject] === id);
  };
  const find = (api: Api, service: Service, given: Params): Task | ApiFailure => {
    const taskId = given.taskId as number;
    const id = owner && (given[owner.subject] as number);
    const refusal = owner?.refuse(api, service, id as number);
    if (refusal) return refusal;
    const task = api.tasks.get(service.serviceName, taskId);
    if (!task || (owner && task.subject[owner.subject] !== id)) return objectNotFound(api.assumed, 'taskId', taskId);
    return task;
  };

  const list = defineServiceRoute({
    method: 'GET',
    path,
    about: owner ? `List operations ${owner.about}` : 'List operations',
    provenance: 'documented',
    iamAction: `${iamAction}/get`,
    params,
    query: z.object({ name: string.optional(), state: taskState.optional() }),
    response: z.array(long),
    run({ api, service, params: given, query: { name, state } }) {
      const tasks = owned(api, service, given);
      if (tasks instanceof ApiFailure) return tasks;
      const ids: number[] = [];
      // Many tasks have few names.
      const fits = new Map<string, boolean>();
      const isNamed = (task: Task) => {
        if (!fits.has(task.name)) fits.set(task.name, isLike(task.name, name));
        return fits.get(task.name);
      };
      for (const task of tasks) {
        if (state !== undefined && task.state !== state) continue;
        if (isNamed(task)) ids.push(task.taskId);
      }
      return ids;
    },
  });

  const get = defineServiceRoute({
    method: 'GET',
    path: `${path}/{taskId}`,
    about: 'Get operation',
    provenance: 'documented',
    iamAction: `${iamAction}/get`,
    params: { ...params, taskId: longText },
    response: model,
    run({ api, service, params: given }) {
      const task = find(api, service, given);
      if (task instanceof ApiFailure) return task;
      const answer = taskModel(task);
      api.tasks.polled(task);
      return answer;
    },
  });

  const changeMaintenanceExecutionDate = defineServiceRoute({
    method: 'POST',
    path: `${path}/{taskId}/changeMaintenanceExecutionDate`,
    about: 'Change the execution date of a maintenance operation',
    provenance: 'documented',
    iamAction: `${iamAction}/changeMaintenanceExecutionDate`,
    params: { ...params, taskId: longText },
    body: z.object({ executionDate: datetimeText }),
    response: model,
    run({ api, service, params: given, body, cause }) {
      const { assumed, runtime, tasks } = api;
      const task = find(api, service, given);
      if (task instanceof ApiFailure) return task;
      const { taskId, type, state, maintenanceDateFrom, maintenanceDateTo } = task;
      if (type !== 'maintenance') return conflict(fill(assumed.notMaintenanceText, { taskId, type }));
      if (state !== 'waitingTodo' && state !== 'todo') return conflict(fill(assumed.begunText, { taskId, state }));
      const date = Date.parse(body.executionDate);
      // Not into the past, and within the window as far as there is one (assumed; the window is documented).
      const from = Math.max(maintenanceDateFrom ?? 0, runtime.clock.now());
      const to = maintenanceDateTo ?? Number.POSITIVE_INFINITY;
      if (date < from || date > to) {
        const window = { from: datetime(from), to: maintenanceDateTo === null ? 'any date' : datetime(to) };
        return badRequest(fill(assumed.outOfWindowText, { value: datetime(date), ...window }));
      }
      tasks.setExecutionDate(task, date, cause);
      return taskModel(task);
    },
  });

  const resetTaskState = defineServiceRoute({
    method: 'POST',
    path: `${path}/{taskId}/resetTaskState`,
    about: 'Relaunch operation currently in error state',
    provenance: 'documented',
    iamAction: `${iamAction}/resetTaskState`,
    params: { ...params, taskId: longText },
    body: z.object({ reason: string }),
    response: model,
    run({ api, service, params: given, body: { reason }, cause }) {
      const { assumed, tasks } = api;
      const task = find(api, service, given);
      if (task instanceof ApiFailure) return task;
      const { state, taskId } = task;
      if (state !== 'error') return conflict(fill(assumed.notResettableText, { taskId, state }));
      const other = assumed.refuseWhileRunning ? tasks.rival(task) : undefined;
      if (other) return conflict(fill(assumed.busyText, { taskId: other.taskId }));
      if (!tasks.reset(task, reason, cause)) return conflict(fill(assumed.orphanTaskText, { taskId }));
      return taskModel(task);
    },
  });

  return [list, get, changeMaintenanceExecutionDate, resetTaskState];
}

/** Operations of a service (spec 1.2). */
export const taskRoutes: readonly Route[] = taskRoutesOf();
