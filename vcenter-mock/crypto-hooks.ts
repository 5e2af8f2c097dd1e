import type { CryptoSpec, ProfileSpec, VmCryptoRequest } from './crypto/vm-crypto-request.ts';
import type { TypedObject } from './inventory/store.ts';
import type { RunningTask } from './tasks/task-runner.ts';
import type { Data } from './vim/kernel/values.ts';
import type { VmDraft } from './virtual-machine/draft.ts';

/** Which operation works on a draft; the privileges follow from it. */
export type DraftOrigin = 'reconfigure' | 'create' | 'clone' | 'relocate';

/**
 * What the engine asks of encryption. Every function may throw a VimFault: the task then ends in `error` and nothing of
 * the operation is applied. `task.cause` is the journal entry of the task; pass it on.
 */
export interface CryptoHooks {
  /**
   * Decides what an operation does to a VM's encryption, carries it out on the draft, which has the plain part of the operation,
   * and commits the draft.
   */
  reconfigure(draft: VmDraft, request: VmCryptoRequest, task: RunningTask, origin: DraftOrigin): Promise<void>;
  /**
   * PowerOnVM_Task before the state changes.
   * @param config what the VM runs with; default: its own
   */
  powerOn(
    vm: TypedObject<'VirtualMachine'>,
    task: RunningTask,
    config?: Data<'VirtualMachineConfigInfo'>,
  ): Promise<void>;
  /** RelocateVM_Task that changes encryption as well, before a key is made: what would stand in the way of the migration. */
  checkMigration(vm: TypedObject<'VirtualMachine'>, host: TypedObject<'HostSystem'>, request: VmCryptoRequest): void;
  /**
   * RelocateVM_Task and MigrateVM_Task between two hosts, before the VM changes its host.
   * @param draft what the operation makes of the VM besides
   */
  migrate(
    vm: TypedObject<'VirtualMachine'>,
    host: TypedObject<'HostSystem'>,
    task: RunningTask,
    draft?: VmDraft,
  ): Promise<void>;
  /** RegisterVM_Task: the VM is in the inventory again; when its keys cannot be had it is locked. */
  registered(vm: TypedObject<'VirtualMachine'>, task: RunningTask): Promise<void>;
  /** Refuses what a locked VM does not allow. @throws EncryptionKeyRequired */
  requireUnlocked(vm: TypedObject<'VirtualMachine'>): void;
  /**
   * VirtualDiskManager.CreateVirtualDisk_Task: the key of a disk that no VM has, brought to a host of its datastore; undefined when the
   * disk stays plain.
   */
  keyForDisk(
    datastore: TypedObject<'Datastore'>,
    profiles: readonly ProfileSpec[] | undefined,
    crypto: CryptoSpec | undefined,
    task: RunningTask,
  ): Promise<Data<'CryptoKeyId'> | undefined>;
  /** The IO filter on an encrypted disk. */
  readonly encryptionFilter: string;
  /** A VM left the inventory. */
  removed(vm: TypedObject<'VirtualMachine'>, cause: number): void;
  /** A host has restarted and is connected again: its keys in memory are gone. */
  hostRebooted(host: TypedObject<'HostSystem'>, cause: number): Promise<void>;
  /** A host that ran on is connected again: its keys in memory are as they were. */
  hostConnected(host: TypedObject<'HostSystem'>, cause: number): Promise<void>;
  /** A host joined the inventory, connected or not. */
  hostAdded(host: TypedObject<'HostSystem'>, cause: number): Promise<void>;
  /** A host leaves the inventory. */
  hostRemoved(host: TypedObject<'HostSystem'>): void;
}

/** A vCenter without encryption. */
export const noCrypto: CryptoHooks = {
  reconfigure: (draft) => draft.complete(),
  powerOn: async () => {},
  checkMigration: () => {},
  migrate: async () => {},
  registered: async () => {},
  requireUnlocked: () => {},
  keyForDisk: async () => undefined,
  encryptionFilter: '',
  removed: () => {},
  hostRebooted: async () => {},
  hostConnected: async () => {},
  hostAdded: async () => {},
  hostRemoved: () => {},
};
