"""The life of a key with PyKMIP's client, as a user's script would write it.

Reads {"host", "port", "cert", "key", "ca", "username", "password"} as JSON from standard input, prints one JSON object.
"live 1.1 1.2" plays the life of a key in these protocol versions and prints what each step gave; "inspect 1 2" prints
what the server holds under these identifiers.
"""

import json
import sys

from kmip.core import enums
from kmip.core.factories.attributes import AttributeFactory
from kmip.pie import exceptions
from kmip.pie.client import ProxyKmipClient
from kmip.pie.objects import SymmetricKey

MASKS = [enums.CryptographicUsageMask.ENCRYPT, enums.CryptographicUsageMask.DECRYPT]


def refusal(call, *args, **kwargs):
    """Status, reason and message of a call that the server must refuse."""
    try:
        answer = call(*args, **kwargs)
    except exceptions.KmipOperationFailure as error:
        return {"status": error.status.name, "reason": error.reason.name, "message": error.message}
    return {"answered": str(answer)}


def state(client, uid):
    _, (attribute,) = client.get_attributes(uid, ["State"])
    return attribute.attribute_value.value.name


def live(client, version):
    name = "interop " + version
    steps = {}
    uid = client.create(enums.CryptographicAlgorithm.AES, 256, name=name, cryptographic_usage_mask=MASKS)
    steps["stateCreated"] = state(client, uid)

    key = client.get(uid)
    steps["key"] = {
        "class": type(key).__name__,
        "algorithm": key.cryptographic_algorithm.name,
        "length": key.cryptographic_length,
        "bytes": len(key.value),
    }

    by_name = AttributeFactory().create_attribute(enums.AttributeType.NAME, name)
    steps["located"] = client.locate(attributes=[by_name]) == [uid]

    asked = ["Cryptographic Algorithm", "Cryptographic Length", "Cryptographic Usage Mask", "Object Type", "Name"]
    same, attributes = client.get_attributes(uid, asked)
    steps["attributes"] = {
        attribute.attribute_name.value: str(attribute.attribute_value) for attribute in attributes
    }
    steps["sameIdentifier"] = same == uid
    steps["attributeList"] = client.get_attribute_list(uid)

    client.activate(uid)
    steps["stateActivated"] = state(client, uid)
    steps["destroyActive"] = refusal(client.destroy, uid)
    client.revoke(enums.RevocationReasonCode.CESSATION_OF_OPERATION, uid)
    steps["stateRevoked"] = state(client, uid)
    client.destroy(uid)
    steps["getDestroyed"] = refusal(client.get, uid)
    steps["getUnknown"] = refusal(client.get, "no-such-object")

    material = bytes(range(16))
    brought = client.register(SymmetricKey(enums.CryptographicAlgorithm.AES, 128, material, MASKS))
    steps["registeredComesBack"] = client.get(brought).value == material
    client.destroy(brought)
    return steps


def inspect(client, uid):
    key = client.get(uid)
    _, (mask,) = client.get_attributes(uid, ["Cryptographic Usage Mask"])
    return {
        "state": state(client, uid),
        "algorithm": key.cryptographic_algorithm.name,
        "length": key.cryptographic_length,
        "mask": mask.attribute_value.value,
    }


def connect(access, version):
    return ProxyKmipClient(
        hostname=access["host"],
        port=access["port"],
        cert=access["cert"],
        key=access["key"],
        ca=access["ca"],
        username=access.get("username"),
        password=access.get("password"),
        kmip_version=enums.KMIPVersion["KMIP_" + version.replace(".", "_")],
    )


def main():
    access = json.load(sys.stdin)
    mode, *names = sys.argv[1:]
    found = {}
    for name in names:
        with connect(access, name if mode == "live" else "1.1") as client:
            found[name] = live(client, name) if mode == "live" else inspect(client, name)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
