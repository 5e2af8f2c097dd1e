import { Operation, Tag } from '../../registry/index.ts';
import { integer, interval, longInteger, optional, textString } from '../kernel.ts';
import { defineOperation } from '../operation.ts';

/** The answer leaves the Unique Identifier out and names the limits that were exceeded when the check is denied. */
export const check = defineOperation({
  operation: Operation.Check,
  since: '1.0',
  clause: 'KMIP 1.1 §4.10',
  request: {
    uniqueIdentifier: optional(Tag.UniqueIdentifier, textString),
    usageLimitsCount: optional(Tag.UsageLimitsCount, longInteger),
    cryptographicUsageMask: optional(Tag.CryptographicUsageMask, integer),
    leaseTime: optional(Tag.LeaseTime, interval),
  },
  response: {
    uniqueIdentifier: optional(Tag.UniqueIdentifier, textString),
    usageLimitsCount: optional(Tag.UsageLimitsCount, longInteger),
    cryptographicUsageMask: optional(Tag.CryptographicUsageMask, integer),
    leaseTime: optional(Tag.LeaseTime, interval),
  },
});
