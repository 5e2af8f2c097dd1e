/** Requests that many tests send. */
import {
  type Attribute,
  CryptographicAlgorithm,
  CryptographicUsageMask,
  makeAttribute,
  NameType,
  ObjectType,
  operations,
} from '../../kmip/index.ts';
import type { Client } from './lab.ts';

/** The attributes that vCenter sends with Create. */
export function aes(...more: Attribute[]): { names: []; attributes: Attribute[] } {
  return {
    names: [],
    attributes: [
      makeAttribute('Cryptographic Algorithm', CryptographicAlgorithm.AES),
      makeAttribute('Cryptographic Usage Mask', CryptographicUsageMask.Encrypt | CryptographicUsageMask.Decrypt),
      makeAttribute('Cryptographic Length', 256),
      ...more,
    ],
  };
}

export function named(name: string): Attribute {
  return makeAttribute('Name', { nameValue: name, nameType: NameType.UninterpretedTextString });
}

/** Creates an AES-256 key and returns its Unique Identifier. */
export async function createKey(client: Client, ...more: Attribute[]): Promise<string> {
  const answer = await client.ok(operations.create, {
    objectType: ObjectType.SymmetricKey,
    templateAttribute: aes(...more),
  });
  return answer.uniqueIdentifier;
}
