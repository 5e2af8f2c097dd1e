import type { FastifyServerOptions } from 'fastify';

/**
 * fastify's `schemaController` for planes whose declarations validate with zod: its own JSON Schema compilers are a hundred
 * modules that every start would load for nothing. A route that declares `schema` all the same fails when it is registered.
 */
export const withoutSchemaCompilers: FastifyServerOptions['schemaController'] = {
  compilersFactory: { buildValidator: () => refuse, buildSerializer: () => refuse },
};

function refuse(): never {
  throw new TypeError('this server has no compiler for the schemas of fastify routes');
}
