import {
  type Attribute,
  type Item,
  ItemType,
  KmipError,
  ObjectGroupMember,
  Operation,
  operations,
  ResultReason,
  StorageStatusMask,
} from '../../kmip/index.ts';
import { isAllowed } from '../access.ts';
import { isKnownAttribute } from '../attribute-rules.ts';
import type { OperationContext } from '../operation-context.ts';
import { indexText } from '../store/attribute-index.ts';
import type { StoredObject } from '../store/stored-object.ts';
import { handle } from './handler.ts';

/** A destroyed object is found only by a client that asks for one of these (assumed). */
const namesDestroyed: ReadonlySet<string> = new Set(['State', 'Destroy Date', 'Unique Identifier']);

/** KMIP 1.1 §4.9, §11.10 */
export const locate = handle(operations.locate, (request, context) => {
  const { services, client, version } = context;
  for (const { attributeName } of request.attributes) {
    if (!isKnownAttribute(attributeName, version)) {
      const shown = attributeName.slice(0, 80);
      throw new KmipError(ResultReason.InvalidField, `The attribute "${shown}" is not known.`);
    }
  }
  const criteria = criteriaOf(request.attributes);
  const wantsDestroyed = request.attributes.some(({ attributeName }) => namesDestroyed.has(attributeName));
  const wantsFresh = request.objectGroupMember === ObjectGroupMember.GroupMemberFresh;
  // Everything is on-line here. KMIP 1.1 §4.9: an absent mask means on-line storage.
  const onLine =
    ((request.storageStatusMask ?? StorageStatusMask.OnLineStorage) & StorageStatusMask.OnLineStorage) !== 0;
  const found: string[] = [];
  for (const object of onLine ? candidates(criteria, context) : []) {
    if (!isAllowed(object, client, Operation.Locate) || (object.material === undefined && !wantsDestroyed)) continue;
    if (wantsFresh && object.attributes.read('Fresh') !== true) continue;
    if (criteria.every((criterion) => fits(object, criterion))) found.push(object.uniqueIdentifier);
  }
  if (services.assumed.locateOrder === 'newest-first') found.reverse();
  const offset = request.offsetItems ?? 0;
  const end = request.maximumItems === undefined ? undefined : offset + request.maximumItems;
  const uniqueIdentifiers = found.slice(offset, end);
  context.placeholder = uniqueIdentifiers.length === 1 ? uniqueIdentifiers[0] : undefined;
  return {
    response: { locatedItems: found.length, uniqueIdentifiers },
    text: `Locate${describe(request.attributes)} → ${uniqueIdentifiers.length} found`,
  };
});

/** The objects that need looking at: those of the rarest indexed text among the criteria, else all. */
function candidates(criteria: readonly Criterion[], { objects }: OperationContext): Iterable<StoredObject> {
  let best: Iterable<StoredObject> | undefined;
  let fewest = Number.POSITIVE_INFINITY;
  for (const { name, values } of criteria) {
    const text = values[0] && indexText(name, values[0]);
    const count = text === undefined ? fewest : objects.countHaving(name, text);
    if (text === undefined || count >= fewest) continue;
    fewest = count;
    best = objects.having(name, text);
  }
  return best ?? objects.all();
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
