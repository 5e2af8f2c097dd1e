"""What else PyKMIP's client can do than live the life of a key (see pykmip_client.py).

Reads the same JSON from standard input; its arguments are protocol versions. Prints one JSON object: version -> chapter -> step -> what
it gave. A chapter in which something failed that should not has the step "error".
"""

import base64
import json
import sys

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from kmip.core import enums, exceptions
from kmip.core.factories.attributes import AttributeFactory
from kmip.core.objects import TemplateAttribute
from kmip.pie import objects

from pykmip_client import MASKS, connect, refusal, state

AES = enums.CryptographicAlgorithm.AES
RSA = enums.CryptographicAlgorithm.RSA
Mask = enums.CryptographicUsageMask


def attribute(kind, value):
    return AttributeFactory().create_attribute(enums.AttributeType[kind], value)


def refused(call, *args, **kwargs):
    """Like refusal; attribute operations raise an exception of the client's lower half."""
    try:
        return refusal(call, *args, **kwargs)
    except exceptions.OperationFailure as error:
        return {"status": error.status.name, "reason": error.reason.name, "message": str(error)}


def symmetric(client, material, masks=MASKS, algorithm=AES, name="tour"):
    """Registers a key and activates it."""
    material = bytes.fromhex(material)
    uid = client.register(objects.SymmetricKey(algorithm, 8 * len(material), material, masks, name=name))
    client.activate(uid)
    return uid


def server(client, minor, steps):
    functions = [enums.QueryFunction.QUERY_OPERATIONS, enums.QueryFunction.QUERY_OBJECTS]
    answer = client.proxy.query(query_functions=[*functions, enums.QueryFunction.QUERY_SERVER_INFORMATION])
    steps["operations"] = [operation.name for operation in answer.operations]
    steps["objects"] = [kind.name for kind in answer.object_types]
    steps["vendor"] = str(answer.vendor_identification)
    known = client.proxy.discover_versions()
    if minor >= 1:
        steps["versions"] = [f"{version.major}.{version.minor}" for version in known.protocol_versions]
    else:
        steps["versions"] = known.result_reason.value.name


def registered(client, minor, steps):
    """One object of each type that the client knows."""
    material = bytes(range(16))
    key = client.get(client.register(objects.SymmetricKey(AES, 128, material, MASKS, name=f"tour 1.{minor} symmetric")))
    steps["symmetric"] = key.value == material

    secret = objects.SecretData(b"correct horse", enums.SecretDataType.PASSWORD, [Mask.EXPORT], name=f"tour 1.{minor} secret")
    got = client.get(client.register(secret))
    steps["secret"] = [got.value.decode(), got.data_type.name]

    # The client knows no Opaque Data Type but its own "none", 0x80000000.
    opaque = objects.OpaqueObject(material, enums.OpaqueDataType.NONE, name=f"tour 1.{minor} opaque")
    got = client.get(client.register(opaque))
    steps["opaque"] = [got.value == material, got.opaque_type.name]

    with open(client.proxy.certfile) as file:
        pem = file.read().split("-----BEGIN CERTIFICATE-----")[1].split("-----END CERTIFICATE-----")[0]
    der = base64.b64decode(pem)
    certificate = objects.X509Certificate(der, [Mask.VERIFY], name=f"tour 1.{minor} certificate")
    steps["certificate"] = client.get(client.register(certificate)).value == der

    with open(client.proxy.keyfile, "rb") as file:
        private = serialization.load_pem_private_key(file.read(), None)
    pkcs8 = private.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    spki = private.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    bits, PKCS_8, X_509 = private.key_size, enums.KeyFormatType.PKCS_8, enums.KeyFormatType.X_509
    half = objects.PrivateKey(RSA, bits, pkcs8, PKCS_8, [Mask.SIGN], name=f"tour 1.{minor} private")
    steps["private"] = client.get(client.register(half)).value == pkcs8
    half = objects.PublicKey(RSA, bits, spki, X_509, [Mask.VERIFY], name=f"tour 1.{minor} public")
    steps["public"] = client.get(client.register(half)).value == spki

    share = client.register(
        objects.SplitKey(
            cryptographic_algorithm=AES,
            cryptographic_length=128,
            key_value=material,
            cryptographic_usage_masks=MASKS,
            name=f"tour 1.{minor} share",
            split_key_parts=3,
            key_part_identifier=1,
            split_key_threshold=2,
            split_key_method=enums.SplitKeyMethod.XOR,
        )
    )
    got = client.get(share)
    steps["share"] = [got.value == material, got.split_key_parts, got.key_part_identifier, got.split_key_threshold]


def attributes(client, minor, steps):
    name = f"tour 1.{minor} attributes"
    # The upper half of the client has no argument for most attributes.
    template = TemplateAttribute(
        attributes=[
            attribute("CRYPTOGRAPHIC_USAGE_MASK", MASKS),
            attribute("NAME", name),
            attribute("APPLICATION_SPECIFIC_INFORMATION", {"application_namespace": "backup", "application_data": "tape 7"}),
            attribute("CONTACT_INFORMATION", "ops@example.com"),
            attribute("OBJECT_GROUP", f"tour 1.{minor} group"),
        ]
    )
    key = client.object_factory.convert(objects.SymmetricKey(AES, 128, bytes(range(16))))
    uid = client.proxy.register(enums.ObjectType.SYMMETRIC_KEY, template, key).uuid
    steps["list"] = client.get_attribute_list(uid)
    _, found = client.get_attributes(uid, ["Application Specific Information", "Contact Information", "Object Group"])
    found = {each.attribute_name.value: each.attribute_value for each in found}
    information = found["Application Specific Information"]
    steps["application"] = [information.application_namespace, information.application_data]
    steps["contact"], steps["group"] = str(found["Contact Information"]), str(found["Object Group"])

    same, changed = client.modify_attribute(uid, attribute=attribute("NAME", name + " changed"))
    steps["modified"] = [same == uid, str(changed.attribute_value)]
    steps["located"] = client.locate(attributes=[attribute("NAME", name + " changed")]) == [uid]
    steps["oldName"] = client.locate(attributes=[attribute("NAME", name)])

    same, deleted = client.delete_attribute(uid, attribute_name="Application Specific Information", attribute_index=0)
    steps["deleted"] = [same == uid, deleted.attribute_value.application_data]
    _, left = client.get_attributes(uid, ["Application Specific Information"])
    steps["left"] = len(left)
    steps["modifyAlgorithm"] = refused(
        client.modify_attribute, uid, attribute=attribute("CRYPTOGRAPHIC_ALGORITHM", enums.CryptographicAlgorithm.RSA)
    )
    steps["deleteState"] = refused(client.delete_attribute, uid, attribute_name="State", attribute_index=0)


def locate(client, minor, steps):
    names = [f"tour 1.{minor} {number}" for number in ("first", "second", "third")]
    # A mask that no other chapter uses tells these keys from all others.
    masks = [Mask.GENERATE_CRYPTOGRAM, Mask.VALIDATE_CRYPTOGRAM]
    keys = {}
    for length, name in zip((128, 192, 256), names):
        keys[client.register(objects.SymmetricKey(AES, length, bytes(length // 8), masks, name=name))] = length

    def found(*wanted, **options):
        mine = attribute("CRYPTOGRAPHIC_USAGE_MASK", masks)
        return sorted(keys[uid] for uid in client.locate(attributes=[mine, *wanted], **options))

    steps["all"] = found()
    steps["byLength"] = found(attribute("CRYPTOGRAPHIC_LENGTH", 192))
    steps["byAlgorithm"] = found(attribute("CRYPTOGRAPHIC_ALGORITHM", enums.CryptographicAlgorithm.TRIPLE_DES))
    steps["byState"] = found(attribute("STATE", enums.State.PRE_ACTIVE))
    steps["byType"] = found(attribute("OBJECT_TYPE", enums.ObjectType.SYMMETRIC_KEY))
    past, future = attribute("INITIAL_DATE", 1_000_000_000), attribute("INITIAL_DATE", 4_000_000_000)
    steps["byDates"] = found(past, future)
    steps["longAgo"] = found(past, attribute("INITIAL_DATE", 1_000_003_600))
    steps["atMost"] = len(found(maximum_items=2))
    steps["onLine"] = found(storage_status_mask=enums.StorageStatusMask.ONLINE_STORAGE.value)
    steps["archived"] = found(storage_status_mask=enums.StorageStatusMask.ARCHIVAL_STORAGE.value)
    if minor >= 3:
        steps["offset"] = len(found(offset_items=1))
    for uid in keys:
        client.destroy(uid)


def checks(client, minor, steps):
    uid = symmetric(client, "000102030405060708090a0b0c0d0e0f", name=f"tour 1.{minor} check")
    # The client trips over a Check without a mask, and over a refusal that says nothing of a mask.
    steps["allowed"] = client.check(uid, cryptographic_usage_mask=[Mask.ENCRYPT]) == uid
    steps["forbidden"] = refused(client.check, uid, cryptographic_usage_mask=[Mask.SIGN])


def wrapping(client, minor, steps):
    # RFC 3394 section 4.1: the key-encryption key and the key data.
    wrap_key = symmetric(
        client, "000102030405060708090a0b0c0d0e0f", [Mask.WRAP_KEY, Mask.UNWRAP_KEY], name=f"tour 1.{minor} wrapping"
    )
    uid = symmetric(client, "00112233445566778899aabbccddeeff", name=f"tour 1.{minor} wrapped")
    specification = {
        "wrapping_method": enums.WrappingMethod.ENCRYPT,
        "encryption_key_information": {
            "unique_identifier": wrap_key,
            "cryptographic_parameters": {"block_cipher_mode": enums.BlockCipherMode.NIST_KEY_WRAP},
        },
    }
    try:
        steps["get"] = client.get(uid, specification).value.hex()
    except exceptions.ReadValueError as error:
        # The client reads a Key Value as a structure only; a wrapped one is a byte string (KMIP 1.1 section 2.1.4).
        steps["get"] = str(error)
    if minor >= 1:
        # For the same reason it sends the wrapped bytes as Key Material, and so it gets them back.
        bare = bytes.fromhex("1fa68b0a8112b447aef34bd8fb5a7b829d3e862371d2cfe5")
        information = {**specification, "encoding_option": enums.EncodingOption.NO_ENCODING}
        key = objects.SymmetricKey(
            AES, 128, bare, MASKS, name=f"tour 1.{minor} brought", key_wrapping_data=information
        )
        got = client.get(client.register(key))
        steps["brought"] = got.value.hex()
        steps["byTheKey"] = got.key_wrapping_data["encryption_key_information"]["unique_identifier"] == wrap_key
    unknown = {**specification, "encryption_key_information": {"unique_identifier": "no-such-object"}}
    steps["unknownKey"] = refused(client.get, uid, unknown)


def successors(client, minor, steps):
    name = f"tour 1.{minor} replaced"
    first = client.create(AES, 256, name=name, cryptographic_usage_mask=MASKS)
    second = client.rekey(first)
    steps["another"] = second != first
    steps["nameMoved"] = client.locate(attributes=[attribute("NAME", name)]) == [second]
    old, new = client.get(first), client.get(second)
    steps["otherMaterial"] = len(new.value) == 32 and new.value != old.value
    steps["unknown"] = refused(client.rekey, "no-such-object")


def derived(client, minor, steps):
    # RFC 6070, the first test: PBKDF2 with HMAC-SHA-1, "password", "salt", one round, 20 bytes.
    password = client.register(
        objects.SecretData(b"password", enums.SecretDataType.PASSWORD, [Mask.DERIVE_KEY], name=f"tour 1.{minor} password")
    )
    client.activate(password)
    parameters = {
        "cryptographic_parameters": {"hashing_algorithm": enums.HashingAlgorithm.SHA_1},
        "salt": b"salt",
        "iteration_count": 1,
    }
    uid = client.derive_key(
        enums.ObjectType.SECRET_DATA,
        [password],
        enums.DerivationMethod.PBKDF2,
        parameters,
        cryptographic_length=160,
        cryptographic_usage_mask=[Mask.DERIVE_KEY],
    )
    steps["pbkdf2"] = client.get(uid).value.hex()

    # RFC 4231, test case 1: HMAC-SHA-256 of "Hi There" under twenty bytes 0x0b.
    key = symmetric(
        client, "0b" * 20, [Mask.DERIVE_KEY], enums.CryptographicAlgorithm.HMAC_SHA256, name=f"tour 1.{minor} base"
    )
    uid = client.derive_key(
        enums.ObjectType.SYMMETRIC_KEY,
        [key],
        enums.DerivationMethod.HMAC,
        {
            "cryptographic_parameters": {"hashing_algorithm": enums.HashingAlgorithm.SHA_256},
            "derivation_data": b"Hi There",
        },
        cryptographic_length=256,
        cryptographic_algorithm=AES,
        cryptographic_usage_mask=MASKS,
    )
    steps["hmac"] = client.get(uid).value.hex()
    steps["notForDerivation"] = refused(
        client.derive_key,
        enums.ObjectType.SYMMETRIC_KEY,
        [uid],
        enums.DerivationMethod.HMAC,
        {
            "cryptographic_parameters": {"hashing_algorithm": enums.HashingAlgorithm.SHA_256},
            "derivation_data": b"Hi There",
        },
        cryptographic_length=256,
        cryptographic_algorithm=AES,
        cryptographic_usage_mask=MASKS,
    )


def pairs(client, minor, steps):
    public, private = client.create_key_pair(
        RSA,
        2048,
        public_name=f"tour 1.{minor} made public",
        public_usage_mask=[Mask.VERIFY],
        private_name=f"tour 1.{minor} made private",
        private_usage_mask=[Mask.SIGN],
    )
    made = client.get(private)
    key = serialization.load_der_private_key(made.value, None)
    half = client.get(public)
    loaded = serialization.load_der_public_key(half.value)
    steps["bits"] = [key.key_size, half.cryptographic_length]
    steps["halvesMatch"] = key.public_key().public_numbers() == loaded.public_numbers()
    steps["located"] = client.locate(attributes=[attribute("NAME", f"tour 1.{minor} made public")]) == [public]
    _, masks = client.get_attributes(private, ["Cryptographic Usage Mask"])
    steps["mask"] = masks[0].attribute_value.value

    message = b"keyrig, an offline lab for VM encryption"
    parameters = {
        "cryptographic_algorithm": RSA,
        "hashing_algorithm": enums.HashingAlgorithm.SHA_256,
        "padding_method": enums.PaddingMethod.PKCS1v15,
    }
    client.activate(private)
    client.activate(public)
    if minor < 2:
        steps["sign"] = refused(client.sign, message, private, parameters)
        return
    signature = client.sign(message, private, parameters)
    # Throws when the signature is not right.
    loaded.verify(signature, message, padding.PKCS1v15(), hashes.SHA256())
    steps["valid"] = client.signature_verify(message, signature, public, parameters).name
    steps["otherMessage"] = client.signature_verify(b"another message", signature, public, parameters).name
    steps["otherHalf"] = refused(client.sign, message, public, parameters)


def ciphers(client, minor, steps):
    # NIST SP 800-38A F.2.1, CBC-AES128.Encrypt, the first block.
    uid = symmetric(client, "2b7e151628aed2a6abf7158809cf4f3c", name=f"tour 1.{minor} cipher")
    plain, iv = bytes.fromhex("6bc1bee22e409f96e93d7e117393172a"), bytes(range(16))
    parameters = {
        "cryptographic_algorithm": AES,
        "block_cipher_mode": enums.BlockCipherMode.CBC,
        "padding_method": enums.PaddingMethod.NONE,
    }
    if minor < 2:
        steps["encrypt"] = refused(client.encrypt, plain, uid, parameters, iv)
        return
    encrypted, chosen = client.encrypt(plain, uid, parameters, iv)
    steps["encrypted"] = encrypted.hex()
    steps["chosen"] = chosen
    steps["decrypted"] = client.decrypt(encrypted, uid, parameters, iv).hex()
    steps["withoutIv"] = refused(client.encrypt, plain, uid, parameters)
    padded = {**parameters, "padding_method": enums.PaddingMethod.PKCS5, "random_iv": True}
    encrypted, chosen = client.encrypt(b"no IV given", uid, padded)
    steps["ivLength"] = len(chosen)
    steps["padded"] = client.decrypt(encrypted, uid, padded, chosen).decode()
    # RFC 4231, test case 1.
    hmac = enums.CryptographicAlgorithm.HMAC_SHA256
    key = symmetric(client, "0b" * 20, [Mask.MAC_GENERATE], hmac, name=f"tour 1.{minor} mac")
    _, code = client.mac(b"Hi There", key, hmac)
    steps["mac"] = code.hex()
    steps["notForMac"] = refused(client.mac, b"Hi There", uid, hmac)


CHAPTERS = [server, registered, attributes, locate, checks, wrapping, successors, derived, pairs, ciphers]


def main():
    access = json.load(sys.stdin)
    found = {}
    for version in sys.argv[1:]:
        found[version] = {}
        for chapter in CHAPTERS:
            steps = found[version][chapter.__name__] = {}
            try:
                with connect(access, version) as client:
                    chapter(client, int(version.split(".")[1]), steps)
            except Exception as error:  # Told in the output, where the test looks.
                steps["error"] = f"{type(error).__name__}: {error}"
    print(json.dumps(found))


main()
