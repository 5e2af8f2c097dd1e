import { z } from 'zod';
import { escapeXml } from '../clients/soap.ts';
import { withFault } from '../clients/vcenter.ts';
import { defineVerb } from './verb.ts';

export const vcenterMarkDefault = defineVerb({
  name: 'vcenter.markDefault',
  summary: 'Makes a cluster the default one: MarkDefault.',
  with: z.strictObject({ cluster: z.string() }),
  run: ({ clients }, { cluster }) =>
    withFault(async () => {
      await clients.vcenter.crypto('MarkDefault', `<clusterId><id>${escapeXml(cluster)}</id></clusterId>`);
      return {};
    }),
});
