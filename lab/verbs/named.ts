import { z } from 'zod';

/** What many verbs are told: things that have a name or an identifier. */
export const named = {
  vm: z.string().describe('Name of the virtual machine.'),
  host: z.string().describe('Name of the host.'),
  kms: z.string().optional().describe('Name of the KMS; the first one of the world when absent.'),
  keyProvider: z.string().describe('Name of the key provider.'),
  uniqueIdentifier: z.string().describe('Unique Identifier of the object.'),
  kmsId: z.number().int().describe('Id of the KMS at OVHcloud.'),
  taskId: z.number().int().describe('Id of the task at OVHcloud.'),
  kmsDescription: z.string().optional().describe('What the customer calls the KMS.'),
  sslThumbprint: z.string().describe('SHA-1 thumbprint of the certificate of the KMS, as kms.thumbprint gives it.'),
};
