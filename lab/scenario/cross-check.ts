import { isJsonObject, type Json } from '../../core/index.ts';
import type { Description } from './issues.ts';
import { stepSections } from './names.ts';
import type { Scenario } from './schema.ts';
import { suggestion } from './suggest.ts';

/** What no single part of a file can be blamed for: names that are there twice, and steps that are spoken of but are not there. */
export function crossCheck(scenario: Scenario): Description[] {
  const ids = stepSections.flatMap((section) =>
    (scenario[section] ?? []).map((step, index) => ({ path: [section, index, 'id'], name: memberOf(step, 'id') })),
  );
  const faults = (scenario.faults ?? []).map(({ id }, index) => ({ path: ['faults', index, 'id'], name: id }));
  const kms = (scenario.world?.kms ?? []).map(({ name }, index) => ({ path: ['world', 'kms', index, 'name'], name }));
  return [
    ...twice('step', ids),
    ...twice('fault', faults),
    ...twice('KMS', kms),
    ...unknownBounds(
      scenario,
      ids.flatMap(({ name }) => name ?? []),
    ),
  ];
}

function twice(what: string, all: readonly { path: PropertyKey[]; name: string | undefined }[]): Description[] {
  const seen = new Set<string>();
  return all.flatMap(({ path, name }) => {
    if (name === undefined) return [];
    const isNew = !seen.has(name);
    seen.add(name);
    if (isNew) return [];
    return [{ path, message: `another ${what} is called "${name}" already` }];
  });
}

function unknownBounds({ verify = [] }: Scenario, ids: readonly string[]): Description[] {
  return verify.flatMap((check, index) =>
    ['after', 'before'].flatMap((bound) => {
      const id = 'journal' in check ? memberOf(check, bound) : undefined;
      if (id === undefined || ids.includes(id)) return [];
      return [{ path: ['verify', index, bound], message: `no step has the id "${id}"${suggestion(id, ids)}` }];
    }),
  );
}

function memberOf(step: unknown, key: string): string | undefined {
  const member = isJsonObject(step as Json) ? (step as Record<string, unknown>)[key] : undefined;
  return typeof member === 'string' ? member : undefined;
}
