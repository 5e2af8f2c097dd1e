import { describe, expect, it } from 'vitest';
import {
  BlockCipherMode,
  CryptographicAlgorithm,
  type CryptographicParameters,
  PaddingMethod,
} from '../../../kmip/index.ts';
import { beginDecryption, beginEncryption, decrypt, encrypt } from '../../../kmip-server/cryptography/cipher.ts';
import { hasOasisCases, oasisBytes, SKIPPED } from './oasis-case.ts';
import { hex, reasonOf } from './refusal.ts';

const { AES, Camellia, ChaCha20, ChaCha20Poly1305, DES, DES3 } = CryptographicAlgorithm;

function counting(from: number, length: number): Buffer {
  return Buffer.from(Array.from({ length }, (_, at) => from + at));
}

// SP 800-38A §F
const nistKey = hex('2b7e151628aed2a6abf7158809cf4f3c');
const nistPlain = hex(`6bc1bee22e409f96e93d7e117393172a ae2d8a571e03ac9c9eb76fac45af8e51
  30c81c46a35ce411e5fbc1191a0a52ef f69f2445df4f9b17ad2b417be66c3710`);
const nistIv = counting(0, 16);

type Vector = [name: string, parameters: CryptographicParameters, iv: Buffer | undefined, cipherText: string];
const nistVectors: Vector[] = [
  [
    'ECB (F.1.1)',
    { blockCipherMode: BlockCipherMode.ECB },
    undefined,
    `3ad77bb40d7a3660a89ecaf32466ef97
    f5d3d58503b9699de785895a96fdbaaf 43b1cd7f598ece23881b00e3ed030688 7b0c785e27e8ad3f8223207104725dd4`,
  ],
  [
    'CBC (F.2.1)',
    { blockCipherMode: BlockCipherMode.CBC },
    nistIv,
    `7649abac8119b246cee98e9b12e9197d
    5086cb9b507219ee95db113a917678b2 73bed6b8e3c1743b7116e69e22229516 3ff1caa1681fac09120eca307586e1a7`,
  ],
  [
    'CFB128 (F.3.13)',
    { blockCipherMode: BlockCipherMode.CFB },
    nistIv,
    `3b3fd92eb72dad20333449f8e83cfb4a
    c8a64537a0b3a93fcde3cdad9f1ce58b 26751f67a3cbb140b1808cf187a4f4df c04b05357c5d1c0eeac4c66f9ff7f2e6`,
  ],
  [
    'OFB (F.4.1)',
    { blockCipherMode: BlockCipherMode.OFB },
    nistIv,
    `3b3fd92eb72dad20333449f8e83cfb4a
    7789508d16918f03f53c52dac54ed825 9740051e9c5fecf64344f7a82260edcc 304c6528f659c77866a510d9c1d6ae5e`,
  ],
  [
    'CTR (F.5.1)',
    { blockCipherMode: BlockCipherMode.CTR },
    counting(0xf0, 16),
    `874d6191b620e3261bef6864990db6ce
    9806f66b7970fdff8617187bb9fffdff 5ae4df3edbd5d35e5b4f09020db03eab 1e031dda2fbe03d1792170a0f3009cee`,
  ],
];

describe('AES in the modes of SP 800-38A', () => {
  it.each(nistVectors)('%s', (_name, parameters, ivCounterNonce, cipherText) => {
    const request = { key: nistKey, algorithm: AES, parameters, ivCounterNonce };
    expect(encrypt(request, nistPlain)).toEqual({ data: hex(cipherText) });
    expect(decrypt(request, hex(cipherText))).toEqual(nistPlain);
  });

  it.each(nistVectors)('%s in parts of every length', (_name, parameters, ivCounterNonce, cipherText) => {
    const request = { key: nistKey, algorithm: AES, parameters, ivCounterNonce };
    for (let step = 1; step < 40; step += 5) {
      const encryption = beginEncryption(request);
      const decryption = beginDecryption(request);
      const [made, opened]: [Buffer[], Buffer[]] = [[], []];
      for (let at = 0; at < nistPlain.length; at += step) {
        made.push(encryption.update(nistPlain.subarray(at, at + step)));
        opened.push(decryption.update(hex(cipherText).subarray(at, at + step)));
      }
      expect(Buffer.concat([...made, encryption.final().data])).toEqual(hex(cipherText));
      expect(Buffer.concat([...opened, decryption.final()])).toEqual(nistPlain);
    }
  });

  it('builds the counter block from nonce, Counter Length and Initial Counter Value', () => {
    const parameters = { blockCipherMode: BlockCipherMode.CTR, counterLength: 32, initialCounterValue: -1 };
    const request = { key: nistKey, algorithm: AES, ivCounterNonce: counting(0xf0, 12) };
    expect(reasonOf(() => encrypt({ ...request, parameters }, nistPlain))).toBe('Invalid Field');
    const whole = { blockCipherMode: BlockCipherMode.CTR };
    const usual = { ...whole, counterLength: 32 };
    const nonce = Buffer.concat([counting(0xf0, 12), hex('00000001')]);
    const expected = encrypt({ ...request, parameters: whole, ivCounterNonce: nonce }, nistPlain);
    expect(encrypt({ ...request, parameters: usual }, nistPlain)).toEqual(expected);
  });
});

// FIPS 197 appendix C
describe.each([
  [128, '69c4e0d86a7b0430d8cdb78070b4c55a'],
  [192, 'dda97ca4864cdfe06eaf70a0ec0d7191'],
  [256, '8ea2b7ca516745bfeafc49904b496089'],
])('AES-%i of FIPS 197', (bits, cipherText) => {
  it('encrypts its example', () => {
    const request = {
      key: counting(0, bits / 8),
      algorithm: AES,
      parameters: { blockCipherMode: BlockCipherMode.ECB },
    };
    expect(encrypt(request, hex('00112233445566778899aabbccddeeff')).data).toEqual(hex(cipherText));
  });
});

describe('other ciphers', () => {
  it('Camellia (RFC 3713 appendix A)', () => {
    const block = hex('0123456789abcdeffedcba9876543210');
    const request = { key: block, algorithm: Camellia, parameters: { blockCipherMode: BlockCipherMode.ECB } };
    expect(encrypt(request, block).data).toEqual(hex('67673138549669730857065648eabe43'));
  });

  it('DES (FIPS 81), and 3DES whose keys are equal', () => {
    const key = hex('0123456789abcdef');
    const parameters = { blockCipherMode: BlockCipherMode.ECB };
    const plain = Buffer.from('Now is the time for all ');
    const cipherText = hex('3fa40e8a984d4815 6a271787ab8883f9 893d51ec4b563b53');
    expect(encrypt({ key, algorithm: DES, parameters }, plain).data).toEqual(cipherText);
    for (const keys of [2, 3]) {
      const request = { key: Buffer.concat(Array<Buffer>(keys).fill(key)), algorithm: DES3, parameters };
      expect(encrypt(request, plain).data).toEqual(cipherText);
      expect(decrypt(request, cipherText)).toEqual(plain);
    }
  });

  it('XTS (IEEE 1619 vector 2)', () => {
    const key = Buffer.concat([Buffer.alloc(16, 0x11), Buffer.alloc(16, 0x22)]);
    const tweak = hex('33333333330000000000000000000000');
    const request = {
      key,
      algorithm: AES,
      parameters: { blockCipherMode: BlockCipherMode.XTS },
      ivCounterNonce: tweak,
    };
    const cipherText = hex('c454185e6a16936e39334038acef838bfb186fff7480adc4289382ecd6d394f0');
    expect(encrypt(request, Buffer.alloc(32, 0x44)).data).toEqual(cipherText);
    expect(decrypt(request, cipherText)).toEqual(Buffer.alloc(32, 0x44));
  });

  const sunscreen = Buffer.from(
    "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it.",
  );

  it('ChaCha20 (RFC 8439 §2.4.2)', () => {
    const request = {
      key: counting(0, 32),
      algorithm: ChaCha20,
      parameters: { initialCounterValue: 1 },
      ivCounterNonce: hex('000000000000004a00000000'),
    };
    const { data } = encrypt(request, sunscreen);
    expect(data.subarray(0, 32)).toEqual(hex('6e2e359a2568f98041ba0728dd0d6981e97e7aec1d4360c20a27afccfd9fae0b'));
    expect(decrypt(request, data)).toEqual(sunscreen);
  });

  it('ChaCha20-Poly1305 (RFC 8439 §2.8.2)', () => {
    const request = {
      key: counting(0x80, 32),
      algorithm: ChaCha20Poly1305,
      parameters: { blockCipherMode: BlockCipherMode.AEAD },
      ivCounterNonce: hex('070000004041424344454647'),
      additionalData: hex('50515253c0c1c2c3c4c5c6c7'),
    };
    const { data, tag } = encrypt(request, sunscreen);
    expect(data.subarray(0, 16)).toEqual(hex('d31a8d34648e60db7b86afbc53ef7ec2'));
    expect(tag).toEqual(hex('1ae10b594f09e26a7e902ecbd0600691'));
    expect(decrypt({ ...request, tag }, data)).toEqual(sunscreen);
  });

  it.each([
    // SP 800-38C examples 1 and 3
    ['10111213141516', counting(0, 8), 4, 4, '7162015b', '4dac255d'],
    [
      '101112131415161718191a1b',
      counting(0, 20),
      24,
      8,
      'e3b201a9f5b71a7a9b1ceaeccd97e70b6176aad9a4428aa5',
      '484392fbc1b09951',
    ],
  ])('CCM with the nonce %s', (nonce, additionalData, length, tagLength, cipherText, tag) => {
    const request = {
      key: counting(0x40, 16),
      algorithm: AES,
      parameters: { blockCipherMode: BlockCipherMode.CCM, tagLength },
      ivCounterNonce: hex(nonce),
      additionalData,
    };
    expect(encrypt(request, counting(0x20, length))).toEqual({ data: hex(cipherText), tag: hex(tag) });
    expect(decrypt({ ...request, tag: hex(tag) }, hex(cipherText))).toEqual(counting(0x20, length));
    const other = Buffer.from(hex(tag));
    other[0] = (other[0] ?? 0) ^ 1;
    expect(reasonOf(() => decrypt({ ...request, tag: other }, hex(cipherText)))).toBe('Cryptographic Failure');
  });

  it.each([
    [
      'NISTKeyWrap',
      BlockCipherMode.NISTKeyWrap,
      '000102030405060708090A0B0C0D0E0F',
      '00112233445566778899AABBCCDDEEFF',
      '1FA68B0A8112B447AEF34BD8FB5A7B829D3E862371D2CFE5',
    ],
    [
      'AESKeyWrapPadding',
      BlockCipherMode.AESKeyWrapPadding,
      '5840df6e29b02af1ab493b705bf16ea1ae8338f4dcc176a8',
      '466f7250617369',
      'afbeb0f07dfbf5419200f2ccb50bb24f',
    ],
  ])('%s as a mode of Encrypt', (_name, blockCipherMode, key, plain, wrapped) => {
    const request = { key: hex(key), algorithm: AES, parameters: { blockCipherMode } };
    expect(encrypt(request, hex(plain))).toEqual({ data: hex(wrapped) });
    expect(decrypt(request, hex(wrapped))).toEqual(hex(plain));
  });
});

describe('padding', () => {
  const request = (paddingMethod: number) => ({
    key: nistKey,
    algorithm: AES,
    parameters: { blockCipherMode: BlockCipherMode.CBC, paddingMethod },
    ivCounterNonce: nistIv,
  });
  const unpadded = (data: Buffer) => decrypt(request(PaddingMethod.None), data);

  it.each([
    ['PKCS5', PaddingMethod.PKCS5, 'ab'.repeat(13), '030303'],
    ['PKCS5, a whole block more', PaddingMethod.PKCS5, 'ab'.repeat(16), '10'.repeat(16)],
    ['ANSI X9.23', PaddingMethod.ANSIX9_23, 'ab'.repeat(13), '000003'],
    ['Zeros', PaddingMethod.Zeros, 'ab'.repeat(13), '000000'],
    ['Zeros, none for whole blocks', PaddingMethod.Zeros, 'ab'.repeat(16), ''],
  ])('%s', (_name, method, plain, padding) => {
    const { data } = encrypt(request(method), hex(plain));
    expect(unpadded(data)).toEqual(hex(plain + padding));
    expect(decrypt(request(method), data)).toEqual(hex(plain));
  });

  it('ISO 10126 ends in the number of bytes, the others random', () => {
    const plain = hex('ab'.repeat(8));
    const [one, other] = [0, 1].map(() => encrypt(request(PaddingMethod.ISO10126), plain).data);
    expect(one).not.toEqual(other);
    expect(unpadded(one ?? plain).at(-1)).toBe(8);
    expect(decrypt(request(PaddingMethod.ISO10126), other ?? plain)).toEqual(plain);
  });

  it('refuses what is not as it should be', () => {
    const whole = encrypt(request(PaddingMethod.None), Buffer.alloc(32, 0x55)).data;
    expect(reasonOf(() => decrypt(request(PaddingMethod.PKCS5), whole))).toBe('Cryptographic Failure');
    expect(reasonOf(() => decrypt(request(PaddingMethod.PKCS5), Buffer.alloc(0)))).toBe('Cryptographic Failure');
    expect(reasonOf(() => encrypt(request(PaddingMethod.None), Buffer.alloc(15)))).toBe('Cryptographic Failure');
    expect(reasonOf(() => encrypt(request(PaddingMethod.OAEP), Buffer.alloc(15)))).toBe('Invalid Field');
    expect(reasonOf(() => encrypt(request(PaddingMethod.SSL3), Buffer.alloc(15)))).toBe('Feature Not Supported');
    const ctr = { blockCipherMode: BlockCipherMode.CTR, paddingMethod: PaddingMethod.PKCS5 };
    const stream = { key: nistKey, algorithm: AES, parameters: ctr, ivCounterNonce: nistIv };
    expect(reasonOf(() => encrypt(stream, nistPlain))).toBe('Invalid Field');
  });
});

describe('IV and nonce', () => {
  const key = nistKey;

  it.each([
    ['CBC', { blockCipherMode: BlockCipherMode.CBC }, 16],
    ['GCM', { blockCipherMode: BlockCipherMode.GCM }, 12],
    ['GCM with IV Length', { blockCipherMode: BlockCipherMode.GCM, ivLength: 128 }, 16],
    ['GCM with fields', { blockCipherMode: BlockCipherMode.GCM, fixedFieldLength: 32, invocationFieldLength: 64 }, 12],
    ['CCM', { blockCipherMode: BlockCipherMode.CCM }, 12],
    ['CTR', { blockCipherMode: BlockCipherMode.CTR }, 16],
  ])('Random IV: the server draws that of %s', (_name, parameters, length) => {
    const request = { key, algorithm: AES, parameters: { ...parameters, randomIv: true } };
    const { data, ivCounterNonce, tag } = encrypt(request, nistPlain);
    expect(ivCounterNonce?.length).toBe(length);
    expect(encrypt(request, nistPlain).ivCounterNonce).not.toEqual(ivCounterNonce);
    expect(decrypt({ ...request, ivCounterNonce, tag }, data)).toEqual(nistPlain);
  });

  it('keeps the Fixed Field that a client gives', () => {
    const fields = { fixedFieldLength: 32, invocationFieldLength: 64, randomIv: true };
    const parameters = { blockCipherMode: BlockCipherMode.GCM, ...fields };
    const { ivCounterNonce } = encrypt({ key, algorithm: AES, parameters, ivCounterNonce: hex('01020304') }, nistPlain);
    expect(ivCounterNonce?.length).toBe(12);
    expect(ivCounterNonce?.subarray(0, 4)).toEqual(hex('01020304'));
  });

  it('takes a client’s own before one of its drawing, and does not repeat it', () => {
    const parameters = { blockCipherMode: BlockCipherMode.CBC, randomIv: true };
    const made = encrypt({ key, algorithm: AES, parameters, ivCounterNonce: nistIv }, nistPlain);
    expect(made.ivCounterNonce).toBeUndefined();
    expect(made.data.subarray(0, 16)).toEqual(hex('7649abac8119b246cee98e9b12e9197d'));
  });

  it('names what is wrong with it', () => {
    const request = { key, algorithm: AES, parameters: { blockCipherMode: BlockCipherMode.CBC } };
    expect(reasonOf(() => encrypt(request, nistPlain))).toBe('Invalid Message');
    expect(reasonOf(() => encrypt({ ...request, ivCounterNonce: nistKey.subarray(1) }, nistPlain))).toBe(
      'Invalid Field',
    );
    const ivLength = { blockCipherMode: BlockCipherMode.GCM, randomIv: true, ivLength: 12 };
    expect(reasonOf(() => encrypt({ ...request, parameters: ivLength }, nistPlain))).toBe('Invalid Field');
  });
});

describe('what cannot be done', () => {
  const key = nistKey;
  it.each([
    ['no mode', AES, {}, 'Invalid Field'],
    ['PCBC', AES, { blockCipherMode: BlockCipherMode.PCBC }, 'Feature Not Supported'],
    ['X9.102 TDKW', DES3, { blockCipherMode: BlockCipherMode.X9_102TDKW }, 'Feature Not Supported'],
    ['CMAC', AES, { blockCipherMode: BlockCipherMode.CMAC }, 'Invalid Field'],
    ['an unknown mode', AES, { blockCipherMode: 0x77 }, 'Invalid Field'],
    ['3DES in GCM', DES3, { blockCipherMode: BlockCipherMode.GCM }, 'Invalid Field'],
    ['Blowfish', CryptographicAlgorithm.Blowfish, { blockCipherMode: BlockCipherMode.ECB }, 'Feature Not Supported'],
    ['RSA', CryptographicAlgorithm.RSA, { blockCipherMode: BlockCipherMode.ECB }, 'Invalid Field'],
    ['a key too short', ChaCha20, {}, 'Cryptographic Failure'],
    ['XTS with one key', AES, { blockCipherMode: BlockCipherMode.XTS }, 'Cryptographic Failure'],
  ])('%s', (_name, algorithm, parameters, reason) => {
    expect(reasonOf(() => encrypt({ key, algorithm, parameters, ivCounterNonce: nistIv }, nistPlain))).toBe(reason);
  });
});

describe.skipIf(!hasOasisCases)(`the literal values of OASIS cases (${SKIPPED})`, () => {
  it('CS-BC-M-8-14: ECB and PKCS5', () => {
    const [key] = oasisBytes('v1.4/CS-BC-M-8-14.xml', 'KeyMaterial');
    const [plain, cipherText] = oasisBytes('v1.4/CS-BC-M-8-14.xml', 'Data');
    const parameters = { blockCipherMode: BlockCipherMode.ECB, paddingMethod: PaddingMethod.PKCS5 };
    const request = { key: key as Buffer, algorithm: AES, parameters };
    expect(encrypt(request, plain as Buffer).data).toEqual(cipherText);
    expect(decrypt(request, cipherText as Buffer)).toEqual(plain);
  });

  it('CS-BC-M-4-12-3DES-13: the key of three', () => {
    const file = 'v1.3/CS-BC-M-4-12-3DES-13.xml';
    const [key] = oasisBytes(file, 'KeyMaterial');
    const [plain, cipherText] = oasisBytes(file, 'Data');
    const request = { key: key as Buffer, algorithm: DES3, parameters: { blockCipherMode: BlockCipherMode.ECB } };
    expect(encrypt(request, plain as Buffer).data).toEqual(cipherText);
  });

  it('CS-BC-M-GCM-1-14: tags, and what is refused with which reason', () => {
    const file = 'v1.4/CS-BC-M-GCM-1-14.xml';
    const [plain, cipherText] = oasisBytes(file, 'Data') as [Buffer, Buffer];
    const [tag, , wrongTag] = oasisBytes(file, 'AuthenticatedEncryptionTag') as [Buffer, Buffer, Buffer];
    const request = (tagLength: number) => ({
      key: Buffer.alloc(16),
      algorithm: AES,
      parameters: { blockCipherMode: BlockCipherMode.GCM, tagLength },
      ivCounterNonce: Buffer.alloc(12),
    });
    expect(encrypt(request(16), plain)).toEqual({ data: cipherText, tag });
    expect(decrypt({ ...request(16), tag }, cipherText)).toEqual(plain);
    expect(decrypt({ ...request(12), tag: tag.subarray(0, 12) }, cipherText)).toEqual(plain);
    expect(reasonOf(() => decrypt({ ...request(16), tag: wrongTag }, cipherText))).toBe('Cryptographic Failure');
    expect(reasonOf(() => encrypt(request(1), plain))).toBe('General Failure');
    expect(reasonOf(() => encrypt(request(32), plain))).toBe('General Failure');
    expect(reasonOf(() => decrypt(request(16), cipherText))).toBe('Invalid Message');
  });

  it('CS-BC-M-GCM-2-14: all its keys, additional data and tag lengths', () => {
    const file = 'v1.4/CS-BC-M-GCM-2-14.xml';
    const keys = oasisBytes(file, 'KeyMaterial');
    const data = oasisBytes(file, 'Data');
    const tags = oasisBytes(file, 'AuthenticatedEncryptionTag');
    expect(keys.length).toBeGreaterThan(15);
    // The last keys have nonces of the server's drawing.
    const nonces = oasisBytes(file, 'IVCounterNonce');
    const additional = oasisBytes(file, 'AuthenticatedEncryptionAdditionalData');
    for (const [at, key] of keys.slice(0, 20).entries()) {
      const [plain, cipherText] = data.slice(at * 4) as [Buffer, Buffer];
      const tag = tags[at * 2] as Buffer;
      const parameters = { blockCipherMode: BlockCipherMode.GCM, tagLength: tag.length };
      const request = {
        key,
        algorithm: AES,
        parameters,
        ivCounterNonce: nonces[at * 2],
        additionalData: additional[at * 2],
      };
      expect([at, encrypt(request, plain)]).toEqual([at, { data: cipherText, tag }]);
      expect(decrypt({ ...request, tag }, cipherText)).toEqual(plain);
    }
  });

  it('CS-BC-M-GCM-3-14: GCM in parts, the tag with the last one', () => {
    const file = 'v1.4/CS-BC-M-GCM-3-14.xml';
    const [key, additionalData, ivCounterNonce] = [
      'KeyMaterial',
      'AuthenticatedEncryptionAdditionalData',
      'IVCounterNonce',
    ].map((element) => oasisBytes(file, element)[0] as Buffer) as [Buffer, Buffer, Buffer];
    // The first four are those of one message.
    const [plain1, cipher1, plain2, cipher2] = oasisBytes(file, 'Data').slice(4) as [Buffer, Buffer, Buffer, Buffer];
    const [tag] = oasisBytes(file, 'AuthenticatedEncryptionTag') as [Buffer];
    const parameters = { blockCipherMode: BlockCipherMode.GCM, tagLength: 16 };
    const request = { key, algorithm: AES, parameters, ivCounterNonce, additionalData };
    const encryption = beginEncryption(request);
    expect(encryption.update(plain1)).toEqual(cipher1);
    expect(Buffer.concat([encryption.update(plain2), encryption.final().data])).toEqual(cipher2);
    const decryption = beginDecryption(request);
    expect(Buffer.concat([decryption.update(cipher1), decryption.update(cipher2), decryption.final(tag)])).toEqual(
      Buffer.concat([plain1, plain2]),
    );
  });
});
