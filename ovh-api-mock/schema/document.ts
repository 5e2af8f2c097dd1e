import { z } from 'zod';
import type { JsonObject } from '../../core/index.ts';
import { namedTypes, ovhFullTypeOf, ovhMeta, ovhTypeOf } from '../models/types.ts';
import type { Route } from '../route.ts';

/**
 * A description of routes in the format of OVH's own schema files (spec 1.5), derived from their declarations. Descriptions
 * of models and parameters are ours.
 *
 * The member `basePath` is missing: it depends on who asks.
 *
 * @param resourcePath what all paths begin with, such as `/dedicatedCloud`
 */
export function schemaOf(routes: readonly Route[], resourcePath: string): JsonObject {
  const own = routes.filter(({ path }) => path === resourcePath || path.startsWith(`${resourcePath}/`));
  const types = own.flatMap(({ params, query, body, response }) => [params, query, body, response]);
  const apis = [...Map.groupBy(own, ({ path }) => path)].sort(byName);
  return {
    apiVersion: '1.0',
    apis: apis.map(([path, operations]) => ({
      path,
      description: (operations.find(({ method }) => method === 'GET') ?? operations[0]!).about,
      operations: operations.map(operation).sort((a, b) => compare(String(a.httpMethod), String(b.httpMethod))),
    })),
    models: Object.fromEntries([...namedTypes(types)].sort(byName).map(([name, type]) => [name, model(name, type)])),
    resourcePath,
  };
}

/** The list of the schema files, which the API answers at its root (spec 1.5), without `basePath`. */
export function schemaIndex(files: Readonly<Record<string, string>>): JsonObject {
  const apis = Object.entries(files).map(([path, description]) => ({
    path,
    schema: '{path}.{format}',
    format: ['json', 'yaml'],
    description,
  }));
  return { apis };
}

function operation(route: Route): JsonObject {
  const { method, about, authentication, iamAction, deprecated, response } = route;
  const apiStatus = deprecated
    ? { value: 'DEPRECATED', description: 'Deprecated, will be removed', ...deprecated }
    : { value: 'PRODUCTION', description: 'Stable production version' };
  return {
    httpMethod: method,
    description: about,
    apiStatus,
    ...(iamAction ? { iamActions: [{ name: `pccVMware:apiovh:${iamAction}`, required: true }] } : {}),
    noAuthentication: authentication !== 'credential',
    parameters: parameters(route),
    responseType: ovhTypeOf(response),
  };
}

function parameters({ params, query, body }: Route): JsonObject[] {
  const named = (paramType: string, shape: z.ZodRawShape) =>
    Object.entries(shape)
      .sort(byName)
      .map(([name, type]): JsonObject => parameter({ name, paramType, required: isRequired(type) }, type as z.ZodType));
  const { ovhWhole } = ovhMeta(body);
  return [
    ...(ovhWhole ? [parameter({ paramType: 'body', required: true }, body)] : named('body', body.shape)),
    ...named('path', params.shape),
    ...named('query', query.shape),
  ];
}

function parameter(member: JsonObject, type: z.ZodType): JsonObject {
  const { about = '', bare } = ovhMeta(type);
  return {
    ...member,
    dataType: ovhTypeOf(type),
    ...(bare ? {} : { fullType: ovhFullTypeOf(type) }),
    description: about,
  };
}

function isRequired(type: z.core.$ZodType): boolean {
  return !(type as z.ZodType).safeParse(undefined).success;
}

function model(name: string, type: z.ZodType): JsonObject {
  const dot = name.lastIndexOf('.');
  const { about, ovhId, ovhStruct = false } = ovhMeta(type);
  const id = ovhId ?? name.slice(dot + 1);
  const common = { id, namespace: name.slice(0, dot), description: about ?? id };
  if (type instanceof z.ZodEnum) return { ...common, enum: type.options.map(String), enumType: 'string' };
  if (!(type instanceof z.ZodObject)) throw new TypeError(`${name} is neither a model nor an enumeration`);
  const members = Object.entries(type.shape as Record<string, z.ZodType>).sort(byName);
  const properties = members.map(([key, member]) => [key, propertyOf(member, ovhStruct)]);
  return { ...common, properties: Object.fromEntries(properties) as JsonObject };
}

function propertyOf(type: z.ZodType, inStruct: boolean): JsonObject {
  const { writable = false, required = false, bare = false, undeclaredNull = false, about } = ovhMeta(type);
  return {
    type: ovhTypeOf(type),
    ...(inStruct || bare ? {} : { fullType: ovhFullTypeOf(type) }),
    canBeNull: !undeclaredNull && type.safeParse(null).success,
    readOnly: !inStruct && !writable,
    required,
    ...(about === undefined ? {} : { description: about }),
  };
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return compare(a, b);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
