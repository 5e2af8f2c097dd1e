/**
 * A datetime as the API prints it: ISO-8601 with a numeric offset and no milliseconds (documented). The real API prints
 * French time; the fake prints UTC so that runs are alike everywhere (assumed).
 *
 * @param ms ms since the epoch
 */
export function datetime(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d{3}Z$/, '+00:00');
}

/** {@link datetime}, with null for what has not happened. */
export function datetimeOrNull(ms: number | null): string | null {
  return ms === null ? null : datetime(ms);
}

/** A day as the API prints it, in UTC. */
export function date(ms: number): string {
  return datetime(ms).slice(0, 10);
}
