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
  {
    id: 'ovh-bad-gateway',
    group: 'ovh',
    title: 'A proxy before the OVHcloud API fails',
    story: "The answer is a page in HTML with status 502, not JSON: OVHcloud's client cannot read it.",
    fragment: yaml`
      faults:
        - id: proxy
          at: ovh.request
          match: { path: { contains: vmEncryption } }
          then:
            http: { status: 502, contentType: text/html, body: "<html><body><h1>502 Bad Gateway</h1></body></html>" }
    `,
    probe: probes.askOvh,
    answer: { fault: { status: null, message: { contains: 'Unable to parse JSON' } } },
    timeline: { ovh: [fired('proxy')] },
    provenance: { word: 'documented', source: 'RFC 9110 §15.6.3: 502 Bad Gateway. The body is assumed.' },
  },
  {
    id: 'ovh-answer-breaks-off',
    group: 'ovh',
    title: 'The answer of the OVHcloud API breaks off',
    story: 'The call was carried out; the connection ended in the middle of its answer.',
    fragment: yaml`
      faults:
        - id: cut
          at: ovh.request
          match: { path: { contains: vmEncryption } }
          then: { truncate: { connection: closed } }
    `,
    probe: probes.askOvh,
    answer: { fault: { status: null, message: { contains: 'no usable answer' } } },
    timeline: { ovh: [fired('cut')] },
    provenance: { word: 'documented', source: 'RFC 9112 §8: an answer that ends early is incomplete.' },
  },
  {
    id: 'ovh-answer-drips',
    group: 'ovh',
    title: 'The answer of the OVHcloud API comes in drips',
    story: 'A slow line: ten bytes a second, and the answer is right.',
    fragment: yaml`
      faults:
        - id: drips
          at: ovh.request
          match: { path: { contains: vmEncryption } }
          then: { drip: { bytes: 10, every: 1000 } }
    `,
    probe: probes.askOvh,
    answer: { body: { state: 'disabled' } },
    timeline: { ovh: [fired('drips'), trace('ovh.response', { 'data.status': 200 })] },
    provenance: { word: 'assumed', source: 'How long clients wait for the OVHcloud API is up to them.' },
  },
  {
    id: 'ovh-consumer-key-limited',
    group: 'ovh',
    title: 'The consumer key allows other calls only',
    story: 'It was granted for the list of services, and is used for more.',
    fragment: yaml`
      world:
        ovh:
          applications:
            - name: monitoring
              applicationKey: monitoringAppKey
              applicationSecret: monitoringAppSecret
              consumerKeys:
                - consumerKey: monitoringConsumerKey
                  rules: [{ method: GET, path: /dedicatedCloud }]
    `,
    probe: probes.askOvhWithKey,
    answer: ovhRefuses(403, 'This call has not been granted'),
    timeline: { ovh: [trace('ovh.response', { 'data.status': 403 })] },
    provenance: {
      word: 'observed',
      source: 'Reports of users of the OVHcloud API: NOT_GRANTED_CALL, This call has not been granted.',
    },
  },
  {
    id: 'ovh-consumer-key-expired',
    group: 'ovh',
    title: 'The consumer key has expired',
    story: 'It was granted for a time that is over.',
    fragment: yaml`
      world:
        ovh:
          applications:
            - name: monitoring
              applicationKey: monitoringAppKey
              applicationSecret: monitoringAppSecret
              consumerKeys: [{ consumerKey: monitoringConsumerKey, expirationMinutes: 30 }]
      steps:
        - do: clock.advance
          with: { seconds: 1801 }
    `,
    probe: probes.askOvhWithKey,
    answer: ovhRefuses(403, 'This credential is not valid'),
    timeline: { ovh: [trace('ovh.response', { 'data.status': 403 })] },
    provenance: { word: 'documented', source: "OVHcloud's clients: INVALID_CREDENTIAL, This credential is not valid." },
  },
  {
    id: 'ovh-consumer-key-not-validated',
    group: 'ovh',
    title: 'Nobody has granted the consumer key',
    story: 'Somebody asked for it, and the page where it is validated was never opened.',
    fragment: yaml`
      world:
        ovh:
          applications:
            - name: monitoring
              applicationKey: monitoringAppKey
              applicationSecret: monitoringAppSecret
              consumerKeys: [{ consumerKey: monitoringConsumerKey, status: pendingValidation }]
    `,
    probe: probes.askOvhWithKey,
    answer: ovhRefuses(403, 'This credential is not valid'),
    timeline: { ovh: [trace('ovh.response', { 'data.status': 403 })] },
    provenance: {
      word: 'documented',
      source:
        "OVHcloud's clients: INVALID_CREDENTIAL, This credential is not valid. Some users report 400, Invalid signature.",
    },
  },
  {
    id: 'ovh-caller-not-allowed',
    group: 'ovh',
    title: 'The consumer key does not work from this address',
    story: 'It was limited to the addresses of another site.',
    fragment: yaml`
      world:
        ovh:
          applications:
            - name: monitoring
              applicationKey: monitoringAppKey
              applicationSecret: monitoringAppSecret
              consumerKeys: [{ consumerKey: monitoringConsumerKey, allowedIPs: [198.51.100.0/24] }]
    `,
    probe: probes.askOvhWithKey,
    answer: { fault: { status: 403, message: { contains: '127.0.0.1' } } },
    timeline: { ovh: [trace('ovh.response', { 'data.status': 403 })] },
    provenance: {
      word: 'documented',
      source: 'Schema of the OVHcloud API: allowedIPs of a credential. The text is assumed.',
    },
  },
];
