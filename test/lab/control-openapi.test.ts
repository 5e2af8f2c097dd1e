import { expect, it } from 'vitest';
import { z } from 'zod';
import { ManualClock } from '../../core/index.ts';
import { OvhApiClient } from '../../lab/clients/ovh.ts';
import { routes } from '../../lab/control/routes/index.ts';
import { ControlledLab } from './control-lab.ts';

const controlled = new ControlledLab({ clock: () => new ManualClock() });

type Part = Record<string, unknown>;

interface Operation {
  operationId: string;
  parameters: { name: string; in: string; required: boolean; schema: Part }[];
  requestBody?: Part;
  responses: Record<string, { description: string; content?: Record<string, { schema: Part }> }>;
}

interface Document {
  openapi: string;
  servers: { url: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Part> };
}

const description = () => controlled.get<Document>('/openapi.json');

it('every route is an operation with a name of its own, and every parameter of a path is declared', async () => {
  const { openapi, servers, paths } = await description();
  expect([openapi, servers]).toEqual(['3.1.0', [{ url: controlled.control.url }]]);
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      name: `${method.toUpperCase()} ${path}`,
      path,
      operation,
    })),
  );
  expect(operations.map(({ name }) => name).sort()).toEqual(
    routes.map(({ method, path }) => `${method} ${path}`).sort(),
  );
  expect(new Set(operations.map(({ operation }) => operation.operationId)).size).toBe(operations.length);
  for (const { path, operation } of operations) {
    const declared = operation.parameters.filter((parameter) => parameter.in === 'path');
    expect(declared.map(({ name }) => `{${name}}`)).toEqual([...path.matchAll(/\{\w+\}/g)].map(([name]) => name));
    expect(declared.every(({ required }) => required)).toBe(true);
  }
});

it('all references lead somewhere, and nothing leads out of the document', async () => {
  const document = await description();
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(([, reference]) => reference!);
  expect(references.length).toBeGreaterThan(20);
  const known = Object.keys(document.components.schemas).map((name) => `#/components/schemas/${name}`);
  expect(references.filter((reference) => !known.includes(reference))).toEqual([]);
});

/** What a schema of the document lets through, refused members included. */
function reader(document: Document, schema: Part): z.ZodType {
  const text = JSON.stringify({ ...schema, $defs: document.components.schemas });
  return z.fromJSONSchema(
    JSON.parse(text.replaceAll('#/components/schemas/', '#/$defs/')) as z.core.JSONSchema.BaseSchema,
  );
}

it('every route answers as the description says, when it does what it is asked and when it refuses', async () => {
  const document = await description();
  const fault = {
    id: 'walk',
    at: 'kmip.request',
    match: { operation: 'Create' },
    when: { calls: [1, 3] },
    then: { hang: true },
  };
  const { lab } = controlled;
  // Something to show: a message of each kind in the timeline, a task.
  lab.runtime.journal.record({
    plane: 'lab',
    event: 'lab.test',
    text: 'x',
    data: { deep: [{ a: null }] },
    link: 'tcp',
  });
  const ovh = new OvhApiClient({ ...lab.access().ovh, ca: lab.pki.ca.certificatePem });
  const { address: ip, certificate } = lab.kms();
  const created = await ovh.call('POST', `/dedicatedCloud/${lab.serviceName}/vmEncryption/kms`, {
    ip,
    sslThumbprint: certificate.sha1,
  });
  ovh.close();
  const { taskId } = (created as unknown as { body: { taskId: number } }).body;
  const calls: [method: string, path: string, template?: string, body?: unknown][] = [
    ['GET', '/health'],
    ['GET', '/ready'],
    ['GET', '/state'],
    ['GET', '/kms'],
    ['GET', '/metrics'],
    ['GET', '/openapi.json'],
    ['GET', '/journal?limit=5'],
    ['GET', '/journal?limit=0'],
    ['POST', '/journal/query', undefined, { match: { plane: 'lab' } }],
    ['POST', '/journal/query', undefined, {}],
    ['GET', '/journal/stream?after=x'],
    ['POST', '/faults', undefined, fault],
    ['POST', '/faults', undefined, fault],
    ['GET', '/faults'],
    ['PUT', '/faults/walk', '/faults/{id}', { ...fault, then: { kmip: { reason: 'PermissionDenied' } } }],
    ['PUT', '/faults/none', '/faults/{id}', fault],
    ['DELETE', '/faults/walk', '/faults/{id}'],
    ['DELETE', '/faults/walk', '/faults/{id}'],
    ['POST', '/faults/reset'],
    ['GET', '/clock'],
    ['POST', '/clock/advance', undefined, { by: '1s' }],
    ['POST', '/clock/advance', undefined, { by: 'x' }],
    [
      'POST',
      '/steps',
      undefined,
      {
        steps: [
          { do: 'vcenter.vm', with: { vm: 'db-1' } },
          { do: 'kms.stop', with: { kms: 'none' } },
        ],
      },
    ],
    ['POST', '/steps', undefined, { steps: [{ do: 'nothing' }] }],
    ['GET', '/scenarios'],
    ['POST', '/scenarios/create-refused/run', '/scenarios/{name}/run', { seed: 'walk' }],
    ['POST', '/scenarios/none/run', '/scenarios/{name}/run', {}],
    ['POST', '/snapshots', undefined, { id: 'walk' }],
    ['POST', '/snapshots', undefined, { id: '' }],
    ['GET', '/snapshots'],
    ['POST', '/snapshots/walk/restore', '/snapshots/{id}/restore'],
    ['POST', '/snapshots/none/restore', '/snapshots/{id}/restore'],
    ['DELETE', '/snapshots/walk', '/snapshots/{id}'],
    ['DELETE', '/snapshots/walk', '/snapshots/{id}'],
    ['GET', '/ovh/inbox'],
    ['GET', '/ovh/tasks'],
    ['POST', '/ovh/tasks/1', '/ovh/tasks/{taskId}', { action: 'advance' }],
    ['POST', `/ovh/tasks/${taskId}`, '/ovh/tasks/{taskId}', { action: 'fail' }],
    ['POST', `/ovh/tasks/${taskId}`, '/ovh/tasks/{taskId}', { action: 'advance' }],
    ['POST', '/reset'],
    ['GET', '/pki/ca.pem'],
    ['GET', '/pki/crl.pem'],
    ['GET', '/pki/client.pem'],
    ['GET', '/pki/client-key.pem'],
  ];
  const reached = new Set<string>();
  for (const [method, path, template = path.split('?')[0]!, body] of calls) {
    const label = `${method} ${path}`;
    const answer = await controlled.call(method, path, body);
    const { responses } = document.paths[template]![method.toLowerCase()]!;
    const declared = responses[answer.status];
    expect(declared, `${label} answered ${answer.status}: ${answer.text}`).toBeDefined();
    reached.add(`${method} ${template}`);
    if (declared!.content === undefined) {
      expect(answer.text, label).toBe('');
      continue;
    }
    const type = answer.headers.get('content-type')!.split(';')[0]!;
    expect(Object.keys(declared!.content), label).toContain(type);
    if (type !== 'application/json') continue;
    const { error } = reader(document, declared!.content[type]!.schema).safeParse(answer.json);
    expect(error && z.prettifyError(error), `${label} ${answer.text.slice(0, 500)}`).toBeUndefined();
  }
  expect([...reached].sort()).toEqual(routes.map(({ method, path }) => `${method} ${path}`).sort());
});

it('the reader of this test sees members that are missing, of another type, or not declared', async () => {
  const document = await description();
  const health = reader(document, document.paths['/health']!.get!.responses[200]!.content!['application/json']!.schema);
  const good = { status: 'ok', seed: 's', time: '2026-01-01T00:00:00.000Z' };
  expect(health.safeParse(good).success).toBe(true);
  for (const bad of [
    { ...good, seed: 1 },
    { ...good, more: 1 },
    { status: 'ok', seed: 's' },
  ]) {
    expect(health.safeParse(bad).success).toBe(false);
  }
});
