import { dataDeclaration, enumValues, type Field, fieldsOf, parseType, type TypeUse, typeSince } from './registry.ts';
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

const xsdNames: Readonly<Record<string, string>> = {
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

/** How values of a declared type are written. */
type Kind = 'any' | 'reference' | 'data' | 'enum' | 'text';

/** A field of a data object as one client sees it. */
interface FieldPlan {
  readonly field: string;
  /** Name of the element, with its prefix. */
  readonly tag: string;
  readonly array: boolean;
  readonly kind: Kind;
  readonly type: string;
}

/** A data object type as one client sees it. */
interface TypePlan {
  /** The type itself, or the nearest base that the client's version knows. */
  readonly name: string;
  /** Value of xsi:type. */
  readonly xsiType: string;
  /** The type has no base that the client could take instead: values of it are left out of arrays. */
  readonly hidden: boolean;
  readonly fields: readonly FieldPlan[];
}

const isPbmType = (name: string) => name.startsWith('Pbm');

function kindOf(name: string): Kind {
  if (name === 'anyType') return 'any';
  if (name === 'ManagedObjectReference') return 'reference';
  if (dataDeclaration(name)) return 'data';
  return enumValues(name) ? 'enum' : 'text';
}

/** What has been worked out for clients of one version and dialect: each type once, when it is first written. */
class Plan {
  readonly #context: EncodeContext;
  readonly #types = new Map<string, TypePlan>();

  constructor(context: EncodeContext) {
    this.#context = context;
  }

  #allows(since: string | undefined, type: string): boolean {
    if (since === undefined) return true;
    // PBM counts its versions on a scale of its own; the vim types in its answers are those of the server's version.
    if (this.#context.dialect === 'pbm' && !isPbmType(type)) return true;
    return compareVersions(since, this.#context.version) <= 0;
  }

  type(name: string): TypePlan {
    let plan = this.#types.get(name);
    if (!plan) {
      plan = this.#planOf(name);
      this.#types.set(name, plan);
    }
    return plan;
  }

  #planOf(name: string): TypePlan {
    let visible = name;
    for (;;) {
      const base = dataDeclaration(visible)?.base;
      if (base === undefined || this.#allows(typeSince(visible), visible)) break;
      visible = base;
    }
    return {
      name: visible,
      xsiType: this.typeName(visible),
      hidden: !this.#allows(typeSince(visible), name),
      fields: [...fieldsOf(visible).values()]
        .filter((field) => this.#allows(field.since, visible))
        .map((field) => this.#fieldOf(visible, field)),
    };
  }

  #fieldOf(type: string, field: Field): FieldPlan {
    const prefix = this.#context.dialect === 'pbm' && !isPbmType(type) ? 'vim25:' : '';
    return {
      field: field.field,
      tag: prefix + field.field,
      array: field.array,
      kind: kindOf(field.name),
      type: field.name,
    };
  }

  typeName(name: string): string {
    if (this.#context.dialect === 'vim25') return name;
    return `${isPbmType(name) ? 'pbm' : 'vim25'}:${name}`;
  }
}

const plans: Record<EncodeContext['dialect'], Map<string, Plan>> = { vim25: new Map(), pbm: new Map() };
/** Clients may name any version; for more than this the plans of the first are forgotten. */
const planLimit = 64;

function planFor(context: EncodeContext): Plan {
  const known = plans[context.dialect];
  let plan = known.get(context.version);
  if (!plan) {
    plan = new Plan(context);
    if (known.size >= planLimit) known.clear();
    known.set(context.version, plan);
  }
  return plan;
}

/**
 * The inside of a data object of exactly the declared type that has been written already, by {@link encodeInside} or by
 * hand, for the same client.
 */
export class EncodedObject {
  readonly content: string;

  constructor(content: string) {
    this.content = content;
  }
}

/** The type that a value shows by itself, for anyType positions. */
function typeOfValue(value: unknown): string {
  if (typeof value === 'string') return 'string';
  if (typeof value === 'boolean') return 'boolean';
  if (typeof value === 'number') return Number.isInteger(value) ? (value === (value | 0) ? 'int' : 'long') : 'double';
  if (value instanceof Date) return 'dateTime';
  if (Array.isArray(value)) return `${value.length > 0 ? typeOfValue(value[0]) : 'string'}[]`;
  if (isRef(value)) return 'ref ManagedObject';
  const type = (value as { _type?: string })._type;
  if (type === undefined) throw new TypeError('a data object in an anyType position must carry its _type');
  return type;
}

function primitiveText(value: unknown): string {
  if (typeof value === 'string') return escapeXml(value);
  // Milliseconds are what the clock has; clients accept any number of fractional digits.
  if (value instanceof Date) return value.toISOString();
  return String(value);
}

/** Writes one value as an element, or nothing when the client's version cannot see it. */
function writeOne(tag: string, kind: Kind, type: string, value: unknown, plan: Plan): string {
  switch (kind) {
    case 'text':
      return `<${tag}>${primitiveText(value)}</${tag}>`;
    case 'data':
      return writeData(tag, type, value as object, plan);
    case 'reference':
      return writeReference(tag, value as Ref, '');
    case 'enum':
      // An empty enumeration value cannot be decoded by anyone: leave it out.
      return value === '' ? '' : `<${tag}>${primitiveText(value)}</${tag}>`;
    case 'any':
      return writeAny(tag, value, plan);
  }
}

function writeData(tag: string, declared: string, value: object, plan: Plan): string {
  if (value instanceof EncodedObject) return `<${tag}>${value.content}</${tag}>`;
  const type = plan.type((value as { _type?: string })._type ?? declared);
  const content = writeFields(type, value as Record<string, unknown>, plan);
  return type.name === declared
    ? `<${tag}>${content}</${tag}>`
    : `<${tag} xsi:type="${type.xsiType}">${content}</${tag}>`;
}

function writeReference(tag: string, value: Ref, attribute: string): string {
  return `<${tag} type="${escapeXml(value.type)}"${attribute}>${escapeXml(value.value)}</${tag}>`;
}

/** Writes a value in an anyType position: with xsi:type, arrays as ArrayOfX with children named X. */
function writeAny(tag: string, value: unknown, plan: Plan): string {
  const isTyped = isAnyValue(value);
  const use = parseType(isTyped ? value.anyType : typeOfValue(value));
  return writeTyped(tag, use, isTyped ? value.value : value, plan);
}

function writeTyped(tag: string, use: TypeUse, value: unknown, plan: Plan): string {
  if (use.array) return writeAnyArray(tag, use.name, value as readonly unknown[], plan);
  switch (kindOf(use.name)) {
    case 'any':
      return writeAny(tag, value, plan);
    case 'reference':
      return writeReference(tag, value as Ref, ` xsi:type="${plan.typeName('ManagedObjectReference')}"`);
    case 'data': {
      const type = plan.type((value as { _type?: string })._type ?? use.name);
      return `<${tag} xsi:type="${type.xsiType}">${writeFields(type, value as Record<string, unknown>, plan)}</${tag}>`;
    }
    default:
      return `<${tag} xsi:type="${xsdNames[use.name] ?? plan.typeName(use.name)}">${primitiveText(value)}</${tag}>`;
  }
}

function writeAnyArray(tag: string, name: string, values: readonly unknown[], plan: Plan): string {
  const kind = kindOf(name);
  const arrayType = kind === 'text' || kind === 'any' ? name.charAt(0).toUpperCase() + name.slice(1) : name;
  let content = '';
  for (const value of values) content += writeOne(name, kind, name, value, plan);
  return `<${tag} xsi:type="${plan.typeName(`ArrayOf${arrayType}`)}">${content}</${tag}>`;
}

function writeFields(type: TypePlan, value: Record<string, unknown>, plan: Plan): string {
  let content = '';
  for (const field of type.fields) {
    const member = value[field.field];
    if (member === undefined || member === null) continue;
    content += field.array
      ? writeMembers(field.tag, field.kind, field.type, member as readonly unknown[], plan)
      : writeOne(field.tag, field.kind, field.type, member, plan);
  }
  return content;
}

/** Writes one element for each member of an array. */
function writeMembers(tag: string, kind: Kind, type: string, members: readonly unknown[], plan: Plan): string {
  let content = '';
  for (const member of members) {
    const own = kind === 'data' || kind === 'any' ? (member as { _type?: string } | undefined)?._type : undefined;
    // A member whose type is newer than the client, and is not declared here as a base of it, is left out.
    if (own !== undefined && plan.type(own).hidden) continue;
    content += writeOne(tag, kind, type, member, plan);
  }
  return content;
}

/**
 * Writes a value of the given type (notation of `declare.ts`) as elements named `tag`; undefined and empty arrays give ''.
 * Fields, types and array members newer than `context.version` are left out.
 */
export function encodeValue(tag: string, type: string, value: unknown, context: EncodeContext): string {
  if (value === undefined || value === null) return '';
  const use = parseType(type);
  const kind = kindOf(use.name);
  const plan = planFor(context);
  return use.array
    ? writeMembers(tag, kind, use.name, value as readonly unknown[], plan)
    : writeOne(tag, kind, use.name, value, plan);
}

/** Writes a value as an anyType element with xsi:type. */
export function encodeAnyValue(tag: string, value: unknown, context: EncodeContext): string {
  if (value === undefined || value === null) return '';
  return writeAny(tag, value, planFor(context));
}

/** Makes a function that writes values of one type as {@link encodeAnyValue} does, for many values in a row. */
export function anyEncoder(tag: string, use: TypeUse, context: EncodeContext): (value: unknown) => string {
  const plan = planFor(context);
  const kind = kindOf(use.name);
  if (use.array || (kind !== 'text' && kind !== 'enum')) return (value) => writeTyped(tag, use, value, plan);
  const open = `<${tag} xsi:type="${xsdNames[use.name] ?? plan.typeName(use.name)}">`;
  const close = `</${tag}>`;
  return (value) => open + primitiveText(value) + close;
}

/** Writes a fault for the SOAP detail: element {Type}Fault, its own fields inside (observed). */
export function encodeFaultDetail(value: { _type: string }, context: EncodeContext): string {
  const type = planFor(context).type(value._type).name;
  const ns = context.dialect === 'pbm' && isPbmType(type) ? 'urn:pbm' : 'urn:vim25';
  const plan = planFor({ ...context, dialect: 'vim25' });
  // The name is settled by the dialect of the call, the fields are written as vim25.
  const content = writeFields(plan.type(type), value as unknown as Record<string, unknown>, plan);
  return `<${type}Fault xmlns="${ns}" xsi:type="${type}">${content}</${type}Fault>`;
}
