/** What a server tells of itself when Query asks for profiles, validations and capabilities; new in KMIP 1.3. */
import { Tag } from '../registry/index.ts';
import {
  boolean,
  enumeration,
  integer,
  optional,
  repeated,
  required,
  structure,
  type TypeOf,
  textString,
} from './kernel.ts';

// KMIP 1.3 §2.1.19
export const profileInformation = structure({
  profileName: required(Tag.ProfileName, enumeration('ProfileName')),
  serverUri: optional(Tag.ServerURI, textString),
  serverPort: optional(Tag.ServerPort, integer),
});
export type ProfileInformation = TypeOf<typeof profileInformation>;

// KMIP 1.3 §2.1.20
export const validationInformation = structure({
  validationAuthorityType: required(Tag.ValidationAuthorityType, enumeration('ValidationAuthorityType')),
  validationAuthorityCountry: optional(Tag.ValidationAuthorityCountry, textString),
  validationAuthorityUri: optional(Tag.ValidationAuthorityURI, textString),
  validationVersionMajor: required(Tag.ValidationVersionMajor, integer),
  validationVersionMinor: optional(Tag.ValidationVersionMinor, integer),
  validationType: required(Tag.ValidationType, enumeration('ValidationType')),
  validationLevel: required(Tag.ValidationLevel, integer),
  validationCertificateIdentifier: optional(Tag.ValidationCertificateIdentifier, textString),
  validationCertificateUri: optional(Tag.ValidationCertificateURI, textString),
  validationVendorUri: optional(Tag.ValidationVendorURI, textString),
  validationProfiles: repeated(Tag.ValidationProfile, textString),
});
export type ValidationInformation = TypeOf<typeof validationInformation>;

// KMIP 1.3 §2.1.21; Batch Undo and Batch Continue Capability 1.4 §2.1.21
export const capabilityInformation = structure({
  streamingCapability: optional(Tag.StreamingCapability, boolean),
  asynchronousCapability: optional(Tag.AsynchronousCapability, boolean),
  attestationCapability: optional(Tag.AttestationCapability, boolean),
  batchUndoCapability: optional(Tag.BatchUndoCapability, boolean, '1.4'),
  batchContinueCapability: optional(Tag.BatchContinueCapability, boolean, '1.4'),
  unwrapMode: optional(Tag.UnwrapMode, enumeration('UnwrapMode')),
  destroyAction: optional(Tag.DestroyAction, enumeration('DestroyAction')),
  shreddingAlgorithm: optional(Tag.ShreddingAlgorithm, enumeration('ShreddingAlgorithm')),
  rngMode: optional(Tag.RNGMode, enumeration('RNGMode')),
});
export type CapabilityInformation = TypeOf<typeof capabilityInformation>;
