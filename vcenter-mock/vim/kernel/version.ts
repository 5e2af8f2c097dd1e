/** API versions that a released 9.0 server advertises, newest first (observed list of 8.0.x; the newer ones are published). */
export const knownVersions = [
  '9.0.0.0',
  '8.0.3.1',
  '8.0.3.0',
  '8.0.2.0',
  '8.0.1.0',
  '8.0.0.2',
  '8.0.0.1',
  '8.0.0.0',
  '7.0.3.2',
  '7.0.3.1',
  '7.0.3.0',
  '7.0.2.1',
  '7.0.2.0',
  '7.0.1.1',
  '7.0.1.0',
  '7.0.0.2',
  '7.0.0.0',
  '6.9.1',
  '6.8.7',
  '6.7.3',
  '6.7.2',
  '6.7.1',
  '6.7',
  '6.5',
  '6.0',
  '5.5',
  '5.1',
  '5.0',
  '4.1',
  '4.0',
] as const;

/** Versions that were read before; clients may send any, so it does not grow without end. */
const read = new Map<string, number[]>();
const readLimit = 1_000;

function numbers(version: string): number[] {
  let parts = read.get(version);
  if (!parts) {
    // "2.5u2server" counts as just above 2.5.
    parts = version.split('.').map((part) => Number.parseInt(part, 10) + (/[a-z]/.test(part) ? 0.5 : 0));
    if (read.size < readLimit) read.set(version, parts);
  }
  return parts;
}

/** Negative, zero or positive as `a` is older than, equal to or newer than `b`; missing parts count as zero. */
export function compareVersions(a: string, b: string): number {
  const left = numbers(a);
  const right = numbers(b);
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** True when something that came with `since` (unset: always there) exists in a version. */
export function isKnown(since: string | undefined, version: string): boolean {
  return since === undefined || compareVersions(since, version) <= 0;
}

/**
 * The version to filter an answer by: the one in SOAPAction (`"urn:vim25/8.0.3.0"`, quoted or not), but never newer than
 * the server's own. Without a readable version nothing below the server's version is filtered.
 */
export function negotiate(soapAction: string | undefined, serverVersion: string): string {
  const key = `${serverVersion} ${soapAction}`;
  let version = negotiated.get(key);
  if (version === undefined) {
    const asked = /\/(\d+(?:\.[0-9a-z]+)*)"?\s*$/.exec(soapAction ?? '')?.[1];
    version = asked && compareVersions(asked, serverVersion) < 0 ? asked : serverVersion;
    if (negotiated.size < readLimit) negotiated.set(key, version);
  }
  return version;
}

const negotiated = new Map<string, string>();
