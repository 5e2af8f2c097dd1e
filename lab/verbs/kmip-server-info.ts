import { z } from 'zod';
import { escapeXml } from '../clients/soap.ts';

/** Settings of a key server that Add KMS and Edit KMS share. */
export const kmipServerSettings = {
  proxyAddress: z
    .string()
    .optional()
    .describe('An HTTP proxy between vCenter and the KMS. Leave empty, says the guide.'),
  proxyPort: z.number().int().optional().describe('Port of a proxy between vCenter and the KMS.'),
  username: z.string().optional().describe('Only if the KMS separates keys by user.'),
  password: z.string().optional().describe('Password that vCenter shows to the KMS.'),
  timeoutSeconds: z.number().int().optional().describe('-1 none, 0 infinite.'),
};

interface ServerInput {
  cluster: string;
  name: string;
  address?: string;
  port?: number;
  proxyAddress?: string;
  proxyPort?: number;
  username?: string;
  password?: string;
  timeoutSeconds?: number;
}

/** XML of a KmipServerSpec. */
export function kmipServerSpec(input: ServerInput, protocol?: string): string {
  const optional = (name: string, value: string | number | undefined) =>
    value === undefined ? '' : `<${name}>${escapeXml(String(value))}</${name}>`;
  const info = [
    optional('name', input.name),
    // Required by the declaration; empty and 0 leave an update's server where it is.
    optional('address', input.address ?? ''),
    optional('port', input.port ?? 0),
    optional('proxyAddress', input.proxyAddress),
    optional('proxyPort', input.proxyPort),
    optional('protocol', protocol),
    optional('timeout', input.timeoutSeconds),
    optional('userName', input.username),
  ].join('');
  const cluster = `<clusterId><id>${escapeXml(input.cluster)}</id></clusterId>`;
  return `<server>${cluster}<info>${info}</info>${optional('password', input.password)}</server>`;
}
