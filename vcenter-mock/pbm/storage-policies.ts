import type { Json, Random, Runtime } from '../../core/index.ts';
import type { Assumed } from '../assumed.ts';
import type { ManagedObject, ObjectStore } from '../inventory/store.ts';
import type { ValueReader, ValueWriter } from '../state/values.ts';
import { fault, invalidArgument, type VimFault } from '../vim/kernel/fault.ts';
import { type Data, data } from '../vim/kernel/values.ts';
import {
  type DefaultPolicy,
  defaultPolicies,
  encryptionComponent,
  encryptionConstraints,
  vsanDefaultPolicyId,
} from './default-policies.ts';
import { embeddedDataServices, encrypts, wrongPart } from './encryption-rules.ts';
import { type Assignment, PolicyAssignments, type SavedAssignments } from './policy-assignments.ts';

type Constraints = Data<'PbmCapabilityConstraints'>;
type Profile = Data<'PbmCapabilityProfile'>;

/** A storage policy that the world adds to the default ones. */
export interface PolicyOptions {
  name: string;
  /** Default: drawn from the seed. */
  id?: string;
  description?: string;
  /** True for a policy that encrypts. */
  encrypts?: boolean;
}

/** The policies in their order, and what has which. */
export type SavedPolicies = { readonly policies: readonly Json[]; readonly assignments: SavedAssignments };

/** A storage policy. */
export interface Policy {
  readonly profile: Profile;
  /** Whether its rules ask for encryption. */
  readonly encrypts: boolean;
}

/** Who changes a policy, and the journal entry of the call that does. */
export interface Author {
  readonly user: string;
  readonly cause: number;
}

/** observed on real servers. */
const systemUser = 'Temporary user handle';

/** documented */
const longestName = 80;

/** documented: "pre-created editable" for vSAN's, "non-editable" for the others. */
const editable = 'VsanDefaultProfile';

/** The storage policies of a vCenter and which VM or disk has which. */
export class StoragePolicies {
  readonly #policies = new Map<string, Profile>();
  readonly #assignments: PolicyAssignments;
  readonly #runtime: Runtime;
  readonly #assumed: Assumed;
  readonly #random: ReturnType<Random['stream']>;

  constructor(runtime: Runtime, store: ObjectStore, assumed: Assumed, extra: readonly PolicyOptions[]) {
    this.#runtime = runtime;
    this.#assumed = assumed;
    this.#random = runtime.random.stream('vcenter.policy');
    this.#assignments = new PolicyAssignments(store);
    const component = { name: assumed.pbmEncryptionCapability, description: assumed.pbmEncryptionComponent };
    for (const policy of [...defaultPolicies(), encryptionComponent(component)]) this.#add(policy, systemUser);
    for (const { name, description = '', id, ...policy } of extra) {
      const constraints = policy.encrypts ? encryptionConstraints() : {};
      this.#add({ id: id ?? this.#random.uuid(), name, description, constraints }, systemUser);
    }
  }

  #add(policy: DefaultPolicy, user: string): void {
    const now = new Date(this.#runtime.clock.now());
    this.#policies.set(
      policy.id,
      data('PbmCapabilityProfile', {
        profileId: { uniqueId: policy.id },
        name: policy.name,
        description: policy.description,
        creationTime: now,
        createdBy: user,
        lastUpdatedTime: now,
        lastUpdatedBy: user,
        profileCategory: policy.category ?? 'REQUIREMENT',
        resourceType: { resourceType: 'STORAGE' },
        constraints: policy.constraints,
        generationId: 0,
        isDefault: false,
        systemCreatedProfileType: policy.system,
        lineOfService: policy.lineOfService,
      }),
    );
  }

  save(values: ValueWriter): SavedPolicies {
    return {
      policies: [...this.#policies.values()].map((profile) => values.write(profile)),
      assignments: this.#assignments.save(values),
    };
  }

  restore(saved: SavedPolicies, values: ValueReader): void {
    this.#policies.clear();
    for (const policy of saved.policies) {
      const profile = values.read<Profile>(policy);
      this.#policies.set(profile.profileId.uniqueId, profile);
    }
    this.#assignments.restore(saved.assignments, values);
  }

  /** The rules of a data service policy. */
  readonly dataService = (id: string): Constraints | undefined => {
    const profile = this.#policies.get(id);
    return profile?.profileCategory === 'DATA_SERVICE_POLICY' ? profile.constraints : undefined;
  };

  #policyOf(profile: Profile): Policy {
    return { profile, encrypts: this.rulesEncrypt(profile.constraints) };
  }

  /** Whether rules ask for encryption, of a policy or on their way to become one. */
  rulesEncrypt(constraints: Constraints | undefined): boolean {
    return encrypts(constraints, this.dataService);
  }

  /** All policies, in the server's own order. */
  get all(): Policy[] {
    return [...this.#policies.values()].map((profile) => this.#policyOf(profile));
  }

  find(id: string): Policy | undefined {
    const profile = this.#policies.get(id);
    return profile && this.#policyOf(profile);
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

  /** Whether VMs and disks can have the policy: data service policies are parts of others only. documented */
  isAssignable(id: string): boolean {
    return this.#policies.get(id)?.profileCategory === 'REQUIREMENT';
  }

  /** pbm PbmCreate. @throws PbmDuplicateName; InvalidArgument naming what is wrong */
  create(spec: Data<'PbmCapabilityProfileCreateSpec'>, author: Author): Data<'PbmProfileId'> {
    const { category = 'REQUIREMENT', constraints } = spec;
    if (spec.resourceType?.resourceType !== 'STORAGE') throw invalidArgument('createSpec.resourceType');
    // documented: RESOURCE profiles are made by the system only
    if (category !== 'REQUIREMENT' && category !== 'DATA_SERVICE_POLICY') throw invalidArgument('createSpec.category');
    this.checkRules(constraints, category, 'createSpec');
    this.#checkName(spec.name, 'createSpec.name');
    const lineOfService =
      category === 'DATA_SERVICE_POLICY' && this.rulesEncrypt(constraints) ? 'ENCRYPTION' : undefined;
    const id = this.#random.uuid();
    const { name, description = '' } = spec;
    this.#add({ id, name, description, constraints, category, lineOfService }, author.user);
    this.#record('created', this.get(id), author);
    return { uniqueId: id };
  }

  /**
   * pbm PbmUpdate. Every change is a new generation: what had the old one is out of date until the policy is applied again. documented
   * @throws InvalidArgument, PbmDuplicateName; PbmFaultProfileStorageFault for a default policy that is not editable (assumed fault)
   */
  update(id: string, spec: Data<'PbmCapabilityProfileUpdateSpec'>, author: Author): void {
    const { profile } = this.get(id);
    const { systemCreatedProfileType: system } = profile;
    if (system !== undefined && system !== editable) {
      throw fault('PbmFaultProfileStorageFault', this.#assumed.pbmNotEditable(profile.name));
    }
    if (spec.constraints) this.checkRules(spec.constraints, profile.profileCategory, 'updateSpec');
    if (spec.name !== undefined && spec.name !== profile.name) this.#checkName(spec.name, 'updateSpec.name');
    this.#change(profile, spec, author);
  }

  #change(profile: Profile, changes: Data<'PbmCapabilityProfileUpdateSpec'>, author: Author): void {
    const { uniqueId } = profile.profileId;
    this.#policies.set(uniqueId, {
      ...profile,
      name: changes.name ?? profile.name,
      description: changes.description ?? profile.description,
      constraints: changes.constraints ?? profile.constraints,
      generationId: (profile.generationId ?? 0) + 1,
      lastUpdatedTime: new Date(this.#runtime.clock.now()),
      lastUpdatedBy: author.user,
    });
    this.#record('updated', this.get(uniqueId), author);
  }

  /** Deletes one policy. Returns why it could not, for the outcome of PbmDelete. */
  remove(id: string, author: Author): VimFault | undefined {
    const policy = this.find(id);
    if (!policy) return fault('PbmFaultNotFound', this.#assumed.pbmNotFound(id));
    const { name, systemCreatedProfileType } = policy.profile;
    if (systemCreatedProfileType !== undefined) return fault('PbmFault', this.#assumed.pbmSystemPolicy(name));
    const inUse = this.objectsWith(id).length > 0 || this.all.some(({ profile }) => embeds(profile, id));
    if (inUse) return fault('PbmResourceInUse', this.#assumed.pbmInUse(name), { type: 'PbmProfile', name });
    this.#policies.delete(id);
    this.#record('deleted', policy, author);
    return undefined;
  }

  /** pbm PbmResetVSanDefaultProfile: name, description and rules as they were installed. */
  resetVsanDefault(author: Author): void {
    const original = defaultPolicies().find(({ id }) => id === vsanDefaultPolicyId);
    if (original) this.#change(this.get(vsanDefaultPolicyId).profile, original, author);
  }

  /** @throws InvalidArgument naming what is wrong with rules, below `path` */
  checkRules(constraints: Constraints | undefined, category: string, path: string): void {
    const wrong = wrongPart(constraints, this.dataService);
    if (wrong) throw invalidArgument(`${path}.${wrong}`);
    // assumed: data services do not nest
    if (category === 'DATA_SERVICE_POLICY' && embeddedDataServices(constraints).length > 0) {
      throw invalidArgument(`${path}.constraints.subProfiles.capability.id`);
    }
  }

  #checkName(name: string | undefined, path: string): void {
    if (!name || name.length > longestName) throw invalidArgument(path);
    if (this.byName(name)) throw fault('PbmDuplicateName', this.#assumed.duplicateName(name), { name });
  }

  #record(what: string, { profile, encrypts: encrypting }: Policy, { user, cause }: Author): void {
    this.#runtime.journal.record({
      plane: 'vcenter',
      event: `vcenter.policy.${what}`,
      text: `storage policy ${profile.name} ${what} by ${user}${encrypting ? '; it encrypts' : ''}`,
      data: { policy: profile.profileId.uniqueId, name: profile.name, encrypts: encrypting, user },
      cause,
    });
  }

  /** Gives a VM's files (no `disk`) or one of its disks a policy; undefined takes it away. */
  assign(vm: ManagedObject, disk: number | undefined, id: string | undefined): void {
    const assignment = id && { policyId: id, generation: this.#policies.get(id)?.generationId ?? 0 };
    this.#assignments.set(vm, disk, assignment || undefined);
  }

  /** The policy of a VM's files or of a disk, as it was applied. */
  assignment(vm: ManagedObject, disk?: number): Assignment | undefined {
    return this.#assignments.get(vm, disk);
  }

  /** The policy id of a VM's files or of a disk. */
  of(vm: ManagedObject, disk?: number): string | undefined {
    return this.#assignments.get(vm, disk)?.policyId;
  }

  /** Whether the policy has changed since it was applied. */
  isOutOfDate({ policyId, generation }: Assignment): boolean {
    return generation !== this.#policies.get(policyId)?.generationId;
  }

  /** The objects that have a policy: `vm-21`, `vm-21:2000`. */
  objectsWith(id: string): string[] {
    return this.#assignments.objectsWith(id);
  }

  /** Drops the assignments of a VM, or of one disk. */
  forget(vm: ManagedObject, disk?: number): void {
    this.#assignments.forget(vm, disk);
  }
}

function embeds(profile: Profile, id: string): boolean {
  return embeddedDataServices(profile.constraints).includes(id);
}
