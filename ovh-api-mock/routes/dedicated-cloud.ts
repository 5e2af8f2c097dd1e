import { z } from 'zod';
import { dedicatedCloud } from '../models/dedicated-cloud.ts';
import { string } from '../models/types.ts';
import { defineRoute, defineServiceRoute, type Route } from '../route.ts';

const list = defineRoute({
  method: 'GET',
  path: '/dedicatedCloud',
  about: 'List VMware on OVHcloud infrastructures',
  provenance: 'documented',
  authentication: 'credential',
  iamAction: 'get',
  response: z.array(string),
  run: ({ api }) => api.services.all.map((service) => service.serviceName),
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

/** The services themselves (spec 1.2). */
export const dedicatedCloudRoutes: readonly Route[] = [list, get];
