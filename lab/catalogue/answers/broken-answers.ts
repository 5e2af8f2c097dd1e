import { type FaultEntry, fired, trace } from '../entry.ts';
import { probes } from '../probes.ts';
import { guideFailure, noKeyMade, stillPlainAndGreen } from '../shared.ts';
import { yaml } from '../yaml.ts';

const kind = (name: string) => trace('vcenter.kmip.failed', { 'data.kind': name });
const created = trace('kmip.request', { 'data.operation': 'Create' });

/** The answer of the KMS is broken, cut, late or never comes. The key was made all the same, and nobody uses it. */
export const brokenAnswers: FaultEntry[] = [
  {
    id: 'answer-wrong-length',
    group: 'answers',
    title: 'The answer says a wrong length',
    story: 'An item claims more bytes than the message has.',
    fragment: yaml`
      faults:
        - id: wrong-length
          at: kmip.response
          match: { operation: Create }
          then: { corrupt: length }
    `,
    probe: probes.encrypt,
    answer: noKeyMade('does not fit'),
    vcenter: stillPlainAndGreen,
    timeline: { kmip: [created, fired('wrong-length')], vcenter: [kind('malformed')] },
    provenance: guideFailure,
  },
  {
    id: 'answer-wrong-type',
    group: 'answers',
    title: 'An item of the answer has a wrong type',
    story: 'The KMS answers TTLV that is not well formed.',
    fragment: yaml`
      faults:
        - id: wrong-type
          at: kmip.response
          match: { operation: Create }
          then: { corrupt: type }
    `,
    probe: probes.encrypt,
    answer: noKeyMade('malformed'),
    vcenter: stillPlainAndGreen,
    timeline: { kmip: [created, fired('wrong-type')], vcenter: [kind('malformed')] },
    provenance: guideFailure,
  },
  {
    id: 'answer-wrong-tag',
    group: 'answers',
    title: 'An item of the answer has a wrong tag',
    story: 'The answer is TTLV, but no Response Message.',
    fragment: yaml`
      faults:
        - id: wrong-tag
          at: kmip.response
          match: { operation: Create }
          then: { corrupt: tag }
    `,
    probe: probes.encrypt,
    answer: noKeyMade('malformed'),
    vcenter: stillPlainAndGreen,
    timeline: { kmip: [created, fired('wrong-tag')], vcenter: [kind('malformed')] },
    provenance: guideFailure,
  },
  {
    id: 'answer-wrong-version',
    group: 'answers',
    title: 'The answer is of another protocol version',
    story: 'The KMS answers in a version of KMIP that vCenter did not ask in.',
    fragment: yaml`
      faults:
        - id: wrong-version
          at: kmip.response
          match: { operation: Create }
          then: { corrupt: version }
    `,
    probe: probes.encrypt,
    answer: noKeyMade('version'),
    vcenter: stillPlainAndGreen,
    timeline: { kmip: [created, fired('wrong-version')], vcenter: [kind('malformed')] },
    provenance: guideFailure,
  },
  {
    id: 'answer-wrong-batch-id',
    group: 'answers',
    title: 'The answer belongs to another request',
    story: 'Its Unique Batch Item ID is not the one of the request.',
    fragment: yaml`
      faults:
        - id: wrong-batch-id
          at: kmip.response
          match: { operation: Create }
          then: { corrupt: batch-id }
    `,
    probe: probes.encrypt,
    answer: noKeyMade('Batch Item ID'),
    vcenter: stillPlainAndGreen,
    timeline: { kmip: [created, fired('wrong-batch-id')], vcenter: [kind('malformed')] },
    provenance: guideFailure,
  },
  {
    id: 'answer-reset',
    group: 'answers',
    title: 'The connection is reset in the middle of an answer',
    story: 'The KMS crashes while it answers Create.',
    fragment: yaml`
      faults:
        - id: cut
          at: kmip.response
          match: { operation: Create }
          then: { reset: { afterBytes: 20 } }
    `,
    probe: probes.encrypt,
    answer: noKeyMade('ECONNRESET'),
    vcenter: stillPlainAndGreen,
    timeline: { kmip: [created, fired('cut')], vcenter: [kind('reset')] },
    provenance: guideFailure,
  },
  {
    id: 'answer-cut',
    group: 'answers',
    title: 'The connection ends in the middle of an answer',
    story: 'A proxy closes the connection in order after the first bytes.',
    fragment: yaml`
      faults:
        - id: cut
          at: kmip.response
          match: { operation: Create }
          then: { close: { afterBytes: 20 } }
    `,
    probe: probes.encrypt,
    answer: noKeyMade('closed'),
    vcenter: stillPlainAndGreen,
    timeline: { kmip: [created, fired('cut')], vcenter: [kind('closed')] },
    provenance: guideFailure,
  },
  {
    id: 'answer-never',
    group: 'answers',
    title: 'The KMS never answers',
    story: 'The connection stays open and silent until vCenter gives up.',
    fragment: yaml`
      faults:
        - id: silent
          at: kmip.response
          match: { operation: Create }
          then: { hang: true }
    `,
    probe: probes.encrypt,
    answer: noKeyMade('no complete answer within 30000 ms'),
    vcenter: stillPlainAndGreen,
    timeline: { kmip: [created, fired('silent')], vcenter: [kind('timeout')] },
    provenance: guideFailure,
  },
  {
    id: 'answer-late',
    group: 'answers',
    title: 'The answer comes after vCenter has given up',
    story: 'The KMS takes a minute for Create.',
    fragment: yaml`
      faults:
        - id: late
          at: kmip.response
          match: { operation: Create }
          then: { delay: 60000 }
    `,
    probe: probes.encrypt,
    answer: noKeyMade('no complete answer within 30000 ms'),
    vcenter: stillPlainAndGreen,
    timeline: { kmip: [created, fired('late')], vcenter: [kind('timeout')] },
    provenance: guideFailure,
  },
  {
    id: 'answer-slow',
    group: 'answers',
    title: 'The KMS is slow, but not too slow',
    story: 'Every answer takes five seconds: the task takes longer and succeeds.',
    fragment: yaml`
      faults:
        - id: slow
          at: kmip.response
          match: { operation: Create }
          then: { delay: 5000 }
    `,
    probe: probes.encrypt,
    answer: { task: { state: 'success' } },
    vcenter: { vm: { encrypted: true } },
    timeline: { kmip: [created, fired('slow')], vcenter: [trace('vcenter.task.succeeded')] },
    provenance: {
      word: 'assumed',
      source: 'How long vCenter waits for a KMS is not published; here it is 30 seconds.',
    },
  },
  {
    id: 'request-never-answered',
    group: 'answers',
    title: 'The KMS takes a request and does nothing',
    story: 'Unlike an answer that is lost, no key is made.',
    fragment: yaml`
      faults:
        - id: deaf
          at: kmip.request
          match: { operation: Create }
          then: { hang: true }
    `,
    probe: probes.encrypt,
    answer: noKeyMade('no complete answer within 30000 ms'),
    vcenter: stillPlainAndGreen,
    timeline: { kmip: [fired('deaf')], vcenter: [kind('timeout')] },
    provenance: guideFailure,
  },
  {
    id: 'request-reset',
    group: 'answers',
    title: 'The KMS crashes when it gets a request',
    story: 'The connection is reset, and no key is made.',
    fragment: yaml`
      faults:
        - id: strikes
          at: kmip.request
          match: { operation: Create }
          then: { reset: true }
    `,
    probe: probes.encrypt,
    answer: noKeyMade('ECONNRESET'),
    vcenter: stillPlainAndGreen,
    timeline: { kmip: [fired('strikes')], vcenter: [kind('reset')] },
    provenance: guideFailure,
  },
  {
    id: 'request-closed',
    group: 'answers',
    title: 'The KMS closes the connection when it gets a request',
    story: 'It does not answer, and no key is made.',
    fragment: yaml`
      faults:
        - id: strikes
          at: kmip.request
          match: { operation: Create }
          then: { close: true }
    `,
    probe: probes.encrypt,
    answer: noKeyMade('closed'),
    vcenter: stillPlainAndGreen,
    timeline: { kmip: [fired('strikes')], vcenter: [kind('closed')] },
    provenance: guideFailure,
  },
  {
    id: 'answer-truncated-open',
    group: 'answers',
    title: 'The answer breaks off, and the connection stays open',
    story: 'vCenter waits for the rest until its time-out.',
    fragment: yaml`
      faults:
        - id: strikes
          at: kmip.response
          match: { operation: Create }
          then: { truncate: { afterBytes: 20 } }
    `,
    probe: probes.encrypt,
    answer: noKeyMade('no complete answer within 30000 ms'),
    vcenter: stillPlainAndGreen,
    timeline: { kmip: [created, fired('strikes')], vcenter: [kind('timeout')] },
    provenance: guideFailure,
  },
  {
    id: 'answer-truncated-closed',
    group: 'answers',
    title: 'The answer breaks off, and the connection is closed',
    story: 'A buffer of the KMS was too small.',
    fragment: yaml`
      faults:
        - id: strikes
          at: kmip.response
          match: { operation: Create }
          then: { truncate: { connection: closed } }
    `,
    probe: probes.encrypt,
    answer: noKeyMade('closed'),
    vcenter: stillPlainAndGreen,
    timeline: { kmip: [created, fired('strikes')], vcenter: [kind('closed')] },
    provenance: guideFailure,
  },
  {
    id: 'answer-wrong-padding',
    group: 'answers',
    title: 'The padding of an item is not zero',
    story: 'The KMS answers TTLV that breaks a rule which few check: vCenter goes on.',
    fragment: yaml`
      faults:
        - id: strikes
          at: kmip.response
          match: { operation: Create }
          then: { corrupt: padding }
    `,
    probe: probes.encrypt,
    answer: { task: { state: 'success' } },
    vcenter: { vm: { encrypted: true } },
    timeline: { kmip: [created, fired('strikes')], vcenter: [trace('vcenter.task.succeeded')] },
    provenance: {
      word: 'assumed',
      source: 'KMIP 1.1 §9.1.1.4: padding must be zero. That vCenter does not look at it is assumed.',
    },
  },
  {
    id: 'answer-random-bytes',
    group: 'answers',
    title: 'The answer is noise',
    story: 'Whatever comes back is no TTLV at all.',
    fragment: yaml`
      faults:
        - id: strikes
          at: kmip.response
          match: { operation: Create }
          then: { corrupt: random }
    `,
    probe: probes.encrypt,
    answer: noKeyMade('malformed'),
    vcenter: stillPlainAndGreen,
    timeline: { kmip: [created, fired('strikes')], vcenter: [kind('malformed')] },
    provenance: guideFailure,
  },
  {
    id: 'answer-too-slow-bytes',
    group: 'answers',
    title: 'The answer drips',
    story: 'One byte a second: vCenter gives up before the end.',
    fragment: yaml`
      faults:
        - id: strikes
          at: kmip.response
          match: { operation: Create }
          then: { drip: { bytes: 1, every: 1000 } }
    `,
    probe: probes.encrypt,
    answer: noKeyMade('no complete answer within 30000 ms'),
    vcenter: stillPlainAndGreen,
    timeline: { kmip: [created, fired('strikes')], vcenter: [kind('timeout')] },
    provenance: guideFailure,
  },
  {
    id: 'answer-replaced',
    group: 'answers',
    title: 'The key was made, and the answer says that it was not',
    story: 'A proxy before the KMS replaced the answer.',
    fragment: yaml`
      faults:
        - id: strikes
          at: kmip.response
          match: { operation: Create }
          then: { kmip: { reason: GeneralFailure, message: Backend timeout } }
    `,
    probe: probes.encrypt,
    answer: noKeyMade('Backend timeout'),
    vcenter: stillPlainAndGreen,
    timeline: { kmip: [created, fired('strikes')], vcenter: [kind('result')] },
    provenance: guideFailure,
  },
  {
    id: 'answer-uneven',
    group: 'answers',
    title: 'The KMS is now fast, now slow',
    story: 'Each answer takes up to three seconds more, drawn from the seed.',
    fragment: yaml`
      faults:
        - id: uneven
          at: kmip.response
          then: { jitter: 3000 }
    `,
    probe: probes.encrypt,
    answer: { task: { state: 'success' } },
    vcenter: { vm: { encrypted: true } },
    timeline: { kmip: [created, fired('uneven')], vcenter: [trace('vcenter.task.succeeded')] },
    provenance: {
      word: 'assumed',
      source: 'How long vCenter waits for a KMS is not published; here it is 30 seconds.',
    },
  },
];
