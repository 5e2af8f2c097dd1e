/**
 * The requests of a vCenter 7.0.3, field for field and in the order it sends them. observed (kmip.md 2.2 and 2.3); the
 * Authentication header with user and password is documented.
 */
import {
  CredentialType,
  CryptographicAlgorithm,
  encodeRequest,
  item,
  ObjectType,
  operations,
  protocolVersion,
  QueryFunction,
  type RequestBatchItem,
  requestItem,
  Tag,
} from '../../kmip/index.ts';

/** Always 1.1, whatever Discover Versions answered. observed */
export const vcenterProtocol = protocolVersion('1.1');

/** Username and password that the KMS asks for; absent for certificate authentication alone. */
export interface KmsCredential {
  username: string;
  password: string;
}

/** "QLKC" and the item's number as 32-bit little-endian, counted from 1 in each message. observed */
export function batchItemId(itemNumber: number): Buffer {
  const id = Buffer.from('QLKC\0\0\0\0', 'latin1');
  id.writeUInt32LE(itemNumber, 4);
  return id;
}

/** Encodes a message with vCenter's header: Protocol Version and Batch Count only, plus the credential if there is one. */
export function encodeVcenterRequest(items: readonly RequestBatchItem[], credential?: KmsCredential): Buffer {
  const authentication = credential && {
    credential: { credentialType: CredentialType.UsernameAndPassword, ...credential },
  };
  return encodeRequest({ protocolVersion: vcenterProtocol, ...(authentication && { authentication }) }, [...items]);
}

/** The first request of every connection has no Unique Batch Item ID; the payload is empty either way. observed */
export function discoverVersionsItem(first: boolean): RequestBatchItem {
  const id = first ? undefined : batchItemId(1);
  return requestItem(operations.discoverVersions, { protocolVersions: [] }, vcenterProtocol, id);
}

export function queryServerInformationItem(): RequestBatchItem {
  const functions = { queryFunctions: [QueryFunction.QueryServerInformation] };
  return requestItem(operations.query, functions, vcenterProtocol, batchItemId(1));
}

/** AES, usage Encrypt and Decrypt, 256 bits, in this order; no Name, no Activation Date. observed */
export function createAes256Item(): RequestBatchItem {
  const attributes = [
    {
      attributeName: 'Cryptographic Algorithm',
      attributeValue: item.enumeration(Tag.AttributeValue, CryptographicAlgorithm.AES),
    },
    { attributeName: 'Cryptographic Usage Mask', attributeValue: item.integer(Tag.AttributeValue, 0x0c) },
    { attributeName: 'Cryptographic Length', attributeValue: item.integer(Tag.AttributeValue, 256) },
  ];
  return requestItem(
    operations.create,
    { objectType: ObjectType.SymmetricKey, templateAttribute: { names: [], attributes } },
    vcenterProtocol,
    batchItemId(1),
  );
}

export function getItem(uniqueIdentifier: string): RequestBatchItem {
  return requestItem(operations.get, { uniqueIdentifier }, vcenterProtocol, batchItemId(1));
}

/** One name per request. observed */
export function getAttributeItem(uniqueIdentifier: string, attributeName: string): RequestBatchItem {
  return requestItem(
    operations.getAttributes,
    { uniqueIdentifier, attributeNames: [attributeName] },
    vcenterProtocol,
    batchItemId(1),
  );
}

export function activateItem(uniqueIdentifier: string): RequestBatchItem {
  return requestItem(operations.activate, { uniqueIdentifier }, vcenterProtocol, batchItemId(1));
}

/** What is done with custom attributes. */
export type AttributeOperation = 'addAttribute' | 'modifyAttribute';

/** Custom text attributes of a key: the items of one batch. */
export function attributeItems(
  operation: AttributeOperation,
  uniqueIdentifier: string,
  values: Readonly<Record<string, string>>,
): RequestBatchItem[] {
  return Object.entries(values).map(([attributeName, text], index) =>
    requestItem(
      operations[operation],
      { uniqueIdentifier, attribute: { attributeName, attributeValue: item.textString(Tag.AttributeValue, text) } },
      vcenterProtocol,
      batchItemId(index + 1),
    ),
  );
}
