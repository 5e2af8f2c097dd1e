import { existsSync, readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { KeyrigError } from '../../core/index.ts';
import { decode, type Item, parseJson, parseXml, toJson, toText, toXml } from '../../kmip/index.ts';
import type { MessageOutput } from './message-options.ts';

/**
 * Reads one KMIP message that a user gave: hexadecimal text, KMIP XML, KMIP JSON, or a file with one of these or with raw
 * bytes; standard input when nothing is given. Throws ERR_OPTION with what is wrong and where.
 */
export async function readMessage(given: string | undefined): Promise<Item> {
  if (given === undefined) return fromText(await text(process.stdin));
  if (!existsSync(given)) return fromText(given);
  const content = readFileSync(given);
  const written = content.toString('utf8');
  return looksWritten(written)
    ? fromText(written)
    : explained(`this file of ${content.length} bytes`, () => decode(content));
}

function looksWritten(written: string): boolean {
  return isHex(written) || /^\uFEFF?\s*[<{[]/.test(written);
}

function fromText(written: string): Item {
  const trimmed = written.replace(/^\uFEFF/, '').trim();
  if (trimmed.startsWith('<')) return explained('this XML', () => one(parseXml(trimmed)));
  if (/^[{[]/.test(trimmed)) return explained('this JSON', () => one(parseJson(trimmed)));
  if (!isHex(trimmed)) {
    throw new KeyrigError('ERR_OPTION', 'this is neither hexadecimal text, XML or JSON nor the name of a file');
  }
  const digits = trimmed.replace(/0x|[\s:]/g, '');
  if (digits.length % 2 === 1)
    throw new KeyrigError('ERR_OPTION', `${digits.length} hexadecimal digits are not whole bytes`);
  const bytes = Buffer.from(digits, 'hex');
  return explained(`these ${bytes.length} bytes`, () => decode(bytes));
}

function one(items: readonly Item[]): Item {
  const [first, ...more] = items;
  if (!first || more.length > 0) throw new TypeError(`it holds ${items.length} messages instead of one`);
  return first;
}

function isHex(written: string): boolean {
  return /^(?:0x)?[0-9a-fA-F\s:]+$/.test(written);
}

function explained<T>(what: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    throw new KeyrigError('ERR_OPTION', `${what} cannot be read as a KMIP message`, { cause });
  }
}

/** A message as text, KMIP XML or KMIP JSON; secrets are hidden unless `reveal`. */
export function renderMessage(item: Item, { xml, json, reveal }: MessageOutput): string {
  if (xml) return toXml(item, { reveal });
  return json ? JSON.stringify(toJson(item, { reveal }), undefined, 2) : toText(item, { reveal });
}
