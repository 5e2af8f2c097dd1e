import type { Json, JsonObject } from '../../core/index.ts';
import {
  enumerationOfTag,
  enumKey,
  type Item,
  ItemType,
  type RequestItem,
  type StructureItem,
  Tag,
  tagCode,
} from '../../kmip/index.ts';
import { operationKey } from '../identity/known-clients.ts';

/**
 * What fault rules may match of a batch item: `{ kms, operation, uniqueIdentifier?, client, attributes? }`. Built from the items
 * as they came, so that it also works for a payload that the operation will refuse. Byte strings are left out.
 */
export function requestSubject(
  one: RequestItem & { error?: undefined },
  kms: string,
  client: string | undefined,
): JsonObject {
  const subject: Record<string, Json | undefined> = { kms, operation: operationKey(one.operation), client };
  if (one.payload?.type !== ItemType.Structure) return subject;
  const attributes: Record<string, Json> = {};
  collect(one.payload, subject, attributes);
  if (Object.keys(attributes).length > 0) subject.attributes = attributes;
  return subject;
}

const templateTags: ReadonlySet<number> = new Set([
  Tag.TemplateAttribute,
  Tag.CommonTemplateAttribute,
  Tag.PrivateKeyTemplateAttribute,
  Tag.PublicKeyTemplateAttribute,
]);

function collect(
  structure: StructureItem,
  subject: Record<string, Json | undefined>,
  attributes: Record<string, Json>,
): void {
  for (const inner of structure.value) {
    if (inner.tag === Tag.UniqueIdentifier && inner.type === ItemType.TextString) {
      subject.uniqueIdentifier ??= inner.value;
    } else if (inner.type === ItemType.Structure && templateTags.has(inner.tag)) {
      collect(inner, subject, attributes);
    } else if (inner.type === ItemType.Structure && inner.tag === Tag.Attribute) {
      const [name, value] = nameAndValue(inner);
      if (name !== undefined && value !== undefined) attributes[name] = value;
    }
  }
}

function nameAndValue(attribute: StructureItem): [string | undefined, Json | undefined] {
  let name: string | undefined;
  let value: Item | undefined;
  for (const inner of attribute.value) {
    if (inner.tag === Tag.AttributeName && inner.type === ItemType.TextString) name = inner.value;
    if (inner.tag === Tag.AttributeValue) value = inner;
  }
  return [name, name === undefined || value === undefined ? undefined : readable(name, value)];
}

/** Enumerations by name (`AES`), numbers and texts as they are, a structure as its first text. */
function readable(name: string, value: Item): Json | undefined {
  switch (value.type) {
    case ItemType.Enumeration: {
      const tag = tagCode(name);
      const enumeration = tag === undefined ? undefined : enumerationOfTag(tag);
      return (enumeration && enumKey(enumeration, value.value)) ?? value.value;
    }
    case ItemType.Integer:
    case ItemType.Interval:
    case ItemType.TextString:
    case ItemType.Boolean:
      return value.value;
    case ItemType.DateTime:
    case ItemType.LongInteger:
      return Number(value.value);
    case ItemType.Structure: {
      const text = value.value.find(({ type }) => type === ItemType.TextString);
      return text?.type === ItemType.TextString ? text.value : undefined;
    }
    default:
      return undefined;
  }
}
