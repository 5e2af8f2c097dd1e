import { type FaultEntry, fired, trace } from '../entry.ts';
import { probes } from '../probes.ts';
import { ovhRefuses } from '../shared.ts';
import { yaml } from '../yaml.ts';

/** Calls of the OVHcloud API that fail. */
export const callFaults: FaultEntry[] = [
  {
    id: 'ovh-service-expired',
    group: 'ovh',
    title: 'The contract has expired',
    story: 'Nobody renewed the service.',
    fragment: yaml`
      world:
        ovh:
          services:
            - serviceName: pcc-192-0-2-10
              status: expired
    `,
    probe: probes.askOvh,
    answer: ovhRefuses(460, 'This Service is expired'),
    timeline: { ovh: [trace('ovh.response', { 'data.status': 460 })] },
    provenance: { word: 'documented', source: "OVHcloud's Python client maps 460 to ResourceExpiredError." },
  },
  {
    id: 'ovh-unavailable',
    group: 'ovh',
    title: 'The OVHcloud API is not available',
    story: 'A maintenance or an outage: every call is answered 503.',
    fragment: yaml`
      faults:
        - id: outage
          at: ovh.request
          match: { path: { contains: dedicatedCloud } }
          then: { ovh: { status: 503, message: The API is under maintenance } }
    `,
    probe: probes.askOvh,
    answer: ovhRefuses(503, 'The API is under maintenance'),
    timeline: { ovh: [fired('outage'), trace('ovh.response', { 'data.status': 503 })] },
    provenance: { word: 'assumed', source: 'The body of such an answer is not published.' },
  },
  {
    id: 'ovh-too-many-requests',
    group: 'ovh',
    title: 'The OVHcloud API is called too often',
    story: 'Calls beyond the limit are answered 429.',
    fragment: yaml`
      faults:
        - id: limit
          at: ovh.request
          match: { route: "/dedicatedCloud/{serviceName}/vmEncryption" }
          then: { ovh: { status: 429, message: Too many requests } }
    `,
    probe: probes.askOvh,
    answer: ovhRefuses(429, 'Too many requests'),
    timeline: { ovh: [fired('limit'), trace('ovh.response', { 'data.status': 429 })] },
    provenance: {
      word: 'assumed',
      source: 'RFC 6585 §4 has the status; that OVHcloud answers it, and its body, are assumed.',
    },
  },
  {
    id: 'ovh-internal-error',
    group: 'ovh',
    title: 'The OVHcloud API fails',
    story: 'An error inside the API is answered 500.',
    fragment: yaml`
      faults:
        - id: defect
          at: ovh.request
          match: { method: GET, path: { contains: vmEncryption } }
          then: { ovh: { status: 500, message: Internal server error } }
    `,
    probe: probes.askOvh,
    answer: ovhRefuses(500, 'Internal server error'),
    timeline: { ovh: [fired('defect'), trace('ovh.response', { 'data.status': 500 })] },
    provenance: { word: 'assumed', source: 'The body of such an answer is not published.' },
  },
  {
    id: 'ovh-call-not-granted',
    group: 'ovh',
    title: 'The consumer key does not allow the call',
    story: 'It was granted for other paths only.',
    fragment: yaml`
      faults:
        - id: not-granted
          at: ovh.request
          match: { path: { contains: vmEncryption } }
          then: { ovh: { status: 403, errorCode: NOT_GRANTED_CALL, message: This call has not been granted } }
    `,
    probe: probes.askOvh,
    answer: ovhRefuses(403, 'This call has not been granted'),
    timeline: { ovh: [fired('not-granted'), trace('ovh.response', { 'data.status': 403 })] },
    provenance: {
      word: 'observed',
      source: 'Reports of users of the OVHcloud API: NOT_GRANTED_CALL, This call has not been granted.',
    },
  },
  {
    id: 'ovh-connection-reset',
    group: 'ovh',
    title: 'The connection to the OVHcloud API is reset',
    story: 'A proxy of the customer, or a load balancer of OVHcloud, cuts the connection.',
    fragment: yaml`
      faults:
        - id: reset
          at: ovh.request
          match: { path: { contains: vmEncryption } }
          then: { reset: true }
    `,
    probe: probes.askOvh,
    answer: { fault: { status: null, message: { contains: 'ECONNRESET' } } },
    timeline: { ovh: [fired('reset')] },
    provenance: { word: 'documented', source: 'RFC 9293 §3.10.7: a reset ends the connection at once.' },
  },
  {
    id: 'ovh-connection-closed',
    group: 'ovh',
    title: 'The OVHcloud API closes the connection and does not answer',
    story: 'A server is taken out of service while it works on the call.',
    fragment: yaml`
      faults:
        - id: close
          at: ovh.request
          match: { path: { contains: vmEncryption } }
          then: { close: true }
    `,
    probe: probes.askOvh,
    answer: { fault: { status: null, message: { contains: 'socket hang up' } } },
    timeline: { ovh: [fired('close')] },
    provenance: { word: 'documented', source: 'RFC 9112 §8: an answer that ends early is incomplete.' },
  },
  {
    id: 'ovh-slow',
    group: 'ovh',
    title: 'The OVHcloud API is slow',
    story: 'The answer takes a minute, and is right.',
    fragment: yaml`
      faults:
        - id: slow
          at: ovh.request
          match: { path: { contains: vmEncryption } }
          then: { delay: 60000 }
    `,
    probe: probes.askOvh,
    answer: { body: { state: 'disabled' } },
    timeline: { ovh: [fired('slow'), trace('ovh.response', { 'data.status': 200 })] },
    provenance: { word: 'assumed', source: 'How long calls may take is not published.' },
  },
];
