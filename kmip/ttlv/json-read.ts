import { Tag } from '../registry/index.ts';
import { type Item, ItemType } from './item.ts';
import { DEFAULT_LIMITS, type TtlvLimits } from './limits.ts';
import { RenderingError, type RenderingErrorCode } from './rendering-error.ts';
import { itemOfText, itemTypeOfName, meaningTagOf, tagOfText, ValueProblem } from './value-read.ts';

/**
 * Reads KMIP JSON (Additional Message Encodings 1.0 §4.1): one item, or an array of items.
 *
 * Numbers beyond 2^53, which JSON.parse cannot carry, are to be written in hexadecimal (`"0x…"`), as the encoding asks for.
 * Names and dates are read as in XML; masks have `|` between their names. Members besides `tag`, `type` and `value` are
 * ignored.
 * @throws RenderingError; its position is the item's path, for example `RequestMessage/BatchItem[1]/Operation`
 */
export function parseJson(text: string, options: Partial<TtlvLimits> = {}): Item[] {
  const limits = { ...DEFAULT_LIMITS, ...options };
  const size = Buffer.byteLength(text);
  if (size > limits.maxBytes)
    refuse('TOO_LARGE', `${size} bytes exceed the limit of ${limits.maxBytes}`, 'at the start');
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (cause) {
    // The engine's own text quotes what it read.
    const place = / at position (\d+)/.exec(cause instanceof Error ? cause.message : '')?.[1];
    refuse('SYNTAX', 'not well-formed JSON', place === undefined ? 'at its end' : `character ${place}`);
  }
  const reader = new JsonReader(limits);
  return (Array.isArray(parsed) ? parsed : [parsed]).map((one) => reader.item(one, '', 1));
}

class JsonReader {
  readonly #limits: TtlvLimits;
  #items = 0;

  constructor(limits: TtlvLimits) {
    this.#limits = limits;
  }

  item(json: unknown, around: string, depth: number, attributeName?: string): Item {
    this.#items += 1;
    if (this.#items > this.#limits.maxItems) {
      refuse('TOO_MANY_ITEMS', `more than ${this.#limits.maxItems} items`, around);
    }
    if (!isObject(json)) return refuse('NOT_AN_ITEM', 'an item is an object with tag, type and value', around);
    const { tag: name, type: typeName = 'Structure', value } = json;
    const tag = typeof name === 'string' ? tagOfText(name) : undefined;
    if (tag === undefined)
      return refuse('UNKNOWN_TAG', 'an item needs the name of a KMIP tag, or 0x and six digits', around);
    const path = around === '' ? String(name) : `${around}/${name}`;
    const type = typeof typeName === 'string' ? itemTypeOfName(typeName) : undefined;
    if (type === undefined) return refuse('NOT_AN_ITEM', 'the type is none of the ten item types', path);
    if (type === ItemType.Structure) {
      if (!Array.isArray(value)) return refuse('NOT_AN_ITEM', 'a Structure has an array as its value', path);
      if (depth > this.#limits.maxDepth) {
        refuse('TOO_DEEP', `more than ${this.#limits.maxDepth} structures inside one another`, path);
      }
      const inner = tag === Tag.Attribute ? attributeNameIn(value) : undefined;
      return { tag, type, value: value.map((one, index) => this.item(one, `${path}[${index}]`, depth + 1, inner)) };
    }
    try {
      return itemOfText(tag, type, textOf(value, type), meaningTagOf(tag, attributeName));
    } catch (error) {
      if (!(error instanceof ValueProblem)) throw error;
      return refuse('VALUE', error.message, path);
    }
  }
}

/** The written form of a value, which says the same in XML; each item type has the JSON kinds that it may be written as. */
function textOf(value: unknown, type: ItemType): string {
  if (type === ItemType.Boolean && typeof value === 'boolean') return String(value);
  const mayBeNumber = type === ItemType.Integer || type === ItemType.LongInteger || type === ItemType.Interval;
  if (mayBeNumber && typeof value === 'number') {
    if (!Number.isSafeInteger(value)) throw new ValueProblem('not a whole number that JSON carries exactly');
    return String(value);
  }
  if (typeof value === 'string') return value;
  throw new ValueProblem('the value does not fit the type');
}

function attributeNameIn(items: readonly unknown[]): string | undefined {
  const found = items.find((one) => isObject(one) && one.tag === 'AttributeName');
  return isObject(found) && typeof found.value === 'string' ? found.value : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function refuse(code: RenderingErrorCode, message: string, position: string): never {
  throw new RenderingError(code, message, position === '' ? 'the outermost item' : position);
}
