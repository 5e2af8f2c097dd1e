import { implementations } from './objects/index.ts';
import { operations } from './rest/operations.ts';
import type { MethodDeclaration } from './vim/kernel/declare.ts';
import { allManaged } from './vim/managed/index.ts';

/** A method of the vSphere API and what keyrig makes of it. */
export interface LedgerEntry {
  /** Wire name of the managed object type that declares it. */
  readonly type: string;
  readonly method: string;
  /** API version that introduced it; undefined when it has always been there. */
  readonly since?: string;
  /** The privilege that a call needs; '' when it depends on the arguments. */
  readonly privilege: string;
  /** False: a call answers NotImplemented. */
  readonly implemented: boolean;
  /** What is left out of what the real method does. */
  readonly limits?: string;
}

/** The coverage ledger: every method of vim25 and PBM, in the order of the declarations. */
export function vimLedger(): LedgerEntry[] {
  const entries: LedgerEntry[] = [];
  for (const [type, declaration] of Object.entries(allManaged)) {
    const methods: Readonly<Record<string, MethodDeclaration>> = declaration.methods;
    for (const [method, { since, privilege }] of Object.entries(methods)) {
      const homes = implementations.filter((one) => isOrDerives(one.type, type) && Object.hasOwn(one.methods, method));
      const limits = homes.map((home) => home.limits?.[method]).find((text) => text !== undefined);
      entries.push({ type, method, since, privilege, implemented: homes.length > 0, limits });
    }
  }
  return entries;
}

/** A method may be implemented in a subtype's file: CryptoManager's in CryptoManagerKmip's. */
function isOrDerives(type: string, base: string): boolean {
  const declarations: Readonly<Record<string, { base: string }>> = allManaged;
  for (let current: string | undefined = type; current; current = declarations[current]?.base) {
    if (current === base) return true;
  }
  return false;
}

/** An operation of the REST API that is served. */
export interface RestLedgerEntry {
  /** `GET /api/vcenter/vm`; a second path when both families have it. */
  readonly request: string;
  readonly since?: string;
  /** The privilege that is needed at the root; undefined when the operation looks at the objects, or at none. */
  readonly privilege?: string;
}

/** Everything the REST API serves, in the order of the declarations. */
export function restLedger(): RestLedgerEntry[] {
  return operations.map(({ method, path, action, root, since, privilege }) => {
    const api = `/api${path}${action ? `?action=${action}` : ''}`;
    const rest = `/rest${path}${action ? `?~action=${action}` : ''}`;
    const paths = root === 'api' ? [api] : root === 'rest' ? [rest] : [api, rest];
    return { request: `${method} ${paths.join(', ')}`, since, privilege };
  });
}
