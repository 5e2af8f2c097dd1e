/** The structures that attributes carry. Their fields have the item types and order of KMIP 1.1 §3. */
import { Tag } from '../registry/index.ts';
import {
  boolean,
  byteString,
  enumeration,
  integer,
  longInteger,
  optional,
  repeated,
  required,
  structure,
  type TypeOf,
  textString,
} from './kernel.ts';

// §3.2
export const name = structure({
  nameValue: required(Tag.NameValue, textString),
  nameType: required(Tag.NameType, enumeration('NameType')),
});
export type Name = TypeOf<typeof name>;

// §3.6; Digital Signature Algorithm to Initial Counter Value 1.2 §3.6; Salt Length to Trailer Field 1.4 §3.6
export const cryptographicParameters = structure({
  blockCipherMode: optional(Tag.BlockCipherMode, enumeration('BlockCipherMode')),
  paddingMethod: optional(Tag.PaddingMethod, enumeration('PaddingMethod')),
  hashingAlgorithm: optional(Tag.HashingAlgorithm, enumeration('HashingAlgorithm')),
  keyRoleType: optional(Tag.KeyRoleType, enumeration('KeyRoleType')),
  digitalSignatureAlgorithm: optional(Tag.DigitalSignatureAlgorithm, enumeration('DigitalSignatureAlgorithm'), '1.2'),
  cryptographicAlgorithm: optional(Tag.CryptographicAlgorithm, enumeration('CryptographicAlgorithm'), '1.2'),
  randomIv: optional(Tag.RandomIV, boolean, '1.2'),
  ivLength: optional(Tag.IVLength, integer, '1.2'),
  tagLength: optional(Tag.TagLength, integer, '1.2'),
  fixedFieldLength: optional(Tag.FixedFieldLength, integer, '1.2'),
  invocationFieldLength: optional(Tag.InvocationFieldLength, integer, '1.2'),
  counterLength: optional(Tag.CounterLength, integer, '1.2'),
  initialCounterValue: optional(Tag.InitialCounterValue, integer, '1.2'),
  saltLength: optional(Tag.SaltLength, integer, '1.4'),
  maskGenerator: optional(Tag.MaskGenerator, enumeration('MaskGenerator'), '1.4'),
  maskGeneratorHashingAlgorithm: optional(Tag.MaskGeneratorHashingAlgorithm, enumeration('HashingAlgorithm'), '1.4'),
  pSource: optional(Tag.PSource, byteString, '1.4'),
  trailerField: optional(Tag.TrailerField, integer, '1.4'),
});
export type CryptographicParameters = TypeOf<typeof cryptographicParameters>;

// §3.7
export const cryptographicDomainParameters = structure({
  qlength: optional(Tag.Qlength, integer),
  recommendedCurve: optional(Tag.RecommendedCurve, enumeration('RecommendedCurve')),
});
export type CryptographicDomainParameters = TypeOf<typeof cryptographicDomainParameters>;

// §3.10, new in 1.1
export const x509CertificateIdentifier = structure({
  issuerDistinguishedName: required(Tag.IssuerDistinguishedName, byteString),
  certificateSerialNumber: required(Tag.CertificateSerialNumber, byteString),
});
export type X509CertificateIdentifier = TypeOf<typeof x509CertificateIdentifier>;

// §3.11, new in 1.1
export const x509CertificateSubject = structure({
  subjectDistinguishedName: required(Tag.SubjectDistinguishedName, byteString),
  subjectAlternativeNames: repeated(Tag.SubjectAlternativeName, byteString),
});
export type X509CertificateSubject = TypeOf<typeof x509CertificateSubject>;

// §3.12, new in 1.1
export const x509CertificateIssuer = structure({
  issuerDistinguishedName: required(Tag.IssuerDistinguishedName, byteString),
  issuerAlternativeNames: repeated(Tag.IssuerAlternativeName, byteString),
});
export type X509CertificateIssuer = TypeOf<typeof x509CertificateIssuer>;

// §3.13, deprecated in 1.1
export const certificateIdentifier = structure({
  issuer: required(Tag.Issuer, textString),
  serialNumber: optional(Tag.SerialNumber, textString),
});
export type CertificateIdentifier = TypeOf<typeof certificateIdentifier>;

// §3.14, deprecated in 1.1
export const certificateSubject = structure({
  certificateSubjectDistinguishedName: required(Tag.CertificateSubjectDistinguishedName, textString),
  certificateSubjectAlternativeNames: repeated(Tag.CertificateSubjectAlternativeName, textString),
});
export type CertificateSubject = TypeOf<typeof certificateSubject>;

// §3.15, deprecated in 1.1
export const certificateIssuer = structure({
  certificateIssuerDistinguishedName: required(Tag.CertificateIssuerDistinguishedName, textString),
  certificateIssuerAlternativeNames: repeated(Tag.CertificateIssuerAlternativeName, textString),
});
export type CertificateIssuer = TypeOf<typeof certificateIssuer>;

// §3.17; Key Format Type new in 1.1
export const digest = structure({
  hashingAlgorithm: required(Tag.HashingAlgorithm, enumeration('HashingAlgorithm')),
  digestValue: optional(Tag.DigestValue, byteString),
  keyFormatType: optional(Tag.KeyFormatType, enumeration('KeyFormatType'), '1.1'),
});
export type Digest = TypeOf<typeof digest>;

// §3.21
export const usageLimits = structure({
  usageLimitsTotal: required(Tag.UsageLimitsTotal, longInteger),
  usageLimitsCount: optional(Tag.UsageLimitsCount, longInteger),
  usageLimitsUnit: required(Tag.UsageLimitsUnit, enumeration('UsageLimitsUnit')),
});
export type UsageLimits = TypeOf<typeof usageLimits>;

// §3.31
export const revocationReason = structure({
  revocationReasonCode: required(Tag.RevocationReasonCode, enumeration('RevocationReasonCode')),
  revocationMessage: optional(Tag.RevocationMessage, textString),
});
export type RevocationReason = TypeOf<typeof revocationReason>;

// §3.35
export const link = structure({
  linkType: required(Tag.LinkType, enumeration('LinkType')),
  linkedObjectIdentifier: required(Tag.LinkedObjectIdentifier, textString),
});
export type Link = TypeOf<typeof link>;

// §3.36; Application Data may be left to the server
export const applicationSpecificInformation = structure({
  applicationNamespace: required(Tag.ApplicationNamespace, textString),
  applicationData: optional(Tag.ApplicationData, textString),
});
export type ApplicationSpecificInformation = TypeOf<typeof applicationSpecificInformation>;

// 1.3 §2.1.18: the value of Random Number Generator; Query lists the server's own
export const rngParameters = structure({
  rngAlgorithm: required(Tag.RNGAlgorithm, enumeration('RNGAlgorithm')),
  cryptographicAlgorithm: optional(Tag.CryptographicAlgorithm, enumeration('CryptographicAlgorithm')),
  cryptographicLength: optional(Tag.CryptographicLength, integer),
  hashingAlgorithm: optional(Tag.HashingAlgorithm, enumeration('HashingAlgorithm')),
  drbgAlgorithm: optional(Tag.DRBGAlgorithm, enumeration('DRBGAlgorithm')),
  recommendedCurve: optional(Tag.RecommendedCurve, enumeration('RecommendedCurve')),
  fips186Variation: optional(Tag.FIPS186Variation, enumeration('FIPS186Variation')),
  predictionResistance: optional(Tag.PredictionResistance, boolean),
});
export type RngParameters = TypeOf<typeof rngParameters>;

// 1.2 §3.40
export const alternativeName = structure({
  alternativeNameValue: required(Tag.AlternativeNameValue, textString),
  alternativeNameType: required(Tag.AlternativeNameType, enumeration('AlternativeNameType')),
});
export type AlternativeName = TypeOf<typeof alternativeName>;

// 1.2 §3.42
export const keyValueLocation = structure({
  keyValueLocationValue: required(Tag.KeyValueLocationValue, textString),
  keyValueLocationType: required(Tag.KeyValueLocationType, enumeration('KeyValueLocationType')),
});
export type KeyValueLocation = TypeOf<typeof keyValueLocation>;
