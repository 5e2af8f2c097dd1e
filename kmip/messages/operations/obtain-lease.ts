import { Operation, Tag } from '../../registry/index.ts';
import { dateTime, interval, optional, required, textString } from '../kernel.ts';
import { defineOperation } from '../operation.ts';

/** A Lease Time of 0 sets no limit. */
export const obtainLease = defineOperation({
  operation: Operation.ObtainLease,
  since: '1.0',
  clause: 'KMIP 1.1 §4.17',
  request: { uniqueIdentifier: optional(Tag.UniqueIdentifier, textString) },
  response: {
    uniqueIdentifier: required(Tag.UniqueIdentifier, textString),
    leaseTime: required(Tag.LeaseTime, interval),
    lastChangeDate: required(Tag.LastChangeDate, dateTime),
  },
});
