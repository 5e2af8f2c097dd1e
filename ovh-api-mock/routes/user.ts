import { z } from 'zod';
import { type AssumedValues, fill } from '../assumed.ts';
import { datetime } from '../datetime.ts';
import { ApiFailure, badRequest, conflict } from '../failures.ts';
import { isLike } from '../like.ts';
import { task } from '../models/task.ts';
import { boolean, datetimeText, long, password, string } from '../models/types.ts';
import { networkRole, rightKind, user as userResponse, vmNetworkRole } from '../models/user.ts';
import { refusePassword } from '../passwords.ts';
import { refuseService } from '../refusals.ts';
import { addUser } from '../robots/add-user.ts';
import { startRemoval } from '../robots/remove-user.ts';
import { updateUser } from '../robots/update-user.ts';
import { defineServiceRoute, type Route } from '../route.ts';
import { taskModel } from '../tasks.ts';
import { noRight, type RightFields, type UserFields, userModel } from '../users.ts';
import { taskRoutesOf } from './task.ts';
import { changeableUser, findUser, userParams } from './user-lookup.ts';

/** What both creation and change can say about a user. */
const person = {
  firstName: string.nullish(),
  lastName: string.nullish(),
  email: string.nullish(),
  phoneNumber: string.nullish(),
  canManageRights: boolean.nullish(),
  encryptionRight: boolean.nullish(),
  nsxRight: boolean.nullish(),
  receiveAlerts: boolean.nullish(),
  tokenValidator: boolean.nullish(),
};
/** What only a change can say. */
const manager = {
  canManageIpFailOvers: boolean.nullish(),
  canManageNetwork: boolean.nullish(),
  fullAdminRo: boolean.nullish(),
};

const list = defineServiceRoute({
  method: 'GET',
  path: '/user',
  about: 'List users',
  provenance: 'documented',
  iamAction: 'user/get',
  query: z.object({ name: string.optional() }),
  response: z.array(long),
  run: ({ api, service: { serviceName }, query: { name } }) =>
    api.users
      .of(serviceName)
      .list.filter((user) => isLike(user.name, name))
      .map((user) => user.userId),
});

const create = defineServiceRoute({
  method: 'POST',
  path: '/user',
  about: 'Create user',
  provenance: 'documented',
  iamAction: 'user/create',
  body: z.object({
    ...person,
    name: string,
    password: password.nullish(),
    expirationDate: datetimeText.nullish(),
    right: rightKind.nullish(),
    networkRole: networkRole.nullish(),
    vmNetworkRole: vmNetworkRole.nullish(),
    canAddRessource: boolean.nullish(),
  }),
  response: task,
  run({ api, service, body, cause }) {
    const { assumed, runtime, tasks } = api;
    const { serviceName } = service;
    const { name } = body;
    const expirationDate = body.expirationDate ? Date.parse(body.expirationDate) : null;
    const users = api.users.of(serviceName);
    const refusal = refusePerson(assumed, body) ?? refusePassword(assumed, body.password);
    if (refusal) return refusal;
    // A name of nothing would be no login (assumed).
    if (name.trim() === '')
      return badRequest(fill(assumed.badValueText, { name: 'name', value: name, type: 'string' }));
    if (expirationDate !== null && expirationDate <= runtime.clock.now()) {
      const value = datetime(expirationDate);
      return badRequest(fill(assumed.pastDateText, { name: 'expirationDate', value }));
    }
    const unready = refuseService(api, service);
    if (unready) return unready;
    if (!api.details.of(serviceName).capabilities.canAddUser)
      return conflict(fill(assumed.noUsersText, { serviceName }));
    const twin = users.list.find((user) => user.name.toLowerCase() === name.toLowerCase());
    if (twin && assumed.refuseDuplicateUser) {
      return conflict(fill(assumed.duplicateUserText, { name: twin.name, userId: twin.userId }));
    }
    const fields = { ...personFields(body), name, state: 'creating', expirationDate } as const;
    const user = users.add(fields, rightFields(body), cause);
    const robot = addUser(api, serviceName, user, body.password || undefined);
    return taskModel(tasks.create(serviceName, robot, cause, { userId: user.userId }));
  },
});

const get = defineServiceRoute({
  method: 'GET',
  path: '/user/{userId}',
  // The schema says "Update user", by mistake.
  about: 'Get user',
  provenance: 'documented',
  iamAction: 'user/get',
  params: userParams,
  response: userResponse,
  run({ api, service, params: { userId } }) {
    const user = findUser(api, service, userId);
    return user instanceof ApiFailure ? user : userModel(user);
  },
});

const remove = defineServiceRoute({
  method: 'DELETE',
  path: '/user/{userId}',
  about: 'Remove user',
  provenance: 'documented',
  iamAction: 'user/delete',
  params: userParams,
  response: task,
  run({ api, service, params: { userId }, cause }) {
    const user = changeableUser(api, service, userId, ['delivered', 'error']);
    if (user instanceof ApiFailure) return user;
    return taskModel(startRemoval(api, service.serviceName, user, cause));
  },
});

const changeProperties = defineServiceRoute({
  method: 'POST',
  path: '/user/{userId}/changeProperties',
  about: 'Update user',
  provenance: 'documented',
  iamAction: 'user/changeProperties',
  params: userParams,
  body: z.object({ ...person, ...manager }),
  response: task,
  run({ api, service, params: { userId }, body, cause }) {
    const refusal = refusePerson(api.assumed, body);
    if (refusal) return refusal;
    const user = changeableUser(api, service, userId);
    if (user instanceof ApiFailure) return user;
    const robot = updateUser(api, service.serviceName, user, personFields(body));
    return taskModel(api.tasks.create(service.serviceName, robot, cause, { userId }));
  },
});

/** The users of a service (spec 1.2). */
export const userRoutes: readonly Route[] = [
  list,
  create,
  get,
  remove,
  changeProperties,
  ...taskRoutesOf({
    path: '/user/{userId}',
    subject: 'userId',
    about: 'associated to user',
    iamAction: 'user/task',
    refuse(api, service, userId) {
      const user = findUser(api, service, userId);
      return user instanceof ApiFailure ? user : undefined;
    },
  }),
];

type Person = { [K in keyof typeof person]?: z.output<(typeof person)[K]> } & {
  [K in keyof typeof manager]?: z.output<(typeof manager)[K]>;
};

/** What a body says about a user: null empties a text and says nothing about a flag (assumed). */
function personFields(body: Person): UserFields {
  const { tokenValidator, firstName, lastName, email, phoneNumber } = body;
  const { canManageRights, encryptionRight, nsxRight, receiveAlerts } = body;
  const { canManageIpFailOvers, canManageNetwork, fullAdminRo } = body;
  const flags = {
    canManageRights,
    encryptionRight,
    nsxRight,
    receiveAlerts,
    canManageIpFailOvers,
    canManageNetwork,
    fullAdminRo,
    isTokenValidator: tokenValidator,
  };
  const said = (value: unknown) => value !== undefined && value !== null;
  const texts = Object.entries({ firstName, lastName, email, phoneNumber })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => [name, value || null]);
  return Object.fromEntries([...Object.entries(flags).filter(([, value]) => said(value)), ...texts]) as UserFields;
}

function rightFields(body: { [K in keyof RightFields]?: RightFields[K] | null | undefined }): RightFields {
  return {
    right: body.right ?? noRight.right,
    networkRole: body.networkRole ?? noRight.networkRole,
    vmNetworkRole: body.vmNetworkRole ?? noRight.vmNetworkRole,
    canAddRessource: body.canAddRessource ?? noRight.canAddRessource,
  };
}

/** Why a user cannot be reached as it is said. */
function refusePerson(assumed: AssumedValues, { email, phoneNumber }: Person): ApiFailure | undefined {
  const wrong = (name: string, value: string, type: string) =>
    badRequest(fill(assumed.badValueText, { name, value: value.slice(0, 100), type }));
  if (email && !new RegExp(assumed.emailPattern).test(email)) return wrong('email', email, 'email');
  if (phoneNumber && !new RegExp(assumed.phoneNumberPattern).test(phoneNumber))
    return wrong('phoneNumber', phoneNumber, 'phoneNumber');
  return undefined;
}
