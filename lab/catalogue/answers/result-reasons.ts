import { type FaultEntry, fired, trace } from '../entry.ts';
import { probes } from '../probes.ts';
import { guideFailure, kmipFails, noKeyMade, stillPlain, stillPlainAndGreen } from '../shared.ts';
import { yaml } from '../yaml.ts';

const result = trace('vcenter.kmip.failed', { 'data.kind': 'result' });

/** The KMS answers Operation Failed. */
export const resultFaults: FaultEntry[] = [
  {
    id: 'create-general-failure',
    group: 'answers',
    title: 'The KMS fails to make a key',
    story: 'Its database is away: Create is answered General Failure, with a text that vCenter passes on.',
    fragment: yaml`
      faults:
        - id: database-away
          at: kmip.request
          match: { operation: Create }
          then: { kmip: { reason: GeneralFailure, message: The database is not available } }
    `,
    probe: probes.encrypt,
    answer: noKeyMade('The database is not available'),
    vcenter: stillPlainAndGreen,
    timeline: {
      kmip: [fired('database-away'), trace('kmip.refused', { 'data.reason': 'General Failure' })],
      vcenter: [result],
    },
    provenance: guideFailure,
  },
  {
    id: 'create-operation-not-supported',
    group: 'answers',
    title: 'The KMS cannot make keys',
    story: 'It speaks KMIP, but not the operation Create.',
    fragment: yaml`
      faults:
        - id: no-create
          at: kmip.request
          match: { operation: Create }
          then: { kmip: { reason: OperationNotSupported, message: Create is not supported by the server } }
    `,
    probe: probes.encrypt,
    answer: noKeyMade('Operation Not Supported'),
    vcenter: stillPlainAndGreen,
    timeline: { kmip: [fired('no-create')], vcenter: [result] },
    provenance: guideFailure,
  },
  {
    id: 'create-invalid-field',
    group: 'answers',
    title: 'The KMS does not like what vCenter asks for',
    story: 'It makes no AES keys of 256 bits for this user: Create is answered Invalid Field.',
    fragment: yaml`
      faults:
        - id: no-such-length
          at: kmip.request
          match: { operation: Create }
          then: { kmip: { reason: InvalidField, message: Cryptographic Length 256 is not allowed } }
    `,
    probe: probes.encrypt,
    answer: noKeyMade('Cryptographic Length 256 is not allowed'),
    vcenter: stillPlainAndGreen,
    timeline: { kmip: [fired('no-such-length')], vcenter: [result] },
    provenance: guideFailure,
  },
  {
    id: 'create-cryptographic-failure',
    group: 'answers',
    title: 'The hardware module of the KMS fails',
    story: 'No random numbers, no key: Create is answered Cryptographic Failure.',
    fragment: yaml`
      faults:
        - id: module-fails
          at: kmip.request
          match: { operation: Create }
          then: { kmip: { reason: CryptographicFailure, message: The security module does not answer } }
    `,
    probe: probes.encrypt,
    answer: noKeyMade('Cryptographic Failure'),
    vcenter: stillPlainAndGreen,
    timeline: { kmip: [fired('module-fails')], vcenter: [result] },
    provenance: guideFailure,
  },
  {
    id: 'create-fails-twice',
    group: 'answers',
    title: 'The KMS fails now and then',
    story: 'Two keys fail, the third one is made: somebody who tries again succeeds.',
    fragment: yaml`
      faults:
        - id: hiccup
          at: kmip.request
          match: { operation: Create }
          when: { calls: { to: 2 } }
          then: { kmip: { reason: GeneralFailure, message: Try again later } }
    `,
    probe: probes.encryptThirdTime,
    answer: { task: { state: 'success' } },
    vcenter: { vm: { encrypted: true }, events: ['com.vmware.vc.kms.crypto.KeyGenerateFail'] },
    timeline: { kmip: [fired('hiccup')], vcenter: [result] },
    provenance: guideFailure,
  },
  {
    id: 'get-denied',
    group: 'answers',
    title: 'The KMS makes a key and does not hand it out',
    story: 'Create works, Get is denied: an unused key stays behind in the KMS.',
    fragment: yaml`
      faults:
        - id: no-get
          at: kmip.request
          match: { operation: Get }
          then: { kmip: { reason: PermissionDenied, message: Get is not allowed } }
    `,
    probe: probes.encrypt,
    answer: noKeyMade('reason: Get is not allowed'),
    vcenter: stillPlainAndGreen,
    timeline: { kmip: [fired('no-get'), trace('kmip.request', { 'data.operation': 'Create' })], vcenter: [result] },
    provenance: guideFailure,
  },
  {
    id: 'activate-denied',
    group: 'answers',
    title: 'The KMS does not let vCenter activate a key',
    story: 'Create and Get work, Activate is denied: the key stays Pre-Active, and vCenter does not use it.',
    fragment: yaml`
      faults:
        - id: no-activate
          at: kmip.request
          match: { operation: Activate }
          then: { kmip: { reason: PermissionDenied, message: Activate is not allowed } }
    `,
    probe: probes.encrypt,
    answer: noKeyMade('reason: Activate is not allowed'),
    vcenter: stillPlainAndGreen,
    timeline: { kmip: [fired('no-activate')], vcenter: [result] },
    provenance: guideFailure,
  },
  {
    id: 'get-attributes-not-supported',
    group: 'answers',
    title: 'The KMS does not tell the state of a key',
    story: 'Get Attributes is not supported, so vCenter cannot know whether the key is Active.',
    fragment: yaml`
      faults:
        - id: no-get-attributes
          at: kmip.request
          match: { operation: GetAttributes }
          then:
            kmip: { reason: OperationNotSupported, message: Get_Attributes operation is not supported by the server. }
    `,
    probe: probes.encrypt,
    answer: noKeyMade('reason: Get_Attributes operation is not supported by the server.'),
    vcenter: stillPlainAndGreen,
    timeline: { kmip: [fired('no-get-attributes')], vcenter: [result] },
    provenance: {
      word: 'observed',
      source:
        'Log lines of a vCenter 6.5 with such a KMS, in issue 218 of the PyKMIP project. That the task fails is assumed.',
    },
  },
  {
    id: 'add-attribute-denied',
    group: 'answers',
    title: "The KMS refuses vCenter's own attributes",
    story: 'Add Attribute is denied; vCenter goes on without x-Name and x-Component, and nobody notices.',
    fragment: yaml`
      faults:
        - id: no-attributes
          at: kmip.request
          match: { operation: AddAttribute }
          then: { kmip: { reason: PermissionDenied, message: Vendor attributes are not allowed } }
    `,
    probe: probes.encrypt,
    answer: { task: { state: 'success' } },
    vcenter: { vm: { encrypted: true }, provider: { status: 'green' } },
    timeline: {
      kmip: [fired('no-attributes'), trace('kmip.refused', { 'data.operation': 'AddAttribute' })],
      vcenter: [trace('vcenter.key.not-described')],
    },
    provenance: { word: 'observed', source: 'Traffic of a vCenter 7.0.3: failures of Add Attribute are tolerated.' },
  },
  {
    id: 'discover-versions-refused',
    group: 'answers',
    title: 'The KMS does not tell its versions',
    story: 'Every connection of vCenter begins with Discover Versions; this KMS answers Operation Not Supported.',
    fragment: yaml`
      faults:
        - id: no-versions
          at: kmip.request
          match: { operation: DiscoverVersions }
          then: { kmip: { reason: OperationNotSupported, message: KMIP 1.0 only } }
    `,
    probe: probes.encrypt,
    answer: noKeyMade('KMIP 1.0 only'),
    vcenter: { ...stillPlain, provider: { status: 'red' } },
    timeline: { kmip: [fired('no-versions')] },
    provenance: guideFailure,
  },
  {
    id: 'locate-denied',
    group: 'answers',
    title: 'The KMS does not let a client search',
    story: 'A KMIP client with few rights asks for its keys and is denied.',
    fragment: yaml`
      world:
        kms:
          - access:
              - { who: vcenter, operations: [Create, Get] }
    `,
    probe: probes.askKms,
    answer: kmipFails('Permission Denied', 'Locate is not allowed'),
    timeline: { kmip: [trace('kmip.refused', { 'data.operation': 'Locate', 'data.reason': 'Permission Denied' })] },
    provenance: {
      word: 'documented',
      source: "KMIP 1.1 §11.1: Permission Denied when the client is not allowed to do it. The text is the KMS's own.",
    },
  },
  {
    id: 'create-pending',
    group: 'answers',
    title: 'The KMS answers later',
    story: 'Create is answered Operation Pending, which vCenter never asked for and does not poll.',
    fragment: yaml`
      faults:
        - id: strikes
          at: kmip.request
          match: { operation: Create }
          then: { kmip: { status: OperationPending } }
    `,
    probe: probes.encrypt,
    answer: noKeyMade('Pending'),
    vcenter: stillPlainAndGreen,
    timeline: { kmip: [fired('strikes')], vcenter: [result] },
    provenance: guideFailure,
  },
  {
    id: 'create-undone',
    group: 'answers',
    title: 'The KMS undoes what it did',
    story: 'Create is answered Operation Undone.',
    fragment: yaml`
      faults:
        - id: strikes
          at: kmip.request
          match: { operation: Create }
          then: { kmip: { status: OperationUndone, reason: GeneralFailure, message: Rolled back } }
    `,
    probe: probes.encrypt,
    answer: noKeyMade('Rolled back'),
    vcenter: stillPlainAndGreen,
    timeline: { kmip: [fired('strikes')], vcenter: [result] },
    provenance: guideFailure,
  },
  {
    id: 'create-fails-without-reason',
    group: 'answers',
    title: 'The KMS fails and does not say why',
    story: 'Result Reason and Result Message are missing.',
    fragment: yaml`
      faults:
        - id: strikes
          at: kmip.request
          match: { operation: Create }
          then: { kmip: { message: null } }
    `,
    probe: probes.encrypt,
    answer: noKeyMade('Operation Failed'),
    vcenter: stillPlainAndGreen,
    timeline: { kmip: [fired('strikes')], vcenter: [result] },
    provenance: guideFailure,
  },
];
