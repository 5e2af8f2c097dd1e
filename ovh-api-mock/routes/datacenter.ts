import { z } from 'zod';
import { objectNotFound } from '../failures.ts';
import { datacenter } from '../models/datacenter.ts';
import { long, longText } from '../models/types.ts';
import { defineServiceRoute, type Route } from '../route.ts';

const list = defineServiceRoute({
  method: 'GET',
  path: '/datacenter',
  about: 'List virtual datacenters',
  provenance: 'documented',
  iamAction: 'datacenter/get',
  response: z.array(long),
  run: ({ api, service }) => [...api.details.of(service.serviceName).datacenters.keys()],
});

const get = defineServiceRoute({
  method: 'GET',
  path: '/datacenter/{datacenterId}',
  about: 'Get virtual datacenter',
  provenance: 'documented',
  iamAction: 'datacenter/get',
  params: { datacenterId: longText },
  response: datacenter,
  run({ api, service, params: { datacenterId } }) {
    const found = api.details.of(service.serviceName).datacenters.get(datacenterId);
    return found ?? objectNotFound(api.assumed, 'datacenterId', datacenterId);
  },
});

/** Virtual datacenters of a service (spec 1.2). */
export const datacenterRoutes: readonly Route[] = [list, get];
