import { invalidArgument, invalidType } from './fault.ts';
import {
  dataDeclaration,
  enumValues,
  type Field,
  fieldsOf,
  isSubtype,
  managedDeclaration,
  type TypeUse,
  typeSince,
} from './registry.ts';
import type { Ref } from './values.ts';
import { isKnown } from './version.ts';
import type { XmlElement } from './xml.ts';

/** How a request is read. */
export interface DecodeContext {
  /** API version of the request: what is newer does not exist for it. Observed in answers, assumed in requests. */
  readonly version: string;
  /** Told about everything in a request that is not known; nothing of it stops the call. */
  readonly unknown: (what: string) => void;
}

/**
 * Types that mean nothing when a required field is missing. Of other types clients send parts only (observed: a
 * KmipServerInfo with just its name), so those are taken as they come.
 */
const completeTypes = new Set([
  'ObjectSpec',
  'PropertySpec',
  'TraversalSpec',
  'VirtualDeviceConfigSpec',
  'EventFilterSpecByEntity',
  'VirtualMachineDefinedProfileSpec',
  'VirtualMachineRelocateSpecDiskLocator',
  'OptionValue',
  'Permission',
  'AlarmSpec',
  'AlarmInfo',
  'EventAlarmExpression',
  'StateAlarmExpression',
  'PbmServerObjectRef',
  'PbmProfileId',
  'PbmProfileResourceType',
  'PbmPlacementCapabilityProfileRequirement',
]);

const emptyPlaces = new Set(['string', 'anyType', 'base64Binary']);

/** XML Schema Part 2 §3.3: sizes of the integers. */
const integerBits = { byte: 8, short: 16, int: 32, long: 64 };

/** XML Schema Part 2 §3.2.7; the zone, which may be missing. */
const dateTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(Z|[+-]\d\d:\d\d|)$/;

/** Decodes one primitive value; InvalidArgument naming `path` when the text does not fit the type. */
function decodePrimitive(type: string, text: string, path: string): unknown {
  const trimmed = text.trim();
  switch (type) {
    case 'string':
    case 'anyURI':
      return text;
    case 'boolean':
      if (trimmed === 'true' || trimmed === '1') return true;
      if (trimmed === 'false' || trimmed === '0') return false;
      throw invalidArgument(path);
    case 'int':
    case 'short':
    case 'byte':
    case 'long': {
      if (!/^[+-]?\d{1,50}$/.test(trimmed)) throw invalidArgument(path);
      const value = BigInt(trimmed.replace(/^\+/, ''));
      if (BigInt.asIntN(integerBits[type], value) !== value) throw invalidArgument(path);
      return Number(value);
    }
    case 'float':
    case 'double': {
      const value = Number(trimmed);
      if (trimmed === '' || Number.isNaN(value)) throw invalidArgument(path);
      return value;
    }
    case 'dateTime': {
      const zone = dateTime.exec(trimmed)?.[1];
      // assumed: without a zone it is UTC
      const value = new Date(zone === '' ? `${trimmed}Z` : trimmed);
      if (zone === undefined || Number.isNaN(value.getTime())) throw invalidArgument(path);
      return value;
    }
    case 'base64Binary':
      return trimmed;
    default:
      return undefined;
  }
}

/**
 * Every managed type is declared, too; what is taken here may be read by other clients, in a fault or as the subject of a task.
 * @throws InvalidType for no type, or another one than is declared; whether the object exists is the method's business
 */
function decodeReference(element: XmlElement, path: string, target?: string): Ref {
  const { type } = element.attributes;
  if (!type || !managedDeclaration(type) || (target !== undefined && !isSubtype(type, target))) throw invalidType(path);
  return { type, value: element.text.trim() };
}

function decodeAny(element: XmlElement, path: string, context: DecodeContext): unknown {
  const type = element.xsiType;
  if (type === undefined) return element.attributes.type === undefined ? element.text : decodeReference(element, path);
  if (type.startsWith('ArrayOf')) {
    const memberType = type.slice('ArrayOf'.length);
    const name = memberType.charAt(0).toLowerCase() + memberType.slice(1);
    const use = { name: dataDeclaration(memberType) || memberType === 'ManagedObjectReference' ? memberType : name };
    return element.children.map((member) =>
      decodeOne({ ...use, array: false, optional: false }, member, path, context),
    );
  }
  return decodeOne({ name: type, array: false, optional: false }, element, path, context);
}

const requiredArraysOf = new Map<string, readonly string[]>();

/** The arrays that a type always has, with elements or without. */
function requiredArrays(type: string, fields: ReadonlyMap<string, Field>): readonly string[] {
  let names = requiredArraysOf.get(type);
  if (!names) {
    names = [...fields.values()].filter(({ array, optional }) => array && !optional).map(({ field }) => field);
    requiredArraysOf.set(type, names);
  }
  return names;
}

function decodeOne(use: TypeUse, element: XmlElement, path: string, context: DecodeContext): unknown {
  if (use.name === 'ManagedObjectReference') return decodeReference(element, path, use.target);
  if (use.name === 'anyType') return decodeAny(element, path, context);
  const values = enumValues(use.name);
  if (values) {
    const text = element.text.trim();
    if (!values.includes(text)) throw invalidArgument(path);
    return text;
  }
  if (!dataDeclaration(use.name)) return decodePrimitive(use.name, element.text, path);
  let type = use.name;
  if (element.xsiType !== undefined && element.xsiType !== type) {
    // The whole API is declared: what is not known is no type of it.
    if (!dataDeclaration(element.xsiType) || !isSubtype(element.xsiType, type)) throw invalidType(path);
    type = element.xsiType;
  }
  if (!isKnown(typeSince(type), context.version)) throw invalidType(path);
  const fields = fieldsOf(type);
  const object = decodeFields(type, fields, element, path, context);
  // An array without elements leaves nothing in a message (vcenter.md 2.1).
  for (const name of requiredArrays(type, fields)) object[name] ??= [];
  if (completeTypes.has(type)) {
    for (const field of fields.values()) {
      if (object[field.field] === undefined && !field.optional && !field.array)
        throw invalidArgument(`${path}.${field.field}`);
    }
  }
  return object;
}

/**
 * Decodes the children of an element into an object. Unknown elements are reported and left out; an empty element of a
 * type that cannot be empty counts as absent, as clients write unset values that way.
 */
export function decodeFields(
  type: string | undefined,
  fields: ReadonlyMap<string, TypeUse>,
  element: XmlElement,
  path: string,
  context: DecodeContext,
): Record<string, unknown> {
  const object: Record<string, unknown> = type === undefined ? {} : { _type: type };
  for (const member of element.children) {
    if (type === undefined && member.name === '_this') continue;
    const use = fields.get(member.name);
    const memberPath = path === '' ? member.name : `${path}.${member.name}`;
    if (!use || !isKnown(use.since, context.version)) {
      if (member.name !== 'dynamicType' && member.name !== 'dynamicProperty') context.unknown(`element ${memberPath}`);
      continue;
    }
    const blank = member.children.length === 0 && member.text.trim() === '' && member.xsiType === undefined;
    if (blank && !use.array && !emptyPlaces.has(use.name) && !dataDeclaration(use.name)) continue;
    const value = decodeOne(use, member, memberPath, context);
    if (use.array) {
      const list = (object[member.name] as unknown[] | undefined) ?? [];
      list.push(value);
      object[member.name] = list;
    } else {
      object[member.name] = value;
    }
  }
  return object;
}
