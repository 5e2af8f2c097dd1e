import { expect, it } from 'vitest';
import { parseScenarios } from '../../../lab/scenario/load.ts';

/** Each text and all of its problems, `line:column message`; the list of known keys at the end of a message is left out. */
const wrong: [text: string, problems: string[]][] = [
  ['', ['1:1 the file is empty; expected a map of keys']],
  ['- a\n', ['1:1 the file is ["a"]; expected a map of keys']],
  ['just text\n', ['1:1 the file is "just text"; expected a map of keys']],
  ['scenario: 1\n', ['1:1 "name" is missing; expected text']],
  ['scenario: 2\nname: a\n', ['1:11 "scenario" is 2; expected 1']],
  ['scenario: "1"\nname: a\n', ['1:11 "scenario" is "1"; expected 1']],
  ['name: a\n', ['1:1 "scenario" is missing; expected 1']],
  ['scenario: 1\nname: ""\n', ['2:7 "name" is ""; expected at least 1 character']],
  ['scenario: 1\nname: [a]\n', ['2:7 "name" is ["a"]; expected text']],
  ['scenario: 1\nname: a\nstpes: []\n', ['3:1 unknown key "stpes"; did you mean "steps"?']],
  ['scenario: 1\nname: a\nname: b\n', ['3:1 this key is there twice; keys must be unique']],
  ['scenario: 1\nname: a\ntags: fast\n', ['3:7 "tags" is "fast"; expected a list']],
  ['scenario: 1\nname: a\ntags: [1]\n', ['3:8 "tags.0" is 1; expected text']],
  ['scenario: 1\nname: a\nstrict: yes\n', ['3:9 "strict" is "yes"; expected true or false']],
  ['scenario: 1\nname: a\nseed: [1]\n', ['3:7 "seed" is [1]; expected text']],
  [
    'scenario: 1\nname: a\nclock: manul\n',
    ['3:8 "clock" is "manul"; expected one of "real", "manual", or a map of keys; did you mean "manual"?'],
  ],
  ['scenario: 1\nname: a\nclock: { scaled: 0 }\n', ['3:18 "clock.scaled" is 0; expected more than 0']],
  [
    'scenario: 1\nname: a\nclock: { scald: 2 }\n',
    ['3:8 "clock.scaled" is missing; expected a number', '3:10 unknown key "scald"; did you mean "scaled"?'],
  ],
  ['scenario: 1\nname: a\nuse: 7\n', ['3:6 "use" is 7; expected text, or a list']],
  ['scenario: 1\nname: a\nvars: [a]\n', ['3:7 "vars" is ["a"]; expected a map of keys']],
  [
    'scenario: 1\nname: a\nvars: { 1a: x }\n',
    ['3:13 "vars.1a" is "x"; expected as its key a name: a letter, then letters, digits, "_" or "-"'],
  ],
  ['scenario: 1\nname: a\nmatrix: { v: [] }\n', ['3:14 "matrix.v" is []; expected at least 1 member']],
  [
    'scenario: 1\nname: a\nworld: { vcenter: { vms: [{ name: a }], datacenters: [{ name: b }] } }\n',
    ['3:26 "world.vcenter.vms" is [{"name":"a"}]; expected in one of the datacenters, not beside them'],
  ],
  ['scenario: 1\nname: a\nsteps: {}\n', ['3:8 "steps" is {}; expected a list']],
  ['scenario: 1\nname: a\nsteps:\n  - kms.stop\n', ['4:5 "steps.0" is "kms.stop"; expected a map of keys']],
  ['scenario: 1\nname: a\nsteps:\n  - name: x\n', ['4:5 a step needs "do" with a verb']],
  ['scenario: 1\nname: a\nsteps:\n  - do: 7\n', ['4:9 "do" is 7; expected a verb']],
  ['scenario: 1\nname: a\nsteps:\n  - do: kms.stp\n', ['4:9 unknown verb "kms.stp"; did you mean "kms.stop"?']],
  ['scenario: 1\nname: a\nsteps:\n  - do: kms.stop\n    whit: {}\n', ['5:5 unknown key "whit"; did you mean "with"?']],
  ['scenario: 1\nname: a\nsteps:\n  - do: kms.thumbprint\n', ['4:5 "steps.0.with" is missing; expected a map of keys']],
  [
    'scenario: 1\nname: a\nsteps:\n  - do: kms.thumbprint\n    with: { address: a, port: 5.5 }\n',
    ['5:31 "steps.0.with.port" is 5.5; expected a whole number'],
  ],
  [
    'scenario: 1\nname: a\nsteps:\n  - do: kms.thumbprint\n    with: { adress: a, port: 5 }\n',
    ['5:11 "steps.0.with.address" is missing; expected text', '5:13 unknown key "adress"; did you mean "address"?'],
  ],
  [
    'scenario: 1\nname: a\nsteps:\n  - do: clock.advance\n    with: { seconds: 5 minutes }\n',
    ['5:22 "steps.0.with.seconds" is "5 minutes"; expected a number, or a duration such as 500ms, 30s, 5m, 2h or 1d'],
  ],
  [
    'scenario: 1\nname: a\nsteps:\n  - do: kms.stop\n    within: soon\n',
    ['5:13 "steps.0.within" is "soon"; expected a number, or a duration such as 500ms, 30s, 5m, 2h or 1d'],
  ],
  [
    'scenario: 1\nname: a\nsteps:\n  - do: kms.stop\n    retry: { times: 0 }\n',
    ['5:21 "steps.0.retry.times" is 0; expected at least 1'],
  ],
  [
    'scenario: 1\nname: a\nsteps:\n  - do: kms.stop\n    retry: 3\n',
    ['5:12 "steps.0.retry" is 3; expected a map of keys'],
  ],
  [
    'scenario: 1\nname: a\nsteps:\n  - do: kms.stop\n    capture: { "1": x }\n',
    ['5:21 "steps.0.capture.1" is "x"; expected as its key a name: a letter, then letters, digits, "_" or "-"'],
  ],
  [
    'scenario: 1\nname: a\nsteps:\n  - do: kms.stop\n    capture: id\n',
    ['5:14 "steps.0.capture" is "id"; expected a map of keys'],
  ],
  [
    'scenario: 1\nname: a\nsteps:\n  - do: kms.stop\n    id: "a b"\n',
    ['5:9 "steps.0.id" is "a b"; expected a name: a letter, then letters, digits, "_" or "-"'],
  ],
  [
    'scenario: 1\nname: a\nsteps:\n  - do: vcenter.power\n    with: { vm: a, state: up }\n',
    ['5:27 "steps.0.with.state" is "up"; expected one of "on", "off"; did you mean "on"?'],
  ],
  [
    'scenario: 1\nname: a\nsteps:\n  - do: http\n    with: { url: ftp://x }\n',
    ['5:18 "steps.0.with.url" is "ftp://x"; expected a URL that begins with http:// or https://'],
  ],
  [
    'scenario: 1\nname: a\nsteps:\n  - do: http\n    with: { url: http://127.0.0.1, method: FETCH }\n',
    [
      '5:44 "steps.0.with.method" is "FETCH"; expected one of "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"; did you mean "PATCH"?',
    ],
  ],
  [
    'scenario: 1\nname: a\nsteps:\n  - do: exec\n    with: { command: ls }\n',
    ['5:22 "steps.0.with.command" is "ls"; expected a list'],
  ],
  [
    'scenario: 1\nname: a\nsteps:\n  - do: kmip.call\n    with: {}\n',
    ['5:11 "steps.0.with" is {}; expected either "operation" or "message"'],
  ],
  [
    'scenario: 1\nname: a\nsteps:\n  - do: vcenter.call\n    with: { method: X, object: { type: Y } }\n',
    ['5:32 "steps.0.with.object.name" is missing; expected text'],
  ],
  ['scenario: 1\nname: a\nverify:\n  - journl: {}\n', ['4:5 a step needs "do" with a verb; did you mean "journal"?']],
  [
    'scenario: 1\nname: a\nverify:\n  - journal: kmip.request\n',
    ['4:14 "verify.0.journal" is "kmip.request"; expected a map of keys'],
  ],
  [
    'scenario: 1\nname: a\nverify:\n  - journal: {}\n    befor: x\n',
    ['5:5 unknown key "befor"; did you mean "before"?'],
  ],
  ['scenario: 1\nname: a\nverify:\n  - do: kms.stop\n    journal: {}\n', ['4:5 unknown key "do"']],
  ['scenario: 1\nname: a\ncleanup:\n  - do: kms.strt\n', ['4:9 unknown verb "kms.strt"; did you mean "kms.start"?']],
  [
    'scenario: 1\nname: a\nsteps:\n  - do: kms.objects\n    expect: { count: { gt: 1 } }\nverify:\n  - journal: { event: x }\n    after: nobody\n',
    ['8:12 no step has the id "nobody"'],
  ],
  ['scenario: 1\nname: a\nworld: { gatway: open }\n', ['3:10 unknown key "gatway"; did you mean "gateway"?']],
  ['scenario: 1\nname: a\nworld: open\n', ['3:8 "world" is "open"; expected a map of keys']],
  ['scenario: 1\nname: a\nworld: { kms: [] }\n', ['3:15 "world.kms" is []; expected at least 1 member']],
  [
    'scenario: 1\nname: a\nworld: { kms: [{ https: ture }] }\n',
    ['3:25 "world.kms.0.https" is "ture"; expected true, or a number; did you mean "true"?'],
  ],
  [
    'scenario: 1\nname: a\nworld: { kms: [{ address: kms.example }] }\n',
    ['3:27 "world.kms.0.address" is "kms.example"; invalid IPv4 address'],
  ],
  [
    'scenario: 1\nname: a\nworld: { kms: [{ port: 70000 }] }\n',
    ['3:24 "world.kms.0.port" is 70000; expected at most 65535'],
  ],
  [
    'scenario: 1\nname: a\nworld: { vcenter: { version: 7.0 } }\n',
    ['3:30 "world.vcenter.version" is 7; expected one of "6.7", "7.0", "8.0", "9.0"'],
  ],
  [
    'scenario: 1\nname: a\nworld: { vcenter: { vms: [{ nam: x }] } }\n',
    ['3:27 "world.vcenter.vms.0.name" is missing; expected text', '3:29 unknown key "nam"; did you mean "name"?'],
  ],
  [
    'scenario: 1\nname: a\nfaults: [{ id: f, at: kmip.request }]\n',
    ['3:10 "faults.0.then" is missing; expected a map of keys'],
  ],
  [
    'scenario: 1\nname: a\nfaults: [{ id: f, at: kmip.request, then: {} }]\n',
    [
      '3:43 "faults.0.then" is {}; at kmip.request "then" takes exactly one of kmip, reset, close, hang (or alone: delay, jitter)',
    ],
  ],
  [
    'scenario: 1\nname: a\nfaults: [{ id: f, at: kmip.request, then: { hang: true, reset: true } }]\n',
    [
      '3:43 "faults.0.then" is {"hang":true,"reset":true}; at kmip.request "then" takes exactly one of kmip, reset, close, hang (or alone: delay, jitter)',
    ],
  ],
  [
    'scenario: 1\nname: a\nfaults: [{ id: f, at: kmip.request, then: { vim: { type: NotSupported, message: b } } }]\n',
    [
      '3:50 "faults.0.then.vim" is {"type":"NotSupported","message":"b"}; kmip.request takes no "vim"; it takes kmip, reset, close, hang (or alone: delay, jitter)',
    ],
  ],
  [
    'scenario: 1\nname: a\nfaults: [{ id: f, at: kmip.request, when: { calls: 0 }, then: { hang: true } }]\n',
    ['3:52 "faults.0.when.calls" is 0; expected at least 1'],
  ],
  [
    'scenario: 1\nname: a\nfaults: [{ id: f, at: kmip.request, then: { hang: true } }, { id: f, at: kmip.request, then: { hang: true } }]\n',
    ['3:67 another fault is called "f" already'],
  ],
  [
    'scenario: 1\nname: a\nfaults: [{ id: f, at: kmip.request, when: { after: soon }, then: { hang: true } }]\n',
    [
      '3:52 "faults.0.when.after" is "soon"; expected a number, or a duration such as 500ms, 30s, 5m, 2h or 1d, or a map of keys',
    ],
  ],
  ['scenario: 1\nname: a\nvars: &a { x: *b }\n', ['3:15 no "&b" above this alias; did you mean "a"?']],
  ['scenario: 1\nname: a\nworld: "x\n', ['4:1 Missing closing "quote']],
  ['scenario: 1\nname: a\n---\nscenario: 1\n', ['3:1 "---" begins another document; a file holds one']],
  [
    'scenario: 1\nname: a\nsteps:\n  - {do: kms.stop, do: kms.start}\n',
    ['4:20 this key is there twice; keys must be unique'],
  ],
  ['scenario: 1\nname: a\ndescription: *x\n', ['3:14 no "&x" above this alias']],
  ['scenario: 1\nname: !!js/function x\n', ['2:7 Unresolved tag: tag:yaml.org,2002:js/function']],
  [`scenario: 1\nname: a\na: ${'['.repeat(200)}${']'.repeat(200)}\n`, ['1:1 the file is nested deeper than 50 levels']],
  [`#${'x'.repeat(1024 * 1024)}`, ['1:1 the file is larger than 1 MiB']],
  [
    `scenario: 1\nname: a\nvars: { x: &a [1], y: [${'*a,'.repeat(150)}] }\n`,
    ['1:1 Excessive alias count indicates a resource exhaustion attack'],
  ],
];

it.each(wrong)('%j', (text, expected) => {
  const result = parseScenarios(text, 'x.scenario.yaml');
  const problems = 'problems' in result ? result.problems : [];
  expect(
    problems.map(({ line, column, message }) => `${line}:${column} ${message.replace(/; known here: .*/, '')}`),
  ).toEqual(expected);
});

it('an unknown key is told with the keys that are known there', () => {
  const result = parseScenarios('scenario: 1\nname: a\nworld: { gatway: open }\n', 'x.scenario.yaml');
  expect('problems' in result && result.problems[0]?.message).toBe(
    'unknown key "gatway"; did you mean "gateway"?; known here: kms, vcenter, ovh, gateway, names',
  );
});
