import type { CryptoHooks, DraftOrigin } from '../crypto-hooks.ts';
import type { Host, Vm } from '../inventory/inventory.ts';
import type { TypedObject } from '../inventory/store.ts';
import type { VersionProfile } from '../profiles.ts';
import type { RunningTask } from '../tasks/task-runner.ts';
import type { Vcenter } from '../vcenter.ts';
import { fault } from '../vim/kernel/fault.ts';
import { type Data, parseRefKey, type Ref, refKey } from '../vim/kernel/values.ts';
import type { VmDraft } from '../virtual-machine/draft.ts';
import { type CryptoEvent, eventWordingOf } from './events.ts';
import { invalidArgument, invalidDeviceSpec } from './faults.ts';
import { type CryptoOptions, keysOf, VcenterCrypto } from './index.ts';
import type { CryptoVm } from './inventory.ts';
import { ProviderFailure } from './key-exchange.ts';
import type { ProviderKeyId } from './key-id.ts';
import { vmKeyMissing } from './lock-faults.ts';
import { VimInventory } from './vim-inventory.ts';
import { privilegesFor } from './vim-privileges.ts';
import { keyIn } from './vm-crypto-keys.ts';
import type { VmCryptoPlan } from './vm-crypto-plan.ts';
import type { CryptoSpec, ProfileSpec, VmCryptoRequest } from './vm-crypto-request.ts';
import { encryptionFilter } from './vm-encryption.ts';

const managerId = 'CryptoManager';

/** Encryption in a vCenter: what the engine asks of it, and what the crypto methods work with. */
export class VimCrypto implements CryptoHooks {
  readonly manager: VcenterCrypto;
  readonly inventory: VimInventory;
  readonly #vc: Vcenter;

  constructor(vc: Vcenter, options: CryptoOptions = {}) {
    this.#vc = vc;
    this.inventory = new VimInventory(vc);
    this.manager = new VcenterCrypto(
      {
        runtime: vc.runtime,
        inventory: this.inventory,
        post: (event, cause) => this.#post(event, cause),
        isEncryptionPolicy: (id) => vc.policies.encrypts(id),
        onChange: () => this.#publishServers(),
        texts: vc.assumed,
      },
      withProfileDefaults(vc.profile, options),
    );
    const reference = { type: 'CryptoManagerKmip', value: managerId };
    const object = vc.store.get('CryptoManagerKmip', reference) ?? vc.store.create('CryptoManagerKmip', managerId, {});
    object.set({ enabled: true });
    for (const host of vc.inventory.hosts) this.#createHostManager(host);
    this.#publishServers();
    vc.store.subscribe(({ ref }, { kind }) => {
      if (kind === 'deleted') this.manager.providers.forgetEntity(scopeOf(ref));
    });
  }

  async reconfigure(draft: VmDraft, request: VmCryptoRequest, task: RunningTask, origin: DraftOrigin): Promise<void> {
    const { vm, config } = draft;
    const facts = this.inventory.vmFacts(vm, config);
    const { migrateEncryption } = config;
    // documented: an encrypted VM is always migrated encrypted; the fault is assumed
    if (facts.keyId && !this.#becomesPlain(request) && migrateEncryption !== 'required') {
      throw invalidArgument('spec.migrateEncryption', 'An encrypted virtual machine is always migrated encrypted.');
    }
    await this.#bringAttached(draft, request, task);
    // documented (vcenter.md 10.3): the copy's keys must be on its host, or be fetched.
    if (origin === 'clone') await this.#bring(vm, facts, task);
    await this.manager.encryption.reconfigure(facts, request, task.cause, {
      authorize: (plan) => this.#authorize(vm, plan, origin, task),
      isTaken: this.#vc.files.takenBeside(vm),
      mayEnable: ({ id }) =>
        this.#vc.authorization.holds(task.user, 'Cryptographer.RegisterHost', { type: 'HostSystem', value: id }),
      apply: (change) => {
        this.inventory.applyToDraft(draft, change);
        return draft.complete(change);
      },
    });
    await draft.complete();
  }

  #becomesPlain({ crypto, profiles }: VmCryptoRequest): boolean {
    if (crypto) return crypto.kind === 'decrypt';
    return Boolean(profiles?.length) && !profiles?.some(({ profileId }) => this.#vc.policies.encrypts(profileId));
  }

  /** A disk that a running VM is given must be readable at once: its key comes to the host first. documented (vcenter.md 10.3) */
  async #bringAttached(draft: VmDraft, request: VmCryptoRequest, task: RunningTask): Promise<void> {
    const { vm, config } = draft;
    if (vm.get('runtime').powerState !== 'poweredOn') return;
    const attached = request.disks.filter(({ operation }) => operation === 'attach').map(({ diskKey }) => diskKey);
    const facts = this.inventory.vmFacts(vm, config);
    const disks = facts.disks.filter((disk) => disk.keyId && attached.includes(disk.key));
    await this.#bring(vm, { ...facts, keyId: undefined, disks }, task);
  }

  /** Brings keys to a VM's host. @throws EncryptionKeyRequired */
  async #bring(vm: Vm, facts: CryptoVm, task: RunningTask): Promise<void> {
    const host = this.#vc.inventory.hostOf(vm);
    const keys = keysOf(facts);
    if (!host || keys.length === 0) return;
    const { hosts } = this.manager;
    let current = keys[0]!;
    try {
      if (!hosts.isSafe(this.inventory.hostFacts(host))) {
        this.#authorizeHost(vm, task);
        await hosts.configureKey(this.inventory.hostFacts(host), undefined, task.cause);
      }
      for (const key of keys) {
        current = key;
        await hosts.bringUsable(this.inventory.hostFacts(host), key, task.cause);
      }
    } catch (error) {
      throw error instanceof ProviderFailure ? vmKeyMissing(this.#vc.assumed, current) : error;
    }
  }

  /** documented (vcenter.md 4.4): what the spec does decides; a host that is not yet safe needs a privilege of its own. */
  #authorize(vm: Vm, plan: VmCryptoPlan, origin: DraftOrigin, task: RunningTask): void {
    const object = origin === 'create' ? (vm.get('parent') ?? vm.ref) : vm.ref;
    for (const privilege of privilegesFor(plan, origin)) task.require(privilege, object);
    const makesKey = [plan.home, ...plan.disks].some((target) => target && target.action !== 'decrypt');
    if (makesKey) this.#authorizeHost(vm, task);
  }

  #authorizeHost(vm: Vm, task: RunningTask): void {
    const host = this.#vc.inventory.hostOf(vm);
    if (!host || this.manager.hosts.isSafe(this.inventory.hostFacts(host))) return;
    task.require('Cryptographer.RegisterHost', host.ref);
  }

  readonly encryptionFilter = encryptionFilter;

  async keyForDisk(
    datastore: TypedObject<'Datastore'>,
    profiles: readonly ProfileSpec[] | undefined,
    crypto: CryptoSpec | undefined,
    task: RunningTask,
  ): Promise<ProviderKeyId | undefined> {
    const encrypts = (profiles ?? []).some(({ profileId }) => this.#vc.policies.encrypts(profileId));
    if (crypto?.kind === 'noOp' || (!crypto && !encrypts)) return undefined;
    // As for a disk of a VM: the policy must agree.
    if (!encrypts) throw invalidDeviceSpec(this.manager.assumed, 0, 'msg.hostd.deviceSpec.enc.badPolicy');
    // assumed: as for a new VM
    task.require('Cryptographer.EncryptNew', datastore.ref);
    const mounted = new Set((datastore.get('host') ?? []).map(({ key }) => key.value));
    const host = this.#vc.inventory.hosts.find(
      (one) => mounted.has(one.ref.value) && one.get('runtime').connectionState === 'connected',
    );
    if (!host) throw fault('HostNotConnected', this.#vc.assumed.hostNotConnected);
    const facts = this.inventory.hostFacts(host);
    if (!this.manager.hosts.isSafe(facts)) task.require('Cryptographer.RegisterHost', host.ref);
    return this.manager.encryption.keyForDisk(facts, keyIn(crypto) ?? { keyId: '' }, task.cause);
  }

  requireUnlocked(vm: Vm): void {
    const { keyId, cryptoState } = this.inventory.vmFacts(vm);
    if (keyId && cryptoState === 'locked') throw vmKeyMissing(this.#vc.assumed, keyId);
  }

  /** documented (vcenter.md 4.4, 10.3): the privilege is needed only when a key must be fetched. */
  async registered(vm: Vm, task: RunningTask): Promise<void> {
    const facts = this.inventory.vmFacts(vm);
    const host = this.#vc.inventory.hostOf(vm);
    const keys = keysOf(facts);
    if (keys.length === 0 || !host) return;
    const { hosts, locks } = this.manager;
    if (keys.some((key) => !hosts.caches.of(host.ref.value).has(key))) {
      task.require('Cryptographer.RegisterVM', vm.ref);
    }
    this.#authorizeHost(vm, task);
    try {
      const hostFacts = this.inventory.hostFacts(host);
      if (!hosts.isSafe(hostFacts)) await hosts.configureKey(hostFacts, undefined, task.cause);
    } catch (error) {
      // Without its own key a host takes no others: the VM's lock tells.
      if (!(error instanceof ProviderFailure)) throw error;
    }
    await locks.registered(this.inventory.vmFacts(vm), task.cause);
  }

  powerOn(vm: Vm, task: RunningTask, config?: Data<'VirtualMachineConfigInfo'>): Promise<void> {
    return this.manager.locks.checkPowerOn(this.inventory.vmFacts(vm, config), task.cause);
  }

  checkMigration(vm: Vm, host: Host, request: VmCryptoRequest): void {
    const source = this.#vc.inventory.hostOf(vm);
    if (!source) return;
    const facts = this.inventory.vmFacts(vm);
    const encrypts =
      request.crypto?.kind === 'encrypt' ||
      request.profiles?.some(({ profileId }) => profileId !== undefined && this.#vc.policies.encrypts(profileId));
    const after = this.#becomesPlain(request)
      ? { ...facts, keyId: undefined, disks: [] }
      : { ...facts, keyId: facts.keyId ?? (encrypts ? { keyId: '' } : undefined) };
    this.manager.vmotion.check(after, this.inventory.hostFacts(source), this.inventory.hostFacts(host));
  }

  async migrate(vm: Vm, host: Host, task: RunningTask, draft?: VmDraft): Promise<void> {
    const source = this.#vc.inventory.hostOf(vm);
    if (!source) throw fault('HostNotConnected', 'The virtual machine is on no host.');
    const facts = this.inventory.vmFacts(vm, draft?.config);
    const [from, to] = [this.inventory.hostFacts(source), this.inventory.hostFacts(host)];
    if (keysOf(facts).length > 0) {
      task.require('Cryptographer.Migrate', vm.ref);
      // documented: bringing the destination into encryption mode takes a privilege of its own
      if (!this.manager.hosts.isSafe(to)) task.require('Cryptographer.RegisterHost', host.ref);
    }
    await this.manager.vmotion.migrate(facts, from, to, task.cause, task.signal);
  }

  /** Keys stay where they are: at the KMS and in the hosts' memory. documented */
  removed(): void {}

  async hostRebooted(host: Host, cause: number): Promise<void> {
    await this.manager.locks.hostRebooted(host.ref.value, cause);
    await this.manager.clusters.enforce(cause);
  }

  async hostConnected(host: Host, cause: number): Promise<void> {
    await this.manager.locks.hostConnected(host.ref.value, cause);
    await this.manager.clusters.enforce(cause);
  }

  hostAdded(host: Host, cause: number): Promise<void> {
    this.#createHostManager(host);
    return this.manager.clusters.enforce(cause);
  }

  hostRemoved(host: Host): void {
    this.manager.hosts.caches.forget(host.ref.value);
    const own = host.get('configManager').cryptoManager;
    const object = own && this.#vc.store.find(own);
    if (object) this.#vc.store.delete(object);
  }

  #createHostManager(host: Host): void {
    const own = host.get('configManager').cryptoManager;
    if (own && !this.#vc.store.find(own)) {
      this.#vc.store.create('CryptoManagerHostKMS', own.value, { enabled: true });
    }
  }

  /** Property `kmipServers`, newest state. */
  #publishServers(): void {
    const object = this.#vc.store.get('CryptoManagerKmip', { type: 'CryptoManagerKmip', value: managerId });
    object?.set({ kmipServers: this.clusters() });
  }

  /** All key providers as clients see them. */
  clusters(limit?: number): Data<'KmipClusterInfo'>[] {
    return this.manager.providers.list(limit).map((cluster) => ({
      ...cluster,
      managementType: cluster.managementType,
      useAsEntityDefault: cluster.useAsEntityDefault.map(parseRefKey),
      // Of 9.0; wrapped keys are not simulated.
      defaultKeyType: 'rawKey',
    }));
  }

  #post(event: CryptoEvent, cause: number | undefined): void {
    const { inventory, events } = this.#vc;
    if (event.isExtended) {
      const { eventTypeId, message } = event;
      events.post('ExtendedEvent', { eventTypeId, managedObject: inventory.rootFolder.ref }, { cause, message });
      return;
    }
    events.postEx(
      {
        eventTypeId: event.eventTypeId,
        severity: event.severity,
        message: event.message,
        arguments: event.arguments?.map(({ key, value }) => ({ key, value })),
      },
      {
        vm: event.vmId ? inventory.vms.find((vm) => vm.ref.value === event.vmId) : undefined,
        host: event.hostId ? inventory.hosts.find((host) => host.ref.value === event.hostId) : undefined,
        cause,
      },
    );
  }
}

/** The encryption of a vCenter. @throws NotSupported when it has none */
export function cryptoOf(vc: Vcenter): VimCrypto {
  if (vc.crypto instanceof VimCrypto) return vc.crypto;
  throw fault('NotSupported', vc.assumed.notSupported);
}

/** Where the default provider of an entity is kept. */
export function scopeOf(entity: Ref): string {
  return refKey(entity);
}

/** What follows from the simulated release: product attributes, wording of events, rules of later releases. */
function withProfileDefaults({ version, build }: VersionProfile, options: CryptoOptions): CryptoOptions {
  return {
    eventWording: eventWordingOf(version),
    ...options,
    product: { version: `${version} build-${build}`, ...options.product },
    // reported by users of vCenter 8
    assumed: { policyRequiredForVmFiles: Number.parseInt(version, 10) >= 8, ...options.assumed },
  };
}
