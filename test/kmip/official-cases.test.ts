import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import {
  type Attribute,
  child,
  decodeRequest,
  decodeResponse,
  encode,
  encodeRequest,
  encodeResponse,
  type Item,
  ItemType,
  isCustomAttribute,
  isTransparentFormat,
  makeAttribute,
  makeTransparentKey,
  Operation,
  operationByCode,
  type ProtocolVersion,
  parseXml,
  protocolVersion,
  ResultStatus,
  readAttribute,
  readTransparentKey,
  type StandardAttributeName,
  type StructureItem,
  Tag,
} from '../../kmip/index.ts';

// The OASIS test cases of KMIP 1.0 to 1.4, (c) OASIS Open: every message goes through the typed layer and comes out as
// it was.
const folder = new URL('../../../shared/conformance/oasis/', import.meta.url);
const SKIPPED = 'skipped without ../shared/conformance';
const files = existsSync(folder)
  ? readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.xml'))
      .sort()
  : [];

/** Server-to-client operations: their payloads stay items. */
const UNTYPED: readonly (number | undefined)[] = [Operation.Notify, Operation.Put];

/** Cases whose values are newer than the header of the message that carries them, and the version they are of. */
const NEWER_VALUES: Readonly<Record<string, ProtocolVersion>> = {
  // Notify of a Digest with Key Format Type (1.1) under a header that says 1.0.
  'v1.2/TC_NP_2_12_Notify_Put.xml': protocolVersion('1.2'),
};

/** Puts values of the right type in place of the names (`$DATA_1`) and times (`$NOW-3600`) of a case. */
function fillIn(xml: string): string {
  return xml.replace(/type="(\w+)"(\s+)value="\$[^"]*"/g, (_, type: string, space: string) => {
    const value = type === 'DateTime' ? '2012-04-27T08:14:30+00:00' : '0123456789ABCDEF';
    return `type="${type}"${space}value="${value}"`;
  });
}

function messagesOf(file: string): StructureItem[] {
  const xml = fillIn(readFileSync(new URL(file, folder), 'utf8'));
  return parseXml(xml, { collapseSpaces: true }) as StructureItem[];
}

function throughTypes(message: StructureItem, warn: (text: string) => void): Buffer {
  const bytes = encode(message);
  const typed = (code: number | undefined) => {
    const definition = code === undefined ? undefined : operationByCode(code);
    if (definition === undefined && !UNTYPED.includes(code)) throw new Error(`operation ${code} is not declared`);
    return definition;
  };
  if (message.tag === Tag.RequestMessage) {
    const { header, items, version } = decodeRequest(bytes, { warn });
    const again = items.map((one) => {
      if (one.error) throw one.error;
      const request = typed(one.operation)?.request;
      return request
        ? { ...one, payload: request.encode(request.decode(one.payload, version, { warn }), version) }
        : one;
    });
    return encodeRequest(header, again);
  }
  const { header, items, version } = decodeResponse(bytes, { warn, unknownFields: 'reject' });
  const again = items.map((one) => {
    const response = one.resultStatus === ResultStatus.Success ? typed(one.operation)?.response : undefined;
    return response
      ? { ...one, payload: response.encode(response.decode(one.payload, version, { warn }), version) }
      : one;
  });
  return encodeResponse(header, again);
}

function structuresIn(found: Item): StructureItem[] {
  return found.type === ItemType.Structure ? [found, ...found.value.flatMap(structuresIn)] : [];
}

function versionOf(message: StructureItem): ProtocolVersion {
  const version = structuresIn(message).find(({ tag }) => tag === Tag.ProtocolVersion) as StructureItem;
  const [major, minor] = version.value.map(({ value }) => value as number);
  return { major: major as number, minor: minor as number };
}

/** What the payloads pass on as items, typed by its own declaration: attribute values and transparent keys. */
function expectTypedValues(message: StructureItem, version: ProtocolVersion): void {
  for (const structure of structuresIn(message)) {
    if (structure.tag === Tag.Attribute) expectTypedAttribute(structure, version);
    if (structure.tag === Tag.KeyBlock) expectTypedKey(structure, version);
  }
}

function expectTypedAttribute(structure: StructureItem, version: ProtocolVersion): void {
  const name = child(structure, Tag.AttributeName)?.value as string;
  if (isCustomAttribute(name)) return;
  const attributeValue = child(structure, Tag.AttributeValue) as Item;
  const attribute: Attribute = { attributeName: name, attributeValue };
  const value = readAttribute(name as StandardAttributeName, attribute, version);
  expect(makeAttribute(name as StandardAttributeName, value), name).toEqual(attribute);
}

function expectTypedKey(keyBlock: StructureItem, version: ProtocolVersion): void {
  const format = child(keyBlock, Tag.KeyFormatType)?.value as number;
  const keyValue = child(keyBlock, Tag.KeyValue);
  if (!isTransparentFormat(format) || keyValue?.type !== ItemType.Structure) return;
  const material = child(keyValue, Tag.KeyMaterial) as StructureItem;
  const again = makeTransparentKey(format, readTransparentKey(format, material, version));
  expect(encode(again).toString('hex')).toBe(encode(material).toString('hex'));
}

test.skipIf(files.length === 0)(`the official cases are there (${SKIPPED})`, () => {
  expect(files.length).toBeGreaterThanOrEqual(285);
});

test.each(files)('%s passes the typed messages unchanged', (file) => {
  const messages = messagesOf(file);
  expect(messages.length).toBeGreaterThan(1);
  for (const [index, message] of messages.entries()) {
    const where = `message ${index + 1}`;
    const warnings: string[] = [];
    const again = throughTypes(message, (text) => warnings.push(text));
    expect(again.toString('hex'), where).toBe(encode(message).toString('hex'));
    expect(warnings, where).toEqual([]);
    expectTypedValues(message, NEWER_VALUES[file] ?? versionOf(message));
  }
});
