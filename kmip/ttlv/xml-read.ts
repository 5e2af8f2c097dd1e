import { SaxesParser, type SaxesTagNS } from 'saxes';
import { Tag } from '../registry/index.ts';
import { type Item, ItemType } from './item.ts';
import { DEFAULT_LIMITS, type TtlvLimits } from './limits.ts';
import { RenderingError, type RenderingErrorCode } from './rendering-error.ts';
import { itemOfText, itemTypeOfName, meaningTagOf, tagOfText, ValueProblem } from './value-read.ts';

export type XmlReadOptions = Partial<TtlvLimits> & {
  /**
   * Make one space of each run of white space in a Text String. The published test cases of KMIP 1.0 to 1.2 have names
   * that were wrapped on paper (`Cryptographic   Length`).
   */
  collapseSpaces?: boolean;
};

/** An element as it is written, by its local name. */
export type XmlElement = {
  name: string;
  /** The attributes `tag`, `type` and `value`. */
  tag?: string;
  type?: string;
  value?: string;
  children: XmlElement[];
  /** Text between the element before (or the parent's beginning) and this one. */
  textBefore: string;
  /** Where its start tag ends, counted from 1. */
  line: number;
  column: number;
};

/**
 * Reads a document's elements without giving them a meaning. Prefixes and namespaces are ignored, comments and processing
 * instructions skipped.
 * @returns the outermost element
 * @throws RenderingError when it is not well-formed, has a DOCTYPE, or breaks a limit
 */
export function readXmlElements(text: string, options: Partial<TtlvLimits> = {}): XmlElement {
  const { maxBytes, maxDepth, maxItems } = { ...DEFAULT_LIMITS, ...options };
  const parser = new SaxesParser({ xmlns: true });
  const open: XmlElement[] = [];
  let root: XmlElement | undefined;
  let items = 0;
  let characters = '';
  const fail = (code: RenderingErrorCode, message: string): never => {
    throw new RenderingError(code, message, `line ${parser.line}, column ${parser.columnIndex}`);
  };
  const size = Buffer.byteLength(text);
  if (size > maxBytes) fail('TOO_LARGE', `${size} bytes exceed the limit of ${maxBytes}`);
  // saxes puts the position in front of its text.
  parser.on('error', (error) => fail('SYNTAX', `not well-formed XML: ${error.message.replace(/^\d+:\d+: /, '')}`));
  parser.on('doctype', () => fail('SYNTAX', 'a DOCTYPE is refused'));
  parser.on('text', (part) => {
    characters += part;
  });
  parser.on('opentag', (tag) => {
    items += 1;
    if (items > maxItems) fail('TOO_MANY_ITEMS', `more than ${maxItems} items`);
    if (open.length >= maxDepth) fail('TOO_DEEP', `more than ${maxDepth} structures inside one another`);
    const element = elementOf(tag, characters, parser.line, parser.columnIndex);
    characters = '';
    open.at(-1)?.children.push(element);
    root ??= element;
    open.push(element);
  });
  parser.on('closetag', () => {
    characters = '';
    open.pop();
  });
  parser.write(text).close();
  return root ?? fail('SYNTAX', 'the document is empty');
}

function elementOf(tag: SaxesTagNS, textBefore: string, line: number, column: number): XmlElement {
  const { tag: tagText, type, value } = tag.attributes;
  return {
    name: tag.local,
    ...(tagText && { tag: tagText.value }),
    ...(type && { type: type.value }),
    ...(value && { value: value.value }),
    children: [],
    textBefore: textBefore.trim(),
    line,
    column,
  };
}

/**
 * The item that an element stands for.
 * @param attributeName the Attribute Name beside an Attribute Value: it says what the value's names mean
 * @throws RenderingError
 */
export function itemOfXml(
  element: XmlElement,
  options: Pick<XmlReadOptions, 'collapseSpaces'> = {},
  attributeName?: string,
): Item {
  const { name, type: typeName = 'Structure', value, children } = element;
  const tag = tagOfText(name === 'TTLV' ? (element.tag ?? '') : name);
  if (tag === undefined) {
    const what = name === 'TTLV' ? 'a TTLV element needs a tag such as tag="0x540001"' : `<${name}> is no KMIP tag`;
    return refuse(element, 'UNKNOWN_TAG', what);
  }
  const type = itemTypeOfName(typeName);
  if (type === undefined) return refuse(element, 'NOT_AN_ITEM', `<${name}> has the unknown type "${typeName}"`);
  if (type === ItemType.Structure) {
    if (value !== undefined) return refuse(element, 'NOT_AN_ITEM', `<${name}> has a value but no type`);
    const inner = tag === Tag.Attribute ? attributeNameIn(element) : undefined;
    return { tag, type, value: children.map((one) => itemOfXml(one, options, inner)) };
  }
  if (value === undefined) return refuse(element, 'NOT_AN_ITEM', `<${name}> of type ${typeName} has no value`);
  if (children.length > 0) return refuse(element, 'NOT_AN_ITEM', `<${name}> of type ${typeName} has items inside`);
  const text = options.collapseSpaces && type === ItemType.TextString ? collapse(value) : value;
  try {
    return itemOfText(tag, type, text, meaningTagOf(tag, attributeName));
  } catch (error) {
    if (!(error instanceof ValueProblem)) throw error;
    return refuse(element, 'VALUE', `<${name}>: ${error.message}`);
  }
}

/** Collapsed in any case: it only serves to find the meaning of the value beside it. */
function attributeNameIn({ children }: XmlElement): string | undefined {
  const value = children.find(({ name }) => name === 'AttributeName')?.value;
  return value === undefined ? undefined : collapse(value);
}

function collapse(text: string): string {
  return text.replace(/\s+/g, ' ');
}

function refuse({ line, column }: XmlElement, code: RenderingErrorCode, message: string): never {
  throw new RenderingError(code, message, `line ${line}, column ${column}`);
}

/**
 * Reads KMIP XML (Additional Message Encodings 1.0 §6.1): one item, or all items inside a `KMIP` element.
 *
 * Enumerations by name or `0x…`, masks as names, numbers and `0x…` words that are OR-ed, dates with offset, Z, or a
 * fraction (cut off). An Attribute Value is read by the Attribute Name beside it. White space inside hexadecimal digits and
 * between mask names does not count.
 * @throws RenderingError
 */
export function parseXml(text: string, options: XmlReadOptions = {}): Item[] {
  const root = readXmlElements(text, options);
  return (root.name === 'KMIP' ? root.children : [root]).map((element) => itemOfXml(element, options));
}
