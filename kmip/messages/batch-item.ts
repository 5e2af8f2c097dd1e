import { Tag } from '../registry/index.ts';
import { anyItem, byteString, enumeration, optional, required, structure, type TypeOf, textString } from './kernel.ts';
import { messageExtension } from './message-extension.ts';

// KMIP 1.1 §7.2 table 214. The payload stays an item: it is decoded by its operation, so that a bad one fails alone.
export const requestBatchItem = structure({
  operation: required(Tag.Operation, enumeration('Operation')),
  uniqueBatchItemId: optional(Tag.UniqueBatchItemID, byteString),
  payload: optional(Tag.RequestPayload, anyItem),
  messageExtension: optional(Tag.MessageExtension, messageExtension),
});
export type RequestBatchItem = TypeOf<typeof requestBatchItem>;

// KMIP 1.1 §7.2 table 216
export const responseBatchItem = structure({
  operation: optional(Tag.Operation, enumeration('Operation')),
  uniqueBatchItemId: optional(Tag.UniqueBatchItemID, byteString),
  resultStatus: required(Tag.ResultStatus, enumeration('ResultStatus')),
  resultReason: optional(Tag.ResultReason, enumeration('ResultReason')),
  resultMessage: optional(Tag.ResultMessage, textString),
  asynchronousCorrelationValue: optional(Tag.AsynchronousCorrelationValue, byteString),
  payload: optional(Tag.ResponsePayload, anyItem),
  messageExtension: optional(Tag.MessageExtension, messageExtension),
});
export type ResponseBatchItem = TypeOf<typeof responseBatchItem>;
