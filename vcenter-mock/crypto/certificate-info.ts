import { inspectCertificate } from '../../core/index.ts';

/** vim25 CryptoManagerKmipCertificateInfo. */
export interface CertificateInfo {
  subject: string;
  issuer: string;
  serialNumber: string;
  notBefore: Date;
  notAfter: Date;
  /** SHA-1 with colons, as the thumbprint that is registered elsewhere. */
  fingerprint: string;
  checkTime: Date;
  secondsSinceValid?: number;
  secondsBeforeExpire?: number;
}

/** What a certificate says, at a time on the lab's clock (ms). `secondsBeforeExpire` is negative after the end. */
export function certificateInfo(certificate: string | Buffer, now: number): CertificateInfo {
  const { subject, issuer, serialNumber, notBefore, notAfter, sha1 } = inspectCertificate(certificate);
  return {
    subject,
    issuer,
    serialNumber,
    notBefore,
    notAfter,
    fingerprint: sha1,
    checkTime: new Date(now),
    secondsSinceValid: Math.trunc((now - notBefore.getTime()) / 1000),
    secondsBeforeExpire: Math.trunc((notAfter.getTime() - now) / 1000),
  };
}
