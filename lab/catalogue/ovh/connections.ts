import { type FaultEntry, fired } from '../entry.ts';
import { probes } from '../probes.ts';
import { yaml } from '../yaml.ts';

/** Connections to the OVHcloud API that come to nothing. */
export const ovhConnectionFaults: FaultEntry[] = [
  {
    id: 'ovh-port-closed',
    group: 'ovh',
    title: 'The port of the OVHcloud API is closed',
    story: 'Its web server is down: every dial is refused.',
    fragment: yaml`
      faults:
        - id: strikes
          at: ovh.port
          when: { after: 60000 }
          then: { unlisten: true }
      steps:
        - do: clock.advance
          with: { seconds: 61 }
    `,
    probe: probes.fetchOvh,
    answer: { fault: { message: { contains: 'ECONNREFUSED' } } },
    timeline: { ovh: [fired('strikes')] },
    provenance: { word: 'documented', source: 'RFC 9293 §3.10.7.1: a closed port answers with a reset.' },
  },
  {
    id: 'ovh-handshake-reset',
    group: 'ovh',
    title: 'The TLS handshake with the OVHcloud API is reset',
    story: 'A firewall inspects the ClientHello and resets the connection.',
    fragment: yaml`
      faults:
        - id: strikes
          at: ovh.connection
          then: { reset: true }
    `,
    probe: probes.fetchOvh,
    answer: { fault: { message: { contains: 'ECONNRESET' } } },
    timeline: { ovh: [fired('strikes')] },
    provenance: { word: 'documented', source: 'RFC 9293 §3.10.7: a reset ends the connection at once.' },
  },
  {
    id: 'ovh-handshake-closed',
    group: 'ovh',
    title: 'The TLS handshake with the OVHcloud API is closed',
    story: 'A load balancer has no server behind it.',
    fragment: yaml`
      faults:
        - id: strikes
          at: ovh.connection
          then: { close: true }
    `,
    probe: probes.fetchOvh,
    answer: { fault: { message: { contains: 'disconnected before secure TLS connection was established' } } },
    timeline: { ovh: [fired('strikes')] },
    provenance: { word: 'documented', source: 'RFC 8446 §6.1: a connection that ends without close_notify was cut.' },
  },
  {
    id: 'ovh-handshake-alert',
    group: 'ovh',
    title: 'The OVHcloud API refuses the TLS handshake',
    story: 'It cannot read its own certificate and says internal_error.',
    fragment: yaml`
      faults:
        - id: strikes
          at: ovh.connection
          then: { tlsAlert: internal_error }
    `,
    probe: probes.fetchOvh,
    answer: { fault: { message: { contains: 'alert internal error' } } },
    timeline: { ovh: [fired('strikes')] },
    provenance: { word: 'documented', source: 'RFC 8446 §6.2: internal_error' },
  },
  {
    id: 'ovh-handshake-hangs',
    group: 'ovh',
    title: 'The TLS handshake with the OVHcloud API hangs',
    story: 'The connection is taken, and nothing comes.',
    fragment: yaml`
      faults:
        - id: strikes
          at: ovh.connection
          then: { hang: true }
    `,
    probe: probes.fetchOvh,
    answer: { fault: { message: { contains: 'no answer within 2000 ms' } } },
    timeline: { ovh: [fired('strikes')] },
    provenance: { word: 'documented', source: 'RFC 9293 §3.8: a connection without traffic stays open.' },
  },
  {
    id: 'ovh-never-answers',
    group: 'ovh',
    title: 'The OVHcloud API never answers',
    story: 'The request is taken, and nothing comes.',
    fragment: yaml`
      faults:
        - id: strikes
          at: ovh.request
          then: { hang: true }
    `,
    probe: probes.fetchOvh,
    answer: { fault: { message: { contains: 'no answer within 2000 ms' } } },
    timeline: { ovh: [fired('strikes')] },
    provenance: { word: 'documented', source: 'RFC 9110 §9.2: how long a client waits is up to it.' },
  },
];
