import { expect, test } from 'vitest';
import { canonicalize } from '../../../vcenter-mock/sts/exclusive-c14n.ts';
import { elements, parseTree, walk, XmlTreeError } from '../../../vcenter-mock/sts/xml-tree.ts';

const find = (text: string, name: string) => [...walk(parseTree(text))].find((node) => node.name === name)!;

// Exclusive XML Canonicalization 1.0, section 2.2: the same element in two contexts has one form.
test('namespaces of the context that the element does not use are left out', () => {
  const inner =
    '<n1:elem2 xmlns:n1="http://example.net" xml:lang="en"><n3:stuff xmlns:n3="ftp://example.org"></n3:stuff></n1:elem2>';
  const first = `<n0:local xmlns:n0="foo:bar" xmlns:n3="ftp://example.org">${inner.replace(' xmlns:n3="ftp://example.org"', '')}</n0:local>`;
  const second = `<n2:pdu xmlns:n1="http://example.com" xmlns:n2="http://foo.example" xml:lang="fr" xml:space="preserve">${inner}</n2:pdu>`;
  expect(canonicalize(find(first, 'n1:elem2'))).toBe(inner);
  expect(canonicalize(find(second, 'n1:elem2'))).toBe(inner);
});

// Canonical XML 1.0, section 3.3 and 3.4
test('start tags: namespaces first, then attributes by namespace and name; no empty element form', () => {
  const text =
    '<e5 a:attr="out" b:attr="sorted" attr2="all" attr="I\'m" xmlns:b="http://www.ietf.org" xmlns:a="http://www.w3.org" xmlns="http://example.org"/>';
  expect(canonicalize(parseTree(text))).toBe(
    '<e5 xmlns="http://example.org" xmlns:a="http://www.w3.org" xmlns:b="http://www.ietf.org" attr="I\'m" attr2="all" b:attr="sorted" a:attr="out"></e5>',
  );
});

test('character references and CDATA become characters, escaped as canonical XML wants', () => {
  const text = '<t a="1&#9;2&#10;3&#13;4 &quot;&lt;&gt;&amp;">a&#13;b<![CDATA[<c> & "d"]]>&gt;</t>';
  expect(canonicalize(parseTree(text))).toBe(
    '<t a="1&#x9;2&#xA;3&#xD;4 &quot;&lt;>&amp;">a&#xD;b&lt;c&gt; &amp; "d"&gt;</t>',
  );
});

test('a default namespace that ends is undeclared', () => {
  const text = '<a xmlns="u:a"><b xmlns=""><c xmlns=""/></b></a>';
  expect(canonicalize(parseTree(text))).toBe('<a xmlns="u:a"><b xmlns=""><c></c></b></a>');
});

test('inclusive prefixes are written where they are in scope', () => {
  const node = elements(parseTree('<r xmlns:x="u:x" xmlns:y="u:y"><e y:a="1"/></r>'))[0]!;
  expect(canonicalize(node, { inclusive: ['x'] })).toBe('<e xmlns:x="u:x" xmlns:y="u:y" y:a="1"></e>');
});

test.each([
  ['a DOCTYPE', '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'],
  ['an unknown entity', '<a>&b;</a>'],
  ['a processing instruction', '<a><?b c?></a>'],
  ['deep nesting', `${'<a>'.repeat(61)}${'</a>'.repeat(61)}`],
  ['an open element', '<a>'],
  ['nothing', ''],
])('%s is refused', (_what, text) => {
  expect(() => parseTree(text)).toThrow(XmlTreeError);
});
