"""Reads every property of every object that can be reached from the service instance, as this client's release knows them.

pyVmomi raises on any field, type or enum value that its own release does not know, so an answer that holds something newer than
the version that the client negotiated shows here. Reads the lab's ready line (JSON) from standard input and prints one JSON object.
"""

import json
import ssl
import sys
from urllib.parse import urlsplit

from pyVim.connect import Disconnect, SmartConnect
from pyVmomi import VmomiSupport, vmodl

# Real answers, not failures to read one.
REFUSALS = (vmodl.fault.NotImplemented, vmodl.fault.NotSupported)


def references(value, found):
    """Adds the managed objects that a value refers to."""
    if isinstance(value, VmomiSupport.ManagedObject):
        found.append(value)
    elif isinstance(value, VmomiSupport.DataObject):
        for field in value._GetPropertyList():
            references(getattr(value, field.name), found)
    elif isinstance(value, list):
        for item in value:
            references(item, found)


def asked(prop, negotiated):
    """Newer properties the client itself refuses to read; those that only API 2.0 had are in its tables but not in vim25."""
    return prop.version != "vim.version.legacy" and VmomiSupport.IsChildVersion(negotiated, prop.version)


def crawl(start):
    seen, waiting = {}, [start]
    result = {"objects": 0, "properties": 0, "refused": [], "types": [], "failures": []}
    while waiting:
        managed = waiting.pop()
        key = (managed._wsdlName, managed._moId)
        if key in seen:
            continue
        seen[key] = True
        for prop in managed._GetPropertyList():
            if not asked(prop, managed._stub.version):
                continue
            result["properties"] += 1
            try:
                references(getattr(managed, prop.name), waiting)
            except REFUSALS:
                result["refused"].append("%s.%s" % (key[0], prop.name))
            except Exception as error:  # whatever the client raises is what the test must show
                reason = type(error).__name__ if isinstance(error, vmodl.MethodFault) else repr(error)
                result["failures"].append("%s.%s: %s" % (":".join(key), prop.name, reason))
    result["objects"] = len(seen)
    result["types"] = sorted({name for name, _ in seen})
    return result


def main():
    ready = json.load(sys.stdin)
    url = urlsplit(ready["vcenter"]["url"])
    context = ssl.create_default_context(cafile=ready["pki"]["ca"])
    si = SmartConnect(
        host=url.hostname,
        port=url.port,
        user=ready["vcenter"]["username"],
        pwd=ready["vcenter"]["password"],
        sslContext=context,
    )
    try:
        print(json.dumps({"negotiated": si._stub.versionId, **crawl(si)}))
    finally:
        Disconnect(si)


main()
