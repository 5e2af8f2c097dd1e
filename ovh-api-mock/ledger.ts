import { absentRoutes } from './absent-routes.ts';
import type { Provenance } from './route.ts';
import { routes } from './routes/index.ts';

/** A call of OVHcloud's API and what keyrig makes of it. */
export interface OvhLedgerEntry {
  /** `GET`; several with a comma; `*` for every method. */
  readonly method: string;
  /** Relative to the base URL; `/*` at its end stands for all paths below. */
  readonly path: string;
  readonly about: string;
  /** Absent: answers 404 and says that keyrig does not serve it. */
  readonly status: 'served' | 'absent';
  /** How it is known that the real API has it. */
  readonly provenance: Provenance;
  /** What is left out of what the real call does, or assumed about it. */
  readonly limits?: string;
}

/** The coverage ledger: every route that is served, by path, then the known ones that are not. */
export function ovhLedger(): OvhLedgerEntry[] {
  const served = routes.map(({ method, path, about, provenance, deprecated, limits }): OvhLedgerEntry => {
    const texts = [deprecated ? `Deprecated, see ${deprecated.replacement}.` : undefined, limits];
    const notes = texts.filter((text) => text !== undefined).join(' ');
    return { method, path, about, status: 'served', provenance, ...(notes === '' ? {} : { limits: notes }) };
  });
  const absent = absentRoutes.map(({ methods, path, about, provenance }): OvhLedgerEntry => {
    const method = methods.length === 0 ? '*' : methods.join(', ');
    return { method, path, about, status: 'absent', provenance };
  });
  return [...served.sort(byPath), ...absent];
}

function byPath(a: OvhLedgerEntry, b: OvhLedgerEntry): number {
  const [left, right] = [`${a.path} ${a.method}`, `${b.path} ${b.method}`];
  return left < right ? -1 : left > right ? 1 : 0;
}
