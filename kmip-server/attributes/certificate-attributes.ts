import type { X509Certificate } from 'node:crypto';
import {
  type Attribute,
  CryptographicAlgorithm,
  DigitalSignatureAlgorithm,
  isSince,
  makeAttribute,
  type ProtocolVersion,
} from '../../kmip/index.ts';
import { type Der, readObjectIdentifier, readSequence } from '../cryptography/der.ts';
import { keyFacts } from '../cryptography/key-formats.ts';

/**
 * The attributes that the server derives from an X.509 certificate. KMIP 1.1 §3.8 to §3.16: length, identifier, subject,
 * issuer (those of KMIP 1.0 besides, which later versions deprecate), signature algorithm, and the algorithm and length of
 * the public key.
 */
export function certificateAttributes(certificate: X509Certificate, version: ProtocolVersion): Attribute[] {
  const { serialNumber, signatureAlgorithm, issuer, subject, issuerNames, subjectNames } = partsOf(certificate.raw);
  const signature = signatureAlgorithms[signatureAlgorithm];
  return [
    ...keyAttributes(certificate, version),
    makeAttribute('Certificate Length', certificate.raw.length),
    makeAttribute('X.509 Certificate Identifier', {
      issuerDistinguishedName: issuer,
      certificateSerialNumber: serialNumber,
    }),
    makeAttribute('X.509 Certificate Subject', {
      subjectDistinguishedName: subject,
      subjectAlternativeNames: subjectNames.map(({ bytes }) => bytes),
    }),
    makeAttribute('X.509 Certificate Issuer', {
      issuerDistinguishedName: issuer,
      issuerAlternativeNames: issuerNames.map(({ bytes }) => bytes),
    }),
    makeAttribute('Certificate Identifier', {
      issuer: distinguishedName(certificate.issuer),
      serialNumber: certificate.serialNumber,
    }),
    makeAttribute('Certificate Subject', {
      certificateSubjectDistinguishedName: distinguishedName(certificate.subject),
      certificateSubjectAlternativeNames: subjectNames.flatMap(nameText),
    }),
    makeAttribute('Certificate Issuer', {
      certificateIssuerDistinguishedName: distinguishedName(certificate.issuer),
      certificateIssuerAlternativeNames: issuerNames.flatMap(nameText),
    }),
    ...(signature === undefined ? [] : [makeAttribute('Digital Signature Algorithm', signature)]),
  ];
}

/** Algorithm and length of the certified key; none where KMIP has no name for the algorithm. */
function keyAttributes({ publicKey }: X509Certificate, version: ProtocolVersion): Attribute[] {
  if (!namedKeys.has(publicKey.asymmetricKeyType ?? '')) return [];
  const { cryptographicAlgorithm, cryptographicLength } = keyFacts({ kind: 'public', key: publicKey });
  if (cryptographicAlgorithm === undefined) return [];
  return [
    makeAttribute('Cryptographic Algorithm', algorithmAt(cryptographicAlgorithm, version)),
    makeAttribute('Cryptographic Length', cryptographicLength),
  ];
}

/** Types of node:crypto. */
const namedKeys: ReadonlySet<string> = new Set(['rsa', 'ec', 'dsa', 'dh']);

/** EC is an algorithm of its own since KMIP 1.2; before, the use of the key was named. */
export function algorithmAt(algorithm: number, version: ProtocolVersion): number {
  return algorithm === CryptographicAlgorithm.EC && !isSince(version, '1.2') ? CryptographicAlgorithm.ECDSA : algorithm;
}

/** `CN=KMIP,OU=OASIS,O=TEST,C=US`: RFC 4514 §2.1 begins with the last name (OASIS TC-132-11). */
function distinguishedName(lines: string | undefined): string {
  return (lines ?? '').split('\n').reverse().join(',');
}

/** RFC 8017 §A.2, RFC 3279 §2.2.2, RFC 5758 §3 */
const signatureAlgorithms: Readonly<Record<string, number>> = {
  '1.2.840.113549.1.1.2': DigitalSignatureAlgorithm.MD2WithRSAEncryptionPKCS_1V1_5,
  '1.2.840.113549.1.1.4': DigitalSignatureAlgorithm.MD5WithRSAEncryptionPKCS_1V1_5,
  '1.2.840.113549.1.1.5': DigitalSignatureAlgorithm.SHA_1WithRSAEncryptionPKCS_1V1_5,
  '1.2.840.113549.1.1.10': DigitalSignatureAlgorithm.RSASSA_PSSPKCS_1V2_1,
  '1.2.840.113549.1.1.11': DigitalSignatureAlgorithm.SHA_256WithRSAEncryptionPKCS_1V1_5,
  '1.2.840.113549.1.1.12': DigitalSignatureAlgorithm.SHA_384WithRSAEncryptionPKCS_1V1_5,
  '1.2.840.113549.1.1.13': DigitalSignatureAlgorithm.SHA_512WithRSAEncryptionPKCS_1V1_5,
  '1.2.840.113549.1.1.14': DigitalSignatureAlgorithm.SHA_224WithRSAEncryptionPKCS_1V1_5,
  // NIST's register of algorithms
  '2.16.840.1.101.3.4.3.14': DigitalSignatureAlgorithm.SHA3_256WithRSAEncryption,
  '2.16.840.1.101.3.4.3.15': DigitalSignatureAlgorithm.SHA3_384WithRSAEncryption,
  '2.16.840.1.101.3.4.3.16': DigitalSignatureAlgorithm.SHA3_512WithRSAEncryption,
  '1.2.840.10040.4.3': DigitalSignatureAlgorithm.DSAWithSHA_1,
  '2.16.840.1.101.3.4.3.1': DigitalSignatureAlgorithm.DSAWithSHA224,
  '2.16.840.1.101.3.4.3.2': DigitalSignatureAlgorithm.DSAWithSHA256,
  '1.2.840.10045.4.1': DigitalSignatureAlgorithm.ECDSAWithSHA_1,
  '1.2.840.10045.4.3.1': DigitalSignatureAlgorithm.ECDSAWithSHA224,
  '1.2.840.10045.4.3.2': DigitalSignatureAlgorithm.ECDSAWithSHA256,
  '1.2.840.10045.4.3.3': DigitalSignatureAlgorithm.ECDSAWithSHA384,
  '1.2.840.10045.4.3.4': DigitalSignatureAlgorithm.ECDSAWithSHA512,
};

const explicitVersion = 0xa0;
const explicitExtensions = 0xa3;

/** TBSCertificate of RFC 5280 §4.1: version [0] optional, serialNumber, signature, issuer, validity, subject, … */
function partsOf(certificate: Buffer) {
  const [tbs] = readSequence(certificate);
  const fields = readSequence(bytesOf(tbs));
  const [serialNumber, signature, issuer, , subject] = fields.slice(fields[0]?.tag === explicitVersion ? 1 : 0);
  const extensions = fields.find(({ tag }) => tag === explicitExtensions);
  return {
    // The whole element, as OASIS TC-ECC-3-11 shows it; so the names.
    serialNumber: bytesOf(serialNumber),
    signatureAlgorithm: readObjectIdentifier(readSequence(bytesOf(signature))[0]),
    issuer: bytesOf(issuer),
    subject: bytesOf(subject),
    subjectNames: alternativeNames(extensions, '2.5.29.17'),
    issuerNames: alternativeNames(extensions, '2.5.29.18'),
  };
}

function bytesOf(element: Der | undefined): Buffer {
  return element?.bytes ?? Buffer.alloc(0);
}

/** The GeneralNames of an extension. RFC 5280 §4.2.1.6, §4.2.1.7 */
function alternativeNames(extensions: Der | undefined, identifier: string): Der[] {
  for (const { bytes } of extensions ? readSequence(extensions.content) : []) {
    const extension = readSequence(bytes);
    // extnID, critical (optional), extnValue
    if (readObjectIdentifier(extension[0]) === identifier) return readSequence(extension.at(-1)?.content ?? bytes);
  }
  return [];
}

const rfc822Name = 0x81;
const dnsName = 0x82;
const uri = 0x86;
const ipAddress = 0x87;

/** An alternative name as the text that KMIP 1.0 asks for; none for the kinds without a usual one (assumed). */
function nameText({ tag, content }: Der): string[] {
  if (tag === rfc822Name || tag === dnsName || tag === uri) return [content.toString('latin1')];
  if (tag === ipAddress && content.length === 4) return [content.join('.')];
  return [];
}
