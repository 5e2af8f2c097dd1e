/** Attributes that came with KMIP 1.2 to 1.4, and rules that need a server with options. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../core/index.ts';
import {
  AlternativeNameType,
  type Attribute,
  type AttributeValue,
  CryptographicAlgorithm,
  item,
  KeyFormatType,
  type KmipVersion,
  LinkType,
  makeAttribute,
  makeCustomAttribute,
  ObjectType,
  operations,
  protocolVersion,
  RNGAlgorithm,
  readAttribute,
  type StandardAttributeName,
  Tag,
  UsageLimitsUnit,
} from '../../kmip/index.ts';
import { type Client, cleanUp, connect, startLab } from './lab.ts';
import { aes, askAs, createKey, named } from './requests.ts';

const start = Date.UTC(2026, 0, 1);
let client: Client;
let key: string;

beforeEach(async () => {
  const lab = await startLab({ clock: new ManualClock(start), applicationNamespaces: ['ssl'], leaseTime: 600 });
  client = await connect(lab);
  key = await createKey(client);
});
afterEach(cleanUp);

const at = (version: KmipVersion) => ({ protocolVersion: protocolVersion(version) });
const add = (attribute: Attribute, version: KmipVersion = '1.4') =>
  askAs(client, version, operations.addAttribute, { uniqueIdentifier: key, attribute });
const modify = (attribute: Attribute) =>
  askAs(client, '1.4', operations.modifyAttribute, { uniqueIdentifier: key, attribute });
const aesObject = {
  objectType: ObjectType.SymmetricKey,
  keyBlock: {
    keyFormatType: KeyFormatType.Raw,
    keyValue: { keyMaterial: Buffer.alloc(32, 7), attributes: [] },
    cryptographicAlgorithm: CryptographicAlgorithm.AES,
    cryptographicLength: 256,
  },
};
async function values<N extends StandardAttributeName>(
  name: N,
  version: KmipVersion = '1.4',
  uniqueIdentifier = key,
): Promise<AttributeValue<N>[]> {
  const payload = { uniqueIdentifier, attributeNames: [name] };
  const { attributes } = await client.ok(operations.getAttributes, payload, at(version));
  return attributes.map((attribute) => readAttribute(name, attribute));
}

describe('attributes of later versions', () => {
  it('the server sets them, and earlier clients do not see them', async () => {
    expect(await values('Original Creation Date')).toEqual([start / 1000]);
    expect(await values('Random Number Generator')).toEqual([
      { rngAlgorithm: RNGAlgorithm.DRBG, cryptographicAlgorithm: CryptographicAlgorithm.AES, cryptographicLength: 256 },
    ]);
    expect(await values('Lease Time')).toEqual([600]);
    for (const version of ['1.0', '1.1', '1.2', '1.3', '1.4'] as const) {
      const { attributeNames } = await client.ok(operations.getAttributeList, { uniqueIdentifier: key }, at(version));
      const minor = protocolVersion(version).minor;
      expect(attributeNames.includes('Fresh')).toBe(minor >= 1);
      expect(attributeNames.includes('Original Creation Date')).toBe(minor >= 2);
      expect(attributeNames.includes('Random Number Generator')).toBe(minor >= 3);
      expect(attributeNames.includes('Sensitive')).toBe(minor >= 4);
    }
  });

  it('a client of an earlier version cannot set them', async () => {
    const comment = makeAttribute('Comment', 'c');
    expect(await add(comment, '1.3')).toMatch(/^PermissionDenied: .*not supported/);
    expect(await add(comment, '1.4')).toBe('Success');
    expect(await add(makeAttribute('Description', 'd'))).toBe('Success');
    expect(await add(makeAttribute('PKCS#12 Friendly Name', 'f'))).toBe('Success');
    const password = makeAttribute('Link', { linkType: LinkType.PKCS_12PasswordLink, linkedObjectIdentifier: 'x' });
    expect(await add(password, '1.3')).toMatch(/^InvalidField: .*PKCS#12 Password Link/);
    expect(await add(password, '1.4')).toBe('Success');
  });

  it('Alternative Name: several, modified, deleted (KMIP 1.2 §3.40)', async () => {
    const alternative = (alternativeNameValue: string) =>
      makeAttribute('Alternative Name', {
        alternativeNameValue,
        alternativeNameType: AlternativeNameType.UninterpretedTextString,
      });
    expect(await add(alternative('a'))).toBe('Success');
    expect(await add(alternative('b'))).toBe('Success');
    expect(await modify({ ...alternative('c'), attributeIndex: 1 })).toBe('Success');
    expect((await values('Alternative Name')).map(({ alternativeNameValue }) => alternativeNameValue)).toEqual([
      'a',
      'c',
    ]);
    const removed = { uniqueIdentifier: key, attributeName: 'Alternative Name' };
    await client.ok(operations.deleteAttribute, removed, at('1.2'));
    expect(await values('Alternative Name')).toHaveLength(1);
  });

  it('Original Creation Date and the generator are the client’s to tell once, when it registers', async () => {
    const date = makeAttribute('Original Creation Date', 5);
    expect(await add(date)).toMatch(/^PermissionDenied: .*read-only/);
    const created = await client.ok(
      operations.create,
      { objectType: ObjectType.SymmetricKey, templateAttribute: aes(date) },
      at('1.2'),
    );
    expect(await values('Original Creation Date', '1.4', created.uniqueIdentifier)).toEqual([5]);
  });

  it('the Original Creation Date of a key that came from elsewhere can be added once', async () => {
    const registered = await client.ok(
      operations.register,
      { objectType: ObjectType.SymmetricKey, templateAttribute: aes(), object: aesObject },
      at('1.2'),
    );
    key = registered.uniqueIdentifier;
    expect(await values('Original Creation Date')).toEqual([]);
    expect(await add(makeAttribute('Original Creation Date', 5))).toBe('Success');
    expect(await values('Original Creation Date')).toEqual([5]);
    expect(await add(makeAttribute('Original Creation Date', 6))).toMatch(/^PermissionDenied: .*read-only/);
  });

  it('Always Sensitive and Never Extractable follow Sensitive and Extractable (KMIP 1.4 §3.48 to §3.51)', async () => {
    const state = async () => [
      ...(await values('Sensitive')),
      ...(await values('Always Sensitive')),
      ...(await values('Extractable')),
      ...(await values('Never Extractable')),
    ];
    expect(await state()).toEqual([false, false, true, false]);
    const created = await client.ok(
      operations.create,
      {
        objectType: ObjectType.SymmetricKey,
        templateAttribute: aes(makeAttribute('Sensitive', true), makeAttribute('Extractable', false)),
      },
      at('1.4'),
    );
    key = created.uniqueIdentifier;
    expect(await state()).toEqual([true, true, false, true]);
    expect(await modify(makeAttribute('Sensitive', false))).toBe('Success');
    expect(await modify(makeAttribute('Sensitive', true))).toBe('Success');
    expect(await modify(makeAttribute('Extractable', true))).toBe('Success');
    expect(await state()).toEqual([true, false, true, false]);
    expect(await modify(makeAttribute('Always Sensitive', true))).toMatch(/^PermissionDenied: .*read-only/);
    const removed = { uniqueIdentifier: key, attributeName: 'Sensitive' };
    expect(await client.refused(operations.deleteAttribute, removed, at('1.4'))).toMatch(/^PermissionDenied: /);
  });
});

describe('what the server completes', () => {
  it('the Usage Limits Count is set to the Total (KMIP 1.1 §3.21, OASIS TC-51-11)', async () => {
    const limits = { usageLimitsTotal: 1000n, usageLimitsUnit: UsageLimitsUnit.Byte };
    const attribute = makeAttribute('Usage Limits', limits);
    const answer = await client.ok(operations.addAttribute, { uniqueIdentifier: key, attribute });
    expect(readAttribute('Usage Limits', answer.attribute)).toEqual({ ...limits, usageLimitsCount: 1000n });
    expect(await modify(makeAttribute('Usage Limits', { ...limits, usageLimitsTotal: 5n }))).toBe('Success');
    await client.ok(operations.activate, { uniqueIdentifier: key });
    await client.ok(operations.getUsageAllocation, { uniqueIdentifier: key, usageLimitsCount: 1n });
    expect(await modify(attribute)).toMatch(/^PermissionDenied: .*usage was allocated/);
    const removed = { uniqueIdentifier: key, attributeName: 'Usage Limits' };
    expect(await client.refused(operations.deleteAttribute, removed)).toMatch(
      /^PermissionDenied: .*usage was allocated/,
    );
  });

  it('Application Data in a namespace of the server (KMIP 1.1 §3.36)', async () => {
    const information = (applicationNamespace: string, applicationData?: string) =>
      makeAttribute('Application Specific Information', { applicationNamespace, applicationData });
    const attribute = information('ssl');
    const answer = await client.ok(operations.addAttribute, { uniqueIdentifier: key, attribute });
    const { applicationData } = readAttribute('Application Specific Information', answer.attribute);
    expect(applicationData).toMatch(/./);
    expect(await add(information('unknown'))).toMatch(/^ApplicationNamespaceNotSupported: .*"unknown"/);
    expect(await add(information('unknown', 'data'))).toBe('Success');
    const templateAttribute = aes(information('unknown'));
    const create = { objectType: ObjectType.SymmetricKey, templateAttribute };
    expect(await client.refused(operations.create, create)).toMatch(/^ApplicationNamespaceNotSupported: /);
  });
});

describe('limits of values', () => {
  it('a value that KMIP does not define: Invalid Field', async () => {
    const link = makeAttribute('Link', { linkType: 0x77, linkedObjectIdentifier: 'x' });
    expect(await add(link)).toMatch(/^InvalidField: .*0x77/);
    // From 80000000 on, values are the vendors'. KMIP 1.1 §9.1.3.2
    expect(await add(makeAttribute('Link', { linkType: 0x80000001, linkedObjectIdentifier: 'x' }))).toBe('Success');
  });

  it('a Name that the object has already: Illegal Operation', async () => {
    expect(await add(named('n'))).toBe('Success');
    expect(await add(named('n'))).toBe('IllegalOperation: The Name "n" is already in use.');
  });

  it('more instances than the server holds: Index Out of Bounds', async () => {
    const custom = (number: number) => makeCustomAttribute('x-N', item.integer(Tag.AttributeValue, number));
    const attributes = Array.from({ length: 1000 }, (_, number) => custom(number));
    const templateAttribute = { names: [], attributes: [...aes().attributes, ...attributes] };
    const objectType = ObjectType.SymmetricKey;
    const created = await client.ok(operations.create, { objectType, templateAttribute });
    key = created.uniqueIdentifier;
    expect(await add(custom(1000))).toMatch(/^IndexOutOfBounds: /);
    templateAttribute.attributes.push(custom(1000));
    expect(await client.refused(operations.create, { objectType, templateAttribute })).toMatch(/^IndexOutOfBounds: /);
  });

  it('Process Start and Protect Stop Date lie within the life of the key (OASIS CS-BC-M-14-12)', async () => {
    const date = (
      name: 'Activation Date' | 'Process Start Date' | 'Protect Stop Date' | 'Deactivation Date',
      at: number,
    ) => makeAttribute(name, start / 1000 + at);
    expect(await add(date('Activation Date', 100))).toBe('Success');
    expect(await add(date('Process Start Date', 50))).toMatch(/^InvalidField: Process Start Date is earlier/);
    expect(await add(date('Process Start Date', 300))).toBe('Success');
    expect(await add(date('Protect Stop Date', 200))).toBe('Success');
    expect(await add(date('Deactivation Date', 250))).toMatch(/^InvalidField: Deactivation Date is earlier/);
    expect(await add(date('Deactivation Date', 300))).toBe('Success');
  });
});
