import { z } from 'zod';
import { taskResult, withFault } from '../clients/vcenter.ts';
import { defineVerb } from './verb.ts';

export const vcenterClusterDrs = defineVerb({
  name: 'vcenter.clusterDrs',
  summary:
    'Sets how the cluster moves VMs by itself: ReconfigureComputeResource_Task. fullyAutomated empties hosts that enter maintenance mode.',
  with: z.strictObject({
    behavior: z
      .enum(['off', 'manual', 'partiallyAutomated', 'fullyAutomated'])
      .describe('How far DRS moves VMs by itself; off: not at all.'),
  }),
  run: ({ clients: { vcenter }, lab }, { behavior }) =>
    withFault(async () => {
      const cluster = await vcenter.find('ClusterComputeResource', lab.names.cluster);
      const drs =
        behavior === 'off'
          ? '<enabled>false</enabled>'
          : `<enabled>true</enabled><defaultVmBehavior>${behavior}</defaultVmBehavior>`;
      const spec = `<spec xsi:type="ClusterConfigSpecEx"><drsConfig>${drs}</drsConfig></spec><modify>true</modify>`;
      return taskResult(await vcenter.task('ReconfigureComputeResource_Task', cluster, spec));
    }),
});
