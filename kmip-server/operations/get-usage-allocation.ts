import { KmipError, Operation, operations, ResultReason, State } from '../../kmip/index.ts';
import { editObject } from '../objects/access.ts';
import { stateName, touch } from '../objects/life-cycle.ts';
import { kindOf } from '../objects/new-object.ts';
import { takeUsage, usageLeft } from '../use/usage-limits.ts';
import { handle } from './handler.ts';

function refuse(reason: ResultReason, message: string): never {
  throw new KmipError(reason, message);
}

/**
 * KMIP 1.1 §4.18, §11.19: takes an amount off the Usage Limits Count. From then on the limits are no longer the client's to
 * change (§3.21). Only an Active object before its Protect Stop Date can be used for protection.
 */
export const getUsageAllocation = handle(operations.getUsageAllocation, (request, context) => {
  const object = editObject(context, request.uniqueIdentifier, Operation.GetUsageAllocation);
  const { uniqueIdentifier, attributes } = object;
  const { usageLimitsCount: amount } = request;
  if (usageLeft(object) === undefined) {
    refuse(ResultReason.IllegalOperation, `The object ${uniqueIdentifier} has no Usage Limits.`);
  }
  if (attributes.read('State') !== State.Active) {
    refuse(ResultReason.PermissionDenied, `Nothing can be allocated: the object is ${stateName(object)}, not Active.`);
  }
  const stop = attributes.read('Protect Stop Date');
  if (stop !== undefined && stop * 1000 <= context.now) {
    refuse(ResultReason.PermissionDenied, 'Nothing can be allocated: the Protect Stop Date has passed.');
  }
  if (amount <= 0n) refuse(ResultReason.InvalidField, 'The Usage Limits Count must be greater than 0.');
  takeUsage(object, amount);
  object.allocated = true;
  touch(object, context.now);
  return {
    response: { uniqueIdentifier },
    text: `Get Usage Allocation ${kindOf(object)} ${uniqueIdentifier} → ${amount}, ${usageLeft(object)} left`,
  };
});
