import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  CryptographicAlgorithm,
  type KeyBlock,
  KeyCompressionType,
  KeyFormatType,
  makeTransparentKey,
  ObjectType,
  RecommendedCurve,
  readTransparentKey,
  type StructureItem,
} from '../../../kmip/index.ts';
import {
  formatsOf,
  keyFacts,
  type NeutralKey,
  publicKeyOf,
  readKey,
  writeKeyMaterial,
} from '../../../kmip-server/cryptography/key-formats.ts';
import { generateKeyPair, generateKeyPairSync as generateNow } from '../../../kmip-server/cryptography/key-pair.ts';
import { hasOasisCases, oasisBytes, SKIPPED } from './oasis-case.ts';
import { hex, reasonOf } from './refusal.ts';

const F = KeyFormatType;

function block(keyFormatType: number, keyMaterial: Buffer | StructureItem): KeyBlock {
  return { keyFormatType, keyValue: { keyMaterial, attributes: [] } };
}

function objectTypeOf(neutral: NeutralKey): number {
  if (neutral.kind === 'bytes') return ObjectType.SymmetricKey;
  return neutral.kind === 'private' ? ObjectType.PrivateKey : ObjectType.PublicKey;
}

function same(left: NeutralKey, right: NeutralKey): boolean {
  if (left.kind === 'bytes') return right.kind === 'bytes' && left.bytes.equals(right.bytes);
  if (right.kind === 'bytes' || left.kind !== right.kind) return false;
  // OpenSSL may or may not keep the public half in an exported key; the numbers decide.
  return left.key.equals(right.key) && publicKeyOf(left.key).equals(publicKeyOf(right.key));
}

const pairs: [string, { privateKey: KeyObject; publicKey: KeyObject }, number, number][] = [
  ['RSA', generateKeyPairSync('rsa', { modulusLength: 1024 }), CryptographicAlgorithm.RSA, 1024],
  ['P-256', generateKeyPairSync('ec', { namedCurve: 'prime256v1' }), CryptographicAlgorithm.EC, 256],
  ['P-521', generateKeyPairSync('ec', { namedCurve: 'secp521r1' }), CryptographicAlgorithm.EC, 521],
  ['K-283', generateKeyPairSync('ec', { namedCurve: 'sect283k1' }), CryptographicAlgorithm.EC, 283],
  ['DSA', generateKeyPairSync('dsa', { modulusLength: 1024, divisorLength: 160 }), CryptographicAlgorithm.DSA, 1024],
  // @types/node does not know the type 'dh'.
  ['DH', generateNow({ algorithm: CryptographicAlgorithm.DH, length: 2048 }), CryptographicAlgorithm.DH, 2048],
];

describe.each(pairs)('a key pair of %s', (_name, { privateKey, publicKey }, algorithm, length) => {
  const neutrals: NeutralKey[] = [
    { kind: 'private', key: privateKey },
    { kind: 'public', key: publicKey },
  ];

  it('comes back from every format it can be written in', () => {
    for (const neutral of neutrals) {
      const formats = formatsOf(neutral);
      expect(formats.length).toBeGreaterThan(1);
      for (const format of formats) {
        const material = writeKeyMaterial(neutral, format, { password: 'secret' });
        const read = readKey(objectTypeOf(neutral), block(format, material), { password: 'secret' });
        expect([format, same(read, neutral)]).toEqual([format, true]);
      }
    }
  });

  it('tells its algorithm and length', () => {
    for (const neutral of neutrals) {
      expect(keyFacts(neutral)).toMatchObject({ cryptographicAlgorithm: algorithm, cryptographicLength: length });
    }
  });

  it('gives the public key of the private one', () => {
    expect(publicKeyOf(privateKey).equals(publicKey)).toBe(true);
    expect(publicKeyOf(publicKey)).toBe(publicKey);
  });

  it('is not written in formats of other keys', () => {
    for (const neutral of neutrals) {
      const usable = formatsOf(neutral);
      for (const format of Object.values(F)) {
        if (usable.includes(format)) continue;
        expect(reasonOf(() => writeKeyMaterial(neutral, format))).toBe('Key Format Type Not Supported');
      }
    }
  });
});

describe('symmetric keys', () => {
  const bytes = hex('000102030405060708090a0b0c0d0e0f');

  it('are Raw or Transparent Symmetric Key', () => {
    const transparent = makeTransparentKey(F.TransparentSymmetricKey, { key: bytes });
    const read = readKey(ObjectType.SymmetricKey, block(F.TransparentSymmetricKey, transparent));
    expect(read).toEqual({ kind: 'bytes', bytes });
    expect(writeKeyMaterial(read, F.Raw)).toEqual(bytes);
    expect(writeKeyMaterial(read, F.TransparentSymmetricKey)).toEqual(transparent);
    expect(keyFacts(read)).toMatchObject({ cryptographicAlgorithm: undefined, cryptographicLength: 128 });
    expect(reasonOf(() => writeKeyMaterial(read, F.PKCS_8))).toBe('Key Format Type Not Supported');
  });

  it('reads Secret Data in Opaque', () => {
    expect(readKey(ObjectType.SecretData, block(F.Opaque, bytes))).toEqual({ kind: 'bytes', bytes });
  });
});

describe('transparent keys by hand', () => {
  // RFC 5903 §8.1
  const d = 0xc88f01f510d9ac3f70a292daa2316de544e9aab8afe84049c62a9c57862d1433n;
  const x = 'dad0b65394221cf9b051e1feca5787d098dfe637fc90b9ef945d0c3772581180';
  const y = '5271a0461cdb8252d61f1c456fa3e59ab1f45b33accf5f58389e0577b8990bb3';
  const recommendedCurve = RecommendedCurve.P_256;

  it('an EC private key has the public point of its curve', () => {
    const material = makeTransparentKey(F.TransparentECPrivateKey, { recommendedCurve, d });
    const read = readKey(ObjectType.PrivateKey, block(F.TransparentECPrivateKey, material));
    if (read.kind !== 'private') throw new Error('a private key is expected');
    const own: NeutralKey = { kind: 'public', key: publicKeyOf(read.key) };
    const written = writeKeyMaterial(own, F.TransparentECDSAPublicKey);
    expect(readTransparentKey(F.TransparentECDSAPublicKey, written as StructureItem)).toEqual({
      recommendedCurve,
      qString: hex(`04${x}${y}`),
    });
    expect(keyFacts(own).recommendedCurve).toBe(recommendedCurve);
  });

  it('gives the point compressed, hybrid or not', () => {
    const key = createPublicKey({
      key: hex(`3059301306072a8648ce3d020106082a8648ce3d030107034200 04 ${x} ${y}`),
      format: 'der',
      type: 'spki',
    });
    const neutral: NeutralKey = { kind: 'public', key };
    const point = (keyCompressionType: number) => {
      const written = writeKeyMaterial(neutral, F.TransparentECPublicKey, { keyCompressionType });
      return readTransparentKey(F.TransparentECPublicKey, written as StructureItem).qString;
    };
    const { ECPublicKeyTypeUncompressed, ECPublicKeyTypeX9_62CompressedPrime, ECPublicKeyTypeX9_62Hybrid } =
      KeyCompressionType;
    const refused = KeyCompressionType.ECPublicKeyTypeX9_62CompressedChar2;
    // X9.62 §4.3.6: 02 or 03 by the lowest bit of y, 06 or 07 with y too.
    expect(point(ECPublicKeyTypeX9_62CompressedPrime)).toEqual(hex(`03${x}`));
    expect(point(ECPublicKeyTypeX9_62Hybrid)).toEqual(hex(`07${x}${y}`));
    expect(point(ECPublicKeyTypeUncompressed)).toEqual(hex(`04${x}${y}`));
    expect(reasonOf(() => point(refused))).toBe('Key Compression Type Not Supported');
    const info = writeKeyMaterial(neutral, F.X_509, { keyCompressionType: ECPublicKeyTypeX9_62CompressedPrime });
    expect(info).toEqual(hex(`3039301306072a8648ce3d020106082a8648ce3d030107032200 03 ${x}`));
    const back = readKey(ObjectType.PublicKey, block(F.X_509, info));
    expect(
      writeKeyMaterial(back, F.TransparentECPublicKey, { keyCompressionType: ECPublicKeyTypeUncompressed }),
    ).toEqual(makeTransparentKey(F.TransparentECPublicKey, { recommendedCurve, qString: hex(`04${x}${y}`) }));
  });

  // A toy key would be refused by OpenSSL, so a real one is taken apart.
  it('an RSA private key is completed from what is there', () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
    const whole = readTransparentKey(
      F.TransparentRSAPrivateKey,
      writeKeyMaterial({ kind: 'private', key: privateKey }, F.TransparentRSAPrivateKey) as StructureItem,
    );
    const { modulus, privateExponent, publicExponent, p, q, primeExponentP } = whole;
    for (const some of [
      { modulus, privateExponent },
      { modulus, privateExponent, publicExponent },
      { modulus, publicExponent, p },
      { modulus, publicExponent, q },
      { modulus, privateExponent, p, q },
      { modulus, primeExponentP, p, q },
    ]) {
      const material = makeTransparentKey(F.TransparentRSAPrivateKey, some);
      const read = readKey(ObjectType.PrivateKey, block(F.TransparentRSAPrivateKey, material));
      expect(same(read, { kind: 'private', key: privateKey })).toBe(true);
    }
    const wrong = [{ modulus }, { modulus, p: 3n, publicExponent }, { modulus: 0n, privateExponent }, { modulus: -5n }];
    for (const some of wrong) {
      const material = makeTransparentKey(F.TransparentRSAPrivateKey, some);
      const call = () => readKey(ObjectType.PrivateKey, block(F.TransparentRSAPrivateKey, material));
      expect(reasonOf(call)).toBe('Invalid Field');
    }
  });
});

describe('what cannot be read', () => {
  it.each([
    ['PKCS#8 that is none', F.PKCS_8, hex('010203'), 'Invalid Field'],
    ['PKCS#1 of nothing', F.PKCS_1, Buffer.alloc(0), 'Invalid Field'],
    ['a transparent key of bytes', F.TransparentRSAPrivateKey, hex('01'), 'Invalid Field'],
    ['an unknown format', 0x77, hex('01'), 'Key Format Type Not Supported'],
    ['PKCS#12 without a password', F.PKCS_12, hex('3000'), 'Invalid Field'],
  ])('%s', (_name, format, material, reason) => {
    expect(reasonOf(() => readKey(ObjectType.PrivateKey, block(format, material)))).toBe(reason);
  });

  it('a key that is wrapped or elsewhere', () => {
    const wrapped = { keyFormatType: F.Raw, keyValue: { wrapped: hex('01') } };
    expect(reasonOf(() => readKey(ObjectType.SymmetricKey, wrapped))).toBe('Invalid Field');
    expect(reasonOf(() => readKey(ObjectType.SymmetricKey, { keyFormatType: F.Raw }))).toBe('Key Value Not Present');
  });

  it('says so of an encrypted PKCS#8 key, and reads it with its password', () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
    const material = privateKey.export({ type: 'pkcs8', format: 'der', cipher: 'aes-256-cbc', passphrase: 'secret' });
    const encrypted = block(F.PKCS_8, material);
    expect(() => readKey(ObjectType.PrivateKey, encrypted)).toThrow('protected by a password');
    expect(
      same(readKey(ObjectType.PrivateKey, encrypted, { password: 'secret' }), { kind: 'private', key: privateKey }),
    ).toBe(true);
  });
});

describe.skipIf(!hasOasisCases)(`keys of OASIS cases (${SKIPPED})`, () => {
  it('TC-ECC-1-12: ECPrivateKey and X.509, byte for byte', () => {
    const [own, info] = oasisBytes('v1.2/TC_ECC_1_12_Register_an_ECC_Key_Pair.xml', 'KeyMaterial') as [Buffer, Buffer];
    const read = readKey(ObjectType.PrivateKey, block(F.ECPrivateKey, own));
    if (read.kind !== 'private') throw new Error('a private key is expected');
    expect(writeKeyMaterial(read, F.ECPrivateKey)).toEqual(own);
    expect(writeKeyMaterial({ kind: 'public', key: publicKeyOf(read.key) }, F.X_509)).toEqual(info);
    expect(keyFacts(read)).toEqual({
      cryptographicAlgorithm: CryptographicAlgorithm.EC,
      cryptographicLength: 256,
      recommendedCurve: RecommendedCurve.SECP256K1,
    });
  });

  it('TC-134-12: PKCS#1 of both halves, byte for byte', () => {
    const file = 'v1.2/TC_134_12_Register_Key_Pair_Certify_and_Re_certify_Public_Key.xml';
    const [open, own] = oasisBytes(file, 'KeyMaterial') as [Buffer, Buffer];
    const read = readKey(ObjectType.PrivateKey, block(F.PKCS_1, own));
    if (read.kind !== 'private') throw new Error('a private key is expected');
    expect(writeKeyMaterial(read, F.PKCS_1)).toEqual(own);
    expect(writeKeyMaterial({ kind: 'public', key: publicKeyOf(read.key) }, F.PKCS_1)).toEqual(open);
  });
});

describe('new key pairs', () => {
  it.each([
    ['RSA', { algorithm: CryptographicAlgorithm.RSA, length: 1024 }, 1024],
    ['P-384 by its length', { algorithm: CryptographicAlgorithm.ECDSA, length: 384 }, 384],
    ['B-163', { algorithm: CryptographicAlgorithm.EC, recommendedCurve: RecommendedCurve.B_163 }, 163],
    [
      'BRAINPOOLP256R1',
      { algorithm: CryptographicAlgorithm.ECDH, recommendedCurve: RecommendedCurve.BRAINPOOLP256R1 },
      256,
    ],
    ['DSA', { algorithm: CryptographicAlgorithm.DSA, length: 1024, qlength: 160 }, 1024],
    ['DH', { algorithm: CryptographicAlgorithm.DH, length: 2048 }, 2048],
  ])('%s', async (_name, request, length) => {
    const made = await generateKeyPair(request);
    expect(made.length).toBe(length);
    expect(keyFacts({ kind: 'private', key: made.privateKey }).cryptographicLength).toBe(length);
    expect(publicKeyOf(made.privateKey).equals(made.publicKey)).toBe(true);
  });

  it('makes keys on every Recommended Curve, at once', () => {
    for (const recommendedCurve of Object.values(RecommendedCurve)) {
      const made = generateNow({ algorithm: CryptographicAlgorithm.EC, recommendedCurve });
      expect(keyFacts({ kind: 'public', key: made.publicKey })).toMatchObject({
        recommendedCurve,
        cryptographicLength: made.length,
      });
    }
  });

  it.each([
    ['RSA without a length', { algorithm: CryptographicAlgorithm.RSA }, 'Invalid Field'],
    ['RSA of 1000 bits', { algorithm: CryptographicAlgorithm.RSA, length: 1000 }, 'Invalid Field'],
    [
      'a curve of another length',
      { algorithm: CryptographicAlgorithm.EC, length: 256, recommendedCurve: RecommendedCurve.P_384 },
      'Invalid Field',
    ],
    ['an unknown curve', { algorithm: CryptographicAlgorithm.EC, recommendedCurve: 0x777 }, 'Invalid Field'],
    ['no curve', { algorithm: CryptographicAlgorithm.EC }, 'Invalid Field'],
    ['DSA with another q', { algorithm: CryptographicAlgorithm.DSA, length: 2048, qlength: 160 }, 'Invalid Field'],
    ['AES', { algorithm: CryptographicAlgorithm.AES, length: 256 }, 'Invalid Field'],
    ['ECMQV', { algorithm: CryptographicAlgorithm.ECMQV, length: 256 }, 'Feature Not Supported'],
  ])('refuses %s', async (_name, request, reason) => {
    expect(reasonOf(() => generateNow(request))).toBe(reason);
    await expect(generateKeyPair(request)).rejects.toMatchObject({ reasonName: reason });
  });
});
