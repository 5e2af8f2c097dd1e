import { type Item, KmipError, ResultReason } from '../../kmip/index.ts';
import type { OperationContext } from '../messages/operation-context.ts';
import { settle, touch } from '../objects/life-cycle.ts';
import type { DraftObject } from '../store/stored-object.ts';
import { checkDates, nameHolder, nameText } from './attribute-rules.ts';
import { followSensitivity } from './sensitivity.ts';

/** One instance that is added or gets another value. */
export interface AttributeChange {
  name: string;
  /** Of the instance that is modified; undefined for a new one. */
  index?: number;
  value: Item;
}

/**
 * Carries out a client's change of one attribute: the Name must be free (Illegal Operation, KMIP 1.1 §11.15, §11.16),
 * dates must stay in order (Invalid Field), a date that has come changes the State, and what depends on the attribute
 * follows it.
 */
export function applyChange<T>(
  object: DraftObject,
  context: OperationContext,
  changed: AttributeChange,
  change: () => T,
): T {
  const { name } = changed;
  if (name === 'Name') checkNameFree(object, context, changed);
  const result = change();
  if (name.endsWith('Date')) checkDates(object);
  followSensitivity(object.attributes);
  touch(object, context.now);
  settle(object, context.now);
  return result;
}

function checkNameFree(object: DraftObject, context: OperationContext, { index, value }: AttributeChange): void {
  const text = nameText(value);
  const own = object.attributes.instances('Name').some((one) => one.index !== index && nameText(one.value) === text);
  const holder = nameHolder(context.objects, object.owner, value);
  if (own || (holder && holder.uniqueIdentifier !== object.uniqueIdentifier)) {
    throw new KmipError(ResultReason.IllegalOperation, `The Name "${text}" is already in use.`);
  }
}
