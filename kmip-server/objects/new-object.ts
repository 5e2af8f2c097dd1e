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
} from '../../kmip/index.ts';
import { completedValue } from '../attributes/attribute-completion.ts';
import {
  checkAtCreation,
  checkDates,
  checkedValue,
  checkInstances,
  hasInstances,
  nameHolder,
  nameText,
} from '../attributes/attribute-rules.ts';
import { digestOf, hasDigest } from '../attributes/digest.ts';
import { randomNumberGenerator } from '../attributes/random-number-generator.ts';
import { setSensitivity } from '../attributes/sensitivity.ts';
import type { OperationContext } from '../messages/operation-context.ts';
import { AttributeSet } from '../store/attribute-set.ts';
import { type DraftObject, isCryptographic, type StoredObject } from '../store/stored-object.ts';
import { isAllowed } from './access.ts';
import { seconds, settle } from './life-cycle.ts';

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
    addWanted(wanted, templateAttributes(nameValue, context), objectType, context);
  }
  addWanted(wanted, template.attributes, objectType, context);
  return wanted;
}

/** Adds attributes of one source, checked. Throws Invalid Field, Index Out of Bounds. */
export function addWanted(
  wanted: WantedAttributes,
  attributes: readonly Attribute[],
  objectType: number,
  context: OperationContext,
): void {
  const seen = new Set<string>();
  for (const attribute of attributes) {
    const name = attribute.attributeName;
    checkAtCreation(attribute, objectType, context.version);
    const value = checkedValue(attribute, objectType, context);
    if (hasInstances(name)) {
      const list = wanted.get(name);
      checkInstances(name, list?.length ?? 0);
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

/**
 * What a template gives to an object; a Name inside a template is the template's own (OASIS TC-312-10).
 * KMIP 1.1 §11.2: a template that is not there is an Item Not Found, one that is archived an Object Archived.
 */
function templateAttributes(name: string, context: OperationContext): Attribute[] {
  for (const object of context.objects.having('Name', name) ?? []) {
    if (object.material?.objectType !== ObjectType.Template) continue;
    if (!isAllowed(object, context, Operation.Get)) continue;
    if (object.archived) throw new KmipError(ResultReason.ObjectArchived, `The template "${name}" is archived.`);
    return object.material.attributes.filter(({ attributeName }) => attributeName !== 'Name');
  }
  throw new KmipError(ResultReason.ItemNotFound, `There is no template named "${name.slice(0, 80)}".`);
}

/** A Unique Identifier that no object has: a server with the same seed may have used the same store before. */
function freeIdentifier({ services, objects }: OperationContext): string {
  for (;;) {
    const identifier = services.newIdentifier();
    if (objects.get(identifier) === undefined) return identifier;
  }
}

/**
 * Completes and stores an object that an operation makes: the server's own attributes, dates, digest, State.
 * Throws Invalid Field for a Name that is taken and for dates out of order.
 *
 * @param parts.registered the client brought the object: nothing is claimed of its origin
 */
export function storeObject(
  parts: { objectType: number; material: ManagedObject; wanted: WantedAttributes; registered?: boolean },
  context: OperationContext,
): DraftObject {
  const { objectType, material, wanted, registered = false } = parts;
  const { services, objects, client, now } = context;
  checkNames(wanted.get('Name') ?? [], context);
  const attributes = new AttributeSet();
  const object: DraftObject = {
    uniqueIdentifier: freeIdentifier(context),
    objectType,
    owner: client,
    attributes,
    material,
    archived: false,
    allocated: false,
  };
  attributes.write('Unique Identifier', object.uniqueIdentifier);
  attributes.write('Object Type', objectType);
  for (const [name, values] of wanted) {
    for (const value of values) attributes.add(name, completedValue(name, value, context));
  }
  // The table names cryptographic objects only; OASIS TC-312-12 shows a template with one. KMIP 1.1 §3.20
  if (services.leaseTime > 0 && !attributes.has('Lease Time')) attributes.write('Lease Time', services.leaseTime);
  completeObject(object, registered, now);
  objects.put(object);
  context.placeholder = object.uniqueIdentifier;
  return object;
}

/** Sets what the server sets and the object lacks, and makes the changes of State that are due. Throws Invalid Field. */
export function completeObject(object: DraftObject, registered: boolean, now: number): void {
  const { attributes, objectType, material } = object;
  const date = seconds(now);
  if (!attributes.has('Operation Policy Name')) attributes.write('Operation Policy Name', 'default');
  if (material && hasDigest(material) && !attributes.has('Digest'))
    attributes.defer('Digest', () => digestOf(material));
  if (!attributes.has('Initial Date')) attributes.write('Initial Date', date);
  if (!registered) setOrigin(object);
  // KMIP 1.2 §3.41
  if (material && 'keyBlock' in material && !material.keyBlock.keyValue) attributes.write('Key Value Present', false);
  if (isCryptographic(objectType)) {
    if (!attributes.has('State')) attributes.write('State', State.PreActive);
    // KMIP 1.1 §3.34: fresh until it is served for the first time.
    if (!attributes.has('Fresh')) attributes.write('Fresh', true);
  }
  setSensitivity(attributes);
  if (!attributes.has('Last Change Date')) attributes.write('Last Change Date', date);
  checkDates(object);
  settle(object, now);
}

/** Of an object that the server itself has made. KMIP 1.2 §3.43, 1.3 §3.44 */
function setOrigin({ attributes, objectType }: DraftObject): void {
  const created = attributes.read('Initial Date');
  if (created !== undefined && !attributes.has('Original Creation Date')) {
    attributes.write('Original Creation Date', created);
  }
  if (generated.has(objectType) && !attributes.has('Random Number Generator')) {
    attributes.add('Random Number Generator', randomNumberGenerator);
  }
}

/** Objects that the server draws by chance. */
const generated: ReadonlySet<number> = new Set([ObjectType.SymmetricKey, ObjectType.PrivateKey, ObjectType.PublicKey]);

/** KMIP 1.1 §11.2: a Name that another object of the client has, or that stands twice, is an Invalid Field. */
function checkNames(names: readonly Item[], { objects, client }: OperationContext): void {
  const texts = new Set<string | undefined>();
  for (const name of names) {
    const text = nameText(name);
    if (texts.has(text) || nameHolder(objects, client, name)) {
      throw new KmipError(ResultReason.InvalidField, `The Name "${text}" is already in use.`);
    }
    texts.add(text);
  }
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
