import { z } from 'zod';
import { taskResult, withFault } from '../clients/vcenter.ts';
import { defineVerb } from './verb.ts';

export const vcenterRebootHost = defineVerb({
  name: 'vcenter.rebootHost',
  summary: 'Restarts a host: RebootHost_Task. The host forgets the keys in its memory.',
  with: z.strictObject({ host: z.string() }),
  run: ({ clients: { vcenter } }, { host }) =>
    withFault(async () => {
      const system = await vcenter.find('HostSystem', host);
      return taskResult(await vcenter.task('RebootHost_Task', system, '<force>true</force>'));
    }),
});
