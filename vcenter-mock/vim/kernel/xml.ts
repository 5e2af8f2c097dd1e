import { ownText } from '../../../core/index.ts';

/** An XML element by namespace; prefixes are gone. */
export interface XmlElement {
  /** Namespace URI, '' for none. */
  readonly ns: string;
  readonly name: string;
  /** Attributes without a namespace, by local name. */
  readonly attributes: Readonly<Record<string, string>>;
  /** Local part of xsi:type, when given. */
  readonly xsiType?: string;
  readonly children: XmlElement[];
  /** Character data of the element itself. */
  text: string;
}

/** A document that keyrig refuses to read: not well-formed, too deep, or with a DOCTYPE. */
export class XmlError extends Error {
  /** @param message may hold parts of the document */
  constructor(message: string) {
    super(ownText(message));
  }
}

const xsi = 'http://www.w3.org/2001/XMLSchema-instance';
const xmlNamespace = 'http://www.w3.org/XML/1998/namespace';
const xmlnsNamespace = 'http://www.w3.org/2000/xmlns/';

/** The namespace declarations in force: the innermost first. */
interface Scope {
  readonly prefix: string;
  readonly uri: string;
  readonly outer: Scope | undefined;
  /** Number of declarations in force. */
  readonly count: number;
}

/** Declarations that may be in force at once: each look-up of a prefix walks through them. */
const maxDeclarations = 256;

/** Characters from which on a document is large. */
const largeDocument = 65_536;

const documentScope: Scope = {
  prefix: 'xml',
  uri: xmlNamespace,
  outer: { prefix: 'xmlns', uri: xmlnsNamespace, outer: undefined, count: 0 },
  count: 0,
};

const noAttributes: Readonly<Record<string, string>> = {};

/** XML 1.0 (5th edition) productions 4 and 4a, without the colon that separates a prefix. */
const nameStart =
  'A-Z_a-z\\u00c0-\\u00d6\\u00d8-\\u00f6\\u00f8-\\u02ff\\u0370-\\u037d\\u037f-\\u1fff\\u200c\\u200d\\u2070-\\u218f\\u2c00-\\u2fef\\u3001-\\ud7ff\\uf900-\\ufdcf\\ufdf0-\\ufffd\\u{10000}-\\u{effff}';
const fullName = new RegExp(
  `[${nameStart}][${nameStart}0-9.\\u00b7\\u0300-\\u036f\\u203f\\u2040-]*(?::[${nameStart}][${nameStart}0-9.\\u00b7\\u0300-\\u036f\\u203f\\u2040-]*)?`,
  'uy',
);

const startsName = 1;
const inName = 2;
const asciiNames = new Uint8Array(128);
for (const character of 'ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz') {
  asciiNames[character.charCodeAt(0)] = startsName | inName;
}
for (const character of '0123456789.-') asciiNames[character.charCodeAt(0)] = inName;

/** What makes a run of text more than itself: references, line ends, and what XML 1.0 does not allow in text (2.2, 2.4). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to be refused
const special = /[&\r\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\]\]>/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to be refused
const forbidden = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;
const attributeSpecial = /[&<\t\n\r]/;

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/** What a document may hold at most. */
export interface XmlLimits {
  /** Elements within each other. */
  readonly xmlDepth: number;
  /** Elements, attributes and references. */
  readonly xmlNodes: number;
}

/**
 * Reads a document into elements, in one pass. DOCTYPE and entities beyond the five predefined ones are refused, and what goes beyond
 * `limits`. `text` is decoded UTF-8, so it has no halves of surrogate pairs. Namespaces in XML 1.0; everything that is not well-formed is an {@link XmlError}.
 */
export function parseXml(
  text: string,
  limits: XmlLimits = { xmlDepth: 100, xmlNodes: Number.POSITIVE_INFINITY },
): XmlElement {
  return new Reader(text, limits).document();
}

/** One reading of one document; `#at` is where it has got to. */
class Reader {
  readonly #text: string;
  readonly #limits: XmlLimits;
  #at = 0;
  #nodes = 0;

  constructor(text: string, limits: XmlLimits) {
    this.#text = text;
    this.#limits = limits;
  }

  #count(): void {
    if (++this.#nodes > this.#limits.xmlNodes) {
      throw new XmlError(`there are more than ${this.#limits.xmlNodes} elements, attributes and references`);
    }
  }

  /** What is kept of a large document must not keep it alive, as a part of its text would. */
  #part(start: number, end: number): string {
    const part = this.#text.slice(start, end);
    return this.#text.length > largeDocument ? ownText(part) : part;
  }

  document(): XmlElement {
    if (this.#text.charCodeAt(0) === 0xfeff) this.#at = 1;
    if (this.#isAt('<?xml') && isSpace(this.#text.charCodeAt(this.#at + 5))) this.#declaration();
    let root: XmlElement | undefined;
    for (;;) {
      this.#skipSpace();
      if (this.#at >= this.#text.length) break;
      if (this.#text.charCodeAt(this.#at) !== lessThan) throw new XmlError('text outside the root element');
      if (this.#aside()) continue;
      if (root) throw new XmlError('more than one root element');
      root = this.#element(documentScope, 1);
    }
    if (!root) throw new XmlError('the document is empty');
    return root;
  }

  /** XML 1.0 §2.8 XMLDecl. */
  #declaration(): void {
    const end = this.#find('?>', 'XML declaration');
    const inside = this.#text.slice(this.#at + 5, end);
    const form =
      /^\s+version\s*=\s*(?:"1\.\d+"|'1\.\d+')(?:\s+encoding\s*=\s*(?:"[A-Za-z][\w.-]*"|'[A-Za-z][\w.-]*'))?(?:\s+standalone\s*=\s*(?:"(?:yes|no)"|'(?:yes|no)'))?\s*$/;
    if (!form.test(inside)) throw new XmlError('the XML declaration is malformed');
    this.#at = end + 2;
  }

  /** Skips a comment or processing instruction at `<`; false when something else begins there. */
  #aside(): boolean {
    const next = this.#text.charCodeAt(this.#at + 1);
    if (next === questionMark) {
      this.#instruction();
      return true;
    }
    if (next !== exclamation) return false;
    if (this.#isAt('<!--')) {
      this.#comment();
      return true;
    }
    if (this.#isAt('<!DOCTYPE')) throw new XmlError('a DOCTYPE is not accepted');
    return false;
  }

  #comment(): void {
    this.#at += 4;
    const end = this.#find('--', 'comment');
    if (this.#text.charCodeAt(end + 2) !== greaterThan) throw new XmlError('"--" within a comment');
    this.#refuseForbidden(this.#at, end);
    this.#at = end + 3;
  }

  #instruction(): void {
    this.#at += 2;
    const target = this.#name();
    if (target.toLowerCase() === 'xml') throw new XmlError('an XML declaration may only begin a document');
    if (target.includes(':')) throw new XmlError('a processing instruction with a colon in its name');
    const end = this.#find('?>', 'processing instruction');
    if (end > this.#at && !isSpace(this.#text.charCodeAt(this.#at))) {
      throw new XmlError('a processing instruction is malformed');
    }
    this.#refuseForbidden(this.#at, end);
    this.#at = end + 2;
  }

  #element(outer: Scope, depth: number): XmlElement {
    if (depth > this.#limits.xmlDepth) throw new XmlError(`elements are nested deeper than ${this.#limits.xmlDepth}`);
    this.#count();
    const text = this.#text;
    const tagStart = ++this.#at;
    const tag = this.#name();
    const tagEnd = this.#at;
    let scope = outer;
    let attributes: string[] | undefined;
    for (;;) {
      const before = this.#at;
      this.#skipSpace();
      const code = text.charCodeAt(this.#at);
      if (code === greaterThan || code === slash) break;
      if (this.#at === before) throw new XmlError(`the tag ${tag.slice(0, 100)} is malformed`);
      this.#count();
      const name = this.#name();
      const value = this.#attributeValue();
      if (name === 'xmlns') scope = declare(scope, outer, '', value);
      else if (name.startsWith('xmlns:')) scope = declare(scope, outer, name.slice(6), value);
      else if (attributes) attributes.push(name, value);
      else attributes = [name, value];
    }
    const colon = tag.indexOf(':');
    const element: {
      ns: string;
      name: string;
      attributes: Readonly<Record<string, string>>;
      xsiType: string | undefined;
      children: XmlElement[];
      text: string;
    } = {
      ns: colon < 0 ? resolve(scope, '') : resolvePrefix(scope, tag.slice(0, colon)),
      name: colon < 0 ? tag : tag.slice(colon + 1),
      attributes: noAttributes,
      xsiType: undefined,
      children: [],
      text: '',
    };
    if (attributes) takeAttributes(element, attributes, scope);
    if (text.charCodeAt(this.#at) === slash) {
      if (text.charCodeAt(this.#at + 1) !== greaterThan) throw new XmlError('a tag is malformed');
      this.#at += 2;
      return element;
    }
    this.#at++;
    this.#content(element, scope, depth);
    // Within the end tag now, behind `</`.
    if (!text.startsWith(tag, this.#at)) throw new XmlError(`unexpected end tag within ${tag.slice(0, 100)}`);
    this.#at += tagEnd - tagStart;
    this.#skipSpace();
    if (text.charCodeAt(this.#at) !== greaterThan) throw new XmlError(`unexpected end tag within ${tag.slice(0, 100)}`);
    this.#at++;
    return element;
  }

  /** Reads what is inside an element, up to and with `</`. */
  #content(element: XmlElement, scope: Scope, depth: number): void {
    const text = this.#text;
    for (;;) {
      const open = text.indexOf('<', this.#at);
      if (open < 0) throw new XmlError(`the element ${element.name.slice(0, 100)} is not closed`);
      if (open > this.#at) {
        const run = this.#characterData(this.#part(this.#at, open));
        element.text = element.text === '' ? run : element.text + run;
        this.#at = open;
      }
      const next = text.charCodeAt(open + 1);
      if (next === slash) {
        this.#at = open + 2;
        return;
      }
      if (next === exclamation && text.startsWith('<![CDATA[', open)) {
        this.#at = open + 9;
        const end = this.#find(']]>', 'CDATA section');
        this.#refuseForbidden(this.#at, end);
        element.text += normalizeLines(this.#part(this.#at, end));
        this.#at = end + 3;
      } else if (!this.#aside()) {
        element.children.push(this.#element(scope, depth + 1));
      }
    }
  }

  /** A name at the current position, with its prefix. */
  #name(): string {
    const text = this.#text;
    const start = this.#at;
    let at = start;
    let colon = -1;
    let wanted = startsName;
    for (; ; at++) {
      const code = text.charCodeAt(at);
      if (code < 128) {
        if ((asciiNames[code]! & wanted) !== 0) {
          wanted = inName;
          continue;
        }
        if (code === 0x3a && colon < 0 && at > start) {
          colon = at;
          wanted = startsName;
          continue;
        }
        break;
      }
      if (Number.isNaN(code)) break;
      fullName.lastIndex = start;
      const whole = fullName.exec(text)?.[0];
      if (whole === undefined) throw new XmlError('a name is malformed');
      this.#at = start + whole.length;
      return whole;
    }
    if (at === start || wanted === startsName) throw new XmlError('a name is missing or malformed');
    this.#at = at;
    return text.slice(start, at);
  }

  #attributeValue(): string {
    this.#skipSpace();
    const text = this.#text;
    if (text.charCodeAt(this.#at) !== 0x3d) throw new XmlError('an attribute has no value');
    this.#at++;
    this.#skipSpace();
    const quote = text.charCodeAt(this.#at);
    if (quote !== 0x22 && quote !== 0x27) throw new XmlError('an attribute value is not quoted');
    const start = this.#at + 1;
    const end = text.indexOf(quote === 0x22 ? '"' : "'", start);
    if (end < 0) throw new XmlError('an attribute value is not closed');
    this.#at = end + 1;
    const raw = this.#part(start, end);
    this.#refuseForbidden(start, end);
    if (!attributeSpecial.test(raw)) return raw;
    if (raw.includes('<')) throw new XmlError('"<" in an attribute value');
    // XML 1.0 §3.3.3: white space becomes blanks, except what stands there as a character reference.
    return this.#references(raw.replaceAll('\r\n', ' ').replace(/[\t\n\r]/g, ' '));
  }

  /** A run of text between tags as a reader sees it. XML 1.0 §2.4, §2.11 */
  #characterData(run: string): string {
    if (!special.test(run)) return run;
    if (run.includes(']]>')) throw new XmlError('"]]>" in text');
    if (forbidden.test(run)) throw new XmlError('a character XML has no place for');
    return this.#references(normalizeLines(run));
  }

  /** Replaces the predefined entities and character references; everything else behind `&` is refused. */
  #references(text: string): string {
    let read = '';
    let from = 0;
    for (let at = text.indexOf('&'); at >= 0; at = text.indexOf('&', from)) {
      this.#count();
      const end = text.indexOf(';', at);
      const name = text.slice(at + 1, end < 0 ? undefined : end);
      const character = Object.hasOwn(entities, name) ? entities[name] : characterReference(name);
      if (end < 0 || character === undefined) {
        throw new XmlError(`the entity ${name.slice(0, 20)} is not defined or not closed`);
      }
      read += text.slice(from, at) + character;
      from = end + 1;
    }
    return from === 0 ? text : read + text.slice(from);
  }

  #skipSpace(): void {
    while (isSpace(this.#text.charCodeAt(this.#at))) this.#at++;
  }

  #isAt(what: string): boolean {
    return this.#text.startsWith(what, this.#at);
  }

  #find(what: string, within: string): number {
    const end = this.#text.indexOf(what, this.#at);
    if (end < 0) throw new XmlError(`a ${within} is not closed`);
    return end;
  }

  #refuseForbidden(start: number, end: number): void {
    const part = this.#text.slice(start, end);
    if (forbidden.test(part)) throw new XmlError('a character XML has no place for');
  }
}

const lessThan = 0x3c;
const greaterThan = 0x3e;
const slash = 0x2f;
const exclamation = 0x21;
const questionMark = 0x3f;

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}

/** Adds a namespace declaration of an element. Namespaces in XML 1.0 §3 and §6.3. */
function declare(scope: Scope, outer: Scope, prefix: string, value: string): Scope {
  const uri = value.trim();
  if (prefix === 'xml' ? uri !== xmlNamespace : uri === xmlNamespace) {
    throw new XmlError('the prefix xml and its namespace belong together');
  }
  if (prefix === 'xmlns' || uri === xmlnsNamespace) throw new XmlError('the prefix xmlns cannot be declared');
  if (prefix !== '' && uri === '') throw new XmlError(`the namespace of the prefix ${prefix.slice(0, 100)} is empty`);
  for (let own: Scope = scope; own !== outer; own = own.outer!) {
    if (own.prefix === prefix) throw new XmlError('a namespace is declared twice in one element');
  }
  if (scope.count >= maxDeclarations) throw new XmlError('too many namespace declarations');
  return { prefix, uri, outer: scope, count: scope.count + 1 };
}

function resolve(scope: Scope, prefix: string): string {
  for (let own: Scope | undefined = scope; own; own = own.outer) if (own.prefix === prefix) return own.uri;
  return '';
}

function resolvePrefix(scope: Scope, prefix: string): string {
  const uri = prefix === 'xmlns' ? '' : resolve(scope, prefix);
  if (uri === '') throw new XmlError(`the prefix ${prefix.slice(0, 100)} is not declared`);
  return uri;
}

/** Sorts an element's attributes (names and values in turn) by namespace; none may stand there twice. */
function takeAttributes(
  element: { attributes: Readonly<Record<string, string>>; xsiType: string | undefined },
  list: readonly string[],
  scope: Scope,
): void {
  const own: Record<string, string> = {};
  const seen = list.length > 2 ? new Set<string>() : undefined;
  for (let index = 0; index < list.length; index += 2) {
    const name = list[index]!;
    const value = list[index + 1]!;
    const colon = name.indexOf(':');
    const uri = colon < 0 ? '' : resolvePrefix(scope, name.slice(0, colon));
    const local = colon < 0 ? name : name.slice(colon + 1);
    if (seen) {
      const key = `{${uri}}${local}`;
      if (seen.has(key)) throw new XmlError(`the attribute ${name.slice(0, 100)} stands there twice`);
      seen.add(key);
    }
    if (uri === '') own[local] = value;
    else if (uri === xsi && local === 'type') element.xsiType = value.slice(value.indexOf(':') + 1).trim();
  }
  element.attributes = own;
}

function normalizeLines(text: string): string {
  return text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
}

function characterReference(name: string): string | undefined {
  const digits = /^#(?:x([0-9A-Fa-f]{1,8})|(\d{1,8}))$/.exec(name);
  if (!digits) return undefined;
  const code = digits[1] === undefined ? Number(digits[2]) : Number.parseInt(digits[1], 16);
  if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return undefined;
  return isForbidden(code) ? undefined : String.fromCodePoint(code);
}

/** The first child with that name, in any namespace. */
export function child(element: XmlElement | undefined, name: string): XmlElement | undefined {
  return element?.children.find((candidate) => candidate.name === name);
}

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\r': '&#xD;' };

/** Characters that XML 1.0 cannot carry, even escaped. */
function isForbidden(code: number): boolean {
  return (code < 0x20 && code !== 0x09 && code !== 0x0a && code !== 0x0d) || code === 0xfffe || code === 0xffff;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to be dropped
const toEscape = /[&<>"\r\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to be dropped
const allToEscape = /[&<>"\r\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

/** Text with the characters escaped that XML reserves; characters that XML 1.0 cannot carry are dropped. */
export function escapeXml(text: string): string {
  if (!toEscape.test(text)) return text;
  return text.replace(allToEscape, (character) => escapes[character] ?? '');
}
