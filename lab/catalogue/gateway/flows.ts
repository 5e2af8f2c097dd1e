import { type FaultEntry, never, trace } from '../entry.ts';
import { probes } from '../probes.ts';
import { guideFailure, noKeyMade, stillPlain } from '../shared.ts';
import { yaml } from '../yaml.ts';

const dropped = trace('gateway.dial.dropped');
const red = { status: 'red', word: 'Not connected' } as const;

/** OVHcloud's gateway between vCenter and the KMS. */
export const gatewayFaults: FaultEntry[] = [
  {
    id: 'flow-not-opened',
    group: 'gateway',
    title: 'OVHcloud has not opened the flow',
    story:
      'The KMS was added in vCenter, but never registered at OVHcloud: the dial gets no answer, as behind a firewall.',
    fragment: yaml`
      world:
        ovh:
          delivered: []
        vcenter:
          keyProviders:
            - name: keyrig
              trust: { server: false } # vCenter never saw its certificate
    `,
    probe: probes.encrypt,
    answer: noKeyMade('did not finish the dial'),
    vcenter: { ...stillPlain, provider: red },
    timeline: {
      gateway: [dropped],
      kmip: [never('kmip.connection.accepted')],
      vcenter: [trace('vcenter.kmip.failed', { 'data.kind': 'connect-timeout' })],
    },
    provenance: guideFailure,
  },
  {
    id: 'flow-closed-by-removal',
    group: 'gateway',
    title: 'The KMS was removed at OVHcloud',
    story: 'The flow is closed while vCenter still uses it.',
    fragment: yaml`
      steps:
        - do: ovh.call
          with: { method: GET, path: "/dedicatedCloud/\${serviceName}/vmEncryption/kms" }
          capture: { kmsId: body.0 }
        - do: ovh.removeKms
          with: { kmsId: "\${kmsId}" }
    `,
    probe: probes.encrypt,
    answer: noKeyMade('did not finish the dial'),
    vcenter: { ...stillPlain, provider: red },
    timeline: { gateway: [trace('gateway.flow.closed'), dropped], kmip: [never('kmip.connection.accepted')] },
    provenance: guideFailure,
  },
  {
    id: 'flow-to-another-port',
    group: 'gateway',
    title: 'OVHcloud has opened another port',
    story: 'The flow leads to port 5697 of the KMS, which listens on another one.',
    fragment: yaml`
      world:
        ovh:
          delivered: []
          services:
            - serviceName: pcc-192-0-2-10
              kms: [{ name: kms-1, kmsTcpPort: 5697 }]
        vcenter:
          keyProviders:
            - name: keyrig
              trust: { server: false } # vCenter never saw its certificate
    `,
    probe: probes.encrypt,
    answer: noKeyMade('did not finish the dial'),
    vcenter: { ...stillPlain, provider: red },
    timeline: { gateway: [dropped], kmip: [never('kmip.connection.accepted')] },
    provenance: guideFailure,
  },
  {
    id: 'flow-missing-though-delivered',
    group: 'gateway',
    title: 'OVHcloud says delivered, and the flow is closed',
    story: 'The entry of the KMS is in order, the firewall rule behind it is not.',
    fragment: yaml`
      world:
        ovh:
          delivered: []
          services:
            - serviceName: pcc-192-0-2-10
              kms: [{ name: kms-1, state: delivered, flowOpen: false }]
        vcenter:
          keyProviders:
            - name: keyrig
              trust: { server: false } # vCenter never saw its certificate
    `,
    probe: probes.encrypt,
    answer: noKeyMade('did not finish the dial'),
    vcenter: { ...stillPlain, provider: red },
    timeline: { gateway: [dropped], kmip: [never('kmip.connection.accepted')] },
    provenance: guideFailure,
  },
  {
    id: 'flow-closed-by-thumbprint',
    group: 'gateway',
    title: 'OVHcloud closes the flow to a KMS with another certificate',
    story: 'The certificate of the KMS was renewed, and nobody told OVHcloud the new thumbprint.',
    fragment: yaml`
      world:
        ovh: { watchThumbprints: true }
      steps:
        - do: kms.rotateCertificate
        - do: clock.advance
          with: { seconds: 310 }
    `,
    probe: probes.encrypt,
    answer: noKeyMade('did not finish the dial'),
    vcenter: { ...stillPlain, provider: red },
    timeline: { gateway: [trace('gateway.flow.closed'), dropped], kmip: [] },
    provenance: {
      word: 'assumed',
      source: 'Whether OVHcloud looks at certificates again is not published; here a world asks for it.',
    },
  },
];
