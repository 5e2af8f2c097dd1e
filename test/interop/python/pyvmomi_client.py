"""The guide's vCenter steps with pyVmomi, as a user's script would take them.

Reads the lab's ready line (JSON) from standard input. The argument says which story to play: "encrypt", where
the KMS can be reached, or "refused", where it cannot. Prints what each step gave as one JSON object.
"""

import json
import ssl
import sys
from urllib.parse import urlsplit

from pyVim.connect import Disconnect, SmartConnect
from pyVim.task import WaitForTask
from pyVmomi import SoapStubAdapter, VmomiSupport, pbm, vim, vmodl

PROVIDER = "py-kp"


def connect(vcenter, context):
    url = urlsplit(vcenter["url"])
    return SmartConnect(
        host=url.hostname,
        port=url.port,
        user=vcenter["username"],
        pwd=vcenter["password"],
        sslContext=context,
    )


def virtual_machines(content):
    view = content.viewManager.CreateContainerView(content.rootFolder, [vim.VirtualMachine], True)
    try:
        return {vm.name: vm for vm in view.view}
    finally:
        view.Destroy()


def describe(vm):
    config, runtime = vm.config, vm.runtime
    key = config.keyId
    return {
        "name": config.name,
        "version": config.version,
        "powerState": runtime.powerState,
        "host": runtime.host.name,
        "cryptoState": runtime.cryptoState,
        "migrateEncryption": config.migrateEncryption,
        "keyId": key and key.keyId,
        "provider": key and key.providerId.id,
        "diskKeys": [disk.backing.keyId and disk.backing.keyId.keyId for disk in disks_of(vm)],
    }


def listed(content):
    """Names and power states through the property collector, as inventory scripts read many objects at once."""
    view = content.viewManager.CreateContainerView(content.rootFolder, [vim.VirtualMachine], True)
    collector = vmodl.query.PropertyCollector
    walk = collector.TraversalSpec(name="view", path="view", skip=False, type=vim.view.ContainerView)
    answer = content.propertyCollector.RetrievePropertiesEx(
        [
            collector.FilterSpec(
                objectSet=[collector.ObjectSpec(obj=view, skip=True, selectSet=[walk])],
                propSet=[collector.PropertySpec(type=vim.VirtualMachine, pathSet=["name", "runtime.powerState"])],
            )
        ],
        collector.RetrieveOptions(),
    )
    view.Destroy()
    return [{prop.name: prop.val for prop in found.propSet} for found in answer.objects]


def register(crypto, kmip, **more):
    info = vim.encryption.KmipServerInfo(name="kms-1", address=kmip["host"], port=kmip["port"], **more)
    provider = vim.encryption.KeyProviderId(id=PROVIDER)
    crypto.RegisterKmipServer(server=vim.encryption.KmipServerSpec(clusterId=provider, info=info))
    return provider, info


def status(crypto):
    task = crypto.RetrieveKmipServersStatus_Task(clusters=None)
    WaitForTask(task)
    (cluster,) = task.info.result
    return {
        # Since 7.0; an older client has no such field.
        "overall": getattr(cluster, "overallStatus", None),
        "servers": [
            {
                "name": server.name,
                "status": server.status,
                "text": server.connectionStatus,
                "clientTrustServer": server.clientTrustServer,
                "serverTrustClient": server.serverTrustClient,
            }
            for server in cluster.servers
        ],
    }


def upload_identity(crypto, provider, pki):
    with open(pki["clientCert"]) as certificate, open(pki["clientKey"]) as key:
        crypto.UploadClientCert(cluster=provider, certificate=certificate.read(), privateKey=key.read())


def encryption_policy(si, vcenter, context):
    """The id of "VM Encryption Policy", from the storage policy service."""
    url = urlsplit(vcenter["url"])
    VmomiSupport.GetRequestContext()["vcSessionCookie"] = si._stub.cookie.split('"')[1]
    stub = SoapStubAdapter(
        host=url.hostname, port=url.port, path="/pbm/sdk", version="pbm.version.version1", sslContext=context
    )
    manager = pbm.ServiceInstance("ServiceInstance", stub).RetrieveContent().profileManager
    kind = pbm.profile.ResourceType(resourceType=pbm.profile.ResourceTypeEnum.STORAGE)
    ids = manager.QueryProfile(resourceType=kind)
    (policy,) = [found for found in manager.RetrieveContent(profileIds=ids) if found.name == "VM Encryption Policy"]
    return policy.profileId.uniqueId


def disks_of(vm):
    return [device for device in vm.config.hardware.device if isinstance(device, vim.vm.device.VirtualDisk)]


def with_policy(vm, policy):
    """The guide's "Edit VM Storage Policies" for the VM's files and its disks; vCenter makes the key."""
    profile = [vim.vm.DefinedProfileSpec(profileId=policy)]
    edit = vim.vm.device.VirtualDeviceSpec
    return vim.vm.ConfigSpec(
        vmProfile=profile,
        deviceChange=[edit(operation="edit", device=disk, profile=profile) for disk in disks_of(vm)],
    )


def with_key(vm, policy, key):
    """The same with a key that the script made."""
    spec = with_policy(vm, policy)
    spec.crypto = vim.encryption.CryptoSpecEncrypt(cryptoKeyId=key)
    for change in spec.deviceChange:
        change.backing = vim.vm.device.VirtualDeviceSpec.BackingSpec(crypto=spec.crypto)
    return spec


def caught(task):
    """Waits for a task that must fail; gives the fault as a script sees it."""
    try:
        WaitForTask(task)
    except vmodl.MethodFault as fault:
        return {
            "state": task.info.state,
            "runtimeFault": isinstance(fault, vmodl.RuntimeFault),
            "type": fault._wsdlName,
            "message": fault.msg,
            "reasons": [entry.message for entry in fault.faultMessage or []],
        }
    return {"state": task.info.state}


def encrypt(si, ready, context):
    content = si.RetrieveContent()
    crypto = content.cryptoManager
    vms = virtual_machines(content)
    steps = {"about": content.about.fullName, "listed": listed(content), "vm": describe(vms["web-1"])}

    provider, info = register(crypto, ready["kmip"])
    steps["statusRegistered"] = status(crypto)
    shown = crypto.RetrieveKmipServerCert(keyProvider=provider, server=info)
    steps["shown"] = {"fingerprint": shown.certInfo.fingerprint, "clientTrustServer": shown.clientTrustServer}
    crypto.UploadKmipServerCert(cluster=provider, certificate=shown.certificate)
    upload_identity(crypto, provider, ready["pki"])
    steps["status"] = status(crypto)
    crypto.MarkDefault(clusterId=provider)
    steps["clusters"] = [
        {"id": cluster.clusterId.id, "default": cluster.useAsDefault} for cluster in crypto.ListKmipServers()
    ]

    made = crypto.GenerateKey(keyProvider=provider)
    steps["generated"] = {
        "success": made.success,
        "keyId": made.keyId.keyId,
        "provider": made.keyId.providerId.id,
        "reason": made.reason,
    }
    policy = encryption_policy(si, ready["vcenter"], context)
    steps["policy"] = policy
    WaitForTask(vms["db-1"].ReconfigVM_Task(with_key(vms["db-1"], policy, made.keyId)))
    steps["withKey"] = describe(vms["db-1"])
    WaitForTask(vms["web-2"].ReconfigVM_Task(with_policy(vms["web-2"], policy)))
    steps["withPolicy"] = describe(vms["web-2"])
    WaitForTask(vms["web-2"].PowerOnVM_Task())
    steps["poweredOn"] = describe(vms["web-2"])

    bare = with_key(vms["plain"], policy, made.keyId)
    for change in bare.deviceChange:
        change.profile = []
    steps["diskWithoutPolicy"] = caught(vms["plain"].ReconfigVM_Task(bare))
    stranger = vim.encryption.CryptoKeyId(keyId="no-such-key", providerId=made.keyId.providerId)
    steps["unknownKey"] = caught(vms["plain"].ReconfigVM_Task(with_key(vms["plain"], policy, stranger)))
    steps["plain"] = describe(vms["plain"])
    return steps


def refused(si, ready, context):
    content = si.RetrieveContent()
    crypto = content.cryptoManager
    vm = virtual_machines(content)["db-1"]
    provider, info = register(crypto, ready["kmip"], timeout=1)
    shown = crypto.RetrieveKmipServerCert(keyProvider=provider, server=info)
    # vCenter cannot fetch the certificate; the administrator has it from the KMS.
    certificate = ssl.get_server_certificate((ready["kmip"]["host"], ready["kmip"]["port"]))
    crypto.UploadKmipServerCert(cluster=provider, certificate=certificate)
    upload_identity(crypto, provider, ready["pki"])
    crypto.MarkDefault(clusterId=provider)
    made = crypto.GenerateKey(keyProvider=provider)
    policy = encryption_policy(si, ready["vcenter"], context)
    events = content.eventManager
    task = vm.ReconfigVM_Task(with_policy(vm, policy))
    return {
        "shown": shown.certificate,
        "status": status(crypto),
        "generated": {"success": made.success, "reason": made.reason},
        "task": caught(task),
        "vm": describe(vm),
        "events": [
            event.eventTypeId
            for event in events.QueryEvents(vim.event.EventFilterSpec())
            if isinstance(event, vim.event.EventEx)
        ],
    }


def main():
    ready = json.load(sys.stdin)
    context = ssl.create_default_context(cafile=ready["pki"]["ca"])
    si = connect(ready["vcenter"], context)
    try:
        story = {"encrypt": encrypt, "refused": refused}[sys.argv[1]]
        print(json.dumps(story(si, ready, context)))
    finally:
        Disconnect(si)


main()
