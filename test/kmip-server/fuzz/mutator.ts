import type { RandomStream } from '../../../core/index.ts';
import { decode, encode, type Item, ItemType, item, type StructureItem, Tag } from '../../../kmip/index.ts';

/** What the fuzz has learnt from answers: mutated requests that name what exists reach further. */
export interface Known {
  /** Unique Identifiers are 1, 2, 3 … up to this. */
  objects: number;
  /** Correlation values of streams and of pending operations, the last ones. */
  correlationValues: Buffer[];
}

const identifierTags: ReadonlySet<number> = new Set([
  Tag.UniqueIdentifier,
  Tag.PrivateKeyUniqueIdentifier,
  Tag.PublicKeyUniqueIdentifier,
  Tag.LinkedObjectIdentifier,
]);
const correlationTags: ReadonlySet<number> = new Set([Tag.CorrelationValue, Tag.AsynchronousCorrelationValue]);

const numbers = [0, 1, 2, 3, 5, 7, 8, 16, 17, 64, 127, 128, 255, 256, 1023, 4096, 65_535, 1_048_576, 2 ** 31 - 1];
const bigNumbers = [0n, 1n, 255n, 2n ** 31n, 2n ** 32n, 2n ** 53n, 2n ** 63n - 1n];
const texts = ['', '0', ' ', 'x-', 'y-a', 'Name', 'State', 'Digest', '__proto__', 'constructor', '\0', '\ufffd', '😀'];
const lengths = [0, 1, 7, 8, 12, 15, 16, 17, 31, 32, 63, 255, 256, 4_000, 70_000];
const itemTypes = Object.values(ItemType);
const bytes = [0x00, 0x01, 0x07, 0x08, 0x7f, 0x80, 0xfe, 0xff];

/** Spoils good requests, the same way for the same random stream: items of the tree first, then bytes of the message. */
export class Mutator {
  readonly #random: RandomStream;
  readonly #trees: readonly StructureItem[];
  readonly #known: Known;

  /** @param requests whole request messages in TTLV */
  constructor(random: RandomStream, requests: readonly Buffer[], known: Known) {
    this.#random = random;
    this.#trees = requests.map((request) => decode(request) as StructureItem);
    this.#known = known;
  }

  /** A request as a tree in which some items are spoilt; now and then none is. */
  tree(): StructureItem {
    const tree = this.#living(this.#pick(this.#trees)) as StructureItem;
    for (let change = this.#random.integer(3); change > 0; change--) this.#spoilItem(tree);
    return tree;
  }

  /** A request message of which now and then also bytes, the first eight among them, are spoilt. */
  message(): Buffer {
    const message = encode(this.tree());
    return this.#chance(0.25) ? this.#spoilBytes(message) : message;
  }

  /** Changes some characters of a text. */
  spoilText(text: string): string {
    let spoilt = text;
    for (let change = 1 + this.#random.integer(3); change > 0; change--) {
      const at = this.#random.integer(spoilt.length + 1);
      const end = Math.min(spoilt.length, at + this.#random.integer(this.#chance(0.5) ? 4 : 200));
      const piece = spoilt.slice(at, end);
      const put = this.#pick([
        '',
        '',
        piece + piece,
        '<',
        '>',
        '"',
        '&#0;',
        '<!--',
        '{',
        '[',
        '\\u0000',
        '-1',
        '1e400',
      ]);
      spoilt = spoilt.slice(0, at) + put + spoilt.slice(end);
    }
    return spoilt;
  }

  #pick<T>(list: readonly T[]): T {
    return list[this.#random.integer(list.length)] as T;
  }

  #chance(probability: number): boolean {
    return this.#random.next() < probability;
  }

  /** A copy that names objects and correlation values that exist. */
  #living(one: Item): Item {
    if (one.type === ItemType.Structure) return { ...one, value: one.value.map((inner) => this.#living(inner)) };
    if (one.type === ItemType.TextString && identifierTags.has(one.tag) && this.#chance(0.9)) {
      // Young objects are more often of the kind and in the State that is asked for.
      const back = this.#random.integer(this.#chance(0.7) ? 20 : this.#known.objects + 1);
      return { ...one, value: String(Math.max(1, this.#known.objects - back)) };
    }
    const { correlationValues } = this.#known;
    if (one.type === ItemType.ByteString && correlationTags.has(one.tag) && correlationValues.length > 0) {
      return { ...one, value: this.#pick(correlationValues) };
    }
    if (one.type === ItemType.Integer && one.tag === Tag.ProtocolVersionMinor && this.#chance(0.3)) {
      return { ...one, value: this.#random.integer(6) };
    }
    return { ...one };
  }

  #structures(tree: StructureItem, found: StructureItem[] = []): StructureItem[] {
    found.push(tree);
    for (const one of tree.value) if (one.type === ItemType.Structure) this.#structures(one, found);
    return found;
  }

  /** One item is left out, repeated, moved, exchanged, renamed, retyped or given an awkward value. */
  #spoilItem(tree: StructureItem): void {
    const parent = this.#pick(this.#structures(tree));
    const { value: items } = parent;
    const at = this.#random.integer(items.length);
    const one = items[at];
    if (!one) {
      items.push(this.#foreign());
      return;
    }
    switch (this.#random.integer(20)) {
      case 0:
        items.splice(at, 1);
        return;
      case 1:
        items.splice(at, 0, structuredClone(one));
        return;
      case 2:
        items.push(...items.splice(at, 1));
        return;
      case 3:
        items[at] = this.#foreign();
        return;
      case 4:
        items[at] = { ...one, tag: this.#foreign().tag };
        return;
      case 5:
        items[at] = this.#awkward(one.tag, this.#pick(itemTypes));
        return;
      default:
        items[at] = this.#awkward(one.tag, one.type);
    }
  }

  /** Any item of any request. */
  #foreign(): Item {
    const parent = this.#pick(this.#structures(this.#pick(this.#trees)));
    return this.#living(this.#pick(parent.value) ?? item.integer(Tag.BatchCount, 1));
  }

  #awkward(tag: number, type: ItemType): Item {
    const number = this.#pick(numbers);
    switch (type) {
      case ItemType.Structure: {
        let inner = item.structure(tag, this.#chance(0.5) ? [] : [this.#foreign()]);
        for (let depth = this.#random.integer(this.#chance(0.1) ? 60 : 2); depth > 0; depth--) {
          inner = item.structure(tag, [inner]);
        }
        return inner;
      }
      case ItemType.Integer:
        return item.integer(tag, this.#chance(0.3) ? -number - 1 : number);
      case ItemType.LongInteger:
        return item.longInteger(tag, this.#chance(0.3) ? -this.#pick(bigNumbers) - 1n : this.#pick(bigNumbers));
      case ItemType.BigInteger:
        return item.bigInteger(
          tag,
          this.#pick(bigNumbers) << BigInt(this.#random.integer(this.#chance(0.1) ? 9_000 : 70)),
        );
      case ItemType.Enumeration:
        return item.enumeration(tag, this.#chance(0.2) ? 0x8000_0000 + number : this.#random.integer(40));
      case ItemType.Boolean:
        return item.boolean(tag, this.#chance(0.5));
      case ItemType.TextString:
        return item.textString(tag, this.#chance(0.2) ? 'a'.repeat(this.#pick(lengths)) : this.#pick(texts));
      case ItemType.ByteString:
        return item.byteString(tag, Buffer.alloc(this.#pick(lengths), this.#pick(bytes)));
      case ItemType.DateTime:
        return item.dateTime(tag, this.#chance(0.3) ? -this.#pick(bigNumbers) : this.#pick(bigNumbers));
      case ItemType.Interval:
        return item.interval(tag, number * 2);
    }
  }

  #spoilBytes(message: Buffer): Buffer {
    let spoilt = message;
    for (let change = 1 + this.#random.integer(4); change > 0 && spoilt.length > 0; change--) {
      // The head is one of hundreds of places, and the most interesting one.
      const at = this.#random.integer(this.#chance(0.05) ? Math.min(8, spoilt.length) : spoilt.length);
      switch (this.#random.integer(8)) {
        case 0:
          spoilt = spoilt.subarray(0, at);
          break;
        case 1:
          spoilt = Buffer.concat([spoilt, spoilt.subarray(at)]);
          break;
        case 2:
          spoilt = Buffer.concat([spoilt.subarray(0, at), spoilt.subarray(at + 8)]);
          break;
        case 3:
          spoilt[at] = this.#pick(bytes);
          break;
        default:
          spoilt[at] = spoilt[at]! ^ (1 << this.#random.integer(8));
      }
    }
    return spoilt;
  }
}
