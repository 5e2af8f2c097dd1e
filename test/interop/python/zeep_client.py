"""A SOAP client without any vSphere library: it knows only the WSDL that the server publishes, and holds it to it.

Reads {url, username, password, ca} from standard input and prints what it saw as JSON.
"""

import json
import sys

import requests
from zeep import Client, Settings
from zeep.exceptions import Fault
from zeep.transports import Transport

access = json.load(sys.stdin)
session = requests.Session()
session.trust_env = False
session.verify = access["ca"]
# strict: an element that the schema does not have, or that stands in another place, is an error.
client = Client(
    access["url"] + "/vimService.wsdl",
    transport=Transport(session=session),
    settings=Settings(strict=True, xml_huge_tree=True),
)
vim = client.service


def type_of(name):
    return client.get_type("{urn:vim25}" + name)


reference = type_of("ManagedObjectReference")("ServiceInstance")
reference.type = "ServiceInstance"
content = vim.RetrieveServiceContent(reference)
seen = {"fullName": content.about.fullName}
try:
    vim.Login(content.sessionManager, "nobody", "wrong", None)
except Fault as fault:
    seen["refused"] = [fault.message, fault.detail[0].tag]
vim.Login(content.sessionManager, access["username"], access["password"], None)

view = vim.CreateContainerView(content.viewManager, content.rootFolder, ["ManagedEntity"], True)
walk = type_of("TraversalSpec")(name="view", type="ContainerView", path="view", skip=False)
everything = [
    type_of("PropertySpec")(type=name, all=True)
    for name in ("VirtualMachine", "HostSystem", "ClusterComputeResource", "Datastore", "Folder", "ResourcePool")
]
spec = type_of("PropertyFilterSpec")(
    propSet=everything,
    objectSet=[type_of("ObjectSpec")(obj=view, skip=True, selectSet=[walk])],
)
objects = vim.RetrieveProperties(content.propertyCollector, [spec])
seen["objects"] = sorted({entry.obj.type for entry in objects})
for entry in objects:
    properties = {one.name: one.val for one in entry.propSet}
    if entry.obj.type == "VirtualMachine" and properties["name"] == access["vm"]:
        devices = properties["config"].hardware.device
        seen["disks"] = [device.capacityInKB for device in devices if type(device).__name__ == "VirtualDisk"]
        task = vim.ReconfigVM_Task(entry.obj, type_of("VirtualMachineConfigSpec")(annotation="by WSDL"))
        seen["task"] = task.type
vim.Logout(content.sessionManager)
json.dump(seen, sys.stdout)
