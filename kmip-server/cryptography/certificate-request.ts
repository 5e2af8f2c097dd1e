/** Certificate requests that clients send with Certify and Re-certify. KMIP 1.1 §4.7 */
import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { CertificateRequestType } from '../../kmip/index.ts';
import { type Der, readBitString, readElements, readObjectIdentifier, readSequence } from './der.ts';
import { invalidField, refuseValue } from './not-supported.ts';

/** What a request asks to be certified. */
export interface CertificateRequest {
  /** A Name in DER. */
  subject: Buffer;
  publicKey: KeyObject;
  /** Extensions in DER (the content of the Extensions sequence), if it asks for any. */
  extensions: readonly Buffer[];
}

/** Digest by the signature's algorithm. RFC 8017 §A.2.4, RFC 5758 §3.1, §3.2 */
const signatureDigests: Readonly<Record<string, string>> = {
  '1.2.840.113549.1.1.5': 'sha1',
  '1.2.840.113549.1.1.14': 'sha224',
  '1.2.840.113549.1.1.11': 'sha256',
  '1.2.840.113549.1.1.12': 'sha384',
  '1.2.840.113549.1.1.13': 'sha512',
  '1.2.840.10045.4.1': 'sha1',
  '1.2.840.10045.4.3.1': 'sha224',
  '1.2.840.10045.4.3.2': 'sha256',
  '1.2.840.10045.4.3.3': 'sha384',
  '1.2.840.10045.4.3.4': 'sha512',
  '2.16.840.1.101.3.4.3.1': 'sha224',
  '2.16.840.1.101.3.4.3.2': 'sha256',
};

function derOf(type: number, request: Buffer): Buffer {
  if (type === CertificateRequestType.PKCS_10) return request;
  if (type !== CertificateRequestType.PEM) return refuseValue('CertificateRequestType', type, 'by this server');
  const [, base64] =
    /-----BEGIN (?:NEW )?CERTIFICATE REQUEST-----([^-]+)-----END/.exec(request.toString('latin1')) ?? [];
  return base64 === undefined
    ? invalidField('The Certificate Request is not a PEM certificate request.')
    : Buffer.from(base64, 'base64');
}

// RFC 2985 §5.4.2
const extensionRequest = '1.2.840.113549.1.9.14';

function requestedExtensions(attributes: Der | undefined): Buffer[] {
  for (const one of attributes ? readElements(attributes.content) : []) {
    const [type, values] = readSequence(one.bytes);
    if (readObjectIdentifier(type) !== extensionRequest) continue;
    const [list] = readElements(values?.content ?? Buffer.alloc(0));
    return list ? readSequence(list.bytes).map(({ bytes }) => bytes) : [];
  }
  return [];
}

/**
 * Reads a PKCS#10 request (RFC 2986), as DER or PEM by Certificate Request Type, and checks that its own key signed it.
 * Throws Invalid Field for what is none, Feature Not Supported for CRMF and PGP.
 */
export function readCertificateRequest(type: number, request: Buffer): CertificateRequest {
  const bytes = derOf(type, request);
  let isSigned = false;
  let read: CertificateRequest;
  try {
    const [info, algorithm, signature] = readSequence(bytes);
    const [, subject, key, attributes] = readSequence(info?.bytes ?? Buffer.alloc(0));
    const publicKey = createPublicKey({ key: key?.bytes ?? Buffer.alloc(0), format: 'der', type: 'spki' });
    const [identifier] = readSequence(algorithm?.bytes ?? Buffer.alloc(0));
    const digest = signatureDigests[readObjectIdentifier(identifier)];
    isSigned =
      digest !== undefined && verify(digest, info?.bytes ?? Buffer.alloc(0), publicKey, readBitString(signature));
    read = {
      subject: subject?.bytes ?? Buffer.alloc(0),
      publicKey,
      extensions: requestedExtensions(attributes),
    };
  } catch {
    return invalidField('The Certificate Request is not a PKCS#10 certificate request.');
  }
  if (!isSigned) invalidField('The Certificate Request is not signed by its own key, or with an unknown algorithm.');
  return read;
}
