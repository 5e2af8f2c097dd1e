/** The managed objects that Register takes and Get returns. KMIP 1.1 §2.2 */
import { ObjectType, ResultReason, Tag, tagEntry, tagName } from '../registry/index.ts';
import type { Item } from '../ttlv/index.ts';
import { attribute } from './attribute.ts';
import { KmipError } from './errors.ts';
import {
  bigInteger,
  byteString,
  type CodecContext,
  enumeration,
  type Field,
  integer,
  openEnumeration,
  optional,
  repeated,
  required,
  type StructureCodec,
  structure,
  type TypeOf,
} from './kernel.ts';
import { keyBlock } from './key-block.ts';
import { formatVersion, isSince } from './version.ts';

// §2.2.1
export const certificate = structure({
  certificateType: required(Tag.CertificateType, enumeration('CertificateType')),
  certificateValue: required(Tag.CertificateValue, byteString),
});
// §2.2.2 to §2.2.4
const key = structure({ keyBlock: required(Tag.KeyBlock, keyBlock) });
// §2.2.5
const splitKey = structure({
  splitKeyParts: required(Tag.SplitKeyParts, integer),
  keyPartIdentifier: required(Tag.KeyPartIdentifier, integer),
  splitKeyThreshold: required(Tag.SplitKeyThreshold, integer),
  splitKeyMethod: required(Tag.SplitKeyMethod, enumeration('SplitKeyMethod')),
  primeFieldSize: optional(Tag.PrimeFieldSize, bigInteger),
  keyBlock: required(Tag.KeyBlock, keyBlock),
});
// §2.2.6
const template = structure({ attributes: repeated(Tag.Attribute, attribute) });
// §2.2.7
const secretData = structure({
  secretDataType: required(Tag.SecretDataType, enumeration('SecretDataType')),
  keyBlock: required(Tag.KeyBlock, keyBlock),
});
// §2.2.8
const opaqueObject = structure({
  opaqueDataType: required(Tag.OpaqueDataType, openEnumeration),
  opaqueDataValue: required(Tag.OpaqueDataValue, byteString),
});
// KMIP 1.2 §2.2.9
const pgpKey = structure({
  pgpKeyVersion: required(Tag.PGPKeyVersion, integer),
  keyBlock: required(Tag.KeyBlock, keyBlock),
});

export type ManagedObject =
  | ({ objectType: typeof ObjectType.Certificate } & TypeOf<typeof certificate>)
  | ({ objectType: typeof ObjectType.SymmetricKey } & TypeOf<typeof key>)
  | ({ objectType: typeof ObjectType.PublicKey } & TypeOf<typeof key>)
  | ({ objectType: typeof ObjectType.PrivateKey } & TypeOf<typeof key>)
  | ({ objectType: typeof ObjectType.SplitKey } & TypeOf<typeof splitKey>)
  | ({ objectType: typeof ObjectType.Template } & TypeOf<typeof template>)
  | ({ objectType: typeof ObjectType.SecretData } & TypeOf<typeof secretData>)
  | ({ objectType: typeof ObjectType.OpaqueObject } & TypeOf<typeof opaqueObject>)
  | ({ objectType: typeof ObjectType.PGPKey } & TypeOf<typeof pgpKey>);

type Row = { objectType: ObjectType; tag: number; codec: StructureCodec<object> };

const ROWS: readonly Row[] = [
  { objectType: ObjectType.Certificate, tag: Tag.Certificate, codec: certificate },
  { objectType: ObjectType.SymmetricKey, tag: Tag.SymmetricKey, codec: key },
  { objectType: ObjectType.PrivateKey, tag: Tag.PrivateKey, codec: key },
  { objectType: ObjectType.PublicKey, tag: Tag.PublicKey, codec: key },
  { objectType: ObjectType.SplitKey, tag: Tag.SplitKey, codec: splitKey },
  { objectType: ObjectType.Template, tag: Tag.Template, codec: template },
  { objectType: ObjectType.SecretData, tag: Tag.SecretData, codec: secretData },
  { objectType: ObjectType.OpaqueObject, tag: Tag.OpaqueObject, codec: opaqueObject },
  { objectType: ObjectType.PGPKey, tag: Tag.PGPKey, codec: pgpKey },
];

function isKnown({ tag }: Row, { version }: CodecContext): boolean {
  return isSince(version, tagEntry(tag)?.since ?? '1.0');
}

function managedObjectField<P extends 'required' | 'optional'>(presence: P): Field<ManagedObject, P> {
  return {
    tags: ROWS.map(({ tag }) => tag),
    presence,
    since: '1.0',
    decode(found: Item, context: CodecContext): ManagedObject {
      const row = ROWS.find(({ tag }) => tag === found.tag) as Row;
      if (!isKnown(row, context)) {
        const message = `KMIP ${formatVersion(context.version)} has no object ${tagName(row.tag)}`;
        throw new KmipError(ResultReason.InvalidField, message);
      }
      return { objectType: row.objectType, ...row.codec.decode(found, context) } as ManagedObject;
    },
    encode(value: ManagedObject, context: CodecContext): Item | undefined {
      const row = ROWS.find(({ objectType }) => objectType === value.objectType) as Row;
      return isKnown(row, context) ? row.codec.encode(row.tag, value, context) : undefined;
    },
  };
}

/** The object in a payload; exactly one. */
export const requiredObject = managedObjectField('required');
/** The object in a payload that may lack it. */
export const optionalObject = managedObjectField('optional');
