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

function numbers(version: string): number[] {
  // "2.5u2server" counts as just above 2.5.
  return version.split('.').map((part) => Number.parseInt(part, 10) + (/[a-z]/.test(part) ? 0.5 : 0));
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

/**
 * The version to filter an answer by: the one in SOAPAction (`"urn:vim25/8.0.3.0"`, quoted or not), but never newer than
 * the server's own. Without a readable version nothing below the server's version is filtered.
 */
export function negotiate(soapAction: string | undefined, serverVersion: string): string {
  const asked = /\/(\d+(?:\.[0-9a-z]+)*)"?\s*$/.exec(soapAction ?? '')?.[1];
  if (!asked) return serverVersion;
  return compareVersions(asked, serverVersion) < 0 ? asked : serverVersion;
}
