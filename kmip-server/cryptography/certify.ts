/** Issuing X.509 certificates (RFC 5280) for Certify and Re-certify, and checking chains for Validate. KMIP 1.1 §4.7, §4.8, §4.24 */
import { createPublicKey, type KeyObject, sign, X509Certificate } from 'node:crypto';
import { HashingAlgorithm } from '../../kmip/index.ts';
import {
  bitString,
  DerTag,
  der,
  explicit,
  integer,
  objectIdentifier,
  octetString,
  readBitString,
  readSequence,
  sequence,
  unsignedNumber,
} from './der.ts';
import { digestOf } from './hash.ts';
import { computing, invalidField } from './not-supported.ts';

/** Who signs: a certificate authority that the server owns. */
export interface CertificateIssuer {
  certificate: X509Certificate;
  privateKey: KeyObject;
}

/** What a certificate shall say. */
export interface CertificateSubject {
  /** A Name in DER; see `distinguished-name.ts`. */
  name: Buffer;
  publicKey: KeyObject;
  /** 1 to 20 bytes, unsigned; RFC 5280 §4.1.2.2 wants it positive and unique. */
  serialNumber: Buffer;
  /** Seconds since 1970. */
  notBefore: number;
  notAfter: number;
  /** Extensions in DER that a request asked for. Those that make an authority are not taken over. */
  extensions?: readonly Buffer[] | undefined;
}

const oid = {
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  basicConstraints: '2.5.29.19',
  authorityKeyIdentifier: '2.5.29.35',
};

/** Signature algorithms by the type of the issuer's key: with SHA-256, as the OASIS case TC-134 has it. */
function signatureAlgorithm(key: KeyObject): Buffer {
  switch (key.asymmetricKeyType) {
    case 'rsa':
      return sequence(objectIdentifier('1.2.840.113549.1.1.11'), der(DerTag.Null));
    case 'ec':
      return sequence(objectIdentifier('1.2.840.10045.4.3.2'));
    case 'dsa':
      return sequence(objectIdentifier('2.16.840.1.101.3.4.3.2'));
    default:
      return invalidField('A certificate cannot be signed with this kind of key.');
  }
}

/** UTCTime up to 2049, then GeneralizedTime. RFC 5280 §4.1.2.5 */
function time(seconds: number): Buffer {
  const digits = new Date(seconds * 1000).toISOString().replace(/[-:T]|\.\d+/g, '');
  return digits < '2050'
    ? der(DerTag.UtcTime, Buffer.from(digits.slice(2)))
    : der(DerTag.GeneralizedTime, Buffer.from(digits));
}

function extension(identifier: string, value: Buffer, isCritical = false): Buffer {
  const critical = isCritical ? [der(0x01, Buffer.of(0xff))] : [];
  return sequence(objectIdentifier(identifier), ...critical, octetString(value));
}

function publicInfo(key: KeyObject): Buffer {
  return key.export({ type: 'spki', format: 'der' });
}

/** RFC 5280 §4.2.1.2 method 1: SHA-1 of the bits of the public key. */
function keyIdentifier(key: KeyObject): Buffer {
  return digestOf(HashingAlgorithm.SHA_1, readBitString(readSequence(publicInfo(key))[1]));
}

const ownExtensions: ReadonlySet<string> = new Set(
  [oid.subjectKeyIdentifier, oid.keyUsage, oid.basicConstraints, oid.authorityKeyIdentifier].map((one) =>
    objectIdentifier(one).toString('hex'),
  ),
);

function isOwnExtension(bytes: Buffer): boolean {
  return ownExtensions.has(readSequence(bytes)[0]?.bytes.toString('hex') ?? '');
}

function extensionsOf(subject: CertificateSubject, issuerKey: KeyObject, isAuthority: boolean): Buffer[] {
  // RFC 5280 §4.2.1.3: keyCertSign and cRLSign.
  const authority = isAuthority
    ? [
        extension(oid.basicConstraints, sequence(der(0x01, Buffer.of(0xff))), true),
        extension(oid.keyUsage, der(DerTag.BitString, Buffer.of(1, 0x06)), true),
      ]
    : [extension(oid.basicConstraints, sequence(), true)];
  const issuerIdentifier = sequence(der(0x80, keyIdentifier(issuerKey)));
  return [
    ...authority,
    extension(oid.subjectKeyIdentifier, octetString(keyIdentifier(subject.publicKey))),
    extension(oid.authorityKeyIdentifier, issuerIdentifier),
    ...(subject.extensions ?? []).filter((one) => !isOwnExtension(one)),
  ];
}

function signed(
  subject: CertificateSubject,
  issuer: { name: Buffer; privateKey: KeyObject },
  isAuthority: boolean,
): X509Certificate {
  const { serialNumber, notBefore, notAfter } = subject;
  if (serialNumber.length < 1 || serialNumber.length > 20) invalidField('A serial number has 1 to 20 bytes.');
  const algorithm = signatureAlgorithm(issuer.privateKey);
  const toBeSigned = sequence(
    explicit(0, integer(2n)),
    integer(unsignedNumber(serialNumber)),
    algorithm,
    issuer.name,
    sequence(time(notBefore), time(notAfter)),
    subject.name,
    publicInfo(subject.publicKey),
    explicit(3, sequence(...extensionsOf(subject, createPublicKey(issuer.privateKey), isAuthority))),
  );
  return computing('The certificate could not be signed.', () => {
    const signature = sign('sha256', toBeSigned, issuer.privateKey);
    return new X509Certificate(sequence(toBeSigned, algorithm, bitString(signature)));
  });
}

/** The subject of a certificate as DER. TBSCertificate: version, serialNumber, signature, issuer, validity, subject. */
export function subjectName(certificate: X509Certificate): Buffer {
  const [toBeSigned] = readSequence(certificate.raw);
  const fields = readSequence(toBeSigned?.bytes ?? Buffer.alloc(0));
  const hasVersion = fields[0]?.tag === 0xa0;
  return fields[hasVersion ? 5 : 4]?.bytes ?? Buffer.alloc(0);
}

/** Issues a certificate, signed with SHA-256. Throws Invalid Field or Cryptographic Failure. */
export function issueCertificate(subject: CertificateSubject, issuer: CertificateIssuer): X509Certificate {
  const { certificate, privateKey } = issuer;
  return signed(subject, { name: subjectName(certificate), privateKey }, false);
}

/** A certificate authority that signs itself. */
export function createIssuer(
  subject: Omit<CertificateSubject, 'publicKey' | 'extensions'>,
  privateKey: KeyObject,
): CertificateIssuer {
  const full = { ...subject, publicKey: createPublicKey(privateKey) };
  return { certificate: signed(full, { name: subject.name, privateKey }, true), privateKey };
}

/** The words of the enumeration Validity Indicator. */
export type Validity = 'Valid' | 'Invalid' | 'Unknown';

/** `anchors` are trusted for themselves; without any, a certificate that signed itself ends a chain. */
export interface ChainOptions {
  /** Seconds since 1970: the time at which every certificate must be valid. */
  date: number;
  anchors?: readonly X509Certificate[] | undefined;
}

function isValidAt(certificate: X509Certificate, date: number): boolean {
  const at = date * 1000;
  return certificate.validFromDate.getTime() <= at && at <= certificate.validToDate.getTime();
}

function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  return certificate.checkIssued(issuer);
}

function isSameCertificate(left: X509Certificate, right: X509Certificate): boolean {
  return left.raw.equals(right.raw);
}

/** The last certificate before the chain's end: the one that has issued none of the others. */
function leafOf(certificates: readonly X509Certificate[]): X509Certificate | undefined {
  const isIssuer = (one: X509Certificate) =>
    certificates.some((other) => !isSameCertificate(one, other) && isIssuedBy(other, one));
  return certificates.find((one) => !isIssuer(one));
}

/**
 * Validates one chain, whose certificates may stand in any order (KMIP 1.1 §4.24 leaves the method to the server): Valid
 * when each one is signed by the next, an authority, up to a trust anchor, and all are valid at the date; Invalid when a
 * signature, a date or an authority is wrong, or a certificate belongs to no chain; Unknown when the issuer of the last one
 * is not known.
 */
export function validateChain(certificates: readonly X509Certificate[], { date, anchors }: ChainOptions): Validity {
  const leaf = leafOf(certificates);
  if (!leaf) return certificates.length === 0 ? 'Unknown' : 'Invalid';
  const known = [...certificates, ...(anchors ?? [])];
  const isAnchor = (one: X509Certificate) => anchors?.some((anchor) => isSameCertificate(anchor, one)) ?? false;
  const seen: X509Certificate[] = [];
  let current = leaf;
  for (;;) {
    seen.push(current);
    if (!isValidAt(current, date)) return 'Invalid';
    if (isAnchor(current)) break;
    const found = known.find((one) => isIssuedBy(current, one));
    if (!found) return 'Unknown';
    if (!current.verify(found.publicKey)) return 'Invalid';
    if (isSameCertificate(found, current)) {
      if (anchors === undefined) break;
      return 'Unknown';
    }
    if (!(found.ca || isAnchor(found)) || seen.some((one) => isSameCertificate(one, found))) return 'Invalid';
    current = found;
  }
  const isLeftOver = certificates.some((one) => !seen.some((other) => isSameCertificate(one, other)));
  return isLeftOver ? 'Invalid' : 'Valid';
}
