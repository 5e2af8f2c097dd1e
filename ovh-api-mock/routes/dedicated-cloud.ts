import { z } from 'zod';
import type { Api } from '../api.ts';
import type { ApiFailure } from '../failures.ts';
import {
  dedicatedCloud,
  dedicatedCloudObject,
  tagFilter,
  userAccessPolicy,
  userLogoutPolicy,
} from '../models/dedicated-cloud.ts';
import { type TaskModel, task } from '../models/task.ts';
import { boolean, jsonText, long, map, ovhMeta, property, string, whole } from '../models/types.ts';
import { refuseChange } from '../refusals.ts';
import { changeProperties, propertiesLock } from '../robots/change-properties.ts';
import { defineRoute, defineServiceRoute, type Route } from '../route.ts';
import { type PropertyChange, resourceUrn, type Service } from '../services.ts';
import { taskModel } from '../tasks.ts';

const list = defineRoute({
  method: 'GET',
  path: '/dedicatedCloud',
  about: 'List VMware on OVHcloud infrastructures',
  provenance: 'documented',
  authentication: 'credential',
  iamAction: 'get',
  // As JSON: documented by the control panel's source.
  query: z.object({ iamTags: property(jsonText(map(z.array(tagFilter))).optional(), { bare: true }) }),
  response: z.array(string),
  run({ api, isAllowed, query: { iamTags = {} } }) {
    // All named tags must fit; one fits when one of its conditions does (assumed).
    const filters = Object.entries(iamTags);
    const fits = ({ properties: { iam } }: Service) =>
      filters.every(([tag, conditions]) => conditions.some(({ value }) => iam?.tags?.[tag] === value));
    const names = api.services.all.filter(fits).map((service) => service.serviceName);
    // That IAM leaves out what the caller may not see is assumed.
    return names.filter((serviceName) => isAllowed(resourceUrn(serviceName)));
  },
});

const get = defineServiceRoute({
  method: 'GET',
  path: '',
  about: 'Get VMware on OVHcloud',
  provenance: 'documented',
  iamAction: 'get',
  response: dedicatedCloud,
  run: ({ service }) => service.properties,
});

const put = defineServiceRoute({
  method: 'PUT',
  path: '',
  about: 'Update VMware on OVHcloud',
  provenance: 'documented',
  iamAction: 'put',
  deprecated: {
    deprecatedDate: '2019-01-10T00:00:00+01:00',
    deletionDate: '2019-03-10T00:00:00+01:00',
    replacement: '/dedicatedCloud/{serviceName}/changeProperties',
  },
  body: whole(dedicatedCloudObject),
  response: task,
  run: ({ api, service, body, cause }) => change(api, service, body, cause),
});

const post = defineServiceRoute({
  method: 'POST',
  path: '/changeProperties',
  about: 'Update VMware on OVHcloud',
  provenance: 'documented',
  iamAction: 'changeProperties',
  body: z.object({
    description: string.nullish(),
    sslV3: boolean.nullish(),
    userAccessPolicy: userAccessPolicy.nullish(),
    userLimitConcurrentSession: long.nullish(),
    userLogoutPolicy: userLogoutPolicy.nullish(),
    userSessionTimeout: long.nullish(),
  }),
  response: task,
  run: ({ api, service, body, cause }) => change(api, service, body, cause),
});

/** Sets a robot to change what may be changed of what was sent; null counts as not sent (assumed). */
function change(
  api: Api,
  service: Service,
  sent: { readonly [property: string]: unknown },
  cause: number,
): TaskModel | ApiFailure {
  const refusal = refuseChange(api, service, propertiesLock);
  if (refusal) return refusal;
  const writable = Object.entries(dedicatedCloudObject.shape).filter(([, type]) => ovhMeta(type).writable);
  const values = writable.flatMap(([name]) => (sent[name] == null ? [] : [[name, sent[name]]]));
  const robot = changeProperties(api, service, Object.fromEntries(values) as PropertyChange);
  return taskModel(api.tasks.create(service.serviceName, robot, cause));
}

/** The services themselves (spec 1.2). */
export const dedicatedCloudRoutes: readonly Route[] = [list, get, put, post];
