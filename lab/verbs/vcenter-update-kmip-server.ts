import { z } from 'zod';
import { withFault } from '../clients/vcenter.ts';
import { kmipServerSettings, kmipServerSpec } from './kmip-server-info.ts';
import { named } from './named.ts';
import { defineVerb } from './verb.ts';

export const vcenterUpdateKmipServer = defineVerb({
  name: 'vcenter.updateKmipServer',
  summary: 'Edit KMS: UpdateKmipServer. What is absent stays; an empty text and -1 delete an entry.',
  with: z.strictObject({
    cluster: named.keyProvider,
    name: z.string().describe('Server alias; it cannot be changed.'),
    address: z.string().optional().describe('New address of the KMS.'),
    port: z.number().int().optional().describe('New port of the KMS.'),
    ...kmipServerSettings,
  }),
  run: ({ clients }, input) =>
    withFault(async () => {
      await clients.vcenter.crypto('UpdateKmipServer', kmipServerSpec(input));
      return {};
    }),
});
