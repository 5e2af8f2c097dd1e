import { enumKey, enumName, type Item, ItemType } from '../../kmip/index.ts';
import { settle } from '../objects/life-cycle.ts';
import { draftOf, type StoredObject } from './stored-object.ts';

/** What may be shown of an object: never its key material. */
export interface ObjectSummary {
  uniqueIdentifier: string;
  /** As the registry spells it: `SymmetricKey`. */
  objectType: string;
  owner: string;
  /** `Pre-Active`, `Active`, …; absent for objects without a State. */
  state?: string;
  cryptographicAlgorithm?: string;
  /** Bits. */
  cryptographicLength?: number;
  names: string[];
  /** ms since the epoch. */
  initialDate?: number;
  activationDate?: number;
  /** Text custom attributes by name; the first instance of each. */
  customAttributes: Record<string, string>;
}

/** Summarises an object as it is at `now` (ms since the epoch). */
export function summarise(object: StoredObject, now: number): ObjectSummary {
  const draft = draftOf(object);
  settle(draft, now);
  const { attributes } = draft;
  const state = attributes.read('State');
  const algorithm = attributes.read('Cryptographic Algorithm');
  const date = (seconds: number | undefined) => (seconds === undefined ? undefined : seconds * 1000);
  return {
    uniqueIdentifier: object.uniqueIdentifier,
    objectType: enumKey('ObjectType', object.objectType) ?? String(object.objectType),
    owner: object.owner,
    state: state === undefined ? undefined : enumName('State', state),
    cryptographicAlgorithm: algorithm === undefined ? undefined : enumName('CryptographicAlgorithm', algorithm),
    cryptographicLength: attributes.read('Cryptographic Length'),
    names: attributes.instances('Name').flatMap(({ value }) => nameValue(value)),
    initialDate: date(attributes.read('Initial Date')),
    activationDate: date(attributes.read('Activation Date')),
    customAttributes: Object.fromEntries(
      attributes.names.flatMap((name) => {
        const value = name.startsWith('x-') ? attributes.instances(name)[0]?.value : undefined;
        return value?.type === ItemType.TextString ? [[name, value.value]] : [];
      }),
    ),
  };
}

function nameValue(value: Item): string[] {
  const first = value.type === ItemType.Structure ? value.value[0] : undefined;
  return first?.type === ItemType.TextString ? [first.value] : [];
}
