import type { CertificateFault } from '../../../core/index.ts';
import { type FaultEntry, fired, never, trace } from '../entry.ts';
import { probes } from '../probes.ts';
import { guideFailure, noKeyMade, stillPlain } from '../shared.ts';
import { yaml } from '../yaml.ts';

/** What a KMIP client that checks everything makes of one connection with a bad certificate. */
function refusedForOneConnection(certificate: CertificateFault) {
  return {
    fragment: yaml`
      faults:
        - id: wrong-server
          at: kmip.connection
          then: { certificate: ${certificate} }
    `,
    probe: probes.askKms,
    answer: { fault: { phase: 'handshake', failure: 'untrusted' } },
    timeline: { kmip: [fired('wrong-server'), never('kmip.request')] },
  };
}

/** The certificate that the KMS shows. */
export const certificateFaults: FaultEntry[] = [
  {
    id: 'kms-certificate-changed',
    group: 'tls',
    title: 'The KMS shows another certificate',
    story: 'Somebody renewed it; vCenter trusts the old one and ends the handshake.',
    fragment: yaml`
      steps:
        - do: kms.rotateCertificate
    `,
    probe: probes.encrypt,
    answer: noKeyMade('certificate'),
    vcenter: { ...stillPlain, provider: { status: 'red', word: 'Not connected', clientTrustServer: false } },
    timeline: { vcenter: [trace('vcenter.kmip.failed', { 'data.kind': 'certificate-changed' })] },
    provenance: guideFailure,
  },
  {
    id: 'kms-certificate-expired',
    group: 'tls',
    title: 'The certificate of the KMS has expired',
    story: 'It was expired when vCenter was told to trust it.',
    fragment: yaml`
      world:
        kms:
          - certificate: expired
    `,
    probe: probes.encrypt,
    answer: noKeyMade('expired'),
    vcenter: { ...stillPlain, provider: { status: 'red', clientTrustServer: false } },
    timeline: { vcenter: [trace('vcenter.kmip.failed', { 'data.kind': 'certificate-expired' })] },
    provenance: guideFailure,
  },
  {
    id: 'kms-certificate-not-yet-valid',
    group: 'tls',
    title: 'The certificate of the KMS is not yet valid',
    story: 'It begins tomorrow: the clocks of the KMS and of vCenter differ, or it was made in advance.',
    fragment: yaml`
      world:
        kms:
          - certificate: not-yet-valid
    `,
    probe: probes.encrypt,
    answer: noKeyMade('not yet valid'),
    vcenter: { ...stillPlain, provider: { status: 'red', clientTrustServer: false } },
    timeline: { vcenter: [trace('vcenter.kmip.failed', { 'data.kind': 'certificate-expired' })] },
    provenance: guideFailure,
  },
  {
    id: 'kms-certificate-wrong-name',
    group: 'tls',
    title: 'The certificate of the KMS has another name',
    story: 'A KMIP client that checks names refuses it.',
    fragment: yaml`
      world:
        kms:
          - certificate: wrong-name
    `,
    probe: probes.askKms,
    answer: { fault: { phase: 'handshake', failure: 'untrusted' } },
    timeline: { kmip: [trace('kmip.connection.accepted'), never('kmip.request')] },
    provenance: {
      word: 'documented',
      source: 'RFC 9525 §6: a client compares the names of the certificate with the one it dials.',
    },
  },
  {
    id: 'kms-certificate-unknown-ca',
    group: 'tls',
    title: 'The certificate of the KMS is from an unknown authority',
    story: 'A KMIP client that trusts one authority refuses a certificate of another.',
    fragment: yaml`
      world:
        kms:
          - certificate: unknown-ca
    `,
    probe: probes.askKms,
    answer: { fault: { phase: 'handshake', failure: 'untrusted' } },
    timeline: { kmip: [trace('kmip.connection.accepted'), never('kmip.request')] },
    provenance: {
      word: 'documented',
      source: 'RFC 5280 §6: a path that does not begin at a trust anchor is not valid.',
    },
  },
  {
    id: 'kms-certificate-self-signed',
    group: 'tls',
    title: 'The certificate of the KMS is self-signed',
    story:
      'No authority stands behind it, so a KMIP client that trusts an authority refuses it. vCenter, which trusts a certificate itself, would not mind.',
    fragment: yaml`
      world:
        kms:
          - certificate: self-signed
    `,
    probe: probes.askKms,
    answer: { fault: { phase: 'handshake', failure: 'untrusted' } },
    timeline: { kmip: [trace('kmip.connection.accepted'), never('kmip.request')] },
    provenance: {
      word: 'documented',
      source: 'RFC 5280 §6: a path that does not begin at a trust anchor is not valid.',
    },
  },
  {
    id: 'connection-to-an-impostor',
    group: 'tls',
    title: 'Somebody else answers in the place of the KMS',
    story: 'Another machine took its address; its certificate is of an authority that nobody trusts.',
    fragment: yaml`
      faults:
        - id: wrong-server
          at: kmip.connection
          when: { after: { event: { event: vcenter.task.started } } } # not while the key provider is set up
          then: { certificate: untrusted }
    `,
    probe: probes.encrypt,
    answer: noKeyMade('certificate'),
    vcenter: { ...stillPlain, provider: { status: 'red', clientTrustServer: false } },
    timeline: {
      kmip: [fired('wrong-server')],
      vcenter: [trace('vcenter.kmip.failed', { 'data.kind': 'certificate-changed' })],
    },
    provenance: guideFailure,
  },
  {
    id: 'connection-to-a-stale-node',
    group: 'tls',
    title: 'One node of the KMS shows an old certificate',
    story: 'A load balancer leads to a node whose certificate has expired.',
    fragment: yaml`
      faults:
        - id: wrong-server
          at: kmip.connection
          when: { after: { event: { event: vcenter.task.started } } } # not while the key provider is set up
          then: { certificate: expired }
    `,
    probe: probes.encrypt,
    answer: noKeyMade('certificate'),
    vcenter: { ...stillPlain, provider: { status: 'red', clientTrustServer: false } },
    timeline: {
      kmip: [fired('wrong-server')],
      vcenter: [trace('vcenter.kmip.failed', { 'data.kind': 'certificate-changed' })],
    },
    provenance: guideFailure,
  },
  {
    id: 'certificate-for-one-connection-expired',
    group: 'tls',
    title: 'A KMIP client meets an expired certificate',
    story: 'One connection leads to a server that nobody renewed.',
    ...refusedForOneConnection('expired'),
    provenance: {
      word: 'documented',
      source: 'RFC 5280 §6.1.3: a certificate is valid from notBefore to notAfter only.',
    },
  },
  {
    id: 'certificate-for-one-connection-future',
    group: 'tls',
    title: 'A KMIP client meets a certificate of the future',
    story: 'One connection leads to a server whose clock is ahead.',
    ...refusedForOneConnection('not-yet-valid'),
    provenance: {
      word: 'documented',
      source: 'RFC 5280 §6.1.3: a certificate is valid from notBefore to notAfter only.',
    },
  },
  {
    id: 'certificate-for-one-connection-wrong-name',
    group: 'tls',
    title: 'A KMIP client meets a certificate of another name',
    story: 'One connection leads to another server of the same owner.',
    ...refusedForOneConnection('wrong-name'),
    provenance: {
      word: 'documented',
      source: 'RFC 9525 §6: a client compares the names of the certificate with the one it dials.',
    },
  },
  {
    id: 'certificate-for-one-connection-revoked',
    group: 'tls',
    title: 'A KMIP client meets a revoked certificate',
    story:
      'Its authority has taken it back; a client that asks refuses it. The list is at /pki/crl.pem of the control API.',
    fragment: yaml`
      faults:
        - id: wrong-server
          at: kmip.connection
          then: { certificate: revoked }
    `,
    probe: probes.askKms,
    answer: { fault: { phase: 'handshake', failure: 'untrusted', message: { contains: 'revoked' } } },
    timeline: { kmip: [fired('wrong-server'), never('kmip.request')] },
    provenance: {
      word: 'documented',
      source: 'RFC 5280 §6.3: a certificate on its issuer’s revocation list is not valid.',
    },
  },
  {
    id: 'certificate-for-one-connection-no-eku',
    group: 'tls',
    title: 'A KMIP client meets a certificate without a purpose',
    story: 'It has no Extended Key Usage, which limits nothing: the client goes on.',
    fragment: yaml`
      faults:
        - id: wrong-server
          at: kmip.connection
          then: { certificate: no-eku }
    `,
    probe: probes.askKms,
    answer: { uniqueIdentifiers: [] },
    timeline: { kmip: [fired('wrong-server'), trace('kmip.request', { 'data.operation': 'Locate' })] },
    provenance: {
      word: 'documented',
      source: 'RFC 5280 §4.2.1.12: only a certificate that has the extension is limited by it.',
    },
  },
  {
    id: 'certificate-for-one-connection-weak-key',
    group: 'tls',
    title: 'A KMIP client meets a certificate with a weak key',
    story: 'RSA with 1024 bits: the TLS library refuses it.',
    ...refusedForOneConnection('weak-key'),
    provenance: { word: 'documented', source: 'OpenSSL, security level 1 and above refuse RSA keys of fewer bits.' },
  },
  {
    id: 'certificate-for-one-connection-self-signed',
    group: 'tls',
    title: 'A KMIP client meets a self-signed certificate',
    story: 'One connection leads to a server that is still being set up.',
    ...refusedForOneConnection('self-signed'),
    provenance: {
      word: 'documented',
      source: 'RFC 5280 §6: a path that does not begin at a trust anchor is not valid.',
    },
  },
  {
    id: 'certificate-for-one-connection-wrong-purpose',
    group: 'tls',
    title: 'A KMIP client meets a certificate for another purpose',
    story:
      'Its Extended Key Usage has clientAuth and not serverAuth: a client certificate was installed on the server.',
    ...refusedForOneConnection('wrong-eku'),
    provenance: {
      word: 'documented',
      source: 'RFC 5280 §4.2.1.12: the certificate is used for the purposes that it names, and no other.',
    },
  },
  {
    id: 'kms-certificate-wrong-usage',
    group: 'tls',
    title: 'The certificate of the KMS is made for clients',
    story: 'Its Extended Key Usage has clientAuth and not serverAuth.',
    fragment: yaml`
      world:
        kms:
          - certificate: wrong-usage
    `,
    probe: probes.askKms,
    answer: { fault: { phase: 'handshake', failure: 'untrusted' } },
    timeline: { kmip: [trace('kmip.connection.accepted'), never('kmip.request')] },
    provenance: {
      word: 'documented',
      source: 'RFC 5280 §4.2.1.12: the certificate is used for the purposes that it names, and no other.',
    },
  },
  {
    id: 'kms-certificate-weak-key',
    group: 'tls',
    title: 'The certificate of the KMS has a weak key',
    story: 'RSA with 1024 bits: a current TLS library refuses it.',
    fragment: yaml`
      world:
        kms:
          - certificate: weak-key
    `,
    probe: probes.askKms,
    answer: { fault: { phase: 'handshake', failure: 'untrusted' } },
    timeline: { kmip: [trace('kmip.connection.accepted'), never('kmip.request')] },
    provenance: { word: 'documented', source: 'OpenSSL, security level 1 and above refuse RSA keys of fewer bits.' },
  },
];
