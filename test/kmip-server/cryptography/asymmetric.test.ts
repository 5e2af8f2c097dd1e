import {
  constants,
  createHash,
  createPrivateKey,
  generateKeyPairSync,
  sign as nodeSign,
  verify as nodeVerify,
  publicEncrypt,
} from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  CryptographicAlgorithm,
  type CryptographicParameters,
  DigitalSignatureAlgorithm,
  HashingAlgorithm,
  KeyFormatType,
  ObjectType,
  PaddingMethod,
} from '../../../kmip/index.ts';
import { decryptWithPrivateKey, encryptWithPublicKey } from '../../../kmip-server/cryptography/asymmetric.ts';
import { publicKeyOf, readKey } from '../../../kmip-server/cryptography/key-formats.ts';
import { beginSignature, beginVerification, isSignedBy, sign } from '../../../kmip-server/cryptography/signature.ts';
import { hasOasisCases, oasisBytes, oasisValues, SKIPPED } from './oasis-case.ts';
import { hex, reasonOf } from './refusal.ts';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const dsa = generateKeyPairSync('dsa', { modulusLength: 1024, divisorLength: 160 });
const data = Buffer.from('what is signed and encrypted');

function oasisKey(file: string, place = 0, isPrivate = true) {
  const keyFormatType = KeyFormatType[oasisValues(file, 'KeyFormatType')[place] as keyof typeof KeyFormatType];
  const keyMaterial = oasisBytes(file, 'KeyMaterial')[place] as Buffer;
  const block = { keyFormatType, keyValue: { keyMaterial, attributes: [] } };
  const read = readKey(isPrivate ? ObjectType.PrivateKey : ObjectType.PublicKey, block);
  if (read.kind === 'bytes') throw new Error('an asymmetric key is expected');
  return read.key;
}

const hashes = {
  SHA_256: HashingAlgorithm.SHA_256,
  SHA_384: HashingAlgorithm.SHA_384,
  SHA_512: HashingAlgorithm.SHA_512,
};

describe('RSA encryption', () => {
  it.each([
    ['PKCS1 v1.5', { paddingMethod: PaddingMethod.PKCS1V1_5 }],
    ['OAEP with SHA-1', { paddingMethod: PaddingMethod.OAEP }],
    ['OAEP with SHA-512', { paddingMethod: PaddingMethod.OAEP, hashingAlgorithm: HashingAlgorithm.SHA_512 }],
    [
      'OAEP with a label and another mask hash',
      {
        paddingMethod: PaddingMethod.OAEP,
        hashingAlgorithm: HashingAlgorithm.SHA_384,
        maskGeneratorHashingAlgorithm: HashingAlgorithm.SHA_1,
        pSource: Buffer.from('label'),
      },
    ],
  ])('%s there and back', (_name, parameters) => {
    for (const plain of [data, Buffer.alloc(0), Buffer.alloc(3)]) {
      const cipherText = encryptWithPublicKey(rsa.publicKey, parameters, plain);
      expect(decryptWithPrivateKey(rsa.privateKey, parameters, cipherText)).toEqual(plain);
    }
  });

  it('opens what OpenSSL encrypted with OAEP and a label', () => {
    const oaepLabel = Buffer.from('label');
    const options = { key: rsa.publicKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256', oaepLabel };
    const parameters = {
      paddingMethod: PaddingMethod.OAEP,
      hashingAlgorithm: HashingAlgorithm.SHA_256,
      pSource: oaepLabel,
    };
    expect(decryptWithPrivateKey(rsa.privateKey, parameters, publicEncrypt(options, data))).toEqual(data);
    const other = { ...parameters, pSource: Buffer.from('other') };
    const call = () => decryptWithPrivateKey(rsa.privateKey, other, publicEncrypt(options, data));
    expect(reasonOf(call)).toBe('Cryptographic Failure');
  });

  it('None takes data as long as the modulus', () => {
    const parameters = { paddingMethod: PaddingMethod.None };
    const plain = Buffer.concat([Buffer.alloc(1), Buffer.alloc(255, 7)]);
    const cipherText = encryptWithPublicKey(rsa.publicKey, parameters, plain);
    expect(decryptWithPrivateKey(rsa.privateKey, parameters, cipherText)).toEqual(plain);
    expect(reasonOf(() => encryptWithPublicKey(rsa.publicKey, parameters, data))).toBe('Cryptographic Failure');
  });

  it('refuses what cannot be', () => {
    const oaep = { paddingMethod: PaddingMethod.OAEP };
    expect(reasonOf(() => encryptWithPublicKey(rsa.publicKey, {}, data))).toBe('Invalid Field');
    expect(reasonOf(() => encryptWithPublicKey(rsa.publicKey, { paddingMethod: PaddingMethod.PSS }, data))).toBe(
      'Invalid Field',
    );
    expect(reasonOf(() => encryptWithPublicKey(rsa.publicKey, { paddingMethod: PaddingMethod.X9_31 }, data))).toBe(
      'Feature Not Supported',
    );
    expect(reasonOf(() => encryptWithPublicKey(ec.publicKey, oaep, data))).toBe('Invalid Field');
    expect(reasonOf(() => encryptWithPublicKey(rsa.publicKey, oaep, Buffer.alloc(250)))).toBe('Cryptographic Failure');
    expect(reasonOf(() => decryptWithPrivateKey(rsa.privateKey, oaep, Buffer.alloc(256)))).toBe(
      'Cryptographic Failure',
    );
    expect(reasonOf(() => decryptWithPrivateKey(rsa.privateKey, oaep, data))).toBe('Cryptographic Failure');
  });

  it.skipIf(!hasOasisCases).each([
    ['2', 'SHA_256', 'SHA_256'],
    ['4', 'SHA_384', 'SHA_384'],
    ['6', 'SHA_512', 'SHA_512'],
    ['8', 'SHA_384', 'SHA_256'],
    ['10', 'SHA_384', 'SHA_256'],
  ] as const)(`OASIS CS-AC-M-OAEP-%s-14 (${SKIPPED})`, (number, hash, mask) => {
    const file = `v1.4/CS-AC-M-OAEP-${number}-14.xml`;
    const [cipherText, plain] = oasisBytes(file, 'Data') as [Buffer, Buffer];
    const [pSource] = oasisBytes(file, 'PSource');
    const parameters = {
      paddingMethod: PaddingMethod.OAEP,
      hashingAlgorithm: hashes[hash],
      maskGeneratorHashingAlgorithm: hashes[mask],
      ...(pSource && { pSource }),
    };
    expect(decryptWithPrivateKey(oasisKey(file), parameters, cipherText)).toEqual(plain);
  });
});

const pss = (extra: CryptographicParameters = {}): CryptographicParameters => ({
  paddingMethod: PaddingMethod.PSS,
  hashingAlgorithm: HashingAlgorithm.SHA_256,
  ...extra,
});
const digest = createHash('sha256').update(data).digest();

describe('signatures', () => {
  it('PSS: OpenSSL takes what is signed, with the salt asked for', () => {
    for (const saltLength of [undefined, 0, 20, 222]) {
      const signature = sign(rsa.privateKey, pss({ saltLength }), { data });
      const key = { key: rsa.publicKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: saltLength ?? 32 };
      expect(nodeVerify('sha256', data, key, signature)).toBe(true);
      expect(isSignedBy(rsa.publicKey, pss(), { data }, signature)).toBe(true);
    }
    expect(reasonOf(() => sign(rsa.privateKey, pss({ saltLength: 223 }), { data }))).toBe('Cryptographic Failure');
  });

  it('PSS: takes what OpenSSL signed, also with a modulus of 8n+1 bits', () => {
    const odd = generateKeyPairSync('rsa', { modulusLength: 1025 });
    for (const { privateKey, publicKey } of [rsa, odd]) {
      const key = { key: privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 11 };
      const signature = nodeSign('sha256', data, key);
      expect(isSignedBy(publicKey, pss(), { data }, signature)).toBe(true);
      expect(isSignedBy(publicKey, pss({ saltLength: 11 }), { digestedData: digest }, signature)).toBe(true);
      expect(isSignedBy(publicKey, pss({ saltLength: 12 }), { data }, signature)).toBe(false);
      const own = sign(privateKey, pss(), { digestedData: digest });
      expect(isSignedBy(publicKey, pss(), { data }, own)).toBe(true);
    }
  });

  it('PSS with another mask hash', () => {
    const parameters = pss({ maskGeneratorHashingAlgorithm: HashingAlgorithm.SHA_1 });
    const signature = sign(rsa.privateKey, parameters, { data });
    expect(isSignedBy(rsa.publicKey, parameters, { data }, signature)).toBe(true);
    expect(isSignedBy(rsa.publicKey, pss(), { data }, signature)).toBe(false);
  });

  it.each([
    ['sha1', HashingAlgorithm.SHA_1],
    ['sha256', HashingAlgorithm.SHA_256],
    ['sha512', HashingAlgorithm.SHA_512],
    ['sha512-256', HashingAlgorithm.SHA_512_256],
    ['sha3-256', HashingAlgorithm.SHA_3_256],
    ['ripemd160', HashingAlgorithm.RIPEMD_160],
    ['md5', HashingAlgorithm.MD5],
  ])('PKCS1 v1.5 with %s is that of OpenSSL', (name, hashingAlgorithm) => {
    const parameters = { paddingMethod: PaddingMethod.PKCS1V1_5, hashingAlgorithm };
    const signature = sign(rsa.privateKey, parameters, { data });
    expect(signature).toEqual(nodeSign(name, data, rsa.privateKey));
    const digestedData = createHash(name).update(data).digest();
    expect(sign(rsa.privateKey, parameters, { digestedData })).toEqual(signature);
    expect(isSignedBy(rsa.publicKey, parameters, { digestedData }, signature)).toBe(true);
  });

  it.each([
    ['ECDSA', ec, { hashingAlgorithm: HashingAlgorithm.SHA_256, cryptographicAlgorithm: CryptographicAlgorithm.ECDSA }],
    ['ECDSA by name', ec, { digitalSignatureAlgorithm: DigitalSignatureAlgorithm.ECDSAWithSHA256 }],
    ['DSA', dsa, { hashingAlgorithm: HashingAlgorithm.SHA_256 }],
    ['RSA by name', rsa, { digitalSignatureAlgorithm: DigitalSignatureAlgorithm.SHA_256WithRSAEncryptionPKCS_1V1_5 }],
  ])(
    '%s: OpenSSL takes what is signed, whole, digested or in parts',
    (_name, { privateKey, publicKey }, parameters) => {
      const running = beginSignature(privateKey, parameters);
      for (const byte of data) running.update(Buffer.of(byte));
      const signatures = [
        sign(privateKey, parameters, { data }),
        sign(privateKey, parameters, { digestedData: digest }),
        running.final(),
      ];
      for (const signature of signatures) {
        expect(nodeVerify('sha256', data, publicKey, signature)).toBe(true);
        expect(isSignedBy(publicKey, parameters, { data }, signature)).toBe(true);
        expect(isSignedBy(publicKey, parameters, { data: Buffer.from('other') }, signature)).toBe(false);
        const verification = beginVerification(publicKey, parameters);
        verification.update(data.subarray(0, 5));
        verification.update(data.subarray(5));
        expect(verification.final(signature)).toBe(true);
      }
      expect(isSignedBy(publicKey, parameters, { data }, hex('3006020101020101'))).toBe(false);
      expect(isSignedBy(publicKey, parameters, { data }, Buffer.alloc(0))).toBe(false);
    },
  );

  it.each([
    ['no padding for RSA', rsa, { hashingAlgorithm: HashingAlgorithm.SHA_256 }, 'Invalid Field'],
    ['no hash', ec, {}, 'Invalid Field'],
    [
      'an RSA algorithm with a key on a curve',
      ec,
      pss({ cryptographicAlgorithm: CryptographicAlgorithm.RSA }),
      'Invalid Field',
    ],
    [
      'MD2',
      rsa,
      { digitalSignatureAlgorithm: DigitalSignatureAlgorithm.MD2WithRSAEncryptionPKCS_1V1_5 },
      'Feature Not Supported',
    ],
    ['a trailer of its own', rsa, pss({ trailerField: 2 }), 'Invalid Field'],
    ['X9.31', rsa, { ...pss(), paddingMethod: PaddingMethod.X9_31 }, 'Feature Not Supported'],
    ['a mask generator that is not there', rsa, pss({ maskGenerator: 9 }), 'Invalid Field'],
  ])('refuses %s', (_name, { privateKey }, parameters, reason) => {
    expect(reasonOf(() => sign(privateKey, parameters, { data }))).toBe(reason);
  });

  it.each(['prime256v1', 'secp256k1', 'secp384r1', 'secp521r1', 'brainpoolP256r1', 'prime192v1'])(
    'Digested Data on the curve %s, with digests shorter and longer than its order',
    (namedCurve) => {
      const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve });
      for (const [name, hashingAlgorithm] of [
        ['sha1', HashingAlgorithm.SHA_1],
        ['sha512', HashingAlgorithm.SHA_512],
      ] as const) {
        const digestedData = createHash(name).update(data).digest();
        const own = sign(privateKey, { hashingAlgorithm }, { digestedData });
        expect(nodeVerify(name, data, publicKey, own)).toBe(true);
        const theirs = nodeSign(name, data, privateKey);
        expect(isSignedBy(publicKey, { hashingAlgorithm }, { digestedData }, theirs)).toBe(true);
        const other = createHash(name).update('other').digest();
        expect(isSignedBy(publicKey, { hashingAlgorithm }, { digestedData: other }, theirs)).toBe(false);
        expect(isSignedBy(publicKey, { hashingAlgorithm }, { digestedData }, hex('3006020101020101'))).toBe(false);
      }
    },
  );

  it('takes Digested Data for DSA, and none with curves over binary fields', () => {
    const parameters = { hashingAlgorithm: HashingAlgorithm.SHA_256 };
    const theirs = nodeSign('sha256', data, dsa.privateKey);
    expect(isSignedBy(dsa.publicKey, parameters, { digestedData: digest }, theirs)).toBe(true);
    const other = createHash('sha256').update('other').digest();
    expect(isSignedBy(dsa.publicKey, parameters, { digestedData: other }, theirs)).toBe(false);
    const binary = generateKeyPairSync('ec', { namedCurve: 'sect283r1' });
    const signature = sign(binary.privateKey, parameters, { data });
    expect(isSignedBy(binary.publicKey, parameters, { data }, signature)).toBe(true);
    const call = () => isSignedBy(binary.publicKey, parameters, { digestedData: digest }, signature);
    expect(reasonOf(call)).toBe('Feature Not Supported');
  });

  it('refuses Digested Data that are not as long as the digest', () => {
    expect(reasonOf(() => sign(rsa.privateKey, pss(), { digestedData: data }))).toBe('Invalid Field');
  });
});

describe.skipIf(!hasOasisCases)(`signatures of OASIS cases (${SKIPPED})`, () => {
  it('CS-AC-M-2-13: PSS whose salt is not told', () => {
    const file = 'v1.3/CS-AC-M-2-13.xml';
    const key = oasisKey(file, 0, false);
    const [right, wrongData] = oasisBytes(file, 'Data') as [Buffer, Buffer];
    const [signature, , wrongSignature] = oasisBytes(file, 'SignatureData') as [Buffer, Buffer, Buffer];
    expect(isSignedBy(key, pss(), { data: right }, signature)).toBe(true);
    expect(isSignedBy(key, pss(), { data: wrongData }, signature)).toBe(false);
    expect(isSignedBy(key, pss(), { data: right }, wrongSignature)).toBe(false);
    const sha1 = pss({ hashingAlgorithm: HashingAlgorithm.SHA_1 });
    expect(isSignedBy(key, sha1, { data: right }, signature)).toBe(false);
  });

  it('TC-ECDSA-SIGN-1-14: signatures are DER', () => {
    const file = 'v1.4/TC-ECDSA-SIGN-1-14.xml';
    const privateKey = oasisKey(file);
    const publicKey = oasisKey(file, 1, false);
    expect(publicKeyOf(privateKey).equals(publicKey)).toBe(true);
    const parameters = {
      hashingAlgorithm: HashingAlgorithm.SHA_256,
      cryptographicAlgorithm: CryptographicAlgorithm.ECDSA,
    };
    const [signed] = oasisBytes(file, 'Data') as [Buffer];
    const [good, bad] = oasisBytes(file, 'SignatureData').slice(-2) as [Buffer, Buffer];
    expect(isSignedBy(publicKey, parameters, { data: signed }, good)).toBe(true);
    expect(isSignedBy(publicKey, parameters, { data: signed }, bad)).toBe(false);
    expect(isSignedBy(publicKey, parameters, { data: signed }, sign(privateKey, parameters, { data: signed }))).toBe(
      true,
    );
  });
});

// RFC 6979 appendix A.2.5 has this key; its signatures are not those of a random number, but they must verify.
describe('ECDSA of RFC 6979', () => {
  const number = (text: string) => hex(`0221 00${text}`);
  it('verifies the signature of "sample" with SHA-256', () => {
    const sec1 = hex(`30770201010420 c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721
      a00a06082a8648ce3d030107 a144034200 04
      60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6
      7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299`);
    const key = createPrivateKey({ key: sec1, format: 'der', type: 'sec1' });
    const r = number('efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716');
    const s = number('f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8');
    const parameters = { hashingAlgorithm: HashingAlgorithm.SHA_256 };
    const signature = Buffer.concat([hex('3046'), r, s]);
    expect(isSignedBy(publicKeyOf(key), parameters, { data: Buffer.from('sample') }, signature)).toBe(true);
  });
});
