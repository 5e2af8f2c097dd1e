export {
  type Attribute,
  attribute,
  attributeName,
  type TemplateAttribute,
  templateAttribute,
} from './attribute.ts';
export type * from './attribute-values.ts';
export * from './attributes.ts';
export type { RequestBatchItem, ResponseBatchItem } from './batch-item.ts';
export type {
  Attestation,
  Authentication,
  Credential,
  Device,
  Nonce,
  UsernameAndPassword,
} from './credential.ts';
export { KmipError } from './errors.ts';
export type { RequestHeader, ResponseHeader } from './header.ts';
export type { CodecContext, StructureCodec, TypeOf, ValueCodec } from './kernel.ts';
export type {
  KeyBlock,
  KeyInformation,
  KeyValue,
  KeyWrappingData,
  KeyWrappingSpecification,
} from './key-block.ts';
export * from './key-material.ts';
export { type ManagedObject, requiredObject } from './managed-object.ts';
export * from './message.ts';
export type { MessageExtension } from './message-extension.ts';
export type {
  OperationDefinition,
  PayloadCodec,
  PayloadDecodeOptions,
  RequestOf,
  ResponseOf,
} from './operation.ts';
export type { DerivationParameters } from './operations/derive-key.ts';
export { operationByCode, operations } from './operations/index.ts';
export type { ExtensionInformation } from './operations/query.ts';
export type * from './query-information.ts';
export * from './version.ts';
