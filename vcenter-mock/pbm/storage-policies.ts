import type { Random, Runtime } from '../../core/index.ts';
import type { Assumed } from '../assumed.ts';
import type { ManagedObject, ObjectStore } from '../inventory/store.ts';
import { fault, invalidArgument, type VimFault } from '../vim/kernel/fault.ts';
import { type Data, data } from '../vim/kernel/values.ts';
import { encryptionConstraints, encrypts, wrongPart } from './encryption-rules.ts';

/** observed on vCenter 6.5 and 6.7 (vcenter.md 13.3). */
export const vmEncryptionPolicyId = '4d5f673c-536f-11e6-beb8-9e71128cae77';
/** observed (vcenter.md 13.3) */
export const vsanDefaultPolicyId = 'aa6d5a82-1c88-45da-85d3-3d74b91a5bad';

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
  /** Whether its rules ask for encryption. */
  readonly encrypts: boolean;
}

/** A policy that was given to a VM's files or to a disk. */
interface Assignment {
  readonly id: string;
  /** The generation that the policy had then. */
  readonly generation: number;
}

/** observed on real servers. */
const systemUser = 'Temporary user handle';

/** Names, ids, descriptions: observed (vcenter.md 13.3). */
const defaults = [
  {
    id: vsanDefaultPolicyId,
    name: 'vSAN Default Storage Policy',
    description: 'Storage policy used as default for vSAN datastores',
    system: 'VsanDefaultProfile',
  },
  {
    id: 'f4e5bade-15a2-4805-bf8e-52318c4ce443',
    name: 'VVol No Requirements Policy',
    description: 'Allow the datastore to determine the best placement strategy for storage objects',
    system: 'VVolDefaultProfile',
  },
  {
    id: vmEncryptionPolicyId,
    name: 'VM Encryption Policy',
    description: "Sample storage policy for VMware's VM and virtual disk encryption",
    encrypts: true,
  },
  {
    id: 'c268da1b-b343-49f7-a468-b1deeb7078e0',
    name: 'Host-local PMem Default Storage Policy',
    description: 'Storage policy used as default for Host-local PMem datastores',
    system: 'PmemDefaultProfile',
  },
] as const;

/** The storage policies of a vCenter and which VM or disk has which. */
export class StoragePolicies {
  readonly #policies = new Map<string, Data<'PbmCapabilityProfile'>>();
  /** Key: `vm-21` for the VM's files, `vm-21:2000` for a disk. */
  readonly #assigned = new Map<string, Assignment>();
  /** What the last compliance check of each object found; see `compliance.ts`. */
  readonly checked = new Map<string, Data<'PbmComplianceResult'>>();
  readonly #runtime: Runtime;
  readonly #assumed: Assumed;
  readonly #random: ReturnType<Random['stream']>;

  constructor(runtime: Runtime, store: ObjectStore, assumed: Assumed, extra: readonly PolicyOptions[]) {
    this.#runtime = runtime;
    this.#assumed = assumed;
    this.#random = runtime.random.stream('vcenter.policy');
    for (const policy of defaults) this.#add(policy);
    for (const policy of extra) this.#add({ ...policy, id: policy.id ?? this.#random.uuid() });
    // A VM that is gone has no policies.
    store.subscribe((object) => {
      if (object.type === 'VirtualMachine' && !store.has(object)) this.forget(object);
    });
  }

  #add(policy: {
    id: string;
    name: string;
    description?: string;
    system?: string;
    encrypts?: boolean;
    constraints?: Data<'PbmCapabilityConstraints'>;
    category?: string;
    user?: string;
  }): void {
    const now = new Date(this.#runtime.clock.now());
    const user = policy.user ?? systemUser;
    this.#policies.set(
      policy.id,
      data('PbmCapabilityProfile', {
        profileId: { uniqueId: policy.id },
        name: policy.name,
        description: policy.description ?? '',
        creationTime: now,
        createdBy: user,
        lastUpdatedTime: now,
        lastUpdatedBy: user,
        profileCategory: policy.category ?? 'REQUIREMENT',
        resourceType: { resourceType: 'STORAGE' },
        constraints: policy.constraints ?? (policy.encrypts ? encryptionConstraints() : {}),
        generationId: 0,
        isDefault: false,
        systemCreatedProfileType: policy.system,
      }),
    );
  }

  /** All policies, in the server's own order. */
  get all(): Policy[] {
    return [...this.#policies.values()].map(policyOf);
  }

  find(id: string): Policy | undefined {
    const profile = this.#policies.get(id);
    return profile && policyOf(profile);
  }

  /** @throws InvalidArgument profileId. observed */
  get(id: string): Policy {
    const policy = this.find(id);
    if (!policy) throw invalidArgument('profileId');
    return policy;
  }

  byName(name: string): Policy | undefined {
    return this.all.find((policy) => policy.profile.name === name);
  }

  /** True when a policy of that id exists and encrypts. */
  encrypts(id: string | undefined): boolean {
    return id !== undefined && (this.find(id)?.encrypts ?? false);
  }

  /** pbm PbmCreate. @throws PbmDuplicateName; InvalidArgument naming what is wrong with the rules */
  create(spec: Data<'PbmCapabilityProfileCreateSpec'>, user: string): Data<'PbmProfileId'> {
    if (!spec.name) throw invalidArgument('createSpec.name');
    if (spec.resourceType?.resourceType !== 'STORAGE') throw invalidArgument('createSpec.resourceType');
    if (spec.category !== undefined && !['REQUIREMENT', 'DATA_SERVICE_POLICY'].includes(spec.category)) {
      throw invalidArgument('createSpec.category');
    }
    this.#requireFree(spec.name);
    const wrong = wrongPart(spec.constraints);
    if (wrong) throw invalidArgument(`createSpec.${wrong}`);
    const id = this.#random.uuid();
    this.#add({ ...spec, id, user });
    this.#record('created', this.get(id), user);
    return { uniqueId: id };
  }

  /**
   * pbm PbmUpdate. New rules are a new generation: what had the old one is out of date until the policy is applied again.
   * @throws InvalidArgument, PbmDuplicateName
   */
  update(id: string, spec: Data<'PbmCapabilityProfileUpdateSpec'>, user: string): void {
    const { profile } = this.get(id);
    if (spec.name !== undefined && spec.name !== profile.name) this.#requireFree(spec.name);
    const wrong = spec.constraints && wrongPart(spec.constraints);
    if (wrong) throw invalidArgument(`updateSpec.${wrong}`);
    this.#policies.set(id, {
      ...profile,
      name: spec.name ?? profile.name,
      description: spec.description ?? profile.description,
      constraints: spec.constraints ?? profile.constraints,
      generationId: (profile.generationId ?? 0) + (spec.constraints ? 1 : 0),
      lastUpdatedTime: new Date(this.#runtime.clock.now()),
      lastUpdatedBy: user,
    });
    this.#record('updated', this.get(id), user);
  }

  /** Deletes one policy. Returns why it could not, for the outcome of PbmDelete. */
  remove(id: string, user: string): VimFault | undefined {
    const policy = this.find(id);
    if (!policy) return fault('PbmFaultNotFound', this.#assumed.pbmNotFound(id));
    const { name, systemCreatedProfileType } = policy.profile;
    if (systemCreatedProfileType !== undefined) return fault('PbmFault', this.#assumed.pbmSystemPolicy(name));
    if (this.objectsWith(id).length > 0) {
      return fault('PbmResourceInUse', this.#assumed.pbmInUse(name), { type: 'PbmProfile', name });
    }
    this.#policies.delete(id);
    this.#record('deleted', policy, user);
    return undefined;
  }

  /** pbm PbmResetVSanDefaultProfile: as it was installed. */
  resetVsanDefault(): void {
    const profile = this.#policies.get(vsanDefaultPolicyId);
    this.#add(defaults[0]);
    // The policy keeps its place and goes on counting.
    const fresh = this.#policies.get(vsanDefaultPolicyId);
    if (profile && fresh) fresh.generationId = (profile.generationId ?? 0) + 1;
  }

  #requireFree(name: string): void {
    if (this.byName(name)) throw fault('PbmDuplicateName', this.#assumed.duplicateName(name), { name });
  }

  #record(what: string, { profile, encrypts: encrypting }: Policy, user: string): void {
    this.#runtime.journal.record({
      plane: 'vcenter',
      event: `vcenter.policy.${what}`,
      text: `storage policy ${profile.name} ${what} by ${user}${encrypting ? '; it encrypts' : ''}`,
      data: { policy: profile.profileId.uniqueId, name: profile.name, encrypts: encrypting, user },
    });
  }

  /** Gives a VM's files (no `disk`) or one of its disks a policy; undefined takes it away. */
  assign(vm: ManagedObject, disk: number | undefined, id: string | undefined): void {
    const key = objectKey(vm, disk);
    if (id === undefined) this.#assigned.delete(key);
    else this.#assigned.set(key, { id, generation: this.#policies.get(id)?.generationId ?? 0 });
  }

  /** The policy id of a VM's files or of a disk. */
  of(vm: ManagedObject, disk?: number): string | undefined {
    return this.#assigned.get(objectKey(vm, disk))?.id;
  }

  /** Whether the policy's rules have changed since it was applied. */
  isOutOfDate(vm: ManagedObject, disk?: number): boolean {
    const assignment = this.#assigned.get(objectKey(vm, disk));
    return assignment !== undefined && assignment.generation !== this.#policies.get(assignment.id)?.generationId;
  }

  /** The objects that have a policy: `vm-21`, `vm-21:2000`. */
  objectsWith(id: string): string[] {
    return [...this.#assigned].filter(([, assigned]) => assigned.id === id).map(([key]) => key);
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

function policyOf(profile: Data<'PbmCapabilityProfile'>): Policy {
  return { profile, encrypts: encrypts(profile.constraints) };
}

function objectKey(vm: ManagedObject, disk: number | undefined): string {
  return disk === undefined ? vm.ref.value : `${vm.ref.value}:${disk}`;
}
