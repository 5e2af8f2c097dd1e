import { Operation, Tag } from '../../registry/index.ts';
import { revocationReason } from '../attribute-values.ts';
import { dateTime, optional, required, textString } from '../kernel.ts';
import { defineOperation } from '../operation.ts';

export const revoke = defineOperation({
  operation: Operation.Revoke,
  since: '1.0',
  clause: 'KMIP 1.1 §4.20',
  request: {
    uniqueIdentifier: optional(Tag.UniqueIdentifier, textString),
    revocationReason: required(Tag.RevocationReason, revocationReason),
    compromiseOccurrenceDate: optional(Tag.CompromiseOccurrenceDate, dateTime),
  },
  response: { uniqueIdentifier: required(Tag.UniqueIdentifier, textString) },
});
