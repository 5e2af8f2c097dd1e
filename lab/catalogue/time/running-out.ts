import { type FaultEntry, trace } from '../entry.ts';
import { probes } from '../probes.ts';
import { guideFailure, lockedMachine, noKeyMade, stillPlain, taskFails } from '../shared.ts';
import { yaml } from '../yaml.ts';

/** What time alone breaks. */
export const timeFaults: FaultEntry[] = [
  {
    id: 'kms-certificate-runs-out',
    group: 'time',
    title: 'The certificate of the KMS runs out',
    story: 'It was valid when vCenter trusted it; nobody renewed it.',
    fragment: yaml`
      world:
        kms:
          - certificateValidMinutes: 4
      steps:
        - do: clock.advance
          with: { seconds: 250 }
    `,
    probe: probes.encrypt,
    answer: noKeyMade('expired'),
    vcenter: { ...stillPlain, provider: { status: 'red', clientTrustServer: false } },
    timeline: { vcenter: [trace('vcenter.kmip.failed', { 'data.kind': 'certificate-expired' })] },
    provenance: guideFailure,
  },
  {
    id: 'kms-certificate-ends-soon',
    group: 'time',
    title: 'The certificate of the KMS ends soon',
    story: 'It has ten days left: everything works, and the status warns.',
    fragment: yaml`
      world:
        kms:
          - certificateValidMinutes: 14400
    `,
    probe: probes.status,
    answer: { status: 'yellow', connectionStatus: { contains: 'the certificate of the KMS will expire soon' } },
    vcenter: { provider: { status: 'yellow', clientTrustServer: true, serverTrustClient: true } },
    timeline: { vcenter: [trace('vcenter.task.succeeded')] },
    provenance: {
      word: 'documented',
      source: "vSAN health: a warning 30 days before a certificate's end. The text is assumed.",
    },
  },
  {
    id: 'client-certificate-runs-out',
    group: 'time',
    title: "vCenter's client certificate runs out",
    story: 'The KMS let it in for years; from now on it refuses it.',
    fragment: yaml`
      steps:
        - do: kms.issueClient
          with: { user: vcenter, validMinutes: 4 }
          capture: { certificate: certificate, privateKey: privateKey }
        - do: vcenter.uploadClientCertificate
          with: { cluster: keyrig, certificate: "\${certificate}", privateKey: "\${privateKey}" }
        - do: clock.advance
          with: { seconds: 250 }
    `,
    probe: probes.encrypt,
    answer: noKeyMade('TLS alert certificate_expired'),
    vcenter: { ...stillPlain, provider: { status: 'red', serverTrustClient: false } },
    timeline: { kmip: [trace('kmip.connection.refused', { 'data.alert': 'certificate_expired' })] },
    provenance: guideFailure,
  },
  {
    id: 'key-deactivation-date',
    group: 'time',
    title: 'The key of a virtual machine runs out',
    story: 'The KMS gave it a Deactivation Date, and that has passed when the host restarts.',
    fragment: yaml`
      steps:
        - do: kmip.setDates
          with: { uniqueIdentifier: "\${keyId}", deactivateInSeconds: 900 }
        - do: clock.advance
          with: { seconds: 901 }
    `,
    probe: probes.startAfterReboot,
    answer: taskFails('EncryptionKeyRequired', 'not found'),
    vcenter: { vm: { cryptoState: 'locked', powerState: 'poweredOff' } },
    timeline: { vcenter: [trace('vcenter.vm.locked')] },
    provenance: lockedMachine,
  },
];
