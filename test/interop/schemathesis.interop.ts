import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRuntime } from '../../core/index.ts';
import { createOvhApiMock, type OvhApiMock } from '../../ovh-api-mock/index.ts';
import { clients, isAbsent } from './clients.ts';
import { run } from './lab-process.ts';

const hooks = fileURLToPath(new URL('python/', import.meta.url));
const skip = isAbsent(clients.schemathesis);

const checks = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_headers_conformance',
  'response_schema_conformance',
  'negative_data_rejection',
  'unsupported_method',
  'allow_header_conformance',
  'missing_required_header',
];

describe.skipIf(skip)('schemathesis and the OpenAPI description of the OVH API', () => {
  let api: OvhApiMock;
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'keyrig-schemathesis-'));
    // No thumbprint is looked at, so nothing dials the addresses that schemathesis makes up.
    const runtime = createRuntime({ seed: 'schemathesis' });
    api = createOvhApiMock({ httpPort: 0, httpsPort: 0, thumbprint: 'accept', taskProgress: 'immediate' }, runtime);
    // A logout ends the consumer key; somebody grants it again.
    runtime.journal.subscribe(({ event }) => {
      if (event === 'ovh.credential.expired') api.validateCredential(api.credentials[0]!.consumerKey);
    });
    await api.start();
  });
  afterAll(async () => {
    await api.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test('finds no failure of the server and no answer that is not declared, and most calls succeed', async () => {
    const tally = join(folder, 'tally.json');
    const [application] = api.applications;
    const { code, stdout, stderr } = await run(
      clients.schemathesis.program,
      [
        ...['run', `${api.httpUrl}/openapi.json`, '--checks', checks.join(','), '--no-color', '--no-shrink'],
        ...['--phases', 'examples,coverage,fuzzing', '--max-examples', '10', '--seed', '5'],
        ...['--suppress-health-check', 'all', '--continue-on-failure'],
      ],
      {
        cwd: folder,
        env: {
          PYTHONPATH: hooks,
          PYTHONDONTWRITEBYTECODE: '1',
          SCHEMATHESIS_HOOKS: 'schemathesis_hooks',
          OVH_APPLICATION_KEY: application!.applicationKey,
          OVH_APPLICATION_SECRET: application!.applicationSecret,
          OVH_CONSUMER_KEY: api.credentials[0]!.consumerKey,
          KEYRIG_SERVICE_NAME: api.services[0]!.serviceName,
          KEYRIG_TALLY: tally,
        },
      },
    );
    expect(code, stdout + stderr).toBe(0);
    const counts = JSON.parse(readFileSync(tally, 'utf8')) as Record<string, Record<string, number>>;
    const reached = Object.values(counts).filter((statuses) => (statuses['200'] ?? 0) > 0);
    const share = reached.length / Object.keys(counts).length;
    console.info(`schemathesis: ${reached.length} of ${Object.keys(counts).length} operations answered 200`);
    expect(share).toBeGreaterThan(0.8);
  }, 300_000);
});
