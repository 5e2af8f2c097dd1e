/** How much protection a key may still apply. KMIP 1.1 §3.21 */
import { KmipError, ResultReason, UsageLimitsUnit } from '../../kmip/index.ts';
import type { DraftObject, StoredObject } from '../store/stored-object.ts';

/** What is left of an object's Usage Limits, in their unit; undefined when it has none. */
export function usageLeft(object: StoredObject): bigint | undefined {
  const limits = object.attributes.read('Usage Limits');
  return limits && (limits.usageLimitsCount ?? limits.usageLimitsTotal);
}

/**
 * Takes an amount, in the unit of the limits, off an object's Usage Limits Count.
 * Throws Permission Denied when less than that is left. An object without limits is left as it is.
 */
export function takeUsage(draft: DraftObject, amount: bigint): void {
  const limits = draft.attributes.read('Usage Limits');
  const left = usageLeft(draft);
  if (limits === undefined || left === undefined) return;
  if (amount > left) {
    const unit = limits.usageLimitsUnit === UsageLimitsUnit.Byte ? 'bytes' : 'objects';
    throw new KmipError(
      ResultReason.PermissionDenied,
      `The Usage Limits do not allow it: ${amount} ${unit} are asked for and ${left} are left.`,
    );
  }
  draft.attributes.write('Usage Limits', { ...limits, usageLimitsCount: left - amount });
}

/**
 * Counts one use by the server itself against the Usage Limits: the length of the data where the unit is Byte, 1 where it is
 * Object. Only for uses that apply protection (encrypt, sign, MAC, wrap, derive): decryption and the like are not counted.
 * Throws Permission Denied when too little is left. KMIP 1.2 §3.21, OASIS CS-BC-M-7-12
 *
 * @param bytes length of the data
 */
export function useLimit(draft: DraftObject, bytes: number): void {
  const unit = draft.attributes.read('Usage Limits')?.usageLimitsUnit;
  takeUsage(draft, unit === UsageLimitsUnit.Byte ? BigInt(bytes) : 1n);
}
