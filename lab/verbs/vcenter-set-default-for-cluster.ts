import { z } from 'zod';
import { escapeXml } from '../clients/soap.ts';
import { referenceXml, withFault } from '../clients/vcenter.ts';
import { defineVerb } from './verb.ts';

export const vcenterSetDefaultForCluster = defineVerb({
  name: 'vcenter.setDefaultForCluster',
  summary: 'Sets the key provider that the hosts of the cluster use by default: SetDefaultKmsCluster with an entity.',
  with: z.strictObject({ keyProvider: z.string().optional().describe('Nothing clears the setting.') }),
  run: ({ clients: { vcenter }, lab }, { keyProvider }) =>
    withFault(async () => {
      const entity = referenceXml('entity', await vcenter.find('ClusterComputeResource', lab.names.cluster));
      const id = keyProvider === undefined ? '' : `<clusterId><id>${escapeXml(keyProvider)}</id></clusterId>`;
      await vcenter.crypto('SetDefaultKmsCluster', entity + id);
      return {};
    }),
});
