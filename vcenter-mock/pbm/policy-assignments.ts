import type { Json } from '../../core/index.ts';
import type { ManagedObject, ObjectStore } from '../inventory/store.ts';
import type { ValueReader, ValueWriter } from '../state/values.ts';
import type { Data } from '../vim/kernel/values.ts';

/** A policy that was given to a VM's files or to a disk. */
export interface Assignment {
  readonly policyId: string;
  /** The generation that the policy had then. */
  readonly generation: number;
  /** What the last compliance check found since. */
  lastCheck?: Data<'PbmComplianceResult'>;
}

/** By object (`vm-21`, `vm-21:2000`): policy, generation, last check. */
export type SavedAssignments = readonly (readonly [
  object: string,
  policyId: string,
  generation: number,
  lastCheck: Json,
])[];

/** Which VM's files or disk has which policy. */
export class PolicyAssignments {
  /** Key: `vm-21` for the VM's files, `vm-21:2000` for a disk. */
  readonly #assigned = new Map<string, Assignment>();

  constructor(store: ObjectStore) {
    // A VM that is gone has no policies.
    store.subscribe((object) => {
      if (object.type === 'VirtualMachine' && !store.has(object)) this.forget(object);
    });
  }

  set(vm: ManagedObject, disk: number | undefined, assignment: Assignment | undefined): void {
    const key = objectKey(vm, disk);
    if (assignment) this.#assigned.set(key, assignment);
    else this.#assigned.delete(key);
  }

  get(vm: ManagedObject, disk?: number): Assignment | undefined {
    return this.#assigned.get(objectKey(vm, disk));
  }

  save(values: ValueWriter): SavedAssignments {
    return [...this.#assigned].map(([object, { policyId, generation, lastCheck }]) => [
      object,
      policyId,
      generation,
      lastCheck ? values.write(lastCheck) : null,
    ]);
  }

  restore(saved: SavedAssignments, values: ValueReader): void {
    this.#assigned.clear();
    for (const [object, policyId, generation, lastCheck] of saved) {
      const result = lastCheck && values.read<Data<'PbmComplianceResult'>>(lastCheck);
      this.#assigned.set(object, { policyId, generation, ...(result && { lastCheck: result }) });
    }
  }

  /** The objects that have a policy: `vm-21`, `vm-21:2000`. */
  objectsWith(policyId: string): string[] {
    return [...this.#assigned].filter(([, assigned]) => assigned.policyId === policyId).map(([key]) => key);
  }

  /** Drops the assignments of a VM, or of one disk. */
  forget(vm: ManagedObject, disk?: number): void {
    if (disk !== undefined) {
      this.#assigned.delete(objectKey(vm, disk));
      return;
    }
    for (const key of this.#assigned.keys()) {
      if (key === vm.ref.value || key.startsWith(`${vm.ref.value}:`)) this.#assigned.delete(key);
    }
  }
}

function objectKey(vm: ManagedObject, disk: number | undefined): string {
  return disk === undefined ? vm.ref.value : `${vm.ref.value}:${disk}`;
}
