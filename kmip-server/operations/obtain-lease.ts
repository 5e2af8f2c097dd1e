import { KmipError, Operation, operations, ResultReason, State } from '../../kmip/index.ts';
import { findObject } from '../objects/access.ts';
import { longestLease } from '../objects/leases.ts';
import { seconds, stateName } from '../objects/life-cycle.ts';
import { kindOf } from '../objects/new-object.ts';
import { isCryptographic } from '../store/stored-object.ts';
import { handle } from './handler.ts';

/** States in which no new lease is given; which ones is assumed but for Compromised (OASIS TC-95-11). */
const leaseless: ReadonlySet<number> = new Set([State.Compromised, State.Destroyed, State.DestroyedCompromised]);

/** KMIP 1.1 §4.17, §11.18 */
export const obtainLease = handle(operations.obtainLease, (request, context) => {
  const object = findObject(context, request.uniqueIdentifier, Operation.ObtainLease);
  const { uniqueIdentifier, attributes } = object;
  if (!isCryptographic(object.objectType)) {
    throw new KmipError(ResultReason.IllegalOperation, 'Leases are given for cryptographic objects only.');
  }
  const state = attributes.read('State');
  if (state !== undefined && leaseless.has(state)) {
    throw new KmipError(ResultReason.PermissionDenied, `No lease is given: the object is ${stateName(object)}.`);
  }
  const leaseTime = longestLease(object, context.services);
  const lastChangeDate = attributes.read('Last Change Date') ?? seconds(context.now);
  return {
    response: { uniqueIdentifier, leaseTime, lastChangeDate },
    text: `Obtain Lease ${kindOf(object)} ${uniqueIdentifier} → ${leaseTime === 0 ? 'no limit' : `${leaseTime} s`}`,
  };
});
