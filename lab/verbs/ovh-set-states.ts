import { z } from 'zod';
import { kmsState, optionState, serviceStatuses } from '../../ovh-api-mock/index.ts';
import { defineVerb } from './verb.ts';

export const ovhSetStates = defineVerb({
  name: 'ovh.setStates',
  summary:
    'Gives a service of the OVHcloud API states that no call leads to: an expired contract, an encryption option that migrates, a KMS in state unknown. Result: {}.',
  with: z.strictObject({
    serviceName: z.string().optional().describe('The service of the vCenter when absent.'),
    status: z.enum(serviceStatuses).optional(),
    vmEncryption: z.enum(optionState.options).nullable().optional().describe('null: what its KMS tell.'),
    kms: z.array(z.strictObject({ kmsId: z.number().int(), state: z.enum(kmsState.options) })).optional(),
  }),
  async run({ lab }, { serviceName = lab.serviceName, ...states }) {
    lab.setOvhStates(serviceName, states);
    return {};
  },
});
