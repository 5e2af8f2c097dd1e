import { z } from 'zod';
import { objectNotFound } from '../failures.ts';
import { robot } from '../models/robot.ts';
import { string } from '../models/types.ts';
import { robotCatalogue } from '../robots/catalogue.ts';
import { defineServiceRoute, type Route } from '../route.ts';

const limits = 'Names and descriptions are assumed: the real ones are not public.';

const list = defineServiceRoute({
  method: 'GET',
  path: '/robot',
  about: 'List robots',
  provenance: 'documented',
  iamAction: 'robot/get',
  limits,
  response: z.array(string),
  run: ({ api }) => [...robotCatalogue(api.assumed).keys()],
});

const get = defineServiceRoute({
  method: 'GET',
  path: '/robot/{name}',
  about: 'Get robot',
  provenance: 'documented',
  iamAction: 'robot/get',
  limits,
  params: { name: string },
  response: robot,
  run: ({ api, params: { name } }) =>
    robotCatalogue(api.assumed).get(name) ?? objectNotFound(api.assumed, 'name', name.slice(0, 100)),
});

/** Kinds of operations (spec 1.2). */
export const robotRoutes: readonly Route[] = [list, get];
