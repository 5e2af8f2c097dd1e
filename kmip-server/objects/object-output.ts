/** An object on its way out, for Get and Export. KMIP 1.1 §4.11, 1.4 §4.40 */
import {
  asBuffer,
  enumEntry,
  formatVersion,
  isSince,
  KeyFormatType,
  type KeyWrappingSpecification,
  KeyWrapType,
  KmipError,
  LinkType,
  type ManagedObject,
  ObjectType,
  Operation,
  ResultReason,
} from '../../kmip/index.ts';
import { linkedIdentifier } from '../attributes/links.ts';
import { checkMayLeave } from '../attributes/sensitivity.ts';
import type { OperationContext } from '../messages/operation-context.ts';
import { ownedObject } from '../store/owned-object.ts';
import type { StoredObject } from '../store/stored-object.ts';
import { findObject } from './access.ts';
import { inFormat } from './key-formats.ts';
import { unwrapped, wrapped } from './wrapping.ts';

/** How a client wants an object. */
export interface OutputRequest {
  keyFormatType?: number;
  keyWrapType?: number;
  keyCompressionType?: number;
  keyWrappingSpecification?: KeyWrappingSpecification;
}

/**
 * The object's value in the format and wrapping that are asked for, on bytes of its own: Destroy overwrites the stored ones.
 * Throws Not Extractable, Sensitive, Illegal Operation, Permission Denied, Item Not Found, Key Format Type Not Supported,
 * Key Compression Type Not Supported, Key Value Not Present, Encoding Option Error.
 */
export function outputObject(
  object: StoredObject,
  material: ManagedObject,
  request: OutputRequest,
  context: OperationContext,
): ManagedObject {
  const { keyWrappingSpecification: specification, keyWrapType, keyFormatType, keyCompressionType } = request;
  const isHeldWrapped = 'keyBlock' in material && material.keyBlock.keyWrappingData !== undefined;
  // KMIP 1.4 §4.11: as registered unless the client says otherwise.
  const opens = isHeldWrapped && (specification !== undefined || keyWrapType === KeyWrapType.NotWrapped);
  checkMayLeave(object, specification !== undefined || (isHeldWrapped && !opens));
  checkValue(material, context);
  const plain = opens ? opened(material, context) : material;
  const extras = keyFormatType === KeyFormatType.PKCS_12 ? pkcs12Parts(object, context) : {};
  const formatted = inFormat(plain, { keyFormatType, keyCompressionType, ...extras });
  checkFormatKnown(formatted, context);
  const answer = specification ? wrapped(formatted, specification, object.attributes, context) : formatted;
  return ownedObject(answer);
}

/** A client is not sent a format that came after its version of KMIP: it must ask for another. KMIP 1.1 §6.1 */
function checkFormatKnown(material: ManagedObject, { version }: OperationContext): void {
  if (!('keyBlock' in material)) return;
  const format = enumEntry('KeyFormatType', material.keyBlock.keyFormatType);
  if (!format || isSince(version, format.since)) return;
  throw new KmipError(
    ResultReason.KeyFormatTypeNotSupported,
    `The key is held as ${format.name}, which KMIP ${formatVersion(version)} does not have: ask for another format.`,
  );
}

/** Before KMIP 1.2 a Key Block has a Key Value: an object without one has attributes only. KMIP 1.1 §11.12 */
function checkValue(material: ManagedObject, { version }: OperationContext): void {
  if (!('keyBlock' in material) || material.keyBlock.keyValue || isSince(version, '1.2')) return;
  throw new KmipError(ResultReason.IllegalOperation, 'The server holds only attributes of this key, not its value.');
}

function opened(material: ManagedObject, context: OperationContext): ManagedObject {
  if (!('keyBlock' in material) || !material.keyBlock.keyWrappingData) return material;
  return { ...material, keyBlock: unwrapped(material.keyBlock, material.keyBlock.keyWrappingData, context) };
}

/** Certificates in one PKCS#12 file at most. */
const maxChain = 16;

/** What goes into a PKCS#12 file besides the key: its links say. KMIP 1.4 §3.35, OASIS TC-PKCS12-1-14 */
function pkcs12Parts(object: StoredObject, context: OperationContext) {
  const { attributes } = object;
  const certificates: Buffer[] = [];
  const seen = new Set<string>();
  let next =
    linkedIdentifier(attributes, LinkType.PKCS_12CertificateLink) ??
    linkedIdentifier(attributes, LinkType.CertificateLink);
  while (next !== undefined && !seen.has(next) && certificates.length < maxChain) {
    seen.add(next);
    const certificate = findObject(context, next, Operation.Get);
    if (certificate.material?.objectType !== ObjectType.Certificate) break;
    certificates.push(certificate.material.certificateValue);
    next = linkedIdentifier(certificate.attributes, LinkType.PKCS_12CertificateLink);
  }
  return { certificates, password: password(object, context), friendlyName: attributes.read('PKCS#12 Friendly Name') };
}

/** The text of the Secret Data that the key's PKCS#12 Password Link names. */
function password({ attributes }: StoredObject, context: OperationContext): string | undefined {
  const identifier = linkedIdentifier(attributes, LinkType.PKCS_12PasswordLink);
  const secret = identifier === undefined ? undefined : findObject(context, identifier, Operation.Get).material;
  if (secret?.objectType !== ObjectType.SecretData) return undefined;
  const { keyValue } = secret.keyBlock;
  if (!keyValue || 'wrapped' in keyValue || !(keyValue.keyMaterial instanceof Uint8Array)) return undefined;
  return asBuffer(keyValue.keyMaterial).toString('utf8');
}
