import { expect, it } from 'vitest';
import { encryptAll, encryptedLab, refOf, xml } from './encrypted-lab.ts';

it('a text that is replaced is replaced in the faults of encryption, too', async () => {
  const lab = await encryptedLab({
    assumed: {
      invalidPowerState: 'Not so',
      invalidState: 'Not now.',
      hostNotConnected: 'Not there',
      alreadyExists: (what: string) => `Not twice: ${what}`,
    },
  });
  await lab.run('web', 'PowerOnVM_Task');
  expect((await lab.run('web', 'ReconfigVM_Task', encryptAll)).message).toBe('Not so (Powered on).');
  await lab.run('web', 'PowerOffVM_Task');
  const prepare = () => lab.invoke('esx-01', 'PrepareCrypto');
  await prepare();
  expect((await prepare()).body).toContain('Not now. Host &quot;esx-01&quot; is prepared.');
  const plain = `<key>${xml.key('keyId', 'mine')}<algorithm>AES256</algorithm><keyData>${Buffer.alloc(32).toString('base64')}</keyData></key>`;
  const add = () => lab.invoke(refOf('CryptoManagerKmip', 'CryptoManager'), 'AddKey', plain);
  await add();
  expect((await add()).body).toContain('Not twice: mine');
  await lab.run('esx-01', 'DisconnectHost_Task');
  expect((await lab.run('web', 'ReconfigVM_Task', encryptAll)).message).toBe('Not there');
});
