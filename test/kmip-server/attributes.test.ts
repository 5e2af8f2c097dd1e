import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../core/index.ts';
import {
  type Attribute,
  CryptographicUsageMask,
  item,
  makeAttribute,
  makeCustomAttribute,
  ObjectType,
  operations,
  Tag,
} from '../../kmip/index.ts';
import { type Client, cleanUp, connect, startLab } from './lab.ts';
import { aes, createKey, named } from './requests.ts';

const start = Date.UTC(2026, 0, 1);
let client: Client;
let key: string;

beforeEach(async () => {
  const lab = await startLab({ clock: new ManualClock(start) });
  client = await connect(lab);
  key = await createKey(client);
});
afterEach(cleanUp);

const text = (value: string) => item.textString(Tag.AttributeValue, value);
const custom = (name: string, value = text('v')) => makeCustomAttribute(name, value);
const add = (attribute: Attribute, uniqueIdentifier = key) =>
  client.refused(operations.addAttribute, { uniqueIdentifier, attribute });
const modify = (attribute: Attribute, uniqueIdentifier = key) =>
  client.refused(operations.modifyAttribute, { uniqueIdentifier, attribute });
const remove = (attributeName: string, attributeIndex?: number, uniqueIdentifier = key) =>
  client.refused(operations.deleteAttribute, { uniqueIdentifier, attributeName, attributeIndex });
const values = async (name: string) => {
  const payload = { uniqueIdentifier: key, attributeNames: [name] };
  const { attributes } = await client.ok(operations.getAttributes, payload);
  return attributes.map(({ attributeIndex = 0, attributeValue }) => [attributeIndex, attributeValue?.value]);
};

describe('Add Attribute, KMIP 1.1 §11.15', () => {
  it.each([
    ['text', text('VMware')],
    ['integer', item.integer(Tag.AttributeValue, -5)],
    ['long integer', item.longInteger(Tag.AttributeValue, 2n ** 40n)],
    ['bytes', item.byteString(Tag.AttributeValue, Buffer.from('00ff', 'hex'))],
    ['boolean', item.boolean(Tag.AttributeValue, true)],
    ['date', item.dateTime(Tag.AttributeValue, 5)],
    ['interval', item.interval(Tag.AttributeValue, 9)],
    ['structure', item.structure(Tag.AttributeValue, [item.textString(0x540001, 'inner')])],
  ])('custom attribute of type %s', async (_type, value) => {
    expect(await add(makeCustomAttribute('x-Thing', value))).toBe('Success');
    const { attributes } = await client.ok(operations.getAttributes, {
      uniqueIdentifier: key,
      attributeNames: ['x-Thing'],
    });
    expect(attributes).toEqual([{ attributeName: 'x-Thing', attributeValue: value }]);
  });

  it('instances get the next index', async () => {
    await add(custom('x-A', text('zero')));
    await add(custom('x-A', text('one')));
    expect(await values('x-A')).toEqual([
      [0, 'zero'],
      [1, 'one'],
    ]);
    expect(await remove('x-A', 1)).toBe('Success');
    await add(custom('x-A', text('two')));
    expect(await values('x-A')).toEqual([
      [0, 'zero'],
      [2, 'two'],
    ]);
  });

  it.each([
    ['read-only', () => makeAttribute('State', 2), /^PermissionDenied: The attribute "State" is read-only/],
    ['read-only', () => makeAttribute('Cryptographic Length', 128), /^PermissionDenied: /],
    ['the server’s', () => custom('y-Thing'), /^PermissionDenied: The attribute "y-Thing" belongs to the server/],
    ['unknown', () => custom('Colour'), /^PermissionDenied: The attribute "Colour" is not supported/],
    ['for certificates', () => makeAttribute('Certificate Type', 1), /^PermissionDenied: .* is not supported/],
    ['with an index', () => makeCustomAttribute('x-A', text('v'), 0), /^InvalidField: Add Attribute takes no/],
    ['without value', () => ({ attributeName: 'x-A' }), /^InvalidMessage: The attribute "x-A" has no value/],
    [
      'a structure in a structure',
      () => custom('x-A', item.structure(Tag.AttributeValue, [item.structure(0x540001, [])]) as never),
      /^InvalidField: .*structure within a structure/,
    ],
  ])('%s', async (_name, attribute, reason) => {
    expect(await add(attribute())).toMatch(reason);
  });

  it('one instance only: Illegal Operation', async () => {
    expect(await add(makeAttribute('Contact Information', 'a@b'))).toBe('Success');
    expect(await add(makeAttribute('Contact Information', 'c@d'))).toMatch(/^IllegalOperation: The object already has/);
    expect(await values('Contact Information')).toEqual([[0, 'a@b']]);
  });

  it('a Name that is taken: Illegal Operation', async () => {
    await createKey(client, named('taken'));
    expect(await add(named('taken'))).toBe('IllegalOperation: The Name "taken" is already in use.');
    expect(await add(named('free'))).toBe('Success');
  });

  it('dates out of order: Invalid Field, and nothing is changed', async () => {
    expect(await add(makeAttribute('Deactivation Date', start / 1000 + 50))).toBe('Success');
    expect(await add(makeAttribute('Activation Date', start / 1000 + 100))).toBe(
      'InvalidField: Deactivation Date is earlier than Activation Date.',
    );
    expect(await values('Activation Date')).toEqual([]);
  });

  it('no such object: Item Not Found', async () => {
    expect(await add(custom('x-A'), 'nothing')).toMatch(/^ItemNotFound: /);
  });
});

describe('Modify Attribute, KMIP 1.1 §11.16', () => {
  it('replaces one instance', async () => {
    await add(custom('x-A', text('zero')));
    await add(custom('x-A', text('one')));
    expect(await modify(makeCustomAttribute('x-A', text('ONE'), 1))).toBe('Success');
    expect(await values('x-A')).toEqual([
      [0, 'zero'],
      [1, 'ONE'],
    ]);
  });

  it.each([
    ['absent', () => makeAttribute('Contact Information', 'a@b'), /^InvalidField: The object has no attribute/],
    ['no such instance', () => makeCustomAttribute('x-A', text('v'), 7), /^ItemNotFound: .* no instance with index 7/],
    ['read-only', () => makeAttribute('Cryptographic Usage Mask', 1), /^PermissionDenied: .*read-only/],
    ['read-only', () => makeAttribute('Unique Identifier', 'mine'), /^PermissionDenied: .*read-only/],
    ['wrong type', () => makeCustomAttribute('Name', text('v')), /^InvalidMessage: /],
  ])('%s', async (_name, attribute, reason) => {
    await add(custom('x-A'));
    await add(named('mine'));
    expect(await modify(attribute())).toMatch(reason);
  });

  it('a Name that is taken: Illegal Operation; its own Name is not', async () => {
    await createKey(client, named('taken'));
    await add(named('mine'));
    expect(await modify(named('taken'))).toMatch(/^IllegalOperation: /);
    expect(await modify(named('mine'))).toBe('Success');
  });

  it('Activation Date only while Pre-Active', async () => {
    await add(makeAttribute('Activation Date', start / 1000 + 100));
    expect(await modify(makeAttribute('Activation Date', start / 1000 + 200))).toBe('Success');
    await client.ok(operations.activate, { uniqueIdentifier: key });
    expect(await modify(makeAttribute('Activation Date', start / 1000 + 300))).toMatch(
      /^PermissionDenied: .*Pre-Active/,
    );
  });
});

describe('Delete Attribute, KMIP 1.1 §11.17', () => {
  it('returns what it deleted; index 0 is the default (OASIS TC-171-11)', async () => {
    const created = await createKey(client, named('name1'), named('name2'));
    const answer = await client.ok(operations.deleteAttribute, { uniqueIdentifier: created, attributeName: 'Name' });
    expect(answer.attribute).toEqual(named('name1'));
    const { attributes } = await client.ok(operations.getAttributes, {
      uniqueIdentifier: created,
      attributeNames: ['Name'],
    });
    expect(attributes).toEqual([{ ...named('name2'), attributeIndex: 1 }]);
  });

  it.each([
    ['absent', 'Contact Information', undefined, /^ItemNotFound: The object has no attribute/],
    ['no such instance', 'x-A', 3, /^ItemNotFound: .* no instance with index 3/],
    ['required', 'State', undefined, /^PermissionDenied: .*cannot be deleted/],
    ['required', 'Unique Identifier', undefined, /^PermissionDenied: /],
    ['read-only', 'Activation Date', undefined, /^PermissionDenied: .*read-only/],
  ])('%s', async (_name, name, index, reason) => {
    await add(custom('x-A'));
    await add(makeAttribute('Activation Date', start / 1000 + 1000));
    expect(await remove(name, index)).toMatch(reason);
  });
});

describe('Get Attributes and Get Attribute List', () => {
  it('a new key has the attributes that it SHALL have (KMIP 1.1 §3)', async () => {
    const { attributeNames } = await client.ok(operations.getAttributeList, { uniqueIdentifier: key });
    expect(new Set(attributeNames)).toEqual(
      new Set([
        'Unique Identifier',
        'Object Type',
        'Cryptographic Algorithm',
        'Cryptographic Usage Mask',
        'Cryptographic Length',
        'Operation Policy Name',
        'Digest',
        'Initial Date',
        'State',
        'Fresh',
        'Lease Time',
        'Last Change Date',
      ]),
    );
  });

  it('a name that the object lacks is left out; twice the same is an Invalid Message', async () => {
    const ask = (...attributeNames: string[]) =>
      client.call(operations.getAttributes, { uniqueIdentifier: key, attributeNames });
    expect((await ask('x-Vendor')).payload).toEqual({ uniqueIdentifier: key, attributes: [] });
    expect((await ask('Nonsense')).payload).toEqual({ uniqueIdentifier: key, attributes: [] });
    expect(await ask('Object Type', 'Object Type')).toMatchObject({
      resultReason: 4,
      resultMessage: 'Attribute Name specified more than once: Object Type',
    });
  });

  it('Fresh until it is fetched (KMIP 1.1 §3.34)', async () => {
    expect(await values('Fresh')).toEqual([[0, true]]);
    await client.ok(operations.get, { uniqueIdentifier: key });
    expect(await values('Fresh')).toEqual([[0, false]]);
  });
});

describe('Create, KMIP 1.1 §11.2', () => {
  const create = (attributes: Attribute[], objectType: number = ObjectType.SymmetricKey) =>
    client.refused(operations.create, { objectType, templateAttribute: { names: [], attributes } });
  const base = aes().attributes;

  it.each([
    ['no algorithm', () => base.slice(1), /^InvalidField: .*Cryptographic Algorithm/],
    ['no usage mask', () => [base[0]!, base[2]!], /^InvalidField: .*Cryptographic Usage Mask/],
    [
      'a length that AES does not have',
      () => [base[0]!, base[1]!, makeAttribute('Cryptographic Length', 100)],
      /^InvalidField: AES keys have a length of 128, 192, 256 bits, not 100/,
    ],
    ['RSA', () => [makeAttribute('Cryptographic Algorithm', 4), base[1]!, base[2]!], /^InvalidField: .*RSA/],
    ['a server attribute', () => [...base, makeAttribute('State', 2)], /^InvalidField: .*set by the server/],
    ['an unknown attribute', () => [...base, custom('Colour')], /^InvalidField: .*not supported/],
    ['a y- attribute', () => [...base, custom('y-A')], /^InvalidField: .*belongs to the server/],
    ['an unknown policy', () => [...base, makeAttribute('Operation Policy Name', 'mine')], /^InvalidField: .*Policy/],
    ['two lengths', () => [...base, makeAttribute('Cryptographic Length', 256)], /^IndexOutOfBounds: /],
    [
      'dates out of order',
      () => [...base, makeAttribute('Activation Date', 9), makeAttribute('Deactivation Date', 8)],
      /^InvalidField: Deactivation Date is earlier/,
    ],
  ])('%s', async (_name, attributes, reason) => {
    expect(await create(attributes())).toMatch(reason);
  });

  it('other types are not created', async () => {
    expect(await create(base, ObjectType.Certificate)).toMatch(/^InvalidField: .*Certificate/);
    expect(await create(base, 99)).toMatch(/^InvalidField: .*99/);
  });

  it('a Name that is taken: Invalid Field; free again when its object was destroyed', async () => {
    const first = await createKey(client, named('n'));
    expect(await create([...base, named('n')])).toBe('InvalidField: The Name "n" is already in use.');
    await client.ok(operations.destroy, { uniqueIdentifier: first });
    expect(await create([...base, named('n')])).toBe('Success');
  });

  it('a length that the server chose is in the answer', async () => {
    const answer = await client.ok(operations.create, {
      objectType: ObjectType.SymmetricKey,
      templateAttribute: { names: [], attributes: base.slice(0, 2) },
    });
    expect(answer.templateAttribute?.attributes).toEqual([makeAttribute('Cryptographic Length', 256)]);
  });

  it.each([
    ['3DES, 112 bits', 2, 112, 16],
    ['3DES, 168 bits', 2, 168, 24],
    ['AES, 128 bits', 3, 128, 16],
    ['HMAC-SHA256, 256 bits', 9, 256, 32],
  ])('%s', async (_name, algorithm, bits, bytes) => {
    const created = await client.ok(operations.create, {
      objectType: ObjectType.SymmetricKey,
      templateAttribute: {
        names: [],
        attributes: [
          makeAttribute('Cryptographic Algorithm', algorithm),
          makeAttribute('Cryptographic Length', bits),
          makeAttribute('Cryptographic Usage Mask', CryptographicUsageMask.Encrypt),
        ],
      },
    });
    const { object } = await client.ok(operations.get, { uniqueIdentifier: created.uniqueIdentifier });
    const value = 'keyBlock' in object ? object.keyBlock.keyValue : undefined;
    const material = value && !('wrapped' in value) ? value.keyMaterial : undefined;
    expect(material).toHaveLength(bytes);
    const oddParity = (byte: number) => byte.toString(2).replaceAll('0', '').length % 2 === 1;
    if (algorithm === 2) expect([...(material as Buffer)].every(oddParity)).toBe(true);
  });
});

describe('Check, KMIP 1.1 §4.10', () => {
  const check = (payload: { cryptographicUsageMask?: number; usageLimitsCount?: bigint; leaseTime?: number }) =>
    client.call(operations.check, { uniqueIdentifier: key, ...payload });

  it('says whether the key may be used so', async () => {
    expect((await check({ cryptographicUsageMask: CryptographicUsageMask.Encrypt })).payload).toEqual({
      uniqueIdentifier: key,
    });
    expect(await check({ cryptographicUsageMask: CryptographicUsageMask.Sign })).toMatchObject({
      resultReason: 0x0c,
      resultMessage: 'Check denied: the Cryptographic Usage Mask does not allow this use.',
    });
  });

  it('no such object: Item Not Found', async () => {
    expect(await client.refused(operations.check, { uniqueIdentifier: 'nothing' })).toMatch(/^ItemNotFound: /);
  });
});
