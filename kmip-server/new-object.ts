import {
  type Attribute,
  enumEntries,
  enumKey,
  type Item,
  KmipError,
  type ManagedObject,
  ObjectType,
  Operation,
  ResultReason,
  State,
  type TemplateAttribute,
} from '../kmip/index.ts';
import { isAllowed } from './access.ts';
import { checkAtCreation, checkDates, checkedValue, hasInstances, nameHolder, nameText } from './attribute-rules.ts';
import { digestOf, hasDigest } from './digest.ts';
import { seconds, settle } from './life-cycle.ts';
import type { OperationContext } from './operation-context.ts';
import { AttributeSet } from './store/attribute-set.ts';
import { type DraftObject, isCryptographic, type StoredObject } from './store/stored-object.ts';

/** Attributes that a client asked for, by name, in the order of the request. */
export type WantedAttributes = Map<string, Item[]>;

/**
 * The attributes of a Template-Attribute: those of the named templates, in order, then the explicit ones. A later value
 * of a single-instance attribute replaces that of an earlier template; instances of the others add up. KMIP 1.1 §2.1.8
 */
export function wantedAttributes(
  template: TemplateAttribute,
  objectType: number,
  context: OperationContext,
): WantedAttributes {
  const wanted: WantedAttributes = new Map();
  for (const { nameValue } of template.names) {
    merge(wanted, templateAttributes(nameValue, context), objectType, context);
  }
  merge(wanted, template.attributes, objectType, context);
  return wanted;
}

function merge(
  wanted: WantedAttributes,
  attributes: readonly Attribute[],
  objectType: number,
  context: OperationContext,
): void {
  const seen = new Set<string>();
  for (const attribute of attributes) {
    const name = attribute.attributeName;
    checkAtCreation(attribute, objectType, context.version);
    const value = checkedValue(attribute, objectType, context.version);
    if (hasInstances(name)) {
      const list = wanted.get(name);
      if (list) list.push(value);
      else wanted.set(name, [value]);
      continue;
    }
    if (seen.has(name)) {
      throw new KmipError(ResultReason.IndexOutOfBounds, `The attribute ${name} can have one instance only.`);
    }
    seen.add(name);
    wanted.set(name, [value]);
  }
}

/** KMIP 1.1 §11.2: a template that is not there is an Item Not Found. */
function templateAttributes(name: string, context: OperationContext): Attribute[] {
  for (const object of context.objects.having('Name', name) ?? []) {
    if (object.material?.objectType !== ObjectType.Template) continue;
    if (isAllowed(object, context.client, Operation.Get)) return object.material.attributes;
  }
  throw new KmipError(ResultReason.ItemNotFound, `There is no template named "${name.slice(0, 80)}".`);
}

/**
 * Completes and stores an object that Create or Register makes: the server's own attributes, dates, digest, State.
 * Throws Invalid Field for a Name that is taken and for dates out of order.
 */
export function storeObject(
  parts: { objectType: number; material: ManagedObject; wanted: WantedAttributes },
  context: OperationContext,
): DraftObject {
  const { objectType, material, wanted } = parts;
  const { services, objects, client, now } = context;
  for (const name of wanted.get('Name') ?? []) {
    if (nameHolder(objects, client, name)) {
      throw new KmipError(ResultReason.InvalidField, `The Name "${nameText(name)}" is already in use.`);
    }
  }
  const attributes = new AttributeSet();
  const object: DraftObject = {
    uniqueIdentifier: services.newIdentifier(),
    objectType,
    owner: client,
    attributes,
    material,
    archived: false,
    allocated: false,
  };
  attributes.write('Unique Identifier', object.uniqueIdentifier);
  attributes.write('Object Type', objectType);
  for (const [name, values] of wanted) for (const value of values) attributes.add(name, value);
  completeUsageLimits(attributes);
  if (!attributes.has('Operation Policy Name')) attributes.write('Operation Policy Name', 'default');
  if (hasDigest(material)) attributes.defer('Digest', () => digestOf(material));
  attributes.write('Initial Date', seconds(now));
  if (isCryptographic(objectType)) {
    attributes.write('State', State.PreActive);
    // KMIP 1.1 §3.34: fresh until it is served for the first time.
    attributes.write('Fresh', true);
  }
  attributes.write('Last Change Date', seconds(now));
  checkDates(object);
  settle(object, now);
  objects.put(object);
  context.placeholder = object.uniqueIdentifier;
  return object;
}

/** KMIP 1.1 §3.21: the client sets the Total, the server then sets the Count to the same value. */
function completeUsageLimits(attributes: AttributeSet): void {
  const limits = attributes.read('Usage Limits');
  if (limits) attributes.write('Usage Limits', { ...limits, usageLimitsCount: limits.usageLimitsTotal });
}

/** `SymmetricKey` as words: `Symmetric Key`. */
const typeNames = new Map(
  enumEntries('ObjectType').map(({ code, key }) => [code, key.replace(/([a-z])([A-Z])/g, '$1 $2')]),
);

/** `AES-256`, `RSA-2048 Private Key`, `Secret Data`: how an object is called in the journal. */
export function kindOf(object: StoredObject): string {
  const type = typeNames.get(object.objectType) ?? 'object';
  const algorithm = object.attributes.read('Cryptographic Algorithm');
  if (algorithm === undefined) return type;
  const name = `${enumKey('CryptographicAlgorithm', algorithm)}-${object.attributes.read('Cryptographic Length') ?? '?'}`;
  return object.objectType === ObjectType.SymmetricKey ? name : `${name} ${type}`;
}
