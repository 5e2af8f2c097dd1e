/** What a replacement takes over from the object it replaces: Re-key, Re-key Key Pair, Re-certify. KMIP 1.1 §4.4, §4.5, §4.8 */
import { encode, type Item, KmipError, makeAttribute, ResultReason, type TemplateAttribute } from '../../kmip/index.ts';
import { hasInstances } from '../attributes/attribute-rules.ts';
import type { OperationContext } from '../messages/operation-context.ts';
import type { DraftObject, StoredObject } from '../store/stored-object.ts';
import { seconds, touch } from './life-cycle.ts';
import { storeObject, type WantedAttributes } from './new-object.ts';

/** What the tables of KMIP 1.1 §4.4, §4.5 and §4.8 give a new value or none, and what the server works out for each object. */
const ownOfEach: ReadonlySet<string> = new Set([
  'Unique Identifier',
  'Object Type',
  'Initial Date',
  'Original Creation Date',
  'Destroy Date',
  'Compromise Occurrence Date',
  'Compromise Date',
  'Revocation Reason',
  'Archive Date',
  'State',
  'Digest',
  'Fresh',
  'Link',
  'Last Change Date',
  'Random Number Generator',
  'Always Sensitive',
  'Never Extractable',
  'Key Value Present',
  'Key Value Location',
]);

/** What a request without a Template-Attribute asks for. */
export const noAttributes: TemplateAttribute = { names: [], attributes: [] };

const dates = ['Activation Date', 'Process Start Date', 'Protect Stop Date', 'Deactivation Date'] as const;

/** Checks that an object can be replaced. Throws Permission Denied, Item Not Found, Key Value Not Present. KMIP 1.1 §11.5 */
export function checkReplaceable(old: StoredObject, objectType: number, refusal: string): void {
  if (old.objectType !== objectType) throw new KmipError(ResultReason.PermissionDenied, refusal);
  const { material, uniqueIdentifier } = old;
  if (material === undefined) {
    throw new KmipError(ResultReason.ItemNotFound, `The object ${uniqueIdentifier} was destroyed.`);
  }
  if ('keyBlock' in material && material.keyBlock.keyValue === undefined) {
    throw new KmipError(ResultReason.KeyValueNotPresent, `The value of the key ${uniqueIdentifier} is not held here.`);
  }
}

/**
 * Attributes of the replacement: the old object's, its dates shifted by the Offset, and those that the client asked for, which
 * go before. Instances add up, the old ones first (OASIS TC-REKEY-1-10) unless `askedFirst` (OASIS TC-134-12).
 * Throws Invalid Message for an Offset together with dates, Illegal Operation for one without an Activation Date to shift.
 *
 * @param options.offset seconds from the replacement's Initial Date to its Activation Date
 * @param options.ownOfKind further attributes that each object of this kind has for itself
 */
export function replacementAttributes(
  old: StoredObject,
  asked: WantedAttributes,
  now: number,
  { offset, ownOfKind = new Set(), askedFirst = false }: ReplacementOptions,
): WantedAttributes {
  const taken: WantedAttributes = new Map();
  for (const name of old.attributes.names) {
    if (ownOfEach.has(name) || ownOfKind.has(name)) continue;
    taken.set(
      name,
      old.attributes.instances(name).map(({ value }) => value),
    );
  }
  if (offset !== undefined) shiftDates(taken, asked, old, seconds(now) + offset);
  return askedFirst ? merged(merged(asked, taken), asked) : merged(taken, asked);
}

interface ReplacementOptions {
  offset?: number | undefined;
  ownOfKind?: ReadonlySet<string>;
  askedFirst?: boolean;
}

/** KMIP 1.1 §4.4: Activation Date = Initial Date + Offset, the other dates keep their distance from it. */
function shiftDates(
  taken: WantedAttributes,
  asked: WantedAttributes,
  { attributes }: StoredObject,
  newActivation: number,
): void {
  if (dates.some((name) => asked.has(name))) {
    throw new KmipError(
      ResultReason.InvalidMessage,
      'The request has an Offset and dates; it may have one of the two.',
    );
  }
  const activation = attributes.read('Activation Date');
  if (activation === undefined) {
    throw new KmipError(
      ResultReason.IllegalOperation,
      'An Offset needs an object with an Activation Date, and this one has none.',
    );
  }
  const shift = newActivation - activation;
  for (const name of dates) {
    const date = attributes.read(name);
    if (date !== undefined) taken.set(name, [makeAttribute(name, date + shift).attributeValue as Item]);
  }
}

/** Attributes of two sources: of several instances each value once, of a single one the later. */
export function merged(first: WantedAttributes, second: WantedAttributes): WantedAttributes {
  const all: WantedAttributes = new Map(first);
  for (const [name, values] of second) {
    const present = all.get(name);
    if (!present || !hasInstances(name)) all.set(name, values);
    else all.set(name, [...present, ...values.filter((value) => !present.some((other) => isSame(value, other)))]);
  }
  return all;
}

function isSame(one: Item, other: Item): boolean {
  return encode(one).equals(encode(other));
}

/**
 * Stores a replacement; the old object gives up its Names. KMIP 1.1 §4.4. The ID Placeholder is the replacement afterwards.
 * Throws Invalid Field for a Name that is taken.
 */
export function storeReplacement(
  old: DraftObject,
  parts: Parameters<typeof storeObject>[0],
  context: OperationContext,
): DraftObject {
  for (const { index } of old.attributes.instances('Name')) old.attributes.remove('Name', index);
  touch(old, context.now);
  return storeObject(parts, context);
}
