import { expect, it } from 'vitest';
import { encryptAll, encryptedLab } from './crypto/encrypted-lab.ts';

it('a VM that was locked after the saving is unlocked by the restoring: its keys are on its host again', async () => {
  const lab = await encryptedLab();
  expect(await lab.run('web', 'ReconfigVM_Task', encryptAll)).toMatchObject({ state: 'success' });
  const encrypted = await lab.machine('web');
  const saved = lab.mock.save();
  await lab.kms.stop();
  await lab.mock.rebootHost('esx-01');
  expect((await lab.machine('web')).cryptoState).toBe('locked');
  lab.mock.restore(saved);
  expect(await lab.machine('web')).toEqual(encrypted);
  expect(encrypted.cryptoState).toBe('unlocked');
  expect(await lab.run('web', 'PowerOnVM_Task')).toMatchObject({ state: 'success' });
});
