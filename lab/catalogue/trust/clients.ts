import { type FaultEntry, never, trace } from '../entry.ts';
import { probes } from '../probes.ts';
import { guideFailure, noKeyMade, stillPlain } from '../shared.ts';
import { yaml } from '../yaml.ts';

const notTrusted = {
  ...stillPlain,
  provider: { status: 'red', word: 'Not connected', serverTrustClient: false },
} as const;
const alerted = trace('vcenter.kmip.failed', { 'data.kind': 'alert' });

/** The KMS does not let vCenter in. */
export const clientFaults: FaultEntry[] = [
  {
    id: 'client-certificate-none',
    group: 'trust',
    title: 'vCenter has no client certificate for the KMS',
    story: 'Somebody forgot to upload certificate and key: the KMS ends the handshake with an alert.',
    fragment: yaml`
      world:
        vcenter:
          keyProviders:
            - name: keyrig
              trust: { client: none }
    `,
    probe: probes.encrypt,
    answer: noKeyMade('TLS alert'),
    vcenter: notTrusted,
    timeline: {
      kmip: [trace('kmip.probe', { 'data.reason': 'no-certificate', 'data.alert': 'handshake_failure' })],
      vcenter: [alerted],
    },
    provenance: guideFailure,
  },
  {
    id: 'client-certificate-unknown-ca',
    group: 'trust',
    title: 'The client certificate is from an authority that the KMS does not know',
    story: 'The certificate of another KMS was uploaded to vCenter.',
    fragment: yaml`
      world:
        vcenter:
          keyProviders:
            - name: keyrig
              trust: { client: unknown-ca }
    `,
    probe: probes.encrypt,
    answer: noKeyMade('TLS alert unknown_ca'),
    vcenter: notTrusted,
    timeline: { kmip: [trace('kmip.connection.refused', { 'data.alert': 'unknown_ca' })], vcenter: [alerted] },
    provenance: guideFailure,
  },
  {
    id: 'client-certificate-expired',
    group: 'trust',
    title: 'The client certificate has expired',
    story: 'The certificate that was uploaded to vCenter is past its end.',
    fragment: yaml`
      world:
        vcenter:
          keyProviders:
            - name: keyrig
              trust: { client: expired }
    `,
    probe: probes.encrypt,
    answer: noKeyMade('TLS alert certificate_expired'),
    vcenter: notTrusted,
    timeline: { kmip: [trace('kmip.connection.refused', { 'data.alert': 'certificate_expired' })], vcenter: [alerted] },
    provenance: guideFailure,
  },
  {
    id: 'client-certificate-no-usage',
    group: 'trust',
    title: 'The client certificate is not made for clients',
    story: 'Its Extended Key Usage lacks clientAuth.',
    fragment: yaml`
      world:
        vcenter:
          keyProviders:
            - name: keyrig
              trust: { client: no-usage }
    `,
    probe: probes.encrypt,
    answer: noKeyMade('TLS alert'),
    vcenter: notTrusted,
    timeline: { kmip: [trace('kmip.connection.refused')], vcenter: [alerted] },
    provenance: guideFailure,
  },
  {
    id: 'client-not-in-list',
    group: 'trust',
    title: 'The KMS does not know the client',
    story: 'The certificate is in order, but nobody made a user of it: the KMS ends the handshake with an alert.',
    fragment: yaml`
      world:
        kms:
          - requireKnownClient: true
            clients: [{ name: backup }]
    `,
    probe: probes.encrypt,
    answer: noKeyMade('TLS alert'),
    vcenter: notTrusted,
    timeline: { kmip: [trace('kmip.connection.refused')], vcenter: [alerted] },
    provenance: guideFailure,
  },
  {
    id: 'client-not-in-list-denied',
    group: 'trust',
    title: 'The KMS does not know the client, and says so in KMIP',
    story: 'The handshake succeeds; every request is answered Permission Denied.',
    fragment: yaml`
      world:
        kms:
          - requireKnownClient: true
            onRefusedClient: permission-denied
            clients: [{ name: backup }]
    `,
    probe: probes.encrypt,
    answer: noKeyMade('Permission Denied'),
    vcenter: stillPlain,
    timeline: { kmip: [trace('kmip.refused', { 'data.reason': 'Permission Denied' })] },
    provenance: guideFailure,
  },
  {
    id: 'kms-not-trusted',
    group: 'trust',
    title: 'vCenter does not trust the KMS',
    story: 'Nobody clicked Trust: vCenter does not accept the certificate of the KMS.',
    fragment: yaml`
      world:
        vcenter:
          keyProviders:
            - name: keyrig
              trust: { server: false }
    `,
    probe: probes.encrypt,
    answer: noKeyMade('trust'),
    vcenter: { ...stillPlain, provider: { status: 'red', clientTrustServer: false } },
    timeline: { vcenter: [trace('vcenter.kmip.failed', { 'data.kind': 'certificate-untrusted' })] },
    provenance: guideFailure,
  },
  {
    id: 'kms-password-wrong',
    group: 'trust',
    title: "vCenter's password for the KMS is wrong",
    story: 'The KMS separates keys by user, and refuses the credential.',
    fragment: yaml`
      world:
        kms:
          - users: [{ username: vcenter, password: right }]
        vcenter:
          keyProviders:
            - { name: keyrig, username: vcenter, password: wrong }
    `,
    probe: probes.encrypt,
    answer: noKeyMade('Password is wrong'),
    vcenter: { ...stillPlain, provider: { status: 'red', serverTrustClient: false } },
    timeline: { kmip: [trace('kmip.refused', { 'data.reason': 'Authentication Not Successful' })] },
    provenance: guideFailure,
  },
  {
    id: 'kms-password-missing',
    group: 'trust',
    title: 'vCenter has a user name for the KMS, but no password',
    story: 'vCenter finds out by itself and sends nothing.',
    fragment: yaml`
      world:
        kms:
          - users: [{ username: vcenter, password: right }]
        vcenter:
          keyProviders:
            - { name: keyrig, username: vcenter }
    `,
    probe: probes.encrypt,
    answer: noKeyMade('QLC_ERR_VALUE_MISSING'),
    vcenter: stillPlain,
    timeline: {
      kmip: [never('kmip.request', { 'data.operation': 'Create' })],
      vcenter: [trace('vcenter.kmip.failed', { 'data.kind': 'value-missing' })],
    },
    provenance: { word: 'documented', source: 'Broadcom knowledge base, article 396701: QLC_ERR_VALUE_MISSING' },
  },
  {
    id: 'kms-credential-missing',
    group: 'trust',
    title: 'The KMS wants a user name and password, and vCenter has none',
    story: 'The certificate alone is not enough for this KMS.',
    fragment: yaml`
      world:
        kms:
          - users: [{ username: vcenter, password: right }]
    `,
    probe: probes.encrypt,
    answer: noKeyMade('QLC_ERR_NEED_AUTH'),
    vcenter: stillPlain,
    timeline: { kmip: [trace('kmip.refused', { 'data.reason': 'Authentication Not Successful' })] },
    provenance: guideFailure,
  },
  {
    id: 'proxy-left-in-place',
    group: 'trust',
    title: 'A proxy is set for the KMS that is not there',
    story:
      'The guide says to leave the proxy fields empty; somebody filled them in, and the gateway lets nothing through to it.',
    fragment: yaml`
      steps:
        - do: vcenter.updateKmipServer
          with: { cluster: keyrig, name: kms-1, proxyAddress: 127.0.0.1, proxyPort: 1 }
    `,
    probe: probes.encrypt,
    answer: noKeyMade('did not finish the dial'),
    vcenter: { ...stillPlain, provider: { status: 'red', word: 'Not connected' } },
    timeline: {
      gateway: [trace('gateway.dial.dropped', { 'data.port': 1 })],
      kmip: [never('kmip.connection.accepted')],
      vcenter: [trace('vcenter.kmip.failed')],
    },
    provenance: guideFailure,
  },
];
