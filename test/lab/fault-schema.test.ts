import { expect, it } from 'vitest';
import { parseScenario } from '../../lab/scenario/load.ts';

function problems(fault: string): string[] {
  const text = `scenario: 1\nname: a\nfaults:\n  - { id: f, ${fault} }\n`;
  const result = parseScenario(text, 'x.scenario.yaml');
  return 'problems' in result ? result.problems.map(({ line, column, message }) => `${line}:${column} ${message}`) : [];
}

it.each([
  'at: kmip.request, then: { kmip: { reason: PermissionDenied } }',
  'at: kmip.request, then: { kmip: { status: OperationPending } }',
  'at: kmip.response, then: { truncate: true, delay: 5 }',
  'at: kmip.response, when: { after: { event: { plane: ovh }, times: 2 }, until: { calls: 9 } }, then: { hang: true }',
  'at: kmip.connection, when: { per: [kms, remoteAddress], times: 1 }, then: { tlsAlert: unknown_ca }',
  'at: kmip.port, when: { after: { time: "2030-01-01T00:00:00Z" } }, then: { unlisten: true }',
  'at: vcenter.task, match: { phase: done }, then: { vim: { type: NotSupported, message: no } }',
  'at: vcenter.request, then: { http: { status: 503, body: down } }',
  'at: kmip.request, when: { after: 30s, until: 2h }, then: { delay: 1.5s, jitter: 500ms }',
  'at: kmip.request, match: { operation: { oneOf: [Creat] }, attributes.Name: x }, then: { hang: true }',
  'at: kmip.request, match: { any: [{ operation: Get }, { client: x }] }, then: { hang: true }',
  'at: ovh.request, then: { drip: { bytes: 1, every: 10 } }',
])('accepts %s', (fault) => {
  expect(problems(fault)).toEqual([]);
});

it.each([
  [
    'at: vcenter.method, then: { kmip: { reason: ItemNotFound } }',
    '4:48 "faults.0.then.kmip" is {"reason":"ItemNotFound"}; vcenter.method takes no "kmip"; it takes vim, http, reset, close, hang (or alone: delay, jitter)',
  ],
  [
    'at: kmip.request, then: { kmip: { reason: NotAReason } }',
    '4:56 "faults.0.then.kmip.reason" is "NotAReason"; expected a Result Reason of KMIP',
  ],
  [
    'at: vcenter.task, then: { vim: { type: NotAFault, message: m } }',
    '4:53 "faults.0.then.vim.type" is "NotAFault"; expected the name of a fault of vim25',
  ],
  [
    'at: kmip.port, when: { every: 2 }, then: { unlisten: true }',
    '4:44 "faults.0.when.every" is 2; this fault lasts: no calls are counted; use "after" and "until"',
  ],
  [
    'at: kmip.connection, then: { tlsAlert: unknown_c }',
    '4:53 "faults.0.then.tlsAlert" is "unknown_c"; expected one of',
  ],
  [
    'at: ovh.task, then: { http: { status: 503 } }',
    '4:42 "faults.0.then.http" is {"status":503}; ovh.task takes no "http"; it takes ovh, hang (or alone: delay, jitter)',
  ],
  [
    'at: kmip.request, match: { operation: Creat }, then: { hang: true }',
    '4:52 "faults.0.match.operation" is "Creat"; expected an operation of KMIP; did you mean "Create"?',
  ],
  [
    'at: vcenter.task, match: { method: ReconfigVMTask }, then: { hang: true }',
    '4:49 "faults.0.match.method" is "ReconfigVMTask"; expected a method of vSphere; did you mean "ReconfigVM_Task"?',
  ],
  [
    'at: kmip.response, match: { operation: Get, uniqueIdentifier: x }, then: { hang: true }',
    '4:76 "faults.0.match.uniqueIdentifier" is "x"; kmip.response shows no "uniqueIdentifier"; it shows kms, operations, operation, client',
  ],
  [
    'at: ovh.task, when: { per: service }, then: { hang: true }',
    '4:41 "faults.0.when.per" is "service"; ovh.task shows no "service"; it shows name, taskId, progress, serviceName',
  ],
])('refuses %s', (fault, text) => {
  const [first, ...rest] = problems(fault);
  expect(rest).toEqual([]);
  expect(first).toContain(text);
});

it('reads durations with a unit as ms', () => {
  const rule = 'id: f, at: kmip.request, when: { after: 30s, until: 2h }, then: { delay: 1.5s, jitter: 500 }';
  const result = parseScenario(`scenario: 1\nname: a\nfaults:\n  - { ${rule} }\n`, 'x.scenario.yaml');
  expect('scenario' in result && result.scenario.faults).toMatchObject([
    { when: { after: 30_000, until: 7_200_000 }, then: { delay: 1_500, jitter: 500 } },
  ]);
});
