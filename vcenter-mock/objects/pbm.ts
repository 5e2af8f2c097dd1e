import { disksOf } from '../inventory/devices.ts';
import type { Vm } from '../inventory/inventory.ts';
import type { Call, Vcenter } from '../vcenter.ts';
import { fault, invalidArgument } from '../vim/kernel/fault.ts';
import { type AnyImplementation, implement } from '../vim/kernel/implementation.ts';
import { isA } from '../vim/kernel/registry.ts';
import { type Data, data, type Ref, ref } from '../vim/kernel/values.ts';

type ServerObjectRef = Data<'PbmServerObjectRef'>;

/** Managers of the PBM service. observed (vcenter.md 13.1) */
const pbmManagers = {
  sessionManager: ref('PbmSessionManager', 'SessionManager'),
  capabilityMetadataManager: ref('PbmCapabilityMetadataManager', 'CapabilityMetadataManager'),
  profileManager: ref('PbmProfileProfileManager', 'ProfileManager'),
  complianceManager: ref('PbmComplianceManager', 'complianceManager'),
  placementSolver: ref('PbmPlacementSolver', 'placementSolver'),
};

export const pbmRefs: readonly Ref[] = [ref('PbmServiceInstance', 'ServiceInstance'), ...Object.values(pbmManagers)];

function content(): Data<'PbmServiceInstanceContent'> {
  return {
    _type: 'PbmServiceInstanceContent',
    // observed: a real 6.5 returns this placeholder
    aboutInfo: { name: 'PBM', version: '2.0', instanceUuid: '##PBM_SERVER_GUID##' },
    ...pbmManagers,
    replicationManager: ref('PbmReplicationManager', 'ReplicationManager'),
  };
}

function unknownProfile() {
  return invalidArgument('profileId');
}

/** The policy ids of what a PbmServerObjectRef names. PbmFaultNotFound when it does not exist. */
function profilesOf(vc: Vcenter, object: ServerObjectRef): Data<'PbmProfileId'>[] {
  const [vmId = '', disk] = object.key.split(':');
  const vm: Vm | undefined = vc.store.get('VirtualMachine', ref('VirtualMachine', vmId));
  if (!vm) throw fault('PbmFaultNotFound', vc.assumed.pbmNotFound(`${object.objectType}:${object.key}`));
  const ids = new Set<string | undefined>();
  if (object.objectType === 'virtualDiskId') ids.add(vc.policies.of(vm, Number(disk)));
  else {
    ids.add(vc.policies.of(vm));
    if (object.objectType === 'virtualMachineAndDisks') {
      for (const device of disksOf(vm.get('config')!)) ids.add(vc.policies.of(vm, device.key));
    }
  }
  return [...ids].filter((id) => id !== undefined).map((uniqueId) => ({ uniqueId }));
}

function associated(vc: Vcenter, id: string, entityType?: string): ServerObjectRef[] {
  if (!vc.policies.find(id)) throw unknownProfile();
  return vc.policies
    .objectsWith(id)
    .map((key) => ({
      objectType: key.includes(':') ? 'virtualDiskId' : 'virtualMachine',
      key,
      serverUuid: vc.instanceUuid,
    }))
    .filter((object) => entityType === undefined || object.objectType === entityType);
}

/** Whether what the policy asks for is what the VM or disk has: an encryption policy wants a key. */
function compliance(call: Call, entity: ServerObjectRef): Data<'PbmComplianceResult'> {
  const { vc } = call;
  const [vmId = '', disk] = entity.key.split(':');
  const [profile] = profilesOf(vc, entity);
  const config = vc.store.get('VirtualMachine', ref('VirtualMachine', vmId))?.get('config');
  const device = config && disksOf(config).find((candidate) => candidate.key === Number(disk));
  const keyId = disk === undefined ? config?.keyId : (device?.backing as Data<'VirtualDiskFlatVer2BackingInfo'>)?.keyId;
  const compliant = profile !== undefined && vc.policies.encrypts(profile.uniqueId) === (keyId !== undefined);
  return {
    _type: 'PbmComplianceResult',
    checkTime: new Date(vc.runtime.clock.now()),
    entity,
    profile,
    complianceTaskStatus: 'success',
    complianceStatus: profile === undefined ? 'notApplicable' : compliant ? 'compliant' : 'nonCompliant',
    mismatch: false,
  };
}

/**
 * Which datastores fit a policy. The simulated ones are VMFS: policies for vSAN, VVol and PMem do not fit them, all others
 * (encryption is no property of a datastore) do.
 */
function placement(vc: Vcenter, hubs: readonly Data<'PbmPlacementHub'>[] | undefined, ids: readonly string[]) {
  const all = vc.inventory.datastores.map(({ ref: { type, value } }) => ({ hubType: type, hubId: value }));
  const policies = ids.map((id) => {
    const policy = vc.policies.find(id);
    if (!policy) throw unknownProfile();
    return policy;
  });
  const fits = policies.every((policy) => policy.profile.systemCreatedProfileType === undefined);
  const error = [{ fault: data('PbmFault', {}), localizedMessage: vc.assumed.pbmIncompatible }];
  return (hubs ?? all).map((hub) => (fits ? { hub } : { hub, error }));
}

const placementSolver = implement('PbmPlacementSolver', {
  methods: {
    PbmCheckCompatibility: (_object, { hubsToSearch, profile }, { vc }) =>
      placement(vc, hubsToSearch, [profile.uniqueId]),

    PbmCheckRequirements: (_object, { hubsToSearch, placementSubjectRequirement }, { vc }) =>
      placement(
        vc,
        hubsToSearch,
        (placementSubjectRequirement ?? [])
          .filter((requirement) => isA(requirement, 'PbmPlacementCapabilityProfileRequirement'))
          .map((requirement) => requirement.profileId.uniqueId),
      ),
  },
});

const serviceInstance = implement('PbmServiceInstance', {
  methods: { PbmRetrieveServiceContent: content },
});

const profileManager = implement('PbmProfileProfileManager', {
  methods: {
    PbmFetchResourceType: () => [{ resourceType: 'STORAGE' }],

    PbmQueryProfile: (_object, { resourceType, profileCategory }, { vc }) =>
      resourceType.resourceType === 'STORAGE' && (profileCategory ?? 'REQUIREMENT') === 'REQUIREMENT'
        ? vc.policies.all.map((policy) => policy.profile.profileId)
        : [],

    PbmRetrieveContent: (_object, { profileIds }, { vc }) =>
      profileIds.map(({ uniqueId }) => {
        const policy = vc.policies.find(uniqueId);
        if (!policy) throw unknownProfile();
        return policy.profile;
      }),

    PbmQueryAssociatedProfile: (_object, { entity }, { vc }) => profilesOf(vc, entity),

    PbmQueryAssociatedProfiles: (_object, { entities }, { vc }) =>
      entities.map((object) => ({ object, profileId: profilesOf(vc, object) })),

    PbmQueryAssociatedEntity: (_object, { profile, entityType }, { vc }) =>
      associated(vc, profile.uniqueId, entityType),

    PbmQueryAssociatedEntities: (_object, { profiles }, { vc }) =>
      (profiles ?? vc.policies.all.map((policy) => policy.profile.profileId)).flatMap((profile) =>
        associated(vc, profile.uniqueId).map((object) => ({ object, profileId: [profile] })),
      ),

    PbmQueryIOFiltersFromProfileId: (_object, { profileIds }, { vc }) =>
      profileIds.map((key) => {
        const policy = vc.policies.find(key.uniqueId);
        if (!policy) throw unknownProfile();
        // observed: an encrypting policy has a filter of type ENCRYPTION; the VIB's name is assumed
        const iofilters = policy.encrypts ? [{ vibId: 'VMW_vmwarevmcrypt', filterType: 'ENCRYPTION' }] : [];
        return { key, iofilters };
      }),
  },
});

const complianceManager = implement('PbmComplianceManager', {
  methods: {
    PbmCheckCompliance: (_object, { entities }, call) => entities.map((entity) => compliance(call, entity)),
    PbmFetchComplianceResult: (_object, { entities }, call) => entities.map((entity) => compliance(call, entity)),
  },
});

/** The storage policy service. */
export const pbmImplementations: readonly AnyImplementation[] = [
  serviceInstance,
  profileManager,
  complianceManager,
  placementSolver,
];
