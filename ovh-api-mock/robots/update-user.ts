import type { Api } from '../api.ts';
import { sendPassword, sendPhoneToken } from '../messages.ts';
import type { Robot } from '../robot.ts';
import type { User, UserFields } from '../users.ts';
import { userChange } from './user-change.ts';

/** Changes what is known about a user; shown once it is done (assumed). A new phone number has to be confirmed. */
export function updateUser(api: Api, serviceName: string, user: User, change: UserFields): Robot {
  return userChange(api, serviceName, user, { kind: 'updateUser', change }, (users) => ({
    name: api.assumed.updateUserRobot,
    finish(cause) {
      const { phoneNumber } = change;
      const isNewPhone = phoneNumber !== undefined && phoneNumber !== user.phoneNumber;
      users.set(user, change, cause);
      if (isNewPhone) sendPhoneToken(api, serviceName, user, cause);
    },
  }));
}

/** Gives a user another password: the one that was sent, or one by mail (documented). */
export function changePassword(api: Api, serviceName: string, user: User, password: string | undefined): Robot {
  return userChange(api, serviceName, user, { kind: 'changePassword', password }, (users) => ({
    name: api.assumed.changePasswordRobot,
    finish(cause) {
      if (password === undefined) sendPassword(api, serviceName, user, cause);
      else users.setPassword(user, password, cause);
    },
  }));
}

/** Takes the phone number of a user for confirmed, its token having come back. */
export function confirmPhoneNumber(api: Api, serviceName: string, user: User): Robot {
  return userChange(api, serviceName, user, { kind: 'confirmPhoneNumber' }, (users) => ({
    name: api.assumed.confirmPhoneRobot,
    finish: (cause) => users.confirmPhone(user, cause),
  }));
}
