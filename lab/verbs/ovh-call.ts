import { z } from 'zod';
import { defineVerb } from './verb.ts';

export const ovhCall = defineVerb({
  name: 'ovh.call',
  summary:
    "Calls the OVHcloud API with OVHcloud's official client. Result: { body }, or { fault: { status, message } }.",
  with: z.strictObject({
    method: z.enum(['GET', 'POST', 'PUT', 'DELETE']).describe('HTTP method.'),
    path: z.string().startsWith('/').describe('As in the API console, without /1.0.'),
    parameters: z.record(z.string(), z.json()).optional().describe('Body of a POST or PUT, else query string.'),
    consumerKey: z
      .string()
      .optional()
      .describe("A consumer key of the world's applications; the one that may do everything when absent."),
    clockOffSeconds: z
      .number()
      .int()
      .optional()
      .describe("How far the caller's clock, with which it signs, is ahead of the API's; negative when behind."),
  }),
  async run({ clients }, { method, path, parameters, ...caller }) {
    return { ...(await clients.ovh.call(method, path, parameters, caller)) };
  },
});
