import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { type Route, routes, schemaOf } from '../../ovh-api-mock/index.ts';
import { datacenter } from '../../ovh-api-mock/models/datacenter.ts';
import { boolean, model, property, rw, string } from '../../ovh-api-mock/models/types.ts';
import { startApi } from './api.ts';

// OVH's own schema; absent outside the project's workshop.
const file = new URL('../../../shared/data/ovh-schema.json', import.meta.url);
const present = existsSync(file);
if (!present) console.warn('skipped: ../shared/data/ovh-schema.json is absent');

interface Operation {
  httpMethod: string;
  parameters: { name?: string; paramType: string; [member: string]: unknown }[];
  [member: string]: unknown;
}
interface Schema {
  apis: { path: string; description: string; operations: Operation[] }[];
  models: Record<string, { properties?: Record<string, object>; enum?: string[]; [member: string]: unknown }>;
  basePath: string;
  resourcePath: string;
}

/** The operations of a schema by method and path, without what is prose, and with lists in one order. */
function operationsOf(schema: Schema): Record<string, unknown> {
  const entries = schema.apis.flatMap(({ path, operations }) =>
    operations.map(({ description: _, parameters, apiStatus, ...operation }) => {
      const { description: _text, ...status } = apiStatus as { description: string };
      const order = ({ paramType, name = '' }: { paramType: string; name?: string }) => `${paramType} ${name}`;
      const bare = parameters.map(({ description: _prose, ...parameter }) => parameter);
      const sorted = bare.sort((a, b) => order(a).localeCompare(order(b)));
      return [`${operation.httpMethod} ${path}`, { ...operation, status, parameters: sorted }];
    }),
  );
  return Object.fromEntries(entries);
}

/** The models of a schema, without what is prose. */
function modelsOf({ models }: Schema): Record<string, unknown> {
  const entries = Object.entries(models).map(([name, { description: _, properties, ...rest }]) => {
    const members = Object.entries(properties ?? {}).map(([key, property]) => {
      const { description: _prose, ...bare } = property as { description?: string };
      return [key, bare];
    });
    return [name, { ...rest, enum: rest.enum?.toSorted(), properties: Object.fromEntries(members) }];
  });
  return Object.fromEntries(entries);
}

const served = (list: readonly Route[]) =>
  ['/auth', '/dedicatedCloud'].map((path) => schemaOf(list, path) as unknown as Schema);
const real: Schema = present ? JSON.parse(readFileSync(file, 'utf8')) : { apis: [], models: {} };

describe.skipIf(!present)("what is served is what OVH's schema has", () => {
  const expected = operationsOf(real);
  const actual = Object.assign({}, ...served(routes).map(operationsOf)) as Record<string, unknown>;

  test('there are 63 operations, and every one is served, and no other', () => {
    expect(Object.keys(expected)).toHaveLength(63);
    expect(Object.keys(actual).sort()).toEqual(Object.keys(expected).sort());
  });

  test.each(Object.keys(actual))('%s: status, IAM action, parameters, type of the answer', (name) => {
    expect(actual[name]).toEqual(expected[name]);
  });

  const models = Object.assign({}, ...served(routes).map(modelsOf)) as Record<string, unknown>;
  test.each(Object.keys(real.models))('the model %s', (name) => {
    expect(models[name]).toEqual(modelsOf(real)[name]);
  });

  test('no model is served that OVH has not', () => {
    expect(Object.keys(models).filter((name) => !Object.hasOwn(real.models, name))).toEqual([]);
  });

  test('a declaration that is spoilt is noticed', () => {
    const get = routes.find(
      ({ method, path }) => method === 'GET' && path === '/dedicatedCloud/{serviceName}/datacenter',
    )!;
    const spoilt: [string, Route][] = [
      ['another action', { ...get, iamAction: 'datacenter/list' }],
      ['another status', { ...get, deprecated: { deprecatedDate: '2019-01-10T00:00:00+01:00' } }],
      ['another answer', { ...get, response: z.array(string) }],
      ['another parameter', { ...get, query: z.object({ name: string.optional() }) }],
      ['no authentication', { ...get, authentication: 'none' }],
    ];
    const name = 'GET /dedicatedCloud/{serviceName}/datacenter';
    for (const [what, route] of spoilt) {
      const [, document] = served([route]);
      expect(operationsOf(document!)[name], what).not.toEqual(expected[name]);
    }
  });

  test('a model that is spoilt is noticed', () => {
    const name = 'dedicatedCloud.Datacenter';
    const get = routes.find(({ path }) => path === '/dedicatedCloud/{serviceName}/datacenter/{datacenterId}')!;
    const { shape } = datacenter;
    const rendered = (response: z.ZodType) => modelsOf(served([{ ...get, response }])[1]!)[name];
    expect(rendered(datacenter)).toEqual(modelsOf(real)[name]);
    const spoilt: [string, z.ZodRawShape][] = [
      ['a member more', { ...shape, colour: string }],
      ['another type', { ...shape, isRemovable: string }],
      ['null', { ...shape, version: string.nullable() }],
      ['writable', { ...shape, version: rw(string) }],
      ['read-only', { ...shape, name: string }],
      ['required', { ...shape, version: property(string, { required: true }) }],
    ];
    for (const [what, members] of spoilt)
      expect(rendered(model(name, members)), what).not.toEqual(modelsOf(real)[name]);
  });
});

test('a model says which members can be null, are read-only, are required', () => {
  const thing = model('dedicatedCloud.Thing', { plain: string, perhaps: boolean.nullable() }, { about: 'A thing' });
  const route = { ...routes[0]!, path: '/dedicatedCloud/thing', response: thing };
  expect(schemaOf([route], '/dedicatedCloud').models).toEqual({
    'dedicatedCloud.Thing': {
      id: 'Thing',
      namespace: 'dedicatedCloud',
      description: 'A thing',
      properties: {
        perhaps: { type: 'boolean', fullType: 'boolean', canBeNull: true, readOnly: true, required: false },
        plain: { type: 'string', fullType: 'string', canBeNull: false, readOnly: true, required: false },
      },
    },
  });
});

describe('the schema files', () => {
  const unsigned = {
    'x-ovh-application': undefined,
    'x-ovh-consumer': undefined,
    'x-ovh-timestamp': undefined,
    'x-ovh-signature': undefined,
  };

  test.each(['/1.0', '/v1'])('the index at %s/ names them to anybody', async (prefix) => {
    const { call, mock } = await startApi(onTestFinished);
    const { status, json } = await call('GET', '/', { prefix, headers: unsigned });
    expect(status).toBe(200);
    expect(json.basePath).toBe(`http://127.0.0.1:${mock.httpPort}${prefix}`);
    expect(json.apis).toEqual(
      ['/auth', '/dedicatedCloud'].map((path) => ({
        path,
        schema: '{path}.{format}',
        format: ['json', 'yaml'],
        description: expect.any(String),
      })),
    );
  });

  test.each(['/auth', '/dedicatedCloud'])('%s.json and .yaml are one description', async (path) => {
    const { call, mock } = await startApi(onTestFinished);
    const json = await call('GET', `${path}.json`, { headers: unsigned, secure: true });
    expect(json.headers['content-type']).toBe('application/json; charset=utf-8');
    const basePath = `https://127.0.0.1:${mock.httpsPort}/1.0`;
    expect(json.json).toMatchObject({ apiVersion: '1.0', basePath, resourcePath: path });
    const response = await fetch(`${mock.httpUrl}${path}.yaml`);
    expect(response.headers.get('content-type')).toBe('application/yaml; charset=utf-8');
    expect(response.headers.get('x-ovh-queryid')).toMatch(/^EU\.ext-3\./);
    expect(parse(await response.text())).toEqual({ ...json.json, basePath: mock.httpUrl });
  });
});
