import { z } from 'zod';
import { escapeXml } from '../clients/soap.ts';
import { withFault } from '../clients/vcenter.ts';
import { defineVerb } from './verb.ts';

export const vcenterClusterCryptoMode = defineVerb({
  name: 'vcenter.clusterCryptoMode',
  summary: "Sets the cluster's encryption mode: SetCryptoMode. forceEnable brings every host into encryption mode.",
  with: z.strictObject({
    mode: z
      .enum(['onDemand', 'forceEnable'])
      .describe('Crypto mode of the cluster: onDemand turns the encryption of a host on when it is needed.'),
    keyProvider: z.string().optional().describe('Where the key of the hosts comes from (8.0.3 and later).'),
  }),
  run: ({ clients: { vcenter }, lab }, { mode, keyProvider }) =>
    withFault(async () => {
      const cluster = await vcenter.find('ClusterComputeResource', lab.names.cluster);
      const policy =
        keyProvider === undefined ? '' : `<policy><providerId><id>${escapeXml(keyProvider)}</id></providerId></policy>`;
      await vcenter.call('SetCryptoMode', cluster, `<cryptoMode>${mode}</cryptoMode>${policy}`);
      return {};
    }),
});
