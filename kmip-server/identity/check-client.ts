import type { X509Certificate } from 'node:crypto';
import { type CertificateFacts, inspectCertificate, validityAt } from '../../core/index.ts';
import type { AlertName } from '../tls/alert.ts';
import type { KnownClients } from './known-clients.ts';

/** Why a client is refused: a stable word, the alert that tells it, and a sentence for the journal and the operator. */
export interface Refusal {
  reason: 'no-certificate' | 'unknown-ca' | 'expired' | 'not-yet-valid' | 'no-client-auth' | 'unknown-client';
  alert: AlertName;
  text: string;
}

/** Who is at the other end of a connection. */
export interface ClientIdentity {
  /** Owner of the objects it creates: the known client's name, else the certificate's Common Name or subject. */
  name: string;
  subject: string;
  sha1: string;
  sha256: string;
}

export type Verdict =
  | { accepted: true; client: ClientIdentity }
  | { accepted: false; refusal: Refusal; client: ClientIdentity | undefined };

/** The longest chain that is followed from a client certificate up to an authority. */
const maxChain = 8;

/**
 * Decides on a client certificate. Done here and not in OpenSSL because the lab's clock may differ from the machine's and
 * because each refusal must be told apart.
 *
 * @param now ms since the epoch, on the lab's clock
 */
export function checkClient(
  certificate: X509Certificate | undefined,
  known: KnownClients,
  now: number,
  requireKnownClient: boolean,
): Verdict {
  if (certificate === undefined) {
    return { accepted: false, client: undefined, refusal: refusals.noCertificate };
  }
  const facts = inspectCertificate(certificate);
  const pinned = known.byPin(certificate);
  const found = pinned ?? known.byRule(certificate) ?? known.byCommonName(facts.commonName);
  const client: ClientIdentity = {
    name: found?.name ?? facts.commonName ?? facts.subject,
    subject: facts.subject,
    sha1: facts.sha1,
    sha256: facts.sha256,
  };
  const refusal =
    (pinned ? undefined : chainProblem(certificate, known, now)) ??
    validityProblem(facts, now) ??
    usageProblem(facts) ??
    (requireKnownClient && found === undefined ? refusals.unknownClient : undefined);
  return refusal ? { accepted: false, refusal, client } : { accepted: true, client };
}

const refusals = {
  noCertificate: {
    reason: 'no-certificate',
    // OpenSSL's choice; in TLS 1.3 it becomes certificate_required. RFC 5246 §7.4.6, RFC 8446 §4.4.2.4
    alert: 'handshake_failure',
    text: 'no client certificate was shown',
  },
  unknownClient: {
    reason: 'unknown-client',
    // RFC 5246 §7.2.2: a valid certificate was received, but access control said no.
    alert: 'access_denied',
    text: 'the certificate is valid but belongs to no known client',
  },
  noClientAuth: {
    reason: 'no-client-auth',
    alert: 'unsupported_certificate',
    text: 'the certificate lacks the extended key usage clientAuth',
  },
} as const satisfies Record<string, Refusal>;

/** Follows the issuers, among the known authorities and the certificates that the client sent along. */
function chainProblem(leaf: X509Certificate, known: KnownClients, now: number): Refusal | undefined {
  let current = leaf;
  for (let depth = 0; depth < maxChain; depth++) {
    for (const authority of known.authorities) {
      if (current.fingerprint256 === authority.fingerprint256 || issued(authority, current)) return undefined;
    }
    const next = current.issuerCertificate;
    if (!next || next.fingerprint256 === current.fingerprint256 || !next.ca || !issued(next, current)) break;
    const problem = validityProblem(inspectCertificate(next), now);
    if (problem) return problem;
    current = next;
  }
  const selfSigned = leaf.subject === leaf.issuer;
  const text = selfSigned
    ? 'the certificate is self-signed and not one that this server was told to trust'
    : `no trusted authority issued it (issuer ${inspectCertificate(current).issuer})`;
  return { reason: 'unknown-ca', alert: 'unknown_ca', text };
}

function issued(issuer: X509Certificate, certificate: X509Certificate): boolean {
  return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}

function validityProblem(facts: CertificateFacts, now: number): Refusal | undefined {
  switch (validityAt(facts, now)) {
    case 'expired': {
      const text = `the certificate ${facts.subject} expired on ${facts.notAfter.toISOString()}`;
      return { reason: 'expired', alert: 'certificate_expired', text };
    }
    case 'not yet valid': {
      // TLS has no alert of its own for this; OpenSSL sends bad_certificate.
      const text = `the certificate ${facts.subject} is not valid before ${facts.notBefore.toISOString()}`;
      return { reason: 'not-yet-valid', alert: 'bad_certificate', text };
    }
    case 'valid':
      return undefined;
  }
}

/** PyKMIP asks for it too (observed), and its users report that its absence is the usual mistake. */
function usageProblem(facts: CertificateFacts): Refusal | undefined {
  return facts.extendedKeyUsage.includes('clientAuth') ? undefined : refusals.noClientAuth;
}
