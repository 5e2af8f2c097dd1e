import { type FaultEntry, trace } from '../entry.ts';
import { reference } from '../probe.ts';
import { probes } from '../probes.ts';
import { lockedMachine, noKeyMade, taskFails } from '../shared.ts';
import { yaml } from '../yaml.ts';

const locked = { cryptoState: 'locked', powerState: 'poweredOff' } as const;
const keyPolicy = {
  word: 'documented',
  source: 'vSphere Security: only Active keys are used to encrypt; a running machine goes on with the key of its host.',
} as const;

/** Keys that are gone, or may not be used any more. */
export const keyFaults: FaultEntry[] = [
  {
    id: 'key-destroyed',
    group: 'keys',
    title: 'The key of a virtual machine was destroyed',
    story: 'Somebody destroyed it at the KMS; the host forgets its copy with the next restart.',
    fragment: yaml`
      steps:
        - do: kmip.revoke
          with: { uniqueIdentifier: "\${keyId}" }
        - do: kmip.destroy
          with: { uniqueIdentifier: "\${keyId}" }
    `,
    probe: probes.startAfterReboot,
    answer: taskFails('EncryptionKeyRequired', 'not found'),
    vcenter: { vm: locked, events: ['com.vmware.vc.vm.Crypto.VMLocked.KeyMissingOnKMS'] },
    timeline: {
      kmip: [
        trace('kmip.request', { 'data.operation': 'Destroy' }),
        trace('kmip.refused', { 'data.operation': 'Get' }),
      ],
      vcenter: [trace('vcenter.vm.locked')],
    },
    provenance: lockedMachine,
  },
  {
    id: 'key-deactivated',
    group: 'keys',
    title: 'The key of a virtual machine was deactivated',
    story: 'Somebody revoked it: the KMS still has it, vCenter must not use it.',
    fragment: yaml`
      steps:
        - do: kmip.revoke
          with: { uniqueIdentifier: "\${keyId}" }
    `,
    probe: probes.startAfterReboot,
    answer: taskFails('EncryptionKeyRequired', 'not found'),
    vcenter: { vm: locked },
    timeline: {
      kmip: [trace('kmip.request', { 'data.operation': 'Revoke' })],
      vcenter: [trace('vcenter.vm.locked')],
    },
    provenance: lockedMachine,
  },
  {
    id: 'key-compromised',
    group: 'keys',
    title: 'The key of a virtual machine is compromised',
    story: 'The KMS administrator revoked it with the reason Key Compromise.',
    fragment: yaml`
      steps:
        - do: kmip.revoke
          with: { uniqueIdentifier: "\${keyId}", reason: KeyCompromise }
    `,
    probe: probes.startAfterReboot,
    answer: taskFails('EncryptionKeyRequired', 'not found'),
    vcenter: { vm: locked },
    timeline: {
      kmip: [trace('kmip.request', { 'data.operation': 'Revoke' })],
      vcenter: [trace('vcenter.vm.locked')],
    },
    provenance: lockedMachine,
  },
  {
    id: 'key-deactivated-key-status',
    group: 'keys',
    title: 'vCenter is asked for a key that was deactivated',
    story: 'QueryCryptoKeyStatus asks the KMS for the state.',
    fragment: yaml`
      steps:
        - do: kmip.revoke
          with: { uniqueIdentifier: "\${keyId}" }
    `,
    probe: probes.keyStatus,
    answer: { available: false, reason: 'KeyStateNotActiveOrEnabled', vms: ['web-1'] },
    vcenter: { vm: { cryptoState: 'unlocked' } },
    timeline: { kmip: [trace('kmip.request', { 'data.operation': 'GetAttributes' })] },
    provenance: {
      word: 'observed',
      source:
        'Transcript of a vCenter with a KMS in govmomi, pull request 3605: the reason for a key that is not active.',
    },
  },
  {
    id: 'key-destroyed-key-status',
    group: 'keys',
    title: 'vCenter is asked for a key that is gone',
    story: 'The machine runs on with the key of its host; QueryCryptoKeyStatus tells what will come.',
    fragment: yaml`
      steps:
        - do: kmip.revoke
          with: { uniqueIdentifier: "\${keyId}" }
        - do: kmip.destroy
          with: { uniqueIdentifier: "\${keyId}" }
    `,
    probe: probes.keyStatus,
    answer: { available: false, vms: ['web-1'] },
    vcenter: { vm: { cryptoState: 'unlocked' } },
    timeline: { kmip: [trace('kmip.request', { 'data.operation': 'Destroy' })] },
    provenance: keyPolicy,
  },
  {
    id: 'key-of-host-destroyed',
    group: 'keys',
    title: 'The key of a host was destroyed',
    story: 'After its restart the host gets a new key, and its machines are not locked.',
    fragment: yaml`
      steps:
        - do: kmip.revoke
          with: { uniqueIdentifier: "\${hostKey}" }
        - do: kmip.destroy
          with: { uniqueIdentifier: "\${hostKey}" }
    `,
    probe: probes.startAfterReboot,
    answer: { task: { state: 'success' } },
    vcenter: {
      vm: { cryptoState: 'unlocked', powerState: 'poweredOn' },
      host: { cryptoState: 'safe', keyId: { not: reference('hostKey') } },
      events: ['com.vmware.vc.host.Crypto.HostKey.NewKey.KeyMissingOnKMS', 'com.vmware.vc.crypto.HostKeyUpdatedEvent'],
    },
    timeline: { kmip: [trace('kmip.request', { 'data.operation': 'Create' })] },
    provenance: {
      word: 'documented',
      source: 'Events of vSphere 7.0: HostKey.NewKey.KeyMissingOnKMS, Host key renewed',
    },
  },
  {
    id: 'key-not-handed-out',
    group: 'keys',
    title: 'The KMS does not hand out the keys any more',
    story: "Somebody changed the rights of vCenter's user; it shows with the next restart of a host.",
    fragment: yaml`
      faults:
        - id: no-get
          at: kmip.request
          match: { operation: Get }
          when: { after: { event: { event: vcenter.task.succeeded } } } # once the machine is encrypted
          then: { kmip: { reason: PermissionDenied, message: Get is not allowed } }
    `,
    probe: probes.startAfterReboot,
    answer: taskFails('EncryptionKeyRequired', 'not found'),
    vcenter: { vm: locked },
    timeline: { kmip: [trace('kmip.refused', { 'data.operation': 'Get' })], vcenter: [trace('vcenter.vm.locked')] },
    provenance: lockedMachine,
  },
  {
    id: 'keys-not-replicated',
    group: 'keys',
    title: 'The servers of a cluster do not have the same keys',
    story: 'The first server is down, the second one never got its keys.',
    fragment: yaml`
      world:
        kms:
          - name: kms-1
          - name: kms-2
        ovh:
          delivered: [kms-1, kms-2]
      steps:
        - do: kms.stop
          with: { kms: kms-1 }
    `,
    probe: probes.startAfterReboot,
    answer: taskFails('EncryptionKeyRequired', 'not found'),
    vcenter: { vm: locked },
    timeline: {
      kmip: [trace('kmip.refused', { 'data.operation': 'Get', 'data.reason': 'Item Not Found' })],
      vcenter: [trace('vcenter.vm.locked')],
    },
    provenance: lockedMachine,
  },
  {
    id: 'key-provider-removed',
    group: 'keys',
    title: 'The key provider was removed from vCenter',
    story: 'vCenter knows the key, and does not know any more where to ask for it.',
    fragment: yaml`
      steps:
        - do: vcenter.removeKmipServer
          with: { cluster: keyrig, name: kms-1 }
    `,
    probe: probes.startAfterReboot,
    answer: taskFails('EncryptionKeyRequired', 'not found'),
    vcenter: { vm: locked },
    timeline: { vcenter: [trace('vcenter.vm.locked')] },
    provenance: lockedMachine,
  },
  {
    id: 'recrypt-without-kms',
    group: 'keys',
    title: 'A machine shall get a new key while the KMS is down',
    story: 'No key is made, and the machine keeps the one that it has.',
    fragment: yaml`
      steps:
        - do: kms.stop
    `,
    probe: probes.recrypt,
    answer: noKeyMade('ECONNREFUSED'),
    vcenter: { vm: { encrypted: true, keyId: reference('keyId'), cryptoState: 'unlocked' } },
    timeline: { vcenter: [trace('vcenter.kmip.failed', { 'data.kind': 'refused' })] },
    provenance: keyPolicy,
  },
  {
    id: 'keys-lost',
    group: 'keys',
    title: 'The KMS has lost its keys',
    story: 'A disk of the KMS broke: nobody destroyed the keys, and they are gone.',
    fragment: yaml`
      steps:
        - do: kms.loseKeys
    `,
    probe: probes.startAfterReboot,
    answer: taskFails('EncryptionKeyRequired', 'not found'),
    vcenter: { vm: locked, events: ['com.vmware.vc.vm.Crypto.VMLocked.KeyMissingOnKMS'] },
    timeline: {
      kmip: [trace('kmip.refused', { 'data.operation': 'Get', 'data.reason': 'Item Not Found' })],
      vcenter: [trace('vcenter.vm.locked')],
    },
    provenance: lockedMachine,
  },
];
