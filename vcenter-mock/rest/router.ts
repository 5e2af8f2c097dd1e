import { compareVersions } from '../vim/kernel/version.ts';
import type { Root } from './errors.ts';
import type { Method, Operation } from './operation.ts';

/** `/api` came with 7.0 Update 2. documented */
const apiSince = '7.0.2.0';

interface Route {
  readonly operation: Operation;
  readonly root: Root;
  readonly segments: readonly string[];
}

export interface Found {
  readonly operation: Operation;
  readonly params: Readonly<Record<string, string>>;
}

/** Finds the operation of a request among those that the simulated release has. */
export class Router {
  readonly #routes: Route[] = [];

  constructor(operations: readonly Operation[], apiVersion: string) {
    for (const operation of operations) {
      if (compareVersions(operation.since ?? '1.0', apiVersion) > 0) continue;
      for (const root of ['api', 'rest'] as const) {
        if (operation.root !== undefined && operation.root !== root) continue;
        if (root === 'api' && compareVersions(apiSince, apiVersion) > 0) continue;
        this.#routes.push({ operation, root, segments: operation.path.slice(1).split('/') });
      }
    }
  }

  /** An operation as vAPI names it. */
  rpc(service: string, name: string): Operation | undefined {
    const its = ({ operation: { rpc } }: Route) => rpc?.service === service && rpc.operation === name;
    return this.#routes.find(its)?.operation;
  }

  hasService(service: string): boolean {
    return this.#routes.some(({ operation: { rpc } }) => rpc?.service === service);
  }

  /**
   * @param path below the root, as the client wrote it
   * @param action value of `action` or `~action`; '' for none
   */
  find(root: Root, method: Method, path: string, action: string): Found | undefined {
    const given = path.slice(1).split('/');
    for (const { operation, root: its, segments } of this.#routes) {
      if (its !== root || operation.method !== method || (operation.action ?? '') !== action) continue;
      const params = match(segments, given);
      if (params) return { operation, params };
    }
    return undefined;
  }
}

/** `id:vm-1` in a segment is the form of `/rest` for identifiers. observed (govmomi's client) */
function match(segments: readonly string[], given: readonly string[]): Record<string, string> | undefined {
  if (segments.length !== given.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, segment] of segments.entries()) {
    const value = decoded(given[index]!);
    if (value === undefined) return undefined;
    if (segment.startsWith('{') && value === '') return undefined;
    if (segment.startsWith('{')) params[segment.slice(1, -1)] = value.replace(/^id:/, '');
    else if (segment !== value) return undefined;
  }
  return params;
}

function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
