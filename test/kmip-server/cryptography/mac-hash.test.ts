import { describe, expect, it } from 'vitest';
import { BlockCipherMode, CryptographicAlgorithm, HashingAlgorithm, PaddingMethod } from '../../../kmip/index.ts';
import { beginHash, hash } from '../../../kmip-server/cryptography/hash.ts';
import { beginMac, isSameMac, mac } from '../../../kmip-server/cryptography/mac.ts';
import { hasOasisCases, oasisBytes, SKIPPED } from './oasis-case.ts';
import { hex, reasonOf } from './refusal.ts';

// FIPS 180-4 and FIPS 202 examples of NIST, RFC 1321 §A.5, the authors' RIPEMD-160 page: the digest of "abc"
const ofAbc: [name: string, code: number, digest: string][] = [
  ['MD5', HashingAlgorithm.MD5, '900150983cd24fb0d6963f7d28e17f72'],
  ['SHA-1', HashingAlgorithm.SHA_1, 'a9993e364706816aba3e25717850c26c9cd0d89d'],
  ['SHA-224', HashingAlgorithm.SHA_224, '23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7'],
  ['SHA-256', HashingAlgorithm.SHA_256, 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
  ['SHA-512/256', HashingAlgorithm.SHA_512_256, '53048e2681941ef99b2e29b76b4c7dabe4c2d0c634fc6d46e0e2f13107e7af23'],
  ['SHA3-256', HashingAlgorithm.SHA_3_256, '3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532'],
  ['RIPEMD-160', HashingAlgorithm.RIPEMD_160, '8eb208f7e05d987a9b044a8e98c6b087f15a0bfc'],
];

describe('hash', () => {
  it.each(ofAbc)('%s of "abc"', (_name, hashingAlgorithm, digest) => {
    expect(hash({ hashingAlgorithm }, Buffer.from('abc'))).toEqual(hex(digest));
    const running = beginHash({ hashingAlgorithm });
    for (const letter of 'abc') running.update(Buffer.from(letter));
    expect(running.final()).toEqual(hex(digest));
  });

  it.each([
    [HashingAlgorithm.SHA_384, 48],
    [HashingAlgorithm.SHA_512, 64],
    [HashingAlgorithm.SHA_512_224, 28],
    [HashingAlgorithm.SHA_3_224, 28],
    [HashingAlgorithm.SHA_3_384, 48],
    [HashingAlgorithm.SHA_3_512, 64],
  ])('Hashing Algorithm %i gives %i bytes', (hashingAlgorithm, length) => {
    expect(hash({ hashingAlgorithm }, Buffer.alloc(0)).length).toBe(length);
  });

  it('refuses what it cannot do', () => {
    expect(reasonOf(() => hash({}, Buffer.alloc(0)))).toBe('Invalid Field');
    expect(reasonOf(() => hash({ hashingAlgorithm: 0x77 }, Buffer.alloc(0)))).toBe('Invalid Field');
    for (const name of ['MD2', 'MD4', 'Tiger', 'Whirlpool'] as const) {
      const hashingAlgorithm = HashingAlgorithm[name];
      expect(reasonOf(() => hash({ hashingAlgorithm }, Buffer.alloc(0)))).toBe('Feature Not Supported');
    }
  });

  it.skipIf(!hasOasisCases)(`OASIS CS-AC-M-7-14 (${SKIPPED})`, () => {
    const [data1, digest1, data2, digest2] = oasisBytes('v1.4/CS-AC-M-7-14.xml', 'Data') as Buffer[];
    expect(hash({ hashingAlgorithm: HashingAlgorithm.SHA_256 }, data1 as Buffer)).toEqual(digest1);
    expect(hash({ hashingAlgorithm: HashingAlgorithm.SHA_512 }, data2 as Buffer)).toEqual(digest2);
  });
});

const hiThere = Buffer.from('Hi There');

describe('HMAC', () => {
  it.each([
    // RFC 4231 §4.2
    [
      'SHA-256',
      CryptographicAlgorithm.HMAC_SHA256,
      20,
      'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7',
    ],
    [
      'SHA-512',
      CryptographicAlgorithm.HMAC_SHA512,
      20,
      '87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cde' +
        'daa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854',
    ],
    // RFC 2202 §2, §3
    ['MD5', CryptographicAlgorithm.HMAC_MD5, 16, '9294727a3638bb1c13f48ef8158bfc9d'],
    ['SHA-1', CryptographicAlgorithm.HMAC_SHA1, 20, 'b617318655057264e28bc0b6fb378c8ef146be00'],
  ])('%s', (_name, algorithm, keyLength, expected) => {
    const request = { key: Buffer.alloc(keyLength, 0x0b), algorithm, parameters: {} };
    expect(mac(request, hiThere)).toEqual(hex(expected));
    const running = beginMac(request);
    running.update(hiThere.subarray(0, 3));
    running.update(hiThere.subarray(3));
    expect(running.final()).toEqual(hex(expected));
  });

  it.skipIf(!hasOasisCases)(`OASIS CS-AC-M-4-14: an AES key whose parameters say HMAC (${SKIPPED})`, () => {
    const file = 'v1.4/CS-AC-M-4-14.xml';
    const [key] = oasisBytes(file, 'KeyMaterial') as [Buffer];
    const [data] = oasisBytes(file, 'Data') as [Buffer];
    const [expected] = oasisBytes(file, 'MACData') as [Buffer];
    const parameters = { cryptographicAlgorithm: CryptographicAlgorithm.HMAC_SHA256 };
    expect(mac({ key, algorithm: CryptographicAlgorithm.AES, parameters }, data)).toEqual(expected);
  });
});

const nistKey = hex('2b7e151628aed2a6abf7158809cf4f3c');
const message = hex(`6bc1bee22e409f96e93d7e117393172a ae2d8a571e03ac9c9eb76fac45af8e51
  30c81c46a35ce411e5fbc1191a0a52ef f69f2445df4f9b17ad2b417be66c3710`);

describe('CMAC and CBC-MAC', () => {
  const cmac = {
    key: nistKey,
    algorithm: CryptographicAlgorithm.AES,
    parameters: { blockCipherMode: BlockCipherMode.CMAC },
  };

  it.each([
    // RFC 4493 §4
    [0, 'bb1d6929e95937287fa37d129b756746'],
    [16, '070a16b46b4d4144f79bdd9dd04a287c'],
    [40, 'dfa66747de9ae63030ca32611497c827'],
    [64, '51f0bebf7e3b9d92fc49741779363cfe'],
  ])('CMAC of %i bytes, whole and in parts', (length, expected) => {
    const data = message.subarray(0, length);
    expect(mac(cmac, data)).toEqual(hex(expected));
    for (const step of [1, 7, 16, 17]) {
      const running = beginMac(cmac);
      for (let at = 0; at < length; at += step) running.update(data.subarray(at, at + step));
      expect(running.final()).toEqual(hex(expected));
    }
  });

  // CBC from the IV 00…0f (SP 800-38A F.2.1) is CBC from zero over data whose first block is that IV more.
  it('CBC-MAC is the last block of CBC', () => {
    const parameters = { blockCipherMode: BlockCipherMode.CBC_MAC };
    const data = Buffer.from(message);
    for (let at = 0; at < 16; at++) data[at] = (data[at] ?? 0) ^ at;
    const request = { key: nistKey, algorithm: CryptographicAlgorithm.AES, parameters };
    expect(mac(request, data)).toEqual(hex('3ff1caa1681fac09120eca307586e1a7'));
    expect(reasonOf(() => mac(request, data.subarray(1)))).toBe('Cryptographic Failure');
    expect(reasonOf(() => mac(request, Buffer.alloc(0)))).toBe('Cryptographic Failure');
    const padded = { ...request, parameters: { ...parameters, paddingMethod: PaddingMethod.Zeros } };
    const tail = Buffer.concat([data, Buffer.of(1)]);
    expect(mac(padded, tail)).toEqual(mac(request, Buffer.concat([tail, Buffer.alloc(15)])));
  });

  it('3DES CMAC (SP 800-38B D.4, example 13)', () => {
    const key = hex('8aa83bf8cbda1062 0bc1bf19fbb6cd58 bc313d4a371ca8b5');
    const request = { key, algorithm: CryptographicAlgorithm.DES3, parameters: cmac.parameters };
    expect(mac(request, Buffer.alloc(0))).toEqual(hex('b7a688e122ffaf95'));
    expect(mac(request, hex('6bc1bee22e409f96'))).toEqual(hex('8e8f293136283797'));
  });

  it('refuses what makes no MAC', () => {
    const key = nistKey;
    const { AES, RSA, Poly1305 } = CryptographicAlgorithm;
    expect(reasonOf(() => mac({ key, algorithm: AES, parameters: {} }, message))).toBe('Invalid Field');
    expect(reasonOf(() => mac({ key, algorithm: RSA, parameters: {} }, message))).toBe('Invalid Field');
    expect(reasonOf(() => mac({ key, algorithm: Poly1305, parameters: {} }, message))).toBe('Feature Not Supported');
    const gcm = { blockCipherMode: BlockCipherMode.GCM };
    expect(reasonOf(() => mac({ key, algorithm: AES, parameters: gcm }, message))).toBe('Invalid Field');
  });

  it('compares', () => {
    expect(isSameMac(hex('0102'), hex('0102'))).toBe(true);
    expect(isSameMac(hex('0102'), hex('0103'))).toBe(false);
    expect(isSameMac(hex('0102'), hex('01'))).toBe(false);
  });
});
