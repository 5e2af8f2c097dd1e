import type { TypedObject } from './inventory/store.ts';
import type { RunningTask } from './tasks/task-runner.ts';
import type { Data, Ref } from './vim/kernel/values.ts';

/** Where a migration goes. */
export interface MigrationTarget {
  readonly host: TypedObject<'HostSystem'>;
  readonly pool?: Ref;
  readonly spec?: Data<'VirtualMachineRelocateSpec'>;
}

/**
 * What the engine asks of encryption. Every function may throw a VimFault: the task then ends in `error` and nothing of
 * the operation is applied. `task.cause` is the journal entry of the task; pass it on.
 */
export interface CryptoHooks {
  /** ReconfigVM_Task after the plain part of the spec was checked and before it is applied; writes keys and states itself. */
  reconfigure(
    vm: TypedObject<'VirtualMachine'>,
    spec: Data<'VirtualMachineConfigSpec'>,
    task: RunningTask,
  ): Promise<void>;
  /** CreateVM_Task: the VM exists with its plain configuration; when this throws it is removed again. */
  createVm(vm: TypedObject<'VirtualMachine'>, spec: Data<'VirtualMachineConfigSpec'>, task: RunningTask): Promise<void>;
  /** PowerOnVM_Task before the state changes. */
  powerOn(vm: TypedObject<'VirtualMachine'>, task: RunningTask): Promise<void>;
  /** RelocateVM_Task and MigrateVM_Task between two hosts, before the VM changes its host. */
  migrate(vm: TypedObject<'VirtualMachine'>, target: MigrationTarget, task: RunningTask): Promise<void>;
  /** A VM left the inventory. */
  removed(vm: TypedObject<'VirtualMachine'>, cause: number): void;
  /** A host has restarted and is connected again: its keys in memory are gone. */
  hostRebooted(host: TypedObject<'HostSystem'>, cause: number): Promise<void>;
  /** A host that ran on is connected again: its keys in memory are as they were. */
  hostConnected(host: TypedObject<'HostSystem'>, cause: number): Promise<void>;
  /** A host joined the inventory and is connected. */
  hostAdded(host: TypedObject<'HostSystem'>, cause: number): Promise<void>;
  /** A host leaves the inventory. */
  hostRemoved(host: TypedObject<'HostSystem'>): void;
}

/** A vCenter without encryption. */
export const noCrypto: CryptoHooks = {
  reconfigure: async () => {},
  createVm: async () => {},
  powerOn: async () => {},
  migrate: async () => {},
  removed: () => {},
  hostRebooted: async () => {},
  hostConnected: async () => {},
  hostAdded: async () => {},
  hostRemoved: () => {},
};
