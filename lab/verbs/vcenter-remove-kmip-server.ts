import { z } from 'zod';
import { escapeXml } from '../clients/soap.ts';
import { withFault } from '../clients/vcenter.ts';
import { named } from './named.ts';
import { defineVerb } from './verb.ts';

export const vcenterRemoveKmipServer = defineVerb({
  name: 'vcenter.removeKmipServer',
  summary: 'Removes a KMS, even when it is in use: RemoveKmipServer. With the last one the cluster goes.',
  with: z.strictObject({
    cluster: named.keyProvider,
    name: z.string().describe('Name of the KMS in the key provider.'),
  }),
  run: ({ clients }, { cluster, name }) =>
    withFault(async () => {
      await clients.vcenter.crypto(
        'RemoveKmipServer',
        `<clusterId><id>${escapeXml(cluster)}</id></clusterId><serverName>${escapeXml(name)}</serverName>`,
      );
      return {};
    }),
});
