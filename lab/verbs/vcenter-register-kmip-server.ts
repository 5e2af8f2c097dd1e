import { z } from 'zod';
import { withFault } from '../clients/vcenter.ts';
import { kmipServerSettings, kmipServerSpec } from './kmip-server-info.ts';
import { defineVerb } from './verb.ts';

export const vcenterRegisterKmipServer = defineVerb({
  name: 'vcenter.registerKmipServer',
  summary: 'Add KMS: RegisterKmipServer. An unknown cluster name creates the cluster.',
  with: z.strictObject({
    cluster: z.string().describe('Cluster name: unique and telling.'),
    name: z.string().describe('Server alias.'),
    address: z.string().describe('Server address: IP or FQDN.'),
    port: z.number().int().default(5696).describe('Server port.'),
    ...kmipServerSettings,
  }),
  run: ({ clients }, input) =>
    withFault(async () => {
      await clients.vcenter.crypto('RegisterKmipServer', kmipServerSpec(input, 'KMIP1'));
      return {};
    }),
});
