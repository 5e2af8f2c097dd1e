import { type FaultEntry, fired, never, trace } from '../entry.ts';
import { probes } from '../probes.ts';
import { taskFails } from '../shared.ts';
import { yaml } from '../yaml.ts';

const noKmip = never('kmip.request', { 'data.operation': 'Create' });
const rules = {
  word: 'documented',
  source: 'vSphere Security, Virtual Machine Encryption: prerequisites of encrypting a virtual machine',
} as const;

/** vCenter refuses to encrypt, whatever the KMS says. */
export const refusalFaults: FaultEntry[] = [
  {
    id: 'vm-hardware-too-old',
    group: 'vcenter',
    title: 'The hardware version of the machine is too low',
    story: 'Encryption needs version 13.',
    fragment: yaml`
      world:
        vcenter:
          vms:
            - { name: web-1, hardwareVersion: 12 }
    `,
    probe: probes.encrypt,
    answer: taskFails('GenericVmConfigFault', 'requires virtual hardware version 13'),
    vcenter: { vm: { encrypted: false } },
    timeline: { kmip: [noKmip], vcenter: [trace('vcenter.task.failed')] },
    provenance: rules,
  },
  {
    id: 'vm-powered-on',
    group: 'vcenter',
    title: 'The machine is running',
    story: 'It can be encrypted only while it is switched off.',
    fragment: yaml`
      world:
        vcenter:
          vms:
            - { name: web-1, poweredOn: true }
    `,
    probe: probes.encrypt,
    answer: taskFails('InvalidPowerState', 'current state'),
    vcenter: { vm: { encrypted: false, powerState: 'poweredOn' } },
    timeline: { kmip: [noKmip], vcenter: [trace('vcenter.task.failed')] },
    provenance: rules,
  },
  {
    id: 'vm-has-snapshots',
    group: 'vcenter',
    title: 'The machine has snapshots',
    story: 'A machine with snapshots cannot be encrypted.',
    fragment: yaml`
      world:
        vcenter:
          vms:
            - { name: web-1, snapshots: [before-the-update] }
    `,
    probe: probes.encrypt,
    answer: taskFails('InvalidVmConfig', 'snapshot'),
    vcenter: { vm: { encrypted: false } },
    timeline: { kmip: [noKmip], vcenter: [trace('vcenter.task.failed')] },
    provenance: rules,
  },
  {
    id: 'no-default-provider',
    group: 'vcenter',
    title: 'No key provider is the default one',
    story: 'A provider is set up, and nobody made it the default.',
    fragment: yaml`
      world:
        vcenter:
          keyProviders:
            - { name: keyrig, default: false }
    `,
    probe: probes.encrypt,
    answer: taskFails('RuntimeFault', 'No default provider'),
    vcenter: { vm: { encrypted: false }, provider: { status: 'green' } },
    timeline: { kmip: [noKmip], vcenter: [trace('vcenter.task.failed')] },
    provenance: { word: 'assumed', source: 'The text is that of the simulator of govmomi.' },
  },
  {
    id: 'host-without-encryption',
    group: 'vcenter',
    title: 'The host cannot encrypt',
    story: 'It does not support encryption of virtual machines.',
    fragment: yaml`
      world:
        vcenter:
          hosts:
            - { name: esxi-1.lab, cryptoSupported: false }
    `,
    probe: probes.encrypt,
    answer: taskFails('NotSupported', 'does not support encryption'),
    vcenter: { vm: { encrypted: false }, host: { keyId: null } },
    timeline: { kmip: [noKmip], vcenter: [trace('vcenter.task.failed')] },
    provenance: rules,
  },
  {
    id: 'vcenter-no-permission',
    group: 'vcenter',
    title: 'The user may not encrypt',
    story: 'A privilege such as Cryptographer.Encrypt is missing.',
    fragment: yaml`
      faults:
        - id: no-permission
          at: vcenter.method
          match: { method: ReconfigVM_Task }
          then: { vim: { type: NoPermission, message: Permission to perform this operation was denied. } }
    `,
    probe: probes.encrypt,
    answer: { fault: { type: 'NoPermission', message: 'Permission to perform this operation was denied.' } },
    vcenter: { vm: { encrypted: false } },
    timeline: { kmip: [noKmip], vcenter: [fired('no-permission'), trace('vcenter.call.fault')] },
    provenance: {
      word: 'documented',
      source: 'vSphere Web Services API: NoPermission of any method. Roles of a world cause it, too.',
    },
  },
  {
    id: 'vcenter-task-in-progress',
    group: 'vcenter',
    title: 'Another task is working on the machine',
    story: 'A backup holds it: the call is refused.',
    fragment: yaml`
      faults:
        - id: busy
          at: vcenter.method
          match: { method: ReconfigVM_Task }
          when: { calls: 1 }
          then: { vim: { type: TaskInProgress, message: The operation is not allowed in the current state. } }
    `,
    probe: probes.encrypt,
    answer: { fault: { type: 'TaskInProgress' } },
    vcenter: { vm: { encrypted: false } },
    timeline: { kmip: [noKmip], vcenter: [fired('busy')] },
    provenance: {
      word: 'documented',
      source: 'vSphere Web Services API: TaskInProgress is a declared fault of ReconfigVM_Task.',
    },
  },
  {
    id: 'vcenter-session-lost',
    group: 'vcenter',
    title: 'The session has ended',
    story: 'vCenter restarted or the session idled too long: the call is answered NotAuthenticated.',
    fragment: yaml`
      faults:
        - id: session-gone
          at: vcenter.method
          match: { method: ReconfigVM_Task }
          when: { calls: 1 }
          then: { vim: { type: NotAuthenticated, message: The session is not authenticated. } }
    `,
    probe: probes.encrypt,
    answer: { fault: { type: 'NotAuthenticated', message: 'The session is not authenticated.' } },
    vcenter: { vm: { encrypted: false } },
    timeline: { kmip: [noKmip], vcenter: [fired('session-gone')] },
    provenance: { word: 'observed', source: 'Answers of vCenter 6.7 and 7.0 to calls without a session.' },
  },
  {
    id: 'upload-protected-key',
    group: 'trust',
    title: 'The private key is protected by a password',
    story: 'The KMS handed it out that way; vCenter cannot read it. The guide warns of it.',
    fragment: yaml`
      steps:
        - do: kms.issueClient
          with: { user: vcenter, password: secret }
          capture: { certificate: certificate, privateKey: privateKey }
    `,
    probe: probes.uploadClient,
    answer: {
      fault: {
        type: 'InvalidArgument',
        invalidProperty: 'privateKey',
        message: { contains: 'protected by a password' },
      },
    },
    timeline: { vcenter: [trace('vcenter.call.fault')] },
    provenance: {
      word: 'documented',
      source:
        "OVHcloud's VM encryption guide: certificate and key must not be protected by a password. The fault is assumed.",
    },
  },
  {
    id: 'upload-foreign-key',
    group: 'trust',
    title: 'Certificate and private key do not belong together',
    story: 'The key of another user was uploaded.',
    fragment: yaml`
      steps:
        - do: kms.issueClient
          with: { user: backup }
          capture: { privateKey: privateKey }
    `,
    probe: probes.uploadClient,
    answer: {
      fault: {
        type: 'InvalidArgument',
        invalidProperty: 'privateKey',
        message: { contains: 'does not belong to the certificate' },
      },
    },
    timeline: { vcenter: [trace('vcenter.call.fault')] },
    provenance: { word: 'assumed', source: 'No source tells which fault vCenter answers.' },
  },
];
