/** The first scenario of somebody new: encryption works, and fails when the KMS is gone. `schema` is where editors find its JSON Schema. */
export function firstScenario({ name, file, schema }: { name: string; file: string; schema: string }): string {
  return `# yaml-language-server: $schema=${schema}
# keyrig run ${file}
scenario: 1
name: ${name}
description: A virtual machine is encrypted with a key of the KMS; once the KMS is gone, another one cannot be.

# What exists before the first step. Everything has a default.
world:
  gateway: open
  vcenter:
    vms: [{ name: web-1 }, { name: web-2 }]
    keyProviders: [{ name: keyrig }]

# What is done: a verb (do), its input (with), what must be true of its result (expect).
steps:
  - name: Encrypt the first one
    do: vcenter.editStoragePolicies
    with: { vm: web-1 }
    expect: { task.state: success }
  - name: It has a key now
    do: vcenter.vm
    with: { vm: web-1 }
    expect: { encrypted: true, keyId: { exists: true } }
    capture: { key: keyId }
  - name: The key is in the KMS
    do: kmip.attributes
    with: { uniqueIdentifier: "\${key}" }
    expect: { attributes.State: Active }
  - name: The KMS goes down
    do: kms.stop
  - name: Encrypt the second one
    do: vcenter.editStoragePolicies
    with: { vm: web-2 }
    expect: { task.state: error, fault.message: { exists: true } }

# What the timeline of all servers must show at the end.
verify:
  - name: vCenter asked the KMS for a key
    journal: { event: kmip.request, data.operation: Create }

# Steps that run whatever came before.
cleanup:
  - do: kms.start
`;
}
