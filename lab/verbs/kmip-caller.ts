import { z } from 'zod';

/** Who calls which KMS: members that all verbs `kmip.*` share. */
export const kmipCaller = {
  kms: z.string().optional().describe('Name of the KMS; the first one of the world when absent.'),
  as: z.string().default('vcenter').describe('A user whose certificate was issued by kms.issueClient or the world.'),
};

export interface KmipCaller {
  kms?: string;
  as: string;
}
