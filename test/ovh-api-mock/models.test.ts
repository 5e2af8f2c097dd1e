import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { z } from 'zod';
import { routes } from '../../ovh-api-mock/index.ts';
import { apiCredential, apiCredentialRequest, authDetails } from '../../ovh-api-mock/models/auth.ts';
import { dedicatedCloud } from '../../ovh-api-mock/models/dedicated-cloud.ts';
import { task } from '../../ovh-api-mock/models/task.ts';
import { ovhTypeOf } from '../../ovh-api-mock/models/types.ts';
import { vmEncryption, vmEncryptionAccessNetwork } from '../../ovh-api-mock/models/vm-encryption.ts';

// OVH's own schema; absent outside the project's workshop.
const file = new URL('../../../shared/data/ovh-schema.json', import.meta.url);
const present = existsSync(file);
if (!present) console.warn('skipped: ../shared/data/ovh-schema.json is absent');

interface Schema {
  apis: { path: string; operations: Operation[] }[];
  models: Record<string, { properties?: Record<string, { type: string; canBeNull: boolean }>; enum?: string[] }>;
}
interface Operation {
  httpMethod: string;
  description: string;
  responseType: string;
  noAuthentication?: boolean;
  iamActions?: { name: string }[];
  parameters: { name?: string; paramType: 'path' | 'query' | 'body'; fullType?: string; required: boolean }[];
}
const schema: Schema = present ? JSON.parse(readFileSync(file, 'utf8')) : { apis: [], models: {} };

/** A type without `optional` and `nullable`, and whether null is a value of it. */
const acceptsNull = (type: z.ZodType) => type.safeParse(null).success;

test.skipIf(!present).each([
  ['dedicatedCloud.Task', task],
  ['dedicatedCloud.VMEncryption', vmEncryption],
  ['dedicatedCloud.VMEncryptionAccessNetwork', vmEncryptionAccessNetwork],
  ['dedicatedCloud.dedicatedCloudWithIAM', dedicatedCloud],
  ['auth.ApiCredential', apiCredential],
  ['auth.ApiCredentialRequest', apiCredentialRequest],
  ['auth.Details', authDetails],
] as const)('model %s has the members, types and nulls of the schema', (name, model) => {
  const properties = schema.models[name]?.properties ?? {};
  const served = Object.entries(model.shape).map(([key, type]) => {
    // OVH calls a password what is a string on the wire.
    const declared = properties[key]?.type === 'password' ? 'password' : ovhTypeOf(type);
    return [key, { type: declared, canBeNull: acceptsNull(type) }];
  });
  const expected = Object.entries(properties).map(([key, { type, canBeNull }]) => [key, { type, canBeNull }]);
  expect(Object.fromEntries(served)).toEqual(Object.fromEntries(expected));
});

test.skipIf(!present)('enumerations have the values of the schema', () => {
  const types = [task, vmEncryption, vmEncryptionAccessNetwork, dedicatedCloud, apiCredential, authDetails].flatMap(
    (model) => Object.values(model.shape) as z.ZodType[],
  );
  const enums = types.flatMap((type) => ('options' in type ? [type as unknown as z.ZodEnum] : []));
  expect(enums.length).toBeGreaterThan(8);
  for (const type of enums) expect([...type.options].sort()).toEqual(schema.models[ovhTypeOf(type)]?.enum?.sort());
});

test.skipIf(!present).each(routes.map((route) => [`${route.method} ${route.path}`, route] as const))(
  'route %s is declared as in the schema',
  (_name, route) => {
    const operation = schema.apis
      .find((api) => api.path === route.path)
      ?.operations.find((candidate) => candidate.httpMethod === route.method);
    expect(operation).toBeDefined();
    const { parameters, responseType, iamActions, noAuthentication, description } = operation!;
    expect(route.about).toBe(description);
    expect(ovhTypeOf(route.response)).toBe(responseType);
    expect(route.iamAction && `pccVMware:apiovh:${route.iamAction}`).toBe(iamActions?.[0]?.name);
    expect(route.authentication !== 'credential').toBe(noAuthentication === true);

    const declared = (['params', 'query', 'body'] as const).flatMap((place) =>
      Object.entries(route[place].shape).map(([name, type]) => {
        const required = !(type as z.ZodType).safeParse(undefined).success;
        const paramType = place === 'params' ? 'path' : place;
        return { name, paramType, fullType: ovhTypeOf(type as z.ZodType), required };
      }),
    );
    // A body without a name is a whole model, and the filter by IAM tags is not served yet.
    const expected = parameters
      .filter(({ name }) => name !== undefined && name !== 'iamTags')
      .map(({ name, paramType, fullType, required }) => ({ name, paramType, fullType, required }));
    const named = parameters.some(({ name, paramType }) => paramType === 'body' && name === undefined)
      ? declared.filter(({ paramType }) => paramType !== 'body')
      : declared;
    const order = (a: { name?: string }, b: { name?: string }) => String(a.name).localeCompare(String(b.name));
    expect(named.sort(order)).toEqual(expected.sort(order));
  },
);
