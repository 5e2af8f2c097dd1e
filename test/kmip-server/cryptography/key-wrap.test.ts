import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  BlockCipherMode,
  CryptographicAlgorithm,
  type CryptographicParameters,
  CryptographicUsageMask,
  EncodingOption,
  HashingAlgorithm,
  type KeyBlock,
  KeyFormatType,
  type KeyWrappingSpecification,
  makeAttribute,
  makeTransparentKey,
  PaddingMethod,
  protocolVersion,
  WrappingMethod,
} from '../../../kmip/index.ts';
import { decrypt, encrypt } from '../../../kmip-server/cryptography/cipher.ts';
import { unwrapKeyBlock, type WrappingKey, wrapKeyBlock } from '../../../kmip-server/cryptography/key-wrap.ts';
import { hex, reasonOf } from './refusal.ts';

const { AES } = CryptographicAlgorithm;
const version = protocolVersion('1.4');

describe('AES key wrap', () => {
  // RFC 3394 §4.1 to §4.6
  const kek = '000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F';
  const data = '00112233445566778899AABBCCDDEEFF000102030405060708090A0B0C0D0E0F';
  it.each([
    [128, 128, '1FA68B0A8112B447 AEF34BD8FB5A7B82 9D3E862371D2CFE5'],
    [192, 128, '96778B25AE6CA435 F92B5B97C050AED2 468AB8A17AD84E5D'],
    [256, 128, '64E8C3F9CE0F5BA2 63E9777905818A2A 93C8191E7D6E8AE7'],
    [192, 192, '031D33264E15D332 68F24EC260743EDC E1C6C7DDEE725A93 6BA814915C6762D2'],
    [256, 192, 'A8F9BC1612C68B3F F6E6F4FBE30E71E4 769C8B80A32CB895 8CD5D17D6B254DA1'],
    [256, 256, '28C9F404C4B810F4 CBCCB35CFB87F826 3F5786E2D80ED326 CBC7F0E71A99F43B FB988B9B7A02DD21'],
  ])('RFC 3394 with a key of %i bits around %i bits', (kekBits, bits, wrapped) => {
    const parameters = { blockCipherMode: BlockCipherMode.NISTKeyWrap };
    const request = { key: hex(kek.slice(0, kekBits / 4)), algorithm: AES, parameters };
    expect(encrypt(request, hex(data.slice(0, bits / 4))).data).toEqual(hex(wrapped));
    expect(decrypt(request, hex(wrapped))).toEqual(hex(data.slice(0, bits / 4)));
    const damaged = hex(wrapped);
    damaged[3] = (damaged[3] ?? 0) ^ 1;
    expect(reasonOf(() => decrypt(request, damaged))).toBe('Cryptographic Failure');
  });

  // RFC 5649 §6
  it.each([
    ['c37b7e6492584340bed12207808941155068f738', '138bdeaa9b8fa7fc61f97742e72248ee5ae6ae5360d1ae6a5f54f373fa543b6a'],
    ['466f7250617369', 'afbeb0f07dfbf5419200f2ccb50bb24f'],
  ])('RFC 5649 around %s', (plain, wrapped) => {
    const parameters = { blockCipherMode: BlockCipherMode.AESKeyWrapPadding };
    const request = { key: hex('5840df6e29b02af1ab493b705bf16ea1ae8338f4dcc176a8'), algorithm: AES, parameters };
    expect(encrypt(request, hex(plain)).data).toEqual(hex(wrapped));
    expect(decrypt(request, hex(wrapped))).toEqual(hex(plain));
  });
});

// The keys of OASIS TC-141-11 and TC-142-11
const kek: WrappingKey = {
  key: hex('000102030405060708090a0b0c0d0e0f'),
  algorithm: AES,
  parameters: { blockCipherMode: BlockCipherMode.NISTKeyWrap },
};
const usageMask = CryptographicUsageMask.Encrypt | CryptographicUsageMask.Decrypt;
const usage = makeAttribute('Cryptographic Usage Mask', usageMask);

function block(attributes: (typeof usage)[] = []): KeyBlock {
  return {
    keyFormatType: KeyFormatType.Raw,
    keyValue: { keyMaterial: hex('00112233445566778899aabbccddeeff'), attributes },
    cryptographicAlgorithm: AES,
    cryptographicLength: 128,
  };
}

function specification(wrappingMethod: number, encodingOption?: number): KeyWrappingSpecification {
  return {
    wrappingMethod,
    encryptionKeyInformation: { uniqueIdentifier: 'kek' },
    attributeNames: [],
    ...(encodingOption !== undefined && { encodingOption }),
  };
}

describe('wrapped Key Blocks', () => {
  it('TC-141-11: No Encoding wraps the Key Material', () => {
    const asked = specification(WrappingMethod.Encrypt, EncodingOption.NoEncoding);
    const wrapped = wrapKeyBlock(block(), asked, { encryption: kek }, version);
    expect(wrapped).toEqual({
      keyFormatType: KeyFormatType.Raw,
      keyValue: { wrapped: hex('1fa68b0a8112b447aef34bd8fb5a7b829d3e862371d2cfe5') },
      cryptographicAlgorithm: AES,
      cryptographicLength: 128,
      keyWrappingData: {
        wrappingMethod: WrappingMethod.Encrypt,
        encryptionKeyInformation: { uniqueIdentifier: 'kek' },
        encodingOption: EncodingOption.NoEncoding,
      },
    });
    expect(unwrapKeyBlock(wrapped, { encryption: kek }, version)).toEqual(block());
  });

  it('TC-142-11: without an Encoding Option the TTLV of the Key Value is wrapped, its attributes with it', () => {
    const wrapped = wrapKeyBlock(block([usage]), specification(WrappingMethod.Encrypt), { encryption: kek }, version);
    expect(wrapped.keyValue).toEqual({
      wrapped: hex(`0DC0F8CB416E7B4422D85805D3DD80E49C6C75F763D1BE99748DE568E4EECDC0
        5B94B1C1946FD3DEF14CFE184DAADA0DAF07C93E038CEB9F501BDD8A82C7D6B3
        3152DBF9D415924B9F13F6CB75FF880AB09DC862E473F74BDAF9398EC7695D41`),
    });
    expect(unwrapKeyBlock(wrapped, { encryption: kek }, version)).toEqual(block([usage]));
  });

  it('TC-WRAP-1-14: unwraps a key whose Key Material was registered wrapped', () => {
    const keyMaterial = hex('1fa68b0a8112b447aef34bd8fb5a7b829d3e862371d2cfe5');
    const { attributeNames: _, ...keyWrappingData } = specification(WrappingMethod.Encrypt, EncodingOption.NoEncoding);
    const registered = { ...block(), keyValue: { keyMaterial, attributes: [] }, keyWrappingData };
    expect(unwrapKeyBlock(registered, { encryption: kek }, version)).toEqual(block());
  });

  it('wraps a transparent key, encoded', () => {
    const keyMaterial = makeTransparentKey(KeyFormatType.TransparentSymmetricKey, { key: Buffer.alloc(16, 3) });
    const transparent = {
      ...block(),
      keyFormatType: KeyFormatType.TransparentSymmetricKey,
      keyValue: { keyMaterial, attributes: [] },
    };
    const asked = specification(WrappingMethod.Encrypt, EncodingOption.TTLVEncoding);
    const wrapped = wrapKeyBlock(transparent, asked, { encryption: kek }, version);
    expect(unwrapKeyBlock(wrapped, { encryption: kek }, version)).toEqual(transparent);
    const bare = specification(WrappingMethod.Encrypt, EncodingOption.NoEncoding);
    expect(reasonOf(() => wrapKeyBlock(transparent, bare, { encryption: kek }, version))).toBe('Encoding Option Error');
    expect(reasonOf(() => wrapKeyBlock(block([usage]), bare, { encryption: kek }, version))).toBe(
      'Encoding Option Error',
    );
  });

  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const hmacKey: WrappingKey = {
    key: Buffer.alloc(32, 9),
    algorithm: CryptographicAlgorithm.HMAC_SHA256,
    parameters: {},
  };

  it.each<[string, CryptographicParameters]>([
    ['CBC and PKCS5', { blockCipherMode: BlockCipherMode.CBC, paddingMethod: PaddingMethod.PKCS5 }],
    ['ECB and PKCS5', { blockCipherMode: BlockCipherMode.ECB, paddingMethod: PaddingMethod.PKCS5 }],
    ['GCM', { blockCipherMode: BlockCipherMode.GCM }],
    ['CCM with a short tag', { blockCipherMode: BlockCipherMode.CCM, tagLength: 8 }],
    ['CTR', { blockCipherMode: BlockCipherMode.CTR }],
    ['AESKeyWrapPadding', { blockCipherMode: BlockCipherMode.AESKeyWrapPadding }],
  ])('%s, there and back', (_name, parameters) => {
    const encryption = { ...kek, parameters };
    for (const option of [EncodingOption.NoEncoding, EncodingOption.TTLVEncoding]) {
      const wrapped = wrapKeyBlock(block(), specification(WrappingMethod.Encrypt, option), { encryption }, version);
      expect(wrapped.keyValue).not.toEqual(block().keyValue);
      expect(unwrapKeyBlock(wrapped, { encryption }, version)).toEqual(block());
    }
  });

  it('wraps with an RSA public key', () => {
    const parameters = { paddingMethod: PaddingMethod.OAEP, hashingAlgorithm: HashingAlgorithm.SHA_256 };
    const encryption = { key: rsa.publicKey, algorithm: CryptographicAlgorithm.RSA, parameters };
    const wrapped = wrapKeyBlock(block(), specification(WrappingMethod.Encrypt), { encryption }, version);
    const opener = { ...encryption, key: rsa.privateKey };
    expect(unwrapKeyBlock(wrapped, { encryption: opener }, version)).toEqual(block());
  });

  const signer = {
    algorithm: CryptographicAlgorithm.RSA,
    parameters: { paddingMethod: PaddingMethod.PKCS1V1_5, hashingAlgorithm: HashingAlgorithm.SHA_256 },
  };

  it.each([
    ['MAC/sign', WrappingMethod.MACSign],
    ['Encrypt then MAC/sign', WrappingMethod.EncryptThenMACSign],
    ['MAC/sign then encrypt', WrappingMethod.MACSignThenEncrypt],
  ])('%s: there and back, and refused when the proof is wrong', (_name, method) => {
    const pairs = [
      [hmacKey, hmacKey],
      [
        { ...signer, key: rsa.privateKey },
        { ...signer, key: rsa.publicKey },
      ],
    ] as const;
    for (const [maker, checker] of pairs) {
      const keys = { encryption: kek, macSignature: maker };
      const wrapped = wrapKeyBlock(block([usage]), specification(method), keys, version);
      expect('wrapped' in (wrapped.keyValue ?? {})).toBe(method !== WrappingMethod.MACSign);
      const opening = { encryption: kek, macSignature: checker };
      expect(unwrapKeyBlock(wrapped, opening, version)).toEqual(block([usage]));
      const macSignature = Buffer.from(wrapped.keyWrappingData?.macSignature ?? []);
      macSignature[0] = (macSignature[0] ?? 0) ^ 1;
      const damaged = { ...wrapped, keyWrappingData: { wrappingMethod: method, macSignature } };
      expect(reasonOf(() => unwrapKeyBlock(damaged, opening, version))).toBe('Cryptographic Failure');
      const without = { ...wrapped, keyWrappingData: { wrappingMethod: method } };
      expect(reasonOf(() => unwrapKeyBlock(without, opening, version))).toBe('Invalid Field');
    }
  });

  it('refuses what cannot be', () => {
    const encrypting = specification(WrappingMethod.Encrypt);
    const keys = { encryption: kek };
    const wrapped = wrapKeyBlock(block(), encrypting, keys, version);
    expect(reasonOf(() => wrapKeyBlock(wrapped, encrypting, keys, version))).toBe('Illegal Operation');
    expect(reasonOf(() => wrapKeyBlock(block(), encrypting, {}, version))).toBe('Invalid Field');
    expect(reasonOf(() => wrapKeyBlock(block(), specification(WrappingMethod.TR_31), keys, version))).toBe(
      'Feature Not Supported',
    );
    expect(reasonOf(() => wrapKeyBlock(block(), specification(0x77), keys, version))).toBe('Invalid Field');
    expect(reasonOf(() => wrapKeyBlock(block(), specification(WrappingMethod.MACSign), keys, version))).toBe(
      'Invalid Field',
    );
    const absent = { keyFormatType: KeyFormatType.Raw };
    expect(reasonOf(() => wrapKeyBlock(absent, encrypting, keys, version))).toBe('Key Value Not Present');
    const other = { encryption: { ...kek, key: Buffer.alloc(16) } };
    expect(reasonOf(() => unwrapKeyBlock(wrapped, other, version))).toBe('Cryptographic Failure');
    const ctr = { encryption: { ...kek, parameters: { blockCipherMode: BlockCipherMode.CTR } } };
    const loose = wrapKeyBlock(block(), encrypting, ctr, version);
    const wrongKey = { encryption: { ...ctr.encryption, key: Buffer.alloc(16) } };
    expect(reasonOf(() => unwrapKeyBlock(loose, wrongKey, version))).toBe('Cryptographic Failure');
    expect(unwrapKeyBlock(block(), {}, version)).toEqual(block());
  });
});
