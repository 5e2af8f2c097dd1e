import { z } from 'zod';
import { escapeXml } from '../clients/soap.ts';
import { withFault } from '../clients/vcenter.ts';
import { named } from './named.ts';
import { defineVerb } from './verb.ts';

export const vcenterMarkDefault = defineVerb({
  name: 'vcenter.markDefault',
  summary: 'Makes a cluster the default one: MarkDefault.',
  with: z.strictObject({ cluster: named.keyProvider }),
  run: ({ clients }, { cluster }) =>
    withFault(async () => {
      await clients.vcenter.crypto('MarkDefault', `<clusterId><id>${escapeXml(cluster)}</id></clusterId>`);
      return {};
    }),
});
