import {
  type CertificateAuthority,
  type Clock,
  createCertificateAuthority,
  createRandom,
  createRealClock,
  createRuntime,
  type Identity,
  KeyPool,
  type Runtime,
} from '../../../core/index.ts';
import {
  type CryptoEvent,
  type CryptoHost,
  type CryptoInventory,
  type CryptoOptions,
  type CryptoVm,
  VcenterCrypto,
} from '../../../vcenter-mock/crypto/index.ts';
import { VimFault } from '../../../vcenter-mock/vim/kernel/fault.ts';
import { type RecordingKms, startRecordingKms } from './recording-kms.ts';

export const encryptionPolicy = '4d5f673c-536f-11e6-beb8-9e71128cae77';
export const keyPool = new KeyPool();

/** Certificates of the tests: one authority, a server and a client. */
export interface Pki {
  ca: CertificateAuthority;
  server: Identity;
  client: Identity;
}

/** Leaf certificates are valid for a year from now, or for the whole century where a lab's clock stands elsewhere. */
export async function createPki(prefix = 'lab', validity: 'year' | 'century' = 'year'): Promise<Pki> {
  const clock = createRealClock();
  const roles = ['ca', 'server', 'client'].map((role) => keyPool.get(`${prefix} ${role}`));
  const [caKeys, serverKeys, clientKeys] = await Promise.all(roles);
  const random = createRandom('pki');
  const century = { notBefore: new Date('2000-01-01T00:00:00Z'), notAfter: new Date('2099-12-31T00:00:00Z') };
  const period = validity === 'century' ? century : {};
  const ca = createCertificateAuthority({ keys: caKeys!, clock, random });
  return {
    ca,
    server: ca.issueServer({ commonName: 'kms', keys: serverKeys!, ...period }),
    client: ca.issueClient({ commonName: 'vcenter', keys: clientKeys!, ...period }),
  };
}

/** The smallest inventory: VMs and hosts as plain objects that changes are written into. */
export class TestInventory implements CryptoInventory {
  readonly #vms: CryptoVm[];
  readonly #hosts: CryptoHost[];
  readonly extraConfig = new Map<string, string>();
  readonly filters = new Map<number, string[]>();

  constructor(vms: CryptoVm[], hosts: CryptoHost[]) {
    this.#vms = vms;
    this.#hosts = hosts;
  }

  vms = () => this.#vms;
  vm = (id: string) => this.#vms.find((candidate) => candidate.id === id);
  hosts = () => this.#hosts;
  host = (id: string) => this.#hosts.find((candidate) => candidate.id === id);

  updateVm(id: string, change: Parameters<CryptoInventory['updateVm']>[1]): void {
    const vm = this.#vms.find((candidate) => candidate.id === id)!;
    if (change.keyId !== undefined) vm.keyId = change.keyId ?? undefined;
    if (change.migrateEncryption) vm.migrateEncryption = change.migrateEncryption;
    if (change.cryptoState !== undefined) vm.cryptoState = change.cryptoState ?? undefined;
    for (const { key, value } of change.extraConfig ?? []) this.extraConfig.set(key, value);
    for (const disk of change.disks ?? []) {
      const found = vm.disks.find(({ key }) => key === disk.key)!;
      found.keyId = disk.keyId ?? undefined;
      found.fileName = disk.fileName;
      this.filters.set(disk.key, disk.iofilter);
    }
  }

  updateHost(id: string, change: Parameters<CryptoInventory['updateHost']>[1]): void {
    const host = this.#hosts.find((candidate) => candidate.id === id)!;
    host.cryptoState = change.cryptoState;
    host.cryptoKeyId = change.cryptoKeyId ?? undefined;
  }
}

/** The observed installation of the captures: one VM, one host, by the names and UUIDs that were seen on the wire. */
export function vm(changes: Partial<CryptoVm> = {}): CryptoVm {
  return {
    id: 'vm-1',
    name: 'test01',
    uuid: '4226f566-3ed5-1c8f-cda3-b0b037b6dc97',
    hostId: 'host-1',
    powerState: 'poweredOff',
    hardwareVersion: 19,
    hasVtpm: false,
    snapshots: [],
    disks: [{ key: 2000, fileName: '[datastore1] test01/test01.vmdk' }],
    migrateEncryption: 'opportunistic',
    ...changes,
  };
}

export function host(changes: Partial<CryptoHost> = {}): CryptoHost {
  return {
    id: 'host-1',
    name: '172.16.220.132',
    uuid: '8c164d56-7f1c-5960-63e6-4451c6181844',
    clusterId: 'domain-c1',
    defaultScopes: [],
    cryptoSupported: true,
    encryptedVMotionSupported: true,
    hasTpm: true,
    cryptoState: 'incapable',
    ...changes,
  };
}

export interface Lab {
  runtime: Runtime;
  crypto: VcenterCrypto;
  inventory: TestInventory;
  events: CryptoEvent[];
  kms: RecordingKms;
  stop(): Promise<void>;
}

/** A vCenter's encryption with one recording KMS, trusted both ways and marked as default unless told otherwise. */
export async function createLab(
  pki: Pki,
  options: {
    clock?: Clock;
    crypto?: CryptoOptions;
    vms?: CryptoVm[];
    hosts?: CryptoHost[];
    kms?: RecordingKms;
    register?: boolean;
    trustServer?: boolean;
    trustClient?: boolean;
    userName?: string;
    password?: string;
    timeout?: number;
  } = {},
): Promise<Lab> {
  const runtime = createRuntime({ clock: options.clock, seed: 'crypto' });
  const kms = options.kms ?? (await startRecordingKms(pki.server, { clientCa: pki.ca.certificatePem }));
  const inventory = new TestInventory(options.vms ?? [vm()], options.hosts ?? [host()]);
  const events: CryptoEvent[] = [];
  const crypto = new VcenterCrypto(
    {
      runtime,
      inventory,
      post: (event) => events.push(event),
      isEncryptionPolicy: (id) => id === encryptionPolicy,
    },
    { keyPool, ...options.crypto },
  );
  if (options.register !== false) {
    const { userName, password, timeout } = options;
    crypto.providers.register({
      clusterId: { id: 'kms-cluster' },
      info: { name: 'kms1', address: '127.0.0.1', port: kms.port, userName, timeout },
      password,
    });
    const provider = crypto.providers.get('kms-cluster');
    crypto.providers.setDefault('kms-cluster');
    if (options.trustServer !== false) {
      crypto.trust.uploadServerCertificate(provider, pki.server.certificatePem, undefined);
    }
    if (options.trustClient !== false) {
      const { certificatePem, privateKeyPem } = pki.client;
      crypto.trust.uploadClientCertificate(provider, certificatePem, privateKeyPem, undefined);
    }
  }
  return {
    runtime,
    crypto,
    inventory,
    events,
    kms,
    async stop() {
      await crypto.stop();
      await kms.stop();
    },
  };
}

/** The fault that a promise is rejected with. */
export async function faultOf(promise: Promise<unknown>): Promise<VimFault> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof VimFault) return error;
  throw new Error(`expected a VimFault, got ${String(error)}`, { cause: error });
}

/** Encrypts the VM's files and its first disk by policy, as the UI does. */
export const encryptByPolicy = {
  profiles: [{ profileId: encryptionPolicy }],
  disks: [{ deviceIndex: 0, diskKey: 2000, profiles: [{ profileId: encryptionPolicy }] }],
};
