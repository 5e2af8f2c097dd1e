import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clients, isAbsent } from './clients.ts';
import { type LabProcess, runPython, startLab } from './lab-process.ts';

const file = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const skip = isAbsent(clients.pyvmomi);

/** A machine as the script describes it. */
interface Machine {
  key: string | null;
  disks: (string | null)[];
  migrateEncryption: string;
  cryptoState: string | null;
  powerState: string;
}

type Outcome = 'ok' | { fault: string; message: string; keys: string[] };

type Try =
  | 'recryptPlain'
  | 'decryptPlain'
  | 'encryptRunning'
  | 'encrypt'
  | 'encryptTwice'
  | 'shallowRunning'
  | 'deepRunning'
  | 'decryptRunning'
  | 'vmotionUnencrypted'
  | 'deep'
  | 'decrypt'
  | 'diskOfPlain';

type Seen = 'untouched' | 'encrypted' | 'recrypted' | 'deeplyRecrypted' | 'decrypted' | 'plain';

/** See python/pyvmomi_encryption.py. */
interface Life extends Record<Try, Outcome>, Record<Seen, Machine> {
  keys: string[];
  status: { key: string; available: boolean; reason: string | null; vms: string[] }[];
  hosts: Record<string, string>;
  events: string[];
}

describe.skipIf(skip)('pyVmomi, the life of an encrypted machine', () => {
  let lab: LabProcess;
  let steps: Life;

  beforeAll(async () => {
    lab = await startLab([file('worlds/with-key-provider.scenario.yaml')]);
    const ended = await runPython(file('python/pyvmomi_encryption.py'), [], JSON.stringify(lab.ready));
    expect(ended, ended.stderr).toMatchObject({ code: 0 });
    steps = JSON.parse(ended.stdout) as Life;
  });
  afterAll(() => lab.stop());

  const plain = { key: null, disks: [null, null], cryptoState: null };
  const encryptedWith = (key?: string) => ({
    key,
    disks: [key, key],
    cryptoState: 'unlocked',
    migrateEncryption: 'required',
  });

  test('a plain machine can be neither recrypted nor decrypted, a running one not encrypted', () => {
    const notEncrypted = { fault: 'InvalidVmConfig', keys: ['msg.hostd.configSpec.enc.notEncrypted'] };
    expect(steps.recryptPlain).toMatchObject(notEncrypted);
    expect(steps.decryptPlain).toMatchObject(notEncrypted);
    expect(steps.encryptRunning).toMatchObject({ fault: 'InvalidPowerState' });
    expect(steps.untouched).toMatchObject({ ...plain, migrateEncryption: 'opportunistic' });
  });

  test('encrypts the machine and its disks with the key given; not twice', () => {
    expect(steps.encrypt).toBe('ok');
    expect(steps.encrypted).toMatchObject(encryptedWith(steps.keys[0]));
    expect(steps.encryptTwice).toMatchObject({
      fault: 'InvalidVmConfig',
      keys: ['msg.hostd.configSpec.enc.encrypted'],
    });
  });

  test('recrypts shallowly while it runs', () => {
    expect(steps.shallowRunning).toBe('ok');
    expect(steps.recrypted).toMatchObject({ ...encryptedWith(steps.keys[1]), powerState: 'poweredOn' });
  });

  test('recrypts deeply and decrypts only when it is off', () => {
    expect(steps.deepRunning).toMatchObject({ fault: 'InvalidPowerState' });
    expect(steps.decryptRunning).toMatchObject({ fault: 'InvalidPowerState' });
    expect(steps.deep).toBe('ok');
    expect(steps.deeplyRecrypted).toMatchObject(encryptedWith(steps.keys[2]));
  });

  test('an encrypted machine keeps its encrypted vMotion', () => {
    expect(steps.vmotionUnencrypted).toMatchObject({ fault: 'InvalidArgument' });
  });

  test('QueryCryptoKeyStatus tells the key in use, and one that nobody has fetched yet', () => {
    expect(steps.status).toEqual([
      { key: steps.keys[2], available: true, reason: null, vms: ['db-1'] },
      { key: steps.keys[3], available: false, reason: 'KeyStateNotActiveOrEnabled', vms: [] },
    ]);
  });

  test('decrypts; encrypted vMotion stays required', () => {
    expect(steps.decrypt).toBe('ok');
    expect(steps.decrypted).toMatchObject({ ...plain, migrateEncryption: 'required' });
  });

  test('a disk of a plain machine is not encrypted alone', () => {
    expect(steps.diskOfPlain).toMatchObject({
      fault: 'InvalidDeviceSpec',
      keys: ['msg.hostd.configSpec.enc.mismatch'],
    });
    expect(steps.plain).toMatchObject({ key: null, disks: [null] });
  });

  test('the host of the machine has become safe; the events tell the operations', () => {
    expect(steps.hosts['esxi-1.lab']).toBe('safe');
    expect(steps.events.filter((event) => event === 'com.vmware.vc.crypto.Operation')).toHaveLength(4);
  });
});
