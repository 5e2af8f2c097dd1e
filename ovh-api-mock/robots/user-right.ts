import type { Api } from '../api.ts';
import type { ObjectRight } from '../models/user.ts';
import type { Robot } from '../robot.ts';
import type { RightFields, User } from '../users.ts';
import { userChange } from './user-change.ts';

// Names of two robots (documented by the guide on rights on objects).
export const addObjectRightRobot = 'addUserObjectRight';
export const removeObjectRightRobot = 'removeUserObjectRight';

/** Changes what a user may do in a datacenter. */
export function updateRight(
  api: Api,
  serviceName: string,
  user: User,
  rightId: number,
  change: Partial<RightFields>,
): Robot {
  return userChange(api, serviceName, user, { kind: 'updateRight', rightId, change }, (users) => ({
    name: api.assumed.updateRightRobot,
    finish: (cause) => users.setRight(user, rightId, change, cause),
  }));
}

/** Gives a user a right on an object of the vCenter; it is listed once it is given (assumed: it has no state). */
export function addObjectRight(
  api: Api,
  serviceName: string,
  user: User,
  objectRight: Omit<ObjectRight, 'objectRightId'>,
): Robot {
  return userChange(api, serviceName, user, { kind: 'addObjectRight', objectRight }, (users) => ({
    name: addObjectRightRobot,
    finish: (cause) => users.addObjectRight(user, objectRight, cause),
  }));
}

/** Takes a right on an object away. */
export function removeObjectRight(api: Api, serviceName: string, user: User, objectRightId: number): Robot {
  return userChange(api, serviceName, user, { kind: 'removeObjectRight', objectRightId }, (users) => ({
    name: removeObjectRightRobot,
    finish: (cause) => users.removeObjectRight(user, objectRightId, cause),
  }));
}
