import { afterEach } from 'vitest';
import { createKmipServer, type KmipServer } from '../../../kmip-server/index.ts';
import { at, child, children, type Element, parseXml, textOf } from '../../../lab/clients/soap.ts';
import { fetchOf, finished, type Lab, loggedIn } from '../lab.ts';
import { createPki, encryptionPolicy, keyPool, type Pki } from './lab.ts';

/** A vCenter with a key provider of its own KMS, spoken to over SOAP, for tests of what becomes of virtual machines. */
export interface EncryptedLab extends Lab {
  kms: KmipServer;
  /** Calls a method of an object, without waiting for its task. Members of `content` may use the prefix `xsi`. */
  invoke(object: Target, method: string, content?: string): ReturnType<Lab['call']>;
  /** Calls a method and waits for the end of its task. */
  run(object: Target, method: string, content?: string): Promise<Outcome>;
  /** A property as elements. */
  read(object: Target, property: string): Promise<Element | undefined>;
  /** A VM as the tests look at it. */
  machine(name: string): Promise<Machine>;
  /** How many requests of an operation the KMS had. */
  kmip(operation: string): number;
}

/** The name of a VM or host, or a reference. */
export type Target = string | { type: string; value: string };

export interface Outcome {
  state: string;
  /** The fault's type, its localized message, the keys of its fault messages. */
  fault?: string;
  message?: string;
  keys: string[];
  error: Element | undefined;
  /** The text of the result. */
  result: string;
}

export interface Machine {
  keyId?: string;
  migrateEncryption?: string;
  cryptoState?: string;
  powerState?: string;
  disks: { key: string; file: string; keyId?: string; filter?: string; parents: { file: string; keyId?: string }[] }[];
  extra: Map<string, string>;
  config: Element;
}

let pki: Promise<Pki> | undefined;
const servers = new Set<KmipServer>();
afterEach(async () => {
  for (const kms of servers) await kms.stop();
  servers.clear();
});

/** Starts it: provider `kms` is registered, trusted both ways, and the default. */
export async function encryptedLab(options: Parameters<typeof loggedIn>[0] = {}): Promise<EncryptedLab> {
  pki ??= createPki('machines', 'century');
  const { server, client, ca } = await pki;
  const lab = await loggedIn({
    inventory: {
      hosts: [{ name: 'esx-01' }, { name: 'esx-02' }],
      datastores: [{ name: 'datastore1' }, { name: 'datastore2' }],
      vms: [{ name: 'web', host: 'esx-01', disks: [{ capacityGb: 1 }, { capacityGb: 2 }] }],
    },
    encryption: { keyPool },
    ...options,
  });
  const kms = createKmipServer({ port: 0, identity: server, ca: [ca.certificatePem] }, lab.runtime);
  await kms.start();
  servers.add(kms);
  const { encryption } = lab.mock;
  encryption.providers.register({
    clusterId: { id: 'kms' },
    info: { name: 'kms-1', address: '127.0.0.1', port: kms.port ?? 0 },
  });
  const provider = encryption.providers.get('kms');
  encryption.trust.uploadServerCertificate(provider, server.certificatePem, undefined);
  encryption.trust.uploadClientCertificate(provider, client.certificatePem, client.privateKeyPem, undefined);
  encryption.providers.setDefault('kms');
  return withMachines(lab, kms);
}

/** The same as {@link EncryptedLab} for a vCenter that has its provider already. */
export function withMachines(lab: Lab, kms: KmipServer): EncryptedLab {
  const { inventory } = lab.mock;
  const referenceOf = (target: Target) =>
    typeof target === 'string' ? (inventory.vm(target) ?? inventory.host(target))!.ref : target;
  const all: EncryptedLab = Object.assign(lab, {
    kms,
    invoke: (target: Target, method: string, content = '') => {
      const { type, value } = referenceOf(target);
      return lab.call(`<${method} xmlns="urn:vim25"><_this type="${type}">${value}</_this>${content}</${method}>`);
    },
    run: async (target: Target, method: string, content = '') => {
      const answer = await all.invoke(target, method, content);
      if (answer.status !== 200) return callFault(answer.body);
      return outcomeOf(await finished(lab, answer));
    },
    read: async (target: Target, property: string) => {
      const { type, value } = referenceOf(target);
      const { body } = await lab.call(fetchOf(type, value, property));
      return at(parseXml(body), 'Body', 'FetchResponse', 'returnval');
    },
    machine: async (name: string) => machineOf((await all.read(name, 'config'))!, (await all.read(name, 'runtime'))!),
    kmip: (operation: string) => lab.runtime.journal.entries({ event: 'kmip.request', data: { operation } }).length,
  });
  return all;
}

function callFault(body: string): Outcome {
  const fault = at(parseXml(body), 'Body', 'Fault');
  const detail = child(fault, 'detail')?.children[0];
  return {
    state: 'error',
    fault: detail?.type,
    message: textOf(fault, 'faultstring'),
    keys: [],
    error: detail,
    result: '',
  };
}

function outcomeOf(body: string): Outcome {
  const info = at(parseXml(body), 'Body', 'FetchResponse', 'returnval');
  const error = at(info, 'error', 'fault');
  return {
    state: textOf(info, 'state') ?? '',
    fault: error?.type,
    message: textOf(info, 'error', 'localizedMessage'),
    keys: children(error, 'faultMessage').map((message) => textOf(message, 'key') ?? ''),
    error,
    result: textOf(info, 'result') ?? '',
  };
}

function machineOf(config: Element, runtime: Element): Machine {
  const devices = children(at(config, 'hardware'), 'device');
  const disks = devices
    .filter(({ type }) => type === 'VirtualDisk')
    .map((disk) => {
      const backing = child(disk, 'backing');
      const parents = [];
      for (let below = child(backing, 'parent'); below; below = child(below, 'parent')) {
        parents.push({ file: textOf(below, 'fileName') ?? '', keyId: textOf(below, 'keyId', 'keyId') });
      }
      return {
        key: textOf(disk, 'key') ?? '',
        file: textOf(backing, 'fileName') ?? '',
        keyId: textOf(backing, 'keyId', 'keyId'),
        filter: textOf(disk, 'iofilter'),
        parents,
      };
    });
  const extra = children(config, 'extraConfig').map(
    (option) => [textOf(option, 'key') ?? '', textOf(option, 'value') ?? ''] as const,
  );
  return {
    keyId: textOf(config, 'keyId', 'keyId'),
    migrateEncryption: textOf(config, 'migrateEncryption'),
    cryptoState: textOf(runtime, 'cryptoState'),
    powerState: textOf(runtime, 'powerState'),
    disks,
    extra: new Map(extra),
    config,
  };
}

const policy = (element: string, id: string) =>
  `<${element} xsi:type="VirtualMachineDefinedProfileSpec"><profileId>${id}</profileId></${element}>`;

/** Pieces of specs, in declared order. */
export const xml = {
  /** An encryption policy. */
  encrypting: (element = 'profile') => policy(element, encryptionPolicy),
  /** The default policy, which does not encrypt. */
  empty: (element = 'profile') => `<${element} xsi:type="VirtualMachineEmptyProfileSpec"></${element}>`,
  key: (element: string, keyId: string, provider?: string) =>
    `<${element}><keyId>${keyId}</keyId>${provider ? `<providerId><id>${provider}</id></providerId>` : ''}</${element}>`,
  crypto: (kind: string, keyId?: string, element = 'crypto', provider?: string) => {
    const name = kind === 'Encrypt' || kind === 'Register' ? 'cryptoKeyId' : 'newKeyId';
    return `<${element} xsi:type="CryptoSpec${kind}">${keyId === undefined ? '' : xml.key(name, keyId, provider)}</${element}>`;
  },
  /** A change of an existing disk. */
  editDisk: (key: number, profile = '', crypto = '') =>
    `<deviceChange><operation>edit</operation><device xsi:type="VirtualDisk"><key>${key}</key></device>${profile}${crypto && `<backing>${crypto}</backing>`}</deviceChange>`,
  /** A new disk, or with `file` and without `create` one that exists. */
  addDisk: (parts: {
    profile?: string;
    crypto?: string;
    file?: string;
    create?: boolean;
    backing?: string;
    mb?: number;
  }) =>
    `<deviceChange><operation>add</operation>${parts.create === false ? '' : '<fileOperation>create</fileOperation>'}<device xsi:type="VirtualDisk"><key>-101</key>` +
    (parts.backing ??
      `<backing xsi:type="VirtualDiskFlatVer2BackingInfo"><fileName>${parts.file ?? ''}</fileName><diskMode>persistent</diskMode></backing>`) +
    `<controllerKey>1000</controllerKey><capacityInKB>${(parts.mb ?? 64) * 1024}</capacityInKB></device>${parts.profile ?? ''}${parts.crypto ? `<backing>${parts.crypto}</backing>` : ''}</deviceChange>`,
  removeDisk: (key: number, destroy = false) =>
    `<deviceChange><operation>remove</operation>${destroy ? '<fileOperation>destroy</fileOperation>' : ''}<device xsi:type="VirtualDisk"><key>${key}</key></device></deviceChange>`,
  spec: (...parts: string[]) => `<spec>${parts.join('')}</spec>`,
};

/** As the UI encrypts: policy on the files and on both disks of `web`. */
export const encryptAll = xml.spec(
  xml.editDisk(2000, xml.encrypting()),
  xml.editDisk(2001, xml.encrypting()),
  xml.encrypting('vmProfile'),
);

/** The reference `type value` of a created object. */
export const refOf = (type: string, value: string) => ({ type, value });
