import { createDecipheriv } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Access, accessOf, chapterOf, type Tour } from './access.ts';
import { clients, isAbsent } from './clients.ts';
import { controlJournal, type LabProcess, type Run, run, startLab } from './lab-process.ts';

const world = (name: string) => fileURLToPath(new URL(`worlds/${name}.scenario.yaml`, import.meta.url));
const skip = isAbsent(clients.kmipGo);

function kmipGo(access: Access, ...args: string[]): Promise<Run> {
  return run(clients.kmipGo.program, args, { input: JSON.stringify(access) });
}

async function tourOf(access: Access, ...args: string[]): Promise<Tour> {
  const ended = await kmipGo(access, ...args);
  expect(ended, ended.stderr).toMatchObject({ code: 0 });
  return JSON.parse(ended.stdout) as Tour;
}

const versions = ['1.0', '1.1', '1.2', '1.3', '1.4'];
const success = { status: 'Success' };
const failed = (reason: string) => ({ status: 'OperationFailed', reason, message: expect.stringMatching(/\S/) });

describe.skipIf(skip)("kmip-go's client", () => {
  let lab: LabProcess;
  let tour: Tour;

  beforeAll(async () => {
    lab = await startLab();
    tour = await tourOf(accessOf(lab), ...versions, 'negotiate');
  });
  afterAll(() => lab.stop());

  test('agrees on the newest version that both know', () => {
    expect(chapterOf(tour, 'negotiate', 'server').version).toBe('1.4');
  });

  describe.each(versions)('in KMIP %s', (version) => {
    const steps = (chapter: string) => chapterOf(tour, version, chapter);
    const since = (first: string) => version >= first;

    test('discover versions, query', () => {
      const { version: spoken, discovered, operations, objects, profiles, vendor } = steps('server');
      expect(spoken).toBe(version);
      // Discover Versions came with KMIP 1.1 (§4.26).
      expect(discovered).toEqual(since('1.1') ? ['1.4', '1.3', '1.2', '1.1', '1.0'] : 'OperationNotSupported');
      expect(vendor).toMatch(/keyrig/);
      expect(operations).toEqual(
        expect.arrayContaining(['Create', 'CreateKeyPair', 'Register', 'ReKey', 'Locate', 'Get', 'Destroy', 'Query']),
      );
      const had = (name: string) => (operations as string[]).includes(name);
      expect(['DiscoverVersions', 'Encrypt', 'Import'].map(had)).toEqual([since('1.1'), since('1.2'), since('1.4')]);
      expect(objects).toEqual(expect.arrayContaining(['SymmetricKey', 'PrivateKey', 'SecretData', 'OpaqueObject']));
      // PGP Key came with KMIP 1.2 (§2.2.9), profiles in Query with 1.3.
      expect((objects as string[]).includes('PGPKey')).toBe(since('1.2'));
      expect((profiles as string[]).length > 0).toBe(since('1.3'));
    });

    test('create, get, activate, revoke, destroy', () => {
      expect(steps('life')).toMatchObject({
        objectType: 'SymmetricKey',
        sameIdentifier: true,
        key: { format: 'Raw', algorithm: 'AES', length: 256, bytes: 32 },
        stateCreated: 'PreActive',
        stateActivated: 'Active',
        stateRevoked: 'Deactivated',
        revocationReason: ['Superseded', 'its successor is in use'],
        stateDestroyed: 'Destroyed',
        stateCompromised: 'Compromised',
        compromiseOccurred: 1_700_000_000,
        stateDestroyedCompromised: 'DestroyedCompromised',
      });
    });

    test('what an object does not allow is refused with a reason and words', () => {
      // KMIP 1.1 §11.2, §11.20, §11.22, §11.12
      expect(steps('life')).toMatchObject({
        sameName: failed('InvalidField'),
        activateAgain: failed('PermissionDenied'),
        destroyActive: failed('PermissionDenied'),
        getDestroyed: failed('ItemNotFound'),
        getUnknown: failed('ItemNotFound'),
      });
    });

    test('several operations in one message: ID placeholder, stop, continue, undo', () => {
      expect(steps('batches')).toEqual({
        placeholder: true,
        placeholderState: 'Active',
        Stop: { items: ['Success', 'OperationFailed'], left: 1 },
        Continue: { items: ['Success', 'OperationFailed', 'Success'], left: 1 },
        Undo: { items: ['OperationUndone', 'OperationFailed'], left: 0 },
      });
    });

    test('get attributes, get attribute list', () => {
      const { answered, list, all } = steps('attributes');
      expect(answered).toEqual({
        'Object Type': 'SymmetricKey',
        'Cryptographic Algorithm': 'AES',
        'Cryptographic Length': 192,
        // Encrypt 0x04 and Decrypt 0x08. KMIP 1.1 §9.1.3.3.1
        'Cryptographic Usage Mask': 12,
        Name: [`kmip-go ${version} attributes`, 'UninterpretedTextString'],
        // KMIP 1.1 §3.17: SHA-256.
        Digest: ['SHA_256', 32],
        'x-owner': 'payroll',
      });
      expect(all).toEqual(list);
      const has = (name: string) => (list as string[]).includes(name);
      expect(['x-owner', 'Contact Information', 'State'].map(has)).toEqual([true, true, true]);
      // The version that introduced each.
      expect(
        ['Fresh', 'Original Creation Date', 'Random Number Generator', 'Sensitive', 'Never Extractable'].map(has),
      ).toEqual([since('1.1'), since('1.2'), since('1.3'), since('1.4'), since('1.4')]);
    });

    test('add, modify, delete attribute', () => {
      expect(steps('attributes')).toMatchObject({
        added: ['x-stage', 'test'],
        stages: ['test', 'staging'],
        stagesModified: ['test', 'production'],
        // Without an index, instance 0. KMIP 1.1 §4.16
        deleted: ['x-stage', 'test'],
        stagesDeleted: ['production'],
        number: 7,
        date: 2_000_000_000,
        contact: 'keys@example.com',
        contactDeleted: null,
        application: { ApplicationNamespace: 'backup', ApplicationData: 'tape 7' },
        group: `kmip-go ${version} group`,
        ...(since('1.1') && { fresh: true }),
        ...(since('1.2') && { alternative: 'urn:tape:7' }),
        ...(since('1.4') && { description: 'a key for tapes', sensitive: false }),
      });
    });

    test('attributes that a client may not touch', () => {
      // KMIP 1.1 §11.15–11.17
      expect(steps('attributes')).toMatchObject({
        addState: failed('PermissionDenied'),
        modifyState: failed('PermissionDenied'),
        deleteDigest: failed('PermissionDenied'),
        modifyAbsent: failed('InvalidField'),
        deleteAbsent: failed('ItemNotFound'),
      });
    });

    test('locate', () => {
      const all = ['first', 'second', 'third'];
      expect(steps('locate')).toEqual({
        byName: ['second'],
        byCustom: all,
        byTwo: ['third'],
        byState: [],
        atMost: 2,
        byDates: all,
        longAgo: [],
        archived: [],
        nowhere: [],
        // Offset Items and Located Items came with KMIP 1.3 (§4.9).
        ...(since('1.3') && { offset: 2, located: 3 }),
      });
    });

    test('usage limits, lease, archive and recover', () => {
      expect(steps('usage')).toEqual({
        // Its Activation Date lies in the past.
        state: 'Active',
        // Total, and what is left of it.
        limits: [1000, 600],
        tooMuch: failed('PermissionDenied'),
        leaseLasts: true,
        leaseKnowsTheLastChange: true,
        archived: true,
        getArchived: failed('ObjectArchived'),
        bytesRecovered: 16,
      });
    });

    test('create key pair: RSA and elliptic curve, in all formats', () => {
      expect(steps('pairs')).toMatchObject({
        rsa: {
          bits: 2048,
          valid: true,
          halvesMatch: true,
          privateLinks: true,
          publicLinks: true,
          privateLocated: true,
          publicType: 'PublicKey',
          // Sign. KMIP 1.1 §9.1.3.3.1
          mask: 1,
        },
        rsaFormats: {
          PKCS_1: true,
          PKCS_8: true,
          TransparentRSAPrivateKey: true,
          X_509: true,
          TransparentRSAPublicKey: true,
        },
        wrongFormat: failed('KeyFormatTypeNotSupported'),
        curve: { name: 'P-256', halvesMatch: true, pkcs8: true },
      });
    });

    test('re-key key pair', () => {
      // It came with KMIP 1.1 (§4.5).
      const { rekeyed } = steps('pairs');
      if (since('1.1')) {
        expect(rekeyed).toEqual({ replacement: true, replaced: true, successorsMatch: true, nameMoved: true });
      } else {
        expect(rekeyed).toEqual(failed('OperationNotSupported'));
      }
    });

    test('re-key', () => {
      expect(steps('successors')).toEqual({
        another: true,
        replacement: true,
        replaced: true,
        nameMoved: true,
        custom: 'yes',
        length: 256,
        otherMaterial: true,
        // An hour after it was made. KMIP 1.1 §4.4
        stateLater: 'PreActive',
        offset: 3600,
        unknown: failed('ItemNotFound'),
      });
    });

    test('sign and signature verify', () => {
      if (!since('1.2')) {
        expect(steps('signatures')).toEqual({ sign: failed('OperationNotSupported') });
        return;
      }
      expect(steps('signatures')).toEqual({
        preActive: failed('PermissionDenied'),
        goVerifies: true,
        goVerifiesCurve: true,
        valid: 'Valid',
        otherMessage: 'Invalid',
        otherKeyType: failed('PermissionDenied'),
        // Digested Data came with KMIP 1.4 (§4.31).
        ...(since('1.4') && { signer: true, signerPss: true, signerCurve: true }),
      });
    });

    test('encrypt and decrypt', () => {
      if (!since('1.2')) {
        expect(steps('ciphers')).toEqual({ encrypt: failed('OperationNotSupported') });
        return;
      }
      expect(steps('ciphers')).toMatchObject({
        // NIST SP 800-38A F.2.1
        cbc: '7649abac8119b246cee98e9b12e9197d',
        cbcBack: '6bc1bee22e409f96e93d7e117393172a',
        cbcHalfBlock: failed('CryptographicFailure'),
        withoutIv: { status: 'OperationFailed' },
        ivLength: 16,
        ivBack: 'no IV given',
        unknownMode: { status: 'OperationFailed' },
        preActive: failed('PermissionDenied'),
        encryptDeactivated: failed('PermissionDenied'),
        decryptDeactivated: '6bc1bee22e409f96e93d7e117393172a',
      });
      if (!since('1.4')) return;
      expect(steps('ciphers')).toMatchObject({
        // McGrew and Viega, "The Galois/Counter Mode of Operation", test case 4
        gcm: '42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091',
        gcmTag: '5bc94fbc3221a5db94fae95ae7121a47',
        gcmBack:
          'd9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39',
        gcmForged: failed('CryptographicFailure'),
      });
    });

    test('register one object of each type', () => {
      expect(steps('registered')).toEqual({
        raw: ['Raw', true],
        transparent: ['TransparentSymmetricKey', true],
        secret: 'correct horse battery staple',
        opaque: [0x80000001, true],
        rsa: {
          pkcs1: true,
          pkcs8: true,
          transparent: true,
          publicPkcs1: true,
          publicX509: true,
          publicTransparent: true,
        },
        curve: { sec1: true, pkcs8: true, transparent: true },
        certificate: true,
        certificateType: 'X_509',
        // The three came with KMIP 1.1 (§3.9, §3.11, §3.16).
        ...(since('1.1') && { certificateLength: true, subject: true, signedWith: 'SHA_256WithRSAEncryption' }),
        // In 1.4 it may be left out (OASIS TC-CS-CORVAL-1-14).
        withoutMask: since('1.4') ? expect.objectContaining(success) : failed('InvalidField'),
      });
    });

    test('get and register wrapped keys', () => {
      const { encoded, ...others } = steps('wrapping');
      // Without an Encoding Option the TTLV of the Key Value is wrapped: Key Value 420045, Key Material 420043. RFC 3394
      const decipher = createDecipheriv(
        'id-aes128-wrap',
        Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex'),
        Buffer.alloc(8, 0xa6),
      );
      const opened = Buffer.concat([decipher.update(Buffer.from(encoded as string, 'hex')), decipher.final()]);
      expect(opened.toString('hex')).toBe('42004501000000184200430800000010' + '00112233445566778899aabbccddeeff');
      // RFC 3394 §4.1
      const bare = '1fa68b0a8112b447aef34bd8fb5a7b829d3e862371d2cfe5';
      expect(others).toEqual({
        preActive: failed('PermissionDenied'),
        method: 'Encrypt',
        byTheKey: true,
        unknownKey: failed('ItemNotFound'),
        // Encoding Option came with KMIP 1.1 (§2.1.6), Key Wrap Type with 1.4.
        ...(since('1.1') && { bare, broughtState: 'PreActive' }),
        ...(since('1.4') && { asRegistered: bare, notWrapped: '00112233445566778899aabbccddeeff' }),
      });
    });

    test('export and import', () => {
      if (!since('1.4')) {
        expect(steps('transfer')).toEqual({ export: failed('OperationNotSupported') });
        return;
      }
      expect(steps('transfer')).toMatchObject({
        exported: '00112233445566778899aabbccddeeff',
        exportedAttributes: { State: true, 'Initial Date': true, 'Cryptographic Usage Mask': true, 'x-origin': true },
        imported: success,
        importedMaterial: '00112233445566778899aabbccddeeff',
        importedCustom: 'export',
        importedAgain: failed('ObjectAlreadyExists'),
        importedOver: success,
        withoutObject: failed('InvalidMessage'),
      });
    });
  });

  test('no key material is in the journal', async () => {
    const journal = JSON.stringify(await controlJournal(lab)).toLowerCase();
    expect(journal).toContain('register');
    for (const secret of ['00112233445566778899aabbccddeeff', 'correct horse battery staple']) {
      expect(journal.includes(secret)).toBe(false);
      expect(journal.includes(Buffer.from(secret).toString('hex'))).toBe(false);
      expect(journal.includes(Buffer.from(secret).toString('base64').toLowerCase())).toBe(false);
    }
  });
});

describe.skipIf(skip)("kmip-go's client and a KMS that asks for user and password", () => {
  let lab: LabProcess;

  beforeAll(async () => {
    lab = await startLab([world('kms-users')]);
  });
  afterAll(() => lab.stop());

  test.each(versions)('the right password, in KMIP %s', async (version) => {
    const access = { ...accessOf(lab), username: 'alice', password: 'alice-s-password' };
    expect(chapterOf(await tourOf(access, version), version, 'life').stateActivated).toBe('Active');
  });

  test.each([
    ['a wrong password', { username: 'alice', password: 'guessed' }],
    ['no password', {}],
  ])('%s is Authentication Not Successful', async (_, credential) => {
    const tour = await tourOf({ ...accessOf(lab), ...credential }, '1.4');
    expect(tour['1.4']?.life?.error).toMatch(/AuthenticationNotSuccessful/);
  });
});

describe.skipIf(skip)("kmip-go's codec over HTTPS", () => {
  let lab: LabProcess;
  let tour: Tour;

  beforeAll(async () => {
    lab = await startLab([world('kms-https')]);
    tour = await tourOf(accessOf(lab), ...versions);
  });
  afterAll(() => lab.stop());

  describe.each(versions)('in KMIP %s', (version) => {
    // KMIP Profiles 1.4: the content types of the HTTPS, XML and JSON profiles.
    test.each([
      ['ttlv', 'application/octet-stream'],
      ['xml', 'text/xml'],
      ['json', 'application/json'],
    ])('%s', (encoding, contentType) => {
      expect(chapterOf(tour, version, encoding)).toEqual({
        answered: [200, contentType],
        version,
        bytes: 32,
        attributes: [12, 'PreActive', 'time.Time', 'https'],
        unknown: 'ItemNotFound',
      });
    });
  });
});
