import { namespaceOf, splitName, type XmlNode } from './xml-tree.ts';

/** Algorithm identifier. */
export const exclusiveC14n = 'http://www.w3.org/2001/10/xml-exc-c14n#';

/**
 * Exclusive XML Canonicalization 1.0 of an element (W3C, without comments): namespaces stand where they are used.
 * @param options.inclusive prefixes that count as used wherever they are declared (`#default` for the default namespace)
 * @param options.without an element that is left out: the signature within what it signs
 */
export function canonicalize(
  node: XmlNode,
  options: { inclusive?: readonly string[]; without?: XmlNode } = {},
): string {
  return render(node, new Map(), options);
}

function render(
  node: XmlNode,
  rendered: ReadonlyMap<string, string>,
  options: { inclusive?: readonly string[]; without?: XmlNode },
): string {
  if (node === options.without) return '';
  const own = node.attributes.filter(([name]) => name !== 'xmlns' && !name.startsWith('xmlns:'));
  const used = new Set([splitName(node.name)[0]]);
  for (const [name] of own) {
    const [prefix] = splitName(name);
    // Attributes without a prefix are in no namespace; xml is never declared.
    if (prefix !== '' && prefix !== 'xml') used.add(prefix);
  }
  for (const prefix of options.inclusive ?? []) used.add(prefix === '#default' ? '' : prefix);
  const scope = new Map(rendered);
  const declarations: [string, string][] = [];
  for (const prefix of [...used].sort(byCode)) {
    const uri = namespaceOf(node, prefix);
    if (uri === undefined || (scope.get(prefix) ?? '') === uri) continue;
    scope.set(prefix, uri);
    declarations.push([prefix === '' ? 'xmlns' : `xmlns:${prefix}`, uri]);
  }
  const sorted = own
    .map(([name, value]) => {
      const [prefix, local] = splitName(name);
      return { name, value, key: `${prefix === '' ? '' : (namespaceOf(node, prefix) ?? '')}\u0000${local}` };
    })
    .sort((a, b) => byCode(a.key, b.key))
    .map(({ name, value }): [string, string] => [name, value]);
  const attributes = [...declarations, ...sorted]
    .map(([name, value]) => ` ${name}="${escapeAttribute(value)}"`)
    .join('');
  const content = node.children
    .map((child) => (typeof child === 'string' ? escapeText(child) : render(child, scope, options)))
    .join('');
  return `<${node.name}${attributes}>${content}</${node.name}>`;
}

function byCode(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function escapeText(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/\r/g, '&#xD;');
}

function escapeAttribute(text: string): string {
  return text
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/"/g, '&quot;')
    .replace(/\t/g, '&#x9;')
    .replace(/\n/g, '&#xA;')
    .replace(/\r/g, '&#xD;');
}
