import type { Api } from '../api.ts';
import { fill } from '../assumed.ts';
import { ApiFailure, conflict, objectNotFound } from '../failures.ts';
import { longText } from '../models/types.ts';
import { refuseBusy, refuseService } from '../refusals.ts';
import { userLock } from '../robots/user-change.ts';
import type { Service } from '../services.ts';
import type { User } from '../users.ts';

/** The parameter of the path that names a user. */
export const userParams = { userId: longText };

/** A user of a service, or 404. */
export function findUser(api: Api, { serviceName }: Service, userId: number): User | ApiFailure {
  return api.users.of(serviceName).get(userId) ?? objectNotFound(api.assumed, 'userId', userId);
}

/**
 * A user that takes a change now: nobody works on it, and it is delivered. One whose creation or removal failed can be removed
 * (assumed).
 */
export function changeableUser(
  api: Api,
  service: Service,
  userId: number,
  states: readonly User['state'][] = ['delivered'],
): User | ApiFailure {
  const user = findUser(api, service, userId);
  if (user instanceof ApiFailure) return user;
  const lock = userLock(userId);
  const refusal = refuseService(api, service) ?? refuseBusy(api, service, { lock, name: 'userId', id: userId });
  if (refusal) return refusal;
  const { state } = user;
  return states.includes(state) ? user : conflict(fill(api.assumed.userStateText, { userId, state }));
}
