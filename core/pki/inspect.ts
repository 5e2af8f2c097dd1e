import { createHash, X509Certificate } from 'node:crypto';
import { KeyrigError } from '../errors.ts';

/** What a certificate says, in the forms that people compare. */
export interface CertificateFacts {
  /** `CN=kms,O=keyrig`: the order of the certificate. */
  subject: string;
  issuer: string;
  commonName: string | undefined;
  /** Upper-case hexadecimal. */
  serialNumber: string;
  notBefore: Date;
  notAfter: Date;
  /** Names such as `serverAuth`, or the dotted OID of an unknown purpose. Empty when the extension is absent. */
  extendedKeyUsage: string[];
  /** SHA-1 and SHA-256 of the DER form: upper case with colons, as openssl prints them. */
  sha1: string;
  sha256: string;
  pem: string;
  der: Buffer;
}

const purposes: Record<string, string> = {
  '1.3.6.1.5.5.7.3.1': 'serverAuth',
  '1.3.6.1.5.5.7.3.2': 'clientAuth',
};

/** Reads a certificate in PEM or DER. Throws ERR_PKI_CERTIFICATE when it is none. */
export function inspectCertificate(certificate: string | Buffer | X509Certificate): CertificateFacts {
  const x509 = parseCertificate(certificate);
  const subject = distinguishedName(x509.subject);
  return {
    subject,
    issuer: distinguishedName(x509.issuer),
    commonName: /(?:^|\n)CN=([^\n]+)/.exec(x509.subject ?? '')?.[1],
    serialNumber: x509.serialNumber,
    notBefore: new Date(x509.validFrom),
    notAfter: new Date(x509.validTo),
    extendedKeyUsage: (x509.keyUsage ?? []).map((oid) => purposes[oid] ?? oid),
    sha1: fingerprint(x509.raw, 'sha1'),
    sha256: fingerprint(x509.raw, 'sha256'),
    pem: x509.toString(),
    der: x509.raw,
  };
}

/** A certificate in PEM or DER as node:crypto's object. Throws ERR_PKI_CERTIFICATE when it is none. */
export function parseCertificate(certificate: string | Buffer | X509Certificate): X509Certificate {
  if (certificate instanceof X509Certificate) return certificate;
  try {
    return new X509Certificate(certificate);
  } catch (cause) {
    throw new KeyrigError('ERR_PKI_CERTIFICATE', 'This is not a readable X.509 certificate.', { cause });
  }
}

/** The fingerprint of a certificate: `7B:D9:…`, upper case with colons. Accepts PEM or DER. */
export function fingerprint(certificate: string | Buffer, algorithm: 'sha1' | 'sha256'): string {
  const der = typeof certificate === 'string' ? parseCertificate(certificate).raw : certificate;
  return createHash(algorithm)
    .update(der)
    .digest('hex')
    .toUpperCase()
    .replace(/(..)(?!$)/g, '$1:');
}

/** Says whether a certificate is valid at a time (ms since the epoch). */
export function validityAt(
  facts: Pick<CertificateFacts, 'notBefore' | 'notAfter'>,
  time: number,
): 'valid' | 'expired' | 'not yet valid' {
  if (time < facts.notBefore.getTime()) return 'not yet valid';
  return time > facts.notAfter.getTime() ? 'expired' : 'valid';
}

function distinguishedName(lines: string | undefined): string {
  return (lines ?? '').split('\n').join(',');
}
