import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  type Attribute,
  BlockCipherMode,
  CryptographicAlgorithm,
  CryptographicUsageMask,
  EncodingOption,
  KeyFormatType,
  type KeyWrappingSpecification,
  KeyWrapType,
  type ManagedObject,
  makeAttribute,
  makeTransparentKey,
  ObjectType,
  operations,
  protocolVersion,
  SecretDataType,
  UsageLimitsUnit,
  WrappingMethod,
} from '../../kmip/index.ts';
import { type Client, cleanUp, connect, startLab } from './lab.ts';
import { createKey, named } from './requests.ts';

let client: Client;
beforeEach(async () => {
  client = await connect(await startLab());
});
afterEach(cleanUp);

const at14 = { protocolVersion: protocolVersion('1.4') };
const { Encrypt, Decrypt, WrapKey, UnwrapKey, MACGenerate, MACVerify } = CryptographicUsageMask;
// RFC 3394 §4.1
const kek = Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex');
const key = Buffer.from('00112233445566778899aabbccddeeff', 'hex');
const wrapped = Buffer.from('1fa68b0a8112b447aef34bd8fb5a7b829d3e862371d2cfe5', 'hex');

const mask = (bits: number) => makeAttribute('Cryptographic Usage Mask', bits);
const active = makeAttribute('Activation Date', 1);
const parameters = (blockCipherMode: number) => makeAttribute('Cryptographic Parameters', { blockCipherMode });
const nist = parameters(BlockCipherMode.NISTKeyWrap);

function symmetric(bytes: Buffer, algorithm: number = CryptographicAlgorithm.AES): ManagedObject {
  return {
    objectType: ObjectType.SymmetricKey,
    keyBlock: {
      keyFormatType: KeyFormatType.Raw,
      keyValue: { keyMaterial: Buffer.from(bytes), attributes: [] },
      cryptographicAlgorithm: algorithm,
      cryptographicLength: bytes.length * 8,
    },
  };
}

async function register(object: ManagedObject, attributes: Attribute[]): Promise<string> {
  const templateAttribute = { names: [], attributes };
  const answer = await client.ok(
    operations.register,
    { objectType: object.objectType, templateAttribute, object },
    at14,
  );
  return answer.uniqueIdentifier;
}

const registerKek = (bits: number = WrapKey | UnwrapKey, ...more: Attribute[]) =>
  register(symmetric(kek), [mask(bits), nist, active, ...more]);
const registerKey = (...more: Attribute[]) => register(symmetric(key), [mask(Encrypt | Decrypt), ...more]);

function specification(
  uniqueIdentifier: string,
  more: Partial<KeyWrappingSpecification> = {},
): KeyWrappingSpecification {
  const encryptionKeyInformation = {
    uniqueIdentifier,
    cryptographicParameters: { blockCipherMode: BlockCipherMode.NISTKeyWrap },
  };
  return { wrappingMethod: WrappingMethod.Encrypt, encryptionKeyInformation, attributeNames: [], ...more };
}

const noEncoding = { encodingOption: EncodingOption.NoEncoding };
const get = (uniqueIdentifier: string, more: object = {}) =>
  client.ok(operations.get, { uniqueIdentifier, ...more }, at14);
const refused = (uniqueIdentifier: string, more: object) =>
  client.refused(operations.get, { uniqueIdentifier, ...more }, at14);

function keyBlock(object: ManagedObject) {
  if (!('keyBlock' in object)) throw new Error('no key');
  return object.keyBlock;
}

it('without encoding, the bare Key Material is wrapped (RFC 3394 §4.1, OASIS TC-141-11)', async () => {
  const wrapping = await registerKek();
  const keyWrappingSpecification = specification(wrapping, noEncoding);
  const { object } = await get(await registerKey(), { keyWrappingSpecification });
  const { attributeNames: _, ...keyWrappingData } = keyWrappingSpecification;
  expect(keyBlock(object)).toEqual({
    keyFormatType: KeyFormatType.Raw,
    keyValue: { wrapped },
    cryptographicAlgorithm: CryptographicAlgorithm.AES,
    cryptographicLength: 128,
    keyWrappingData,
  });
});

it('with attributes, the whole Key Value is wrapped (OASIS Test Cases 1.1 §14.2, in bytes)', async () => {
  const keyWrappingSpecification = specification(await registerKek(), { attributeNames: ['Cryptographic Usage Mask'] });
  const { object } = await get(await registerKey(), { keyWrappingSpecification });
  const expected =
    '0dc0f8cb416e7b4422d85805d3dd80e49c6c75f763d1be99748de568e4eecdc05b94b1c1946fd3def14cfe184daada0daf07c93e038ceb9f' +
    '501bdd8a82c7d6b33152dbf9d415924b9f13f6cb75ff880ab09dc862e473f74bdaf9398ec7695d41';
  expect(keyBlock(object).keyValue).toEqual({ wrapped: Buffer.from(expected, 'hex') });
});

it('the format is changed first, then the key is wrapped', async () => {
  const wrapping = await registerKek();
  const transparent: ManagedObject = {
    objectType: ObjectType.SymmetricKey,
    keyBlock: {
      ...keyBlock(symmetric(key)),
      keyFormatType: KeyFormatType.TransparentSymmetricKey,
      keyValue: { keyMaterial: makeTransparentKey(KeyFormatType.TransparentSymmetricKey, { key }), attributes: [] },
    },
  };
  const uniqueIdentifier = await register(transparent, [mask(Encrypt)]);
  const keyWrappingSpecification = specification(wrapping, noEncoding);
  const raw = { keyFormatType: KeyFormatType.Raw, keyWrappingSpecification };
  expect(keyBlock((await get(uniqueIdentifier, raw)).object).keyValue).toEqual({ wrapped });
  // A structure has no bytes to wrap without its encoding.
  expect(await refused(uniqueIdentifier, { keyWrappingSpecification })).toMatch(/^EncodingOptionError: /);
});

it('a MAC alone leaves the key readable; with encryption it is verified when the key is unwrapped', async () => {
  const macKey = await register(symmetric(kek, CryptographicAlgorithm.HMAC_SHA256), [
    mask(MACGenerate | MACVerify),
    makeAttribute('Cryptographic Parameters', { cryptographicAlgorithm: CryptographicAlgorithm.HMAC_SHA256 }),
    active,
  ]);
  const macSignatureKeyInformation = { uniqueIdentifier: macKey };
  const uniqueIdentifier = await registerKey();
  const proven = await get(uniqueIdentifier, {
    keyWrappingSpecification: {
      wrappingMethod: WrappingMethod.MACSign,
      macSignatureKeyInformation,
      attributeNames: [],
    },
  });
  expect(keyBlock(proven.object).keyValue).toEqual({ keyMaterial: key, attributes: [] });
  expect(keyBlock(proven.object).keyWrappingData?.macSignature).toHaveLength(32);

  const withAttributes = await get(uniqueIdentifier, {
    keyWrappingSpecification: {
      wrappingMethod: WrappingMethod.MACSign,
      macSignatureKeyInformation,
      attributeNames: ['Cryptographic Usage Mask'],
    },
  });
  const copy = await register(withAttributes.object, [mask(Encrypt)]);
  expect(keyBlock((await get(copy, { keyWrapType: KeyWrapType.NotWrapped })).object).keyValue).toEqual({
    keyMaterial: key,
    attributes: [mask(Encrypt | Decrypt)],
  });

  const both = await get(uniqueIdentifier, {
    keyWrappingSpecification: specification(await registerKek(), {
      wrappingMethod: WrappingMethod.EncryptThenMACSign,
      macSignatureKeyInformation,
    }),
  });
  const again = await register(both.object, [mask(Encrypt)]);
  expect(keyBlock((await get(again, { keyWrapType: KeyWrapType.NotWrapped })).object).keyValue).toEqual({
    keyMaterial: key,
    attributes: [],
  });
  const { keyWrappingData } = keyBlock(both.object);
  const damaged = {
    ...both.object,
    keyBlock: { ...keyBlock(both.object), keyWrappingData: { ...keyWrappingData!, macSignature: Buffer.alloc(32) } },
  };
  const broken = await register(damaged as ManagedObject, [mask(Encrypt)]);
  expect(await refused(broken, { keyWrapType: KeyWrapType.NotWrapped })).toMatch(/^CryptographicFailure: /);
});

it('a key registered wrapped comes back as registered, or unwrapped on demand (OASIS TC-WRAP-1-14)', async () => {
  const wrapping = await registerKek();
  const { attributeNames: _, ...keyWrappingData } = specification(wrapping, noEncoding);
  const object: ManagedObject = {
    objectType: ObjectType.SymmetricKey,
    keyBlock: { ...keyBlock(symmetric(key)), keyValue: { keyMaterial: wrapped, attributes: [] }, keyWrappingData },
  };
  const uniqueIdentifier = await register(object, [mask(Encrypt)]);
  expect((await get(uniqueIdentifier)).object).toEqual(object);
  expect((await get(uniqueIdentifier, { keyWrapType: KeyWrapType.AsRegistered })).object).toEqual(object);
  expect((await get(uniqueIdentifier, { keyWrapType: KeyWrapType.NotWrapped })).object).toEqual(symmetric(key));
  // Of a wrapped key there is no Key Material to digest.
  const digest = { uniqueIdentifier, attributeNames: ['Digest'] };
  expect((await client.ok(operations.getAttributes, digest)).attributes).toEqual([]);
  // Wrapped with another key: unwrapped first.
  const other = await register(symmetric(key), [mask(WrapKey), nist, active]);
  const rewrapped = await get(uniqueIdentifier, { keyWrappingSpecification: specification(other, noEncoding) });
  expect(keyBlock(rewrapped.object).keyValue).not.toEqual({ wrapped });
  expect(await refused(uniqueIdentifier, { keyFormatType: KeyFormatType.TransparentSymmetricKey })).toMatch(
    /^IllegalOperation: .*wrapped/,
  );
});

it('what may be wrong with the wrapping key (KMIP 1.1 §11.12)', async () => {
  const uniqueIdentifier = await registerKey();
  const ask = (wrapping: string, more: Partial<KeyWrappingSpecification> = {}) =>
    refused(uniqueIdentifier, { keyWrappingSpecification: specification(wrapping, more) });
  expect(await ask('nothing')).toMatch(/^ItemNotFound: /);
  const secret: ManagedObject = {
    objectType: ObjectType.SecretData,
    secretDataType: SecretDataType.Password,
    keyBlock: { keyFormatType: KeyFormatType.Raw, keyValue: { keyMaterial: key, attributes: [] } },
  };
  expect(await ask(await register(secret, []))).toMatch(/^IllegalOperation: .*not a key/);
  expect(await ask(await registerKek(Encrypt))).toMatch(/^PermissionDenied: .*Wrap Key/);
  expect(await ask(await register(symmetric(kek), [mask(WrapKey), nist]))).toMatch(/^PermissionDenied: .*Pre-Active/);
  const wrapping = await registerKek();
  const encryptionKeyInformation = {
    uniqueIdentifier: wrapping,
    cryptographicParameters: { blockCipherMode: BlockCipherMode.CBC },
  };
  expect(await ask(wrapping, { encryptionKeyInformation })).toMatch(/^ItemNotFound: .*Cryptographic Parameters/);
  const without = await register(symmetric(kek), [mask(WrapKey), active]);
  expect(await ask(without, { encryptionKeyInformation: { uniqueIdentifier: without } })).toMatch(
    /^ItemNotFound: .*names no Cryptographic Parameters/,
  );
  expect(await ask(wrapping, { ...noEncoding, attributeNames: ['State'] })).toMatch(/^EncodingOptionError: /);
  expect(await ask(wrapping, { wrappingMethod: WrappingMethod.TR_31 })).toMatch(/^FeatureNotSupported: /);
});

it('the first Cryptographic Parameters of the wrapping key stand in for those that are left out', async () => {
  const wrapping = await registerKek(WrapKey, parameters(BlockCipherMode.CBC));
  const keyWrappingSpecification = specification(wrapping, {
    ...noEncoding,
    encryptionKeyInformation: { uniqueIdentifier: wrapping },
  });
  const { object } = await get(await registerKey(), { keyWrappingSpecification });
  expect(keyBlock(object).keyValue).toEqual({ wrapped });
});

it('objects without a Key Block are not wrapped', async () => {
  const opaque: ManagedObject = {
    objectType: ObjectType.OpaqueObject,
    opaqueDataType: 0x80000001,
    opaqueDataValue: Buffer.from('x'),
  };
  const keyWrappingSpecification = specification(await registerKek());
  expect(await refused(await register(opaque, []), { keyWrappingSpecification })).toMatch(/^IllegalOperation: /);
});

it('wrapping counts against the Usage Limits of the wrapping key', async () => {
  const limits = { usageLimitsTotal: 1n, usageLimitsUnit: UsageLimitsUnit.Object };
  const wrapping = await registerKek(WrapKey, makeAttribute('Usage Limits', limits));
  const uniqueIdentifier = await registerKey();
  const keyWrappingSpecification = specification(wrapping, noEncoding);
  await get(uniqueIdentifier, { keyWrappingSpecification });
  expect(await refused(uniqueIdentifier, { keyWrappingSpecification })).toMatch(/^PermissionDenied: .*Usage Limits/);
});

it('a sensitive key leaves the server wrapped only, one that is not extractable not at all (KMIP 1.4 §3.48, §3.50)', async () => {
  const keyWrappingSpecification = specification(await registerKek(), noEncoding);
  const sensitive = await registerKey(makeAttribute('Sensitive', true));
  expect(await refused(sensitive, {})).toMatch(/^Sensitive: /);
  expect(keyBlock((await get(sensitive, { keyWrappingSpecification })).object).keyValue).toEqual({ wrapped });
  // A client of an earlier version is not told a reason that it cannot know.
  expect(await client.refused(operations.get, { uniqueIdentifier: sensitive })).toMatch(/^GeneralFailure: /);
  const kept = await registerKey(makeAttribute('Extractable', false));
  expect(await refused(kept, {})).toMatch(/^NotExtractable: /);
  expect(await refused(kept, { keyWrappingSpecification })).toMatch(/^NotExtractable: /);
});

it('Get hands out a copy: a later Destroy in the same batch does not blank it', async () => {
  const created = await createKey(client, named('gone'));
  const first = await get(created);
  const bytes = keyBlock(first.object).keyValue;
  const { items } = await client.batch([
    { operation: operations.get, payload: { uniqueIdentifier: created }, uniqueBatchItemId: Buffer.from('1') },
    { operation: operations.destroy, payload: { uniqueIdentifier: created }, uniqueBatchItemId: Buffer.from('2') },
  ] as never);
  const answer = operations.get.response.decode(items[0]!.payload, protocolVersion('1.1'));
  expect(keyBlock(answer.object).keyValue).toEqual(bytes);
});
