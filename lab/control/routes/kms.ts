import { z } from 'zod';
import { kmsSchema, kmsStates } from '../lab-state.ts';
import { defineRoute } from '../route.ts';

const withObjects = kmsSchema.extend({
  objects: z.array(z.record(z.string(), z.unknown())).describe('What it holds: attributes, no key material.'),
});

export const kms = defineRoute({
  method: 'GET',
  path: '/kms',
  group: 'lab',
  summary: 'Lists the KMS with their certificates and the attributes of what they hold.',
  answer: z.array(withObjects),
  example: '"$URL/kms"',
  run: ({ lab }) =>
    kmsStates(lab).map((one) => ({ ...one, objects: lab.kms(one.name).objects() as Record<string, unknown>[] })),
});
