import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Access, accessOf, chapterOf, type Refusal, type Tour } from './access.ts';
import { clients, isAbsent } from './clients.ts';
import { controlJournal, type LabProcess, type Run, runKeyrig, runPython, startLab } from './lab-process.ts';
import { type PykmipServer, startPykmipServer } from './pykmip-server.ts';

const file = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const script = file('python/pykmip_client.py');
const skip = isAbsent(clients.pykmip);

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

describe.skipIf(skip)("what else PyKMIP's client can do", () => {
  let lab: LabProcess;
  let tour: Tour;

  beforeAll(async () => {
    lab = await startLab();
    const ended = await runPython(file('python/pykmip_tour.py'), versions, JSON.stringify(accessOf(lab)));
    expect(ended, ended.stderr).toMatchObject({ code: 0 });
    tour = JSON.parse(ended.stdout) as Tour;
  });
  afterAll(() => lab.stop());

  const failed = (reason: string) => ({
    status: 'OPERATION_FAILED',
    reason,
    message: expect.stringMatching(/\S/),
  });

  describe.each(versions)('in KMIP %s', (version) => {
    const steps = (chapter: string) => chapterOf(tour, version, chapter);
    const since = (first: string) => version >= first;

    test('query, discover versions', () => {
      const { operations, objects, vendor, versions: known } = steps('server');
      expect(vendor).toMatch(/keyrig/);
      // Discover Versions came with KMIP 1.1 (§4.26).
      expect(known).toEqual(since('1.1') ? ['1.4', '1.3', '1.2', '1.1', '1.0'] : 'OPERATION_NOT_SUPPORTED');
      const had = (name: string) => (operations as string[]).includes(name);
      expect(['DERIVE_KEY', 'ADD_ATTRIBUTE', 'DISCOVER_VERSIONS', 'MAC'].map(had)).toEqual([
        true,
        true,
        since('1.1'),
        since('1.2'),
      ]);
      expect(objects).toEqual(expect.arrayContaining(['SYMMETRIC_KEY', 'SPLIT_KEY', 'CERTIFICATE', 'SECRET_DATA']));
    });

    test('register one object of each type', () => {
      expect(steps('registered')).toEqual({
        symmetric: true,
        secret: ['correct horse', 'PASSWORD'],
        opaque: [true, 'NONE'],
        certificate: true,
        private: true,
        public: true,
        // Split Key Parts, Key Part Identifier, Split Key Threshold
        share: [true, 3, 1, 2],
      });
    });

    test('get attribute list, modify and delete attribute', () => {
      const { list, ...others } = steps('attributes');
      expect(list).toEqual(
        expect.arrayContaining(['Application Specific Information', 'Contact Information', 'State']),
      );
      expect(others).toEqual({
        application: ['backup', 'tape 7'],
        contact: 'ops@example.com',
        group: `tour ${version} group`,
        modified: [true, `tour ${version} attributes changed`],
        located: true,
        oldName: [],
        deleted: [true, 'tape 7'],
        left: 0,
        modifyAlgorithm: failed('PERMISSION_DENIED'),
        deleteState: failed('PERMISSION_DENIED'),
      });
    });

    test('locate by attributes, dates and masks', () => {
      const all = [128, 192, 256];
      expect(steps('locate')).toEqual({
        all,
        byLength: [192],
        byAlgorithm: [],
        byState: all,
        byType: all,
        byDates: all,
        longAgo: [],
        atMost: 2,
        onLine: all,
        archived: [],
        // Offset Items came with KMIP 1.3 (§4.9).
        ...(since('1.3') && { offset: 2 }),
      });
    });

    test('check', () => {
      expect(steps('checks')).toEqual({ allowed: true, forbidden: failed('PERMISSION_DENIED') });
    });

    test('wrapped keys, as far as the client knows them', () => {
      expect(steps('wrapping')).toEqual({
        // It does not read a Key Value that is a byte string; OASIS TC-141 has one.
        get: 'Tried to read Base.type: expected 1, received 8',
        unknownKey: failed('ITEM_NOT_FOUND'),
        // RFC 3394 §4.1
        ...(since('1.1') && { brought: '1fa68b0a8112b447aef34bd8fb5a7b829d3e862371d2cfe5', byTheKey: true }),
      });
    });

    test('re-key', () => {
      const unknown = failed('ITEM_NOT_FOUND');
      expect(steps('successors')).toEqual({ another: true, nameMoved: true, otherMaterial: true, unknown });
    });

    test('derive key', () => {
      expect(steps('derived')).toEqual({
        // RFC 6070 §2
        pbkdf2: '0c60c80f961f0e71f3a9b524af6012062fe037a6',
        // RFC 4231 §4.2
        hmac: 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7',
        // KMIP 1.1 §11.7
        notForDerivation: failed('INVALID_FIELD'),
      });
    });

    test('create key pair, sign, signature verify', () => {
      expect(steps('pairs')).toEqual({
        bits: [2048, 2048],
        halvesMatch: true,
        located: true,
        // Sign. KMIP 1.1 §9.1.3.3.1
        mask: 1,
        ...(since('1.2')
          ? { valid: 'VALID', otherMessage: 'INVALID', otherHalf: failed('PERMISSION_DENIED') }
          : { sign: failed('OPERATION_NOT_SUPPORTED') }),
      });
    });

    test('encrypt, decrypt, MAC', () => {
      if (!since('1.2')) {
        expect(steps('ciphers')).toEqual({ encrypt: failed('OPERATION_NOT_SUPPORTED') });
        return;
      }
      expect(steps('ciphers')).toMatchObject({
        // NIST SP 800-38A F.2.1
        encrypted: '7649abac8119b246cee98e9b12e9197d',
        chosen: null,
        decrypted: '6bc1bee22e409f96e93d7e117393172a',
        withoutIv: { status: 'OPERATION_FAILED' },
        ivLength: 16,
        padded: 'no IV given',
        // RFC 4231 §4.2
        mac: 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7',
        notForMac: failed('PERMISSION_DENIED'),
      });
    });
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
