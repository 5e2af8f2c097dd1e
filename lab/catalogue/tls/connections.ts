import { type FaultEntry, fired, trace } from '../entry.ts';
import { probes } from '../probes.ts';
import { guideFailure, noKeyMade, stillPlain, stillPlainAndRed } from '../shared.ts';
import { yaml } from '../yaml.ts';

/** What happens to a connection before its first KMIP message. */
export const connectionFaults: FaultEntry[] = [
  {
    id: 'connection-reset-in-handshake',
    group: 'tls',
    title: 'The connection is reset during the TLS handshake',
    story: 'A firewall on the way, or a KMS that crashes, answers the ClientHello with a TCP reset.',
    fragment: yaml`
      faults:
        - id: resets
          at: kmip.connection
          when: { after: { event: { event: vcenter.task.started } } } # not while the key provider is set up
          then: { reset: true }
    `,
    probe: probes.encrypt,
    answer: noKeyMade('ECONNRESET'),
    vcenter: stillPlainAndRed,
    timeline: {
      kmip: [fired('resets')],
      vcenter: [trace('vcenter.kmip.failed', { 'data.kind': 'reset' })],
    },
    provenance: guideFailure,
  },
  {
    id: 'connection-closed-in-handshake',
    group: 'tls',
    title: 'The connection is closed during the TLS handshake',
    story: 'The KMS, or a load balancer without a server behind it, closes the connection in order and says nothing.',
    fragment: yaml`
      faults:
        - id: closes
          at: kmip.connection
          when: { after: { event: { event: vcenter.task.started } } } # not while the key provider is set up
          then: { close: true }
    `,
    probe: probes.encrypt,
    answer: noKeyMade('disconnected before secure TLS connection was established'),
    vcenter: stillPlainAndRed,
    timeline: {
      kmip: [fired('closes')],
      vcenter: [trace('vcenter.kmip.failed', { 'data.kind': 'closed' })],
    },
    provenance: guideFailure,
  },
  {
    id: 'connection-hangs-in-handshake',
    group: 'tls',
    title: 'The KMS accepts the connection and says nothing',
    story: 'The TLS handshake never goes on: vCenter waits until its time-out.',
    fragment: yaml`
      faults:
        - id: hangs
          at: kmip.connection
          when: { after: { event: { event: vcenter.task.started } } } # not while the key provider is set up
          then: { hang: true }
    `,
    probe: probes.encrypt,
    answer: noKeyMade('did not finish the handshake'),
    vcenter: stillPlainAndRed,
    timeline: {
      kmip: [fired('hangs')],
      vcenter: [trace('vcenter.kmip.failed', { 'data.kind': 'timeout' })],
    },
    provenance: guideFailure,
  },
  {
    id: 'connection-slow',
    group: 'tls',
    title: 'The KMS is slow to accept connections',
    story: 'Every connection waits longer than vCenter does.',
    fragment: yaml`
      faults:
        - id: slow
          at: kmip.connection
          when: { after: { event: { event: vcenter.task.started } } } # not while the key provider is set up
          then: { delay: 31000 }
    `,
    probe: probes.encrypt,
    answer: noKeyMade('did not finish the handshake'),
    vcenter: stillPlain,
    timeline: {
      kmip: [fired('slow')],
      vcenter: [trace('vcenter.kmip.failed', { 'data.kind': 'timeout' })],
    },
    provenance: guideFailure,
  },
  {
    id: 'connection-reset-at-once',
    group: 'tls',
    title: 'The connection is reset before TLS begins',
    story: 'The KMS, or a firewall before it, takes the connection and resets it at once.',
    fragment: yaml`
      faults:
        - id: strikes
          at: kmip.connection
          when: { after: { event: { event: vcenter.task.started } } } # not while the key provider is set up
          then: { reset: { afterBytes: 0 } }
    `,
    probe: probes.encrypt,
    answer: noKeyMade('ECONNRESET'),
    vcenter: stillPlainAndRed,
    timeline: {
      kmip: [fired('strikes')],
      vcenter: [trace('vcenter.kmip.failed', { 'data.kind': 'reset' })],
    },
    provenance: guideFailure,
  },
  {
    id: 'tls-alert-handshake-failure',
    group: 'tls',
    title: 'The KMS refuses the handshake: handshake_failure',
    story: 'It shares no cipher suite with vCenter, or says so.',
    fragment: yaml`
      faults:
        - id: strikes
          at: kmip.connection
          when: { after: { event: { event: vcenter.task.started } } } # not while the key provider is set up
          then: { tlsAlert: handshake_failure }
    `,
    probe: probes.encrypt,
    answer: noKeyMade('TLS alert handshake_failure'),
    vcenter: stillPlainAndRed,
    timeline: {
      kmip: [fired('strikes')],
      vcenter: [trace('vcenter.kmip.failed', { 'data.kind': 'alert' })],
    },
    provenance: guideFailure,
  },
  {
    id: 'tls-alert-protocol-version',
    group: 'tls',
    title: 'The KMS refuses the handshake: protocol_version',
    story: 'It speaks TLS versions only that vCenter does not.',
    fragment: yaml`
      faults:
        - id: strikes
          at: kmip.connection
          when: { after: { event: { event: vcenter.task.started } } } # not while the key provider is set up
          then: { tlsAlert: protocol_version }
    `,
    probe: probes.encrypt,
    answer: noKeyMade('TLS alert protocol_version'),
    vcenter: stillPlainAndRed,
    timeline: {
      kmip: [fired('strikes')],
      vcenter: [trace('vcenter.kmip.failed', { 'data.kind': 'alert' })],
    },
    provenance: guideFailure,
  },
  {
    id: 'tls-alert-internal-error',
    group: 'tls',
    title: 'The KMS refuses the handshake: internal_error',
    story: 'It is overloaded, or its certificate store is broken.',
    fragment: yaml`
      faults:
        - id: strikes
          at: kmip.connection
          when: { after: { event: { event: vcenter.task.started } } } # not while the key provider is set up
          then: { tlsAlert: internal_error }
    `,
    probe: probes.encrypt,
    answer: noKeyMade('TLS alert internal_error'),
    vcenter: stillPlainAndRed,
    timeline: {
      kmip: [fired('strikes')],
      vcenter: [trace('vcenter.kmip.failed', { 'data.kind': 'alert' })],
    },
    provenance: guideFailure,
  },
  {
    id: 'tls-alert-unrecognized-name',
    group: 'tls',
    title: 'The KMS refuses the handshake: unrecognized_name',
    story: 'A proxy with several KMS behind it does not know the name that was asked for.',
    fragment: yaml`
      faults:
        - id: strikes
          at: kmip.connection
          when: { after: { event: { event: vcenter.task.started } } } # not while the key provider is set up
          then: { tlsAlert: unrecognized_name }
    `,
    probe: probes.encrypt,
    answer: noKeyMade('TLS alert unrecognized_name'),
    vcenter: stillPlainAndRed,
    timeline: {
      kmip: [fired('strikes')],
      vcenter: [trace('vcenter.kmip.failed', { 'data.kind': 'alert' })],
    },
    provenance: guideFailure,
  },
  {
    id: 'tls-alert-bad-certificate',
    group: 'tls',
    title: 'The KMS refuses the handshake: bad_certificate',
    story: 'It cannot read the certificate of the client.',
    fragment: yaml`
      faults:
        - id: strikes
          at: kmip.connection
          when: { after: { event: { event: vcenter.task.started } } } # not while the key provider is set up
          then: { tlsAlert: bad_certificate }
    `,
    probe: probes.encrypt,
    answer: noKeyMade('TLS alert bad_certificate'),
    vcenter: stillPlainAndRed,
    timeline: {
      kmip: [fired('strikes')],
      vcenter: [trace('vcenter.kmip.failed', { 'data.kind': 'alert' })],
    },
    provenance: guideFailure,
  },
  {
    id: 'tls-alert-access-denied',
    group: 'tls',
    title: 'The KMS refuses the handshake: access_denied',
    story: 'The certificate is in order; its owner may not use this KMS.',
    fragment: yaml`
      faults:
        - id: strikes
          at: kmip.connection
          when: { after: { event: { event: vcenter.task.started } } } # not while the key provider is set up
          then: { tlsAlert: access_denied }
    `,
    probe: probes.encrypt,
    answer: noKeyMade('TLS alert access_denied'),
    vcenter: stillPlainAndRed,
    timeline: {
      kmip: [fired('strikes')],
      vcenter: [trace('vcenter.kmip.failed', { 'data.kind': 'alert' })],
    },
    provenance: guideFailure,
  },
];
