/** What the readable renderings share: names of values, and which values are secret. */
import {
  type EnumerationName,
  enumEntry,
  enumerationOfTag,
  type MaskName,
  maskEntries,
  maskOfTag,
  type RegistryEntry,
  Tag,
  tagCode,
} from '../registry/index.ts';
import { bigIntegerLength } from './big-integer.ts';
import { type Item, ItemType, type StructureItem } from './item.ts';

export type RenderOptions = {
  /** Show key material, passwords and other secrets. Default: only their length. */
  reveal?: boolean;
};

/** Values that are secret wherever they stand. */
const SECRET_TAGS: ReadonlySet<number> = new Set([
  Tag.KeyMaterial,
  Tag.Key,
  Tag.Password,
  Tag.OpaqueDataValue,
  // Wrapped or encoded bytes; as a structure its parts are looked at one by one.
  Tag.KeyValue,
  // Private parts of the transparent keys. KMIP 1.1 §2.1.7
  Tag.D,
  Tag.P,
  Tag.Q,
  Tag.X,
  Tag.PrivateExponent,
  Tag.PrimeExponentP,
  Tag.PrimeExponentQ,
  Tag.CRTCoefficient,
  // Plaintext and its makings. KMIP 1.1 §4.6, 1.2 §4.29
  Tag.DerivationData,
  Tag.Data,
]);

/** Public parts of the transparent keys; everything else inside a Key Material structure is secret. KMIP 1.1 §2.1.7 */
const PUBLIC_KEY_PARTS: ReadonlySet<number> = new Set([
  Tag.Modulus,
  Tag.PublicExponent,
  Tag.G,
  Tag.J,
  Tag.Y,
  Tag.QString,
  Tag.RecommendedCurve,
]);

/** Where an item stands: inside a secret's structure, or as the value of a named attribute. */
export type RenderContext = { inSecret: boolean; attributeName: string | undefined };

export const TOP: RenderContext = { inSecret: false, attributeName: undefined };

/** The context of a structure's children. */
export function contextWithin(structure: StructureItem, context: RenderContext): RenderContext {
  const inSecret = context.inSecret || (SECRET_TAGS.has(structure.tag) && structure.tag !== Tag.KeyValue);
  const named =
    structure.tag === Tag.Attribute ? structure.value.find(({ tag }) => tag === Tag.AttributeName) : undefined;
  return { inSecret, attributeName: named?.type === ItemType.TextString ? named.value : undefined };
}

export function isSecret(item: Item, context: RenderContext): boolean {
  if (item.type === ItemType.Structure) return false;
  return SECRET_TAGS.has(item.tag) || (context.inSecret && !PUBLIC_KEY_PARTS.has(item.tag));
}

/** `32 bytes`, all that is said of a secret. */
export function secretSize(item: Item): string {
  switch (item.type) {
    case ItemType.ByteString:
      return `${item.value.length} bytes`;
    case ItemType.TextString:
      return `${Buffer.byteLength(item.value)} bytes`;
    case ItemType.BigInteger:
      return `${bigIntegerLength(item.value)} bytes`;
    default:
      return 'hidden';
  }
}

/** Attribute Value carries what the tag of the attribute's name carries. */
function meaningTag(item: Item, context: RenderContext): number {
  if (item.tag !== Tag.AttributeValue || context.attributeName === undefined) return item.tag;
  return tagCode(context.attributeName) ?? item.tag;
}

/** The registered name of an enumeration value. */
export function enumerationEntry(item: Item & { value: number }, context: RenderContext): RegistryEntry | undefined {
  const enumeration: EnumerationName | undefined = enumerationOfTag(meaningTag(item, context));
  return enumeration && enumEntry(enumeration, item.value);
}

/** The bits of a mask, or undefined when the Integer is no mask. */
export function maskBits(
  item: Item & { value: number },
  context: RenderContext,
): { known: RegistryEntry[]; unknown: number } | undefined {
  const mask: MaskName | undefined = maskOfTag(meaningTag(item, context));
  return mask && maskEntries(mask, item.value);
}

export function hex32(value: number): string {
  return `0x${(value >>> 0).toString(16).toUpperCase().padStart(8, '0')}`;
}

/** ISO 8601 in UTC, or undefined for a date that has no such form. */
export function isoDate(seconds: bigint): string | undefined {
  // The year 9999 is the last that four digits hold; before year 0 ISO 8601 needs signs.
  if (seconds < -62_167_219_200n || seconds > 253_402_300_799n) return undefined;
  return new Date(Number(seconds) * 1000).toISOString().replace('.000Z', '+00:00');
}
