import { createHash, createPrivateKey, X509Certificate } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type Attribute,
  CryptographicAlgorithm,
  CryptographicUsageMask,
  item,
  KeyFormatType,
  type ManagedObject,
  makeAttribute,
  makeCustomAttribute,
  ObjectType,
  operations,
  readAttribute,
  SecretDataType,
  Tag,
} from '../../kmip/index.ts';
import { type Client, cleanUp, connect, type Lab, startLab } from './lab.ts';
import { aes, createKey, named } from './requests.ts';

let lab: Lab;
let client: Client;

beforeEach(async () => {
  lab = await startLab();
  client = await connect(lab);
});
afterEach(cleanUp);

const mask = makeAttribute('Cryptographic Usage Mask', CryptographicUsageMask.Encrypt);
const bytes = Buffer.from('0000111122223333444455556666777788889999aaaabbbbccccddddeeeeffff', 'hex');

function symmetric(format: number, keyMaterial: Buffer | ReturnType<typeof item.structure>): ManagedObject {
  return {
    objectType: ObjectType.SymmetricKey,
    keyBlock: {
      keyFormatType: format,
      keyValue: { keyMaterial, attributes: [] },
      cryptographicAlgorithm: CryptographicAlgorithm.AES,
      cryptographicLength: 256,
    },
  };
}
const raw = () => symmetric(KeyFormatType.Raw, Buffer.from(bytes));
const transparent = () =>
  symmetric(
    KeyFormatType.TransparentSymmetricKey,
    item.structure(Tag.KeyMaterial, [item.byteString(Tag.Key, Buffer.from(bytes))]),
  );

async function register(object: ManagedObject, attributes: Attribute[] = [mask]): Promise<string> {
  const answer = await client.ok(operations.register, {
    objectType: object.objectType,
    templateAttribute: { names: [], attributes },
    object,
  });
  return answer.uniqueIdentifier;
}
const get = (uniqueIdentifier: string, keyFormatType?: number) =>
  client.ok(operations.get, { uniqueIdentifier, keyFormatType });
async function digest(uniqueIdentifier: string) {
  const { attributes } = await client.ok(operations.getAttributes, { uniqueIdentifier, attributeNames: ['Digest'] });
  return readAttribute('Digest', attributes[0]!);
}

describe('Register and Get', () => {
  it('a key comes back in the format it was registered in', async () => {
    for (const object of [raw(), transparent()]) {
      expect((await get(await register(object))).object).toEqual(object);
    }
  });

  it('a symmetric key in its other format', async () => {
    expect((await get(await register(raw()), KeyFormatType.TransparentSymmetricKey)).object).toEqual(transparent());
    expect((await get(await register(transparent()), KeyFormatType.Raw)).object).toEqual(raw());
    const created = await createKey(client);
    const asRaw = (await get(created)).object;
    const asTransparent = (await get(created, KeyFormatType.TransparentSymmetricKey)).object;
    if (!('keyBlock' in asRaw) || !('keyBlock' in asTransparent)) throw new Error('no key');
    const rawValue = asRaw.keyBlock.keyValue as { keyMaterial: Buffer };
    expect(asTransparent.keyBlock.keyValue).toEqual({
      keyMaterial: item.structure(Tag.KeyMaterial, [item.byteString(Tag.Key, rawValue.keyMaterial)]),
      attributes: [],
    });
  });

  it('digests of OASIS TC-181-11, by format', async () => {
    const first = await digest(await register(raw()));
    expect(first).toMatchObject({ hashingAlgorithm: 6, keyFormatType: KeyFormatType.Raw });
    expect(first.digestValue?.toString('hex')).toBe('6c064fe051add11edc07727b594eb48711df843e08445bba2cd786bc16bc58e8');
    // Of the Key Material structure: 420043 01 …, with the Key 42003f 08 inside.
    const structure = Buffer.concat([Buffer.from('420043010000002842003f0800000020', 'hex'), bytes]);
    const second = await digest(await register(transparent()));
    expect(second.keyFormatType).toBe(KeyFormatType.TransparentSymmetricKey);
    expect(second.digestValue).toEqual(createHash('sha256').update(structure).digest());
  });

  it('other formats: Key Format Type Not Supported; compression likewise', async () => {
    const uniqueIdentifier = await register(raw());
    expect(await client.refused(operations.get, { uniqueIdentifier, keyFormatType: KeyFormatType.PKCS_8 })).toBe(
      'KeyFormatTypeNotSupported: The key is held as Raw and cannot be given as PKCS#8.',
    );
    expect(await client.refused(operations.get, { uniqueIdentifier, keyCompressionType: 1 })).toMatch(
      /^KeyCompressionTypeNotSupported: /,
    );
  });

  it('a certificate, with what can be read from it', async () => {
    const certificate = new X509Certificate(lab.client.certificatePem);
    const uniqueIdentifier = await register(
      { objectType: ObjectType.Certificate, certificateType: 1, certificateValue: certificate.raw },
      [mask],
    );
    expect((await get(uniqueIdentifier)).object).toMatchObject({ certificateValue: certificate.raw });
    const { attributes } = await client.ok(operations.getAttributes, { uniqueIdentifier, attributeNames: [] });
    const read = (name: Parameters<typeof readAttribute>[0]) =>
      readAttribute(name, attributes.find(({ attributeName }) => attributeName === name)!);
    expect(read('Certificate Length')).toBe(certificate.raw.length);
    expect(read('Cryptographic Algorithm')).toBe(CryptographicAlgorithm.RSA);
    expect(read('Cryptographic Length')).toBe(2048);
    const { certificateSerialNumber, issuerDistinguishedName } = read('X.509 Certificate Identifier') as {
      certificateSerialNumber: Buffer;
      issuerDistinguishedName: Buffer;
    };
    // A DER INTEGER (OASIS TC-ECC-3-11): tag, length, and the number with a sign.
    expect(certificateSerialNumber[0]).toBe(2);
    expect(certificateSerialNumber.toString('hex').toUpperCase().endsWith(certificate.serialNumber)).toBe(true);
    expect(issuerDistinguishedName.includes('keyrig lab CA')).toBe(true);
    // The default policy lets everyone read certificates, and nobody else change them. KMIP 1.1 §3.18.2
    const other = await connect(lab, { identity: lab.other });
    await other.ok(operations.get, { uniqueIdentifier });
    expect(await other.refused(operations.destroy, { uniqueIdentifier })).toMatch(/^PermissionDenied: /);
  });

  it('Secret Data, Opaque Object and PKCS#8 as they came', async () => {
    const password: ManagedObject = {
      objectType: ObjectType.SecretData,
      secretDataType: SecretDataType.Password,
      keyBlock: {
        keyFormatType: KeyFormatType.Opaque,
        keyValue: { keyMaterial: Buffer.from('s3cret'), attributes: [] },
      },
    };
    const opaque: ManagedObject = {
      objectType: ObjectType.OpaqueObject,
      opaqueDataType: 0x80000001,
      opaqueDataValue: Buffer.from('anything'),
    };
    const der = Buffer.from(createPrivateKey(lab.client.privateKeyPem).export({ type: 'pkcs8', format: 'der' }));
    const privateKey: ManagedObject = {
      objectType: ObjectType.PrivateKey,
      keyBlock: {
        keyFormatType: KeyFormatType.PKCS_8,
        keyValue: { keyMaterial: der, attributes: [] },
        cryptographicAlgorithm: CryptographicAlgorithm.RSA,
        cryptographicLength: 2048,
      },
    };
    expect((await get(await register(password))).object).toEqual(password);
    expect((await get(await register(opaque, []))).object).toEqual(opaque);
    expect((await get(await register(privateKey))).object).toEqual(privateKey);
    expect(JSON.stringify(lab.runtime.journal.entries())).not.toContain('s3cret');
  });

  it.each([
    ['no usage mask', raw, [] as Attribute[], /^InvalidField: .*Usage Mask/],
    ['contradicting length', raw, [mask, makeAttribute('Cryptographic Length', 128)], /^InvalidField: .*contradicts/],
    [
      'not a certificate',
      () => ({ objectType: ObjectType.Certificate, certificateType: 1, certificateValue: Buffer.from('no') }) as const,
      [mask],
      /^InvalidField: .*not an X.509 certificate/,
    ],
  ])('%s', async (_name, object, attributes, reason) => {
    const answer = await client.refused(operations.register, {
      objectType: object().objectType,
      templateAttribute: { names: [], attributes },
      object: object(),
    });
    expect(answer).toMatch(reason);
    expect(lab.server.objects.list()).toEqual([]);
  });

  it('a type that does not match the object: Invalid Field', async () => {
    const templateAttribute = { names: [], attributes: [mask] };
    expect(
      await client.refused(operations.register, {
        objectType: ObjectType.SecretData,
        templateAttribute,
        object: raw(),
      }),
    ).toMatch(/^InvalidField: The Object Type does not match/);
    expect(
      await client.refused(operations.register, { objectType: ObjectType.SymmetricKey, templateAttribute }),
    ).toMatch(/^InvalidField: /);
  });
});

describe('templates, KMIP 1.1 §2.1.8', () => {
  const template = (attributes: Attribute[]): ManagedObject => ({ objectType: ObjectType.Template, attributes });

  it('Create takes attributes from a template; explicit ones win', async () => {
    await register(template(aes(makeAttribute('Contact Information', 'template')).attributes), [named('t')]);
    const created = await client.ok(operations.create, {
      objectType: ObjectType.SymmetricKey,
      templateAttribute: {
        names: [{ nameValue: 't', nameType: 1 }],
        attributes: [makeAttribute('Cryptographic Length', 128)],
      },
    });
    const { attributes } = await client.ok(operations.getAttributes, {
      uniqueIdentifier: created.uniqueIdentifier,
      attributeNames: ['Cryptographic Length', 'Contact Information'],
    });
    expect(attributes).toEqual([
      makeAttribute('Cryptographic Length', 128),
      makeAttribute('Contact Information', 'template'),
    ]);
  });

  it('a template that is not there: Item Not Found', async () => {
    expect(
      await client.refused(operations.create, {
        objectType: ObjectType.SymmetricKey,
        templateAttribute: { ...aes(), names: [{ nameValue: 'nothing', nameType: 1 }] as never },
      }),
    ).toBe('ItemNotFound: There is no template named "nothing".');
  });

  it('a template cannot be activated, checked, or revoked', async () => {
    const uniqueIdentifier = await register(template([mask]), [named('t')]);
    expect(await client.refused(operations.activate, { uniqueIdentifier })).toMatch(/^IllegalOperation: /);
    expect(await client.refused(operations.check, { uniqueIdentifier })).toMatch(/^IllegalOperation: /);
    expect(await client.refused(operations.destroy, { uniqueIdentifier })).toBe('Success');
    expect(await client.refused(operations.getAttributes, { uniqueIdentifier, attributeNames: [] })).toMatch(
      /^ItemNotFound: /,
    );
  });
});

describe('Locate, KMIP 1.1 §4.9', () => {
  const locate = async (...attributes: Attribute[]) =>
    (await client.ok(operations.locate, { attributes })).uniqueIdentifiers;
  const text = (value: string) => item.textString(Tag.AttributeValue, value);

  it('all attributes must fit; none fit everything', async () => {
    const a = await createKey(client, named('a'), makeCustomAttribute('x-Site', text('milan')));
    const b = await createKey(client, named('b'), makeCustomAttribute('x-Site', text('milan')));
    expect(await locate()).toEqual([a, b]);
    expect(await locate(named('b'))).toEqual([b]);
    expect(await locate(makeCustomAttribute('x-Site', text('milan')))).toEqual([a, b]);
    expect(await locate(named('a'), makeCustomAttribute('x-Site', text('rome')))).toEqual([]);
    expect(await locate(makeAttribute('Object Type', ObjectType.Certificate))).toEqual([]);
    expect((await client.ok(operations.locate, { attributes: [], maximumItems: 1 })).uniqueIdentifiers).toEqual([a]);
  });

  it('a structure in part, a mask with at least these bits', async () => {
    const a = await createKey(client, named('a'));
    const nameOnly = item.structure(Tag.AttributeValue, [item.textString(Tag.NameValue, 'a')]);
    expect(await locate({ attributeName: 'Name', attributeValue: nameOnly })).toEqual([a]);
    expect(await locate(makeAttribute('Cryptographic Usage Mask', CryptographicUsageMask.Encrypt))).toEqual([a]);
    expect(await locate(makeAttribute('Cryptographic Usage Mask', CryptographicUsageMask.Sign))).toEqual([]);
  });

  it('two dates are an inclusive range', async () => {
    const dates = [100, 200, 300];
    const keys: string[] = [];
    for (const date of dates) keys.push(await createKey(client, makeAttribute('Activation Date', date)));
    const range = (low: number, high: number) =>
      locate(makeAttribute('Activation Date', low), makeAttribute('Activation Date', high));
    expect(await range(100, 200)).toEqual(keys.slice(0, 2));
    expect(await range(201, 300)).toEqual(keys.slice(2));
    expect(await locate(makeAttribute('Activation Date', 200))).toEqual([keys[1]]);
  });

  it('archival storage holds nothing; an unknown attribute is an Invalid Field', async () => {
    await createKey(client);
    const archived = await client.ok(operations.locate, { attributes: [], storageStatusMask: 2 });
    expect(archived.uniqueIdentifiers).toEqual([]);
    const unknown = makeCustomAttribute('Colour', text('red'));
    expect(await client.refused(operations.locate, { attributes: [unknown] })).toMatch(/^InvalidField: /);
  });

  it('fresh members of a group', async () => {
    const group = makeAttribute('Object Group', 'g');
    const first = await createKey(client, group);
    const second = await createKey(client, group);
    await get(first);
    const answer = await client.ok(operations.locate, { attributes: [group], objectGroupMember: 1 });
    expect(answer.uniqueIdentifiers).toEqual([second]);
  });

  it('a destroyed key is found by its State only', async () => {
    const key = await createKey(client, named('gone'));
    await client.ok(operations.destroy, { uniqueIdentifier: key });
    expect(await locate(named('gone'))).toEqual([]);
    expect(await locate(makeAttribute('State', 5))).toEqual([key]);
  });
});

it('sequential identifiers, on demand', async () => {
  const sequential = await startLab({ identifiers: 'sequential' });
  const other = await connect(sequential);
  expect([await createKey(other), await createKey(other)]).toEqual(['1', '2']);
});

it('identifiers depend on the seed alone, and are version 4 UUIDs', async () => {
  const [a, b, c] = await Promise.all(['s', 's', 't'].map((seed) => startLab({ seed })));
  const [ka, kb, kc] = await Promise.all([a, b, c].map(async (one) => createKey(await connect(one!))));
  expect(ka).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(kb).toBe(ka);
  expect(kc).not.toBe(ka);
});
