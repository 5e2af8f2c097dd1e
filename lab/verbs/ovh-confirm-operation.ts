import { z } from 'zod';
import { confirmOperation } from '../clients/secure-page.ts';
import { defineVerb } from './verb.ts';

export const ovhConfirmOperation = defineVerb({
  name: 'ovh.confirmOperation',
  summary:
    "Enters an operation's token on the service's page /secure/, as a token validator does. Result: { status, notice } of the page.",
  with: z.strictObject({
    serviceName: z.string().optional().describe('The service of the vCenter when absent.'),
    operation: z.number().int().describe("The operation's id: its taskId."),
    token: z.string().describe('From the SMS; see ovh.messages.'),
  }),
  async run({ lab }, { serviceName = lab.serviceName, operation, token }) {
    const form = { service: serviceName, operation: String(operation), token };
    return { ...(await confirmOperation(lab.access().ovh, form)) };
  },
});
