import { z } from 'zod';
import { fill } from '../assumed.ts';
import { conflict } from '../failures.ts';
import {
  compatibilityMatrixEntry,
  dependenciesTree,
  securityOption,
  securityOptionName,
} from '../models/security-option.ts';
import { task } from '../models/task.ts';
import { booleanText } from '../models/types.ts';
import { refuseChange } from '../refusals.ts';
import { enableSecurityOption, securityLock } from '../robots/enable-security-option.ts';
import { defineServiceRoute, type Route } from '../route.ts';
import { compatibilityMatrix, dependencies } from '../security-options.ts';
import { taskModel } from '../tasks.ts';

const limits = 'What the options need and exclude is assumed.';

const get = defineServiceRoute({
  method: 'GET',
  path: '/securityOptions',
  about: 'Get security options',
  provenance: 'documented',
  iamAction: 'securityOptions/get',
  limits: 'The state of the whole is that of the option `base` (assumed).',
  response: securityOption,
  run: ({ api, service }) => ({ state: api.details.securityOption(service, 'base') }),
});

const matrix = defineServiceRoute({
  method: 'GET',
  path: '/securityOptions/compatibilityMatrix',
  about: 'Get security options compatibility matrix',
  provenance: 'documented',
  iamAction: 'securityOptions/compatibilityMatrix/get',
  limits,
  query: z.object({ showIncompatible: booleanText.optional(), showInternal: booleanText.optional() }),
  response: z.array(compatibilityMatrixEntry),
  run({ api, service, query: { showIncompatible = true, showInternal = false } }) {
    const { assumed, details } = api;
    const stateOf = (option: Parameters<typeof details.securityOption>[1]) => details.securityOption(service, option);
    return compatibilityMatrix(stateOf, { showIncompatible, showInternal }, assumed);
  },
});

const tree = defineServiceRoute({
  method: 'GET',
  path: '/securityOptions/dependenciesTree',
  about: 'Get security options dependencies tree',
  provenance: 'documented',
  iamAction: 'securityOptions/dependenciesTree/get',
  limits,
  query: z.object({ option: securityOptionName }),
  response: dependenciesTree,
  run: ({ query: { option } }) => dependencies(option),
});

const pending = defineServiceRoute({
  method: 'GET',
  path: '/securityOptions/pendingOptions',
  about: 'Get pending activation security options',
  provenance: 'documented',
  iamAction: 'securityOptions/pendingOptions/get',
  response: z.array(securityOptionName),
  run: ({ api, service }) =>
    securityOptionName.options.filter((option) => api.details.securityOption(service, option) === 'pending'),
});

const resume = defineServiceRoute({
  method: 'POST',
  path: '/securityOptions/resumePendingEnabling',
  about: 'Retry pending security option activation',
  provenance: 'documented',
  iamAction: 'securityOptions/resumePendingEnabling',
  body: z.object({ option: securityOptionName }),
  response: task,
  run({ api, service, body: { option }, cause }) {
    const { assumed, details, tasks } = api;
    const refusal = refuseChange(api, service, securityLock);
    if (refusal) return refusal;
    const state = details.securityOption(service, option);
    if (state !== 'pending') return conflict(fill(assumed.notPendingText, { option, state }));
    return taskModel(tasks.create(service.serviceName, enableSecurityOption(api, service, option), cause));
  },
});

/** Security options of a service (spec 1.2). */
export const securityOptionRoutes: readonly Route[] = [get, matrix, tree, pending, resume];
