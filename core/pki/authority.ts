import type forge from 'node-forge';
import { parseCertificate } from './inspect.ts';
import {
  type CertificateRequest,
  fromPem,
  type Identity,
  type Issuer,
  type IssuingParts,
  issueCertificate,
  type KeyPurpose,
  toIdentity,
  toPem,
} from './issue.ts';
import type { KeyPair } from './key-pool.ts';
import { type Revocation, revocationList } from './revocation-list.ts';
import { readSigningRequest } from './signing-request.ts';

/** A certificate authority of the lab. Throw-away: it lives as long as the process and trusts nothing outside. */
export interface CertificateAuthority {
  readonly certificatePem: string;
  /** A server certificate: the usual local names, extended key usage serverAuth. */
  issueServer(request: CertificateRequest): Identity;
  /** A client certificate: extended key usage clientAuth. */
  issueClient(request: CertificateRequest): Identity;
  /** Signs a PKCS#10 request; the answer is a PEM certificate. Throws ERR_PKI_CERTIFICATE when the request is not valid. */
  signRequest(requestPem: string, options: SigningOptions): string;
  /** Takes a certificate (PEM) back. */
  revoke(certificatePem: string): void;
  /** Whether it has taken this certificate (PEM or DER) back. */
  isRevoked(certificate: string | Buffer): boolean;
  /** What it has taken back. */
  readonly revoked: readonly Revocation[];
  /** Its list of revoked certificates, PEM. RFC 5280 §5 */
  revocationList(period: { thisUpdate: Date; nextUpdate: Date }): string;
}

export interface SigningOptions extends Pick<CertificateRequest, 'notBefore' | 'notAfter' | 'names'> {
  purpose: KeyPurpose;
}

/** Makes a certificate authority that signs itself, or goes on as one whose certificate (PEM) there is already. */
export function createCertificateAuthority(
  options: {
    commonName?: string;
    keys: KeyPair;
    certificatePem?: string;
    /** What it has taken back already. */
    revoked?: readonly Revocation[];
    notBefore?: Date;
    notAfter?: Date;
  } & IssuingParts,
): CertificateAuthority {
  const { keys, commonName = 'keyrig lab CA', notBefore, notAfter, clock, random } = options;
  const parts: IssuingParts = { clock, random };
  const subject = { commonName, publicKey: keys.publicKey, ownKey: keys.privateKey, authority: true };
  const certificate: forge.pki.Certificate =
    options.certificatePem === undefined
      ? issueCertificate({ ...subject, notBefore, notAfter }, parts)
      : fromPem(options.certificatePem);
  const certificatePem = toPem(certificate);
  const issuer: Issuer = { certificate, privateKey: keys.privateKey };
  const revoked: Revocation[] = [...(options.revoked ?? [])];
  const serialOf = (one: string | Buffer) => parseCertificate(one).serialNumber.toLowerCase();
  const issue = (request: CertificateRequest): Identity => {
    const { keys: subjectKeys, ...subject } = request;
    return toIdentity(issueCertificate({ ...subject, publicKey: subjectKeys.publicKey }, parts, issuer), subjectKeys, [
      certificatePem,
    ]);
  };
  return {
    certificatePem,
    revoked,
    revoke(one) {
      revoked.push({ serialNumber: evenHex(serialOf(one)), time: clock.now() });
    },
    isRevoked: (one) => revoked.some(({ serialNumber }) => serialNumber === evenHex(serialOf(one))),
    revocationList: (period) => revocationList(issuer, revoked, period),
    issueServer: (request) => issue({ extendedKeyUsage: ['serverAuth'], usualNames: true, ...request }),
    issueClient: (request) => issue({ extendedKeyUsage: ['clientAuth'], ...request }),
    signRequest(requestPem, { purpose, ...validity }) {
      const { commonName: name, organization, publicKey } = readSigningRequest(requestPem);
      const subject = { commonName: name, organization, publicKey, extendedKeyUsage: [purpose], ...validity };
      return toPem(issueCertificate({ ...subject, usualNames: purpose === 'serverAuth' }, parts, issuer));
    },
  };
}

/** Whole octets, and none that would make the number negative. */
function evenHex(hex: string): string {
  const whole = hex.length % 2 === 0 ? hex : `0${hex}`;
  return /^[89a-f]/.test(whole) ? `00${whole}` : whole;
}
