import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { additions } from '../../scripts/vim-additions.ts';
import { allManaged } from '../../vcenter-mock/vim/managed/index.ts';
import { allEnums, allTypes } from '../../vcenter-mock/vim/types/index.ts';
import { clients, isAbsent } from './clients.ts';
import { runPython } from './lab-process.ts';

const script = fileURLToPath(new URL('../../scripts/vim-metadata.py', import.meta.url));
const skip = isAbsent(clients.pyvmomi);

interface Metadata {
  data: Record<string, { base: string; since: string | null; fields: Record<string, string> }>;
  enums: Record<string, { values: string[] }>;
  managed: Record<string, { base: string; since: string | null; properties: Fields; methods: Record<string, Method> }>;
}

type Fields = Record<string, string>;

interface Method {
  params: Fields;
  result: string;
  since: string | null;
  privilege: string;
  faults: string[];
}

interface OwnMethod {
  params: Fields;
  result: string;
  since?: string;
  privilege: string;
  faults: readonly string[];
}

/** Bases of the type system itself, which pyVmomi has built in and does not list. */
const builtIn = ['MethodFault', 'RuntimeFault', 'LocalizedMethodFault', 'DynamicData'];

// What has been there from the first version of vim25 or PBM says no version.
const since = (version: string | null | undefined, name: string) =>
  version && version !== (name.startsWith('Pbm') ? '1.0' : '2.0') ? version : undefined;

/** Fields as `name: type` in wire order, so that a misplaced one is a difference. */
const ordered = (fields: Fields, name: string) =>
  Object.entries(fields).map(([field, type]) => {
    const [text, version] = type.split('@');
    const newer = since(version, name);
    return `${field}: ${text}${newer ? `@${newer}` : ''}`;
  });

describe.skipIf(skip)("the declarations beside pyVmomi's own metadata", () => {
  let published: Metadata;

  beforeAll(async () => {
    const { code, stdout, stderr } = await runPython(script, [], '');
    if (code !== 0) throw new Error(stderr);
    published = JSON.parse(stdout) as Metadata;
  });

  test('the metadata is that of the whole API', () => {
    expect(Object.keys(published.data).length).toBeGreaterThan(3000);
    expect(Object.keys(published.managed).length).toBeGreaterThan(140);
  });

  test('every data object and fault: name, base, version, fields with order, type, optionality and version', () => {
    const own = Object.keys(allTypes).filter((name) => !builtIn.includes(name) && !(name in additions.data));
    expect(own.sort()).toEqual(
      Object.keys(published.data)
        .filter((name) => !builtIn.includes(name))
        .sort(),
    );
    for (const name of own) {
      const { base, since: version, fields } = published.data[name]!;
      const declared = allTypes[name as keyof typeof allTypes] as { base?: string; since?: string; fields: Fields };
      expect([name, declared.base ?? 'DynamicData', declared.since, ordered(declared.fields, name)]).toEqual([
        name,
        base === 'DataObject' ? 'DynamicData' : base,
        since(version, name),
        ordered(fields, name),
      ]);
    }
  });

  test('every enumeration with its values', () => {
    expect(allEnums).toEqual(
      Object.fromEntries(Object.entries(published.enums).map(([name, { values }]) => [name, values])),
    );
  });

  test('every managed object type: properties; methods with parameters, result, version, privilege and faults', () => {
    expect(Object.keys(allManaged).sort()).toEqual(Object.keys(published.managed).sort());
    const added: Record<string, object> = additions.methods;
    for (const [name, declared] of Object.entries(allManaged)) {
      const { base, since: version, properties, methods } = published.managed[name]!;
      const own: { base: string; since?: string; properties: Fields; methods: Record<string, OwnMethod> } = declared;
      expect([name, own.base, own.since, ordered(own.properties, name)]).toEqual([
        name,
        base,
        since(version, name),
        ordered(properties, name),
      ]);
      const known = Object.keys(own.methods).filter((method) => !(method in (added[name] ?? {})));
      expect([name, ...known.sort()]).toEqual([name, ...Object.keys(methods).sort()]);
      for (const method of known) {
        const theirs = methods[method]!;
        const ours = own.methods[method]!;
        expect([name, method, { ...ours, params: ordered(ours.params, name) }]).toEqual([
          name,
          method,
          { ...theirs, since: since(theirs.since, method), params: ordered(theirs.params, name) },
        ]);
      }
    }
  });
});
