import { z } from 'zod';
import { type FaultEngine, type FaultRule, KeyrigError } from '../../../core/index.ts';
import { faultSchema } from '../../scenario/fault-schema.ts';
import { defineRoute } from '../route.ts';
import { pattern } from '../values.ts';

const rule = faultSchema
  .refine(({ match, when }) => [match, when].every((part) => part === undefined || pattern.safeParse(part).success), {
    message: 'a regular expression in it cannot be read',
  })
  .meta({ id: 'Fault' });

const reported = z
  .strictObject({
    id: z.string(),
    rule: faultSchema.meta({ id: 'FaultInForce' }).describe('As it was written; durations in ms.'),
    matched: z.number().int().describe('Calls that it concerned, whether or not it struck them.'),
    fired: z.number().int(),
  })
  .meta({ id: 'FaultReport' });
type Reported = z.infer<typeof reported>;

const byId = z.strictObject({ id: z.string().min(1).max(200) });

function report(faults: FaultEngine): Reported[] {
  const counts = new Map(faults.report().map((one) => [one.id, one]));
  return faults.rules.map((one) => {
    const { matched = 0, fired = 0 } = counts.get(one.id) ?? {};
    return { id: one.id, rule: structuredClone(one) as Reported['rule'], matched, fired };
  });
}

function one(faults: FaultEngine, id: string): Reported {
  return report(faults).find((candidate) => candidate.id === id)!;
}

function isThere(faults: FaultEngine, id: string): boolean {
  return faults.rules.some((candidate) => candidate.id === id);
}

function refuseTaken(faults: FaultEngine, id: string): void {
  if (isThere(faults, id)) throw new KeyrigError('ERR_CONFLICT', `there is a fault "${id}" already`);
}

function missing(id: string): KeyrigError {
  return new KeyrigError('ERR_NOTHING_FOUND', `there is no fault "${id}"`);
}

export const listFaults = defineRoute({
  method: 'GET',
  path: '/faults',
  group: 'faults',
  summary: 'Lists the faults in their order, and how often each has matched and fired.',
  isEarly: true,
  answer: z.array(reported),
  example: '"$URL/faults"',
  run: ({ lab }) => report(lab.runtime.faults),
});

export const addFault = defineRoute({
  method: 'POST',
  path: '/faults',
  group: 'faults',
  summary: 'Adds a fault, behind the others.',
  about: 'It is written as in a scenario file. `keyrig schema` and docs/verbs.md tell what it can be.',
  isEarly: true,
  body: rule,
  status: 201,
  answer: reported,
  refusals: ['ERR_CONFLICT'],
  example: `"$URL/faults" --json '{"id": "slow", "at": "kmip.response", "then": {"delay": 2000}}'`,
  run({ lab: { runtime } }, { body }) {
    refuseTaken(runtime.faults, body.id);
    runtime.faults.add(body as FaultRule);
    return one(runtime.faults, body.id);
  },
});

export const changeFault = defineRoute({
  method: 'PUT',
  path: '/faults/{id}',
  group: 'faults',
  summary: 'Puts another fault in the place of one; it begins anew.',
  isEarly: true,
  params: byId,
  body: rule,
  answer: reported,
  refusals: ['ERR_NOTHING_FOUND', 'ERR_CONFLICT'],
  example: `-X PUT "$URL/faults/slow" --json '{"id": "slow", "at": "kmip.response", "when": {"times": 3}, "then": {"delay": 500}}'`,
  run({ lab: { runtime } }, { params: { id }, body }) {
    if (!isThere(runtime.faults, id)) throw missing(id);
    if (body.id !== id) refuseTaken(runtime.faults, body.id);
    runtime.faults.change(id, body as FaultRule);
    return one(runtime.faults, body.id);
  },
});

export const removeFault = defineRoute({
  method: 'DELETE',
  path: '/faults/{id}',
  group: 'faults',
  summary: 'Removes a fault.',
  isEarly: true,
  params: byId,
  answer: undefined,
  refusals: ['ERR_NOTHING_FOUND'],
  example: '-X DELETE "$URL/faults/slow"',
  run({ lab: { runtime } }, { params: { id } }) {
    if (!runtime.faults.remove(id)) throw missing(id);
  },
});

export const resetFaults = defineRoute({
  method: 'POST',
  path: '/faults/reset',
  group: 'faults',
  summary: 'Goes back to the faults of the start, as if they had been attached now.',
  isEarly: true,
  answer: z.array(reported),
  example: '-X POST "$URL/faults/reset"',
  run({ lab: { runtime } }) {
    runtime.faults.reset();
    return report(runtime.faults);
  },
});
