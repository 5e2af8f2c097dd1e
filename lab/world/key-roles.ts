import type { KeyPool } from '../../core/index.ts';

/** The roles whose key pairs a lab needs before it is ready: one for each KMS, and those below. */
export function startRoles(kmsNames: readonly string[] = ['kms-1']): string[] {
  return ['ca', ...kmsNames, 'client vcenter', 'web'];
}

/**
 * Key pairs are the slowest part of a start. node:crypto makes them while the rest of keyrig is loaded: one after the other,
 * so that one core is left for loading.
 */
export async function makeKeysAhead(keys: KeyPool): Promise<void> {
  for (const role of startRoles()) await keys.get(role);
}
