import { SaxesParser } from 'saxes';

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
export class XmlError extends Error {}

const xsi = 'http://www.w3.org/2001/XMLSchema-instance';

/**
 * Reads a document into elements. DOCTYPE and processing of entities beyond the five predefined ones are refused,
 * nesting deeper than `maxDepth` too.
 */
export function parseXml(text: string, maxDepth = 100): XmlElement {
  const parser = new SaxesParser({ xmlns: true, position: false });
  const open: XmlElement[] = [];
  let root: XmlElement | undefined;
  parser.on('error', (error) => {
    throw new XmlError(error.message);
  });
  parser.on('doctype', () => {
    throw new XmlError('a DOCTYPE is not accepted');
  });
  parser.on('opentag', (tag) => {
    if (open.length >= maxDepth) throw new XmlError(`elements are nested deeper than ${maxDepth}`);
    const attributes: Record<string, string> = {};
    let xsiType: string | undefined;
    for (const attribute of Object.values(tag.attributes)) {
      if (attribute.uri === '') attributes[attribute.local] = attribute.value;
      else if (attribute.uri === xsi && attribute.local === 'type') {
        xsiType = attribute.value.slice(attribute.value.indexOf(':') + 1).trim();
      }
    }
    const element: XmlElement = { ns: tag.uri, name: tag.local, attributes, xsiType, children: [], text: '' };
    open.at(-1)?.children.push(element);
    root ??= element;
    open.push(element);
  });
  const append = (part: string) => {
    const element = open.at(-1);
    if (element) element.text += part;
  };
  parser.on('text', append);
  parser.on('cdata', append);
  parser.on('closetag', () => void open.pop());
  parser.write(text).close();
  if (!root) throw new XmlError('the document is empty');
  return root;
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

/** Text with the characters escaped that XML reserves; characters that XML 1.0 cannot carry are dropped. */
export function escapeXml(text: string): string {
  let escaped = '';
  for (const character of text) {
    if (!isForbidden(character.charCodeAt(0))) escaped += escapes[character] ?? character;
  }
  return escaped;
}
