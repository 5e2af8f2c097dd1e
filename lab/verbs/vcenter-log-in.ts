import { z } from 'zod';
import { withFault } from '../clients/vcenter.ts';
import { defineVerb } from './verb.ts';

export const vcenterLogIn = defineVerb({
  name: 'vcenter.logIn',
  summary:
    'Logs in anew: Login. Other steps log in by themselves with their first call, but not again when the session has ended.',
  with: z.strictObject({ password: z.string().optional().describe('The right one when absent.') }),
  run: ({ clients: { vcenter } }, { password }) =>
    withFault(async () => {
      await vcenter.signIn(password);
      return {};
    }),
});
