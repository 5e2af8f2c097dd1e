import {
  item,
  type KeyBlock,
  KeyFormatType,
  KeyWrapType,
  KmipError,
  type ManagedObject,
  Operation,
  operations,
  ResultReason,
  Tag,
} from '../../kmip/index.ts';
import { findObject } from '../access.ts';
import { keyFormatName, symmetricKeyBytes } from '../key-formats.ts';
import { kindOf } from '../new-object.ts';
import { handle } from './handler.ts';

/** KMIP 1.1 §4.11, §11.12 */
export const get = handle(operations.get, (request, context) => {
  const object = findObject(context, request.uniqueIdentifier, Operation.Get);
  const { uniqueIdentifier, objectType, material } = object;
  if (material === undefined) {
    // OASIS TC-314-11 expects Item Not Found where §11.12 says Illegal Operation.
    throw new KmipError(ResultReason.ItemNotFound, `The object ${uniqueIdentifier} was destroyed.`);
  }
  if (request.keyWrappingSpecification) {
    throw new KmipError(ResultReason.FeatureNotSupported, 'This server does not wrap keys.');
  }
  if (request.keyWrapType !== undefined && !unwrappedTypes.has(request.keyWrapType)) {
    throw new KmipError(ResultReason.FeatureNotSupported, 'This server does not wrap keys.');
  }
  if (request.keyCompressionType !== undefined) {
    throw new KmipError(ResultReason.KeyCompressionTypeNotSupported, 'This server does not compress keys.');
  }
  const answer = request.keyFormatType === undefined ? material : inFormat(material, request.keyFormatType);
  // KMIP 1.1 §3.34
  if (object.attributes.read('Fresh') === true) {
    context.objects.edit(uniqueIdentifier)?.attributes.write('Fresh', false);
  }
  return {
    response: { objectType, uniqueIdentifier, object: answer },
    text: `Get ${kindOf(object)} ${uniqueIdentifier}`,
  };
});

const unwrappedTypes: ReadonlySet<number> = new Set([KeyWrapType.NotWrapped, KeyWrapType.AsRegistered]);

/** The object in the format it was registered in, or a symmetric key as Raw or Transparent Symmetric Key. KMIP 1.1 §4.11 */
function inFormat(material: ManagedObject, format: number): ManagedObject {
  if (!('keyBlock' in material)) {
    throw new KmipError(ResultReason.KeyFormatTypeNotSupported, 'This type of object has no Key Format Type.');
  }
  const { keyBlock } = material;
  if (keyBlock.keyFormatType === format) return material;
  const bytes = symmetricKeyBytes(material);
  const value =
    bytes === undefined
      ? undefined
      : format === KeyFormatType.Raw
        ? bytes
        : format === KeyFormatType.TransparentSymmetricKey
          ? item.structure(Tag.KeyMaterial, [item.byteString(Tag.Key, bytes)])
          : undefined;
  if (value === undefined) {
    throw new KmipError(
      ResultReason.KeyFormatTypeNotSupported,
      `The key is held as ${keyFormatName(keyBlock.keyFormatType)} and cannot be given as ${keyFormatName(format)}.`,
    );
  }
  const converted: KeyBlock = { ...keyBlock, keyFormatType: format, keyValue: { keyMaterial: value, attributes: [] } };
  return { ...material, keyBlock: converted };
}
