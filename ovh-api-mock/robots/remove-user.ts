import type { Api } from '../api.ts';
import type { Robot } from '../robot.ts';
import type { Task } from '../tasks.ts';
import type { User } from '../users.ts';
import { userChange } from './user-change.ts';

/** Removes a user: deleting, gone. */
export function removeUser(api: Api, serviceName: string, user: User): Robot {
  return userChange(api, serviceName, user, { kind: 'removeUser' }, (users) => ({
    name: api.assumed.removeUserRobot,
    finish: (cause) => users.remove(user, cause),
    failed: (state, cause) => users.set(user, { state: state === 'canceled' ? 'delivered' : 'error' }, cause),
    again: (cause) => users.set(user, { state: 'deleting' }, cause),
  }));
}

/** Begins to remove a user: because somebody asked for it, or `byItself` because its time is over. */
export function startRemoval(
  api: Api,
  serviceName: string,
  user: User,
  cause: number,
  more: Pick<Robot, 'byItself'> = {},
): Task {
  const { userId } = user;
  api.users.of(serviceName).set(user, { state: 'deleting' }, cause);
  return api.tasks.create(serviceName, { ...removeUser(api, serviceName, user), ...more }, cause, { userId });
}
