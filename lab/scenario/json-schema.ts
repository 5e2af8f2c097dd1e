import { z } from 'zod';
import { scenarioSchema } from './schema.ts';

/** The JSON Schema (2020-12) of scenario files, for editors. */
export function scenarioJsonSchema(): object {
  return { title: 'keyrig scenario, version 1', ...z.toJSONSchema(scenarioSchema, { io: 'input', reused: 'ref' }) };
}
