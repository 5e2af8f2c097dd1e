import type { Runtime } from '../../core/index.ts';
import type { CryptoAssumed } from './assumed.ts';
import { genericVmConfigFault, invalidArgument, runtimeFault } from './faults.ts';
import type { HostCrypto } from './host-crypto.ts';
import type { CryptoHost, CryptoInventory, CryptoVm, VmCryptoChange } from './inventory.ts';
import { type Announce, type KeyExchange, keyExchangeFault, ProviderFailure } from './key-exchange.ts';
import { keyName, type ProviderKeyId, providerKey, sameKey } from './key-id.ts';
import type { KeyProvider, KeyProviders } from './key-providers.ts';
import { planVmCrypto, type VmCryptoPlan } from './vm-crypto-plan.ts';
import type { VmCryptoRequest } from './vm-crypto-request.ts';

/** observed: the IO filter on an encrypted disk. */
const encryptionFilter = 'VMW_vmwarevmcrypt_1.0.0';

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
   * @param authorize may refuse the plan before any key is made
   * @throws VimFault: the rules of vcenter.md 8.3; RuntimeFault "Cannot generate key" for a broken key exchange
   */
  async reconfigure(
    vm: CryptoVm,
    request: VmCryptoRequest,
    cause: number | undefined,
    authorize: (plan: VmCryptoPlan) => void = () => {},
  ): Promise<void> {
    const rules = { assumed: this.#assumed, isEncryptionPolicy: this.#isEncryptionPolicy };
    const plan = planVmCrypto(vm, request, rules);
    if (!plan) return;
    authorize(plan);
    const key = plan.needsKey ? await this.#keyFor(vm, plan, cause) : undefined;
    const isNew = key !== undefined && !sameKey(key, vm.keyId);
    this.#inventory.updateVm(vm.id, this.#changeOf(vm, plan, key));
    this.#record(vm, plan, key, cause);
    this.#announce('com.vmware.vc.crypto.Operation', { vmId: vm.id, hostId: vm.hostId }, cause);
    if (!isNew) return;
    const owner = { identifier: vm.uuid, component: 'Virtual Machine', name: vm.name } as const;
    // observed (C8): after the VM was encrypted
    await this.#exchange.describeOwner(this.#providers.get(key.providerId.id), key, owner, cause);
  }

  /** Makes or fetches the key and brings it to the VM's host. observed (C1 to C7) */
  async #keyFor(vm: CryptoVm, plan: VmCryptoPlan, cause: number | undefined): Promise<ProviderKeyId> {
    const host = this.#hostOf(vm);
    this.#hosts.checkSupport(host);
    const provider = this.#providerFor(plan, host);
    const named = plan.key?.keyId;
    let key: ProviderKeyId | undefined;
    try {
      let besides = Promise.resolve();
      if (!named) {
        key = await this.#exchange.create(provider, cause);
        besides = this.#exchange.describeProduct(provider, key, cause);
      }
      if (this.#hosts.isSafe(host)) await besides;
      else await this.#hosts.makeSafe(host, provider, cause, besides);
      const used = key ?? providerKey(named ?? '', provider.id);
      await this.#hosts.bring(host, used, cause);
      return used;
    } catch (error) {
      if (key) this.#exchange.leaveBehind(key, cause);
      throw error instanceof ProviderFailure ? this.#faultOf(error, named !== undefined, cause) : error;
    }
  }

  #faultOf(failure: ProviderFailure, named: boolean, cause: number | undefined): Error {
    if (failure.what === 'get') {
      // documented (vcenter.md 9.2): a key that the client named and that does not exist is a fault of its own.
      if (named && failure.isKeyMissing) {
        const reason = failure.failures.at(-1)?.failure.resultMessage ?? failure.message;
        return genericVmConfigFault(
          `Key ${failure.key ? keyName(failure.key) : ''} not found: ${reason}`,
          'msg.vigor.enc.keyNotFound',
        );
      }
      this.#exchange.announceFailure(failure, cause);
    }
    return keyExchangeFault(failure, this.#assumed);
  }

  #providerFor(plan: VmCryptoPlan, host: CryptoHost): KeyProvider {
    const id = plan.key?.providerId?.id;
    const provider = id ? this.#providers.find(id) : this.#providers.default(host.defaultScopes);
    if (provider) return provider;
    throw id
      ? invalidArgument('spec.crypto', `There is no key provider "${id}".`)
      : runtimeFault(this.#assumed.noDefaultProvider);
  }

  #hostOf(vm: CryptoVm): CryptoHost {
    const host = this.#inventory.hosts().find((candidate) => candidate.id === vm.hostId);
    if (!host) throw new TypeError(`virtual machine ${vm.id} is on no host`);
    return host;
  }

  /** What a real vCenter changes on the VM. observed (vcenter.md 8.1) */
  #changeOf(vm: CryptoVm, plan: VmCryptoPlan, key: ProviderKeyId | undefined): VmCryptoChange {
    const change: VmCryptoChange = {};
    if (plan.home === 'decrypt') {
      change.keyId = null;
      change.cryptoState = null;
      change.extraConfig = [{ key: 'encryption.bundle', value: '' }];
    } else if (plan.home && key) {
      change.keyId = key;
      change.cryptoState = 'unlocked';
      change.extraConfig = [{ key: 'encryption.bundle', value: this.#bundle(key) }];
      // documented: an encrypted VM is always migrated encrypted.
      if (plan.home === 'encrypt') change.migrateEncryption = 'required';
    }
    change.disks = plan.disks.map(({ diskKey, action }) => {
      const fileName = vm.disks.find((disk) => disk.key === diskKey)?.fileName ?? '';
      return action === 'decrypt' || !key
        ? { key: diskKey, keyId: null, iofilter: [], fileName: renamed(fileName) }
        : {
            key: diskKey,
            keyId: key,
            iofilter: [encryptionFilter],
            // A shallow recryption changes the wrapping of the disk key, not the data.
            fileName: action === 'shallowRecrypt' ? fileName : renamed(fileName),
          };
    });
    return change;
  }

  /** observed form; the wrapped key itself is made up, as no content is encrypted here. */
  #bundle(key: ProviderKeyId): string {
    const wrapped = Buffer.from(this.#runtime.random.stream('encryption.bundle').hex(128), 'hex').toString('base64');
    return `vmware:key/list/(pair/(fqid/<VMWARE-NULL>/${key.providerId.id}/${key.keyId},HMAC-SHA-256,${wrapped}))`;
  }

  #record(vm: CryptoVm, plan: VmCryptoPlan, key: ProviderKeyId | undefined, cause: number | undefined): void {
    const files = [
      plan.home && `VM files: ${plan.home}`,
      ...plan.disks.map((disk) => `disk ${disk.diskKey}: ${disk.action}`),
    ];
    const what = files.filter((one) => one !== undefined).join(', ');
    this.#runtime.journal.record({
      plane: 'vcenter',
      event: 'vcenter.vm.crypto-changed',
      text: `${vm.name}: ${what}${key ? ` with key ${keyName(key)}` : ''}`,
      data: {
        vm: vm.name,
        home: plan.home,
        disks: plan.disks.map(({ diskKey, action }) => ({ diskKey, action })),
        keyId: key?.keyId,
        provider: key?.providerId.id,
      },
      cause,
    });
  }
}

/** `name.vmdk` becomes `name_1.vmdk`, then `name_2.vmdk`: encryption writes a new file. observed for the first */
export function renamed(fileName: string): string {
  const parts = /^(.*?)(?:_(\d+))?(\.vmdk)$/.exec(fileName);
  if (!parts) return fileName;
  return `${parts[1]}_${Number(parts[2] ?? 0) + 1}${parts[3]}`;
}
