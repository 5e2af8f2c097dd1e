/**
 * Freezes a value that many objects share, with all that is in it. `change` of the store gives its editor a copy, so a shared part is
 * replaced and never edited; an edit that goes round it fails at once.
 */
export function shared<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !(value instanceof Date) && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const member of Object.values(value)) shared(member);
  }
  return value;
}
