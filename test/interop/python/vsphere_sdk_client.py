"""VMware's own SDK for Python against keyrig's vCenter: JSON-RPC, every result converted to the SDK's own types.

Reads the lab's ready line (JSON) from standard input. Prints what each step gave as one JSON object.
"""

import json
import os
import sys
from urllib.parse import urlsplit

import requests
from com.vmware.appliance.system_client import Version
from com.vmware.cis.tagging_client import Category, Tag, TagAssociation
from com.vmware.cis_client import Session
from com.vmware.vapi.std_client import DynamicID
from com.vmware.vapi.std.errors_client import Error
from com.vmware.vcenter import vm_client
from com.vmware.vcenter.crypto_manager.hosts.kms_client import Providers as HostProviders
from com.vmware.vcenter.crypto_manager.kms_client import Providers
from com.vmware.vcenter.storage import policies_client
from com.vmware.vcenter.storage_client import Policies
from com.vmware.vcenter.vm import hardware_client, storage_client
from com.vmware.vcenter.vm.hardware import adapter_client, boot_client
from com.vmware.vcenter.vm.storage import policy_client
from com.vmware.vcenter_client import VM, Cluster, Datacenter, Datastore, Folder, Host, Network, ResourcePool
from vmware.vapi.vsphere.client import create_vsphere_client


def shown(value):
    """A result as JSON: the members of the SDK's structures by name."""
    if isinstance(value, (list, set, tuple)):
        return [shown(one) for one in value]
    if isinstance(value, dict):
        return {str(key): shown(one) for key, one in value.items()}
    if value is None or isinstance(value, (bool, int)):
        return value
    if hasattr(value, "to_dict") and hasattr(value, "get_struct_value"):
        return {key: shown(one) for key, one in vars(value).items() if not key.startswith("_")}
    return str(value)


def caught(call, *args):
    """The error that a call ends with, as a script sees it."""
    try:
        call(*args)
    except Error as error:
        return {"type": type(error).__name__, "message": error.messages[0].default_message}
    return None


def main():
    vcenter = json.load(sys.stdin)["vcenter"]
    url = urlsplit(vcenter["url"])
    server = f"{url.hostname}:{url.port}"
    http = requests.Session()
    steps = {}

    steps["wrongPassword"] = caught(
        lambda: create_vsphere_client(server, vcenter["username"], "wrong", session=requests.Session())
    )
    client = create_vsphere_client(server, vcenter["username"], vcenter["password"], session=http)
    config = client.session_svc._api_interface._config
    steps["user"] = Session(config).get().user
    steps["version"] = Version(config).get().product

    machines = VM(config)
    steps["listed"] = sorted(one.name for one in machines.list())
    [web] = machines.list(VM.FilterSpec(names={"web-1"}, power_states={"POWERED_ON"}))
    steps["web"] = shown(machines.get(web.vm))
    steps["unknown"] = caught(machines.get, "vm-4711")
    steps["power"] = shown(vm_client.Power(config).get(web.vm))
    parts = {"hardware": vm_client.Hardware(config).get(web.vm)}
    for name in ("Boot", "Cpu", "Memory"):
        parts[name] = getattr(hardware_client, name)(config).get(web.vm)
    parts["bootDevices"] = boot_client.Device(config).get(web.vm)
    for module, names in (
        (hardware_client, ("Disk", "Ethernet", "Cdrom", "Floppy", "Parallel", "Serial")),
        (adapter_client, ("Scsi", "Sata", "Nvme")),
    ):
        for name in names:
            service = getattr(module, name)(config)
            keys = [next(one for key, one in vars(item).items() if key[0] != "_") for item in service.list(web.vm)]
            parts[name] = {key: service.get(web.vm, key) for key in keys}
    steps["parts"] = shown(parts)

    for name, service, key in (
        ("hosts", Host, None),
        ("clusters", Cluster, "cluster"),
        ("datacenters", Datacenter, "datacenter"),
        ("datastores", Datastore, "datastore"),
        ("folders", Folder, None),
        ("networks", Network, None),
        ("pools", ResourcePool, "resource_pool"),
    ):
        found = service(config).list()
        steps[name] = [one.name for one in found]
        if key:
            steps[name + "Read"] = [service(config).get(getattr(one, key)).name for one in found]

    steps["policies"] = [one.name for one in Policies(config).list()]
    steps["policyOfVm"] = shown(storage_client.Policy(config).get(web.vm))
    steps["compliance"] = shown(policy_client.Compliance(config).get(web.vm))
    steps["machinesWithPolicy"] = [shown(policies_client.VM(config).list(one.policy)) for one in Policies(config).list()]
    attached = TagAssociation(config).list_attached_tags(DynamicID(type="VirtualMachine", id=web.vm))
    steps["tags"] = [Tag(config).list(), Category(config).list(), attached]

    providers = Providers(config)
    spec = Providers.CreateSpec(provider="sdk", constraints=Providers.ConstraintsSpec(tpm_required=False))
    providers.create(spec)
    steps["twice"] = caught(providers.create, spec)
    steps["before"] = shown(providers.get("sdk"))
    location = providers.export(Providers.ExportSpec(provider="sdk", password="secret")).location
    backup = http.get(location.url, headers={"Authorization": f"Bearer {location.download_token.token}"}).content
    steps["after"] = shown(providers.list(Providers.FilterSpec(providers={"sdk"})))
    [host] = [one for one in Host(config).list() if one.name == "esxi-1.lab"]
    steps["onHost"] = shown(HostProviders(config).get(host.host, "sdk"))
    providers.delete("sdk")
    steps["wrongBackupPassword"] = caught(
        providers.import_provider, Providers.ImportSpec(config=backup, password="wrong")
    )
    steps["restored"] = shown(providers.import_provider(Providers.ImportSpec(config=backup, password="secret")))
    providers.delete("sdk")
    steps["gone"] = caught(providers.get, "sdk")

    Session(config).delete()
    steps["loggedOut"] = caught(machines.list)
    json.dump(steps, sys.stdout)


main()
sys.stdout.flush()
# The client logs out once more when it goes, which only delays the end.
os._exit(0)
