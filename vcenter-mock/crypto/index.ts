import type { SecureVersion } from 'node:tls';
import { type KeyPool, messageOf, type Runtime } from '../../core/index.ts';
import { type CryptoAssumed, type CryptoAssumedOverrides, type EngineTexts, withOverrides } from './assumed.ts';
import { ClusterCrypto } from './cluster-crypto.ts';
import { cryptoEvent, type EventWording, type PostEvent } from './events.ts';
import { Gateway, type IsFlowOpen } from './gateway.ts';
import { HealthCheck, type SavedHealthCheck } from './health-check.ts';
import { HostCrypto } from './host-crypto.ts';
import type { SavedHostKeys, SavedKey } from './host-key-cache.ts';
import type { CryptoInventory } from './inventory.ts';
import { type Announce, KeyExchange, type ProductStrings } from './key-exchange.ts';
import {
  type KeyProvider,
  KeyProviders,
  type KmipServer,
  type KmipServerInfo,
  type KmipServerSpec,
  type SavedProviders,
} from './key-providers.ts';
import { KmsConnector } from './kms-connector.ts';
import { NativeProviders, type SavedBackups } from './native-providers.ts';
import { ProviderStatus } from './provider-status.ts';
import { Trust } from './trust.ts';
import { VmEncryption } from './vm-encryption.ts';
import { VmLocks } from './vm-locks.ts';
import { Vmotion } from './vmotion.ts';

/** What a user may choose about vCenter's encryption. */
export interface CryptoOptions {
  /** Whether vCenter reaches an address; default: always. */
  isFlowOpen?: IsFlowOpen;
  /** What keys are labelled with; default: those of vCenter 7.0.3 build 19480866 (observed). */
  product?: Partial<ProductStrings>;
  /** TLS versions towards the KMS; default: TLS 1.2 alone (observed). */
  tls?: { minVersion?: SecureVersion; maxVersion?: SecureVersion };
  /** Wording of the crypto events; default: that of 7.0u2 and later. */
  eventWording?: EventWording;
  /** Entries of the table in `assumed.ts` to replace. */
  assumed?: CryptoAssumedOverrides;
  /** The loopback port that a migration's source dials to reach the destination; default: the destination's own. */
  vmotionRoute?: (port: number) => number | Promise<number>;
  /** Where keys for generated client certificates come from. */
  keyPool?: KeyPool;
}

/** Everything that encryption knows, key material and private keys included. */
export type SavedCrypto = {
  readonly providers: SavedProviders;
  readonly backups: SavedBackups;
  /** Keys that vCenter itself holds. */
  readonly held: readonly SavedKey[];
  readonly hostKeys: SavedHostKeys;
  readonly locked: readonly string[];
  readonly told: readonly string[];
  readonly healthCheck: SavedHealthCheck;
};

/** vCenter's encryption: key providers, trust, keys, hosts' key memory, VM encryption, locks and encrypted vMotion. */
export class VcenterCrypto {
  readonly assumed: CryptoAssumed;
  readonly providers: KeyProviders;
  readonly native: NativeProviders;
  readonly trust: Trust;
  readonly status: ProviderStatus;
  readonly exchange: KeyExchange;
  readonly hosts: HostCrypto;
  readonly clusters: ClusterCrypto;
  readonly encryption: VmEncryption;
  readonly locks: VmLocks;
  readonly vmotion: Vmotion;
  readonly healthCheck: HealthCheck;
  readonly #runtime: Runtime;
  readonly #stopping = new AbortController();
  readonly #gateway: Gateway;
  readonly #background = new Set<Promise<void>>();

  /**
   * @param parts.post receives the crypto events
   * @param parts.isEncryptionPolicy whether a storage policy encrypts
   * @param parts.onChange is called when `kmipServers` changed
   * @param parts.texts those of the vim25 engine; default: its own
   */
  constructor(
    parts: {
      runtime: Runtime;
      inventory: CryptoInventory;
      post: PostEvent;
      isEncryptionPolicy: (profileId: string) => boolean;
      onChange?: () => void;
      texts?: EngineTexts;
    },
    options: CryptoOptions = {},
  ) {
    const { runtime, inventory, isEncryptionPolicy } = parts;
    this.#runtime = runtime;
    const assumed = withOverrides(options.assumed, parts.texts);
    this.assumed = assumed;
    const announce: Announce = (id, subject, cause) => {
      const event = cryptoEvent(options.eventWording ?? '7.0u2', id, subject);
      if (event) parts.post(event, cause);
    };
    const providers = new KeyProviders(assumed, () => {
      this.healthCheck.follow();
      parts.onChange?.();
    });
    this.#gateway = new Gateway(runtime, options.isFlowOpen ?? (() => true));
    const tls = { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2', ...options.tls } as const;
    const connector = new KmsConnector({
      runtime,
      assumed,
      gateway: this.#gateway,
      tls,
      stopping: this.#stopping.signal,
    });
    const product = {
      version: '7.0.3 build-19480866',
      vendor: 'VMware, Inc.',
      product: 'VMware vSphere',
      ...options.product,
    };
    const exchange = new KeyExchange({ runtime, assumed, connector, product, announce });
    const hosts = new HostCrypto({ runtime, assumed, inventory, providers, exchange, announce });
    const status = new ProviderStatus({ runtime, assumed, connector, announce });
    this.providers = providers;
    this.exchange = exchange;
    this.hosts = hosts;
    this.clusters = new ClusterCrypto({ inventory, hosts });
    this.status = status;
    this.trust = new Trust({ runtime, connector, keyPool: options.keyPool });
    this.encryption = new VmEncryption({
      runtime,
      assumed,
      inventory,
      providers,
      exchange,
      hosts,
      announce,
      isEncryptionPolicy,
    });
    this.locks = new VmLocks({ runtime, assumed, inventory, providers, hosts, announce });
    this.vmotion = new Vmotion({ runtime, assumed, hosts, announce, route: options.vmotionRoute });
    const recover = async (id: string, cause: number) => {
      await this.locks.recover(id, cause);
      await this.clusters.enforce(cause);
    };
    this.native = new NativeProviders({ runtime, assumed, providers, announce, restored: recover });
    this.healthCheck = new HealthCheck({ runtime, providers, status, announce, recover });
  }

  /**
   * vim25 RegisterKmipServer: the registration itself does not depend on the KMS (assumed); the probes of adding a server
   * follow in the background. observed (sequence B)
   */
  registerServer(spec: KmipServerSpec, cause: number | undefined): void {
    const { provider, server } = this.providers.register(spec);
    this.#record('registered', provider.id, server.info, cause);
    this.#probe(provider, server, cause);
  }

  /** vim25 UpdateKmipServer: the new settings are probed as those of a new server are. assumed */
  updateServer(spec: KmipServerSpec, cause: number | undefined): void {
    const { provider, server } = this.providers.update(spec);
    this.#record('updated', provider.id, server.info, cause);
    this.#probe(provider, server, cause);
  }

  /** vim25 RemoveKmipServer. */
  removeServer(clusterId: string, serverName: string, cause: number | undefined): void {
    const { info } = this.providers.server(clusterId, serverName);
    this.providers.remove(clusterId, serverName);
    this.#record('removed', clusterId, info, cause);
  }

  #probe(provider: KeyProvider, server: KmipServer, cause: number | undefined): void {
    const probes = this.status
      .openPage(provider, server, cause)
      .then(() => {})
      .catch((error: unknown) => this.#defect('probing a new KMS', error, cause))
      .finally(() => this.#background.delete(probes));
    this.#background.add(probes);
  }

  /** The gateway closed the flow to an address: the connections that are open there break. */
  flowClosed(address: string, port: number, cause: number | undefined): void {
    this.#gateway.cut(address, port, cause);
  }

  /** True when vCenter has a KMS with this address. */
  isKmsConfigured(address: string): boolean {
    return this.providers.hasAddress(address);
  }

  /** What runs by itself at the moment, in words. */
  get running(): string[] {
    return [
      ...(this.#background.size > 0 ? ['the probe of a new KMS'] : []),
      ...(this.healthCheck.isRunning ? ['the health check of the key providers'] : []),
    ];
  }

  save(): SavedCrypto {
    return {
      providers: this.providers.save(),
      backups: this.native.saveWaiting(),
      held: this.hosts.held.save(),
      hostKeys: this.hosts.caches.save(),
      locked: this.locks.save(),
      told: this.clusters.save(),
      healthCheck: this.healthCheck.save(),
    };
  }

  restore(saved: SavedCrypto): void {
    this.providers.restore(saved.providers);
    this.native.restoreWaiting(saved.backups);
    this.hosts.held.restore(saved.held);
    this.hosts.caches.restore(saved.hostKeys);
    this.locks.restore(saved.locked);
    this.clusters.restore(saved.told);
    this.healthCheck.restore(saved.healthCheck);
  }

  /** Resolves when no probe runs in the background. */
  async settled(): Promise<void> {
    await Promise.all(this.#background);
  }

  /** Ends everything that waits for a KMS. */
  async stop(): Promise<void> {
    this.healthCheck.stop();
    this.#stopping.abort();
    await this.settled();
    await this.healthCheck.settled();
  }

  #record(what: string, provider: string, { name, address, port }: KmipServerInfo, cause: number | undefined): void {
    this.#runtime.journal.record({
      plane: 'vcenter',
      event: `vcenter.kms.${what}`,
      text: `KMS ${name} (${address}:${port}) of key provider ${provider} ${what}`,
      data: { provider, server: name, address, port },
      cause,
    });
  }

  #defect(what: string, error: unknown, cause: number | undefined): void {
    this.#runtime.journal.record({
      plane: 'vcenter',
      event: 'vcenter.defect',
      level: 'error',
      text: `${what} failed inside keyrig: ${messageOf(error)}`,
      cause,
    });
  }
}

export { type CryptoAssumed, type CryptoAssumedOverrides, cryptoAssumed } from './assumed.ts';
export type { CryptoEvent, EventWording, PostEvent } from './events.ts';
export type { IsFlowOpen } from './gateway.ts';
export type { HostKeyCaches } from './host-key-cache.ts';
export type {
  CryptoDisk,
  CryptoHost,
  CryptoInventory,
  CryptoVm,
  EncryptedVMotionMode,
  HostCryptoState,
  PowerState,
  SnapshotNode,
  VmCryptoChange,
} from './inventory.ts';
export { keyExchangeFault, type ProductStrings, ProviderFailure } from './key-exchange.ts';
export { type CryptoKeyId, type KeyProviderId, keyName, type ProviderKeyId, providerKey } from './key-id.ts';
export type { KeyProvider, KmipClusterInfo, KmipServerInfo, KmipServerSpec } from './key-providers.ts';
export type { ClusterStatus, ServerStatus } from './provider-status.ts';
export type { ServerCertInfo } from './trust.ts';
export type { CryptoSpec, DiskCryptoRequest, ProfileSpec, VmCryptoRequest } from './vm-crypto-request.ts';
export { keysOf } from './vm-locks.ts';
export type { MigrationOutcome } from './vmotion.ts';
