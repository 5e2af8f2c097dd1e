import { z } from 'zod';
import { kmsState, optionState, serviceStatuses } from '../../ovh-api-mock/index.ts';
import { named } from './named.ts';
import { defineVerb } from './verb.ts';

export const ovhSetStates = defineVerb({
  name: 'ovh.setStates',
  summary:
    'Gives a service of the OVHcloud API states that no call leads to: an expired contract, an encryption option that migrates, a KMS in state unknown. Result: {}.',
  with: z.strictObject({
    serviceName: z.string().optional().describe('The service of the vCenter when absent.'),
    status: z.enum(serviceStatuses).optional().describe('State of the contract.'),
    vmEncryption: z.enum(optionState.options).nullable().optional().describe('null: what its KMS tell.'),
    kms: z
      .array(z.strictObject({ kmsId: named.kmsId, state: z.enum(kmsState.options).describe('State it gets.') }))
      .optional()
      .describe('States of KMS.'),
  }),
  async run({ lab }, { serviceName = lab.serviceName, ...states }) {
    lab.setOvhStates(serviceName, states);
    return {};
  },
});
