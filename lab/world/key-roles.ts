import type { KeyPool } from '../../core/index.ts';

/** The roles whose key pairs a lab needs before it is ready: one for each KMS, and those below. */
export function startRoles(kmsNames: readonly string[] = ['kms-1']): string[] {
  return ['ca', ...kmsNames, 'client vcenter', 'web'];
}

/**
 * Key pairs are the slowest part of a start. node:crypto makes them on other threads while keyrig is loaded; all are asked for at
 * once, because loading leaves no turn of the event loop to ask for the next.
 */
export async function makeKeysAhead(keys: KeyPool): Promise<void> {
  await Promise.all(startRoles().map((role) => keys.get(role)));
}
