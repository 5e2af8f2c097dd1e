import type { Runtime } from '../../core/index.ts';
import type { ManagedObject, ObjectStore } from '../inventory/store.ts';
import { type Data, data } from '../vim/kernel/values.ts';

/** observed on vCenter 6.5 and 6.7 (vcenter.md 13.3). */
export const vmEncryptionPolicyId = '4d5f673c-536f-11e6-beb8-9e71128cae77';
/** The capability that makes a policy an encryption policy. observed */
export const encryptionCapability = {
  namespace: 'com.vmware.storageprofile.dataservice',
  id: 'ad5a249d-cbc2-43af-9366-694d7664fa52',
} as const;

/** A storage policy that the world adds to the default ones. */
export interface PolicyOptions {
  name: string;
  /** Default: drawn from the seed. */
  id?: string;
  description?: string;
  /** True for a policy that encrypts. */
  encrypts?: boolean;
}

/** A storage policy. */
export interface Policy {
  readonly profile: Data<'PbmCapabilityProfile'>;
  readonly encrypts: boolean;
}

/** observed on real servers. */
const systemUser = 'Temporary user handle';

/** The storage policies of a vCenter and which VM or disk has which. */
export class StoragePolicies {
  readonly #policies = new Map<string, Policy>();
  /** Key: `vm-21` for the VM's files, `vm-21:2000` for a disk. */
  readonly #assigned = new Map<string, string>();
  readonly #now: Date;

  constructor(runtime: Runtime, store: ObjectStore, extra: readonly PolicyOptions[]) {
    this.#now = new Date(runtime.clock.now());
    // Names, ids, descriptions: observed (vcenter.md 13.3).
    this.#add({
      id: 'aa6d5a82-1c88-45da-85d3-3d74b91a5bad',
      name: 'vSAN Default Storage Policy',
      description: 'Storage policy used as default for vSAN datastores',
      system: 'VsanDefaultProfile',
    });
    this.#add({
      id: 'f4e5bade-15a2-4805-bf8e-52318c4ce443',
      name: 'VVol No Requirements Policy',
      description: 'Allow the datastore to determine the best placement strategy for storage objects',
      system: 'VVolDefaultProfile',
    });
    this.#add({
      id: vmEncryptionPolicyId,
      name: 'VM Encryption Policy',
      description: "Sample storage policy for VMware's VM and virtual disk encryption",
      encrypts: true,
    });
    this.#add({
      id: 'c268da1b-b343-49f7-a468-b1deeb7078e0',
      name: 'Host-local PMem Default Storage Policy',
      description: 'Storage policy used as default for Host-local PMem datastores',
      system: 'PmemDefaultProfile',
    });
    const random = runtime.random.stream('vcenter.policy');
    for (const policy of extra) this.#add({ ...policy, id: policy.id ?? random.uuid() });
    // A VM that is gone has no policies.
    store.subscribe((object) => {
      if (object.type === 'VirtualMachine' && !store.has(object)) this.forget(object);
    });
  }

  #add(policy: { id: string; name: string; description?: string; system?: string; encrypts?: boolean }): void {
    const profile = data('PbmCapabilityProfile', {
      profileId: { uniqueId: policy.id },
      name: policy.name,
      description: policy.description ?? '',
      creationTime: this.#now,
      createdBy: systemUser,
      lastUpdatedTime: this.#now,
      lastUpdatedBy: systemUser,
      profileCategory: 'REQUIREMENT',
      resourceType: { resourceType: 'STORAGE' },
      constraints: policy.encrypts ? encryptionConstraints() : {},
      generationId: 0,
      isDefault: false,
      systemCreatedProfileType: policy.system,
    });
    this.#policies.set(policy.id, { profile, encrypts: policy.encrypts ?? false });
  }

  get all(): Policy[] {
    return [...this.#policies.values()];
  }

  find(id: string): Policy | undefined {
    return this.#policies.get(id);
  }

  byName(name: string): Policy | undefined {
    return this.all.find((policy) => policy.profile.name === name);
  }

  /** True when a policy of that id exists and encrypts. */
  encrypts(id: string | undefined): boolean {
    return id !== undefined && (this.#policies.get(id)?.encrypts ?? false);
  }

  /** Gives a VM's files (no `disk`) or one of its disks a policy; undefined takes it away. */
  assign(vm: ManagedObject, disk: number | undefined, id: string | undefined): void {
    const key = objectKey(vm, disk);
    if (id === undefined) this.#assigned.delete(key);
    else this.#assigned.set(key, id);
  }

  /** The policy id of a VM's files or of a disk. */
  of(vm: ManagedObject, disk?: number): string | undefined {
    return this.#assigned.get(objectKey(vm, disk));
  }

  /** The objects that have a policy: `vm-21`, `vm-21:2000`. */
  objectsWith(id: string): string[] {
    return [...this.#assigned].filter(([, assigned]) => assigned === id).map(([key]) => key);
  }

  /** Drops the assignments of a VM, or of one disk. */
  forget(vm: ManagedObject, disk?: number): void {
    if (disk !== undefined) this.#assigned.delete(objectKey(vm, disk));
    else
      for (const key of this.#assigned.keys()) {
        if (key === vm.ref.value || key.startsWith(`${vm.ref.value}:`)) this.#assigned.delete(key);
      }
  }
}

function objectKey(vm: ManagedObject, disk: number | undefined): string {
  return disk === undefined ? vm.ref.value : `${vm.ref.value}:${disk}`;
}

/** observed: one sub-profile "sp-1" whose capability has itself as its value. */
function encryptionConstraints() {
  return data('PbmCapabilitySubProfileConstraints', {
    subProfiles: [
      {
        name: 'sp-1',
        capability: [
          {
            id: { ...encryptionCapability },
            constraint: [{ propertyInstance: [{ id: encryptionCapability.id, value: encryptionCapability.id }] }],
          },
        ],
        forceProvision: false,
      },
    ],
  });
}
