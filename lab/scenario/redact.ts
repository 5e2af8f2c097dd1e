import { privateKeyPem, redacted, secretName } from '../../core/index.ts';

/** Hides secrets in every string of a value. */
export type Redact = <T>(value: T) => T;

/** The strings in a scenario, or any other data, whose names say that they are secret. References (`${…}`) are not secrets. */
export function secretsIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) => {
    if (typeof member !== 'string') return secretsIn(member);
    return secretName.test(name) && !member.includes('${') ? [member] : [];
  });
}

/**
 * Hides these secrets and every private key in PEM. A short secret may be an ordinary word or a part of one, so it is hidden only
 * where it stands alone.
 */
export function redactor(secrets: Iterable<string>): Redact {
  const patterns = [...new Set(secrets)]
    .filter((secret) => secret !== '')
    // One secret may hold another: the longest is hidden first.
    .sort((a, b) => b.length - a.length)
    .map((secret) => {
      const literal = secret.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
      return new RegExp(secret.length < 8 ? `(?<!\\w)${literal}(?!\\w)` : literal, 'g');
    });
  const hide = (text: string) =>
    patterns.reduce((current, pattern) => current.replace(pattern, redacted), text.replace(privateKeyPem, redacted));
  return (value) => mapStrings(value, hide) as typeof value;
}

function mapStrings(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((member) => mapStrings(member, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, mapStrings(member, change)]));
}
