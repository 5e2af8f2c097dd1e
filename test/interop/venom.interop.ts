import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { clients, isAbsent } from './clients.ts';
import { type LabProcess, run, runKeyrig, startLab } from './lab-process.ts';
import { documented } from './ovh-steps.ts';

/** What Venom writes of a suite, as far as it is read here. */
interface Results {
  test_suites: { testcases: { name: string; status: string }[] }[];
}

describe.skipIf(isAbsent(clients.venom))('Venom', () => {
  const folder = mkdtempSync(join(tmpdir(), 'keyrig-venom-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  /** Plays the suite that is shipped, told of the lab by nothing but files of variables. */
  async function play({ ready }: LabProcess, ...args: string[]) {
    const variables = join(folder, `${ready.pid}.yml`);
    const { stdout: known } = await runKeyrig('env', '--control-url', ready.control.url, '--format', 'venom');
    writeFileSync(variables, known, { mode: 0o600 });
    const options = ['--var-from-file', variables, '--stop-on-failure', '--format', 'json', '--output-dir', folder];
    const suite = documented('venom/kms.yml');
    const { code, stdout } = await run(clients.venom.program, ['run', ...options, ...args, suite]);
    const results = JSON.parse(readFileSync(join(folder, 'test_results_kms.json'), 'utf8')) as Results;
    const cases = results.test_suites.flatMap(({ testcases }) => testcases);
    return { code, stdout, cases: cases.map(({ name, status }) => [name, status]) };
  }

  const passed = ['look-around', 'register', 'read', 'be-refused', 'change', 'remove'].map((name) => [name, 'PASS']);

  let lab: LabProcess;
  beforeAll(async () => {
    lab = await startLab([documented('lab.scenario.yaml')]);
  });
  afterAll(() => lab.stop());

  test('plays the suite of docs/clients', async () => {
    const { code, stdout, cases } = await play(lab);
    expect(code, stdout).toBe(0);
    expect(cases).toEqual(passed);
  });

  test('finds the API by its real name when that leads to this machine', async () => {
    const { port } = new URL(lab.ready.ovh.url);
    const names = join(folder, 'names.yml');
    writeFileSync(
      names,
      stringify({
        'ovh.endpoint': `https://eu.api.ovh.com:${port}/1.0`,
        // Venom makes text of a list in a file of variables, but takes a text for a list.
        'ovh.resolve': `eu.api.ovh.com:${port}:127.0.0.1`,
      }),
    );
    const { code, stdout, cases } = await play(lab, '--var-from-file', names);
    expect(code, stdout).toBe(0);
    expect(cases).toEqual(passed);
  });

  // The last one: it leaves an entry behind.
  test('says what failed when the KMS is not there', async () => {
    const { code, stdout, cases } = await play(lab, '--var', 'KMIP_HOST=127.0.0.2');
    expect(code).toBe(2);
    expect(cases.slice(0, 2)).toEqual([
      ['look-around', 'PASS'],
      ['register', 'FAIL'],
    ]);
    expect(stdout).toContain('"result.bodyjson.state ShouldEqual done" failed. expected: done  got: error');
  });
});
