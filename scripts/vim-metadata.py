"""Prints pyVmomi's type metadata of vim25 and PBM as JSON, in the notation of vcenter-mock/vim/kernel/declare.ts.

    python scripts/vim-metadata.py > metadata.json

Needs pyVmomi. Only interface facts are read: names, order, types, optionality, API versions, privileges, faults.
"""

import json
import os
import sys

import pyVmomi

OPTIONAL = 4
LINKS = 1 | 2

PRIMITIVES = {
    "vmodl.DateTime": "dateTime",
    "vmodl.Binary": "base64Binary",
    "vmodl.PropertyPath": "string",
    "vmodl.TypeName": "string",
    "vmodl.MethodName": "string",
    "vmodl.MethodFault": "LocalizedMethodFault",
    "vmodl.ManagedObject": "ref ManagedObject",
    "vmodl.RuntimeFault": "RuntimeFault",
}

data, managed, enums, versions = {}, {}, {}, {}


class Ignore:
    def Add(self, *_args):
        pass


def collect(module):
    """Runs the declarations of one metadata module with functions that only remember them."""
    path = os.path.join(os.path.dirname(pyVmomi.__file__), f"_typeinfo_{module}.py")
    with open(path, encoding="utf-8") as file:
        lines = [line for line in file if not line.startswith("from ")]

    def data_type(name, wire, base, version, fields, *_rest):
        data[name] = (wire, base, version, fields or [])

    def managed_type(name, wire, base, version, properties, methods, *_rest):
        managed[name] = (wire, base, version, properties or [], methods or [])

    def enum_type(name, wire, version, values, *_rest):
        enums[name] = (wire, version, values)

    def add_version(name, _namespace, number, *_rest):
        versions[name] = number

    scope = {
        "CreateDataType": data_type,
        "CreateManagedType": managed_type,
        "CreateEnumType": enum_type,
        "AddVersion": add_version,
        "AddVersionParent": lambda *_args: None,
        "AddBreakingChangesInfo": lambda *_args: None,
        "F_LINK": 1,
        "F_LINKABLE": 2,
        "F_OPTIONAL": OPTIONAL,
        "F_SECRET": 8,
    }
    for registry in ("newest", "lts", "oldest", "stable", "public", "dotted"):
        scope[f"{registry}Versions"] = Ignore()
    exec("".join(lines), scope)  # noqa: S102


for module in ("core", "query", "vim", "pbm"):
    collect(module)


def wire(name):
    """The wire name of a type; a reference for managed objects."""
    if name in PRIMITIVES:
        return PRIMITIVES[name]
    if name in data:
        return data[name][0]
    if name in enums:
        return enums[name][0]
    if name in managed:
        return f"ref {managed[name][0]}"
    return name


def number(version):
    """The API version behind a version name; nothing for what was there from the start."""
    value = versions.get(version, "")
    if value and not value[0].isdigit():
        # A version under development has a token instead of a number: its name has the number.
        value = version.rsplit(".v", 1)[-1].replace("_", ".")
    return value or None


def use(name, flags=0, version=None, since=None):
    """A type in our notation: `T[]`, `T?`, `T@version` when it is newer than what it belongs to."""
    array = name.endswith("[]")
    plain = name[:-2] if array else name
    # A link is written as the key of the linked object.
    text = "string" if flags & 1 else wire(plain)
    text += "[]" if array else ""
    text += "?" if flags & OPTIONAL else ""
    own = number(version) if version else None
    if own and own != since:
        text += f"@{own}"
    return text


def fault_name(name):
    return data[name][0] if name in data else name.rsplit(".", 1)[-1]


def base_of(name):
    short = name.rsplit(".", 1)[-1]
    if name in data:
        return data[name][0]
    if name in managed:
        return managed[name][0]
    return short


result = {"data": {}, "enums": {}, "managed": {}, "privileges": {"parameters": {}, "properties": {}}}
for name, (wire_name, base, version, fields) in data.items():
    since = number(version)
    result["data"][wire_name] = {
        "name": name,
        "base": base_of(base),
        "since": since,
        "fields": {field[0]: use(field[1], field[3], field[2], since) for field in fields},
    }
for name, (wire_name, version, values) in enums.items():
    result["enums"][wire_name] = {"name": name, "since": number(version), "values": values}
for name, (wire_name, base, version, properties, methods) in managed.items():
    since = number(version)
    result["managed"][wire_name] = {
        "name": name,
        "base": base_of(base),
        "since": since,
        "properties": {entry[0]: use(entry[1], entry[3], entry[2], since) for entry in properties},
        "methods": {
            method[1]: {
                "params": {p[0]: use(p[1], p[3], p[2], number(method[2])) for p in method[3]},
                "result": use(method[4][1], method[4][0]),
                "since": number(method[2]),
                "privilege": method[5] or "",
                "faults": [fault_name(fault) for fault in (method[6] or [])],
            }
            for method in methods
        },
    }
for name, (wire_name, _base, _version, properties, methods) in managed.items():
    for entry in properties:
        if entry[4]:
            result["privileges"]["properties"][f"{wire_name}.{entry[0]}"] = entry[4]
    for method in methods:
        needed = {p[0]: p[4] for p in method[3] if p[4]}
        if needed:
            result["privileges"]["parameters"][f"{wire_name}.{method[1]}"] = needed
json.dump(result, sys.stdout, indent=1)
