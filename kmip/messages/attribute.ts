import { Tag } from '../registry/index.ts';
import type { Item } from '../ttlv/index.ts';
import { name } from './attribute-values.ts';
import { standardAttribute } from './attributes.ts';
import {
  anyItem,
  integer,
  optional,
  repeated,
  required,
  structure,
  type TypeOf,
  textString,
  type ValueCodec,
} from './kernel.ts';
import { isSince } from './version.ts';

const declared = structure({
  attributeName: required(Tag.AttributeName, textString),
  attributeIndex: optional(Tag.AttributeIndex, integer),
  // Absent only when Notify tells of a deleted attribute. KMIP 1.1 §5.1
  attributeValue: optional(Tag.AttributeValue, anyItem),
});

/** KMIP 1.1 §2.1.1. `attributeValue` is an item with the tag Attribute Value; see `attributes.ts` for its shape. */
export type Attribute = TypeOf<typeof declared>;

/** The version gate for attributes: one that is newer than the message is not sent. */
export const attribute: ValueCodec<Attribute> = {
  decode: (found, context) => declared.decode(found, context),
  encode(tag, value, context) {
    const standard = standardAttribute(value.attributeName);
    if (standard === undefined) return declared.encode(tag, value, context);
    if (!isSince(context.version, standard.since)) return undefined;
    const gated: Item | undefined =
      value.attributeValue && standard.codec.gate
        ? standard.codec.gate(value.attributeValue, context)
        : value.attributeValue;
    return declared.encode(tag, { ...value, attributeValue: gated }, context);
  },
};

/** A name in a list of attribute names; newer ones are not sent. */
export const attributeName: ValueCodec<string> = {
  decode: textString.decode,
  encode(tag, value, context) {
    const since = standardAttribute(value)?.since ?? '1.0';
    return isSince(context.version, since) ? textString.encode(tag, value, context) : undefined;
  },
};

// KMIP 1.1 §2.1.8
export const templateAttribute = structure({
  names: repeated(Tag.Name, name),
  attributes: repeated(Tag.Attribute, attribute),
});
export type TemplateAttribute = TypeOf<typeof templateAttribute>;
