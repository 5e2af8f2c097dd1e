import { type Item, KmipError, ResultReason } from '../kmip/index.ts';
import { checkDates, nameHolder, nameText } from './attribute-rules.ts';
import { settle, touch } from './life-cycle.ts';
import type { OperationContext } from './operation-context.ts';
import type { DraftObject } from './store/stored-object.ts';

/**
 * Carries out a client's change of one attribute: the Name must be free (Illegal Operation, KMIP 1.1 §11.15, §11.16),
 * dates must stay in order (Invalid Field), and a date that has come changes the State.
 */
export function applyChange<T>(
  object: DraftObject,
  context: OperationContext,
  changed: { name: string; value: Item },
  change: () => T,
): T {
  const { name, value } = changed;
  const holder = name === 'Name' ? nameHolder(context.objects, object.owner, value) : undefined;
  if (holder && holder.uniqueIdentifier !== object.uniqueIdentifier) {
    throw new KmipError(ResultReason.IllegalOperation, `The Name "${nameText(value)}" is already in use.`);
  }
  const result = change();
  if (name.endsWith('Date')) checkDates(object);
  touch(object, context.now);
  settle(object, context.now);
  return result;
}
