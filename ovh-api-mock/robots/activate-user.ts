import type { Api } from '../api.ts';
import type { Robot } from '../robot.ts';
import type { User } from '../users.ts';
import { userChange } from './user-change.ts';

/** Enables or disables a user: toEnable, enabling, enabled (the order of the enumeration's states is assumed). */
export function activateUser(
  api: Api,
  serviceName: string,
  user: User,
  action: 'enable' | 'disable',
  before: User['activationState'] = user.activationState,
): Robot {
  const { assumed } = api;
  const states = activationStates[action];
  return userChange(api, serviceName, user, { kind: 'activateUser', action, before }, (users) => ({
    name: action === 'enable' ? assumed.enableUserRobot : assumed.disableUserRobot,
    begin: (cause) => users.set(user, { activationState: states.doing }, cause),
    finish: (cause) => users.set(user, { activationState: states.done }, cause),
    failed: (_, cause) => users.set(user, { activationState: before }, cause),
    again: (cause) => users.set(user, { activationState: states.todo }, cause),
  }));
}

/** The states of a user's activation that an action leads through. */
export const activationStates = {
  enable: { todo: 'toEnable', doing: 'enabling', done: 'enabled' },
  disable: { todo: 'toDisable', doing: 'disabling', done: 'disabled' },
} as const;
