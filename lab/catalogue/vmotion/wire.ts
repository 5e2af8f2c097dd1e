import { type FaultEntry, fired, never, trace } from '../entry.ts';
import { probes } from '../probes.ts';
import { taskFails } from '../shared.ts';
import { yaml } from '../yaml.ts';

const stayed = { vm: { host: 'esxi-1.lab', powerState: 'poweredOn' } } as const;
const aborted = trace('vcenter.vmotion.aborted');
const gcm = {
  word: 'documented',
  source:
    "OVHcloud's VM encryption guide: AES-GCM protects migrations; a receiver notices what was changed. Fault type and text are assumed.",
} as const;

/** Somebody on the wire between two hosts. */
export const wireFaults: FaultEntry[] = [
  {
    id: 'vmotion-bit-flipped',
    group: 'vmotion',
    title: 'Somebody changes a packet of a migration',
    story: 'One bit is not what was sent: authentication fails and the machine stays where it was.',
    fragment: yaml`
      faults:
        - id: changed
          at: vcenter.vmotion
          then: { corrupt: bit }
    `,
    probe: probes.migrate,
    answer: taskFails('MigrationFault', 'was changed on its way'),
    vcenter: stayed,
    timeline: { vcenter: [fired('changed'), aborted] },
    provenance: gcm,
  },
  {
    id: 'vmotion-replayed',
    group: 'vmotion',
    title: 'Somebody repeats a packet of a migration',
    story: 'The counter of the nonce gives it away.',
    fragment: yaml`
      faults:
        - id: repeated
          at: vcenter.vmotion
          then: { corrupt: replay }
    `,
    probe: probes.migrate,
    answer: taskFails('MigrationFault'),
    vcenter: stayed,
    timeline: { vcenter: [fired('repeated'), aborted] },
    provenance: gcm,
  },
  {
    id: 'vmotion-reordered',
    group: 'vmotion',
    title: 'Two packets of a migration change places',
    story: 'The counter of the nonce gives it away.',
    fragment: yaml`
      faults:
        - id: shuffled
          at: vcenter.vmotion
          then: { corrupt: reorder }
    `,
    probe: probes.migrate,
    answer: taskFails('MigrationFault'),
    vcenter: stayed,
    timeline: { vcenter: [fired('shuffled'), aborted] },
    provenance: gcm,
  },
  {
    id: 'vmotion-cut',
    group: 'vmotion',
    title: 'The connection of a migration ends half-way',
    story: 'The network between the hosts fails.',
    fragment: yaml`
      faults:
        - id: cut
          at: vcenter.vmotion
          then: { close: { afterBytes: 10000 } }
    `,
    probe: probes.migrate,
    answer: taskFails('MigrationFault', 'before the image did'),
    vcenter: stayed,
    timeline: { vcenter: [fired('cut'), aborted] },
    provenance: gcm,
  },
  {
    id: 'vmotion-reset',
    group: 'vmotion',
    title: 'The connection of a migration is reset',
    story: 'The destination fails while the image arrives.',
    fragment: yaml`
      faults:
        - id: reset
          at: vcenter.vmotion
          then: { reset: { afterBytes: 10000 } }
    `,
    probe: probes.migrate,
    answer: taskFails('MigrationFault'),
    vcenter: stayed,
    timeline: { vcenter: [fired('reset'), aborted] },
    provenance: gcm,
  },
  {
    id: 'vmotion-in-clear-changed',
    group: 'vmotion',
    title: 'Somebody changes a migration that is not encrypted',
    story: 'Nobody notices: the machine arrives, and is not what it was.',
    fragment: yaml`
      faults:
        - id: changed
          at: vcenter.vmotion
          then: { corrupt: bit }
      steps:
        - do: vcenter.editVm
          with: { vm: web-1, migrateEncryption: disabled }
    `,
    probe: probes.migrate,
    answer: { task: { state: 'success' } },
    vcenter: { vm: { host: 'esxi-2.lab' } },
    timeline: { vcenter: [fired('changed'), trace('vcenter.vmotion.changed-unnoticed')] },
    provenance: {
      word: 'documented',
      source: "OVHcloud's VM encryption guide: a migration that is disabled or not supported is not encrypted.",
    },
  },
  {
    id: 'vmotion-required-not-supported',
    group: 'vmotion',
    title: 'Encrypted vMotion is required, and a host does not support it',
    story: 'The migration is not allowed.',
    fragment: yaml`
      world:
        vcenter:
          hosts:
            - { name: esxi-2.lab, encryptedVMotionSupported: false }
      steps:
        - do: vcenter.editVm
          with: { vm: web-1, migrateEncryption: required }
    `,
    probe: probes.migrate,
    answer: taskFails('MigrationFeatureNotSupported'),
    vcenter: stayed,
    timeline: { vcenter: [never('vcenter.vmotion.key'), trace('vcenter.task.failed')] },
    provenance: {
      word: 'documented',
      source: "OVHcloud's VM encryption guide: Required does not allow it. Which fault that is, is assumed.",
    },
  },
  {
    id: 'vmotion-hangs',
    group: 'vmotion',
    title: 'Nothing arrives of a migration',
    story: 'The network between the hosts swallows every packet, until the hosts give up.',
    fragment: yaml`
      faults:
        - id: swallowed
          at: vcenter.vmotion
          then: { hang: true }
    `,
    probe: probes.migrate,
    answer: taskFails('MigrationFault'),
    vcenter: stayed,
    timeline: { vcenter: [fired('swallowed'), aborted] },
    provenance: { word: 'assumed', source: 'How long hosts wait is not published; here it is a minute.' },
  },
];
