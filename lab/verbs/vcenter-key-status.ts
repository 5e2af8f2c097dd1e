import { z } from 'zod';
import { child, children, escapeXml, textOf } from '../clients/soap.ts';
import { withFault } from '../clients/vcenter.ts';
import { defineVerb } from './verb.ts';

export const vcenterKeyStatus = defineVerb({
  name: 'vcenter.keyStatus',
  summary:
    'Asks for a key: QueryCryptoKeyStatus. Result: { available, reason, vms: [names], hosts: [names] }, the VMs and hosts that use it.',
  with: z.strictObject({
    keyId: z.string().describe('Id of the key: its Unique Identifier.'),
    keyProvider: z.string().describe('Name of the key provider.'),
  }),
  run: ({ clients: { vcenter } }, { keyId, keyProvider }) =>
    withFault(async () => {
      const key = `<keyId>${escapeXml(keyId)}</keyId><providerId><id>${escapeXml(keyProvider)}</id></providerId>`;
      const answer = await vcenter.crypto(
        'QueryCryptoKeyStatus',
        `<keyIds>${key}</keyIds><checkKeyBitMap>7</checkKeyBitMap>`,
      );
      const status = child(answer, 'returnval');
      const names = async (tag: string, type: string) => {
        const found: string[] = [];
        for (const { text } of children(status, tag)) {
          found.push((await vcenter.properties({ type, value: text }, 'name')).get('name')?.text ?? text);
        }
        return found;
      };
      return {
        available: textOf(status, 'keyAvailable') === 'true',
        reason: textOf(status, 'reason') ?? null,
        vms: await names('encryptedVMs', 'VirtualMachine'),
        hosts: await names('affectedHosts', 'HostSystem'),
      };
    }),
});
