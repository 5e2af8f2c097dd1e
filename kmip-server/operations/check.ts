import { KmipError, Operation, operations, type ResponseOf, ResultReason } from '../../kmip/index.ts';
import { RefusedWithPayload } from '../messages/refused.ts';
import { findObject } from '../objects/access.ts';
import { longestLease } from '../objects/leases.ts';
import { isCryptographic } from '../store/stored-object.ts';
import { usageLeft } from '../use/usage-limits.ts';
import { handle } from './handler.ts';

type Answer = ResponseOf<typeof operations.check>;

/**
 * KMIP 1.1 §4.10, §11.11: says whether the object may be used as asked. A denial names the fields that caused it, leaves
 * the Unique Identifier out and empties the ID Placeholder.
 */
export const check = handle(operations.check, (request, context) => {
  const object = findObject(context, request.uniqueIdentifier, Operation.Check);
  const { uniqueIdentifier, attributes } = object;
  if (!isCryptographic(object.objectType)) {
    throw new KmipError(ResultReason.IllegalOperation, 'Check is not possible for this type of object.');
  }
  if (object.material === undefined) {
    throw new KmipError(ResultReason.ItemNotFound, 'The object was destroyed.');
  }
  const denied: Answer = {};
  const reasons: string[] = [];
  const { cryptographicUsageMask: use, usageLimitsCount: count, leaseTime } = request;
  const allowed = attributes.read('Cryptographic Usage Mask') ?? 0;
  if (use !== undefined && (use & ~allowed) !== 0) {
    denied.cryptographicUsageMask = use;
    reasons.push('the Cryptographic Usage Mask does not allow this use');
  }
  const left = usageLeft(object);
  if (count !== undefined && left !== undefined && count > left) {
    denied.usageLimitsCount = count;
    reasons.push('the Usage Limits do not leave that much');
  }
  const longest = longestLease(object, context.services);
  // 0 stands for a lease without limit, asked for or given.
  if (leaseTime !== undefined && longest > 0 && (leaseTime === 0 || leaseTime > longest)) {
    denied.leaseTime = leaseTime;
    reasons.push(`no lease is given for longer than ${longest} s`);
  }
  if (reasons.length > 0) {
    context.placeholder = undefined;
    throw new RefusedWithPayload(
      ResultReason.PermissionDenied,
      `Check denied: ${reasons.join(', and ')}.`,
      operations.check.response.encode(denied, context.version),
    );
  }
  return { response: { uniqueIdentifier }, text: `Check ${uniqueIdentifier} → allowed` };
});
