import { z } from 'zod';
import { child, textOf } from '../clients/soap.ts';
import { withFault } from '../clients/vcenter.ts';
import { named } from './named.ts';
import { defineVerb } from './verb.ts';

export const vcenterHost = defineVerb({
  name: 'vcenter.host',
  summary:
    'Looks at a host. Result: { connectionState, powerState, inMaintenanceMode, cryptoState, keyId, providerId }.',
  with: z.strictObject({ host: named.host }),
  run: ({ clients: { vcenter } }, { host }) =>
    withFault(async () => {
      const system = await vcenter.find('HostSystem', host);
      const runtime = (await vcenter.properties(system, 'runtime')).get('runtime');
      const key = child(runtime, 'cryptoKeyId');
      return {
        connectionState: textOf(runtime, 'connectionState') ?? null,
        powerState: textOf(runtime, 'powerState') ?? null,
        inMaintenanceMode: textOf(runtime, 'inMaintenanceMode') === 'true',
        cryptoState: textOf(runtime, 'cryptoState') ?? null,
        keyId: textOf(key, 'keyId') ?? null,
        providerId: textOf(key, 'providerId', 'id') ?? null,
      };
    }),
});
