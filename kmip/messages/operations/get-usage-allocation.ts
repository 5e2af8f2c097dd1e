import { Operation, Tag } from '../../registry/index.ts';
import { longInteger, optional, required, textString } from '../kernel.ts';
import { defineOperation } from '../operation.ts';

export const getUsageAllocation = defineOperation({
  operation: Operation.GetUsageAllocation,
  since: '1.0',
  clause: 'KMIP 1.1 §4.18',
  request: {
    uniqueIdentifier: optional(Tag.UniqueIdentifier, textString),
    usageLimitsCount: required(Tag.UsageLimitsCount, longInteger),
  },
  response: { uniqueIdentifier: required(Tag.UniqueIdentifier, textString) },
});
