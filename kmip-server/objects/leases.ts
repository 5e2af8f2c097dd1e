/** How long a client may use an object before it asks again. KMIP 1.1 §3.20, §4.17 */
import type { OperationServices } from '../messages/operation-context.ts';
import type { StoredObject } from '../store/stored-object.ts';

/** The longest lease that an object is given, seconds; 0 sets no limit. */
export function longestLease(object: StoredObject, services: OperationServices): number {
  return object.attributes.read('Lease Time') ?? services.leaseTime;
}
