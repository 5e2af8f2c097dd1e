import { z } from 'zod';
import { withFault } from '../clients/vcenter.ts';
import { defineVerb } from './verb.ts';

export const vcenterLogOut = defineVerb({
  name: 'vcenter.logOut',
  summary: 'Ends the session: Logout.',
  with: z.strictObject({}),
  run: ({ clients: { vcenter } }) =>
    withFault(async () => {
      await vcenter.signOut();
      return {};
    }),
});
