import type { X509Certificate } from 'node:crypto';
import { inspectCertificate, type JsonObject } from '../../core/index.ts';

/**
 * What a rule may match of a client certificate: `{ subject, issuer, dnsNames, emails, uris, serialNumber, sha1, sha256 }`;
 * `subject` and `issuer` by field: `{ CN, O, OU, … }`, a field that occurs several times joined with a comma.
 */
export function certificateFacts(certificate: X509Certificate): JsonObject {
  const { serialNumber, sha1, sha256 } = inspectCertificate(certificate);
  const { subject, issuer, subjectAltName = '' } = certificate;
  const names = (kind: string) =>
    subjectAltName.split(', ').flatMap((name) => (name.startsWith(`${kind}:`) ? name.slice(kind.length + 1) : []));
  return {
    subject: fieldsOf(subject),
    issuer: fieldsOf(issuer),
    dnsNames: names('DNS'),
    emails: names('email'),
    uris: names('URI'),
    serialNumber,
    sha1,
    sha256,
  };
}

function fieldsOf(distinguishedName: string | undefined): JsonObject {
  const fields: Record<string, string> = {};
  for (const line of (distinguishedName ?? '').split('\n')) {
    const equals = line.indexOf('=');
    if (equals < 0) continue;
    const field = line.slice(0, equals);
    const value = line.slice(equals + 1);
    fields[field] = fields[field] === undefined ? value : `${fields[field]},${value}`;
  }
  return fields;
}
