import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { openApiOf, routes } from '../../ovh-api-mock/index.ts';
import { taskState } from '../../ovh-api-mock/models/task.ts';
import { longText, string } from '../../ovh-api-mock/models/types.ts';
import { type Json, startApi } from './api.ts';

const path = (document: Json, ...names: string[]) =>
  names.reduce<unknown>((value, name) => (value as Json | undefined)?.[name], document);

test.each(['/1.0', '/v1'])('%s/openapi.json describes the API at the URL that the client used', async (prefix) => {
  const api = await startApi(onTestFinished);
  const answer = await api.call('GET', '/openapi.json', {
    prefix,
    secure: true,
    headers: { 'x-ovh-consumer': undefined },
  });
  expect(answer.status).toBe(200);
  expect(answer.headers['x-ovh-queryid']).toMatch(/^EU\./);
  expect(answer.json).toMatchObject({
    openapi: '3.1.0',
    servers: [{ url: `https://127.0.0.1:${api.mock.httpsPort}${prefix}` }],
  });
});

const document = openApiOf(routes, 'https://eu.api.ovh.com/1.0') as Json;

test('every route is an operation, with its answers and errors', () => {
  const operations = Object.entries(document.paths as Record<string, Json>).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect(operations.sort()).toEqual(routes.map(({ method, path }) => `${method} ${path}`).sort());
  const create = path(document, 'paths', '/dedicatedCloud/{serviceName}/vmEncryption/kms', 'post') as Json;
  expect(Object.keys(create.responses as Json)).toEqual([
    '200',
    '400',
    '401',
    '403',
    '404',
    '408',
    '409',
    '413',
    '431',
    '460',
  ]);
  expect(create).toMatchObject({
    security: [{ 'X-Ovh-Application': [], 'X-Ovh-Consumer': [], 'X-Ovh-Timestamp': [], 'X-Ovh-Signature': [] }],
    parameters: [{ name: 'serviceName', in: 'path', required: true, schema: { type: 'string' } }],
    'x-ovh-iam-action': 'pccVMware:apiovh:vmEncryption/kms/create',
    requestBody: {
      required: true,
      content: {
        'application/json': {
          schema: {
            required: ['ip', 'sslThumbprint'],
            additionalProperties: false,
            properties: { ip: { type: 'string', format: 'ipv4' }, description: { type: ['string', 'null'] } },
          },
        },
      },
    },
    responses: {
      200: { content: { 'application/json': { schema: { $ref: '#/components/schemas/dedicatedCloud.Task' } } } },
      409: { $ref: '#/components/responses/409' },
    },
  });
});

test('models and enumerations are components under the names that OVH gives them', () => {
  expect(path(document, 'components', 'schemas', 'dedicatedCloud.VMEncryption')).toMatchObject({
    type: 'object',
    required: ['state'],
    additionalProperties: false,
    properties: { state: { $ref: '#/components/schemas/dedicatedCloud.option.StateEnum' } },
  });
  expect(path(document, 'components', 'schemas', 'dedicatedCloud.Task', 'properties', 'endDate')).toEqual({
    anyOf: [expect.objectContaining({ type: 'string', format: 'date-time' }), { type: 'null' }],
  });
});

test('a list may hold ids or objects, an object may come in a batch', () => {
  const schemaOf = (name: string) =>
    path(document, 'paths', name, 'get', 'responses', '200', 'content', 'application/json', 'schema');
  expect(schemaOf('/dedicatedCloud')).toEqual({
    anyOf: [
      { type: 'array', items: expect.objectContaining({ type: 'string' }) },
      { type: 'array', items: { $ref: '#/components/schemas/dedicatedCloud.dedicatedCloudWithIAM' } },
    ],
  });
  expect(schemaOf('/dedicatedCloud/{serviceName}')).toEqual({
    anyOf: [
      { $ref: '#/components/schemas/dedicatedCloud.dedicatedCloudWithIAM' },
      { type: 'array', items: { $ref: '#/components/schemas/BatchEntry' } },
    ],
  });
});

test('all references lead somewhere', () => {
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, reference]) => reference!);
  expect(references.length).toBeGreaterThan(50);
  expect(references.filter((reference) => path(document, ...reference.split('/')) === undefined)).toEqual([]);
});

test('queries are written as clients must write them: text, repeated for a list, JSON for an object', () => {
  const list = z.preprocess((value) => (Array.isArray(value) ? value : [value]), z.array(taskState));
  const tags = z.preprocess((value) => JSON.parse(String(value)), z.record(z.string(), string)).optional();
  const route = { ...routes[0]!, query: z.object({ id: longText.optional(), state: list, tags }) };
  const parameters = path(openApiOf([route], '/') as Json, 'paths', route.path, 'get', 'parameters') as Json[];
  expect(parameters).toEqual([
    { name: 'id', in: 'query', required: false, schema: expect.objectContaining({ type: 'integer', minimum: 0 }) },
    {
      name: 'state',
      in: 'query',
      required: true,
      schema: { type: 'array', items: expect.objectContaining({ enum: expect.arrayContaining(['todo', 'doing']) }) },
    },
    {
      name: 'tags',
      in: 'query',
      required: false,
      content: { 'application/json': { schema: expect.objectContaining({ type: 'object' }) } },
    },
  ]);
});
