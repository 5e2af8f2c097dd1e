import { isIP } from 'node:net';
import { type Clock, inspectCertificate, KeyrigError, parseCertificate, validityAt } from '../../core/index.ts';
import type { KmipTlsOptions } from '../../kmip/index.ts';

/** What Node.js says of a certificate that it would take at another time. */
const aboutTime = new Set(['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID']);

/**
 * A client's check of a server's certificate, as Node.js does it but by the lab's clock: Node.js knows the machine's time only.
 * @param ca PEM of the one authority that issues servers' certificates
 * @param isRevoked asks that authority whether it has taken a certificate (DER) back
 */
export function serverCheck(
  host: string,
  ca: string,
  clock: Clock,
  isRevoked: (der: Buffer) => boolean = () => false,
): KmipTlsOptions['checkServer'] {
  return (der, problem) => {
    if (problem !== undefined && !aboutTime.has(problem)) return refusal(problem);
    // A wrong time hides every other problem from Node.js, so nothing is taken for granted then.
    if (problem !== undefined && !isFrom(der, ca)) return refusal('no trusted authority issued it');
    if (problem !== undefined && !isFor(der, host)) return refusal(`it is not for ${host}`);
    const facts = inspectCertificate(der);
    const validity = validityAt(facts, clock.now());
    if (validity === 'valid') return isRevoked(der) ? refusal('its authority has revoked it') : undefined;
    const when = validity === 'expired' ? facts.notAfter : facts.notBefore;
    return refusal(`it is ${validity} (${when.toISOString()})`);
  };
}

function isFrom(der: Buffer, ca: string): boolean {
  const issuer = parseCertificate(ca);
  const certificate = parseCertificate(der);
  return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}

function isFor(der: Buffer, host: string): boolean {
  const certificate = parseCertificate(der);
  return (isIP(host) === 0 ? certificate.checkHost(host) : certificate.checkIP(host)) !== undefined;
}

function refusal(reason: string): Error {
  return new KeyrigError('ERR_STEP', reason);
}
