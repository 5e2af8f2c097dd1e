import { ENUMERATION_ROWS } from './generated/enumerations.ts';
import { MASK_ROWS } from './generated/masks.ts';
import { TAG_ROWS } from './generated/tags.ts';
import type { KmipVersion, RegistryRow } from './row.ts';

export type EnumerationName = keyof typeof ENUMERATION_ROWS;
export type MaskName = keyof typeof MASK_ROWS;

/** One registered tag, enumeration value or mask bit. */
export type RegistryEntry = {
  code: number;
  /** As the specification spells it, for example `Pre-Active`. */
  name: string;
  /** As XML, JSON and our constants spell it, for example `PreActive`. */
  key: string;
  since: KmipVersion;
};

type Index = { byCode: Map<number, RegistryEntry>; byName: Map<string, RegistryEntry> };

function indexOf(rows: readonly RegistryRow[]): Index {
  const byCode = new Map<number, RegistryEntry>();
  const byName = new Map<string, RegistryEntry>();
  for (const [code, name, key, since] of rows) {
    const entry = { code, name, key, since };
    byCode.set(code, entry);
    byName.set(name, entry);
    byName.set(key, entry);
  }
  return { byCode, byName };
}

function indexesOf(tables: Readonly<Record<string, readonly RegistryRow[]>>): Map<string, Index> {
  return new Map(Object.entries(tables).map(([name, rows]) => [name, indexOf(rows)]));
}

const TAGS = indexOf(TAG_ROWS);
const ENUMERATIONS = indexesOf(ENUMERATION_ROWS);
const MASKS = indexesOf(MASK_ROWS);

/** A tag's row, or undefined for a tag that KMIP 1.0 to 1.4 do not define. */
export function tagEntry(tag: number): RegistryEntry | undefined {
  return TAGS.byCode.get(tag);
}

/** `Unique Identifier`; for an unknown tag `0x540001`. */
export function tagName(tag: number): string {
  return TAGS.byCode.get(tag)?.name ?? `0x${tag.toString(16).toUpperCase().padStart(6, '0')}`;
}

/** The tag of a name in either spelling (`Pre-Active`, `PreActive`). */
export function tagCode(name: string): number | undefined {
  return TAGS.byName.get(name)?.code;
}

/** An enumeration value's row. */
export function enumEntry(enumeration: EnumerationName, code: number): RegistryEntry | undefined {
  return ENUMERATIONS.get(enumeration)?.byCode.get(code);
}

/** `enumName('Operation', 0x1e)` is `Discover Versions`; undefined for an unknown value. */
export function enumName(enumeration: EnumerationName, code: number): string | undefined {
  return enumEntry(enumeration, code)?.name;
}

/** `enumKey('Operation', 0x1e)` is `DiscoverVersions`; undefined for an unknown value. */
export function enumKey(enumeration: EnumerationName, code: number): string | undefined {
  return enumEntry(enumeration, code)?.key;
}

/** The code of a value's name in either spelling. */
export function enumCode(enumeration: EnumerationName, name: string): number | undefined {
  return ENUMERATIONS.get(enumeration)?.byName.get(name)?.code;
}

/** All rows of an enumeration, by code. */
export function enumEntries(enumeration: EnumerationName): readonly RegistryEntry[] {
  return [...(ENUMERATIONS.get(enumeration)?.byCode.values() ?? [])];
}

/** The rows of the bits that are set, lowest first, and the bits that have no name. */
export function maskEntries(mask: MaskName, value: number): { known: RegistryEntry[]; unknown: number } {
  const known: RegistryEntry[] = [];
  let unknown = value >>> 0;
  for (const entry of MASKS.get(mask)?.byCode.values() ?? []) {
    if ((value & entry.code) === 0) continue;
    known.push(entry);
    unknown = (unknown & ~entry.code) >>> 0;
  }
  return { known, unknown };
}

/** The bits of a mask name in either spelling. */
export function maskCode(mask: MaskName, name: string): number | undefined {
  return MASKS.get(mask)?.byName.get(name)?.code;
}
