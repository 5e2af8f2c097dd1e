import { type FaultEntry, fired, never, trace } from '../entry.ts';
import { probes } from '../probes.ts';
import { ovhRefuses } from '../shared.ts';
import { yaml } from '../yaml.ts';

const states = {
  word: 'documented',
  source: 'Schema of the OVHcloud API: states of dedicatedCloud.Task. The description of the task is assumed.',
} as const;
const conflict = {
  word: 'assumed',
  source: 'The OVHcloud API has the class Client::Conflict for 409; when it is answered, and its text, are assumed.',
} as const;

/** A KMS is registered at OVHcloud, and it does not come to delivered. */
export const registrationFaults: FaultEntry[] = [
  {
    id: 'ovh-task-error',
    group: 'ovh',
    title: 'The task ends in error',
    story: 'The gateway takes no further rule.',
    fragment: yaml`
      faults:
        - id: gateway-full
          at: ovh.task
          match: { progress: 0 }
          then: { ovh: { taskState: error, message: The gateway has no rule left } }
    `,
    probe: probes.addKms,
    answer: { task: { state: 'error', description: 'The gateway has no rule left' } },
    timeline: { ovh: [fired('gateway-full')], gateway: [never('gateway.flow.opened')] },
    provenance: states,
  },
  {
    id: 'ovh-task-canceled',
    group: 'ovh',
    title: 'The task is cancelled',
    story: 'OVHcloud withdraws the operation.',
    fragment: yaml`
      faults:
        - id: withdrawn
          at: ovh.task
          then: { ovh: { taskState: canceled, message: Cancelled by support } }
    `,
    probe: probes.addKms,
    answer: { task: { state: 'canceled', description: 'Cancelled by support' } },
    timeline: { ovh: [fired('withdrawn')], gateway: [never('gateway.flow.opened')] },
    provenance: states,
  },
  {
    id: 'ovh-task-fixing',
    group: 'ovh',
    title: 'Support has to step in',
    story: 'The task is in state fixing for half an hour, then goes on.',
    fragment: yaml`
      faults:
        - id: support
          at: ovh.task
          match: { progress: 0 }
          when: { calls: 1 }
          then: { ovh: { taskState: fixing, message: Intervention in progress } }
    `,
    probe: probes.addKmsAndWait,
    answer: { body: { state: 'fixing', description: 'Intervention in progress' } },
    timeline: { ovh: [fired('support')], gateway: [never('gateway.flow.opened')] },
    provenance: states,
  },
  {
    id: 'ovh-task-slow',
    group: 'ovh',
    title: 'The task takes its time',
    story: 'Nothing is wrong; the gateway takes half an hour.',
    fragment: yaml`
      faults:
        - id: slow
          at: ovh.task
          match: { progress: 25 }
          then: { delay: 1800000 }
    `,
    probe: probes.addKmsAndWait,
    answer: { body: { state: 'doing', progress: 25 } },
    timeline: { ovh: [fired('slow')], gateway: [trace('gateway.flow.opened')] },
    provenance: { word: 'assumed', source: 'How long a task takes is not published.' },
  },
  {
    id: 'ovh-task-stands-still',
    group: 'ovh',
    title: 'The task stands still',
    story: 'Nobody works on it: after twenty minutes it is still todo.',
    fragment: yaml`
      world:
        ovh: { taskProgress: manual }
    `,
    probe: probes.addKmsAndWait,
    answer: { body: { state: 'todo', progress: 0 } },
    timeline: { gateway: [never('gateway.flow.opened')] },
    provenance: states,
  },
  {
    id: 'ovh-task-waits-for-vcenter',
    group: 'ovh',
    title: 'The task waits for vCenter',
    story: 'OVHcloud goes on only when the KMS is configured in vCenter, and nobody does that.',
    fragment: yaml`
      world:
        ovh: { waitForVcenter: true }
    `,
    probe: probes.addKmsAndWait,
    answer: { body: { state: 'doing' } },
    timeline: { gateway: [trace('gateway.flow.opened')] },
    provenance: states,
  },
  {
    id: 'ovh-thumbprint-wrong',
    group: 'ovh',
    title: 'The thumbprint is not that of the KMS',
    story: 'It was noted before the certificate of the KMS was renewed.',
    fragment: yaml`
      world:
        ovh: { thumbprint: verify-live }
      steps:
        - do: kms.rotateCertificate
    `,
    probe: probes.addKms,
    answer: { task: { state: 'error', description: { contains: 'expected' } } },
    timeline: { ovh: [trace('ovh.thumbprint.probe')], gateway: [never('gateway.flow.opened')] },
    provenance: {
      word: 'assumed',
      source: 'What OVHcloud verifies about a thumbprint is not published; a world chooses.',
    },
  },
  {
    id: 'ovh-kms-unreachable',
    group: 'ovh',
    title: 'OVHcloud cannot reach the KMS to see its certificate',
    story: 'The KMS is down while it is registered.',
    fragment: yaml`
      world:
        ovh: { thumbprint: verify-live }
      steps:
        - do: kms.stop
    `,
    probe: probes.addKms,
    answer: { task: { state: 'error', description: { contains: 'cannot be reached: connect ECONNREFUSED' } } },
    timeline: { kmip: [trace('kmip.stopped')], gateway: [never('gateway.flow.opened')] },
    provenance: {
      word: 'assumed',
      source: 'What OVHcloud verifies about a thumbprint is not published; a world chooses.',
    },
  },
  {
    id: 'ovh-token-missing',
    group: 'ovh',
    title: 'Nobody enters the token',
    story: 'The service has token validation; fifteen minutes after the SMS the task is cancelled.',
    fragment: yaml`
      world:
        ovh:
          services:
            - serviceName: pcc-192-0-2-10
              tokenValidation: true
    `,
    probe: probes.addKmsAndWait,
    answer: { body: { state: 'canceled', description: 'The operation was not validated in time' } },
    timeline: { gateway: [never('gateway.flow.opened')] },
    provenance: {
      word: 'documented',
      source:
        "OVHcloud's guide to the secure interface: a token lives 15 minutes, then the task is cancelled. That adding a KMS needs one is assumed.",
    },
  },
  {
    id: 'ovh-kms-exists',
    group: 'ovh',
    title: 'The KMS is registered already',
    story: 'The same address is added a second time.',
    fragment: yaml`
      world:
        ovh: { delivered: [kms-1] }
    `,
    probe: probes.addKms,
    answer: ovhRefuses(409, 'already exists'),
    timeline: { ovh: [trace('ovh.response', { 'data.status': 409 })] },
    provenance: conflict,
  },
  {
    id: 'ovh-option-busy',
    group: 'ovh',
    title: 'Another task is running',
    story: 'While one KMS is being registered, the encryption option takes no other change.',
    fragment: yaml`
      world:
        kms:
          - name: kms-1
          - name: kms-2
      steps:
        - do: ovh.call
          with:
            method: POST
            path: /dedicatedCloud/\${serviceName}/vmEncryption/kms
            parameters: { ip: "\${allKms.1.address}", sslThumbprint: "\${allKms.1.sha1}" }
    `,
    probe: probes.addKms,
    answer: ovhRefuses(409, 'Another task is running on this option'),
    timeline: { ovh: [trace('ovh.response', { 'data.status': 409 })] },
    provenance: conflict,
  },
  {
    id: 'ovh-option-migrating',
    group: 'ovh',
    title: 'The encryption option is being migrated',
    story: 'OVHcloud moves the service; meanwhile nothing can be changed.',
    fragment: yaml`
      world:
        ovh:
          services:
            - serviceName: pcc-192-0-2-10
              vmEncryption: migrating
    `,
    probe: probes.addKms,
    answer: ovhRefuses(409, 'is in state migrating'),
    timeline: { ovh: [trace('ovh.response', { 'data.status': 409 })] },
    provenance: conflict,
  },
  {
    id: 'ovh-task-hangs',
    group: 'ovh',
    title: 'The task hangs at the gateway',
    story: 'It was begun and nobody finishes it.',
    fragment: yaml`
      faults:
        - id: hangs
          at: ovh.task
          match: { progress: 25 }
          then: { hang: true }
    `,
    probe: probes.addKmsAndWait,
    answer: { body: { state: 'doing', progress: 25 } },
    timeline: { ovh: [fired('hangs')] },
    provenance: states,
  },
];
