import { type FaultEntry, fired, never, trace } from '../entry.ts';
import { probes } from '../probes.ts';
import { guideFailure, noKeyMade, stillPlain, stillPlainAndRed } from '../shared.ts';
import { yaml } from '../yaml.ts';

/** The KMS is not there, or not for everybody. */
export const kmsFaults: FaultEntry[] = [
  {
    id: 'kms-stopped',
    group: 'kms',
    title: 'The KMS is down',
    story: 'Its port is closed, so every dial is refused at once.',
    fragment: yaml`
      steps:
        - do: kms.stop
    `,
    probe: probes.encrypt,
    answer: noKeyMade('ECONNREFUSED'),
    vcenter: {
      ...stillPlainAndRed,
      events: [...stillPlain.events, 'com.vmware.vc.kms.crypto.Unreachable'],
      alarm: 'Key Management Server Health Status Alarm',
    },
    timeline: {
      kmip: [trace('kmip.stopped'), never('kmip.connection.accepted')],
      vcenter: [trace('vcenter.kmip.failed', { 'data.kind': 'refused' })],
    },
    provenance: guideFailure,
  },
  {
    id: 'kms-stopped-health-check',
    group: 'kms',
    title: 'The KMS goes down and nobody asks it for a key',
    story: "vCenter's health check finds out, at most 300 seconds later.",
    fragment: yaml`
      steps:
        - do: kms.stop
        - do: clock.advance
          with: { seconds: 300 }
    `,
    probe: probes.status,
    answer: { status: 'red', word: 'Not connected', connectionStatus: { contains: 'ECONNREFUSED' } },
    vcenter: { events: ['com.vmware.vc.kms.crypto.Unreachable'], alarm: 'Key Management Server Health Status Alarm' },
    timeline: {
      kmip: [trace('kmip.stopped')],
      vcenter: [trace('vcenter.kmip.health-check'), trace('vcenter.kmip.failed', { 'data.kind': 'refused' })],
    },
    provenance: {
      word: 'observed',
      source:
        'Traffic of a vCenter 7.0.3: a health check every 300 s. The texts of connectionStatus besides Normal are assumed.',
    },
  },
  {
    id: 'kms-refuses-create',
    group: 'kms',
    title: 'vCenter may not create keys',
    story: "The KMS lets vCenter's user in, but not make keys: every check of the connection passes.",
    fragment: yaml`
      world:
        kms:
          - clients:
              - name: vcenter
                operations: [DiscoverVersions, Query, Get, GetAttributes, Activate, AddAttribute]
    `,
    probe: probes.encrypt,
    answer: noKeyMade('Permission Denied'),
    vcenter: { ...stillPlain, provider: { status: 'green', word: 'Normal' } },
    timeline: {
      kmip: [trace('kmip.refused', { 'data.operation': 'Create', 'data.reason': 'Permission Denied' })],
      vcenter: [trace('vcenter.kmip.failed', { 'data.kind': 'result' })],
    },
    provenance: guideFailure,
  },
  {
    id: 'kms-quota-reached',
    group: 'kms',
    title: 'The quota of the KMS is used up',
    story: 'The KMS lets vCenter have one key only, and that is the one of the host.',
    fragment: yaml`
      world:
        kms:
          - access:
              - { who: vcenter, maxObjects: 1 }
    `,
    probe: probes.encrypt,
    answer: noKeyMade('may have no more than 1 objects'),
    vcenter: { ...stillPlain, provider: { status: 'green', word: 'Normal' } },
    timeline: {
      kmip: [trace('kmip.refused', { 'data.operation': 'Create', 'data.reason': 'Permission Denied' })],
      vcenter: [trace('vcenter.kmip.failed', { 'data.kind': 'result' })],
    },
    provenance: guideFailure,
  },
  {
    id: 'kms-port-closes',
    group: 'kms',
    title: 'The KMS stops listening for a while',
    story: 'Open connections go on, new dials are refused.',
    fragment: yaml`
      faults:
        - id: closed
          at: kmip.port
          when: { after: { event: { event: vcenter.task.started } } } # not while the key provider is set up
          then: { unlisten: true }
    `,
    probe: probes.encrypt,
    answer: noKeyMade('ECONNREFUSED'),
    vcenter: stillPlainAndRed,
    timeline: {
      kmip: [fired('closed')],
      vcenter: [trace('vcenter.kmip.failed', { 'data.kind': 'refused' })],
    },
    provenance: guideFailure,
  },
  {
    id: 'kms-one-of-two-down',
    group: 'kms',
    title: 'One of two key servers is down',
    story: 'The other one has the same keys: everything works, and the status warns.',
    fragment: yaml`
      world:
        kms:
          - { name: kms-1, store: { shared: cluster } }
          - { name: kms-2, store: { shared: cluster } }
        ovh:
          delivered: [kms-1, kms-2]
      steps:
        - do: kms.stop
          with: { kms: kms-1 }
    `,
    probe: probes.encrypt,
    answer: { task: { state: 'success' } },
    vcenter: {
      vm: { encrypted: true },
      provider: { clusters: [{ status: 'yellow', servers: [{ status: 'red' }, { status: 'green' }] }] },
    },
    timeline: { kmip: [trace('kmip.stopped')], vcenter: [trace('vcenter.kmip.failed', { 'data.kind': 'refused' })] },
    provenance: {
      word: 'documented',
      source: 'vSphere Security: a key provider goes on while one of its servers works. The colour is assumed.',
    },
  },
  {
    id: 'kms-both-down',
    group: 'kms',
    title: 'All servers of a key provider are down',
    story: 'vCenter tries one after the other, and names each of them.',
    fragment: yaml`
      world:
        kms:
          - { name: kms-1, store: { shared: cluster } }
          - { name: kms-2, store: { shared: cluster } }
        ovh:
          delivered: [kms-1, kms-2]
      steps:
        - do: kms.stop
          with: { kms: kms-1 }
        - do: kms.stop
          with: { kms: kms-2 }
    `,
    probe: probes.encrypt,
    answer: noKeyMade('Failed to generate key on KMS 127.0.0.2'),
    vcenter: { ...stillPlain, provider: { clusters: [{ status: 'red' }] } },
    timeline: { vcenter: [trace('vcenter.kmip.failed', { 'data.kind': 'refused', 'data.server': 'kms-2' })] },
    provenance: {
      word: 'documented',
      source:
        'Broadcom knowledge base, article 396701: one line for each KMS. That they are told so is assumed for this error.',
    },
  },
];
