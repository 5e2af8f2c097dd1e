import {
  enumEntry,
  enumerationOfTag,
  type Item,
  ItemType,
  isSince,
  type ProtocolVersion,
  tagCode,
} from '../../kmip/index.ts';

/** Values from here on are left to vendors. KMIP 1.1 §9.1.3.2 */
const extensions = 0x80000000;

/**
 * An enumeration value inside an attribute that KMIP does not define at a version, as text; undefined when all are known.
 * Custom attributes have no registered values.
 */
export function strangeEnumeration(attributeName: string, value: Item, version: ProtocolVersion): string | undefined {
  return strange(value, tagCode(attributeName) ?? value.tag, version);
}

function strange(item: Item, meaning: number, version: ProtocolVersion): string | undefined {
  if (item.type === ItemType.Structure) {
    for (const inner of item.value) {
      const found = strange(inner, inner.tag, version);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  if (item.type !== ItemType.Enumeration || item.value >= extensions) return undefined;
  const name = enumerationOfTag(meaning);
  if (name === undefined) return undefined;
  const entry = enumEntry(name, item.value);
  return entry && isSince(version, entry.since) ? undefined : (entry?.name ?? `0x${item.value.toString(16)}`);
}
