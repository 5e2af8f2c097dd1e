import { z } from 'zod';
import { durationIn } from '../scenario/duration.ts';
import { defineVerb } from './verb.ts';

/** Not RFC 9110's whole grammar of a header: what a scenario has use for. */
const headerName = z.string().regex(/^[\w-]+$/);

export const http = defineVerb({
  name: 'http',
  summary:
    'Sends one HTTP request to the lab or to another server on this machine. Result: { status, headers, body, json }, or { fault: { message } } when no answer came; a status from 400 on fails the step unless the expectation speaks of status.',
  with: z.strictObject({
    method: z
      .enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])
      .default('GET')
      .describe('HTTP method.'),
    url: z
      .string()
      .regex(/^https?:\/\//, 'expected a URL that begins with http:// or https://')
      .describe(
        'An address of this machine; urls.vcenter, urls.ovh and urls.ovhHttp are variables for those of the lab.',
      ),
    headers: z.record(headerName, z.string()).optional().describe('Headers of the request.'),
    body: z.string().optional().describe('Body of the request, as it is.'),
    json: z.json().optional().describe('Body of the request as JSON, in place of body.'),
    timeout: durationIn('ms').default(30_000).describe('Real time until the whole answer is there; 30s when absent.'),
  }),
  expects: { status: { lt: 400 } },
  async run({ lab }, { method, url, headers, body, json, timeout }) {
    const { NoHttpAnswer, sendHttp } = await import('../clients/http.ts');
    const isJson = json !== undefined;
    try {
      const answer = await sendHttp({
        method,
        url,
        headers: { ...(isJson && { 'content-type': 'application/json' }), ...headers },
        body: isJson ? JSON.stringify(json) : body,
        timeoutMs: timeout,
        ca: lab.pki.ca.certificatePem,
      });
      return { ...answer };
    } catch (error) {
      if (!(error instanceof NoHttpAnswer)) throw error;
      return { fault: { message: error.message } };
    }
  },
});
