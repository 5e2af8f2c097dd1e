/** Requests that many tests send. */
import {
  type AnyOperation,
  type Attribute,
  CryptographicAlgorithm,
  CryptographicUsageMask,
  encodeRequest,
  type KmipVersion,
  makeAttribute,
  NameType,
  ObjectType,
  operations,
  protocolVersion,
  type RequestOf,
  requestItem,
} from '../../kmip/index.ts';
import { type Client, refusal } from './lab.ts';

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

/**
 * Sends a request of KMIP 1.4 that says it is of an earlier version: our own encoder would leave out what is newer.
 * @returns `InvalidField: …`, or `Success`
 */
export async function askAs<D extends AnyOperation>(
  client: Client,
  version: KmipVersion,
  operation: D,
  payload: RequestOf<D>,
): Promise<string> {
  const newest = protocolVersion('1.4');
  const bytes = encodeRequest({ protocolVersion: newest }, [requestItem(operation, payload, newest)]);
  // Protocol Version Minor, an Integer. KMIP 1.1 §9.1.1
  const place = bytes.indexOf(Buffer.from('42006b0200000004', 'hex'));
  bytes.writeInt32BE(protocolVersion(version).minor, place + 8);
  const { items } = await client.exchange(bytes);
  return refusal(items[0]!);
}
