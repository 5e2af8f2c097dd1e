import { expect, it } from 'vitest';
import { scenarioJsonSchema } from '../../../lab/scenario/json-schema.ts';

interface Schema {
  $ref?: string;
  $defs?: Record<string, Schema>;
  const?: string;
  description?: string;
  properties?: Record<string, Schema>;
  items?: Schema;
  additionalProperties?: Schema | boolean;
  anyOf?: Schema[];
  oneOf?: Schema[];
}

const root = scenarioJsonSchema() as Schema;

function resolved({ $ref, ...own }: Schema): Schema {
  const target = $ref === undefined ? undefined : root.$defs?.[$ref.split('/').at(-1) ?? ''];
  return target ? { ...resolved(target), ...own } : own;
}

/** Paths of all properties, with their schemas. A type that holds itself (any JSON) is followed once. */
function* properties(
  schema: Schema,
  path: string,
  above: readonly string[] = [],
): Generator<[path: string, schema: Schema]> {
  if (schema.$ref !== undefined && above.includes(schema.$ref)) return;
  const trail = [...above, ...(schema.$ref === undefined ? [] : [schema.$ref])];
  const { properties: members = {}, items, additionalProperties, anyOf = [], oneOf = [] } = resolved(schema);
  for (const [name, member] of Object.entries(members)) {
    yield [`${path}.${name}`, resolved(member)];
    yield* properties(member, `${path}.${name}`, trail);
  }
  for (const branch of [...anyOf, ...oneOf]) {
    const verb = resolved(resolved(branch).properties?.do ?? {}).const;
    yield* properties(branch, verb ?? path, trail);
  }
  if (items) yield* properties(items, `${path}[]`, trail);
  if (typeof additionalProperties === 'object') yield* properties(additionalProperties, `${path}.*`, trail);
}

it('every key that a scenario file can have is described, for the editor that shows it', () => {
  const all = [...properties(root, '')];
  expect(all.length).toBeGreaterThan(500);
  expect(all.filter(([, { description }]) => !description).map(([path]) => path)).toEqual([]);
});

it('knows what a file, a world, a step of each verb and a fault hold', () => {
  const paths = new Set([...properties(root, '')].map(([path]) => path));
  for (const path of [
    '.matrix',
    '.world.vcenter.vms[].name',
    'kms.thumbprint.with.port',
    '.faults[].then.hang',
    '.cleanup',
  ]) {
    expect(paths, path).toContain(path);
  }
});
