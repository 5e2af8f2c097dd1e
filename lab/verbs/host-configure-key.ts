import { z } from 'zod';
import { withFault } from '../clients/vcenter.ts';
import { defineVerb } from './verb.ts';

export const hostConfigureKey = defineVerb({
  name: 'host.configureKey',
  summary: 'Enable Host Encryption Mode: ConfigureCryptoKey. It unlocks the encrypted VMs of the host, too.',
  with: z.strictObject({ host: z.string() }),
  run: ({ clients: { vcenter } }, { host }) =>
    withFault(async () => {
      await vcenter.call('ConfigureCryptoKey', await vcenter.find('HostSystem', host));
      return {};
    }),
});
