/** Requests of the tests about key making and cryptographic operations, all at KMIP 1.4. */
import {
  type Attribute,
  type AttributeValue,
  CryptographicAlgorithm,
  CryptographicUsageMask,
  KeyFormatType,
  makeAttribute,
  ObjectType,
  operations,
  readAttribute,
  type StandardAttributeName,
} from '../../kmip/index.ts';
import type { Client } from './lab.ts';

/** 2026-01-01, ms since the epoch: where the tests' manual clocks start. */
export const start = Date.UTC(2026, 0, 1);

export const at = (minor: number) => ({ protocolVersion: { major: 1, minor } });
export const newest = at(4);

export const { Encrypt, Decrypt, Sign, Verify, MACGenerate, MACVerify, DeriveKey } = CryptographicUsageMask;

export function template(...attributes: Attribute[]) {
  return { names: [], attributes };
}

/** Active since an hour before the tests' clock starts. */
export const active = makeAttribute('Activation Date', start / 1000 - 3600);

export const mask = (...bits: number[]) =>
  makeAttribute(
    'Cryptographic Usage Mask',
    bits.reduce((all, bit) => all | bit, 0),
  );

/** Registers a symmetric key of these bytes (hex) that may be used for everything, Active unless told otherwise. */
export async function registerKey(
  client: Client,
  key: string,
  {
    algorithm = CryptographicAlgorithm.AES as number,
    attributes = [active, mask(Encrypt, Decrypt, MACGenerate, MACVerify, DeriveKey)],
  } = {},
): Promise<string> {
  const keyMaterial = Buffer.from(key, 'hex');
  const { uniqueIdentifier } = await client.ok(
    operations.register,
    {
      objectType: ObjectType.SymmetricKey,
      templateAttribute: template(...attributes),
      object: {
        objectType: ObjectType.SymmetricKey,
        keyBlock: {
          keyFormatType: KeyFormatType.Raw,
          keyValue: { keyMaterial, attributes: [] },
          cryptographicAlgorithm: algorithm,
          cryptographicLength: keyMaterial.length * 8,
        },
      },
    },
    newest,
  );
  return uniqueIdentifier;
}

/** Creates a key pair on P-256, both halves Active and for signatures. */
export async function createPair(client: Client, ...more: Attribute[]) {
  return client.ok(
    operations.createKeyPair,
    {
      commonTemplateAttribute: template(
        makeAttribute('Cryptographic Algorithm', CryptographicAlgorithm.ECDSA),
        makeAttribute('Cryptographic Length', 256),
        active,
        ...more,
      ),
      privateKeyTemplateAttribute: template(mask(Sign)),
      publicKeyTemplateAttribute: template(mask(Verify)),
    },
    newest,
  );
}

/** The typed value of an attribute's first instance. */
export async function attributeOf<N extends StandardAttributeName>(
  client: Client,
  uniqueIdentifier: string,
  name: N,
): Promise<AttributeValue<N> | undefined> {
  const answer = await client.ok(operations.getAttributes, { uniqueIdentifier, attributeNames: [name] }, newest);
  return answer.attributes[0] && readAttribute(name, answer.attributes[0]);
}

/** `[Link Type, Linked Object Identifier]` of all links, in their order. */
export async function linksOf(client: Client, uniqueIdentifier: string): Promise<[number, string][]> {
  const answer = await client.ok(operations.getAttributes, { uniqueIdentifier, attributeNames: ['Link'] }, newest);
  return answer.attributes.map((attribute) => {
    const { linkType, linkedObjectIdentifier } = readAttribute('Link', attribute);
    return [linkType, linkedObjectIdentifier];
  });
}

/** Name Values, in their order. */
export async function namesOf(client: Client, uniqueIdentifier: string): Promise<string[]> {
  const answer = await client.ok(operations.getAttributes, { uniqueIdentifier, attributeNames: ['Name'] }, newest);
  return answer.attributes.map((attribute) => readAttribute('Name', attribute).nameValue);
}

/** The Key Material bytes that Get returns, in the format it is held in or another. */
export async function materialOf(client: Client, uniqueIdentifier: string, keyFormatType?: number): Promise<Buffer> {
  const { object } = await client.ok(operations.get, { uniqueIdentifier, keyFormatType }, newest);
  if (!('keyBlock' in object) || !object.keyBlock.keyValue || 'wrapped' in object.keyBlock.keyValue) {
    throw new Error('Get returned no plain key');
  }
  const { keyMaterial } = object.keyBlock.keyValue;
  if (!(keyMaterial instanceof Uint8Array)) throw new Error('the key is transparent');
  return Buffer.from(keyMaterial);
}
