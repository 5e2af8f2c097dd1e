import { z } from 'zod';
import { KeyrigError } from '../../core/index.ts';
import { refusalsOf } from './refusals.ts';
import { isSchema, type Route, statusOf } from './route.ts';

/** A JSON Schema, or any other part of the document. */
type Part = Record<string, unknown>;

/** An OpenAPI 3.1 description of routes, derived from their declarations. */
export function openApiOf(routes: readonly Route[], url: string): Part {
  const components = new Components();
  const paths: Record<string, Part> = {};
  for (const route of routes) {
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operation(route, components) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'keyrig control API',
      version: '1',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      description: "A running lab's own API: state, timeline, faults, clock, certificates, metrics.",
    },
    servers: [{ url }],
    tags: [...new Set(routes.map(({ group }) => group))].map((name) => ({ name })),
    paths,
    components: {
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'Asked for when the control API has a token.' },
      },
      schemas: components.schemas,
    },
  };
}

const refusal = z
  .strictObject({ message: z.string().min(1), code: z.string().regex(/^ERR_[A-Z_]+$/) })
  .meta({ id: 'Refusal' });

function operation(route: Route, components: Components): Part {
  const { method, path, summary, about, group, params, query, body, bodyTypes = [], answer, isOpen } = route;
  const refusals = Map.groupBy(refusalsOf(route), ({ status }) => status);
  const content = (type: string, schema: z.ZodType, io: 'input' | 'output') => ({
    [type]: { schema: components.render(schema, io) },
  });
  return {
    operationId: `${method.toLowerCase()}${path.replace(/\W+(\w?)/g, (_, letter: string) => letter.toUpperCase())}`,
    summary,
    ...(about !== undefined && { description: about }),
    tags: [group],
    security: isOpen ? [] : [{}, { token: [] }],
    parameters: [
      ...parameters(params, 'path', components),
      ...parameters(query, 'query', components),
      ...(answer !== undefined && 'contentType' in answer && answer.contentType.startsWith('text/event-stream')
        ? [{ name: 'Last-Event-ID', in: 'header', schema: { type: 'string', pattern: '^[0-9]{1,15}$' } }]
        : []),
    ],
    ...(body !== undefined && {
      requestBody: {
        required: true,
        content: {
          ...content('application/json', body, 'input'),
          ...Object.fromEntries(bodyTypes.map((type) => [type, { schema: { type: 'string' } }])),
        },
      },
    }),
    responses: {
      [statusOf(route)]: {
        description: answer !== undefined && 'contentType' in answer ? answer.about : summary,
        ...(isSchema(answer) && { content: content('application/json', answer, 'output') }),
        ...(answer !== undefined &&
          'contentType' in answer && {
            content: { [answer.contentType.split(';')[0]!]: { schema: { type: 'string' } } },
          }),
      },
      ...Object.fromEntries(
        [...refusals].map(([status, codes]) => [
          status,
          {
            description: codes.map(({ meaning }) => meaning).join(' '),
            content: content('application/json', refusal, 'output'),
          },
        ]),
      ),
    },
  };
}

function parameters(schema: z.ZodType | undefined, where: 'path' | 'query', components: Components): Part[] {
  if (!(schema instanceof z.ZodObject)) return [];
  return Object.entries(schema.shape).map(([name, member]) => {
    const { description, ...rendered } = components.render(member as z.ZodType, 'input');
    return {
      name,
      in: where,
      required: where === 'path' || (member as z.ZodType)._zod.optin === undefined,
      ...(description !== undefined && { description }),
      schema: rendered,
    };
  });
}

/** Renders schemas; those with an id become components. */
class Components {
  readonly schemas: Record<string, Part> = {};

  render(schema: z.ZodType, io: 'input' | 'output'): Part {
    const rendered = z.toJSONSchema(schema, {
      io,
      // What a duration in words becomes is a number, which stands beside it.
      unrepresentable: 'any',
      override: ({ zodSchema, jsonSchema }) => {
        // A number in a path or query: zod sees text before.
        if (!(zodSchema instanceof z.ZodPipe) || !(zodSchema.def.out instanceof z.ZodNumber)) return;
        const { $schema: _, ...number } = z.toJSONSchema(zodSchema.def.out) as Part;
        delete jsonSchema.pattern;
        Object.assign(jsonSchema, number);
      },
    });
    const {
      $schema: _,
      $defs = {},
      ...rest
    } = plain(rendered, anonymous(rendered.$defs ?? {})) as Part & {
      $defs?: Record<string, Part>;
    };
    for (const [id, part] of Object.entries($defs)) {
      const { id: _id, ...component } = part;
      if (this.schemas[id] !== undefined && JSON.stringify(this.schemas[id]) !== JSON.stringify(component)) {
        throw new KeyrigError('ERR_INTERNAL', `two schemas of the control API are called ${id}`);
      }
      this.schemas[id] = component;
    }
    const { id, ...inline } = rest as Part & { id?: unknown };
    if (typeof id !== 'string') return inline;
    this.schemas[id] ??= inline;
    return { $ref: `#/components/schemas/${id}` };
  }
}

/** Definitions that zod made for schemas which hold themselves: here that is any JSON value, which needs no definition. */
function anonymous(definitions: Record<string, unknown>): ReadonlySet<string> {
  return new Set(Object.keys(definitions).filter((name) => name.startsWith('__')));
}

/** A schema with references to components, and none to what stands for any JSON value. */
function plain(value: unknown, anyJson: ReadonlySet<string>): unknown {
  if (Array.isArray(value)) return value.map((member) => plain(member, anyJson));
  if (typeof value !== 'object' || value === null) return value;
  const { $ref, ...rest } = value as Part;
  const members = Object.entries(rest).filter(([name]) => !anyJson.has(name));
  const out = Object.fromEntries(members.map(([name, member]) => [name, plain(member, anyJson)]));
  if (typeof $ref !== 'string') return out;
  const name = $ref.replace('#/$defs/', '');
  return anyJson.has(name) ? out : { $ref: `#/components/schemas/${name}`, ...out };
}
