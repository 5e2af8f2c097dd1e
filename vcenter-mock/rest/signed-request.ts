import { createHash, verify } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { keyOfCertificate } from '../sts/saml-token.ts';
import { tokenLimit } from '../sts/token-service.ts';
import type { RestCall } from './operation.ts';

const unzip = promisify(gunzip);

/**
 * Whose token an Authorization header of the scheme SIGN carries: the compressed token, and for a holder-of-key token a signature
 * of its key over nonce, method, path, host, port and the body's hash. observed (govmomi's client)
 */
export async function subjectOfHeader(call: RestCall): Promise<string | undefined> {
  const parameters = parametersOf(call.authorization ?? '');
  const token = parameters && (await unzipped(Buffer.from(parameters.get('token') ?? '', 'base64')));
  const claims = token === undefined ? undefined : await call.vc.tokens.readText(token);
  if (!parameters || !claims) return undefined;
  if (!claims.holder) return claims.subject;
  return isSignedBy(call, parameters, claims.holder) ? claims.subject : undefined;
}

function parametersOf(header: string): Map<string, string> | undefined {
  const text = /^SIGN +(.*)$/is.exec(header)?.[1];
  if (text === undefined) return undefined;
  return new Map([...text.matchAll(/([a-z_]+)="([^"]*)"/gi)].map(([, name = '', value = '']) => [name, value]));
}

async function unzipped(bytes: Buffer): Promise<string | undefined> {
  if (bytes.length === 0) return undefined;
  try {
    return (await unzip(bytes, { maxOutputLength: tokenLimit })).toString('utf8');
  } catch {
    // Not compressed, or too much of it: no token.
    return undefined;
  }
}

function isSignedBy(call: RestCall, parameters: ReadonlyMap<string, string>, certificate: Buffer): boolean {
  const key = keyOfCertificate(certificate);
  if (!key || parameters.get('signature_alg') !== 'RSA-SHA256') return false;
  const { hostname, port } = new URL(call.origin);
  const hash = createHash('sha256').update(call.text).digest();
  const lines = [parameters.get('nonce') ?? '', call.method, call.path, hostname, port || '80'];
  const message = Buffer.concat([Buffer.from(lines.map((line) => `${line}\n`).join('')), hash, Buffer.from('\n')]);
  return verify('sha256', message, key, Buffer.from(parameters.get('signature') ?? '', 'base64'));
}
