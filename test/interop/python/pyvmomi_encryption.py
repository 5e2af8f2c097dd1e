"""The life of an encrypted virtual machine with pyVmomi: encrypted, recrypted both ways, decrypted, and what is refused.

Reads the lab's ready line (JSON) from standard input; the lab has the key provider "keyrig". Prints what each step gave as one
JSON object.
"""

import json
import ssl
import sys
from urllib.parse import urlsplit

from pyVim.connect import Disconnect, SmartConnect
from pyVim.task import WaitForTask
from pyVmomi import vim, vmodl

# "VM Encryption Policy" and "Datastore Default", the ids of every vCenter.
POLICY = "4d5f673c-536f-11e6-beb8-9e71128cae77"

Device = vim.vm.device
Encryption = vim.encryption


def disks_of(vm):
    return [device for device in vm.config.hardware.device if isinstance(device, Device.VirtualDisk)]


def key_of(described):
    return described and described.keyId


def describe(vm):
    config = vm.config
    return {
        "key": key_of(config.keyId),
        "disks": [key_of(disk.backing.keyId) for disk in disks_of(vm)],
        "migrateEncryption": config.migrateEncryption,
        "cryptoState": vm.runtime.cryptoState,
        "powerState": vm.runtime.powerState,
    }


def spec_of(vm, crypto, profile):
    """The same operation on the files of a machine and on all of its disks."""
    edits = [
        Device.VirtualDeviceSpec(
            operation="edit",
            device=disk,
            profile=profile,
            backing=Device.VirtualDeviceSpec.BackingSpec(crypto=crypto),
        )
        for disk in disks_of(vm)
    ]
    return vim.vm.ConfigSpec(crypto=crypto, vmProfile=profile, deviceChange=edits)


def attempt(action):
    """What a call or its task ended with."""
    try:
        result = action()
        if isinstance(result, vim.Task):
            WaitForTask(result)
        return "ok"
    except vmodl.MethodFault as fault:
        return {
            "fault": fault._wsdlName,
            "message": fault.msg,
            "keys": [entry.key for entry in fault.faultMessage or []],
        }


def events_of(content, vm):
    entity = vim.event.EventFilterSpec.ByEntity(entity=vm, recursion="self")
    return [
        getattr(event, "eventTypeId", None) or event._wsdlName
        for event in content.eventManager.QueryEvents(vim.event.EventFilterSpec(entity=entity))
    ]


def life(content):
    crypto = content.cryptoManager
    provider = Encryption.KeyProviderId(id="keyrig")
    encrypted = [vim.vm.DefinedProfileSpec(profileId=POLICY)]
    plain = [vim.vm.EmptyProfileSpec()]
    find = lambda name: content.searchIndex.FindByInventoryPath("Datacenter/vm/" + name)
    vm, other = find("db-1"), find("plain")
    keys = [crypto.GenerateKey(keyProvider=provider).keyId for _ in range(4)]
    steps = {"keys": [key.keyId for key in keys]}

    def reconfigure(spec):
        return attempt(lambda: vm.ReconfigVM_Task(spec))

    def encrypt(key):
        return spec_of(vm, Encryption.CryptoSpecEncrypt(cryptoKeyId=key), encrypted)

    def shallow(key):
        return spec_of(vm, Encryption.CryptoSpecShallowRecrypt(newKeyId=key), encrypted)

    def deep(key):
        return spec_of(vm, Encryption.CryptoSpecDeepRecrypt(newKeyId=key), encrypted)

    def decrypt():
        return spec_of(vm, Encryption.CryptoSpecDecrypt(), plain)

    steps["recryptPlain"] = reconfigure(shallow(keys[0]))
    steps["decryptPlain"] = reconfigure(decrypt())
    WaitForTask(vm.PowerOnVM_Task())
    steps["encryptRunning"] = reconfigure(encrypt(keys[0]))
    WaitForTask(vm.PowerOffVM_Task())
    steps["untouched"] = describe(vm)

    steps["encrypt"] = reconfigure(encrypt(keys[0]))
    steps["encrypted"] = describe(vm)
    steps["encryptTwice"] = reconfigure(encrypt(keys[1]))

    WaitForTask(vm.PowerOnVM_Task())
    steps["shallowRunning"] = reconfigure(shallow(keys[1]))
    steps["recrypted"] = describe(vm)
    steps["deepRunning"] = reconfigure(deep(keys[2]))
    steps["decryptRunning"] = reconfigure(decrypt())
    steps["vmotionUnencrypted"] = reconfigure(vim.vm.ConfigSpec(migrateEncryption="disabled"))
    WaitForTask(vm.PowerOffVM_Task())
    steps["deep"] = reconfigure(deep(keys[2]))
    steps["deeplyRecrypted"] = describe(vm)

    status = crypto.QueryCryptoKeyStatus(keyIds=[keys[2], keys[3]], checkKeyBitMap=15)
    steps["status"] = [
        {
            "key": key_of(one.keyId),
            "available": one.keyAvailable,
            "reason": one.reason,
            "vms": [machine.name for machine in one.encryptedVMs or []],
        }
        for one in status
    ]

    steps["decrypt"] = reconfigure(decrypt())
    steps["decrypted"] = describe(vm)

    # A disk of a plain machine cannot be encrypted alone.
    (disk,) = disks_of(other)
    edit = Device.VirtualDeviceSpec(
        operation="edit",
        device=disk,
        profile=encrypted,
        backing=Device.VirtualDeviceSpec.BackingSpec(crypto=Encryption.CryptoSpecEncrypt(cryptoKeyId=keys[3])),
    )
    steps["diskOfPlain"] = attempt(lambda: other.ReconfigVM_Task(vim.vm.ConfigSpec(deviceChange=[edit])))
    steps["plain"] = describe(other)

    steps["hosts"] = {
        host.name: host.runtime.cryptoState
        for host in content.viewManager.CreateContainerView(content.rootFolder, [vim.HostSystem], True).view
    }
    steps["events"] = events_of(content, vm)
    return steps


def main():
    ready = json.load(sys.stdin)
    url = urlsplit(ready["vcenter"]["url"])
    si = SmartConnect(
        host=url.hostname,
        port=url.port,
        user=ready["vcenter"]["username"],
        pwd=ready["vcenter"]["password"],
        sslContext=ssl.create_default_context(cafile=ready["pki"]["ca"]),
    )
    try:
        print(json.dumps(life(si.RetrieveContent())))
    finally:
        Disconnect(si)


main()
