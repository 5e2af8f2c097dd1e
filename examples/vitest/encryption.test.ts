import { labTest } from 'keyrig/vitest';
import { describe, expect } from 'vitest';

const world = {
  gateway: 'open',
  vcenter: { vms: [{ name: 'web-1' }, { name: 'web-2' }], keyProviders: [{ name: 'keyrig' }] },
} as const;
const encrypt = (vm: string) => ({ do: 'vcenter.editStoragePolicies', with: { vm } });

describe('encryption of virtual machines', () => {
  const test = labTest({ clock: 'manual', world });

  test('each file of a machine gets a key of the KMS', async ({ rig }) => {
    await rig.run(encrypt('web-1'));
    await expect(rig.vm('web-1')).toBeEncrypted();
    await expect(rig.vm('web-2')).not.toBeEncrypted();
    expect(rig).toHaveHappened({ event: 'kmip.request', 'data.operation': 'Create' });
  });

  test('a KMS that denies permission leaves the machine as it was', async ({ rig }) => {
    rig.faults.add({
      id: 'read-only',
      at: 'kmip.request',
      match: { operation: 'Create' },
      then: { kmip: { reason: 'PermissionDenied', message: 'This client may only read' } },
    });
    expect(await rig.attempt(encrypt('web-1'))).toHaveFailedWith('Cannot generate key');
    await expect(rig.vm('web-1')).not.toBeEncrypted();
    expect(rig.faults.timesFired('read-only')).toBeGreaterThan(0);
  });
});
