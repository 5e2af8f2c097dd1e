import { Tag } from '../registry/index.ts';
import { authentication, nonce, protocolVersionStructure } from './credential.ts';
import {
  boolean,
  dateTime,
  enumeration,
  integer,
  optional,
  repeated,
  required,
  structure,
  type TypeOf,
  textString,
} from './kernel.ts';

// KMIP 1.1 §7.2 table 213; Attestation 1.2 §7.2; Correlation Values 1.4 §7.2
export const requestHeader = structure({
  protocolVersion: required(Tag.ProtocolVersion, protocolVersionStructure),
  maximumResponseSize: optional(Tag.MaximumResponseSize, integer),
  clientCorrelationValue: optional(Tag.ClientCorrelationValue, textString, '1.4'),
  serverCorrelationValue: optional(Tag.ServerCorrelationValue, textString, '1.4'),
  asynchronousIndicator: optional(Tag.AsynchronousIndicator, boolean),
  attestationCapableIndicator: optional(Tag.AttestationCapableIndicator, boolean, '1.2'),
  attestationTypes: repeated(Tag.AttestationType, enumeration('AttestationType'), '1.2'),
  authentication: optional(Tag.Authentication, authentication),
  batchErrorContinuationOption: optional(Tag.BatchErrorContinuationOption, enumeration('BatchErrorContinuationOption')),
  batchOrderOption: optional(Tag.BatchOrderOption, boolean),
  timeStamp: optional(Tag.TimeStamp, dateTime),
  batchCount: required(Tag.BatchCount, integer),
});
export type RequestHeader = TypeOf<typeof requestHeader>;

// KMIP 1.1 §7.2 table 215; Nonce and Attestation Type 1.2 §7.2; Correlation Values 1.4 §7.2
export const responseHeader = structure({
  protocolVersion: required(Tag.ProtocolVersion, protocolVersionStructure),
  timeStamp: required(Tag.TimeStamp, dateTime),
  nonce: optional(Tag.Nonce, nonce, '1.2'),
  attestationTypes: repeated(Tag.AttestationType, enumeration('AttestationType'), '1.2'),
  clientCorrelationValue: optional(Tag.ClientCorrelationValue, textString, '1.4'),
  serverCorrelationValue: optional(Tag.ServerCorrelationValue, textString, '1.4'),
  batchCount: required(Tag.BatchCount, integer),
});
export type ResponseHeader = TypeOf<typeof responseHeader>;
