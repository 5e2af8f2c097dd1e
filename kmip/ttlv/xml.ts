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

/**
 * KMIP XML (Additional Message Encodings 1.0 §4). A secret's value is replaced by its length unless `reveal`, and the
 * result is then no valid KMIP message.
 */
export function toXml(item: Item, options: RenderOptions = {}): string {
  const lines: string[] = [];
  write(item, '', TOP, options, lines);
  return lines.join('\n');
}

function write(item: Item, indent: string, context: RenderContext, options: RenderOptions, lines: string[]): void {
  const key = tagEntry(item.tag)?.key;
  const name = key ?? 'TTLV';
  const tag = key === undefined ? ` tag="0x${tagHex(item.tag)}"` : '';
  if (item.type === ItemType.Structure) {
    if (item.value.length === 0) {
      lines.push(`${indent}<${name}${tag}/>`);
      return;
    }
    lines.push(`${indent}<${name}${tag}>`);
    const inner = contextWithin(item, context);
    for (const one of item.value) write(one, `${indent}  `, inner, options, lines);
    lines.push(`${indent}</${name}>`);
    return;
  }
  const secret = !options.reveal && isSecret(item, context);
  const value = secret ? `[redacted, ${secretSize(item)}]` : valueText(item, context);
  lines.push(`${indent}<${name}${tag} type="${ITEM_TYPE_NAMES[item.type]}" value="${escapeXml(value)}"/>`);
}

function valueText(item: Exclude<Item, { type: typeof ItemType.Structure }>, context: RenderContext): string {
  switch (item.type) {
    case ItemType.Integer: {
      const bits = maskBits(item, context);
      if (bits === undefined || item.value === 0) return String(item.value);
      const names = bits.known.map(({ key }) => key);
      if (bits.unknown !== 0) names.push(hex32(bits.unknown));
      return names.join(' ');
    }
    case ItemType.Enumeration:
      return enumerationEntry(item, context)?.key ?? hex32(item.value);
    case ItemType.ByteString:
      return Buffer.from(item.value).toString('hex').toUpperCase();
    case ItemType.BigInteger:
      return bigIntegerHex(item.value, item.length);
    case ItemType.DateTime:
      return isoDate(item.value) ?? String(item.value);
    default:
      return String(item.value);
  }
}

function escapeXml(text: string): string {
  return text.replace(/[&<>"'\n\r\t]/g, (character) => `&#${character.charCodeAt(0)};`);
}
