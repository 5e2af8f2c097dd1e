import { type FaultEntry, trace } from '../entry.ts';
import { probes } from '../probes.ts';
import { lockedMachine, taskFails } from '../shared.ts';
import { yaml } from '../yaml.ts';

const declared = { word: 'documented', source: 'vSphere Web Services API: faults of PowerOnVM_Task' } as const;

/** What happens to hosts. */
export const hostFaults: FaultEntry[] = [
  {
    id: 'host-restarts-without-kms',
    group: 'hosts',
    title: 'A host restarts while the KMS is down',
    story: 'Its keys are gone, and nobody can bring them back: its machines are locked.',
    fragment: yaml`
      steps:
        - do: kms.stop
    `,
    probe: probes.startAfterReboot,
    answer: taskFails('EncryptionKeyRequired', 'not found'),
    vcenter: {
      vm: { cryptoState: 'locked', powerState: 'poweredOff' },
      host: { cryptoState: 'incapable' },
      events: [
        'com.vmware.vc.vm.Crypto.VMLocked.KMSClusterError',
        'com.vmware.vc.host.Crypto.ReqEnable.KMSClusterError',
      ],
    },
    timeline: { kmip: [trace('kmip.stopped')], vcenter: [trace('vcenter.vm.locked')] },
    provenance: lockedMachine,
  },
  {
    id: 'host-disconnected',
    group: 'hosts',
    title: 'vCenter has no connection to the host',
    story: 'The machine runs on there; vCenter can do nothing to it.',
    fragment: yaml`
      steps:
        - do: host.disconnect
          with: { host: esxi-1.lab }
    `,
    probe: probes.startEncrypted,
    answer: taskFails('HostNotConnected', 'onnect'),
    vcenter: { host: { connectionState: 'disconnected' } },
    timeline: { vcenter: [trace('vcenter.task.failed')] },
    provenance: declared,
  },
  {
    id: 'host-off',
    group: 'hosts',
    title: 'The host is switched off',
    story: 'Its machines stop with it.',
    fragment: yaml`
      steps:
        - do: host.shutDown
          with: { host: esxi-1.lab }
    `,
    probe: probes.startEncrypted,
    answer: taskFails('HostNotConnected', 'onnect'),
    vcenter: { host: { connectionState: 'notResponding', powerState: 'poweredOff' } },
    timeline: { vcenter: [trace('vcenter.task.failed')] },
    provenance: declared,
  },
  {
    id: 'host-in-maintenance',
    group: 'hosts',
    title: 'The host is in maintenance mode',
    story: 'No machine is started there.',
    fragment: yaml`
      steps:
        - do: host.enterMaintenanceMode
          with: { host: esxi-1.lab }
    `,
    probe: probes.startEncrypted,
    answer: taskFails('InvalidState', 'is in maintenance mode'),
    vcenter: { host: { inMaintenanceMode: true } },
    timeline: { vcenter: [trace('vcenter.task.failed')] },
    provenance: declared,
  },
];
