"""Storage policies with pyVmomi, through every manager of the PBM service, as a user's script would use them.

Reads the lab's ready line (JSON) from standard input. Prints what each step gave as one JSON object.
"""

import json
import ssl
import sys
from urllib.parse import urlsplit

from pyVim.connect import Disconnect, SmartConnect
from pyVim.task import WaitForTask
from pyVmomi import SoapStubAdapter, VmomiSupport, pbm, vim, vmodl

ENCRYPTION = "4d5f673c-536f-11e6-beb8-9e71128cae77"
VSAN = "aa6d5a82-1c88-45da-85d3-3d74b91a5bad"
COMPONENT = "ad5a249d-cbc2-43af-9366-694d7664fa52"


def connect(vcenter, context):
    url = urlsplit(vcenter["url"])
    return SmartConnect(
        host=url.hostname, port=url.port, user=vcenter["username"], pwd=vcenter["password"], sslContext=context
    )


def policy_service(si, vcenter, context):
    """The storage policy service, in the newest version that this client knows; its session is that of vCenter."""
    url = urlsplit(vcenter["url"])
    VmomiSupport.GetRequestContext()["vcSessionCookie"] = si._stub.cookie.split('"')[1]
    version = VmomiSupport.newestVersions.Get("pbm")
    stub = SoapStubAdapter(host=url.hostname, port=url.port, path="/pbm/sdk", version=version, sslContext=context)
    return pbm.ServiceInstance("ServiceInstance", stub).RetrieveContent()


def caught(call, *args, **named):
    """The fault that a call ends with, as a script sees it."""
    try:
        call(*args, **named)
    except vmodl.MethodFault as fault:
        own = {"name": getattr(fault, "name", None), "property": getattr(fault, "invalidProperty", None)}
        return {"type": fault._wsdlName, "message": fault.msg, **{k: v for k, v in own.items() if v}}
    return None


def rule(namespace, id, property, value):
    capability = pbm.capability
    return capability.CapabilityInstance(
        id=capability.CapabilityMetadata.UniqueId(namespace=namespace, id=id),
        constraint=[
            capability.ConstraintInstance(
                propertyInstance=[capability.PropertyInstance(id=property, value=value)]
            )
        ],
    )


def rules(*capabilities):
    sub_profile = pbm.profile.SubProfileCapabilityConstraints.SubProfile
    return pbm.profile.SubProfileCapabilityConstraints(
        subProfiles=[sub_profile(name="Rule set 1", capability=list(capabilities))]
    )


def spec(name, constraints, **more):
    storage = pbm.profile.ResourceType(resourceType=pbm.profile.ResourceTypeEnum.STORAGE)
    create = pbm.profile.CapabilityBasedProfileCreateSpec
    return create(name=name, description="by pyVmomi", resourceType=storage, constraints=constraints, **more)


def filter_rule(value="False"):
    return rule("vmwarevmcrypt", "vmwarevmcrypt@ENCRYPTION", "AllowCleartextFilters", value)


def tag_rule():
    tags = pbm.capability.types.DiscreteSet(values=["gold"])
    return rule("http://www.vmware.com/storage/tag", "tier", "com.vmware.storage.tag.tier.property", tags)


def describe(policy):
    return {
        "name": policy.name,
        "description": policy.description,
        "category": policy.profileCategory,
        "generation": policy.generationId,
        "createdBy": policy.createdBy,
        "updatedBy": policy.lastUpdatedBy,
        "system": policy.systemCreatedProfileType,
        "rules": [
            [capability.id.namespace, capability.id.id]
            for sub_profile in getattr(policy.constraints, "subProfiles", [])
            for capability in sub_profile.capability
        ],
    }


def read(profiles, *ids):
    return profiles.PbmRetrieveContent(profileIds=[pbm.profile.ProfileId(uniqueId=id) for id in ids])


def virtual_machines(content):
    view = content.viewManager.CreateContainerView(content.rootFolder, [vim.VirtualMachine], True)
    try:
        return {vm.name: vm for vm in view.view}
    finally:
        view.Destroy()


def disks_of(vm):
    return [device for device in vm.config.hardware.device if isinstance(device, vim.vm.device.VirtualDisk)]


def apply(vm, policy_id):
    profile = [vim.vm.DefinedProfileSpec(profileId=policy_id)]
    edits = [
        vim.vm.device.VirtualDeviceSpec(operation="edit", device=disk, profile=profile) for disk in disks_of(vm)
    ]
    WaitForTask(vm.ReconfigVM_Task(vim.vm.ConfigSpec(vmProfile=profile, deviceChange=edits)))


def vm_ref(vm, kind="virtualMachine"):
    return pbm.ServerObjectRef(objectType=kind, key=vm._moId, serverUuid=None)


def disk_ref(vm, key):
    return pbm.ServerObjectRef(objectType="virtualDiskId", key=f"{vm._moId}:{key}")


def statuses(results):
    return [[result.entity.key, result.complianceStatus] for result in results]


def defaults(profiles):
    storage = pbm.profile.ResourceType(resourceType="STORAGE")
    ids = profiles.PbmQueryProfile(resourceType=storage, profileCategory="REQUIREMENT")
    return {
        "resources": [found.resourceType for found in profiles.PbmFetchResourceType()],
        "policies": [describe(found) for found in read(profiles, *[id.uniqueId for id in ids])],
        "component": describe(read(profiles, COMPONENT)[0]),
        "all": len(profiles.PbmQueryProfile(resourceType=storage)),
        "unknown": caught(read, profiles, "none"),
        "wrongCategory": caught(profiles.PbmQueryProfile, resourceType=storage, profileCategory="NONE"),
    }


def metadata(profiles):
    (vendor,) = profiles.PbmFetchVendorInfo()
    (category,) = profiles.PbmFetchCapabilityMetadata()
    (schema,) = profiles.PbmFetchCapabilitySchema(lineOfService=["ENCRYPTION"])
    (known,) = category.capabilityMetadata
    (property,) = known.propertyMetadata
    return {
        "namespaces": [info.namespaceInfo.namespace for info in vendor.vendorNamespaceInfo],
        "capability": [known.id.namespace, known.id.id],
        "property": [property.id, property.defaultValue, property.allowedValue.values],
        "lineOfService": [schema.lineOfService._wsdlName, schema.lineOfService.lineOfService],
        "others": len(profiles.PbmFetchCapabilitySchema(lineOfService=["REPLICATION"])),
    }


def own_policies(profiles):
    made = profiles.PbmCreate(createSpec=spec("py-secrets", rules(filter_rule())))
    tagged = profiles.PbmCreate(createSpec=spec("py-gold", rules(tag_rule())))
    steps = {
        "made": describe(read(profiles, made.uniqueId)[0]),
        "duplicate": caught(profiles.PbmCreate, createSpec=spec("py-secrets", rules(tag_rule()))),
        "wrongValue": caught(profiles.PbmCreate, createSpec=spec("py-wrong", rules(filter_rule("maybe")))),
        "noRules": caught(profiles.PbmCreate, createSpec=spec("py-wrong", pbm.profile.CapabilityConstraints())),
    }
    change = pbm.profile.CapabilityBasedProfileUpdateSpec(name="py-silver", constraints=rules(tag_rule()))
    profiles.PbmUpdate(profileId=tagged, updateSpec=change)
    steps["changed"] = describe(read(profiles, tagged.uniqueId)[0])
    return made.uniqueId, tagged.uniqueId, steps


def associations(service, vm, policy_id):
    profiles, policy = service.profileManager, pbm.profile.ProfileId(uniqueId=policy_id)
    both = profiles.PbmQueryAssociatedProfiles(entities=[vm_ref(vm), disk_ref(vm, 2001), disk_ref(vm, 2009)])
    return {
        "keyId": vm.config.keyId and vm.config.keyId.keyId,
        "diskKeys": [disk.backing.keyId and disk.backing.keyId.keyId for disk in disks_of(vm)],
        "ofVm": [id.uniqueId for id in profiles.PbmQueryAssociatedProfile(entity=vm_ref(vm))],
        "ofEach": [
            [found.object.key, [id.uniqueId for id in found.profileId], found.fault and found.fault._wsdlName]
            for found in both
        ],
        "entities": sorted(entity.key for entity in profiles.PbmQueryAssociatedEntity(profile=policy)),
        "disks": sorted(
            entity.key for entity in profiles.PbmQueryAssociatedEntity(profile=policy, entityType="virtualDiskId")
        ),
        "all": sorted(found.object.key for found in profiles.PbmQueryAssociatedEntities(profiles=[policy])),
        "groups": [
            [found.object.key, found.replicationGroupId]
            for found in service.replicationManager.PbmQueryReplicationGroups(entities=[vm_ref(vm)])
        ],
    }


def compliance(service, vm, policy_id):
    manager, parts = service.complianceManager, [vm_ref(vm), disk_ref(vm, 2000), disk_ref(vm, 2001)]
    steps = {"before": statuses(manager.PbmCheckCompliance(entities=parts))}
    change = pbm.profile.CapabilityBasedProfileUpdateSpec(description="changed")
    service.profileManager.PbmUpdate(profileId=pbm.profile.ProfileId(uniqueId=policy_id), updateSpec=change)
    steps["changed"] = statuses(manager.PbmFetchComplianceResult(entities=parts))
    (rollup,) = manager.PbmCheckRollupCompliance(entity=[vm_ref(vm)])
    steps["rollup"] = [rollup.overallComplianceStatus, rollup.profileMismatch, len(rollup.result)]
    steps["outOfDate"] = [found.key for found in manager.PbmQueryByRollupComplianceStatus(status="outOfDate")]
    apply(vm, policy_id)
    (rollup,) = manager.PbmFetchRollupComplianceResult(entity=[vm_ref(vm)])
    steps["applied"] = rollup.overallComplianceStatus
    steps["stranger"] = caught(
        manager.PbmCheckCompliance, entities=[pbm.ServerObjectRef(objectType="virtualMachine", key="vm-999")]
    )
    return steps


def violated(service, vm, policy_id):
    """What a policy that no datastore fulfils says of a VM that has it."""
    apply(vm, policy_id)
    (result,) = service.complianceManager.PbmCheckCompliance(entities=[vm_ref(vm)])
    return [result.complianceStatus, [status.expectedValue.id.id for status in result.violatedPolicies]]


def placement(service, datastore, encrypting, tagged):
    solver, hub = service.placementSolver, pbm.placement.PlacementHub(hubType="Datastore", hubId=datastore._moId)

    def errors(results):
        return [[result.hub.hubId, [error._wsdlName for error in result.error]] for result in results]

    def policy(id):
        return pbm.profile.ProfileId(uniqueId=id)

    requirement = pbm.placement.CapabilityProfileRequirement(profileId=policy(tagged))
    return {
        "encrypting": errors(solver.PbmCheckCompatibility(hubsToSearch=[hub], profile=policy(encrypting))),
        "tagged": errors(solver.PbmCheckCompatibility(profile=policy(tagged))),
        "withSpec": errors(solver.PbmCheckCompatibilityWithSpec(profileSpec=spec("x", rules(filter_rule())))),
        "required": errors(solver.PbmCheckRequirements(placementSubjectRequirement=[requirement])),
        "matching": [found.hubId for found in solver.PbmQueryMatchingHub(profile=policy(encrypting))],
        "vsan": [found.hubId for found in solver.PbmQueryMatchingHub(profile=policy(VSAN))],
        "matchingSpec": [
            found.hubId for found in solver.PbmQueryMatchingHubWithSpec(createSpec=spec("x", rules(tag_rule())))
        ],
    }


def default_profiles(profiles, datastore):
    hub = pbm.placement.PlacementHub(hubType="Datastore", hubId=datastore._moId)
    nowhere = pbm.placement.PlacementHub(hubType="Datastore", hubId="datastore-999")
    encryption = pbm.profile.ProfileId(uniqueId=ENCRYPTION)
    profiles.PbmResetDefaultRequirementProfile()
    profiles.PbmResetVSanDefaultProfile()
    (info,) = profiles.PbmQueryDefaultRequirementProfiles(datastores=[hub])
    (space,) = profiles.PbmQuerySpaceStatsForStorageContainer(
        datastore=pbm.ServerObjectRef(objectType="datastore", key=datastore._moId)
    )
    return {
        "of": profiles.PbmQueryDefaultRequirementProfile(hub=hub),
        "ofEach": [info.datastores[0].hubId, info.defaultProfile],
        "nowhere": caught(profiles.PbmQueryDefaultRequirementProfile, hub=nowhere),
        "assigned": caught(profiles.PbmAssignDefaultRequirementProfile, profile=encryption, datastores=[hub]),
        "applicable": caught(profiles.PbmFindApplicableDefaultProfile, datastores=[hub]),
        "totalInMB": space.physicalTotalInMB,
    }


def deletions(profiles, *ids):
    outcomes = profiles.PbmDelete(profileId=[pbm.profile.ProfileId(uniqueId=id) for id in ids])
    return [[outcome.profileId.uniqueId, outcome.fault and outcome.fault._wsdlName] for outcome in outcomes]


def play(si, ready, context):
    content = si.RetrieveContent()
    service = policy_service(si, ready["vcenter"], context)
    profiles = service.profileManager
    vms = virtual_machines(content)
    (datastore,) = vms["db-1"].datastore
    steps = {"about": [service.aboutInfo.name, service.aboutInfo.version]}
    steps["ids"] = {name: vm._moId for name, vm in vms.items()}
    steps["defaults"] = defaults(profiles)
    steps["metadata"] = metadata(profiles)
    secrets, tagged, steps["own"] = own_policies(profiles)
    steps["policies"] = [secrets, tagged]
    apply(vms["db-1"], secrets)
    steps["associations"] = associations(service, vms["db-1"], secrets)
    steps["compliance"] = compliance(service, vms["db-1"], secrets)
    steps["violated"] = violated(service, vms["plain"], tagged)
    steps["placement"] = placement(service, datastore, secrets, tagged)
    steps["defaultProfiles"] = default_profiles(profiles, datastore)
    steps["deleted"] = deletions(profiles, secrets, VSAN, "none")
    WaitForTask(vms["plain"].Destroy_Task())
    steps["freed"] = deletions(profiles, tagged)
    return steps


def main():
    ready = json.load(sys.stdin)
    context = ssl.create_default_context(cafile=ready["pki"]["ca"])
    si = connect(ready["vcenter"], context)
    try:
        print(json.dumps(play(si, ready, context)))
    finally:
        Disconnect(si)


main()
