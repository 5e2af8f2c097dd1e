import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  BlockCipherMode,
  CryptographicAlgorithm,
  DerivationMethod,
  type DerivationParameters,
  HashingAlgorithm,
  KeyFormatType,
  makeTransparentKey,
  RecommendedCurve,
} from '../../../kmip/index.ts';
import { agreeOnKey, deriveKey } from '../../../kmip-server/cryptography/derivation.ts';
import { readTransparent } from '../../../kmip-server/cryptography/transparent-keys.ts';
import { hex, reasonOf } from './refusal.ts';

function derive(method: number, key: Buffer, parameters: DerivationParameters, length: number, algorithm?: number) {
  return deriveKey({ derivationMethod: method, key, algorithm, parameters, length });
}

const sha1 = { hashingAlgorithm: HashingAlgorithm.SHA_1 };
const sha256 = { hashingAlgorithm: HashingAlgorithm.SHA_256 };

// RFC 6070 §2
describe('PBKDF2', () => {
  it.each([
    ['password', 'salt', 1, '0c60c80f961f0e71f3a9b524af6012062fe037a6'],
    ['password', 'salt', 2, 'ea6c014dc72d6f8ccd1ed92ace1d41f0d8de8957'],
    ['password', 'salt', 4096, '4b007901b765489abead49d926f721d065a429c1'],
    [
      'passwordPASSWORDpassword',
      'saltSALTsaltSALTsaltSALTsaltSALTsalt',
      4096,
      '3d2eec4fe41c849b80c8d83662c0e44a8b291a964cf2f07038',
    ],
  ])('%s, %s, %i', (password, salt, iterationCount, expected) => {
    const parameters = { cryptographicParameters: sha1, salt: Buffer.from(salt), iterationCount };
    const made = derive(DerivationMethod.PBKDF2, Buffer.from(password), parameters, expected.length / 2);
    expect(made).toEqual(hex(expected));
  });

  it('refuses what is missing or would last too long', () => {
    const key = Buffer.from('password');
    const parameters = { cryptographicParameters: sha1, salt: Buffer.alloc(8), iterationCount: 1 };
    const reason = (other: DerivationParameters, length = 20) =>
      reasonOf(() => derive(DerivationMethod.PBKDF2, key, other, length));
    expect(reason({ ...parameters, salt: undefined })).toBe('Invalid Field');
    expect(reason({ ...parameters, iterationCount: undefined })).toBe('Invalid Field');
    expect(reason({ ...parameters, iterationCount: 0 })).toBe('Invalid Field');
    expect(reason({ ...parameters, iterationCount: 2_000_000_000 })).toBe('Invalid Field');
    expect(reason({ ...parameters, cryptographicParameters: undefined })).toBe('Invalid Field');
    expect(reason(parameters, 0)).toBe('Invalid Field');
    expect(reason(parameters, 10_000_000)).toBe('Invalid Field');
  });
});

describe('HASH, HMAC, ENCRYPT', () => {
  it('HASH: the digest of the key, or of the data (FIPS 180-4: "abc")', () => {
    const digest = hex('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    const abc = Buffer.from('abc');
    const parameters = { cryptographicParameters: sha256 };
    expect(derive(DerivationMethod.HASH, abc, parameters, 32)).toEqual(digest);
    expect(derive(DerivationMethod.HASH, abc, parameters, 16)).toEqual(digest.subarray(0, 16));
    const ofData = { ...parameters, derivationData: abc };
    expect(derive(DerivationMethod.HASH, Buffer.alloc(0), ofData, 32)).toEqual(digest);
    expect(reasonOf(() => derive(DerivationMethod.HASH, abc, ofData, 32))).toBe('Invalid Field');
    expect(reasonOf(() => derive(DerivationMethod.HASH, abc, parameters, 33))).toBe('Cryptographic Failure');
  });

  it('HMAC of the data (RFC 4231 §4.2)', () => {
    const parameters = { cryptographicParameters: sha256, derivationData: Buffer.from('Hi There') };
    const made = derive(DerivationMethod.HMAC, Buffer.alloc(20, 0x0b), parameters, 16);
    expect(made).toEqual(hex('b0344c61d8db38535ca8afceaf0bf12b'));
    const none = { cryptographicParameters: sha256 };
    expect(reasonOf(() => derive(DerivationMethod.HMAC, Buffer.alloc(20), none, 16))).toBe('Invalid Field');
  });

  it('ENCRYPT of the data (SP 800-38A F.2.1)', () => {
    const parameters = {
      cryptographicParameters: { blockCipherMode: BlockCipherMode.CBC },
      initializationVector: hex('000102030405060708090a0b0c0d0e0f'),
      derivationData: hex('6bc1bee22e409f96e93d7e117393172a ae2d8a571e03ac9c9eb76fac45af8e51'),
    };
    const key = hex('2b7e151628aed2a6abf7158809cf4f3c');
    const made = derive(DerivationMethod.ENCRYPT, key, parameters, 32, CryptographicAlgorithm.AES);
    expect(made).toEqual(hex('7649abac8119b246cee98e9b12e9197d 5086cb9b507219ee95db113a917678b2'));
  });
});

// NIST CAVP, "SP800-108 - KDF": CounterMode (CTRLOCATION=BEFORE_FIXED), FeedbackModeNOzeroiv and PipelineModewithCounter
// (CTRLOCATION=AFTER_ITER), RLEN=32_BITS
describe('SP 800-108', () => {
  it.each([
    [
      'dd1d91b7d90b2bd3138533ce92b272fbf8a369316aefe242e659cc0ae238afe0',
      `01322b96b30acd197979444e468e1c5c6859bf1b1cf951b7e725303e237e46b8
       64a145fab25e517b08f8683d0315bb2911d80a0e8aba17f3b413faac`,
      '10621342bfb0fd40046c0e29f2cfdbf0',
    ],
    [
      'c4bedbddb66493e7c7259a3bbbc25f8c7e0ca7fe284d92d431d9cd99a0d214ac',
      `1c69c54766791e315c2cc5c47ecd3ffab87d0d273dd920e70955814c220eacac
       e6a5946542da3dfe24ff626b4897898cafb7db83bdff3c14fa46fd4b`,
      '1da47638d6c9c4d04d74d4640bbd42ab814d9e8cc22f4326695239f96b0693f12d0dd1152cf44430',
    ],
  ])('counter mode with HMAC-SHA-256 and the key %s', (key, fixed, expected) => {
    const parameters = { cryptographicParameters: sha256, derivationData: hex(fixed) };
    expect(derive(DerivationMethod.NIST800_108_C, hex(key), parameters, expected.length / 2)).toEqual(hex(expected));
  });

  const cmac = { blockCipherMode: BlockCipherMode.CMAC };

  it('counter mode with CMAC-AES-128', () => {
    const derivationData = hex(`4fce5942832a390aa1cbe8a0bf9d202cb799e986c9d6b51f45e4d597a6b57f06
      a4ebfec6467335d116b7f5f9c5b954062f661820f5db2a5bbb3e0625`);
    const parameters = { cryptographicParameters: cmac, derivationData };
    const key = hex('695f1b1a16c949cea51cdf2554ec9d42');
    expect(derive(DerivationMethod.NIST800_108_C, key, parameters, 32, CryptographicAlgorithm.AES)).toEqual(
      hex('d34b601ec18c34dfa0f9e0b7523e218bdddb9befe8d08b6c0202d75ace0dba89'),
    );
  });

  it('feedback mode with HMAC-SHA-256', () => {
    const parameters = {
      cryptographicParameters: sha256,
      initializationVector: hex('9f575d9059d3e0c0803f08112f8a806de3c3471912cdf42b095388b14b33508e'),
      derivationData: hex(`53b89c18690e2057a1d167822e636de50be0018532c431f7f5e37f77139220d5
        e042599ebe266af5767ee18cd2c5c19a1f0f80`),
    };
    const key = hex('93f698e842eed75394d629d957e2e89c6e741f810b623c8b901e38376d068e7b');
    expect(derive(DerivationMethod.NIST800_108_F, key, parameters, 64)).toEqual(
      hex(`bd1476f43a4e315747cf5918e0ea5bc0d98769457477c3ab18b742def0e079a9
        33b756365afb5541f253fee43c6fd788a44041038509e9eeb68f7d65ffbb5f95`),
    );
  });

  it('double-pipeline mode with CMAC-AES-128', () => {
    const derivationData = hex(`daefcc52d6e32e1614109268933087fce3d64a5a6f111ba1a8d343a1e388a175
      2aaea93853be52864997a81c84b04c4f3ff3bd`);
    const parameters = { cryptographicParameters: cmac, derivationData };
    const key = hex('34f0c2542bfe13c7149b68c8a1ef636b');
    expect(derive(DerivationMethod.NIST800_108_DPI, key, parameters, 64, CryptographicAlgorithm.AES)).toEqual(
      hex(`fc0eae673e7db3c4660668e187bcd81d5ca9b89213d8d741e71c9bab89bb4fb3
        c4df541d89a8117f0f56b0f15111ae28abf81fb7d7349fbbcaf01137e4d73527`),
    );
  });
});

describe('Asymmetric Key', () => {
  // RFC 5903 §8.1: 256-bit random ECP group
  it('ECDH on P-256', () => {
    const recommendedCurve = RecommendedCurve.P_256;
    const own = readTransparent(
      KeyFormatType.TransparentECPrivateKey,
      makeTransparentKey(KeyFormatType.TransparentECPrivateKey, {
        recommendedCurve,
        d: 0xc88f01f510d9ac3f70a292daa2316de544e9aab8afe84049c62a9c57862d1433n,
      }),
    );
    const theirs = readTransparent(
      KeyFormatType.TransparentECPublicKey,
      makeTransparentKey(KeyFormatType.TransparentECPublicKey, {
        recommendedCurve,
        qString: hex(`04 d12dfb5289c8d4f81208b70270398c342296970a0bccb74c736fc7554494bf63
          56fbf3ca366cc23e8157854c13c58d6aac23f046ada30f8353e74f33039872ab`),
      }),
    );
    const secret = hex('d6840f6b42f6edafd13116e0e12565202fef8e9ece7dce03812464d04b9442de');
    expect(agreeOnKey(own, theirs, 32)).toEqual(secret);
    expect(agreeOnKey(own, theirs, 16)).toEqual(secret.subarray(0, 16));
    expect(reasonOf(() => agreeOnKey(own, theirs, 33))).toBe('Cryptographic Failure');
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'secp384r1' });
    expect(reasonOf(() => agreeOnKey(own, publicKey, 16))).toBe('Cryptographic Failure');
    expect(reasonOf(() => derive(DerivationMethod.AsymmetricKey, Buffer.alloc(1), {}, 16))).toBe('Invalid Field');
  });
});
