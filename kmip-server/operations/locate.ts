import {
  type Attribute,
  enumCode,
  type Item,
  ItemType,
  KmipError,
  makeAttribute,
  maskCode,
  ObjectGroupMember,
  ObjectType,
  Operation,
  operations,
  type RequestOf,
  ResultReason,
  StorageStatusMask,
} from '../../kmip/index.ts';
import { isKnownAttribute } from '../attributes/attribute-rules.ts';
import type { OperationContext } from '../messages/operation-context.ts';
import { isAllowed, isTypeKnown } from '../objects/access.ts';
import { wantedAttributes } from '../objects/new-object.ts';
import { createSymmetricKey } from '../objects/symmetric-key.ts';
import { indexText } from '../store/attribute-index.ts';
import type { StoredObject } from '../store/stored-object.ts';
import { handle } from './handler.ts';

/**
 * A destroyed object is found only by a client that asks for one of these (assumed; OASIS SKFF-M-5-10 does not find it by its
 * Unique Identifier).
 */
const namesDestroyed: ReadonlySet<string> = new Set(['State', 'Destroy Date']);

/** KMIP 1.1 §4.9, §11.10 */
export const locate = handle(operations.locate, (request, context) => {
  const { services, version } = context;
  const attributes = [...request.attributes, ...(request.templateAttribute?.attributes ?? [])];
  for (const { attributeName } of attributes) {
    if (!isKnownAttribute(attributeName, version)) {
      const shown = attributeName.slice(0, 80);
      throw new KmipError(ResultReason.InvalidField, `The attribute "${shown}" is not known.`);
    }
  }
  const found = foundObjects(request, attributes, context);
  if (services.assumed.locateOrder === 'newest-first') found.reverse();
  const offset = checkCount('Offset Items', request.offsetItems) ?? 0;
  const most = checkCount('Maximum Items', request.maximumItems);
  const uniqueIdentifiers = found.slice(offset, most === undefined ? undefined : offset + most);
  context.placeholder = uniqueIdentifiers.length === 1 ? uniqueIdentifiers[0] : undefined;
  return {
    response: { locatedItems: found.length, uniqueIdentifiers },
    text: `Locate${describe(attributes)} → ${uniqueIdentifiers.length} found`,
  };
});

function checkCount(name: string, count: number | undefined): number | undefined {
  if (count === undefined || count >= 0) return count;
  throw new KmipError(ResultReason.InvalidField, `${name} cannot be ${count}.`);
}

type LocateRequest = RequestOf<typeof operations.locate>;

function foundObjects(request: LocateRequest, attributes: readonly Attribute[], context: OperationContext): string[] {
  const { objectGroupMember: member } = request;
  const criteria = criteriaOf(attributes);
  const wantsDestroyed = attributes.some(({ attributeName }) => namesDestroyed.has(attributeName));
  const wantsFresh = member === ObjectGroupMember.GroupMemberFresh;
  // KMIP 1.1 §4.9: an absent mask means on-line storage.
  const storage = request.storageStatusMask ?? StorageStatusMask.OnLineStorage;
  const found: string[] = [];
  for (const object of candidates(criteria, context)) {
    const place = object.archived ? StorageStatusMask.ArchivalStorage : StorageStatusMask.OnLineStorage;
    if ((storage & place) === 0 || (object.material === undefined && !wantsDestroyed)) continue;
    if (!isTypeKnown(object, context) || !isAllowed(object, context, Operation.Locate)) continue;
    if (wantsFresh && object.attributes.read('Fresh') !== true) continue;
    if (criteria.every((criterion) => fits(object, criterion))) found.push(object.uniqueIdentifier);
  }
  return member === undefined ? found : groupMembers(member, found, criteria, context);
}

/**
 * KMIP 1.1 §4.9: fresh objects of an Object Group, of which the server may make another when there is none, or its default
 * object, which is the next in turn.
 */
function groupMembers(
  member: number,
  found: string[],
  criteria: readonly Criterion[],
  context: OperationContext,
): string[] {
  const group = criteria.find(({ name }) => name === 'Object Group')?.values[0]?.value;
  if (typeof group !== 'string') {
    throw new KmipError(
      ResultReason.InvalidField,
      'An Object Group Member is asked for, but no Object Group is named.',
    );
  }
  const { services } = context;
  if (member === ObjectGroupMember.GroupMemberDefault) {
    const next = context.once(() => services.groupTurns.next(group, found));
    return next === undefined ? [] : [next];
  }
  const isReplenished = found.length === 0 && group === services.assumed.replenishedGroup.name;
  return isReplenished ? replenished(criteria, context) : found;
}

/** A new key for the group that never runs out, if it is what the client looks for. */
function replenished(criteria: readonly Criterion[], context: OperationContext): string[] {
  const { name, cryptographicAlgorithm, cryptographicLength, usages } = context.services.assumed.replenishedGroup;
  const attributes = [
    makeAttribute('Cryptographic Algorithm', enumCode('CryptographicAlgorithm', cryptographicAlgorithm) ?? 0),
    makeAttribute('Cryptographic Length', cryptographicLength),
    makeAttribute(
      'Cryptographic Usage Mask',
      usages.reduce((mask, usage) => mask | (maskCode('CryptographicUsageMask', usage) ?? 0), 0),
    ),
    makeAttribute('Object Group', name),
  ];
  const key = createSymmetricKey(
    wantedAttributes({ names: [], attributes }, ObjectType.SymmetricKey, context),
    context,
  );
  if (criteria.every((criterion) => fits(key, criterion))) return [key.uniqueIdentifier];
  context.objects.remove(key.uniqueIdentifier);
  return [];
}

/** The objects that need looking at: those of the rarest indexed text among the criteria, else all. */
function candidates(criteria: readonly Criterion[], { objects }: OperationContext): Iterable<StoredObject> {
  let best: { name: string; text: string } | undefined;
  let fewest = Number.POSITIVE_INFINITY;
  for (const { name, values } of criteria) {
    const identifier = name === 'Unique Identifier' ? values[0]?.value : undefined;
    if (typeof identifier === 'string') {
      const object = objects.get(identifier);
      return object ? [object] : [];
    }
    const text = values[0] && indexText(name, values[0]);
    const count = text === undefined ? fewest : objects.countHaving(name, text);
    if (text === undefined || count >= fewest) continue;
    fewest = count;
    best = { name, text };
  }
  return (best && objects.having(best.name, best.text)) ?? objects.all();
}

interface Criterion {
  name: string;
  values: Item[];
}

/** KMIP 1.1 §4.9: two instances of a date are an inclusive range; instances of anything else must all be there. */
function criteriaOf(attributes: readonly Attribute[]): Criterion[] {
  const criteria: Criterion[] = [];
  const dates = new Map<string, Criterion>();
  for (const { attributeName: name, attributeValue: value } of attributes) {
    if (!value) throw new KmipError(ResultReason.InvalidMessage, `The attribute "${name}" has no value.`);
    const range = value.type === ItemType.DateTime ? dates.get(name) : undefined;
    if (range && range.values.length < 2) {
      range.values.push(value);
      continue;
    }
    const criterion = { name, values: [value] };
    if (value.type === ItemType.DateTime) dates.set(name, criterion);
    criteria.push(criterion);
  }
  return criteria;
}

function fits(object: StoredObject, { name, values }: Criterion): boolean {
  return object.attributes.instances(name).some(({ value }) => fitsValue(name, value, values));
}

function fitsValue(name: string, candidate: Item, values: readonly Item[]): boolean {
  const [first, second] = values as [Item, Item?];
  if (second && candidate.type === ItemType.DateTime && first.type === second.type) {
    const [low, high] = [first.value as bigint, second.value as bigint].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
    return candidate.value >= (low as bigint) && candidate.value <= (high as bigint);
  }
  if (name === 'Cryptographic Usage Mask' && candidate.type === ItemType.Integer && first.type === ItemType.Integer) {
    return (candidate.value & first.value) === first.value;
  }
  return covers(candidate, first, name === 'Usage Limits');
}

/** A structure may be given in part: each field of it must be in the candidate; limits need only be high enough. */
function covers(candidate: Item, wanted: Item, atLeast: boolean): boolean {
  if (candidate.type !== wanted.type) return false;
  switch (wanted.type) {
    case ItemType.Structure: {
      const fields = candidate.value as Item[];
      return wanted.value.every((field) =>
        fields.some((other) => other.tag === field.tag && covers(other, field, atLeast)),
      );
    }
    case ItemType.ByteString:
      return Buffer.compare(candidate.value as Uint8Array, wanted.value) === 0;
    case ItemType.LongInteger:
      return atLeast ? (candidate.value as bigint) >= wanted.value : candidate.value === wanted.value;
    default:
      return candidate.value === wanted.value;
  }
}

function describe(attributes: readonly Attribute[]): string {
  const names = attributes.slice(0, 4).map(({ attributeName }) => attributeName.slice(0, 60));
  return names.length === 0 ? '' : ` by ${names.join(', ')}`;
}
