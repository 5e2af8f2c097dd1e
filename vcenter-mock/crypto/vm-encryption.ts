import type { Runtime } from '../../core/index.ts';
import { fault } from '../vim/kernel/fault.ts';
import type { CryptoAssumed } from './assumed.ts';
import { exactSystemError, invalidArgument, runtimeFault } from './faults.ts';
import type { HostCrypto } from './host-crypto.ts';
import type { CryptoHost, CryptoInventory, CryptoVm, VmCryptoChange } from './inventory.ts';
import { type Announce, type KeyExchange, keyExchangeFault, ProviderFailure } from './key-exchange.ts';
import { type CryptoKeyId, keyName, type ProviderKeyId, providerKey } from './key-id.ts';
import type { KeyProvider, KeyProviders } from './key-providers.ts';
import { vmKeyMissing } from './lock-faults.ts';
import { checkNativeHost } from './native-rules.ts';
import { type CryptoAction, planVmCrypto, type VmCryptoPlan } from './vm-crypto-plan.ts';
import type { DiskOperation, VmCryptoRequest } from './vm-crypto-request.ts';
import { keysOf } from './vm-locks.ts';

/** observed: the IO filter on an encrypted disk. */
export const encryptionFilter = 'VMW_vmwarevmcrypt_1.0.0';

/** Encrypts, decrypts and recrypts virtual machines: the crypto part of a reconfiguration or creation. */
export class VmEncryption {
  readonly #runtime: Runtime;
  readonly #assumed: CryptoAssumed;
  readonly #inventory: CryptoInventory;
  readonly #providers: KeyProviders;
  readonly #exchange: KeyExchange;
  readonly #hosts: HostCrypto;
  readonly #announce: Announce;
  readonly #isEncryptionPolicy: (profileId: string) => boolean;

  constructor(parts: {
    runtime: Runtime;
    assumed: CryptoAssumed;
    inventory: CryptoInventory;
    providers: KeyProviders;
    exchange: KeyExchange;
    hosts: HostCrypto;
    announce: Announce;
    isEncryptionPolicy: (profileId: string) => boolean;
  }) {
    this.#runtime = parts.runtime;
    this.#assumed = parts.assumed;
    this.#inventory = parts.inventory;
    this.#providers = parts.providers;
    this.#exchange = parts.exchange;
    this.#hosts = parts.hosts;
    this.#announce = parts.announce;
    this.#isEncryptionPolicy = parts.isEncryptionPolicy;
  }

  /**
   * Carries out what a spec asks of a VM's encryption. Rules first, then the key exchange, then the VM changes at once:
   * after a failure it is as it was.
   * @param vm the VM as the plain part of the operation leaves it
   * @throws VimFault: the rules of vcenter.md 8.3; RuntimeFault "Cannot generate key" for a broken key exchange
   */
  async reconfigure(
    vm: CryptoVm,
    request: VmCryptoRequest,
    cause: number | undefined,
    how: ReconfigureParts = {},
  ): Promise<void> {
    const plan = planVmCrypto(vm, request, { assumed: this.#assumed, isEncryptionPolicy: this.#isEncryptionPolicy });
    if (!plan) return;
    how.authorize?.(plan);
    const before = new Set(keysOf(vm).map(keyName));
    const made: ProviderKeyId[] = [];
    const keys = new Map<string, ProviderKeyId>();
    const isClusterEnabled = this.#hosts.isClusterEnabled(this.#hostOf(vm));
    try {
      await this.#unlockOld(vm, plan, cause);
      for (const target of targetsOf(plan)) {
        const name = target.key && keyName(target.key);
        if (!target.key || !name || keys.has(name)) continue;
        if (!before.has(name)) await this.#checkNamed(this.#hostOf(vm), target.key, target, cause);
        keys.set(name, await this.#obtain(this.#hostOf(vm), target.key, target, made, cause));
      }
      const change = this.#changeOf(vm, plan, keys, how.isTaken ?? (() => false));
      if (how.apply) await how.apply(change);
      else this.#inventory.updateVm(vm.id, change);
    } catch (error) {
      for (const key of made) this.#exchange.leaveBehind(key, cause);
      throw error;
    }
    this.#record(vm, plan, keys, cause);
    this.#announce('com.vmware.vc.crypto.Operation', { vmId: vm.id, hostId: vm.hostId }, cause);
    const mayEnable = (host: CryptoHost) => isClusterEnabled && (how.mayEnable?.(host) ?? true);
    await this.#hosts.share([...keys.values()], vm.hostId, mayEnable, cause);
    for (const key of keys.values()) {
      if (before.has(keyName(key))) continue;
      const owner = { identifier: vm.uuid, component: 'Virtual Machine', name: vm.name } as const;
      // The VM is encrypted, also when its provider was removed by now.
      const provider = this.#providers.find(key.providerId.id);
      // observed (C8): after the VM was encrypted
      if (provider) await this.#exchange.describeOwner(provider, key, owner, cause);
    }
  }

  /** A key for a disk that no VM has. @throws as {@link reconfigure} */
  async keyForDisk(host: CryptoHost, wish: CryptoKeyId, cause: number | undefined): Promise<ProviderKeyId> {
    const made: ProviderKeyId[] = [];
    const target = { action: 'encrypt', operation: 'create' } as const;
    try {
      await this.#checkNamed(host, wish, target, cause);
      return await this.#obtain(host, wish, target, made, cause);
    } catch (error) {
      for (const key of made) this.#exchange.leaveBehind(key, cause);
      throw error;
    }
  }

  /**
   * What is encrypted can be decrypted or recrypted only with its key at hand: on the host (the KMS may have lost it) or to be had.
   * documented (vcenter.md 10.3)
   * @throws EncryptionKeyRequired
   */
  async #unlockOld(vm: CryptoVm, plan: VmCryptoPlan, cause: number | undefined): Promise<void> {
    const old: (CryptoKeyId | undefined)[] = [];
    if (plan.home && plan.home.action !== 'encrypt') old.push(vm.keyId);
    for (const { diskKey, action } of plan.disks) {
      const disk = vm.disks.find(({ key }) => key === diskKey);
      if (action !== 'encrypt') old.push(disk?.keyId, ...(disk?.parents ?? []).map(({ keyId }) => keyId));
    }
    for (const key of old) {
      if (!key) continue;
      try {
        await this.#hosts.bring(this.#hostOf(vm), key, cause);
      } catch (error) {
        throw error instanceof ProviderFailure ? vmKeyMissing(this.#assumed, key) : error;
      }
    }
  }

  /** Makes or fetches a key and brings it to the VM's host. observed (C1 to C7) */
  async #obtain(
    host: CryptoHost,
    wish: CryptoKeyId,
    target: Target,
    made: ProviderKeyId[],
    cause: number | undefined,
  ): Promise<ProviderKeyId> {
    this.#hosts.checkSupport(host);
    const provider = this.#providerFor(wish, host);
    checkNativeHost(host, provider, this.#assumed);
    let key = wish.keyId === '' ? undefined : providerKey(wish.keyId, provider.id);
    try {
      let besides = Promise.resolve();
      if (!key) {
        key = await this.#exchange.create(provider, cause);
        // A native key that nothing uses is nowhere.
        if (!provider.native) made.push(key);
        besides = this.#exchange.describeProduct(provider, key, cause);
      }
      if (this.#hosts.isSafe(host)) await besides;
      else await this.#hosts.makeSafe(host, provider, cause, besides);
      await this.#hosts.bring(host, key, cause);
      return key;
    } catch (error) {
      throw error instanceof ProviderFailure ? this.#faultOf(error, wish, target, cause) : error;
    }
  }

  /** A key that the client named and that is in memory: nothing else would ask the KMS for its state. */
  async #checkNamed(host: CryptoHost, wish: CryptoKeyId, target: Target, cause: number | undefined): Promise<void> {
    const provider = this.#providers.find(wish.providerId?.id ?? this.#providers.default(host.defaultScopes)?.id);
    if (wish.keyId === '' || !provider || provider.native) return;
    const key = providerKey(wish.keyId, provider.id);
    if (!this.#hosts.held.has(key) && !this.#hosts.caches.of(host.id).has(key)) return;
    try {
      await this.#hosts.requireUsable(provider, key, cause);
    } catch (error) {
      throw error instanceof ProviderFailure ? this.#faultOf(error, wish, target, cause) : error;
    }
  }

  #faultOf(failure: ProviderFailure, wish: CryptoKeyId, target: Target, cause: number | undefined): Error {
    if (failure.what === 'get') {
      // A key that the client named and that does not exist is a fault of its own.
      if (wish.keyId !== '' && failure.isKeyMissing) {
        const reason = failure.failures.at(-1)?.failure.resultMessage ?? failure.message;
        return keyMissing(this.#assumed, target, `Key ${keyName(failure.key ?? wish)} not found: ${reason}`);
      }
      this.#exchange.announceFailure(failure, cause);
    }
    return keyExchangeFault(failure, this.#assumed);
  }

  #providerFor(wish: CryptoKeyId, host: CryptoHost): KeyProvider {
    const id = wish.providerId?.id;
    const provider = id ? this.#providers.find(id) : this.#providers.default(host.defaultScopes);
    if (provider) return provider;
    throw id
      ? invalidArgument('spec.crypto', `There is no key provider "${id}".`)
      : runtimeFault(this.#assumed.noDefaultProvider);
  }

  #hostOf(vm: CryptoVm): CryptoHost {
    const host = this.#inventory.host(vm.hostId);
    if (!host) throw new TypeError(`virtual machine ${vm.id} is on no host`);
    return host;
  }

  /** What a real vCenter changes on the VM. observed (vcenter.md 8.1) */
  #changeOf(
    vm: CryptoVm,
    plan: VmCryptoPlan,
    keys: ReadonlyMap<string, ProviderKeyId>,
    isTaken: (path: string) => boolean,
  ): VmCryptoChange {
    const change: VmCryptoChange = {};
    const action = plan.home?.action;
    const key = plan.home?.key && keys.get(keyName(plan.home.key));
    if (action === 'decrypt') {
      change.keyId = null;
      change.cryptoState = null;
      change.extraConfig = [{ key: 'encryption.bundle', value: '' }];
    } else if (action && key) {
      change.keyId = key;
      change.cryptoState = 'unlocked';
      change.withSnapshots = action === 'shallowRecrypt';
      change.extraConfig = [{ key: 'encryption.bundle', value: this.#bundle(key) }];
      // documented: an encrypted VM is always migrated encrypted.
      if (action === 'encrypt') change.migrateEncryption = 'required';
    }
    change.newNvram = action !== undefined && action !== 'shallowRecrypt';
    const rewritten = plan.disks.filter((disk) => disk.action !== 'shallowRecrypt' && disk.operation === 'edit');
    const staying = vm.disks.filter((disk) => !rewritten.some(({ diskKey }) => diskKey === disk.key));
    const used = new Set(
      staying.flatMap((disk) => [disk.fileName, ...(disk.parents ?? []).map((one) => one.fileName)]),
    );
    change.disks = plan.disks.map((planned) => {
      const disk = vm.disks.find((one) => one.key === planned.diskKey);
      const before = disk?.fileName ?? '';
      // A shallow recryption changes the wrapping of the disk key, not the data; a new disk has no old file.
      const fileName = rewritten.includes(planned)
        ? renamed(before, (path) => used.has(path) || isTaken(path))
        : before;
      used.add(fileName);
      const diskKey = planned.key && keys.get(keyName(planned.key));
      return {
        key: planned.diskKey,
        keyId: diskKey ?? null,
        iofilter: diskKey ? [encryptionFilter] : [],
        fileName,
        chain: planned.action === 'shallowRecrypt' ? (disk?.parents ?? []).map((one) => one.fileName) : [],
      };
    });
    return change;
  }

  /** observed form; the wrapped key itself is made up, as no content is encrypted here. */
  #bundle(key: ProviderKeyId): string {
    const wrapped = Buffer.from(this.#runtime.random.stream('encryption.bundle').hex(128), 'hex').toString('base64');
    return `vmware:key/list/(pair/(fqid/<VMWARE-NULL>/${key.providerId.id}/${key.keyId},HMAC-SHA-256,${wrapped}))`;
  }

  #record(vm: CryptoVm, plan: VmCryptoPlan, keys: ReadonlyMap<string, ProviderKeyId>, cause: number | undefined): void {
    const files = [
      plan.home && `VM files: ${plan.home.action}`,
      ...plan.disks.map((disk) => `disk ${disk.diskKey}: ${disk.action}`),
    ];
    const what = files.filter((one) => one !== undefined).join(', ');
    const names = [...keys.values()].map(keyName).join(', ');
    const [key] = keys.values();
    this.#runtime.journal.record({
      plane: 'vcenter',
      event: 'vcenter.vm.crypto-changed',
      text: `${vm.name}: ${what}${names === '' ? '' : ` with key ${names}`}`,
      data: {
        vm: vm.name,
        home: plan.home?.action,
        disks: plan.disks.map(({ diskKey, action }) => ({ diskKey, action })),
        keyId: key?.keyId,
        provider: key?.providerId.id,
      },
      cause,
    });
  }
}

/** How the caller takes part in a reconfiguration. */
export interface ReconfigureParts {
  /** May refuse the plan before any key is made. */
  authorize?: (plan: VmCryptoPlan) => void;
  /** Stores the change; default: in the inventory. */
  apply?: (change: VmCryptoChange) => Promise<void>;
  /** Whether a datastore path is in use. */
  isTaken?: (path: string) => boolean;
  /** Whether the user may bring a host into encryption mode; default: any. */
  mayEnable?: (host: CryptoHost) => boolean;
}

/** What a key is for: the VM files, or a disk. */
type Target = { action: CryptoAction; operation?: DiskOperation };

function targetsOf(plan: VmCryptoPlan): (Target & { key?: CryptoKeyId })[] {
  return [...(plan.home ? [plan.home] : []), ...plan.disks];
}

/** observed in a public copy of tests of a host's encryption: the fault depends on what the key was for. */
function keyMissing(assumed: CryptoAssumed, { action, operation }: Target, detail: string): Error {
  const isDisk = operation !== undefined;
  if (isDisk && action === 'encrypt') {
    const { creatingLocator, locator } = diskKeyErrors;
    return exactSystemError(operation === 'create' ? creatingLocator : locator);
  }
  const key = isDisk ? 'msg.keysafe.locator' : 'msg.vigor.enc.keyNotFound';
  const message = assumed.faultTexts[key];
  return fault('GenericVmConfigFault', message, {
    reason: message,
    faultMessage: [
      { key, message },
      { key: assumed.messageKeys.reason, message: detail },
    ],
  });
}

/** observed (vcenter.md 9.2) */
const diskKeyErrors = { creatingLocator: 'Error creating disk Key locator', locator: 'Key locator error' } as const;

/**
 * `name.vmdk` becomes `name_1.vmdk`, then `name_2.vmdk`: encryption writes a new file. observed for the first
 * @param isTaken names that cannot be used
 */
export function renamed(fileName: string, isTaken: (path: string) => boolean = () => false): string {
  const parts = /^(.*?)(?:_(\d+))?(\.[^./]+)$/.exec(fileName);
  if (!parts) return fileName;
  for (let number = Number(parts[2] ?? 0) + 1; ; number++) {
    const candidate = `${parts[1]}_${number}${parts[3]}`;
    if (!isTaken(candidate)) return candidate;
  }
}
