import type { Api } from '../api.ts';
import { sendPassword, sendPhoneToken } from '../messages.ts';
import type { Robot } from '../robot.ts';
import type { User } from '../users.ts';
import { userChange } from './user-change.ts';

/** The name of this robot (documented: the one task of a user's that OVHcloud's guides show). */
export const addUserRobot = 'addUser';

/**
 * Creates a user: creating, delivered. Without a password it gets one by mail (documented); a phone number gets a token
 * to confirm it with (that it is sent by SMS is documented, when is assumed).
 */
export function addUser(api: Api, serviceName: string, user: User, password: string | undefined): Robot {
  return userChange(api, serviceName, user, { kind: 'addUser', password }, (users) => ({
    name: addUserRobot,
    finish(cause) {
      if (password === undefined) sendPassword(api, serviceName, user, cause);
      else users.setPassword(user, password, cause);
      if (user.phoneNumber !== null) sendPhoneToken(api, serviceName, user, cause);
      users.set(user, { state: 'delivered' }, cause);
    },
    failed(state, cause) {
      if (state === 'canceled') users.remove(user, cause);
      else users.set(user, { state: 'error' }, cause);
    },
    again: (cause) => users.set(user, { state: 'creating' }, cause),
  }));
}
