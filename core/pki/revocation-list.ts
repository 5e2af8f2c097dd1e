import { sign } from 'node:crypto';
import forge from 'node-forge';
import type { Issuer } from './issue.ts';

/** A certificate that its authority has taken back: its serial number in hexadecimal, and when (ms since the epoch). */
export type Revocation = { readonly serialNumber: string; readonly time: number };

const { asn1 } = forge;
const { Class, Type } = asn1;
const universal = (type: number, isConstructed: boolean, value: string | forge.asn1.Asn1[]) =>
  asn1.create(Class.UNIVERSAL, type, isConstructed, value);
const sequence = (...members: forge.asn1.Asn1[]) => universal(Type.SEQUENCE, true, members);
const integer = (hex: string) => universal(Type.INTEGER, false, forge.util.hexToBytes(hex));

/**
 * The list of revoked certificates of an authority, PEM: RFC 5280 §5, version 2, signed with SHA-256 and RSA.
 * @param period from when to when it holds
 */
export function revocationList(
  issuer: Issuer,
  revoked: readonly Revocation[],
  period: { thisUpdate: Date; nextUpdate: Date },
): string {
  const algorithm = sequence(
    universal(Type.OID, false, asn1.oidToDer(forge.pki.oids.sha256WithRSAEncryption!).getBytes()),
    universal(Type.NULL, false, ''),
  );
  const toBeSigned = sequence(
    integer('01'),
    algorithm,
    subjectOf(issuer),
    time(period.thisUpdate),
    time(period.nextUpdate),
    // RFC 5280 §5.1.2.6: absent when there are none.
    ...(revoked.length === 0
      ? []
      : [sequence(...revoked.map((one) => sequence(integer(one.serialNumber), time(new Date(one.time)))))]),
  );
  const bytes = Buffer.from(asn1.toDer(toBeSigned).getBytes(), 'latin1');
  const signature = sign('sha256', bytes, issuer.privateKey).toString('latin1');
  // The first octet of a BIT STRING counts unused bits.
  const list = sequence(toBeSigned, algorithm, universal(Type.BITSTRING, false, `\0${signature}`));
  const body = Buffer.from(asn1.toDer(list).getBytes(), 'latin1')
    .toString('base64')
    .replace(/.{64}(?=.)/g, '$&\n');
  return `-----BEGIN X509 CRL-----\n${body}\n-----END X509 CRL-----\n`;
}

/** RFC 5280 §4.1: version, serial number, signature, issuer, validity, subject. */
function subjectOf({ certificate }: Issuer): forge.asn1.Asn1 {
  const [signed] = forge.pki.certificateToAsn1(certificate).value as [forge.asn1.Asn1];
  return (signed.value as forge.asn1.Asn1[])[5]!;
}

/** RFC 5280 §5.1.2.4: UTCTime up to 2049. */
function time(date: Date): forge.asn1.Asn1 {
  return date.getUTCFullYear() < 2050
    ? universal(Type.UTCTIME, false, asn1.dateToUtcTime(date) as unknown as string)
    : universal(Type.GENERALIZEDTIME, false, asn1.dateToGeneralizedTime(date) as unknown as string);
}
