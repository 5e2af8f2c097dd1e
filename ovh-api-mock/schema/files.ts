import type { JsonObject } from '../../core/index.ts';
import type { Route } from '../route.ts';
import { schemaIndex, schemaOf } from './document.ts';

/** The schema files that are served, and what each is about. */
const files: Readonly<Record<string, string>> = {
  '/auth': 'Operations about applications and credentials',
  '/dedicatedCloud': 'Operations about the PCC service',
};

/** A file of the API's own description: anybody may read it (spec 1.5). */
export interface SchemaFile {
  /** Relative to the base URL: `/`, `/dedicatedCloud.json`. */
  readonly path: string;
  readonly contentType: string;
  /** @param basePath such as `https://127.0.0.1:8444/1.0` */
  render(basePath: string): string | Promise<string>;
}

/**
 * The index and the schema files of routes, as JSON and as YAML. Each is rendered when it is first asked for, but for the
 * URL. The type of YAML is assumed.
 */
export function schemaFiles(routes: readonly Route[]): SchemaFile[] {
  const written = Object.keys(files).flatMap((path) => {
    const document = once(() => schemaOf(routes, path));
    return [json(`${path}.json`, document), yaml(`${path}.yaml`, document)];
  });
  return [json('/', () => schemaIndex(files)), ...written];
}

function json(path: string, document: () => JsonObject): SchemaFile {
  return {
    path,
    contentType: 'application/json; charset=utf-8',
    render: (basePath) => JSON.stringify({ ...document(), basePath }),
  };
}

function yaml(path: string, document: () => JsonObject): SchemaFile {
  // Loaded when somebody asks: few do, and every start would take longer.
  const text = once(async () => {
    const { stringify } = await import('yaml');
    return stringify(document(), { aliasDuplicateObjects: false });
  });
  return {
    path,
    contentType: 'application/yaml; charset=utf-8',
    // JSON's way to write a text is YAML's too.
    render: async (basePath) => `basePath: ${JSON.stringify(basePath)}\n${await text()}`,
  };
}

function once<T extends object | string>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
