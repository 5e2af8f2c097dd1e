import {
  child,
  encode,
  type Item,
  ItemType,
  KeyFormatType,
  Operation,
  type StructureItem,
  Tag,
  tagName,
} from '../../kmip/index.ts';
import { identifiersIn, type Origins } from './origins.ts';
import type { Pattern } from './pattern.ts';
import { shown } from './shown.ts';
import { nowOffset, type Symbols, textOf } from './symbols.ts';

/** A difference that matters. `path` names the items around it, as in `Batch Item 1/Response Payload/State`. */
export type Mismatch = { path: string; expected: string; got: string };

/** What a comparison needs to know of the running case. */
export type Facts = {
  symbols: Symbols;
  origins: Origins;
  /** The request as it was sent. */
  request: Item;
  /** POSIX seconds between which `$NOW` of this answer lies. */
  earliest: number;
  latest: number;
};

/** Fields that may differ, be absent or be added: the server's own words. Test Cases 1.3 §2 */
const FREE: ReadonlySet<number> = new Set([
  Tag.ResultMessage,
  Tag.ServerCorrelationValue,
  Tag.ClientCorrelationValue,
  Tag.VendorIdentification,
  Tag.ServerInformation,
]);

/** Fields of a structure that an answer may hold although the case does not show them. */
const MAY_BE_ADDED: ReadonlyMap<number, readonly number[]> = new Map([
  [
    Tag.ResponsePayload,
    [
      // Attributes that the server has set, KMIP 1.1 §4.1 to §4.8.
      Tag.TemplateAttribute,
      Tag.PrivateKeyTemplateAttribute,
      Tag.PublicKeyTemplateAttribute,
      // KMIP 1.3 §4.9
      Tag.LocatedItems,
    ],
  ],
  // They may be omitted where the Key Value tells them, but need not be. KMIP 1.1 §2.1.3
  [Tag.KeyBlock, [Tag.CryptographicAlgorithm, Tag.CryptographicLength]],
]);

/** Operations that servers never perform for a client: no server has to name them. KMIP 1.1 §5 */
const OF_THE_CLIENT: ReadonlySet<number> = new Set([Operation.Notify, Operation.Put]);

/** What a certificate authority decides about its certificates. KMIP 1.1 §3.8 to §3.16 */
const OF_THE_AUTHORITY: ReadonlySet<string> = new Set([
  'Certificate Identifier',
  'Certificate Issuer',
  'Certificate Length',
  'Digital Signature Algorithm',
  'X.509 Certificate Identifier',
  'X.509 Certificate Issuer',
]);

/** Around an item: the batch item it belongs to. */
type Around = {
  operation: number | undefined;
  /** The payload that was sent. */
  request: StructureItem;
  /** The object the answer is about. */
  uniqueIdentifier: string | undefined;
  /** The material of every object that the answer shows comes from the case. */
  given: boolean;
  /** The server has drawn an Initialization Vector. */
  drawn: boolean;
  /** Values here are the server's own; only the structure counts. */
  loose: boolean;
  attributeName?: string;
};

/**
 * Compares an answer with the one that a case shows, by the rules for its published form, and gives symbolic names their
 * values.
 * @returns every difference that matters
 */
export function compareAnswer(expected: Pattern, actual: Item, facts: Facts): Mismatch[] {
  const comparison = new Comparison(facts);
  comparison.message(expected, actual);
  return comparison.mismatches;
}

class Comparison {
  readonly mismatches: Mismatch[] = [];
  readonly #facts: Facts;

  constructor(facts: Facts) {
    this.#facts = facts;
  }

  message(expected: Pattern, actual: Item): void {
    const none: Around = { ...NOTHING, request: structureOf(undefined) };
    const [header, ...items] = expected.children;
    const [actualHeader, ...actualItems] = childrenOf(actual);
    const sent = childrenOf(this.#facts.request).filter(({ tag }) => tag === Tag.BatchItem);
    const count = Math.max(items.length, actualItems.length);
    for (let index = 0; index < count; index += 1) {
      const answer = actualItems[index];
      const path = count === 1 ? 'Batch Item' : `Batch Item ${index + 1}`;
      const request = sent[index];
      const wanted = items[index];
      if (wanted === undefined || answer?.type !== ItemType.Structure || request?.type !== ItemType.Structure) {
        this.#pair(wanted, answer, path, none, path);
      } else if (outcome(wanted.item) !== outcome(answer)) {
        const words = child(answer, Tag.ResultMessage)?.value;
        this.#differ(path, outcome(wanted.item), `${outcome(answer)}${words ? ` "${words}"` : ''}`);
      } else {
        this.#structure(wanted, answer, path, aroundOf(request, answer, this.#facts.origins));
      }
    }
    // Last: the outcome of an operation says more than a wrong count of items.
    this.#pair(header, actualHeader, '', none);
    this.#version(actualHeader);
  }

  /** A server answers in the version of the request; some cases print another one. KMIP 1.1 §6.1 */
  #version(answerHeader: Item | undefined): void {
    const [wanted, found] = [childrenOf(this.#facts.request)[0], answerHeader].map((header) =>
      child(structureOf(header), Tag.ProtocolVersion),
    );
    if (wanted && found && !sameItem(wanted, found)) {
      this.#differ('Response Header/Protocol Version', shown(wanted), shown(found));
    }
  }

  /** An expected and an actual item under the same tag; one of them may be missing. */
  #pair(
    expected: Pattern | undefined,
    actual: Item | undefined,
    around: string,
    at: Around,
    path = pathOf(around, (expected?.item ?? actual)?.tag),
  ): void {
    const { attributeName } = at;
    if (expected === undefined) {
      if (actual !== undefined) this.#differ(path, 'nothing', shown(actual));
    } else if (actual === undefined) {
      this.#differ(path, expected.symbol ?? shown(expected.item, attributeName), 'nothing');
    } else {
      this.#node(expected, actual, path, at);
    }
  }

  #node(expected: Pattern, actual: Item, path: string, at: Around): void {
    const { item, symbol } = expected;
    if (item.tag === Tag.TimeStamp || item.tag === Tag.ProtocolVersion) return;
    // A Key Value that is not wrapped is a structure, whatever a symbolic name in its place says. KMIP 1.1 §2.1.4
    if (symbol !== undefined && item.tag === Tag.KeyValue && actual.type === ItemType.Structure) return;
    if (item.tag !== actual.tag || item.type !== actual.type) {
      this.#differ(path, shown(item, at.attributeName), shown(actual, at.attributeName));
    } else if (actual.type === ItemType.Structure) {
      if (!this.#isFree(expected, actual, at)) this.#structure(expected, actual, path, within(expected, at));
    } else if (symbol !== undefined) {
      this.#symbol(symbol, actual, path, at);
    } else {
      this.#value(item, actual, path, at);
    }
  }

  /** Structures of which only the presence counts. */
  #isFree({ item }: Pattern, actual: StructureItem, at: Around): boolean {
    // What a server is able to do it says itself. KMIP 1.3 §4.25
    if (item.tag === Tag.CapabilityInformation) return true;
    // The format of a key pair that the server made is its choice unless the request names one. KMIP 1.1 §4.11
    if (item.tag !== Tag.KeyBlock || at.given || child(at.request, Tag.KeyFormatType) !== undefined) return false;
    const [wanted, found] = [item, actual].map((one) => child(one as StructureItem, Tag.KeyFormatType)?.value);
    return found !== undefined && wanted !== KeyFormatType.Raw && wanted !== found;
  }

  #structure(expected: Pattern, actual: StructureItem, path: string, at: Around): void {
    const wanted = expected.children.filter(({ item }) => !FREE.has(item.tag));
    const added = MAY_BE_ADDED.get(actual.tag)?.filter((tag) => !wanted.some(({ item }) => item.tag === tag)) ?? [];
    const found = actual.value.filter(({ tag }) => !FREE.has(tag) && !added.includes(tag));
    const tags = new Set([...wanted.map(({ item }) => item.tag), ...found.map(({ tag }) => tag)]);
    for (const tag of tags) {
      const patterns = wanted.filter(({ item }) => item.tag === tag);
      const items = found.filter((one) => one.tag === tag);
      if (tag === Tag.Attribute) {
        this.#attributes(patterns, items, path, at);
      } else {
        const list = actual.tag === Tag.ResponsePayload ? listKind(tag, at) : undefined;
        if (list !== undefined) this.#list(patterns, items, path, list, at);
        else {
          const count = Math.max(patterns.length, items.length);
          for (let index = 0; index < count; index += 1) this.#pair(patterns[index], items[index], path, at);
        }
      }
    }
    this.#order(wanted, found, path);
  }

  /** Fields of a structure stand in the order of the specification, in which the case shows them. */
  #order(wanted: readonly Pattern[], found: readonly Item[], path: string): void {
    const inBoth = (tags: readonly number[], others: readonly number[]) => [
      ...new Set(tags.filter((tag) => others.includes(tag))),
    ];
    const [wantedTags, foundTags] = [wanted.map(({ item }) => item.tag), found.map(({ tag }) => tag)];
    const order = inBoth(wantedTags, foundTags);
    const actual = inBoth(foundTags, wantedTags);
    if (order.some((tag, index) => actual[index] !== tag)) {
      this.#differ(path, `in this order: ${order.map(tagName).join(', ')}`, actual.map(tagName).join(', '));
    }
  }

  /** Attributes in any order; each belongs to the one of the same name and index. */
  #attributes(patterns: readonly Pattern[], items: readonly Item[], path: string, at: Around): void {
    const left = items.map((item) => ({ item, key: attributeKey(item) }));
    for (const pattern of patterns) {
      const key = attributeKey(pattern.item);
      const inner = { ...at, attributeName: key.name, loose: at.loose || isServersOwn(key.name, at) };
      const value = pattern.children.find(({ item }) => item.tag === Tag.AttributeValue);
      const same = left.filter((one) => one.key.name === key.name);
      const indexed = same.find((one) => one.key.index === key.index);
      const fitting =
        at.operation === Operation.GetAttributes && same.find(({ item }) => this.#fits(value, item, inner));
      const match = indexed && this.#fits(value, indexed.item, inner) ? indexed : fitting || indexed;
      const name = pathOfAttribute(path, key);
      if (match === undefined) {
        this.#differ(name, value ? shownPattern(value, key.name) : 'the attribute', 'nothing');
      } else {
        left.splice(left.indexOf(match), 1);
        this.#pair(value, attributeValue(match.item), name, inner, name);
      }
    }
    // Get Attributes without names gives all that the server keeps. KMIP 1.1 §4.12
    const all = at.operation === Operation.GetAttributes && child(at.request, Tag.AttributeName) === undefined;
    for (const { item, key } of all ? [] : left) {
      const value = attributeValue(item);
      this.#differ(pathOfAttribute(path, key), 'nothing', value ? shown(value, key.name) : 'the attribute');
    }
    this.#indexes(items, path);
  }

  /** Whether an attribute has this value; binds no name. Servers count the instances they set themselves in their own way. */
  #fits(value: Pattern | undefined, attribute: Item, at: Around): boolean {
    const trial = new Comparison({ ...this.#facts, symbols: this.#facts.symbols.copy() });
    trial.#pair(value, attributeValue(attribute), '', at);
    return trial.mismatches.length === 0;
  }

  /** Instances of an attribute have different indexes. KMIP 1.1 §2.1.1 */
  #indexes(attributes: readonly Item[], path: string): void {
    const seen = new Set<string>();
    for (const key of attributes.map(attributeKey)) {
      const name = pathOfAttribute(path, key);
      if (seen.has(name)) this.#differ(name, 'one attribute of this index', 'two');
      seen.add(name);
    }
  }

  /** Values in any order. */
  #list(
    patterns: readonly Pattern[],
    items: readonly Item[],
    path: string,
    kind: 'exact' | 'at least',
    at: Around,
  ): void {
    const left = [...items];
    const take = (same: (item: Item) => boolean) => {
      const place = left.findIndex(same);
      return place < 0 ? undefined : left.splice(place, 1)[0];
    };
    const unbound: Pattern[] = [];
    const missing: string[] = [];
    for (const pattern of patterns) {
      const { item, symbol } = pattern;
      const bound = symbol && this.#facts.symbols.get(symbol);
      if (symbol !== undefined && bound === undefined) {
        unbound.push(pattern);
      } else if (item.tag === Tag.Operation && OF_THE_CLIENT.has(item.value as number)) {
        take((one) => one.value === item.value);
      } else if (take((one) => (bound === undefined ? sameItem(item, one) : textOf(one) === bound)) === undefined) {
        missing.push(bound === undefined ? shown(item) : `${symbol}, bound to ${bound}`);
      }
    }
    for (const pattern of unbound) this.#pair(pattern, left.shift(), path, at);
    const name = pathOf(path, (patterns[0]?.item ?? items[0])?.tag);
    const others = kind === 'exact' ? left.map((item) => shown(item)) : [];
    if (missing.length > 0 || others.length > 0) {
      const none = kind === 'exact' ? 'nothing' : 'a list without';
      this.#differ(name, missing.join(', ') || 'nothing', others.join(', ') || none);
    }
  }

  #symbol(symbol: string, actual: Item, path: string, at: Around): void {
    const offset = nowOffset(symbol);
    if (offset !== undefined) {
      this.#now(symbol, offset, actual, path, at);
      return;
    }
    const { symbols } = this.#facts;
    const text = textOf(actual);
    const bound = symbols.get(symbol);
    if (text === undefined) {
      this.#differ(path, symbol, shown(actual));
    } else if (bound === undefined) {
      const other = symbols.bind(symbol, text);
      if (other !== undefined) this.#differ(path, `${symbol}, not yet seen`, `${text}, which is ${other}`);
    } else if (text !== bound && !isEcho(actual, at)) {
      this.#differ(path, `${symbol}, bound to ${bound}`, shown(actual, at.attributeName));
    }
  }

  #now(symbol: string, offset: number, actual: Item, path: string, at: Around): void {
    const { earliest, latest } = this.#facts;
    const seconds = actual.type === ItemType.DateTime ? Number(actual.value) : Number.NaN;
    if (seconds >= earliest + offset && seconds <= latest + offset) return;
    this.#differ(path, `${symbol}, now being ${iso(latest)}`, shown(actual, at.attributeName));
  }

  #value(expected: Item, actual: Item, path: string, at: Around): void {
    const { symbols, origins } = this.#facts;
    if (sameItem(expected, actual)) return;
    // Of random numbers the length counts.
    const wrongLength = at.operation === Operation.RNGRetrieve && textOf(expected)?.length !== textOf(actual)?.length;
    const free = !wrongLength && (at.loose || isServersOwnValue(expected, at, origins));
    // What the case sent must come back as it was sent.
    if (free && !origins.wasSent(expected)) symbols.replace(expected, actual);
    else if (!isEcho(actual, at) && !isAsRegistered(actual, at, origins)) {
      this.#differ(path, shown(expected, at.attributeName), shown(actual, at.attributeName));
    }
  }

  #differ(path: string, expected: string, got: string): void {
    const same = expected === got ? ' with other bytes' : '';
    this.mismatches.push({ path, expected, got: `${got}${same}` });
  }
}

const NOTHING = { operation: undefined, uniqueIdentifier: undefined, given: false, drawn: false, loose: false };

/** `Create: Operation Failed, Permission Denied` */
function outcome(batchItem: Item): string {
  const parts = structureOf(batchItem);
  const [operation, ...result] = [Tag.Operation, Tag.ResultStatus, Tag.ResultReason].map((tag) => child(parts, tag));
  return `${operation ? shown(operation) : 'no Operation'}: ${result
    .flatMap((one) => one ?? [])
    .map((one) => shown(one))
    .join(', ')}`;
}

function aroundOf(request: StructureItem, answer: StructureItem, origins: Origins): Around {
  const operation = child(request, Tag.Operation);
  const payload = structureOf(child(request, Tag.RequestPayload));
  const response = structureOf(child(answer, Tag.ResponsePayload));
  const uniqueIdentifier = identifiersIn(response)[0] ?? identifiersIn(payload)[0];
  const wrapping = wrappingKeys(response);
  return {
    operation: operation?.type === ItemType.Enumeration ? operation.value : undefined,
    request: payload,
    uniqueIdentifier,
    given: [uniqueIdentifier, ...wrapping].every((one) => origins.isGiven(one)),
    drawn: child(response, Tag.IVCounterNonce) !== undefined,
    loose: false,
  };
}

/** Inside a structure: the parts of a transparent key are its material. */
function within({ item }: Pattern, at: Around): Around {
  return item.tag === Tag.KeyMaterial && !at.given ? { ...at, loose: true } : at;
}

/** Attributes whose values a server chooses itself. */
function isServersOwn(name: string, at: Around): boolean {
  if (name === 'Lease Time') return true;
  if (at.given) return false;
  return name === 'Digest' || name === 'Random Number Generator' || OF_THE_AUTHORITY.has(name);
}

/** Values that a server chooses or draws itself. */
function isServersOwnValue({ tag, type }: Item, at: Around, origins: Origins): boolean {
  if (type === ItemType.DateTime) return true;
  const { operation, uniqueIdentifier, given, drawn } = at;
  switch (tag) {
    case Tag.LeaseTime:
    case Tag.IVCounterNonce:
    // A printed identifier stands for whatever the server gave.
    case Tag.UniqueIdentifier:
    case Tag.AsynchronousCorrelationValue:
    case Tag.CorrelationValue:
      return true;
    // A server may use, use partly, or ignore a seed. KMIP 1.2 §4.36
    case Tag.DataLength:
      return operation === Operation.RNGSeed;
    case Tag.KeyMaterial:
    case Tag.KeyValue:
    case Tag.CertificateValue:
    case Tag.MACSignature:
      return !given;
    case Tag.Data:
    case Tag.AuthenticatedEncryptionTag:
      if (operation === Operation.RNGRetrieve) return true;
      if (operation === Operation.Hash) return false;
      if (!given) return true;
      if (operation !== Operation.Encrypt) return false;
      // Random padding, or an Initialization Vector that the server has drawn.
      return origins.isPublicKey(uniqueIdentifier) || drawn;
    case Tag.MACData:
      return !given;
    case Tag.SignatureData:
      return !given || origins.isPrivateKey(uniqueIdentifier);
    default:
      return false;
  }
}

/** How a repeated field of a payload is compared; undefined for fields whose order counts. */
function listKind(tag: number, { operation, request }: Around): 'exact' | 'at least' | undefined {
  switch (operation) {
    case Operation.Query:
      return tag === Tag.CapabilityInformation ? undefined : 'at least';
    case Operation.GetAttributeList:
      return tag === Tag.AttributeName ? 'at least' : undefined;
    case Operation.Locate:
      return tag === Tag.UniqueIdentifier ? 'exact' : undefined;
    case Operation.DiscoverVersions:
      // Without a list in the request the server tells all its versions. KMIP 1.1 §4.26
      return child(request, Tag.ProtocolVersion) === undefined ? 'at least' : 'exact';
    default:
      return undefined;
  }
}

/** The answer names the object that the request named: right, even where the case shows another name by mistake. */
function isEcho(actual: Item, { request, operation }: Around): boolean {
  if (actual.tag !== Tag.UniqueIdentifier || operation !== Operation.Get) return false;
  return identifiersIn(request).includes(String(actual.value));
}

/** A key comes as it was registered: right, even where the case shows another key's bytes by mistake. KMIP 1.1 §4.11 */
function isAsRegistered(actual: Item, { request, uniqueIdentifier }: Around, origins: Origins): boolean {
  const converted = child(request, Tag.KeyFormatType) ?? child(request, Tag.KeyWrappingSpecification);
  return converted === undefined && origins.holds(uniqueIdentifier, actual);
}

/** Identifiers of the keys that have wrapped the object in an answer. */
function wrappingKeys(item: Item, inside = false): string[] {
  if (item.type !== ItemType.Structure) {
    return inside && item.tag === Tag.UniqueIdentifier ? [String(item.value)] : [];
  }
  return item.value.flatMap((one) => wrappingKeys(one, inside || item.tag === Tag.KeyWrappingData));
}

type AttributeKey = { name: string; index: number };

/** No index is index 0. KMIP 1.1 §2.1.1 */
function attributeKey(attribute: Item): AttributeKey {
  const parts = structureOf(attribute);
  const name = child(parts, Tag.AttributeName);
  const index = child(parts, Tag.AttributeIndex);
  return {
    name: name?.type === ItemType.TextString ? name.value : '',
    index: index?.type === ItemType.Integer ? index.value : 0,
  };
}

function attributeValue(attribute: Item): Item | undefined {
  return child(structureOf(attribute), Tag.AttributeValue);
}

function pathOfAttribute(path: string, { name, index }: AttributeKey): string {
  return `${path}/${name}${index === 0 ? '' : `[${index}]`}`;
}

/** Equal values; runs of white space in texts count as one space. */
function sameItem(expected: Item, actual: Item): boolean {
  if (expected.type === ItemType.TextString && actual.type === ItemType.TextString) {
    return collapse(expected.value) === collapse(actual.value);
  }
  return encode(expected).equals(encode(actual));
}

function collapse(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

function shownPattern({ item, symbol }: Pattern, attributeName?: string): string {
  return symbol ?? shown(item, attributeName);
}

function pathOf(around: string, tag: number | undefined): string {
  const name = tag === undefined ? '' : tagName(tag);
  return around === '' ? name : `${around}/${name}`;
}

function childrenOf(item: Item): readonly Item[] {
  return item.type === ItemType.Structure ? item.value : [];
}

function structureOf(item: Item | undefined): StructureItem {
  return item?.type === ItemType.Structure ? item : { tag: 0, type: ItemType.Structure, value: [] };
}

function iso(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}
