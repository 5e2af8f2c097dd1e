import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clients, isAbsent } from './clients.ts';
import { controlJournal, type LabProcess, type Run, runKeyrig, runPython, startLab } from './lab-process.ts';
import { type PykmipServer, startPykmipServer } from './pykmip-server.ts';

const file = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const script = file('python/pykmip_client.py');
const skip = isAbsent(clients.pykmip);

/** A refusal as PyKMIP reports it. */
interface Refusal {
  status: string;
  reason: string;
  message: string;
}

/** See `live` in python/pykmip_client.py. */
interface Life {
  stateCreated: string;
  key: object;
  located: boolean;
  attributes: object;
  sameIdentifier: boolean;
  attributeList: string[];
  stateActivated: string;
  destroyActive: Refusal;
  stateRevoked: string;
  getDestroyed: Refusal;
  getUnknown: Refusal;
  registeredComesBack: boolean;
}

interface Access {
  host: string;
  port: number;
  ca: string;
  cert: string;
  key: string;
  username?: string;
  password?: string;
}

function accessOf({ ready: { kmip, pki } }: LabProcess): Access {
  return { ...kmip, ca: pki.ca, cert: pki.clientCert, key: pki.clientKey };
}

function pykmip(access: Access, ...args: string[]): Promise<Run> {
  return runPython(script, args, JSON.stringify(access));
}

const versions = ['1.0', '1.1', '1.2', '1.3', '1.4'];

describe.skipIf(skip)("PyKMIP's client", () => {
  let lab: LabProcess;
  let lives: Record<string, Life>;

  beforeAll(async () => {
    lab = await startLab();
    const ended = await pykmip(accessOf(lab), 'live', ...versions);
    expect(ended, ended.stderr).toMatchObject({ code: 0 });
    lives = JSON.parse(ended.stdout) as Record<string, Life>;
  });
  afterAll(() => lab.stop());

  const life = (version: string) => lives[version] as Life;

  describe.each(versions)('in KMIP %s', (version) => {
    test('create, get', () => {
      // KMIP 1.1 §3.22: a key without Activation Date is Pre-Active.
      expect(life(version).stateCreated).toBe('PRE_ACTIVE');
      expect(life(version).key).toEqual({ class: 'SymmetricKey', algorithm: 'AES', length: 256, bytes: 32 });
    });

    test('locate by name', () => {
      expect(life(version).located).toBe(true);
    });

    test('get attributes', () => {
      expect(life(version).attributes).toEqual({
        'Cryptographic Algorithm': 'CryptographicAlgorithm.AES',
        'Cryptographic Length': '256',
        // Encrypt 0x04 and Decrypt 0x08. KMIP 1.1 §9.1.3.3.1
        'Cryptographic Usage Mask': '12',
        'Object Type': 'ObjectType.SYMMETRIC_KEY',
        Name: `interop ${version}`,
      });
      expect(life(version).sameIdentifier).toBe(true);
    });

    test('get attribute list: nothing that the version does not know', () => {
      const list = life(version).attributeList;
      expect(list).toEqual(expect.arrayContaining(['Unique Identifier', 'Object Type', 'Name', 'Digest', 'State']));
      // Fresh came with KMIP 1.1 (§3.34).
      expect(list.includes('Fresh')).toBe(version !== '1.0');
    });

    test('activate, revoke, destroy', () => {
      expect(life(version).stateActivated).toBe('ACTIVE');
      // KMIP 1.1 §4.21: an Active object cannot be destroyed.
      expect(life(version).destroyActive).toMatchObject({ status: 'OPERATION_FAILED', reason: 'PERMISSION_DENIED' });
      expect(life(version).stateRevoked).toBe('DEACTIVATED');
      expect(life(version).getDestroyed).toMatchObject({ status: 'OPERATION_FAILED' });
    });

    test('an unknown identifier is Item Not Found', () => {
      expect(life(version).getUnknown).toMatchObject({ status: 'OPERATION_FAILED', reason: 'ITEM_NOT_FOUND' });
    });

    test('a registered key comes back', () => {
      expect(life(version).registeredComesBack).toBe(true);
    });
  });

  test('the key material is not in the journal', async () => {
    const journal = JSON.stringify(await controlJournal(lab)).toLowerCase();
    // The bytes that the script registers.
    const material = Buffer.from(Array.from({ length: 16 }, (_, index) => index));
    expect(journal).toContain('register');
    expect(journal.includes(material.toString('hex'))).toBe(false);
    expect(journal.includes(material.toString('base64').toLowerCase())).toBe(false);
  });
});

describe.skipIf(skip)("PyKMIP's client and a KMS that asks for user and password", () => {
  let lab: LabProcess;

  beforeAll(async () => {
    lab = await startLab([file('worlds/kms-users.scenario.yaml')]);
  });
  afterAll(() => lab.stop());

  test('the right password', async () => {
    const access = { ...accessOf(lab), username: 'alice', password: 'alice-s-password' };
    const ended = await pykmip(access, 'live', '1.1');
    expect(ended, ended.stderr).toMatchObject({ code: 0 });
  });

  test.each([
    ['a wrong password', { username: 'alice', password: 'guessed' }],
    ['no password', {}],
  ])('%s is Authentication Not Successful', async (_, credential) => {
    const { code, stderr } = await pykmip({ ...accessOf(lab), ...credential }, 'live', '1.1');
    expect(code).not.toBe(0);
    expect(stderr).toContain('AUTHENTICATION_NOT_SUCCESSFUL');
  });

  test('no password is in the journal', async () => {
    const journal = JSON.stringify(await controlJournal(lab));
    expect(journal).not.toContain('alice-s-password');
    expect(journal).not.toContain('guessed');
  });
});

describe.skipIf(skip)("the guide's encryption step with PyKMIP's server", () => {
  let kms: PykmipServer;
  let folder: string;
  let ended: Run;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'keyrig-interop-'));
    kms = await startPykmipServer();
    writeFileSync(join(folder, 'guide.scenario.yaml'), JSON.stringify(encryptionStep(kms)));
    ended = await runKeyrig('run', join(folder, 'guide.scenario.yaml'));
  });
  afterAll(async () => {
    await kms.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test('register, trust both ways, status, policy edit, power on', () => {
    expect(ended, ended.stdout + ended.stderr).toMatchObject({ code: 0 });
  });

  test('PyKMIP holds two Active AES-256 keys: of the VM and of its host', async () => {
    const at = (name: string, pem: string) => {
      writeFileSync(join(folder, name), pem, { mode: 0o600 });
      return join(folder, name);
    };
    const identity = {
      cert: at('client.pem', kms.client.certificatePem),
      key: at('key.pem', kms.client.privateKeyPem),
    };
    const access = { host: kms.host, port: kms.port, ca: at('ca.pem', kms.ca), ...identity };
    const inspected = await pykmip(access, 'inspect', '1', '2');
    expect(inspected, inspected.stderr).toMatchObject({ code: 0 });
    // vCenter asks for Encrypt (0x04) and Decrypt (0x08). observed
    const key = { state: 'ACTIVE', algorithm: 'AES', length: 256, mask: 12 };
    expect(JSON.parse(inspected.stdout)).toEqual({ 1: key, 2: key });
  });

  test('the private key is not in the output of keyrig', () => {
    const secret = kms.client.privateKeyPem.split('\n')[1] ?? '';
    expect(secret).toHaveLength(64);
    expect(ended.stdout.includes(secret)).toBe(false);
    expect(ended.stderr.includes(secret)).toBe(false);
  });
});

/** The guide from "Add KMS" to the encrypted VM, with a KMS outside of the lab. JSON is YAML. */
function encryptionStep({ host, port, client }: PykmipServer): object {
  const cluster = 'pykmip-cluster';
  const server = { cluster, name: 'pykmip', address: host, port };
  const succeeds = { expect: { task: { state: 'success' } } };
  return {
    scenario: 1,
    name: "the guide's encryption step with PyKMIP",
    // The KMS lives outside of the lab, in real time.
    clock: 'real',
    world: { gateway: 'open' },
    steps: [
      { do: 'vcenter.registerKmipServer', with: server },
      { do: 'vcenter.markDefault', with: { cluster } },
      { do: 'vcenter.trustKms', with: server, expect: { subject: { contains: 'PyKMIP server' } } },
      {
        do: 'vcenter.uploadClientCertificate',
        with: { cluster, certificate: client.certificatePem, privateKey: client.privateKeyPem },
      },
      { do: 'vcenter.kmsStatus', expect: { word: 'Normal', status: 'green' } },
      { do: 'vcenter.createVm', with: { name: 'web-1', hardwareVersion: 13, disksGb: [8, 20] }, ...succeeds },
      { do: 'vcenter.editStoragePolicies', with: { vm: 'web-1', vmFiles: true, disks: 'all' }, ...succeeds },
      {
        do: 'vcenter.vm',
        with: { vm: 'web-1' },
        expect: {
          encrypted: true,
          providerId: cluster,
          keyId: { matches: '^[12]$' },
          disks: { length: 2 },
          'disks.0': { encrypted: true },
          'disks.1': { encrypted: true },
        },
      },
      { do: 'vcenter.power', with: { vm: 'web-1', state: 'on' }, ...succeeds },
    ],
  };
}
