import { type Item, ItemType, tagEntry, type XmlElement } from '../../kmip/index.ts';
import { isSymbol } from './pattern.ts';

/**
 * Values that a server gives a new meaning each time, so that a later answer may carry another one under the same name:
 * the names do not count them. The value for a running asynchronous operation or stream stays the same.
 */
const RENEWED = new Set(['$CORRELATION_VALUE', '$ASYNCHRONOUS_CORRELATION_VALUE']);

/**
 * What the symbolic names of a running case stand for, and the values that stand for those printed in the case where a
 * server makes its own. Text Strings are kept as they are, Byte Strings in hexadecimal. Test Cases 1.3 §2
 */
export class Symbols {
  readonly #bound: Map<string, string>;
  /** The latest value under each tag, by the name a symbol would have: some cases never bind what they use. */
  readonly #latest = new Map<string, string>();
  /** Printed values that this server replaced by its own. */
  readonly #replaced = new Map<string, string>();
  /** Names that the request under way used. */
  #used = new Set<string>();

  constructor(bound: Iterable<readonly [string, string]> = []) {
    this.#bound = new Map(bound);
  }

  /** The same names with the same values; what is bound later is bound in one of the two. */
  copy(): Symbols {
    const copy = new Symbols(this.#bound);
    copy.#used = this.#used;
    return copy;
  }

  /**
   * A copy of a request with every symbolic name replaced.
   * @param now POSIX seconds
   */
  fill(request: XmlElement, now: number): XmlElement {
    this.#used = new Set();
    return this.#fill(request, now);
  }

  #fill(element: XmlElement, now: number): XmlElement {
    const { name, value, children } = element;
    if (value === undefined) return { ...element, children: children.map((one) => this.#fill(one, now)) };
    if (isSymbol(value)) return { ...element, value: this.#valueOf(value, element, now) };
    return { ...element, value: this.#replaced.get(`${name} ${value.toLowerCase()}`) ?? value };
  }

  #valueOf(symbol: string, element: XmlElement, now: number): string {
    const offset = nowOffset(symbol);
    if (offset !== undefined) return String(now + offset);
    this.#used.add(symbol);
    const value = this.#bound.get(symbol) ?? this.#latest.get(symbol.replace(/_\d+$/, ''));
    // Nothing has given it a value: one that the type allows.
    if (value === undefined) return element.type === 'ByteString' ? '00'.repeat(16) : symbol.slice(1);
    this.#bound.set(symbol, value);
    return value;
  }

  /** The value of a symbolic name, if it has one that later answers must repeat. */
  get(symbol: string): string | undefined {
    if (symbol === '$CORRELATION_VALUE') return undefined;
    if (RENEWED.has(symbol) && !this.#used.has(symbol)) return undefined;
    return this.#bound.get(symbol);
  }

  /** Gives a name its value. @returns another name of the same kind that has this value already */
  bind(symbol: string, value: string): string | undefined {
    const kind = symbol.replace(/_\d+$/, '');
    const same = [...this.#bound].find(
      ([other, otherValue]) => other !== symbol && other.replace(/_\d+$/, '') === kind && otherValue === value,
    );
    this.#bound.set(symbol, value);
    return kind === '$UNIQUE_IDENTIFIER' ? same?.[0] : undefined;
  }

  /** Remembers what a server put in the place of a printed value. */
  replace(printed: Item, actual: Item): void {
    const [from, to] = [textOf(printed), textOf(actual)];
    const name = tagEntry(printed.tag)?.key;
    if (from !== undefined && to !== undefined) this.#replaced.set(`${name} ${from.toLowerCase()}`, to);
  }

  /** Remembers every value of an answer under its tag. */
  see(item: Item): void {
    if (item.type === ItemType.Structure) {
      for (const one of item.value) this.see(one);
      return;
    }
    const text = textOf(item);
    const key = tagEntry(item.tag)?.key;
    if (text === undefined || key === undefined) return;
    // IVCounterNonce → $IV_COUNTER_NONCE
    const words = key.replace(/([a-z])([A-Z])/g, '$1_$2').replace(/([A-Z]+)([A-Z][a-z])/g, '$1_$2');
    this.#latest.set(`$${words.toUpperCase()}`, text);
  }
}

/** Seconds that `$NOW`, `$NOW+n` or `$NOW-n` are away from now; undefined for other names. */
export function nowOffset(symbol: string): number | undefined {
  const match = /^\$NOW([+-]\d+)?$/.exec(symbol);
  return match === null ? undefined : Number(match[1] ?? 0);
}

/** The value as a symbol keeps it; undefined for types that no symbol stands for. */
export function textOf(item: Item): string | undefined {
  if (item.type === ItemType.TextString) return item.value;
  return item.type === ItemType.ByteString ? Buffer.from(item.value).toString('hex') : undefined;
}
