import { z } from 'zod';
import { withFault } from '../clients/vcenter.ts';
import { named } from './named.ts';
import { defineVerb } from './verb.ts';

export const hostConfigureKey = defineVerb({
  name: 'host.configureKey',
  summary: 'Enable Host Encryption Mode: ConfigureCryptoKey. It unlocks the encrypted VMs of the host, too.',
  with: z.strictObject({ host: named.host }),
  run: ({ clients: { vcenter } }, { host }) =>
    withFault(async () => {
      await vcenter.call('ConfigureCryptoKey', await vcenter.find('HostSystem', host));
      return {};
    }),
});
