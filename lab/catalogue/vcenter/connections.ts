import { type FaultEntry, fired, never } from '../entry.ts';
import { probes } from '../probes.ts';
import { yaml } from '../yaml.ts';

/** Connections to vCenter that come to nothing. */
export const vcenterConnectionFaults: FaultEntry[] = [
  {
    id: 'vcenter-port-closed',
    group: 'vcenter',
    title: 'The port of vCenter is closed',
    story: 'Its web server is down: every dial is refused.',
    fragment: yaml`
      faults:
        - id: strikes
          at: vcenter.port
          when: { after: 60000 }
          then: { unlisten: true }
      steps:
        - do: clock.advance
          with: { seconds: 61 }
    `,
    probe: probes.reach,
    answer: { reachable: false, error: 'ECONNREFUSED' },
    timeline: { vcenter: [fired('strikes')] },
    provenance: { word: 'documented', source: 'RFC 9293 §3.10.7.1: a closed port answers with a reset.' },
  },
  {
    id: 'vcenter-handshake-reset',
    group: 'vcenter',
    title: 'The TLS handshake with vCenter is reset',
    story: 'A firewall inspects the ClientHello and resets the connection.',
    fragment: yaml`
      faults:
        - id: strikes
          at: vcenter.connection
          then: { reset: true }
    `,
    probe: probes.reach,
    answer: { reachable: false, error: 'ECONNRESET' },
    timeline: { vcenter: [fired('strikes')] },
    provenance: { word: 'documented', source: 'RFC 9293 §3.10.7: a reset ends the connection at once.' },
  },
  {
    id: 'vcenter-handshake-closed',
    group: 'vcenter',
    title: 'The TLS handshake with vCenter is closed',
    story: 'A load balancer has no server behind it.',
    fragment: yaml`
      faults:
        - id: strikes
          at: vcenter.connection
          then: { close: true }
    `,
    probe: probes.reach,
    answer: { reachable: false, error: 'ECONNRESET' },
    timeline: { vcenter: [fired('strikes')] },
    provenance: { word: 'documented', source: 'RFC 8446 §6.1: a connection that ends without close_notify was cut.' },
  },
  {
    id: 'vcenter-handshake-alert',
    group: 'vcenter',
    title: 'VCenter refuses the TLS handshake',
    story: 'It cannot read its own certificate and says internal_error.',
    fragment: yaml`
      faults:
        - id: strikes
          at: vcenter.connection
          then: { tlsAlert: internal_error }
    `,
    probe: probes.reach,
    answer: { reachable: false, error: { contains: 'INTERNAL_ERROR' } },
    timeline: { vcenter: [fired('strikes')] },
    provenance: { word: 'documented', source: 'RFC 8446 §6.2: internal_error' },
  },
  {
    id: 'vcenter-handshake-hangs',
    group: 'vcenter',
    title: 'The TLS handshake with vCenter hangs',
    story: 'The connection is taken, and nothing comes.',
    fragment: yaml`
      faults:
        - id: strikes
          at: vcenter.connection
          then: { hang: true }
    `,
    probe: probes.fetchVcenter,
    answer: { fault: { message: { contains: 'no answer within 2000 ms' } } },
    timeline: { vcenter: [fired('strikes')] },
    provenance: { word: 'documented', source: 'RFC 9293 §3.8: a connection without traffic stays open.' },
  },
  {
    id: 'vcenter-never-answers',
    group: 'vcenter',
    title: 'VCenter never answers',
    story: 'The request is taken, and nothing comes.',
    fragment: yaml`
      faults:
        - id: strikes
          at: vcenter.request
          then: { hang: true }
    `,
    probe: probes.fetchVcenter,
    answer: { fault: { message: { contains: 'no answer within 2000 ms' } } },
    timeline: { vcenter: [fired('strikes')] },
    provenance: { word: 'documented', source: 'RFC 9110 §9.2: how long a client waits is up to it.' },
  },
  {
    id: 'vcenter-call-hangs',
    group: 'vcenter',
    title: 'vCenter hangs while it works on a call',
    story: 'A lock inside vCenter is never released.',
    fragment: yaml`
      faults:
        - id: strikes
          at: vcenter.method
          match: { method: RetrieveServiceContent }
          then: { hang: true }
    `,
    probe: probes.callVcenter,
    answer: { fault: { message: { contains: 'no answer within 2000 ms' } } },
    timeline: { vcenter: [fired('strikes')] },
    provenance: { word: 'documented', source: 'RFC 9110 §9.2: how long a client waits is up to it.' },
  },
  {
    id: 'vcenter-task-hangs',
    group: 'vcenter',
    title: 'A task never ends',
    story: 'The host took the order and does not report back: the machine is not on a minute later.',
    fragment: yaml`
      faults:
        - id: strikes
          at: vcenter.task
          match: { method: PowerOnVM_Task, phase: running }
          then: { hang: true }
    `,
    probe: probes.powerOnAndLook,
    answer: { powerState: 'poweredOff' },
    timeline: { vcenter: [fired('strikes'), never('vcenter.task.succeeded')] },
    provenance: { word: 'assumed', source: 'Whether and when vCenter gives up such a task is not published.' },
  },
];
