import fc from 'fast-check';
import { SaxesParser } from 'saxes';
import { describe, expect, test } from 'vitest';
import { escapeXml, parseXml, type XmlElement, XmlError } from '../../vcenter-mock/vim/kernel/xml.ts';

/** The same tree as read by an independent parser; undefined when it refuses the document. */
function readBySaxes(text: string): XmlElement | undefined {
  const parser = new SaxesParser({ xmlns: true, position: false });
  const open: XmlElement[] = [];
  let root: XmlElement | undefined;
  let refused = false;
  parser.on('error', () => {
    refused = true;
  });
  parser.on('doctype', () => {
    refused = true;
  });
  parser.on('opentag', (tag) => {
    const attributes: Record<string, string> = {};
    let xsiType: string | undefined;
    for (const { uri, local, value } of Object.values(tag.attributes)) {
      if (uri === '') attributes[local] = value;
      else if (uri === 'http://www.w3.org/2001/XMLSchema-instance' && local === 'type') {
        xsiType = value.slice(value.indexOf(':') + 1).trim();
      }
    }
    const element = { ns: tag.uri, name: tag.local, attributes, xsiType, children: [], text: '' };
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
  return refused ? undefined : root;
}

function read(text: string): XmlElement | undefined {
  try {
    return parseXml(text);
  } catch (error) {
    if (error instanceof XmlError) return undefined;
    throw error;
  }
}

/** A document of the kind that clients send, with all that XML allows between the tags. */
const name = fc.constantFrom('a', 'b', 'v:a', 'v:bbbb-c', 'w:xxxx.y', '_z', 'é', 'v:né');
const value = fc.constantFrom('', 'x', ' a  b ', '&lt;&amp;&gt;', '&#65;&#x42;', 'a\tb\r\nc', "it's", 'ü😀', '{x}');
const attribute = fc
  .tuple(fc.constantFrom('type', 'xsi:type', 'v:k', 'w:k', 'xmlns', 'xmlns:v', 'xmlns:w', 'xml:lang', 'q'), value)
  .map(([key, text]) => ` ${key}="${text}"`);
const text = fc.oneof(
  value,
  fc.constantFrom('<!-- c -->', '<?pi x?>', '<![CDATA[<&]]>', '\r\n  ', ']]', '&quot;', 'a]]b'),
);
const { tree } = fc.letrec<{ tree: string }>((tie) => ({
  tree: fc
    .tuple(
      name,
      fc.array(attribute, { maxLength: 3 }),
      fc.array(fc.oneof({ depthSize: 'small' }, text, tie('tree')), { maxLength: 4 }),
    )
    .map(([tag, attributes, content]) =>
      content.length === 0
        ? `<${tag}${attributes.join('')}/>`
        : `<${tag}${attributes.join('')}>${content.join('')}</${tag}>`,
    ),
}));
const document = tree.map(
  (content) =>
    `<?xml version="1.0" encoding="UTF-8"?>\n<r xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:v="urn:v" xmlns:w="urn:v">${content}</r>\n`,
);

describe('agrees with an independent parser', () => {
  test('on documents', () => {
    fc.assert(
      fc.property(document, (xml) => {
        expect(read(xml)).toEqual(readBySaxes(xml));
      }),
      { numRuns: 1_000 },
    );
  });

  test('on spoilt documents', () => {
    const spoilt = fc
      .tuple(
        document,
        fc.nat(400),
        fc.nat(3),
        fc.constantFrom(
          '',
          '<',
          '>',
          '&',
          '"',
          '/',
          ']]>',
          '<!--',
          '\u0001',
          ':',
          ' ',
          '=',
          'x',
          '<?',

          '&nope;',
        ),
      )
      .map(([xml, at, cut, put]) => [...xml].toSpliced(at, cut, put).join(''));
    fc.assert(
      fc.property(spoilt, (xml) => {
        expect(read(xml)).toEqual(readBySaxes(xml));
      }),
      { numRuns: 4_000 },
    );
  });
});

test('refuses what could exhaust it', () => {
  expect(() => parseXml('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')).toThrow('a DOCTYPE is not accepted');
  expect(() => parseXml(`${'<a>'.repeat(101)}${'</a>'.repeat(101)}`)).toThrow('nested deeper than 100');
  expect(parseXml(`${'<a>'.repeat(100)}${'</a>'.repeat(100)}`).name).toBe('a');
  const declarations = Array.from({ length: 100_000 }, (_, index) => ` xmlns:p${index}="urn:${index}"`).join('');
  expect(() => parseXml(`<a${declarations}/>`)).toThrow('too many namespace declarations');
});

test('writes text that a parser reads back, without what XML cannot carry', () => {
  expect(escapeXml('a<b>&"c"\r\n\t\u0001\uffffü😀')).toBe('a&lt;b&gt;&amp;&quot;c&quot;&#xD;\n\tü😀');
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (value) => {
      expect(parseXml(`<a>${escapeXml(value)}</a>`).text).toBe(
        // biome-ignore lint/suspicious/noControlCharactersInRegex: these cannot be carried
        value.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, ''),
      );
    }),
  );
});
