import { openApiOf } from '../lab/control/openapi.ts';
import { refusalsOf } from '../lab/control/refusals.ts';
import { isSchema, type Route, statusOf } from '../lab/control/route.ts';
import { routes } from '../lab/control/routes/index.ts';

const introduction = [
  '# The control API',
  '',
  'A running lab (`keyrig up`, `keyrig exec`) has an HTTP API of its own, on port 8600 unless `--control-port` or `--ports auto` say',
  'otherwise; the ready line has its address, and `keyrig exec` sets `KEYRIG_CONTROL_URL`. It is described as OpenAPI 3.1 at',
  '`/openapi.json`; the dashboard at `/` is one of its clients. The commands on this page work as they stand once the address is set:',
  '',
  '```sh',
  'URL=http://127.0.0.1:8600',
  '```',
  '',
  'Bodies and answers are JSON. An answer that is no success is `{ "message": "…", "code": "ERR_…" }`; the codes are in',
  '[errors.md](errors.md). A body has at most 1 MiB. Times of the lab’s clock are ISO 8601, or ms since the epoch in the timeline.',
  '',
  '## Who may use it',
  '',
  'On 127.0.0.1, ::1 and localhost it asks nobody who they are, and answers only to these names: a page of another site, or a name',
  'that somebody made to lead to this machine, is refused (403). As soon as `--host` is anything else, clients have to show a token:',
  '`Authorization: Bearer …`. `--control-token` (`KEYRIG_CONTROL_TOKEN`) names it, on loopback too; otherwise one is made. The ready',
  'line has it as `control.token`, `keyrig exec` and `keyrig env` as `KEYRIG_CONTROL_TOKEN`; for the dashboard it follows `#token=` in',
  'the address. Without a token only `/health`, `/ready`, `/openapi.json` and the files of the dashboard can be read.',
  '',
  'The API tells no passwords, keys or secrets, with two exceptions that are its purpose: the inbox has the codes that OVHcloud sends',
  'to its customers, and with a token the private key of the lab’s client can be fetched.',
];

const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

interface Parameter {
  name: string;
  in: string;
  description?: string;
  schema: { type?: string; enum?: string[] };
}

interface Operation {
  parameters: Parameter[];
  requestBody?: {
    content: Record<string, { schema: Member & { properties?: Record<string, Member>; required?: string[] } }>;
  };
  responses: Record<string, { content?: Record<string, { schema: Member }> }>;
}

interface Member {
  type?: string;
  enum?: string[];
  description?: string;
  $ref?: string;
  items?: Member;
  properties?: Record<string, Member>;
}

function form(schema: Member): string {
  if (schema.$ref !== undefined) return `\`${schema.$ref.split('/').at(-1)}\``;
  if (schema.enum !== undefined) return schema.enum.map((word) => `\`${word}\``).join(', ');
  if (schema.type === 'array') return `array of ${form(schema.items ?? {})}`;
  return schema.type ?? 'any JSON';
}

function section(route: Route, operation: Operation): string[] {
  const { method, path, summary, about, answer, example } = route;
  const lines = [`### ${method} ${path}`, '', summary, ...(about === undefined ? [] : ['', about]), ''];
  const body = operation.requestBody?.content['application/json']?.schema;
  const members = Object.entries(body?.properties ?? {}).map(([name, member]) => {
    const optional = body?.required?.includes(name) ? '' : ', optional';
    return [`\`${name}\``, `body${optional}`, form(member), member.description ?? ''];
  });
  const rows = [
    ...operation.parameters.map(({ name, in: where, schema, description = '' }) => [
      `\`${name}\``,
      where,
      form(schema),
      description,
    ]),
    ...members,
  ];
  if (body?.$ref !== undefined) lines.push(`The body is a ${form(body)} of the OpenAPI document.`, '');
  for (const type of route.bodyTypes ?? []) lines.push(`The body can also be text of the type \`${type}\`.`, '');
  if (rows.length > 0) {
    lines.push('| name | in | form | meaning |', '|---|---|---|---|');
    lines.push(...rows.map((row) => `| ${row.map(cell).join(' | ')} |`), '');
  }
  const status = statusOf(route);
  const schema = operation.responses[status]?.content?.['application/json']?.schema;
  const given = isSchema(answer)
    ? schema?.properties === undefined
      ? form(schema ?? {})
      : Object.keys(schema.properties)
          .map((name) => `\`${name}\``)
          .join(', ')
    : answer === undefined
      ? 'nothing'
      : `\`${answer.contentType}\`: ${answer.about}`;
  lines.push(`Answers ${status}: ${given}`);
  const codes = [...new Set(refusalsOf(route).map(({ status: refused, code }) => `${refused} \`${code}\``))];
  lines.push('', `Refuses with ${codes.join(', ')}.`);
  if (example !== undefined) lines.push('', '```sh', `curl -fsS ${example}`, '```');
  return [...lines, ''];
}

/** docs/control-api.md */
export function controlReference(notice: string): string {
  const { paths } = openApiOf(routes, '') as { paths: Record<string, Record<string, Operation>> };
  const groups = Map.groupBy(routes, ({ group }) => group);
  return [
    notice,
    ...introduction,
    '',
    '| route | what it does |',
    '|---|---|',
    ...routes.map(({ method, path, summary }) => `| \`${method} ${path}\` | ${cell(summary)} |`),
    '',
    ...[...groups].flatMap(([group, members]) => [
      `## ${group}`,
      '',
      ...members.flatMap((route) => section(route, paths[route.path]![route.method.toLowerCase()]!)),
    ]),
  ].join('\n');
}
