import type { Api } from './api.ts';
import { fill } from './assumed.ts';
import { type ApiFailure, badRequest, conflict } from './failures.ts';
import type { Service } from './services.ts';

/** Why a service takes no change in the state that it is in. */
export function refuseService(
  { assumed }: Api,
  { serviceName, properties: { state } }: Service,
): ApiFailure | undefined {
  if (assumed.changeableServiceStates.includes(state)) return undefined;
  return badRequest(fill(assumed.serviceNotReadyText, { serviceName, state }));
}

/** Why a part of a service takes no change now: the service's state, or another task on the part, by the lock of its robot. */
export function refuseChange(api: Api, service: Service, lock: string): ApiFailure | undefined {
  const { assumed, tasks } = api;
  const running = assumed.refuseWhileRunning ? tasks.unfinished(service.serviceName, lock) : undefined;
  return refuseService(api, service) ?? (running && conflict(fill(assumed.busyText, { taskId: running.taskId })));
}

/**
 * Why an object of a service takes no change now: another task works on it.
 *
 * @param object its lock, and the name and value of its identifier
 */
export function refuseBusy(
  { assumed, tasks }: Api,
  { serviceName }: Service,
  { lock, name, id }: { lock: string; name: string; id: number },
): ApiFailure | undefined {
  const running = assumed.refuseWhileRunning ? tasks.unfinished(serviceName, lock) : undefined;
  return running && conflict(fill(assumed.objectBusyText, { name, id, taskId: running.taskId }));
}
