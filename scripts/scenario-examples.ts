/** What docs/scenarios.md shows besides the keys; every example is a whole file that is checked when the page is made. */

/** One example for each assertion. */
export const assertionExamples: Record<string, string> = {
  equals: 'task: { equals: { state: success } }',
  contains: 'fault.message: { contains: generate key }',
  matches: 'keyId: { matches: "^[0-9a-f-]{36}$" }',
  exists: 'fault: { exists: false }',
  oneOf: 'status: { oneOf: [green, yellow] }',
  gt: 'count: { gt: 0 }',
  gte: 'count: { gte: 1 }',
  lt: 'status: { lt: 400 }',
  lte: 'fired: { lte: 3 }',
  between: 'progress: { between: [1, 99] }',
  length: 'disks: { length: 2 }',
  not: 'state: { not: error }',
  all: 'name: { all: [{ contains: web }, { not: web-1 }] }',
  any: 'host: { any: [esxi-1.lab, esxi-2.lab] }',
};

/** What each assertion asks. */
export const operatorsAbout: Record<string, string> = {
  equals: 'is the same, with no member more',
  contains: 'is text with this text in it, or a list with a member that fits',
  matches: 'is text that fits the regular expression',
  exists: 'is there and not null, or with false: is not',
  oneOf: 'fits one of the list',
  gt: 'is a greater number',
  gte: 'is a number at least as great',
  lt: 'is a smaller number',
  lte: 'is a number at most as great',
  between: 'is a number between the two, or one of them',
  length: 'is text or a list of this length, which may be an assertion itself',
  not: 'does not fit',
  all: 'fits all of the list',
  any: 'fits any of the list',
};

/** The parts of the language that a table of keys cannot show. */
export const examples: { title: string; about: string[]; yaml: string }[] = [
  {
    title: 'Variables',
    about: [
      `\`\${name}\` stands for a value of \`vars\` in the whole file, the world and the faults too, \`\${name.member}\` for a part of it. Where a`,
      `text is nothing but one reference, the value keeps its type. \`$\${name}\` is the text \`\${name}\`. \`--var name=value\` (also`,
      'of `up` and `exec`; one by `KEYRIG_VAR`) takes the place of a value: text stays text where the file has text, otherwise it is read as YAML.',
      'In steps there are also what earlier steps captured, and what the lab is: `kms` (the first: name, address, port, sha1, sha256), `allKms`,',
      '`serviceName`, `seed`, `urls` (vcenter, ovh, ovhHttp) and `access` (hosts, ports and credentials).',
    ],
    yaml: `scenario: 1
name: variables
vars:
  port: 0
  vm: web-1
world:
  gateway: open
  kms: [{ name: kms-1, port: "\${port}" }]
  vcenter:
    vms: [{ name: "\${vm}" }]
steps:
  - do: vcenter.vm
    with: { vm: "\${vm}" }
    expect: { encrypted: false }
    capture: { moid: moid }
  - do: vcenter.call
    with: { method: PowerOnVM_Task, object: { type: VirtualMachine, id: "\${moid}" } }
`,
  },
  {
    title: 'Matrix',
    about: [
      'The file is run once for each combination of the values (at most 100), each in a lab of its own; reports call it `name [version=7.0]`.',
      'The seed of a cell is that of the file with the cell behind it. `--cell version=7.0` (repeatable) runs these cells only, and is how',
      '`up` and `exec` choose one.',
    ],
    yaml: `scenario: 1
name: matrix
matrix:
  version: ["7.0", "8.0"]
  kms: [one, two]
  exclude: [{ version: "8.0", kms: two }]
world:
  vcenter: { version: "\${version}" }
  kms: [{ name: "\${kms}" }]
`,
  },
  {
    title: 'Files that build on others',
    about: [
      '`use` names files, relative to this one, with `scenario: 1` and a world, faults or vars. Later ones are put over earlier ones, this file over',
      'all: maps are merged, lists whose members have a `name` (or an `id`) by these, everything else is replaced. Files can use others in',
      'turn. Without the ending `.scenario.yaml` they are not run themselves: `use: ../worlds/two-kms.yaml`.',
    ],
    yaml: 'scenario: 1\nname: two-kms\nworld:\n  kms: [{ name: kms-1 }, { name: kms-2 }]\n',
  },
  {
    title: 'Waiting',
    about: [
      'A step or check with `within` or `retry` is tried again until its expectation holds; the report tells how often. Durations are written',
      "`500ms`, `30s`, `5m`, `2h` or `1d`, here and in the members of verbs and faults that say so. Time is that of the lab's clock, which is real with",
      '`clock: real` only.',
    ],
    yaml: `scenario: 1
name: waiting
steps:
  - do: ovh.call
    with: { method: GET, path: /dedicatedCloud }
    within: 5m
    retry: { every: 10s, times: 20 }
`,
  },
  {
    title: 'Strict, and cleanup',
    about: [
      'With `strict` (or `--strict`) a fault that never fired, and a call that keyrig does not serve (an unknown KMIP operation, SOAP method or',
      'route), fail the run in a line of their own; without it they are notes. The steps of `cleanup` run after everything else, also when a step',
      'failed or the time was up (they have 3 s then); what fails there fails the run, and the first problem stays the first. After a failure a',
      'step whose references were never captured is skipped.',
    ],
    yaml: `scenario: 1
name: strict
strict: true
faults:
  - { id: busy, at: ovh.request, match: { path: { contains: dedicatedCloud } }, then: { ovh: { status: 503 } } }
steps:
  - do: ovh.call
    with: { method: GET, path: /dedicatedCloud }
    expect: { fault.status: 503 }
cleanup:
  - do: kms.stop
`,
  },
];
