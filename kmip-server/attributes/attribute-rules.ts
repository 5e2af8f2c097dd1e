/** What a client may do with an attribute: the tables of KMIP 1.1 §3, and the result reasons of §11 for each operation. */
import {
  type Attribute,
  type Item,
  ItemType,
  isCustomAttribute,
  KmipError,
  type ProtocolVersion,
  ResultReason,
  type StandardAttribute,
  State,
  standardAttribute,
} from '../../kmip/index.ts';
import type { OperationContext } from '../messages/operation-context.ts';
import type { ReadableObjects } from '../store/object-layer.ts';
import { ownBytes } from '../store/own-bytes.ts';
import type { StoredObject } from '../store/stored-object.ts';
import { strangeEnumeration } from './attribute-enumerations.ts';

/** Set by the client in Create and Register although the tables name the server. KMIP 1.1 §4.1, §4.3 */
const givenAtCreation: ReadonlySet<string> = new Set([
  'Cryptographic Algorithm',
  'Cryptographic Length',
  'Certificate Type',
]);

const shownNameLength = 80;

function shown(name: string): string {
  return `"${name.slice(0, shownNameLength)}"`;
}

function refuse(reason: ResultReason, message: string): never {
  throw new KmipError(reason, message);
}

/** Whether an attribute name means something at a version: standard, or custom. */
export function isKnownAttribute(name: string, version: ProtocolVersion): boolean {
  return isCustomAttribute(name) || standardAttribute(name, version) !== undefined;
}

/**
 * Checks shape and content of a value that a client gives.
 * @returns the value, on bytes of its own
 */
export function checkedValue(
  attribute: Attribute,
  objectType: number,
  { services, version }: Pick<OperationContext, 'services' | 'version'>,
): Item {
  const { attributeName: name, attributeValue: value } = attribute;
  if (value === undefined) refuse(ResultReason.InvalidMessage, `The attribute ${shown(name)} has no value.`);
  if (isCustomAttribute(name)) {
    // KMIP 1.1 §3.39: a custom attribute may be a structure, but without structures in it.
    if (value.type === ItemType.Structure && value.value.some(({ type }) => type === ItemType.Structure)) {
      refuse(ResultReason.InvalidField, `The custom attribute ${shown(name)} holds a structure within a structure.`);
    }
    return ownBytes(value);
  }
  const decoded = standardAttribute(name, version)?.codec.decode(value, { version });
  const strange = strangeEnumeration(name, value, version);
  if (strange) refuse(ResultReason.InvalidField, `The attribute ${shown(name)} has the unknown value ${strange}.`);
  if (name === 'Operation Policy Name' && !services.isPolicy(String(decoded), objectType)) {
    refuse(ResultReason.InvalidField, `There is no Operation Policy Name ${shown(String(decoded))} for this object.`);
  }
  return ownBytes(value);
}

/** Checks an attribute of a Template-Attribute in Create or Register. KMIP 1.1 §11.2, §11.4: Invalid Field */
export function checkAtCreation(attribute: Attribute, objectType: number, version: ProtocolVersion): void {
  const name = attribute.attributeName;
  if (isCustomAttribute(name)) {
    if (name.startsWith('y-')) refuse(ResultReason.InvalidField, serverAttribute(name));
    return;
  }
  const rules = standardAttribute(name, version);
  if (!rules) refuse(ResultReason.InvalidField, `The attribute ${shown(name)} is not supported.`);
  if (!rules.appliesTo.has(objectType)) {
    refuse(ResultReason.InvalidField, `The attribute ${shown(name)} does not apply to this type of object.`);
  }
  if (rules.initiallySetBy === 'server' && !givenAtCreation.has(name)) {
    refuse(ResultReason.InvalidField, `The attribute ${shown(name)} is set by the server only.`);
  }
}

/** Whether an attribute may have several instances. Custom attributes may. KMIP 1.1 §3.39 */
export function hasInstances(name: string): boolean {
  return standardAttribute(name)?.multipleInstances ?? true;
}

/** Instances that one attribute may have here. The standard leaves the limit to the server (assumed). */
const maxInstances = 1000;

/** Throws Index Out of Bounds when an attribute has as many instances as it may have. KMIP 1.1 §11.2, §11.15 */
export function checkInstances(name: string, present: number): void {
  if (present < maxInstances) return;
  refuse(ResultReason.IndexOutOfBounds, `The attribute ${shown(name)} may have ${maxInstances} instances at most.`);
}

function serverAttribute(name: string): string {
  return `The attribute ${shown(name)} belongs to the server: clients name their own with x-.`;
}

/** Attributes that a client may add to an object that lacks them, but then not change. KMIP 1.2 §3.43, 1.3 §3.44 */
const addedOnce: ReadonlySet<string> = new Set(['Original Creation Date', 'Random Number Generator']);

/** Checks that a client may add an attribute. KMIP 1.1 §11.15: Permission Denied */
export function checkAddable(object: StoredObject, name: string, version: ProtocolVersion, now: number): void {
  const applies = standardAttribute(name, version)?.appliesTo.has(object.objectType);
  if (addedOnce.has(name) && applies && !object.attributes.has(name)) return;
  checkChangeable(object, name, version, now);
}

/** Checks that a client may change an attribute. KMIP 1.1 §11.16: Permission Denied */
export function checkChangeable(object: StoredObject, name: string, version: ProtocolVersion, now: number): void {
  if (isCustomAttribute(name)) {
    if (name.startsWith('y-')) refuse(ResultReason.PermissionDenied, serverAttribute(name));
    return;
  }
  const rules = standardAttribute(name, version);
  if (!rules?.appliesTo.has(object.objectType)) {
    refuse(ResultReason.PermissionDenied, `The attribute ${shown(name)} is not supported for this object.`);
  }
  const reason = forbidden(rules.modifiableByClient, object, name, now);
  if (reason) refuse(ResultReason.PermissionDenied, `The attribute ${shown(name)} ${reason}.`);
}

/** Checks that a client may delete an attribute. KMIP 1.1 §11.17: Permission Denied */
export function checkDeletable(object: StoredObject, name: string, now: number): void {
  if (isCustomAttribute(name)) {
    if (name.startsWith('y-')) refuse(ResultReason.PermissionDenied, serverAttribute(name));
    return;
  }
  const rules = standardAttribute(name);
  if (!rules || rules.always) {
    refuse(ResultReason.PermissionDenied, `The attribute ${shown(name)} is required and cannot be deleted.`);
  }
  const reason = forbidden(rules.deletableByClient, object, name, now);
  if (reason) refuse(ResultReason.PermissionDenied, `The attribute ${shown(name)} ${reason}.`);
}

/** Why a permission of the tables is not given now; undefined when it is. */
function forbidden(
  permission: StandardAttribute['modifiableByClient'],
  object: StoredObject,
  name: string,
  now: number,
): string | undefined {
  const state = object.attributes.read('State');
  const preActive = state === undefined || state === State.PreActive;
  const inUse = preActive || state === State.Active;
  switch (permission) {
    case false:
      return 'is read-only for clients';
    case 'unactivated':
      return preActive ? undefined : 'can be changed only while the object is Pre-Active';
    case 'undeactivated':
      return inUse ? undefined : 'can be changed only while the object is Pre-Active or Active';
    case 'not-reached':
      return inUse && !isReached(object, name, now)
        ? undefined
        : 'can be changed only before it is reached, while the object is Pre-Active or Active';
    // KMIP 1.1 §3.21
    case 'unallocated':
      return object.allocated ? 'cannot be changed any more: usage was allocated' : undefined;
    // Clients' custom attributes were dealt with before.
    case true:
    case 'own':
    case 'no-data':
      return undefined;
  }
}

function isReached(object: StoredObject, name: string, now: number): boolean {
  const value = object.attributes.instances(name)[0]?.value;
  return value?.type === ItemType.DateTime && Number(value.value) * 1000 <= now;
}

/**
 * Process Start Date and Protect Stop Date lie between Activation and Deactivation Date, but not in an order of their own
 * (OASIS CS-BC-M-14-12).
 */
const dateOrder = [
  ['Activation Date', 'Process Start Date'],
  ['Activation Date', 'Protect Stop Date'],
  ['Activation Date', 'Deactivation Date'],
  ['Process Start Date', 'Deactivation Date'],
  ['Protect Stop Date', 'Deactivation Date'],
] as const;

/** KMIP 1.1 §3.24 to §3.27: the order of the dates of a key's use. Throws Invalid Field. */
export function checkDates({ attributes }: StoredObject): void {
  for (const [first, second] of dateOrder) {
    const [before, after] = [attributes.read(first), attributes.read(second)];
    if (before !== undefined && after !== undefined && after < before) {
      refuse(ResultReason.InvalidField, `${second} is earlier than ${first}.`);
    }
  }
}

/**
 * KMIP 1.1 §3.2: a Name belongs to one object of a domain, here the objects of one client that are not destroyed.
 * @returns the object that has the name already
 */
export function nameHolder(objects: ReadableObjects, owner: string, name: Item): StoredObject | undefined {
  for (const object of objects.having('Name', nameText(name) ?? '') ?? []) {
    if (object.owner === owner && object.material !== undefined) return object;
  }
  return undefined;
}

/** The Name Value of a Name. */
export function nameText(name: Item): string | undefined {
  const first = name.type === ItemType.Structure ? name.value[0] : undefined;
  return first?.type === ItemType.TextString ? first.value : undefined;
}
