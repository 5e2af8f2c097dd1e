import { dataDeclaration, enumValues, fieldsOf, parseType, type TypeUse, typeSince } from './registry.ts';
import { isAnyValue, isRef, type Ref } from './values.ts';
import { compareVersions } from './version.ts';
import { escapeXml } from './xml.ts';

/** How an answer is written. */
export interface EncodeContext {
  /** API version that nothing in the answer may be newer than. */
  readonly version: string;
  /**
   * `vim25`: type names are plain. `pbm`: types of both namespaces carry a prefix and the children of vim types stand in
   * the vim25 namespace (observed on real /pbm/sdk answers).
   */
  readonly dialect: 'vim25' | 'pbm';
}

const xsdNames: Record<string, string> = {
  string: 'xsd:string',
  boolean: 'xsd:boolean',
  int: 'xsd:int',
  long: 'xsd:long',
  short: 'xsd:short',
  byte: 'xsd:byte',
  float: 'xsd:float',
  double: 'xsd:double',
  dateTime: 'xsd:dateTime',
  base64Binary: 'xsd:base64Binary',
};

const isPbmType = (name: string) => name.startsWith('Pbm');

function allowed(since: string | undefined, type: string, context: EncodeContext): boolean {
  if (since === undefined) return true;
  // PBM counts its versions on a scale of its own; the vim types in its answers are those of the server's version.
  if (context.dialect === 'pbm' && !isPbmType(type)) return true;
  return compareVersions(since, context.version) <= 0;
}

/** The nearest type that the client's version knows: itself, or a base of it. */
function visibleType(name: string, context: EncodeContext): string {
  let current = name;
  for (;;) {
    const base = dataDeclaration(current)?.base;
    if (base === undefined || allowed(typeSince(current), current, context)) return current;
    current = base;
  }
}

function typeName(name: string, context: EncodeContext): string {
  if (context.dialect === 'vim25') return name;
  return `${isPbmType(name) ? 'pbm' : 'vim25'}:${name}`;
}

/** The type that a value shows by itself, for anyType positions. */
function typeOfValue(value: unknown): string {
  if (typeof value === 'string') return 'string';
  if (typeof value === 'boolean') return 'boolean';
  if (typeof value === 'number') return 'int';
  if (value instanceof Date) return 'dateTime';
  if (Array.isArray(value)) return `${value.length > 0 ? typeOfValue(value[0]) : 'string'}[]`;
  if (isRef(value)) return 'ref ManagedObject';
  const type = (value as { _type?: string })._type;
  if (type === undefined) throw new TypeError('a data object in an anyType position must carry its _type');
  return type;
}

function primitiveText(value: unknown): string {
  // Milliseconds are what the clock has; clients accept any number of fractional digits.
  if (value instanceof Date) return value.toISOString();
  return escapeXml(String(value));
}

function element(tag: string, attributes: string, content: string): string {
  return `<${tag}${attributes}>${content}</${tag}>`;
}

/** Writes one value as an element, or nothing when the client's version cannot see it. */
function encodeOne(tag: string, use: TypeUse, value: unknown, context: EncodeContext, prefix: string): string {
  if (use.name === 'anyType') return encodeAny(tag, value, context, prefix);
  if (use.name === 'ManagedObjectReference') return encodeReference(tag, value as Ref, '', prefix);
  if (dataDeclaration(use.name)) {
    const actual = visibleType((value as { _type?: string })._type ?? use.name, context);
    const attribute = actual === use.name ? '' : ` xsi:type="${typeName(actual, context)}"`;
    return element(prefix + tag, attribute, encodeFields(actual, value as Record<string, unknown>, context));
  }
  // An empty enumeration value cannot be decoded by anyone: leave it out.
  if (enumValues(use.name) && value === '') return '';
  return element(prefix + tag, '', primitiveText(value));
}

function encodeReference(tag: string, value: Ref, attribute: string, prefix: string): string {
  return element(prefix + tag, ` type="${escapeXml(value.type)}"${attribute}`, escapeXml(value.value));
}

/** Writes a value in an anyType position: with xsi:type, arrays as ArrayOfX with children named X. */
function encodeAny(tag: string, value: unknown, context: EncodeContext, prefix: string): string {
  const type = isAnyValue(value) ? value.anyType : typeOfValue(value);
  const inner = isAnyValue(value) ? value.value : value;
  const use = parseType(type);
  if (use.array) return encodeAnyArray(tag, use, inner as unknown[], context, prefix);
  if (use.name === 'anyType') return encodeAny(tag, inner, context, prefix);
  if (use.name === 'ManagedObjectReference') {
    return encodeReference(tag, inner as Ref, ` xsi:type="${typeName('ManagedObjectReference', context)}"`, prefix);
  }
  if (dataDeclaration(use.name)) {
    const actual = visibleType((inner as { _type?: string })._type ?? use.name, context);
    const attribute = ` xsi:type="${typeName(actual, context)}"`;
    return element(prefix + tag, attribute, encodeFields(actual, inner as Record<string, unknown>, context));
  }
  const xsiType = xsdNames[use.name] ?? typeName(use.name, context);
  return element(prefix + tag, ` xsi:type="${xsiType}"`, primitiveText(inner));
}

function encodeAnyArray(tag: string, use: TypeUse, values: unknown[], context: EncodeContext, prefix: string): string {
  const isDeclared = dataDeclaration(use.name) || enumValues(use.name) || use.name === 'ManagedObjectReference';
  const arrayType = isDeclared ? use.name : use.name.charAt(0).toUpperCase() + use.name.slice(1);
  const member = { ...use, array: false };
  const content = values.map((value) => encodeOne(use.name, member, value, context, '')).join('');
  return element(prefix + tag, ` xsi:type="${typeName(`ArrayOf${arrayType}`, context)}"`, content);
}

function encodeFields(type: string, value: Record<string, unknown>, context: EncodeContext): string {
  const prefix = context.dialect === 'pbm' && !isPbmType(type) ? 'vim25:' : '';
  let content = '';
  for (const field of fieldsOf(type).values()) {
    const member = value[field.field];
    if (member === undefined || member === null || !allowed(field.since, type, context)) continue;
    content += encodeField(field.field, field, member, context, prefix);
  }
  return content;
}

/** Writes a field: one element, or one for each member of an array. */
function encodeField(tag: string, use: TypeUse, value: unknown, context: EncodeContext, prefix: string): string {
  if (!use.array) return encodeOne(tag, use, value, context, prefix);
  let content = '';
  const member = { ...use, array: false };
  for (const one of value as unknown[]) {
    const type = (one as { _type?: string } | undefined)?._type;
    // A member whose type is newer than the client, and is not declared here as a base of it, is left out.
    if (type !== undefined && !allowed(typeSince(visibleType(type, context)), type, context)) continue;
    content += encodeOne(tag, member, one, context, prefix);
  }
  return content;
}

/**
 * Writes a value of the given type (notation of `declare.ts`) as elements named `tag`; undefined and empty arrays give ''.
 * Fields, types and array members newer than `context.version` are left out.
 */
export function encodeValue(tag: string, type: string, value: unknown, context: EncodeContext): string {
  if (value === undefined || value === null) return '';
  return encodeField(tag, parseType(type), value, context, '');
}

/** Writes a value as an anyType element with xsi:type. */
export function encodeAnyValue(tag: string, value: unknown, context: EncodeContext): string {
  if (value === undefined || value === null) return '';
  return encodeAny(tag, value, context, '');
}

/** Writes a fault for the SOAP detail: element {Type}Fault, its own fields inside (observed). */
export function encodeFaultDetail(value: { _type: string }, context: EncodeContext): string {
  const type = visibleType(value._type, context);
  const ns = context.dialect === 'pbm' && isPbmType(type) ? 'urn:pbm' : 'urn:vim25';
  const content = encodeFields(type, value as unknown as Record<string, unknown>, { ...context, dialect: 'vim25' });
  return `<${type}Fault xmlns="${ns}" xsi:type="${type}">${content}</${type}Fault>`;
}
