import type { CryptoHooks, MigrationTarget } from '../crypto-hooks.ts';
import type { Host, Vm } from '../inventory/inventory.ts';
import type { VersionProfile } from '../profiles.ts';
import type { RunningTask } from '../tasks/task-runner.ts';
import type { Vcenter } from '../vcenter.ts';
import { fault } from '../vim/kernel/fault.ts';
import { isA } from '../vim/kernel/registry.ts';
import { type Data, type Ref, refKey } from '../vim/kernel/values.ts';
import type { CryptoEvent } from './events.ts';
import { invalidArgument } from './faults.ts';
import { type CryptoOptions, keysOf, VcenterCrypto } from './index.ts';
import { VimInventory } from './vim-inventory.ts';
import { privilegesFor, requirePrivilege } from './vim-privileges.ts';
import { cryptoRequestOf } from './vim-request.ts';
import type { VmCryptoPlan } from './vm-crypto-plan.ts';

type ConfigSpec = Data<'VirtualMachineConfigSpec'>;

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
      },
      withProfileDefaults(vc.profile, options),
    );
    const reference = { type: 'CryptoManagerKmip', value: managerId };
    const object = vc.store.get('CryptoManagerKmip', reference) ?? vc.store.create('CryptoManagerKmip', managerId, {});
    object.set({ enabled: true });
    for (const host of vc.inventory.hosts) this.#createHostManager(host);
    this.#publishServers();
  }

  async reconfigure(vm: Vm, spec: ConfigSpec, task: RunningTask): Promise<void> {
    const facts = this.inventory.vmFacts(vm);
    const request = cryptoRequestOf(spec);
    const { migrateEncryption } = spec;
    // documented: an encrypted VM is always migrated encrypted; the fault is assumed
    if (facts.keyId && request.crypto?.kind !== 'decrypt' && migrateEncryption && migrateEncryption !== 'required') {
      throw invalidArgument('spec.migrateEncryption', 'An encrypted virtual machine is always migrated encrypted.');
    }
    await this.manager.encryption.reconfigure(facts, request, task.cause, (plan) =>
      this.#authorize(vm, plan, false, task.user),
    );
  }

  async createVm(vm: Vm, spec: ConfigSpec, task: RunningTask): Promise<void> {
    const devices = vm.get('config')?.hardware.device ?? [];
    const disks = devices.filter((device) => isA(device, 'VirtualDisk')).map(({ key }) => key);
    const request = cryptoRequestOf(spec, disks);
    await this.manager.encryption.reconfigure(this.inventory.vmFacts(vm), request, task.cause, (plan) =>
      this.#authorize(vm, plan, true, task.user),
    );
  }

  /** documented (vcenter.md 4.4): what the spec does decides; a host that is not yet safe needs a privilege of its own. */
  #authorize(vm: Vm, plan: VmCryptoPlan, isNew: boolean, user: string): void {
    for (const privilege of privilegesFor(plan, isNew)) requirePrivilege(this.#vc, user, vm, privilege);
    const host = this.#vc.inventory.hostOf(vm);
    if (!host || !plan.needsKey || this.manager.hosts.isSafe(this.inventory.hostFacts(host))) return;
    requirePrivilege(this.#vc, user, host, 'Cryptographer.RegisterHost');
  }

  powerOn(vm: Vm, task: RunningTask): Promise<void> {
    return this.manager.locks.checkPowerOn(this.inventory.vmFacts(vm), task.cause);
  }

  async migrate(vm: Vm, target: MigrationTarget, task: RunningTask): Promise<void> {
    const source = this.#vc.inventory.hostOf(vm);
    if (!source) throw fault('HostNotConnected', 'The virtual machine is on no host.');
    const facts = this.inventory.vmFacts(vm);
    const [from, to] = [this.inventory.hostFacts(source), this.inventory.hostFacts(target.host)];
    if (keysOf(facts).length > 0) {
      requirePrivilege(this.#vc, task.user, vm, 'Cryptographer.Migrate');
      // documented: bringing the destination into encryption mode takes a privilege of its own
      if (!this.manager.hosts.isSafe(to)) {
        requirePrivilege(this.#vc, task.user, target.host, 'Cryptographer.RegisterHost');
      }
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
      // A standard provider has no backup, no TPM rule and no key of its own. documented fields, assumed values
      hasBackup: false,
      tpmRequired: false,
    }));
  }

  #post(event: CryptoEvent, cause: number | undefined): void {
    const { inventory, events } = this.#vc;
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

function parseRefKey(key: string): Ref {
  const at = key.indexOf(':');
  return { type: key.slice(0, at), value: key.slice(at + 1) };
}

/** What follows from the simulated release: product attributes, wording of events, rules of later releases. */
function withProfileDefaults({ version, build }: VersionProfile, options: CryptoOptions): CryptoOptions {
  const wording = version.startsWith('6.') ? '6.7' : /^7\.0\.[01]$/.test(version) ? '7.0' : '7.0u2';
  return {
    eventWording: wording,
    ...options,
    product: { version: `${version} build-${build}`, ...options.product },
    // reported by users of vCenter 8
    assumed: { policyRequiredForVmFiles: Number.parseInt(version, 10) >= 8, ...options.assumed },
  };
}
