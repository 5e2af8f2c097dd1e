import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { clients, isAbsent } from './clients.ts';
import { run, startLab } from './lab-process.ts';

const checks = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_schema_conformance',
  'negative_data_rejection',
  'unsupported_method',
  'allow_header_conformance',
];

describe.skipIf(isAbsent(clients.schemathesis))('schemathesis and the OpenAPI description of the control API', () => {
  test('finds no failure of the server and no answer that is not declared', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'keyrig-schemathesis-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const lab = await startLab(['--seed', 'schemathesis']);
    onTestFinished(() => lab.stop());
    const { code, stdout, stderr } = await run(
      clients.schemathesis.program,
      [
        ...['run', `${lab.ready.control.url}/openapi.json`, '--checks', checks.join(','), '--no-color', '--no-shrink'],
        // An answer without an end is nothing for a tool that waits for it.
        ...['--exclude-path', '/journal/stream'],
        ...['--phases', 'examples,coverage,fuzzing', '--max-examples', '10', '--seed', '5'],
        ...['--suppress-health-check', 'all', '--continue-on-failure'],
      ],
      { cwd: folder },
    );
    expect(code, stdout + stderr).toBe(0);
  }, 300_000);
});
