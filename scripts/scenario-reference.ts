/** docs/scenarios.md: the keys of a scenario file from its JSON Schema, with the examples below, which are checked as files are. */
import { operatorNames } from '../core/index.ts';
import { scenarioJsonSchema } from '../lab/scenario/json-schema.ts';
import { parseScenarios } from '../lab/scenario/load.ts';
import { assertionExamples, examples, operatorsAbout } from './scenario-examples.ts';

interface Schema {
  $ref?: string;
  $defs?: Record<string, Schema>;
  description?: string;
  type?: string | string[];
  const?: unknown;
  enum?: unknown[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
}

const root = scenarioJsonSchema() as Schema;

/** The page as Markdown. Throws when an example is not valid. */
export function scenarioReference(notice: string): string {
  const steps = branchesOf(resolved(properties(root).steps ?? {}).items ?? {});
  const checks = branchesOf(resolved(properties(root).verify ?? {}).items ?? {});
  const step = { ...properties(steps[0] ?? {}) };
  const check = checks.find((branch) => 'journal' in properties(branch));
  return [
    notice,
    '# Scenario files',
    '',
    'A scenario is a YAML file, `*.scenario.yaml`. `keyrig init` writes a first one, `keyrig fmt` formats them, `keyrig validate` checks',
    'them, `keyrig run` runs them, `keyrig up` and `keyrig exec` start a lab with the world and the faults of one. The first line',
    '',
    '```yaml',
    '# yaml-language-server: $schema=node_modules/keyrig/schema/scenario.schema.json',
    '```',
    '',
    'makes editors complete keys and verbs and show what is written below. What is wrong in a file is told as',
    '`file:line:column: what stands there; what was expected`; unknown keys and keys that are there twice are errors.',
    '',
    '## The keys of a file',
    '',
    ...table(root),
    '',
    'Only `scenario` and `name` must be there. A file with a world, faults or both alone is valid: `up` and `exec` use it, `run` starts',
    'and stops its lab, and with `strict` that is a check.',
    '',
    '## Steps',
    '',
    'The verbs are in [verbs.md](verbs.md). Steps and cleanup are lists of these:',
    '',
    ...rows(step, ['do']),
    '',
    'A result that is a refusal has a member `fault`; a step whose expectation does not speak of `fault` fails on it.',
    '',
    '## Checks',
    '',
    'A line of `verify` is a step, or it looks at the timeline of all servers:',
    '',
    ...rows(properties(check ?? {}), check?.required ?? []),
    '',
    ...examples.flatMap(({ title, about, yaml }) => [
      '',
      `## ${title}`,
      '',
      ...about,
      '',
      ...fenced(checked(yaml, title)),
    ]),
    '',
    '## Assertions',
    '',
    '`expect`, `count` and every pattern (`match` of a fault, `journal`) are made of plain values, which must be equal, objects, which must',
    'have at least these members (`a.b` reaches into `a`), and these assertions:',
    '',
    '| assertion | holds when the value | example |',
    '|---|---|---|',
    ...operatorNames.map(
      (name) =>
        `| \`${name}\` | ${operatorsAbout[name] ?? missing(name)} | \`${assertionExamples[name] ?? missing(name)}\` |`,
    ),
    '',
  ]
    .join('\n')
    .replace(/\n{3,}/g, '\n\n');
}

function missing(name: string): never {
  throw new Error(`scripts/scenario-examples.ts says nothing of "${name}"`);
}

function checked(yaml: string, title: string): string {
  const result = parseScenarios(yaml, `docs/scenarios.md, ${title}`);
  if ('problems' in result) throw new Error(JSON.stringify(result.problems));
  return yaml;
}

function fenced(yaml: string): string[] {
  return ['```yaml', yaml.trim(), '```'];
}

function table(schema: Schema): string[] {
  return rows(properties(schema), resolved(schema).required ?? []);
}

function rows(members: Record<string, Schema>, required: readonly string[]): string[] {
  return [
    '| key | value | meaning |',
    '|---|---|---|',
    ...Object.entries(members).flatMap(([name, member]) => rowsOf(name, member, required.includes(name))),
  ];
}

function rowsOf(name: string, member: Schema, isRequired: boolean): string[] {
  const about =
    name === 'do'
      ? 'The verb.'
      : name === 'with'
        ? 'What the verb is told; see verbs.md and the schema.'
        : resolved(member).description;
  const own = `| \`${name}\`${isRequired ? ' (required)' : ''} | ${name === 'do' ? 'text' : typeOf(member)} | ${(about ?? '').replaceAll('|', '\\|')} |`;
  const inner = name === 'retry' ? Object.entries(properties(member)) : [];
  return [own, ...inner.flatMap(([key, value]) => rowsOf(`${name}.${key}`, value, false))];
}

function typeOf(schema: Schema): string {
  const { type, anyOf, oneOf, enum: values, const: value } = resolved(schema);
  if (value !== undefined) return `\`${String(value)}\``;
  if (values) return values.map((allowed) => `\`${String(allowed)}\``).join(', ');
  const branches = anyOf ?? oneOf ?? [];
  if (branches.length > 4) return 'any';
  if (branches.length > 0) return [...new Set(branches.map(typeOf))].join(' or ');
  return [type ?? 'any']
    .flat()
    .map((name) => typeNames[name] ?? name)
    .join(' or ');
}

const typeNames: Record<string, string> = { string: 'text', object: 'map', array: 'list', integer: 'number' };

function properties(schema: Schema): Record<string, Schema> {
  return resolved(schema).properties ?? {};
}

function branchesOf(schema: Schema): Schema[] {
  const { anyOf, oneOf } = resolved(schema);
  return (anyOf ?? oneOf ?? []).map(resolved);
}

function resolved({ $ref, ...own }: Schema): Schema {
  const target = $ref === undefined ? undefined : root.$defs?.[$ref.split('/').at(-1) ?? ''];
  return target ? { ...resolved(target), ...own } : own;
}
