import { inspectCertificate, type Members } from '../../core/index.ts';
import type { CryptoAssumed } from './assumed.ts';
import { alreadyExists, invalidArgument, runtimeFault } from './faults.ts';
import { NativeKeys, type SavedNativeKeys } from './native-keys.ts';

/** vim25 KmipServerInfo. `timeout` is the I/O time-out in seconds (-1 none, 0 infinite). */
export interface KmipServerInfo {
  name: string;
  address: string;
  port: number;
  proxyAddress?: string;
  proxyPort?: number;
  reconnect?: number;
  protocol?: string;
  nbio?: number;
  timeout?: number;
  userName?: string;
}

/** vim25 KmipServerSpec. */
export interface KmipServerSpec {
  clusterId: { id: string };
  info: KmipServerInfo;
  password?: string;
}

/** vim25 KmipClusterInfo as a client sees it; `useAsEntityDefault` holds managed object ids. */
export interface KmipClusterInfo {
  clusterId: { id: string };
  servers: KmipServerInfo[];
  useAsDefault: boolean;
  managementType: string;
  useAsEntityDefault: string[];
  hasBackup: boolean;
  tpmRequired: boolean;
  /** Of a native provider alone. */
  keyId?: string;
}

/** What vCenter shows the KMS: certificate and private key, PEM. The key never leaves the crypto manager. */
export interface ClientIdentity {
  certificatePem: string;
  privateKeyPem: string;
}

/** A server of a provider with what vCenter keeps about it. */
export interface KmipServer {
  info: KmipServerInfo;
  password?: string;
  /** Vendor Identification of its last Query answer. */
  vendor?: string;
}

/** A provider as it is saved: with passwords and private keys. */
export type SavedProvider = {
  readonly id: string;
  readonly managementType: string;
  readonly native?: SavedNativeKeys;
  readonly servers: readonly {
    readonly info: Members<KmipServerInfo>;
    readonly password?: string;
    readonly vendor?: string;
  }[];
  readonly trustedCertificates: readonly string[];
  readonly identity?: Members<ClientIdentity>;
  readonly selfSigned?: Members<ClientIdentity>;
  readonly csr?: { readonly csrPem: string; readonly privateKeyPem: string };
};

/** What is no character of XML 1.0 (section 2.2), halves of surrogate pairs among them. */
const notInXml = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

/** Providers, the default one, and the defaults of entities. */
export type SavedProviders = {
  readonly providers: readonly SavedProvider[];
  readonly default?: string;
  readonly entityDefaults: readonly (readonly [entity: string, provider: string])[];
};

/** A key provider ("KMS cluster"): servers that share their keys, and the trust that was set up with them. */
export class KeyProvider {
  readonly id: string;
  /** vim25 KmipClusterInfoKmsManagementType. */
  readonly managementType: string;
  /** The keys of a native provider, which has no servers. */
  readonly native: NativeKeys | undefined;
  /** In the order in which they are tried; a removal makes another list, so that who is trying them goes on with his. */
  servers: KmipServer[] = [];
  /** Trusted server certificates, PEM; trust on first use. reported by users: no chain is checked. */
  readonly trustedCertificates: string[] = [];
  /** The identity in use. */
  identity: ClientIdentity | undefined;
  /** The last generated self-signed certificate; becomes the identity by UpdateSelfSignedClientCert. documented */
  selfSigned: ClientIdentity | undefined;
  /** The last generated signing request and its key; a certificate for it becomes the identity. documented */
  csr: { csrPem: string; privateKeyPem: string } | undefined;

  constructor(id: string, managementType: string, native?: NativeKeys) {
    this.id = id;
    this.managementType = managementType;
    this.native = native;
  }

  /** Whether vCenter trusts this server certificate (DER). */
  trusts(der: Uint8Array): boolean {
    return this.trustedCertificates.some((pem) => inspectCertificate(pem).der.equals(der));
  }
}

/** The key providers, their servers and the default rules. Every change calls `onChange` (property `kmipServers`). */
export class KeyProviders {
  readonly #providers = new Map<string, KeyProvider>();
  readonly #entityDefaults = new Map<string, string>();
  readonly #assumed: CryptoAssumed;
  readonly #onChange: () => void;
  #default: string | undefined;

  constructor(assumed: CryptoAssumed, onChange: () => void = () => {}) {
    this.#assumed = assumed;
    this.#onChange = onChange;
  }

  all(): readonly KeyProvider[] {
    return [...this.#providers.values()];
  }

  find(id: string | undefined): KeyProvider | undefined {
    return id === undefined ? undefined : this.#providers.get(id);
  }

  /** The provider of that id. @throws RuntimeFault "Invalid cluster ID" (assumed) */
  get(id: string | undefined): KeyProvider {
    const provider = this.find(id);
    if (!provider) throw runtimeFault(this.#assumed.invalidCluster);
    return provider;
  }

  /**
   * vim25 CryptoManagerKmip.RegisterKmipServer: adds a server, and its provider when the id is new.
   * @throws InvalidArgument for empty names, RuntimeFault "Already registered" (assumed)
   */
  register(spec: KmipServerSpec): { provider: KeyProvider; server: KmipServer } {
    const id = spec.clusterId.id;
    if (!id) throw invalidArgument('server.clusterId');
    if (!spec.info.name) throw invalidArgument('server.info.name');
    checkAddress(spec.info.address, 'server.info.address');
    if (!validPort(spec.info.port)) throw invalidArgument('server.info.port');
    if (spec.info.proxyAddress) checkAddress(spec.info.proxyAddress, 'server.info.proxyAddress');
    let provider = this.#providers.get(id);
    // A native provider has no servers; the fault is assumed.
    if (provider?.native) throw invalidArgument('server.clusterId');
    if (provider?.servers.some((server) => server.info.name === spec.info.name)) {
      throw runtimeFault(this.#assumed.alreadyRegistered);
    }
    if (!provider) {
      provider = new KeyProvider(id, 'vCenter');
      this.#providers.set(id, provider);
      if (this.#assumed.firstProviderBecomesDefault && this.#providers.size === 1) this.#default = id;
    }
    const server: KmipServer = { info: { ...withoutBlanks(spec.info), protocol: spec.info.protocol || 'KMIP1' } };
    if (spec.password) server.password = spec.password;
    provider.servers.push(server);
    this.#onChange();
    return { provider, server };
  }

  /** vim25 UpdateKmipServer: absent optional fields stay, `""` and -1 delete. documented */
  update(spec: KmipServerSpec): { provider: KeyProvider; server: KmipServer } {
    const server = this.server(spec.clusterId.id, spec.info.name);
    const info = server.info;
    const before = `${info.address}:${info.port}`;
    if (spec.info.address) checkAddress(spec.info.address, 'server.info.address');
    if (spec.info.proxyAddress) checkAddress(spec.info.proxyAddress, 'server.info.proxyAddress');
    if (spec.info.port > 0 && !validPort(spec.info.port)) throw invalidArgument('server.info.port');
    if (spec.info.address) info.address = spec.info.address;
    if (spec.info.port > 0) info.port = spec.info.port;
    for (const key of ['proxyAddress', 'protocol', 'userName'] as const) {
      const value = spec.info[key];
      if (value === '') delete info[key];
      else if (value !== undefined) info[key] = value;
    }
    for (const key of ['proxyPort', 'reconnect', 'nbio', 'timeout'] as const) {
      const value = spec.info[key];
      if (value === -1) delete info[key];
      else if (value !== undefined) info[key] = value;
    }
    if (spec.password === '') delete server.password;
    else if (spec.password !== undefined) server.password = spec.password;
    // Another machine may be of another vendor: it is asked again.
    if (before !== `${info.address}:${info.port}`) server.vendor = undefined;
    this.#onChange();
    return { provider: this.get(spec.clusterId.id), server };
  }

  /** vim25 RemoveKmipServer: even when in use; with the last server the provider goes, and no default is left. documented */
  remove(clusterId: string, serverName: string): void {
    const provider = this.get(clusterId);
    const removed = this.server(clusterId, serverName);
    provider.servers = provider.servers.filter((server) => server !== removed);
    if (provider.servers.length === 0) this.#drop(provider.id);
    this.#onChange();
  }

  /** vim25 RegisterKmsCluster: a real vCenter accepts trustAuthority alone (observed, source comment of a client), its default. */
  registerCluster(id: string, managementType = 'trustAuthority'): void {
    if (managementType !== 'trustAuthority') throw invalidArgument('managementType');
    if (!id) throw invalidArgument('clusterId');
    if (this.#providers.has(id)) throw runtimeFault(this.#assumed.alreadyRegistered);
    this.#providers.set(id, new KeyProvider(id, managementType));
    this.#onChange();
  }

  /** vim25 UnregisterKmsCluster. */
  unregisterCluster(id: string): void {
    this.#drop(this.get(id).id);
    this.#onChange();
  }

  /**
   * Adds a native provider. It does not become the default by itself. reported by users
   * @throws InvalidArgument for an empty id, AlreadyExists
   */
  addNative(id: string, keys: NativeKeys): KeyProvider {
    // JSON can carry what XML cannot; SOAP clients, too, must be able to name it. assumed
    if (!id || notInXml.test(id)) throw invalidArgument('provider');
    if (this.#providers.has(id)) throw alreadyExists(this.#assumed, id);
    const provider = new KeyProvider(id, 'nativeProvider', keys);
    this.#providers.set(id, provider);
    this.#onChange();
    return provider;
  }

  removeNative(id: string): void {
    this.#drop(id);
    this.#onChange();
  }

  /** What a provider shows of itself changed elsewhere. */
  changed(): void {
    this.#onChange();
  }

  /** The server of that name. @throws RuntimeFault "Invalid cluster ID", "Invalid server name" (assumed) */
  server(clusterId: string, name: string): KmipServer {
    const server = this.get(clusterId).servers.find((candidate) => candidate.info.name === name);
    if (!server) throw runtimeFault(this.#assumed.invalidServer);
    return server;
  }

  /** vim25 SetDefaultKmsCluster (and MarkDefault, without entity): no id clears. */
  setDefault(id: string | undefined, entity?: string): void {
    if (id !== undefined) this.get(id);
    if (entity === undefined) this.#default = id;
    else if (id === undefined) this.#entityDefaults.delete(entity);
    else this.#entityDefaults.set(entity, id);
    this.#onChange();
  }

  /** An entity left the inventory: it has no default any more. */
  forgetEntity(entity: string): void {
    if (this.#entityDefaults.delete(entity)) this.#onChange();
  }

  /** The default of the first entity that has one (nearest first), else the global one. */
  default(entities: readonly string[] = []): KeyProvider | undefined {
    for (const entity of entities) {
      const provider = this.find(this.#entityDefaults.get(entity));
      if (provider) return provider;
    }
    return this.find(this.#default);
  }

  /** The default set on this very entity. */
  entityDefault(entity: string): KeyProvider | undefined {
    return this.find(this.#entityDefaults.get(entity));
  }

  /** All providers as vim25 KmipClusterInfo; passwords and keys are never part of it. */
  list(limit = Number.POSITIVE_INFINITY): KmipClusterInfo[] {
    return this.all()
      .slice(0, limit >= 0 ? limit : undefined)
      .map((provider) => ({
        clusterId: { id: provider.id },
        servers: provider.servers.map((server) => ({ ...server.info })),
        useAsDefault: provider.id === this.#default,
        managementType: provider.managementType,
        useAsEntityDefault: [...this.#entityDefaults].filter(([, id]) => id === provider.id).map(([entity]) => entity),
        // A standard provider has no backup, no TPM rule and no key of its own. documented fields, assumed values
        hasBackup: provider.native?.hasBackup ?? false,
        tpmRequired: provider.native?.tpmRequired ?? false,
        keyId: provider.native?.keyId,
      }));
  }

  save(): SavedProviders {
    return {
      providers: this.all().map(({ id, managementType, native, servers, trustedCertificates, ...own }) => ({
        id,
        managementType,
        ...(native && { native: native.save() }),
        servers: servers.map(({ info, ...rest }) => ({ info: { ...info }, ...rest })),
        trustedCertificates: [...trustedCertificates],
        ...(own.identity && { identity: own.identity }),
        ...(own.selfSigned && { selfSigned: own.selfSigned }),
        ...(own.csr && { csr: own.csr }),
      })),
      ...(this.#default !== undefined && { default: this.#default }),
      entityDefaults: [...this.#entityDefaults],
    };
  }

  /** What clients see of it is a property of the crypto manager, which is restored with the others. */
  restore(saved: SavedProviders): void {
    this.#providers.clear();
    for (const { id, managementType, native, servers, trustedCertificates, ...own } of saved.providers) {
      const provider = new KeyProvider(id, managementType, native && NativeKeys.from(native));
      provider.servers.push(...servers.map(({ info, ...rest }) => ({ info: { ...info }, ...rest })));
      provider.trustedCertificates.push(...trustedCertificates);
      provider.identity = own.identity;
      provider.selfSigned = own.selfSigned;
      provider.csr = own.csr;
      this.#providers.set(id, provider);
    }
    this.#default = saved.default;
    this.#entityDefaults.clear();
    for (const [entity, provider] of saved.entityDefaults) this.#entityDefaults.set(entity, provider);
  }

  /** True when some provider has a server with this address. */
  hasAddress(address: string): boolean {
    return this.all().some((provider) => provider.servers.some((server) => server.info.address === address));
  }

  #drop(id: string): void {
    this.#providers.delete(id);
    if (this.#default === id) this.#default = undefined;
    for (const [entity, provider] of this.#entityDefaults) if (provider === id) this.#entityDefaults.delete(entity);
  }
}

function validPort(port: number): boolean {
  return Number.isInteger(port) && port > 0 && port < 65_536;
}

/** An address is an IP address or a name: no white space, nothing of a URL. */
export function checkAddress(address: string, path: string): void {
  if (!/^[A-Za-z0-9_.:%-]+$/.test(address)) throw invalidArgument(path);
}

/** Clients send empty strings for fields that the user left blank. flow.md step 6 */
function withoutBlanks(info: KmipServerInfo): KmipServerInfo {
  const kept: KmipServerInfo = { name: info.name, address: info.address, port: info.port };
  for (const key of ['proxyAddress', 'protocol', 'userName'] as const) if (info[key]) kept[key] = info[key];
  for (const key of ['proxyPort', 'reconnect', 'nbio', 'timeout'] as const) {
    if (info[key] !== undefined && info[key] !== -1) kept[key] = info[key];
  }
  return kept;
}
