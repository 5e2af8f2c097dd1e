import { Operation, Tag } from '../../registry/index.ts';
import { optional, required, textString } from '../kernel.ts';
import { defineOperation } from '../operation.ts';

export const recover = defineOperation({
  operation: Operation.Recover,
  since: '1.0',
  clause: 'KMIP 1.1 §4.23',
  request: { uniqueIdentifier: optional(Tag.UniqueIdentifier, textString) },
  response: { uniqueIdentifier: required(Tag.UniqueIdentifier, textString) },
});
