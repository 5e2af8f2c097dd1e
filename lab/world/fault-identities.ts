import type { CertificateFault, Clock, Identity } from '../../core/index.ts';
import type { LabPki } from './pki.ts';
import type { CertificateFlaw } from './schema.ts';

/** What faults call a flaw, where the world has another word for it. */
const flaws: Readonly<Record<CertificateFault, CertificateFlaw>> = {
  expired: 'expired',
  'not-yet-valid': 'not-yet-valid',
  'wrong-name': 'wrong-name',
  untrusted: 'unknown-ca',
  revoked: 'revoked',
  'self-signed': 'self-signed',
  'no-eku': 'no-usage',
  'wrong-eku': 'wrong-usage',
  'weak-key': 'weak-key',
};

/** A certificate that is not valid yet becomes valid within a day: after half of one another is made. */
const keptMs = 12 * 3_600_000;

/** Makes the certificates that faults let a KMS show, each when it is first needed. They have a key of their own. */
export function faultIdentities(
  kms: { name: string; address: string },
  pki: LabPki,
  clock: Clock,
): (fault: CertificateFault) => Promise<Identity> {
  const made = new Map<CertificateFault, { since: number; identity: Promise<Identity> }>();
  return (fault) => {
    const now = clock.now();
    let entry = made.get(fault);
    if (!entry || Math.abs(now - entry.since) > keptMs) {
      const role = `${kms.name} for faults`;
      const identity = pki.server({ role, commonName: kms.name, flaw: flaws[fault], names: [kms.address] });
      entry = { since: now, identity };
      made.set(fault, entry);
    }
    return entry.identity;
  };
}
