import { tagEntry } from '../registry/index.ts';
import { bigIntegerHex } from './big-integer.ts';
import { tagHex } from './errors.ts';
import { ITEM_TYPE_NAMES, type Item, ItemType } from './item.ts';
import {
  contextWithin,
  enumerationEntry,
  hex32,
  isoDate,
  isSecret,
  maskBits,
  type RenderContext,
  type RenderOptions,
  secretSize,
  TOP,
} from './render.ts';

/** One item in KMIP JSON; a structure has no `type`. */
export type JsonItem = { tag: string; type?: string; value: string | number | boolean | JsonItem[] };

/**
 * KMIP JSON (Additional Message Encodings 1.0 §6) as a value for JSON.stringify. A secret's value is replaced by its
 * length unless `reveal`, and the result is then no valid KMIP message.
 */
export function toJson(item: Item, options: RenderOptions = {}): JsonItem {
  return convert(item, TOP, options);
}

function convert(item: Item, context: RenderContext, options: RenderOptions): JsonItem {
  const tag = tagEntry(item.tag)?.key ?? `0x${tagHex(item.tag)}`;
  if (item.type === ItemType.Structure) {
    const inner = contextWithin(item, context);
    return { tag, value: item.value.map((one) => convert(one, inner, options)) };
  }
  const secret = !options.reveal && isSecret(item, context);
  const value = secret ? `[redacted, ${secretSize(item)}]` : jsonValue(item, context);
  return { tag, type: ITEM_TYPE_NAMES[item.type], value };
}

function jsonValue(
  item: Exclude<Item, { type: typeof ItemType.Structure }>,
  context: RenderContext,
): string | number | boolean {
  switch (item.type) {
    case ItemType.Integer: {
      const bits = maskBits(item, context);
      if (bits === undefined || item.value === 0) return item.value;
      const names = bits.known.map(({ key }) => key);
      if (bits.unknown !== 0) names.push(hex32(bits.unknown));
      return names.join('|');
    }
    case ItemType.LongInteger: {
      // JSON numbers are exact up to 2^53; beyond it the encoding asks for hexadecimal.
      const number = Number(item.value);
      return Number.isSafeInteger(number) ? number : hex64(item.value);
    }
    case ItemType.Enumeration:
      return enumerationEntry(item, context)?.key ?? hex32(item.value);
    case ItemType.ByteString:
      return Buffer.from(item.value).toString('hex').toUpperCase();
    case ItemType.BigInteger:
      return `0x${bigIntegerHex(item.value, item.length)}`;
    case ItemType.DateTime:
      return isoDate(item.value) ?? hex64(item.value);
    default:
      return item.value;
  }
}

function hex64(value: bigint): string {
  return `0x${BigInt.asUintN(64, value).toString(16).toUpperCase().padStart(16, '0')}`;
}
