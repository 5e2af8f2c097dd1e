import type { Api } from '../api.ts';
import { fill } from '../assumed.ts';
import type { Recipe, Robot } from '../robot.ts';
import type { ServiceUsers, User } from '../users.ts';
import { type Change, changeRobot } from './change.ts';

/** What all tasks of a user work on. */
export function userLock(userId: number): string {
  return `user/${userId}`;
}

/** The robot that changes something about a user, which it gets with the store that it writes to. */
export function userChange(
  { assumed, users }: Api,
  serviceName: string,
  user: User,
  recipe: Recipe,
  work: (users: ServiceUsers) => Omit<Change, 'recipe' | 'lock' | 'text' | 'exists'>,
): Robot {
  const own = users.of(serviceName);
  return changeRobot(assumed, {
    ...work(own),
    recipe: { ...recipe, user: { userId: user.userId, name: user.name } },
    lock: userLock(user.userId),
    text: fill(assumed.changeUserText, { name: user.name.slice(0, 100) }),
    exists: () => own.get(user.userId) === user,
  });
}
