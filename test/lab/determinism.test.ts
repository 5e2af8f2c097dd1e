import { expect, it } from 'vitest';
import { type JournalEntry, KeyPool } from '../../core/index.ts';
import { parseScenario } from '../../lab/scenario/load.ts';
import { runScenario } from '../../lab/scenario/run.ts';

const keys = new KeyPool();

/** All three planes, draws of every kind: faults by chance, jitter, ids, tasks that take time. */
const story = `
scenario: 1
name: everything that is drawn
seed: the same
world:
  ovh: { delivered: [kms-1] }
  vcenter:
    vms: [{ name: web-1 }, { name: web-2 }, { name: web-3 }]
    keyProviders: [{ name: keyrig }]
faults:
  - id: by-chance
    at: kmip.request
    match: { operation: Create }
    when: { probability: 0.5 }
    then: { kmip: { reason: GeneralFailure } }
  - id: slow
    at: kmip.response
    when: { probability: 0.7 }
    then: { delay: 50, jitter: 400 }
  - id: random-bytes
    at: kmip.response
    match: { operation: Locate }
    then: { corrupt: random }
steps:
  - do: vcenter.editStoragePolicies
    with: { vm: web-1 }
    expect: { task: { state: { oneOf: [success, error] } }, fault: { any: [{ exists: true }, { exists: false }] } }
  - do: vcenter.editStoragePolicies
    with: { vm: web-2 }
    expect: { task: { state: { oneOf: [success, error] } }, fault: { any: [{ exists: true }, { exists: false }] } }
  - do: vcenter.editStoragePolicies
    with: { vm: web-3 }
    expect: { task: { state: { oneOf: [success, error] } }, fault: { any: [{ exists: true }, { exists: false }] } }
  - do: ovh.call
    with: { method: GET, path: "/dedicatedCloud/\${serviceName}/vmEncryption/kms" }
    capture: { kmsId: body.0 }
  - do: ovh.removeKms
    with: { kmsId: "\${kmsId}" }
  - do: kms.rotateCertificate
  - do: clock.advance
    with: { seconds: 700 }
`;

/** One timeline as text: what the requirement leaves aside (ports, what keys decide, real durations) has no value of its own. */
function timeline(entries: readonly JournalEntry[]): string[] {
  return entries.map((entry) =>
    JSON.stringify(entry)
      .replace(/(127\.0\.0\.\d+:|"(?:p|remoteP)ort":|tcp [\d.]+:)\d+/g, '$1port')
      .replace(/(tcp [\d.]+:port [\d.]+:)\d+/g, '$1port')
      .replace(/([0-9A-F]{2}:){19,31}[0-9A-F]{2}/g, 'fingerprint'),
  );
}

async function run(startTime: number): Promise<string[]> {
  const loaded = parseScenario(story, 'story');
  if (!('scenario' in loaded)) throw new Error(JSON.stringify(loaded.problems));
  let entries: readonly JournalEntry[] = [];
  const { status, steps } = await runScenario(loaded.scenario, loaded.file, {
    keys,
    startTime,
    onJournal: (all) => {
      entries = all;
    },
  });
  expect(steps.filter((step) => step.status !== 'passed')).toEqual([]);
  expect(status).toBe('passed');
  return timeline(entries);
}

it('the same file and seed write the same timeline in 100 runs, alone or beside others', {
  timeout: 600_000,
}, async () => {
  const startTime = Date.now();
  const expected = await run(startTime);
  expect(expected.length).toBeGreaterThan(100);
  expect(expected.some((line) => line.includes('"id":"by-chance"'))).toBe(true);
  expect(expected.some((line) => line.includes('"id":"slow"'))).toBe(true);
  for (let alone = 0; alone < 33; alone++) expect(await run(startTime)).toEqual(expected);
  for (let beside = 0; beside < 22; beside++) {
    const runs = await Promise.all([run(startTime), run(startTime), run(startTime)]);
    for (const lines of runs) expect(lines).toEqual(expected);
  }
});

it('another seed writes another timeline', async () => {
  const startTime = Date.now();
  const loaded = parseScenario(story.replace('seed: the same', 'seed: another'), 'story');
  if (!('scenario' in loaded)) throw new Error('does not load');
  let entries: readonly JournalEntry[] = [];
  await runScenario(loaded.scenario, loaded.file, {
    keys,
    startTime,
    onJournal: (all) => {
      entries = all;
    },
  });
  expect(timeline(entries)).not.toEqual(await run(startTime));
});
