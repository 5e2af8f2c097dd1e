import { fingerprint } from '../core/index.ts';

const shape = /^(?:[0-9a-f]{2}:){19}(?:(?:[0-9a-f]{2}:){12})?[0-9a-f]{2}$/i;

/** Whether a text is a SHA-1 or SHA-256 fingerprint in hexadecimal with colons, in either case (control panel, documented). */
export function isThumbprint(text: string): boolean {
  return shape.test(text);
}

/** The fingerprints of a certificate, as openssl prints them. */
export function thumbprints(der: Buffer): { sha1: string; sha256: string } {
  return { sha1: fingerprint(der, 'sha1'), sha256: fingerprint(der, 'sha256') };
}

/** Whether a thumbprint is one of a certificate's; case does not matter. */
export function fitsCertificate(thumbprint: string, der: Buffer): boolean {
  const { sha1, sha256 } = thumbprints(der);
  return [sha1, sha256].includes(thumbprint.trim().toUpperCase());
}
