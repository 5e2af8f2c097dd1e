// node encrypt.ts
// Starts a lab, encrypts a virtual machine, lets the KMS die, and shows why the next one cannot be encrypted.
import { StepFailure, startLab } from 'keyrig/lab';

await using rig = await startLab({
  clock: 'manual',
  world: {
    gateway: 'open',
    vcenter: { vms: [{ name: 'web-1' }, { name: 'web-2' }], keyProviders: [{ name: 'keyrig' }] },
  },
});
const encrypt = (vm: string) => rig.run({ do: 'vcenter.editStoragePolicies', with: { vm } });

await encrypt('web-1');
const { encrypted, keyId } = await rig.vm('web-1').read();
console.log(encrypted ? `web-1 is encrypted with ${keyId}` : 'web-1 is not encrypted');

await rig.run({ do: 'kms.stop' });
try {
  await encrypt('web-2');
} catch (error) {
  if (!(error instanceof StepFailure)) throw error;
  console.log(error.message);
}
