import { z } from 'zod';
import { escapeXml } from '../clients/soap.ts';
import { withFault } from '../clients/vcenter.ts';
import { defineVerb } from './verb.ts';

export const vcenterRegisterKmipServer = defineVerb({
  name: 'vcenter.registerKmipServer',
  summary: 'Add KMS: RegisterKmipServer. An unknown cluster name creates the cluster.',
  with: z.strictObject({
    cluster: z.string().describe('Cluster name: unique and telling.'),
    name: z.string().describe('Server alias.'),
    address: z.string().describe('Server address: IP or FQDN.'),
    port: z.number().int().default(5696).describe('Server port.'),
    proxyAddress: z.string().optional().describe('Leave empty, says the guide.'),
    proxyPort: z.number().int().optional(),
    username: z.string().optional().describe('Only if the KMS separates keys by user.'),
    password: z.string().optional(),
    timeoutSeconds: z.number().int().optional(),
  }),
  async run({ clients }, input) {
    const optional = (name: string, value: string | number | undefined) =>
      value === undefined ? '' : `<${name}>${escapeXml(String(value))}</${name}>`;
    const info = [
      optional('name', input.name),
      optional('address', input.address),
      optional('port', input.port),
      optional('proxyAddress', input.proxyAddress),
      optional('proxyPort', input.proxyPort),
      optional('protocol', 'KMIP1'),
      optional('timeout', input.timeoutSeconds),
      optional('userName', input.username),
    ].join('');
    return withFault(async () => {
      await clients.vcenter.crypto(
        'RegisterKmipServer',
        `<server><clusterId><id>${escapeXml(input.cluster)}</id></clusterId><info>${info}</info>${optional('password', input.password)}</server>`,
      );
      return {};
    });
  },
});
