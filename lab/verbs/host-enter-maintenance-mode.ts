import { z } from 'zod';
import { taskResult, withFault } from '../clients/vcenter.ts';
import { named } from './named.ts';
import { defineVerb } from './verb.ts';

export const hostEnterMaintenanceMode = defineVerb({
  name: 'host.enterMaintenanceMode',
  summary:
    'Puts a host into maintenance mode: EnterMaintenanceMode_Task. Running VMs are moved away by a fully automated cluster; otherwise it waits until none runs.',
  with: z.strictObject({
    host: named.host,
    timeoutSeconds: z.number().int().min(0).default(0).describe('0 waits without end.'),
    evacuatePoweredOffVms: z.boolean().default(false).describe('Move the VMs that are switched off, too.'),
  }),
  run: ({ clients: { vcenter } }, { host, timeoutSeconds, evacuatePoweredOffVms }) =>
    withFault(async () => {
      const system = await vcenter.find('HostSystem', host);
      const parameters = `<timeout>${timeoutSeconds}</timeout><evacuatePoweredOffVms>${evacuatePoweredOffVms}</evacuatePoweredOffVms>`;
      return taskResult(await vcenter.task('EnterMaintenanceMode_Task', system, parameters));
    }),
});
