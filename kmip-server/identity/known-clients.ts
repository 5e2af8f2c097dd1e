import type { X509Certificate } from 'node:crypto';
import { KeyrigError, matches, parseCertificate } from '../../core/index.ts';
import { enumCode, enumKey } from '../../kmip/index.ts';
import type { KnownClient } from '../options.ts';
import { certificateFacts } from './certificate-facts.ts';

interface Entry {
  client: KnownClient;
  /** SHA-256 fingerprint of the pinned certificate. */
  pin: string | undefined;
  operations: ReadonlySet<number> | undefined;
}

/** The clients and authorities that the server knows; both change at run time when trust is established. */
export class KnownClients {
  readonly #entries = new Map<string, Entry>();
  readonly #authorities = new Map<string, X509Certificate>();

  constructor(clients: readonly KnownClient[], authorities: readonly string[]) {
    for (const client of clients) this.trust(client);
    for (const pem of authorities) this.trustAuthority(pem);
  }

  /** Adds a client or replaces the one of the same name. Throws ERR_PKI_CERTIFICATE or ERR_OPTION. */
  trust(client: KnownClient): void {
    const pin = client.certificate === undefined ? undefined : parseCertificate(client.certificate).fingerprint256;
    const operations = client.operations && new Set(client.operations.map(operationCode));
    this.#entries.set(client.name, { client, pin, operations });
  }

  /** Forgets a client; false when there is none of that name. */
  distrust(name: string): boolean {
    return this.#entries.delete(name);
  }

  trustAuthority(pem: string): void {
    const certificate = parseCertificate(pem);
    this.#authorities.set(certificate.fingerprint256, certificate);
  }

  /** Forgets an authority; false when it was not known. */
  distrustAuthority(pem: string): boolean {
    return this.#authorities.delete(parseCertificate(pem).fingerprint256);
  }

  /** Knows these and no others. */
  restore(clients: readonly KnownClient[], authorities: readonly string[]): void {
    this.#entries.clear();
    this.#authorities.clear();
    for (const client of clients) this.trust(client);
    for (const pem of authorities) this.trustAuthority(pem);
  }

  get authorities(): Iterable<X509Certificate> {
    return this.#authorities.values();
  }

  get clients(): KnownClient[] {
    return [...this.#entries.values()].map(({ client }) => client);
  }

  /** The client whose pinned certificate this is. */
  byPin(certificate: X509Certificate): KnownClient | undefined {
    for (const { client, pin } of this.#entries.values()) if (pin === certificate.fingerprint256) return client;
    return undefined;
  }

  /** The client whose rule fits a certificate that an authority vouches for. */
  byRule(certificate: X509Certificate): KnownClient | undefined {
    let facts: ReturnType<typeof certificateFacts> | undefined;
    for (const { client } of this.#entries.values()) {
      if (client.match === undefined) continue;
      facts ??= certificateFacts(certificate);
      if (matches(client.match, facts)) return client;
    }
    return undefined;
  }

  /** The client of a Common Name that an authority vouches for; clients with a pin or a rule are never found by name. */
  byCommonName(commonName: string | undefined): KnownClient | undefined {
    for (const { client, pin } of this.#entries.values()) {
      if (pin !== undefined || client.match !== undefined) continue;
      if ((client.commonName ?? client.name) === commonName) return client;
    }
    return undefined;
  }

  byName(name: string): KnownClient | undefined {
    return this.#entries.get(name)?.client;
  }

  /** Whether a client may use an operation (code). */
  allows(name: string, operation: number): boolean {
    return this.#entries.get(name)?.operations?.has(operation) ?? true;
  }
}

/** The code of an operation's name in either spelling. Throws ERR_OPTION. */
export function operationCode(name: string): number {
  const code = enumCode('Operation', name);
  if (code === undefined) throw new KeyrigError('ERR_OPTION', `there is no KMIP operation named ${name}`);
  return code;
}

/** `GetAttributes`; for an unknown code `0x9f`. */
export function operationKey(code: number): string {
  return enumKey('Operation', code) ?? `0x${code.toString(16)}`;
}
