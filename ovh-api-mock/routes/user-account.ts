import { z } from 'zod';
import { fill } from '../assumed.ts';
import { ApiFailure, badRequest, conflict } from '../failures.ts';
import { task } from '../models/task.ts';
import { password } from '../models/types.ts';
import { refusePassword } from '../passwords.ts';
import { activateUser, activationStates } from '../robots/activate-user.ts';
import { changePassword, confirmPhoneNumber } from '../robots/update-user.ts';
import { defineServiceRoute, type Route } from '../route.ts';
import { taskModel } from '../tasks.ts';
import { changeableUser, userParams } from './user-lookup.ts';

const setPassword = defineServiceRoute({
  method: 'POST',
  path: '/user/{userId}/changePassword',
  about: 'Change user password',
  provenance: 'documented',
  iamAction: 'user/changePassword',
  params: userParams,
  body: z.object({ password: password.nullish() }),
  response: task,
  run({ api, service, params: { userId }, body, cause }) {
    const refusal = refusePassword(api.assumed, body.password);
    if (refusal) return refusal;
    const user = changeableUser(api, service, userId);
    if (user instanceof ApiFailure) return user;
    const robot = changePassword(api, service.serviceName, user, body.password || undefined);
    return taskModel(api.tasks.create(service.serviceName, robot, cause, { userId }));
  },
});

const phone = defineServiceRoute({
  method: 'POST',
  path: '/user/{userId}/confirmPhoneNumber',
  about: 'Confirm user phone number',
  provenance: 'documented',
  iamAction: 'user/confirmPhoneNumber',
  params: userParams,
  body: z.object({ token: password }),
  response: task,
  run({ api, service, params: { userId }, body, cause }) {
    const user = changeableUser(api, service, userId);
    if (user instanceof ApiFailure) return user;
    // That the call refuses a wrong token, and not its task, is assumed.
    if (!api.users.of(service.serviceName).isPhoneToken(user, body.token))
      return badRequest(api.assumed.wrongPhoneTokenText);
    const robot = confirmPhoneNumber(api, service.serviceName, user);
    return taskModel(api.tasks.create(service.serviceName, robot, cause, { userId }));
  },
});

const [enable, disable] = (['enable', 'disable'] as const).map((action) =>
  defineServiceRoute({
    method: 'POST',
    path: `/user/{userId}/${action}`,
    about: action === 'enable' ? 'Enable user' : 'Disable user',
    provenance: 'documented',
    iamAction: `user/${action}`,
    params: userParams,
    response: task,
    run({ api, service, params: { userId }, cause }) {
      const { assumed, tasks, users } = api;
      const { serviceName } = service;
      const user = changeableUser(api, service, userId);
      if (user instanceof ApiFailure) return user;
      if (!user.isEnableManageable) return conflict(fill(assumed.notManageableText, { userId }));
      const { todo, done } = activationStates[action];
      if (user.activationState === done) return conflict(fill(assumed.activationText, { userId, state: done }));
      const robot = activateUser(api, serviceName, user, action);
      users.of(serviceName).set(user, { activationState: todo }, cause);
      return taskModel(tasks.create(serviceName, robot, cause, { userId }));
    },
  }),
) as [Route, Route];

/** What can be done with the account of a user besides changing its properties (spec 1.2). */
export const userAccountRoutes: readonly Route[] = [setPassword, phone, enable, disable];
