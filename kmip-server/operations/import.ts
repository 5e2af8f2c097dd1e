import {
  type Item,
  KeyWrapType,
  KmipError,
  type ManagedObject,
  Operation,
  operations,
  type RequestOf,
  ResultReason,
  standardAttribute,
} from '../../kmip/index.ts';
import { checkedValue, isKnownAttribute, nameHolder, nameText } from '../attributes/attribute-rules.ts';
import type { OperationContext } from '../messages/operation-context.ts';
import { findObject } from '../objects/access.ts';
import { completeObject, kindOf, type WantedAttributes } from '../objects/new-object.ts';
import { described } from '../objects/registration.ts';
import { unwrapped } from '../objects/wrapping.ts';
import { AttributeSet } from '../store/attribute-set.ts';
import { ownedObject } from '../store/owned-object.ts';
import type { DraftObject } from '../store/stored-object.ts';
import { handle } from './handler.ts';

/** KMIP 1.4 §4.41: an object with the identifier and the attributes it had elsewhere; those that are given are kept. */
export const importObject = handle(operations.import, (request, context) => {
  const { uniqueIdentifier, replaceExisting = false } = request;
  if (uniqueIdentifier === '') {
    throw new KmipError(ResultReason.InvalidField, 'Import needs a Unique Identifier that is not empty.');
  }
  checkPlace(uniqueIdentifier, replaceExisting, context);
  const { objectType } = request.object;
  const brought = withWrapType(ownedObject(request.object), request.keyWrapType, context);
  const wanted = givenAttributes(request, context);
  const material = described(brought, wanted, context);
  const attributes = new AttributeSet();
  const object: DraftObject = {
    uniqueIdentifier,
    objectType,
    owner: context.client,
    attributes,
    material,
    archived: false,
    allocated: false,
  };
  attributes.write('Unique Identifier', uniqueIdentifier);
  attributes.write('Object Type', objectType);
  for (const [name, values] of wanted) for (const value of values) attributes.add(name, value);
  completeObject(object, true, context.now);
  context.objects.put(object);
  context.placeholder = uniqueIdentifier;
  return { response: { uniqueIdentifier }, text: `Import ${kindOf(object)} → ${uniqueIdentifier}` };
});

/** KMIP 1.4 §4.41: an identifier that is taken is refused unless the object may be replaced. */
function checkPlace(uniqueIdentifier: string, mayReplace: boolean, context: OperationContext): void {
  if (!context.objects.get(uniqueIdentifier)) return;
  if (!mayReplace) {
    const shown = uniqueIdentifier.slice(0, 80);
    throw new KmipError(
      ResultReason.ObjectAlreadyExists,
      `An object has the Unique Identifier "${shown}" already; Replace Existing is not set.`,
    );
  }
  findObject(context, uniqueIdentifier, Operation.Import);
}

/** KMIP 1.4 §4.41: stored as provided unless the client asks for it to be unwrapped. */
function withWrapType(material: ManagedObject, wrapType: number | undefined, context: OperationContext): ManagedObject {
  if (wrapType !== KeyWrapType.NotWrapped || !('keyBlock' in material)) return material;
  const { keyBlock } = material;
  if (!keyBlock.keyWrappingData) return material;
  return { ...material, keyBlock: unwrapped(keyBlock, keyBlock.keyWrappingData, context) };
}

/** Set by this operation itself, or worked out from the object. */
const ownHere: ReadonlySet<string> = new Set(['Unique Identifier', 'Object Type', 'Key Value Present']);

/** The attributes as they are given: who may set them first does not matter here. KMIP 1.4 §4.41 */
function givenAttributes(
  { uniqueIdentifier, attributes, object }: RequestOf<typeof operations.import>,
  context: OperationContext,
): WantedAttributes {
  const wanted: WantedAttributes = new Map();
  for (const attribute of attributes) {
    const { attributeName: name } = attribute;
    if (!isKnownAttribute(name, context.version)) {
      throw new KmipError(ResultReason.InvalidField, `The attribute "${name.slice(0, 80)}" is not supported.`);
    }
    const value = checkedValue(attribute, object.objectType, context);
    if (ownHere.has(name)) continue;
    const present = wanted.get(name);
    if (present && standardAttribute(name)?.multipleInstances === false) {
      throw new KmipError(ResultReason.IndexOutOfBounds, `The attribute ${name} can have one instance only.`);
    }
    if (name === 'Name') checkNameFree(value, uniqueIdentifier, context);
    if (present) present.push(value);
    else wanted.set(name, [value]);
  }
  return wanted;
}

/** Names are unique in Import, too, except for that of the object which is replaced. KMIP 1.1 §3.2 */
function checkNameFree(name: Item, uniqueIdentifier: string, { objects, client }: OperationContext): void {
  const holder = nameHolder(objects, client, name);
  if (holder === undefined || holder.uniqueIdentifier === uniqueIdentifier) return;
  throw new KmipError(ResultReason.InvalidField, `The Name "${nameText(name)}" is already in use.`);
}
