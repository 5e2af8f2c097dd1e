import { z } from 'zod';
import { defineVerb } from './verb.ts';

export const ovhMessages = defineVerb({
  name: 'ovh.messages',
  summary:
    "Reads what OVHcloud sent to its customers' phones and mailboxes, oldest first. Result: { count, messages, last }; a message is { kind, to, text, code }.",
  with: z.strictObject({
    to: z.string().optional().describe('Only those to this phone number or mail address.'),
  }),
  async run({ lab }, { to }) {
    const messages = lab.messages
      .filter((message) => to === undefined || message.to === to)
      .map(({ kind, to: address, text, code = null }) => ({ kind, to: address, text, code }));
    return { count: messages.length, messages, last: messages.at(-1) ?? null };
  },
});
