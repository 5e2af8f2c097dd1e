import { type FaultEntry, fired, never, trace } from '../entry.ts';
import { probes } from '../probes.ts';
import { taskFails } from '../shared.ts';
import { yaml } from '../yaml.ts';

const http = (section: string) => ({ word: 'documented', source: `RFC 9110 ${section}` }) as const;
const noCall = never('vcenter.call', { 'data.method': 'Login' });

/** What happens to requests on their way to vCenter, and to their answers. */
export const requestFaults: FaultEntry[] = [
  {
    id: 'vcenter-unavailable',
    group: 'vcenter',
    title: 'vCenter is not available',
    story: 'Its services are still starting: the reverse proxy before them answers 503.',
    fragment: yaml`
      faults:
        - id: starting
          at: vcenter.request
          match: { path: /sdk }
          then: { http: { status: 503, body: Service Unavailable } }
    `,
    probe: probes.lookAtMachine,
    answer: { fault: { status: 503, message: { contains: 'without a SOAP body' } } },
    timeline: { vcenter: [fired('starting'), noCall] },
    provenance: http('§15.6.4: 503 Service Unavailable. The body is assumed.'),
  },
  {
    id: 'vcenter-bad-gateway',
    group: 'vcenter',
    title: 'A proxy before vCenter fails',
    story: 'Every call is answered 502 and a page in HTML, which is no SOAP.',
    fragment: yaml`
      faults:
        - id: proxy
          at: vcenter.request
          match: { path: /sdk }
          then:
            http: { status: 502, contentType: text/html, body: "<html><body><h1>502 Bad Gateway</h1></body></html>" }
    `,
    probe: probes.lookAtMachine,
    answer: { fault: { status: 502, message: { contains: 'without a SOAP body' } } },
    timeline: { vcenter: [fired('proxy'), noCall] },
    provenance: http('§15.6.3: 502 Bad Gateway. The body is assumed.'),
  },
  {
    id: 'vcenter-connection-reset',
    group: 'vcenter',
    title: 'The connection to vCenter is reset',
    story: 'vCenter restarts, or a firewall drops the connection.',
    fragment: yaml`
      faults:
        - id: reset
          at: vcenter.request
          match: { path: /sdk }
          then: { reset: true }
    `,
    probe: probes.lookAtMachine,
    answer: { fault: { status: null, message: { contains: 'ECONNRESET' } } },
    timeline: { vcenter: [fired('reset'), noCall] },
    provenance: { word: 'documented', source: 'RFC 9293 §3.10.7: a reset ends the connection at once.' },
  },
  {
    id: 'vcenter-connection-closed',
    group: 'vcenter',
    title: 'vCenter closes the connection and does not answer',
    story: 'An idle connection is taken down just when the next request comes.',
    fragment: yaml`
      faults:
        - id: close
          at: vcenter.request
          match: { path: /sdk }
          then: { close: true }
    `,
    probe: probes.lookAtMachine,
    answer: { fault: { status: null, message: { contains: 'ECONNRESET' } } },
    timeline: { vcenter: [fired('close'), noCall] },
    provenance: { word: 'documented', source: 'RFC 9112 §9.5: a server may close a connection at any time.' },
  },
  {
    id: 'vcenter-answer-breaks-off',
    group: 'vcenter',
    title: "vCenter's answer breaks off",
    story: 'The call was carried out, and the connection ended in the middle of its answer.',
    fragment: yaml`
      faults:
        - id: cut
          at: vcenter.request
          match: { path: /sdk }
          then: { truncate: { connection: closed } }
    `,
    probe: probes.lookAtMachine,
    answer: { fault: { status: null, message: { contains: 'ECONNRESET' } } },
    timeline: { vcenter: [fired('cut'), trace('vcenter.call', { 'data.method': 'Login' })] },
    provenance: { word: 'documented', source: 'RFC 9112 §8: an answer that ends early is incomplete.' },
  },
  {
    id: 'vcenter-slow',
    group: 'vcenter',
    title: 'vCenter is slow',
    story: 'Each answer takes ten seconds, and comes in pieces.',
    fragment: yaml`
      faults:
        - id: slow
          at: vcenter.request
          match: { path: /sdk }
          then: { delay: 10000, drip: { bytes: 512, every: 100 } }
    `,
    probe: probes.lookAtMachine,
    answer: { name: 'web-1', powerState: 'poweredOff' },
    timeline: { vcenter: [fired('slow'), trace('vcenter.call', { 'data.method': 'Login' })] },
    provenance: { word: 'assumed', source: 'How long clients wait for vCenter is up to them.' },
  },
  {
    id: 'vcenter-login-refused',
    group: 'vcenter',
    title: 'vCenter refuses to log anybody in',
    story: 'Its single sign-on is broken: the right password is called wrong.',
    fragment: yaml`
      faults:
        - id: sign-on
          at: vcenter.method
          match: { method: Login }
          then: { vim: { type: InvalidLogin, message: Cannot complete login due to an incorrect user name or password. } }
    `,
    probe: probes.lookAtMachine,
    answer: { fault: { type: 'InvalidLogin', message: { contains: 'incorrect user name or password' } } },
    timeline: { vcenter: [fired('sign-on'), trace('vcenter.call.fault', { 'data.fault': 'InvalidLogin' })] },
    provenance: { word: 'observed', source: 'Answers of vCenter 6.7 and 7.0 to a wrong password.' },
  },
  {
    id: 'vcenter-call-reset',
    group: 'vcenter',
    title: 'vCenter crashes while it works on a call',
    story: 'The client does not know whether the call did anything; here it did nothing.',
    fragment: yaml`
      faults:
        - id: crash
          at: vcenter.method
          match: { method: ReconfigVM_Task }
          when: { calls: 1 }
          then: { reset: true }
    `,
    probe: probes.encrypt,
    answer: { fault: { status: null, message: { contains: 'ECONNRESET' } } },
    vcenter: { vm: { encrypted: false } },
    timeline: { vcenter: [fired('crash'), never('vcenter.task.started', { 'data.method': 'ReconfigVM_Task' })] },
    provenance: { word: 'documented', source: 'RFC 9293 §3.10.7: a reset ends the connection at once.' },
  },
  {
    id: 'vcenter-call-closed',
    group: 'vcenter',
    title: 'vCenter drops a call',
    story: 'Its service is stopped in order while it works on the call.',
    fragment: yaml`
      faults:
        - id: stop
          at: vcenter.method
          match: { method: ReconfigVM_Task }
          when: { calls: 1 }
          then: { close: true }
    `,
    probe: probes.encrypt,
    answer: { fault: { status: null, message: { contains: 'ECONNRESET' } } },
    vcenter: { vm: { encrypted: false } },
    timeline: { vcenter: [fired('stop'), never('vcenter.task.started', { 'data.method': 'ReconfigVM_Task' })] },
    provenance: { word: 'documented', source: 'RFC 9112 §9.5: a server may close a connection at any time.' },
  },
  {
    id: 'vcenter-session-idle',
    group: 'vcenter',
    title: 'The session was idle too long',
    story: 'Nothing was heard of the client for more than half an hour.',
    fragment: yaml`
      steps:
        - do: clock.advance
          with: { seconds: 1801 }
    `,
    probe: probes.lookAgain,
    answer: { fault: { type: 'NotAuthenticated', message: { contains: 'not authenticated' } } },
    timeline: { vcenter: [trace('vcenter.call.fault', { 'data.fault': 'NotAuthenticated' })] },
    provenance: {
      word: 'documented',
      source: 'vSphere Web Services API: a session ends after 30 minutes without a call.',
    },
  },
  {
    id: 'vcenter-client-not-allowed',
    group: 'vcenter',
    title: 'The client is in no allowed network',
    story: 'Access to the service is filtered, and nobody allowed the network of the client.',
    fragment: yaml`
      world:
        ovh:
          enforceAllowedNetworks: true
          services:
            - serviceName: pcc-192-0-2-10
              userAccessPolicy: filtered
              allowedNetworks: [{ network: 198.51.100.0/24 }]
    `,
    probe: probes.reach,
    answer: { reachable: false, error: 'ECONNRESET' },
    timeline: { gateway: [trace('gateway.client.refused', { 'data.address': '127.0.0.1' })] },
    provenance: {
      word: 'documented',
      source:
        "OVHcloud's guides: with userAccessPolicy filtered, allowed networks alone reach vCenter. That others are reset is assumed.",
    },
  },
  {
    id: 'vcenter-user-may-not-encrypt',
    group: 'vcenter',
    title: 'The role of a user lacks the cryptographic privileges',
    story: 'bob is No cryptography administrator: he may do everything but encrypt.',
    fragment: yaml`
      world:
        vcenter:
          users:
            - { username: bob, password: builder, role: NoCryptoAdmin }
    `,
    probe: probes.encryptAsBob,
    answer: taskFails('NoPermission', 'denied'),
    vcenter: { vm: { encrypted: false } },
    timeline: {
      kmip: [never('kmip.connection.accepted')],
      vcenter: [trace('vcenter.task.failed', { 'data.fault': 'NoPermission' })],
    },
    provenance: { word: 'documented', source: 'vSphere Security: the role No cryptography administrator.' },
  },
  {
    id: 'vcenter-task-fails-running',
    group: 'vcenter',
    title: 'A task fails while it runs',
    story: 'The datastore is full, or the host fails: the task ends in error, and nothing was encrypted.',
    fragment: yaml`
      faults:
        - id: no-space
          at: vcenter.task
          match: { method: ReconfigVM_Task, phase: running }
          when: { calls: 1 }
          then: { vim: { type: NoDiskSpace, message: Insufficient disk space on datastore. } }
    `,
    probe: probes.encrypt,
    answer: taskFails('NoDiskSpace', 'Insufficient disk space'),
    vcenter: { vm: { encrypted: false } },
    timeline: { vcenter: [fired('no-space'), trace('vcenter.task.failed')] },
    provenance: { word: 'documented', source: 'vSphere Web Services API: NoDiskSpace. The text is assumed.' },
  },
  {
    id: 'vcenter-task-fails-queued',
    group: 'vcenter',
    title: 'A task fails before it starts',
    story: 'Somebody cancelled it while it was queued.',
    fragment: yaml`
      faults:
        - id: cancelled
          at: vcenter.task
          match: { method: ReconfigVM_Task, phase: queued }
          then: { vim: { type: RequestCanceled, message: The task was canceled by a user. } }
    `,
    probe: probes.encrypt,
    answer: taskFails('RequestCanceled', 'canceled by a user'),
    vcenter: { vm: { encrypted: false } },
    timeline: {
      kmip: [never('kmip.request', { 'data.operation': 'Create' })],
      vcenter: [fired('cancelled'), trace('vcenter.task.failed')],
    },
    provenance: {
      word: 'documented',
      source: 'vSphere Web Services API: RequestCanceled is the error of a task that was cancelled.',
    },
  },
  {
    id: 'vcenter-task-fails-done',
    group: 'vcenter',
    title: 'A task fails though its work is done',
    story: 'The machine is encrypted, and the task says that it is not: a client that tries again must cope with it.',
    fragment: yaml`
      faults:
        - id: lost-at-the-end
          at: vcenter.task
          match: { method: ReconfigVM_Task, phase: done }
          then: { vim: { type: HostCommunication, message: Unable to communicate with the remote host. } }
    `,
    probe: probes.encrypt,
    answer: taskFails('HostCommunication', 'Unable to communicate'),
    vcenter: { vm: { encrypted: true } },
    timeline: { vcenter: [fired('lost-at-the-end'), trace('vcenter.task.failed')] },
    provenance: {
      word: 'documented',
      source: 'vSphere Web Services API: HostCommunication. That it strikes so late is assumed.',
    },
  },
  {
    id: 'vcenter-task-slow',
    group: 'vcenter',
    title: 'A task takes long',
    story: 'The host is busy: the task stands for five minutes and then succeeds.',
    fragment: yaml`
      faults:
        - id: busy
          at: vcenter.task
          match: { method: ReconfigVM_Task, phase: running }
          when: { calls: 1 }
          then: { delay: 290000 }
    `,
    probe: probes.encrypt,
    answer: { task: { state: 'success' } },
    vcenter: { vm: { encrypted: true } },
    timeline: { vcenter: [fired('busy'), trace('vcenter.task.succeeded')] },
    provenance: { word: 'assumed', source: 'How long a task takes depends on the host.' },
  },
  {
    id: 'vcenter-call-overloaded',
    group: 'vcenter',
    title: 'vCenter is too busy for one call',
    story: 'Its limit of calls is reached: this one is answered 503 and not carried out.',
    fragment: yaml`
      faults:
        - id: limit
          at: vcenter.method
          match: { method: ReconfigVM_Task }
          when: { calls: 1 }
          then: { http: { status: 503 } }
    `,
    probe: probes.encrypt,
    answer: { fault: { status: 503, message: { contains: 'without a SOAP body' } } },
    vcenter: { vm: { encrypted: false } },
    timeline: { vcenter: [fired('limit'), never('vcenter.task.started', { 'data.method': 'ReconfigVM_Task' })] },
    provenance: http('§15.6.4: 503 Service Unavailable. The body is assumed.'),
  },
];
