import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clients, isAbsent } from './clients.ts';
import { controlJournal, type LabProcess, runKeyrig, runPython, startLab } from './lab-process.ts';

const file = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const skip = isAbsent(clients.pyvmomi);

/** A VM as the client's script describes it. */
interface VmSeen {
  name: string;
  version: string;
  powerState: string;
  host: string;
  cryptoState: string | null;
  migrateEncryption: string;
  keyId: string | null;
  provider: string | null;
  diskKeys: (string | null)[];
}

interface StatusSeen {
  overall: string;
  servers: {
    name: string;
    status: string;
    text: string;
    clientTrustServer: boolean | null;
    serverTrustClient: boolean | null;
  }[];
}

/** A task that failed, as the client's script caught it. */
interface FaultSeen {
  state: string;
  runtimeFault: boolean;
  type: string;
  message: string;
  reasons: string[];
}

/** See `encrypt` in python/pyvmomi_client.py. */
interface EncryptSteps {
  about: string;
  listed: object[];
  vm: VmSeen;
  statusRegistered: StatusSeen;
  shown: { fingerprint: string; clientTrustServer: boolean };
  status: StatusSeen;
  clusters: object[];
  generated: { success: boolean; keyId: string; provider: string; reason: string | null };
  policy: string;
  withKey: VmSeen;
  withPolicy: VmSeen;
  poweredOn: VmSeen;
  diskWithoutPolicy: FaultSeen;
  unknownKey: FaultSeen;
  plain: VmSeen;
}

/** See `refused` in python/pyvmomi_client.py. */
interface RefusedSteps {
  shown: string;
  status: StatusSeen;
  generated: { success: boolean; reason: string };
  task: FaultSeen;
  vm: VmSeen;
  events: string[];
}

async function play<Steps>(story: string, lab: LabProcess): Promise<Steps> {
  const ended = await runPython(file('python/pyvmomi_client.py'), [story], JSON.stringify(lab.ready));
  expect(ended, ended.stderr).toMatchObject({ code: 0 });
  return JSON.parse(ended.stdout) as Steps;
}

describe.skipIf(skip)('pyVmomi with a KMS that can be reached', () => {
  let lab: LabProcess;
  let steps: EncryptSteps;

  beforeAll(async () => {
    lab = await startLab([file('worlds/inventory.scenario.yaml')]);
    steps = await play<EncryptSteps>('encrypt', lab);
  });
  afterAll(() => lab.stop());

  test('connects', () => {
    expect(steps.about).toBe('VMware vCenter Server 7.0.3 build-19480866');
  });

  test('lists the VMs with the property collector', () => {
    expect(steps.listed).toEqual([
      { name: 'web-1', 'runtime.powerState': 'poweredOn' },
      { name: 'db-1', 'runtime.powerState': 'poweredOff' },
      { name: 'web-2', 'runtime.powerState': 'poweredOff' },
      { name: 'plain', 'runtime.powerState': 'poweredOff' },
    ]);
  });

  test('reads config and runtime of one', () => {
    expect(steps.vm).toEqual({
      name: 'web-1',
      version: 'vmx-13',
      powerState: 'poweredOn',
      host: 'esxi-1.lab',
      cryptoState: null,
      migrateEncryption: 'opportunistic',
      keyId: null,
      provider: null,
      diskKeys: [null],
    });
  });

  test('RegisterKmipServer: not trusted yet, so the status is red', () => {
    expect(steps.statusRegistered).toMatchObject({ overall: 'red', servers: [{ name: 'kms-1', status: 'red' }] });
  });

  test('RetrieveKmipServerCert shows the certificate that keyrig thumbprint shows', async () => {
    const { host, port } = lab.ready.kmip;
    const { stdout } = await runKeyrig('thumbprint', `${host}:${port}`);
    expect(stdout).toContain(`SHA1 Fingerprint=${steps.shown.fingerprint}\n`);
    expect(steps.shown.clientTrustServer).toBe(false);
  });

  test('after UploadKmipServerCert and UploadClientCert RetrieveKmipServersStatus_Task says green', () => {
    expect(steps.status).toEqual({
      overall: 'green',
      servers: [{ name: 'kms-1', status: 'green', text: 'Normal', clientTrustServer: true, serverTrustClient: true }],
    });
    expect(steps.clusters).toEqual([{ id: 'py-kp', default: true }]);
  });

  test('GenerateKey makes a key at the KMS', async () => {
    expect(steps.generated).toMatchObject({ success: true, provider: 'py-kp', reason: null });
    const answer = await fetch(`${lab.ready.control.url}/kms`);
    const [kms] = (await answer.json()) as { objects: { uniqueIdentifier: string; state: string }[] }[];
    const held = kms?.objects.find(({ uniqueIdentifier }) => uniqueIdentifier === steps.generated.keyId);
    expect(held).toMatchObject({ state: 'Active' });
  });

  test('encrypts a VM and its disks with that key by CryptoSpecEncrypt', () => {
    const { keyId } = steps.generated;
    expect(steps.withKey).toMatchObject({
      name: 'db-1',
      keyId,
      provider: 'py-kp',
      diskKeys: [keyId, keyId],
      migrateEncryption: 'required',
    });
  });

  test('encrypts a VM by the storage policy alone, with a key that vCenter makes', () => {
    expect(steps.policy).toBe('4d5f673c-536f-11e6-beb8-9e71128cae77');
    const { keyId } = steps.withPolicy;
    expect(keyId).toEqual(expect.any(String));
    expect(keyId).not.toBe(steps.generated.keyId);
    expect(steps.withPolicy).toMatchObject({ name: 'web-2', provider: 'py-kp', diskKeys: [keyId] });
    expect(steps.poweredOn).toMatchObject({ name: 'web-2', powerState: 'poweredOn', cryptoState: 'unlocked' });
  });

  test('a disk with a key but no policy is refused', () => {
    expect(steps.diskWithoutPolicy).toMatchObject({
      state: 'error',
      type: 'InvalidDeviceSpec',
      message: 'Invalid storage policy for encryption operation',
    });
  });

  test('a key that the KMS does not hold is refused, and the VM stays as it was', () => {
    expect(steps.unknownKey).toMatchObject({
      state: 'error',
      type: 'GenericVmConfigFault',
      reasons: expect.arrayContaining([expect.stringContaining('Key no-such-key/py-kp not found')]),
    });
    expect(steps.plain).toMatchObject({ keyId: null, diskKeys: [null], migrateEncryption: 'opportunistic' });
  });

  test('the uploaded private key is in no log and not in the journal', async () => {
    const secret = readFileSync(lab.ready.pki.clientKey, 'utf8').split('\n')[1] ?? '';
    expect(secret).toHaveLength(64);
    const journal = JSON.stringify(await controlJournal(lab));
    for (const text of [journal, lab.output.stdout, lab.output.stderr]) expect(text.includes(secret)).toBe(false);
  });
});

describe.skipIf(skip)('pyVmomi while OVHcloud has not opened the flow to the KMS', () => {
  let lab: LabProcess;
  let steps: RefusedSteps;

  beforeAll(async () => {
    lab = await startLab([file('worlds/closed-gateway.scenario.yaml')]);
    steps = await play<RefusedSteps>('refused', lab);
  });
  afterAll(() => lab.stop());

  test('RetrieveKmipServerCert gives an empty certificate, not a fault', () => {
    expect(steps.shown).toBe('');
  });

  test('the status is red', () => {
    expect(steps.status).toMatchObject({ overall: 'red', servers: [{ name: 'kms-1', status: 'red' }] });
  });

  test('GenerateKey answers success = false with a reason', () => {
    expect(steps.generated).toMatchObject({ success: false, reason: expect.any(String) });
  });

  test('the task ends with the RuntimeFault "Cannot generate key" and its reasons', () => {
    expect(steps.task).toMatchObject({ state: 'error', runtimeFault: true, type: 'RuntimeFault' });
    expect(steps.task.message).toBe('Cannot generate key');
    expect(steps.task.reasons.length).toBeGreaterThan(0);
  });

  test('the VM is unchanged, the event is posted and the gateway is in the timeline', async () => {
    expect(steps.vm).toMatchObject({ keyId: null, diskKeys: [null, null], migrateEncryption: 'opportunistic' });
    expect(steps.events).toContain('com.vmware.vc.kms.crypto.KeyGenerateFail');
    const events = (await controlJournal(lab)).map(({ event }) => event);
    expect(events).toContain('gateway.dial.dropped');
    expect(events).not.toContain('kmip.request');
  });
});
