import { z } from 'zod';
import { escapeXml, textOf } from '../clients/soap.ts';
import { withFault } from '../clients/vcenter.ts';
import { defineVerb } from './verb.ts';

export const vcenterGenerateKey = defineVerb({
  name: 'vcenter.generateKey',
  summary: 'Has a key made that nothing uses yet: GenerateKey. Result: { success, keyId, reason }.',
  with: z.strictObject({
    keyProvider: z.string().optional().describe('The default one when absent.'),
    attributes: z
      .record(z.string(), z.string())
      .default({})
      .describe('Custom attributes of the key (8.0.1 and later).'),
  }),
  run: ({ clients }, { keyProvider, attributes }) =>
    withFault(async () => {
      const provider = keyProvider === undefined ? '' : `<keyProvider><id>${escapeXml(keyProvider)}</id></keyProvider>`;
      const given = Object.entries(attributes).map(
        ([key, value]) => `<attributes><key>${escapeXml(key)}</key><value>${escapeXml(value)}</value></attributes>`,
      );
      const spec = given.length === 0 ? '' : `<spec>${given.join('')}</spec>`;
      const answer = await clients.vcenter.crypto('GenerateKey', provider + spec);
      return {
        success: textOf(answer, 'returnval', 'success') === 'true',
        keyId: textOf(answer, 'returnval', 'keyId', 'keyId') ?? null,
        reason: textOf(answer, 'returnval', 'reason') ?? null,
      };
    }),
});
