import { type Item, ItemType, itemOfXml, type XmlElement } from '../../kmip/index.ts';

/** An expected item: a value, a symbolic name in place of a value, or a structure of patterns. */
export type Pattern = {
  /** What is expected; for a symbolic name an item of the right tag and type without a meaningful value. */
  item: Item;
  /** `$UNIQUE_IDENTIFIER_0`, `$NOW-3600` and the like. Test Cases 1.3 §2 */
  symbol?: string;
  children: Pattern[];
};

/** Published cases up to KMIP 1.2 hold names that were wrapped on paper. */
const READING = { collapseSpaces: true };

/** True for `$NAME`, `$NAME_n`, `$NOW+n`. */
export function isSymbol(value: string): boolean {
  return /^\$[A-Z][A-Z0-9_]*([+-]\d+)?$/.test(value);
}

/** Reads an expected message. @throws RenderingError */
export function patternOf(element: XmlElement, attributeName?: string): Pattern {
  if (element.value !== undefined && isSymbol(element.value)) {
    const placeholder = element.type === 'TextString' || element.type === 'ByteString' ? '' : '0';
    const item = itemOfXml({ ...element, value: placeholder }, READING, attributeName);
    return { item, symbol: element.value, children: [] };
  }
  if (element.type !== undefined) return { item: itemOfXml(element, READING, attributeName), children: [] };
  const inner = element.children.find(({ name }) => name === 'AttributeName')?.value?.replace(/\s+/g, ' ');
  const children = element.children.map((one) => patternOf(one, element.name === 'Attribute' ? inner : undefined));
  const { tag } = itemOfXml({ ...element, children: [] }, READING);
  return { item: { tag, type: ItemType.Structure, value: children.map(({ item }) => item) }, children };
}

/** Reads a message to be sent in which every symbolic name has been replaced. @throws RenderingError */
export function messageOf(element: XmlElement): Item {
  return itemOfXml(element, READING);
}
