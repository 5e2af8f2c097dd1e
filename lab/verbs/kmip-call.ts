import { z } from 'zod';
import { type Json, KeyrigError } from '../../core/index.ts';
import { kmipCaller } from './kmip-caller.ts';
import { defineVerb } from './verb.ts';

const versions = { '1.0': [1, 0], '1.1': [1, 1], '1.2': [1, 2], '1.3': [1, 3], '1.4': [1, 4] } as const;

export const kmipCall = defineVerb({
  name: 'kmip.call',
  summary:
    'Sends any KMIP request, even a wrong one. Result: { status, payload } of the first item, { items: [{ operation, status, reason, message, payload }] } of all, and { fault: { reason, message } } when one failed. Secrets are hidden.',
  with: z
    .strictObject({
      ...kmipCaller,
      operation: z.string().optional().describe('Name of the operation, such as Get or CreateKeyPair.'),
      payload: z
        .json()
        .optional()
        .describe('Members of the request payload in KMIP JSON, a list of { tag, type, value }, or text in KMIP XML.'),
      version: z.enum(['1.0', '1.1', '1.2', '1.3', '1.4']).default('1.1').describe('KMIP version of the request.'),
      message: z
        .json()
        .optional()
        .describe('In place of operation and payload: a whole request message in KMIP JSON, or text in KMIP XML.'),
    })
    .refine(({ operation, message }) => (operation === undefined) !== (message === undefined), {
      message: 'expected either "operation" or "message"',
    }),
  async run({ clients }, { operation, payload = [], version, message, ...caller }) {
    const { answerJson, messageOfText, requestOf } = await import('../clients/kmip-json.ts');
    const request =
      operation === undefined
        ? messageOfText(message as Json)
        : requestOf(operation, payload as Json, versions[version]);
    if (!request) throw new KeyrigError('ERR_STEP', 'the message is empty');
    return answerJson(await clients.kmip(caller).send(request));
  },
});
