/** Certificates that Certify and Re-certify issue. KMIP 1.1 §4.7, §4.8 */
import type { KeyObject, X509Certificate } from 'node:crypto';
import {
  CertificateType,
  KmipError,
  type ManagedObject,
  ObjectType,
  ResultReason,
  readAttribute,
  type TemplateAttribute,
} from '../../kmip/index.ts';
import { wantedValue } from '../attributes/wanted-values.ts';
import { type CertificateRequest, readCertificateRequest } from '../cryptography/certificate-request.ts';
import { issueCertificate } from '../cryptography/certify.ts';
import { encodeName, parseName } from '../cryptography/distinguished-name.ts';
import { publicKeyOf } from '../cryptography/key-formats.ts';
import type { OperationContext } from '../messages/operation-context.ts';
import type { StoredObject } from '../store/stored-object.ts';
import { asymmetricKeyOf } from '../use/key-use.ts';
import { certificateAuthority, newSerialNumber } from './certificate-authority.ts';
import { seconds } from './life-cycle.ts';
import type { WantedAttributes } from './new-object.ts';
import { described } from './registration.ts';

interface RequestFields {
  certificateRequestType?: number;
  certificateRequest?: Buffer;
}

/** The Certificate Request, if there is one. Throws Invalid Message when its type is missing, else as readCertificateRequest. */
export function requestIn({
  certificateRequestType,
  certificateRequest,
}: RequestFields): CertificateRequest | undefined {
  if (certificateRequest === undefined) return undefined;
  if (certificateRequestType === undefined) {
    throw new KmipError(ResultReason.InvalidMessage, 'A Certificate Request needs its Certificate Request Type.');
  }
  return readCertificateRequest(certificateRequestType, certificateRequest);
}

/** Checks that a request is for the public key that is certified. Throws Invalid Field. */
export function checkSameKey(request: CertificateRequest | undefined, publicKey: StoredObject): void {
  if (request === undefined) return;
  const certified = asymmetricKeyOf(publicKey, 'public', 'Certify');
  if (request.publicKey.equals(publicKeyOf(certified))) return;
  throw new KmipError(ResultReason.InvalidField, 'The Certificate Request is for another key than the one to certify.');
}

/**
 * The subject that a Template-Attribute names, and the rest of its attributes: clients set the subject in no other place.
 * KMIP 1.1 §4.7
 */
export function subjectIn(template: TemplateAttribute): { subject: Buffer | undefined; others: TemplateAttribute } {
  let subject: Buffer | undefined;
  const attributes = template.attributes.filter((attribute) => {
    const { attributeName } = attribute;
    if (attributeName === 'X.509 Certificate Subject') {
      subject = readAttribute(attributeName, attribute).subjectDistinguishedName;
    } else if (attributeName === 'Certificate Subject') {
      subject ??= encodeName(parseName(readAttribute(attributeName, attribute).certificateSubjectDistinguishedName));
    } else return true;
    return false;
  });
  return { subject, others: { ...template, attributes } };
}

/** The last second of the year 9999, after which X.509 has no times. RFC 5280 §4.1.2.5 */
const lastTime = 253_402_300_799;

function checkTime(date: number): void {
  if (date >= 0 && date <= lastTime) return;
  throw new KmipError(ResultReason.InvalidField, 'A certificate can only be valid between the years 1970 and 9999.');
}

/** Days that a certificate is valid without a Deactivation Date (assumed). */
const usualDays = 365;

/**
 * Issues a certificate, valid from the wanted Activation Date to the Deactivation Date, and adds to the wanted attributes
 * what it says of itself.
 */
export function newCertificate(
  subject: { name: Buffer; publicKey: KeyObject; extensions: readonly Buffer[] | undefined },
  wanted: WantedAttributes,
  context: OperationContext,
  authorityKey: KeyObject | undefined,
): ManagedObject {
  const authority = certificateAuthority(context, authorityKey);
  const notBefore = wantedValue(wanted, 'Activation Date') ?? seconds(context.now);
  const notAfter = wantedValue(wanted, 'Deactivation Date') ?? notBefore + usualDays * 86_400;
  checkTime(notBefore);
  checkTime(notAfter);
  const issued: X509Certificate = issueCertificate(
    { ...subject, serialNumber: newSerialNumber(), notBefore, notAfter },
    authority,
  );
  const certificate: ManagedObject = {
    objectType: ObjectType.Certificate,
    certificateType: CertificateType.X_509,
    certificateValue: issued.raw,
  };
  return described(certificate, wanted, context);
}
