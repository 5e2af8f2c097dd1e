import { z } from 'zod';
import { escapeXml } from '../clients/soap.ts';
import { taskResult, withFault } from '../clients/vcenter.ts';
import { named } from './named.ts';
import { defineVerb } from './verb.ts';

export const vcenterAddHost = defineVerb({
  name: 'vcenter.addHost',
  summary: 'Adds a host to the cluster: AddHost_Task.',
  with: z.strictObject({ host: named.host }),
  run: ({ clients: { vcenter }, lab }, { host }) =>
    withFault(async () => {
      const cluster = await vcenter.find('ClusterComputeResource', lab.names.cluster);
      const spec = `<spec><hostName>${escapeXml(host)}</hostName><userName>root</userName><force>true</force></spec>`;
      return taskResult(await vcenter.task('AddHost_Task', cluster, `${spec}<asConnected>true</asConnected>`));
    }),
});
