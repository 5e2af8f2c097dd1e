import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  type Attribute,
  BlockCipherMode,
  CryptographicAlgorithm,
  CryptographicUsageMask,
  EncodingOption,
  item,
  KeyFormatType,
  KeyWrapType,
  type ManagedObject,
  makeAttribute,
  makeCustomAttribute,
  ObjectType,
  operations,
  protocolVersion,
  readAttribute,
  type StandardAttributeName,
  State,
  Tag,
  WrappingMethod,
} from '../../kmip/index.ts';
import { type Client, cleanUp, connect, type Lab, startLab } from './lab.ts';
import { askAs, createKey, named } from './requests.ts';

let lab: Lab;
let client: Client;
beforeEach(async () => {
  lab = await startLab();
  client = await connect(lab);
});
afterEach(cleanUp);

const at14 = { protocolVersion: protocolVersion('1.4') };
const bytes = Buffer.from('00112233445566778899aabbccddeeff', 'hex');
const key = {
  objectType: ObjectType.SymmetricKey,
  keyBlock: {
    keyFormatType: KeyFormatType.Raw,
    keyValue: { keyMaterial: bytes, attributes: [] },
    cryptographicAlgorithm: CryptographicAlgorithm.AES,
    cryptographicLength: 128,
  },
};
const mask = (bits: number) => makeAttribute('Cryptographic Usage Mask', bits);
const { Encrypt, WrapKey, UnwrapKey } = CryptographicUsageMask;

const given: Attribute[] = [
  mask(Encrypt),
  named('moved'),
  makeAttribute('State', State.Compromised),
  makeAttribute('Initial Date', 100),
  makeAttribute('Activation Date', 200),
  makeAttribute('Compromise Date', 300),
  makeAttribute('Last Change Date', 300),
  makeAttribute('Never Extractable', false),
  makeCustomAttribute('x-Site', item.textString(Tag.AttributeValue, 'milan')),
];

const payload = (uniqueIdentifier: string, object: ManagedObject = key, attributes = given, more: object = {}) => ({
  uniqueIdentifier,
  attributes,
  object,
  ...more,
});
const bring = (...parts: Parameters<typeof payload>) => client.ok(operations.import, payload(...parts), at14);
const refused = (...parts: Parameters<typeof payload>) => client.refused(operations.import, payload(...parts), at14);
const take = (uniqueIdentifier: string, more: object = {}) =>
  client.ok(operations.export, { uniqueIdentifier, ...more }, at14);
async function value<N extends StandardAttributeName>(uniqueIdentifier: string, name: N) {
  const { attributes } = await take(uniqueIdentifier);
  const found = attributes.find(({ attributeName }) => attributeName === name);
  return found && readAttribute(name, found);
}

it('Import keeps identifier and attributes; Export gives them back (KMIP 1.4 §4.40, §4.41)', async () => {
  expect(await bring('mine-1')).toEqual({ uniqueIdentifier: 'mine-1' });
  const exported = await take('mine-1');
  expect(exported).toMatchObject({ objectType: ObjectType.SymmetricKey, uniqueIdentifier: 'mine-1', object: key });
  for (const attribute of given) expect(exported.attributes).toContainEqual(attribute);
  // From one server to another.
  const otherLab = await startLab();
  client = await connect(otherLab);
  await bring('mine-1', exported.object as ManagedObject, exported.attributes);
  const again = await take('mine-1');
  const sorted = (attributes: Attribute[]) =>
    attributes.toSorted((a, b) => (a.attributeName < b.attributeName ? -1 : 1));
  expect(sorted(again.attributes)).toEqual(sorted(exported.attributes));
});

it('an identifier that is taken: Object Already Exists, unless it may be replaced', async () => {
  const created = await createKey(client);
  expect(await refused(created)).toMatch(/^ObjectAlreadyExists: /);
  await bring(created, key, [mask(Encrypt)], { replaceExisting: true });
  expect((await take(created)).object).toEqual(key);
  expect(await value(created, 'State')).toBe(State.PreActive);
  client = await connect(lab, { identity: lab.other });
  expect(await refused(created, key, [mask(Encrypt)], { replaceExisting: true })).toMatch(/^PermissionDenied: /);
});

it('a Name that another object has: Invalid Field', async () => {
  await createKey(client, named('moved'));
  expect(await refused('mine-1')).toBe('InvalidField: The Name "moved" is already in use.');
});

it('what is imported wrapped is unwrapped on demand', async () => {
  const kek = {
    ...key,
    keyBlock: {
      ...key.keyBlock,
      keyValue: { keyMaterial: Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex'), attributes: [] },
    },
  };
  await bring('kek', kek, [mask(WrapKey | UnwrapKey), makeAttribute('Activation Date', 1)]);
  const keyWrappingData = {
    wrappingMethod: WrappingMethod.Encrypt,
    encryptionKeyInformation: {
      uniqueIdentifier: 'kek',
      cryptographicParameters: { blockCipherMode: BlockCipherMode.NISTKeyWrap },
    },
    encodingOption: EncodingOption.NoEncoding,
  };
  // RFC 3394 §4.1
  const keyValue = { wrapped: Buffer.from('1fa68b0a8112b447aef34bd8fb5a7b829d3e862371d2cfe5', 'hex') };
  const wrapped: ManagedObject = { ...key, keyBlock: { ...key.keyBlock, keyValue, keyWrappingData } };
  await bring('as-it-is', wrapped, [mask(Encrypt)]);
  expect((await take('as-it-is')).object).toEqual(wrapped);
  await bring('opened', wrapped, [mask(Encrypt)], { keyWrapType: KeyWrapType.NotWrapped });
  expect((await take('opened')).object).toEqual(key);
  const lost = {
    ...wrapped,
    keyBlock: {
      ...wrapped.keyBlock,
      keyWrappingData: { ...keyWrappingData, encryptionKeyInformation: { uniqueIdentifier: 'gone' } },
    },
  };
  expect(await refused('x', lost, [mask(Encrypt)], { keyWrapType: KeyWrapType.NotWrapped })).toMatch(/^ItemNotFound: /);
});

it('of a destroyed object Export gives the attributes only', async () => {
  const created = await createKey(client);
  await client.ok(operations.destroy, { uniqueIdentifier: created });
  const exported = await take(created);
  expect(exported.object).toBe(undefined);
  expect(await value(created, 'State')).toBe(State.Destroyed);
});

it('a key that is sensitive or not extractable does not leave by Export either', async () => {
  await bring('s', key, [mask(Encrypt), makeAttribute('Sensitive', true)]);
  await bring('e', key, [mask(Encrypt), makeAttribute('Extractable', false)]);
  const ask = (uniqueIdentifier: string) => client.refused(operations.export, { uniqueIdentifier }, at14);
  expect(await ask('s')).toMatch(/^Sensitive: /);
  expect(await ask('e')).toMatch(/^NotExtractable: /);
});

it('before KMIP 1.4 there is neither', async () => {
  const created = await createKey(client);
  const asked = askAs(client, '1.3', operations.export, { uniqueIdentifier: created });
  expect(await asked).toMatch(/^OperationNotSupported: /);
});
