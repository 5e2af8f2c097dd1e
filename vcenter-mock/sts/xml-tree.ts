import { SaxesParser } from 'saxes';

/** An element as it was written: signatures are about prefixes too. */
export interface XmlNode {
  /** As written, with its prefix. */
  readonly name: string;
  readonly attributes: readonly (readonly [name: string, value: string])[];
  readonly children: (XmlNode | string)[];
  readonly parent: XmlNode | undefined;
}

/** The text is no XML, or more than is accepted. */
export class XmlTreeError extends Error {}

/** Nesting that is accepted; the texts are of a token's size, and what they come in is limited already. */
const depthLimit = 60;

/** Reads a document. DOCTYPE and processing instructions are refused. @throws XmlTreeError */
export function parseTree(text: string): XmlNode {
  const parser = new SaxesParser({ xmlns: false, position: false });
  let root: XmlNode | undefined;
  let open: XmlNode | undefined;
  let depth = 0;
  const fail = (what: string) => {
    throw new XmlTreeError(what);
  };
  parser.on('error', (error) => fail(error.message));
  parser.on('doctype', () => fail('DOCTYPE is not accepted'));
  parser.on('processinginstruction', () => fail('processing instructions are not accepted'));
  parser.on('opentag', ({ name, attributes }) => {
    if (++depth > depthLimit) fail('too deep');
    const node: XmlNode = { name, attributes: Object.entries(attributes), children: [], parent: open };
    open?.children.push(node);
    root ??= node;
    open = node;
  });
  parser.on('closetag', () => {
    depth--;
    open = open?.parent;
  });
  parser.on('text', (content) => void open?.children.push(content));
  parser.on('cdata', (content) => void open?.children.push(content));
  parser.write(text).close();
  return root ?? fail('no element');
}

/** The namespace that a prefix stands for at an element; '' is the default one. */
export function namespaceOf(node: XmlNode | undefined, prefix: string): string | undefined {
  const attribute = prefix === '' ? 'xmlns' : `xmlns:${prefix}`;
  for (let current = node; current; current = current.parent) {
    const found = current.attributes.find(([name]) => name === attribute);
    if (found) return found[1];
  }
  return prefix === '' ? '' : undefined;
}

/** Prefix and local part of a name. */
export function splitName(name: string): [prefix: string, local: string] {
  const colon = name.indexOf(':');
  return colon < 0 ? ['', name] : [name.slice(0, colon), name.slice(colon + 1)];
}

/** Whether an element has that name in that namespace. */
export function isNamed(node: XmlNode, ns: string, local: string): boolean {
  const [prefix, own] = splitName(node.name);
  return own === local && namespaceOf(node, prefix) === ns;
}

/** The child elements of that name. */
export function childrenNamed(node: XmlNode | undefined, ns: string, local: string): XmlNode[] {
  return elements(node).filter((child) => isNamed(child, ns, local));
}

export function childNamed(node: XmlNode | undefined, ns: string, local: string): XmlNode | undefined {
  return childrenNamed(node, ns, local)[0];
}

export function elements(node: XmlNode | undefined): XmlNode[] {
  return (node?.children ?? []).filter((child) => typeof child !== 'string');
}

export function textOf(node: XmlNode | undefined): string {
  return (node?.children ?? [])
    .filter((child) => typeof child === 'string')
    .join('')
    .trim();
}

/** An attribute without a namespace, as all are that matter here. */
export function attributeOf(node: XmlNode | undefined, name: string): string | undefined {
  return node?.attributes.find(([key]) => key === name)?.[1];
}

/** An element and everything below it. */
export function* walk(node: XmlNode): Generator<XmlNode> {
  yield node;
  for (const child of elements(node)) yield* walk(child);
}
