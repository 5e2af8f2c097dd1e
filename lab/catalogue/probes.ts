import { type Probe, type ProbeStep, reference } from './probe.ts';

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
const encrypted: readonly ProbeStep[] = [
  { ...encrypt, name: `Encrypt ${vm}`, expect: success },
  { name: 'Note its key', do: 'vcenter.vm', with: { vm }, capture: { keyId: 'keyId' } },
  { name: 'And that of its host', do: 'vcenter.host', with: { host }, capture: { hostKey: 'keyId' } },
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
  encryptAsBob: {
    title: 'bob, a user of vCenter, encrypts a virtual machine',
    answers: 'task',
    world: { ...encryption, vcenter: { ...encryption.vcenter, users: [{ username: 'bob', password: 'builder' }] } },
    attempt: { ...encrypt, with: { user: 'bob', vm } },
    works: success,
    vm,
    host,
  },
  lookAtMachine: {
    title: 'somebody logs in to vCenter and looks at a virtual machine',
    answers: 'vcenter',
    world: { vcenter: { vms: [{ name: vm }] } },
    attempt: { name: `Look at ${vm}`, do: 'vcenter.vm', with: { vm } },
    works: { name: vm, powerState: 'poweredOff' },
  },
  lookAgain: {
    title: 'somebody who is logged in to vCenter looks at a virtual machine again',
    answers: 'vcenter',
    world: { vcenter: { vms: [{ name: vm }] } },
    prepare: [{ name: 'Log in, and look', do: 'vcenter.vm', with: { vm } }],
    attempt: { name: 'Look again', do: 'vcenter.vm', with: { vm } },
    works: { name: vm, powerState: 'poweredOff' },
  },
  fetchVcenter: {
    title: 'a client asks vCenter over HTTPS for its versions, and waits two seconds',
    answers: 'http',
    world: {},
    attempt: {
      name: 'Ask vCenter',
      do: 'http',
      with: { url: `${reference('urls.vcenter')}/sdk/vimServiceVersions.xml`, timeout: '2s' },
    },
    works: { status: 200 },
  },
  callVcenter: {
    title: 'a client calls vCenter by SOAP (RetrieveServiceContent), and waits two seconds',
    answers: 'http',
    world: {},
    attempt: {
      name: 'Call vCenter',
      do: 'http',
      with: {
        method: 'POST',
        url: `${reference('urls.vcenter')}/sdk`,
        headers: { 'content-type': 'text/xml', soapaction: '"urn:vim25/7.0.3.0"' },
        body: '<Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/"><Body><RetrieveServiceContent xmlns="urn:vim25"><_this type="ServiceInstance">ServiceInstance</_this></RetrieveServiceContent></Body></Envelope>',
        timeout: '2s',
      },
    },
    works: { status: 200 },
  },
  fetchOvh: {
    title: 'a client asks the OVHcloud API for its time, and waits two seconds',
    answers: 'http',
    world: {},
    attempt: {
      name: 'Ask OVHcloud for its time',
      do: 'http',
      with: { url: `${reference('urls.ovh')}/1.0/auth/time`, timeout: '2s' },
    },
    works: { status: 200 },
  },
  powerOnAndLook: {
    title: 'a virtual machine is switched on, and somebody looks at it a minute later',
    answers: 'vcenter',
    world: { vcenter: { vms: [{ name: vm }] } },
    meanwhile: [
      {
        name: 'Switch it on, and do not wait',
        do: 'vcenter.call',
        with: { method: 'PowerOnVM_Task', object: { type: 'VirtualMachine', name: vm }, follow: false },
      },
      { name: 'A minute passes', do: 'clock.advance', with: { seconds: 60 } },
    ],
    attempt: { name: `Look at ${vm}`, do: 'vcenter.vm', with: { vm } },
    works: { powerState: 'poweredOn' },
  },
  reach: {
    title: 'a client connects to vCenter',
    answers: 'vcenter',
    world: {},
    attempt: { name: 'Connect to vCenter', do: 'vcenter.reach' },
    works: { reachable: true },
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
  askOvhWithKey: {
    title: 'an application calls the OVHcloud API with a consumer key of its own',
    answers: 'ovh',
    world: {
      ovh: {
        applications: [
          {
            name: 'monitoring',
            applicationKey: 'monitoringAppKey',
            applicationSecret: 'monitoringAppSecret',
            consumerKeys: [{ consumerKey: 'monitoringConsumerKey' }],
          },
        ],
      },
    },
    attempt: {
      name: 'Ask OVHcloud',
      do: 'ovh.call',
      with: {
        method: 'GET',
        path: `/dedicatedCloud/${reference('serviceName')}/vmEncryption`,
        consumerKey: 'monitoringConsumerKey',
      },
    },
    works: { body: { state: 'disabled' } },
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
