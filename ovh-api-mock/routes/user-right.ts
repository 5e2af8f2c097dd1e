import { z } from 'zod';
import { fill } from '../assumed.ts';
import { ApiFailure, badRequest, conflict, objectNotFound } from '../failures.ts';
import { task } from '../models/task.ts';
import { boolean, long, longText, string, whole } from '../models/types.ts';
import { objectRight, objectRightType, rightKind, right as rightResponse } from '../models/user.ts';
import { addObjectRight, removeObjectRight, updateRight } from '../robots/user-right.ts';
import { defineServiceRoute, type Route } from '../route.ts';
import { taskModel } from '../tasks.ts';
import { changeableUser, findUser, userParams } from './user-lookup.ts';

const list = defineServiceRoute({
  method: 'GET',
  path: '/user/{userId}/right',
  about: 'List user datacenter rights',
  provenance: 'documented',
  iamAction: 'user/right/get',
  params: userParams,
  response: z.array(long),
  run({ api, service, params: { userId } }) {
    const user = findUser(api, service, userId);
    return user instanceof ApiFailure ? user : [...user.rights.keys()];
  },
});

const get = defineServiceRoute({
  method: 'GET',
  path: '/user/{userId}/right/{rightId}',
  about: 'Get user datacenter right',
  provenance: 'documented',
  iamAction: 'user/right/get',
  params: { ...userParams, rightId: longText },
  response: rightResponse,
  run({ api, service, params: { userId, rightId } }) {
    const user = findUser(api, service, userId);
    if (user instanceof ApiFailure) return user;
    return user.rights.get(rightId) ?? objectNotFound(api.assumed, 'rightId', rightId);
  },
});

const edit = defineServiceRoute({
  method: 'PUT',
  path: '/user/{userId}/right/{rightId}',
  about: 'Update user datacenter right',
  provenance: 'documented',
  iamAction: 'user/right/edit',
  params: { ...userParams, rightId: longText },
  body: whole(rightResponse),
  response: task,
  run({ api, service, params: { userId, rightId }, body, cause }) {
    const known = findUser(api, service, userId);
    if (known instanceof ApiFailure) return known;
    const before = known.rights.get(rightId);
    if (!before) return objectNotFound(api.assumed, 'rightId', rightId);
    const user = changeableUser(api, service, userId);
    if (user instanceof ApiFailure) return user;
    const { serviceName } = service;
    const { right, networkRole, vmNetworkRole, canAddRessource } = { ...before, ...body };
    const change = { right, networkRole, vmNetworkRole, canAddRessource };
    const robot = updateRight(api, serviceName, user, rightId, change);
    const { datacenterId } = before;
    return taskModel(api.tasks.create(serviceName, robot, cause, { userId, datacenterId }));
  },
});

const listObjectRights = defineServiceRoute({
  method: 'GET',
  path: '/user/{userId}/objectRight',
  about: 'List user object rights',
  provenance: 'documented',
  iamAction: 'user/objectRight/get',
  params: userParams,
  response: z.array(long),
  run({ api, service, params: { userId } }) {
    const user = findUser(api, service, userId);
    return user instanceof ApiFailure ? user : [...user.objectRights.keys()];
  },
});

const createObjectRight = defineServiceRoute({
  method: 'POST',
  path: '/user/{userId}/objectRight',
  about: 'Create user object right',
  provenance: 'documented',
  iamAction: 'user/objectRight/create',
  params: userParams,
  body: z.object({
    right: rightKind,
    type: objectRightType,
    vmwareObjectId: string,
    propagate: boolean.nullish(),
  }),
  response: task,
  run({ api, service, params: { userId }, body, cause }) {
    const { assumed } = api;
    const { serviceName } = service;
    const { right, type, vmwareObjectId } = body;
    if (vmwareObjectId.trim() === '') {
      const value = { name: 'vmwareObjectId', value: vmwareObjectId, type: 'string' };
      return badRequest(fill(assumed.badValueText, value));
    }
    const user = changeableUser(api, service, userId);
    if (user instanceof ApiFailure) return user;
    const twin = [...user.objectRights.values()].find((other) => other.vmwareObjectId === vmwareObjectId);
    if (twin) {
      const { objectRightId } = twin;
      return conflict(fill(assumed.duplicateRightText, { userId, vmwareObjectId, objectRightId }));
    }
    // This API cannot see the vCenter: its reference stands for the object's name, and whether it exists is not checked (assumed).
    const fields = { name: vmwareObjectId, right, type, vmwareObjectId, propagate: body.propagate ?? false };
    const robot = addObjectRight(api, serviceName, user, fields);
    return taskModel(api.tasks.create(serviceName, robot, cause, { userId }));
  },
});

const getObjectRight = defineServiceRoute({
  method: 'GET',
  path: '/user/{userId}/objectRight/{objectRightId}',
  about: 'Get user object right',
  provenance: 'documented',
  iamAction: 'user/objectRight/get',
  params: { ...userParams, objectRightId: longText },
  response: objectRight,
  run({ api, service, params: { userId, objectRightId } }) {
    const user = findUser(api, service, userId);
    if (user instanceof ApiFailure) return user;
    return user.objectRights.get(objectRightId) ?? objectNotFound(api.assumed, 'objectRightId', objectRightId);
  },
});

const deleteObjectRight = defineServiceRoute({
  method: 'DELETE',
  path: '/user/{userId}/objectRight/{objectRightId}',
  about: 'Remove user object right',
  provenance: 'documented',
  iamAction: 'user/objectRight/delete',
  params: { ...userParams, objectRightId: longText },
  response: task,
  run({ api, service, params: { userId, objectRightId }, cause }) {
    const known = findUser(api, service, userId);
    if (known instanceof ApiFailure) return known;
    if (!known.objectRights.has(objectRightId)) return objectNotFound(api.assumed, 'objectRightId', objectRightId);
    const user = changeableUser(api, service, userId);
    if (user instanceof ApiFailure) return user;
    const robot = removeObjectRight(api, service.serviceName, user, objectRightId);
    return taskModel(api.tasks.create(service.serviceName, robot, cause, { userId }));
  },
});

/** What users may do in datacenters and with objects of the vCenter (spec 1.2). */
export const userRightRoutes: readonly Route[] = [
  list,
  get,
  edit,
  listObjectRights,
  createObjectRight,
  getObjectRight,
  deleteObjectRight,
];
