import { tagName } from '../registry/index.ts';
import { bigIntegerHex } from './big-integer.ts';
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

/**
 * Readable text, one line per item, two spaces per level:
 * `Cryptographic Algorithm (Enumeration): AES (0x00000003)`. Secrets show only their length unless `reveal`.
 */
export function toText(item: Item, options: RenderOptions = {}): string {
  const lines: string[] = [];
  write(item, '', TOP, options, lines);
  return lines.join('\n');
}

function write(item: Item, indent: string, context: RenderContext, options: RenderOptions, lines: string[]): void {
  if (item.type === ItemType.Structure) {
    lines.push(`${indent}${tagName(item.tag)}`);
    const inner = contextWithin(item, context);
    for (const one of item.value) write(one, `${indent}  `, inner, options, lines);
    return;
  }
  const secret = !options.reveal && isSecret(item, context);
  const value = secret ? `[redacted, ${secretSize(item)}]` : valueText(item, context);
  lines.push(`${indent}${tagName(item.tag)} (${ITEM_TYPE_NAMES[item.type]}): ${value}`);
}

function valueText(item: Exclude<Item, { type: typeof ItemType.Structure }>, context: RenderContext): string {
  switch (item.type) {
    case ItemType.Integer: {
      const bits = maskBits(item, context);
      if (bits === undefined) return String(item.value);
      const names = bits.known.map(({ name }) => name);
      if (bits.unknown !== 0) names.push(hex32(bits.unknown));
      return `${names.join(' | ') || 'none'} (${hex32(item.value)})`;
    }
    case ItemType.Enumeration: {
      const entry = enumerationEntry(item, context);
      return entry === undefined ? hex32(item.value) : `${entry.name} (${hex32(item.value)})`;
    }
    case ItemType.TextString:
      return JSON.stringify(item.value);
    case ItemType.ByteString:
      return Buffer.from(item.value).toString('hex').toUpperCase();
    case ItemType.BigInteger:
      return bigIntegerHex(item.value, item.length);
    case ItemType.DateTime:
      return isoDate(item.value) ?? `${item.value} s`;
    case ItemType.Interval:
      return `${item.value} s`;
    default:
      return String(item.value);
  }
}
