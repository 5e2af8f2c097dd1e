import type { VmCryptoChange } from '../crypto/inventory.ts';
import type { DiskOperation } from '../crypto/vm-crypto-request.ts';
import type { Vm } from '../inventory/inventory.ts';
import type { Vcenter } from '../vcenter.ts';
import { fault } from '../vim/kernel/fault.ts';
import { isA } from '../vim/kernel/registry.ts';
import type { Data } from '../vim/kernel/values.ts';
import type { ConfigInfo } from './disk-chain.ts';

/** What one entry of `deviceChange` came to. */
export interface DeviceOutcome {
  /** Position in the spec. */
  index: number;
  /** The device's key in the configuration. */
  key: number;
  operation: DiskOperation;
  change: Data<'VirtualDeviceConfigSpec'>;
}

/**
 * A VM's configuration as an operation will leave it. The plain part of the operation and encryption work on the draft; nothing of
 * it can be seen before `commit`, and a refusal leaves the VM as it was.
 */
export class VmDraft {
  readonly vm: Vm;
  readonly config: ConfigInfo;
  readonly devices: DeviceOutcome[] = [];
  readonly #vc: Vcenter;
  readonly #base: ConfigInfo | undefined;
  readonly #steps: (() => Promise<void>)[] = [];
  readonly #effects: (() => void)[] = [];
  #committed = false;

  /** @param config what to start from; default: a copy of the VM's own */
  constructor(vc: Vcenter, vm: Vm, config?: ConfigInfo) {
    this.#vc = vc;
    this.vm = vm;
    this.#base = vm.get('config');
    this.config = config ?? (structuredClone(this.#base) as ConfigInfo);
  }

  /** What else happens when the operation succeeds: files, policies. */
  onCommit(effect: () => void): void {
    this.#effects.push(effect);
  }

  /** What must have gone well before anything of the operation applies: the VM's way to another host. */
  beforeCommit(step: () => Promise<void>): void {
    this.#steps.push(step);
  }

  /** Takes the steps before {@link commit}, then commits; a second time does nothing. @throws what a step throws, ConcurrentAccess */
  async complete(crypto?: VmCryptoChange): Promise<void> {
    for (const step of this.#steps.splice(0)) await step();
    this.commit(crypto);
  }

  /** Makes the draft the VM's configuration; a second time does nothing. @throws ConcurrentAccess when it changed meanwhile */
  commit(crypto?: VmCryptoChange): void {
    if (this.#committed) return;
    const { vm } = this;
    const { store, assumed, runtime } = this.#vc;
    if (!store.has(vm)) throw fault('ManagedObjectNotFound', assumed.objectNotFound, { obj: vm.ref });
    if (vm.get('config') !== this.#base) throw fault('ConcurrentAccess', assumed.concurrentAccess);
    this.#committed = true;
    const now = new Date(runtime.clock.now());
    this.config.modified = now;
    listControlled(this.config);
    this.config.changeVersion = `${now.toISOString()}#${vm.revision + 1}`;
    vm.set({ config: this.config });
    const before = vm.get('runtime').cryptoState;
    const after = this.config.keyId ? (crypto?.cryptoState ?? before ?? 'unlocked') : undefined;
    if (after !== before) {
      vm.change('runtime', (state) => {
        state.cryptoState = after;
      });
    }
    for (const effect of this.#effects) effect();
  }
}

/** Every controller lists the devices on it. */
function listControlled(config: ConfigInfo): void {
  const devices = config.hardware.device ?? [];
  for (const controller of devices) {
    if (!isA(controller, 'VirtualController')) continue;
    const own = devices.filter((device) => device.controllerKey === controller.key).map(({ key }) => key);
    if (own.length > 0 || controller.device) controller.device = own;
  }
}
