import { type Probe, reference } from './probe.ts';

const host = 'esxi-1.lab';
const otherHost = 'esxi-2.lab';
const vm = 'web-1';

/** A vCenter whose key provider works, and a machine to encrypt. */
const encryption = {
  ovh: { delivered: ['kms-1'] },
  vcenter: { hosts: [{ name: host }], vms: [{ name: vm }], keyProviders: [{ name: 'keyrig' }] },
};

const encrypt = {
  name: 'Edit VM Storage Policies',
  do: 'vcenter.editStoragePolicies',
  with: { vm },
};
const success = { task: { state: 'success' } };
const encrypted = [
  { ...encrypt, name: `Encrypt ${vm}`, expect: success },
  { name: 'Note its key', do: 'vcenter.vm', with: { vm }, capture: { keyId: 'keyId' } },
];
const rebooted = {
  name: 'The host restarts and forgets its keys',
  do: 'host.reboot',
  with: { host },
  expect: success,
};

/** What the entries of the catalogue try. */
export const probes = {
  encrypt: {
    title: 'a virtual machine is encrypted (Edit VM Storage Policies)',
    answers: 'task',
    world: encryption,
    attempt: encrypt,
    works: success,
    vm,
    host,
  },
  encryptThirdTime: {
    title: 'a virtual machine is encrypted, and tried again twice when that fails',
    answers: 'task',
    world: encryption,
    meanwhile: [
      { ...encrypt, name: 'First attempt', expect: { fault: { any: [{ exists: true }, { exists: false }] } } },
      { ...encrypt, name: 'Second attempt', expect: { fault: { any: [{ exists: true }, { exists: false }] } } },
    ],
    attempt: { ...encrypt, name: 'Third attempt' },
    works: success,
    vm,
    host,
  },
  startAfterReboot: {
    title: 'the host of an encrypted virtual machine restarts, the machine is switched on',
    answers: 'task',
    world: encryption,
    prepare: encrypted,
    meanwhile: [rebooted],
    attempt: { name: `Switch ${vm} on`, do: 'vcenter.power', with: { vm, state: 'on' } },
    works: success,
    vm,
    host,
  },
  startEncrypted: {
    title: 'an encrypted virtual machine is switched on',
    answers: 'task',
    world: encryption,
    prepare: encrypted,
    attempt: { name: `Switch ${vm} on`, do: 'vcenter.power', with: { vm, state: 'on' } },
    works: success,
    vm,
    host,
  },
  recrypt: {
    title: 'an encrypted virtual machine gets a new key (shallow recrypt)',
    answers: 'task',
    world: encryption,
    prepare: encrypted,
    attempt: { name: 'Shallow recrypt', do: 'vcenter.recrypt', with: { vm } },
    works: success,
    vm,
    host,
  },
  status: {
    title: 'the connection status of the key provider is refreshed',
    answers: 'vcenter',
    world: encryption,
    attempt: { name: 'Look at the key provider', do: 'vcenter.kmsStatus' },
    works: { status: 'green', word: 'Normal' },
    host,
  },
  keyStatus: {
    title: "vCenter is asked for a virtual machine's key (QueryCryptoKeyStatus)",
    answers: 'vcenter',
    world: encryption,
    prepare: encrypted,
    attempt: {
      name: 'Ask for the key',
      do: 'vcenter.keyStatus',
      with: { keyId: reference('keyId'), keyProvider: 'keyrig' },
    },
    works: { available: true, vms: [vm] },
    vm,
    host,
  },
  migrate: {
    title: 'a running virtual machine moves to another host',
    answers: 'task',
    world: {
      vcenter: {
        hosts: [{ name: host }, { name: otherHost }],
        vms: [{ name: vm, host, poweredOn: true }],
      },
    },
    attempt: { name: 'Move it', do: 'vcenter.migrate', with: { vm, host: otherHost } },
    works: success,
    vm,
    host,
  },
  uploadClient: {
    title: 'certificate and key of a client are uploaded to vCenter',
    answers: 'vcenter',
    world: encryption,
    prepare: [
      {
        name: 'Download certificate and key from the KMS',
        do: 'kms.issueClient',
        with: { user: 'vcenter' },
        capture: { certificate: 'certificate', privateKey: 'privateKey' },
      },
    ],
    attempt: {
      name: 'Upload them',
      do: 'vcenter.uploadClientCertificate',
      with: { cluster: 'keyrig', certificate: reference('certificate'), privateKey: reference('privateKey') },
    },
    works: {},
    host,
  },
  askKms: {
    title: 'a KMIP client asks the KMS (Locate)',
    answers: 'kmip',
    world: {},
    attempt: { name: 'Ask the KMS', do: 'kmip.locate' },
    works: { uniqueIdentifiers: [] },
  },
  addKms: {
    title: 'a KMS is registered at OVHcloud and its task followed',
    answers: 'ovh',
    world: {},
    attempt: {
      name: 'Register the KMS',
      do: 'ovh.addKms',
      with: { ip: reference('kms.address'), sslThumbprint: reference('kms.sha1') },
    },
    works: { task: { state: 'done' } },
  },
  addKmsAndWait: {
    title: 'a KMS is registered at OVHcloud, and somebody looks at its task twenty minutes later',
    answers: 'ovh',
    world: {},
    meanwhile: [
      {
        name: 'Register the KMS',
        do: 'ovh.call',
        with: {
          method: 'POST',
          path: `/dedicatedCloud/${reference('serviceName')}/vmEncryption/kms`,
          parameters: { ip: reference('kms.address'), sslThumbprint: reference('kms.sha1') },
        },
        capture: { taskId: 'body.taskId' },
      },
      { name: 'Twenty minutes pass', do: 'clock.advance', with: { seconds: 1200 } },
    ],
    attempt: {
      name: 'Look at the task',
      do: 'ovh.call',
      with: { method: 'GET', path: `/dedicatedCloud/${reference('serviceName')}/task/${reference('taskId')}` },
    },
    works: { body: { state: 'done' } },
  },
  askOvh: {
    title: "the OVHcloud API is asked for the encryption option's state",
    answers: 'ovh',
    world: {},
    attempt: {
      name: 'Ask OVHcloud',
      do: 'ovh.call',
      with: { method: 'GET', path: `/dedicatedCloud/${reference('serviceName')}/vmEncryption` },
    },
    works: { body: { state: 'disabled' } },
  },
} as const satisfies Record<string, Probe>;
