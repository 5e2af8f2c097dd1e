import { createSecureContext, type SecureContext, type SecureVersion } from 'node:tls';
import { inspectCertificate, type Runtime, validityAt } from '../../core/index.ts';
import { connectKmip, KmipClientError, type KmipConnection, probeCertificate } from '../../kmip/index.ts';
import type { CryptoAssumed } from './assumed.ts';
import type { Gateway } from './gateway.ts';
import type { KeyProvider, KmipServer, KmipServerInfo } from './key-providers.ts';
import type { KmsCredential } from './kmip-requests.ts';
import { KmipSession } from './kmip-session.ts';
import { KmsFailure, type KmsFailureKind } from './kms-failure.ts';
import { ProxyError } from './proxy-tunnel.ts';

/** What a connection is for and what led to it. */
export interface Purpose {
  purpose: string;
  /** `seq` of the journal entry that led to it. */
  cause: number | undefined;
}

/** What a bare TLS connection showed. */
export interface ProbeResult {
  /** DER of the KMS's certificate; undefined when none came. */
  certificate: Buffer | undefined;
  /** Why the handshake did not come to its end. */
  failure: KmsFailure | undefined;
}

/** Stands for a provider without an identity. */
const nobody = {};

/**
 * Opens TLS connections to key servers as vCenter does: TLS 1.2 (observed), the provider's client identity if it has one,
 * and a server certificate that was trusted by upload; any other is refused before a byte of KMIP is sent.
 */
export class KmsConnector {
  readonly #runtime: Runtime;
  readonly #assumed: CryptoAssumed;
  readonly #gateway: Gateway;
  readonly #tls: { minVersion: SecureVersion; maxVersion: SecureVersion };
  readonly #stopping: AbortSignal;
  readonly #contexts = new WeakMap<object, SecureContext>();

  constructor(parts: {
    runtime: Runtime;
    assumed: CryptoAssumed;
    gateway: Gateway;
    tls: { minVersion: SecureVersion; maxVersion: SecureVersion };
    stopping: AbortSignal;
  }) {
    this.#runtime = parts.runtime;
    this.#assumed = parts.assumed;
    this.#gateway = parts.gateway;
    this.#tls = parts.tls;
    this.#stopping = parts.stopping;
  }

  /**
   * Runs a KMIP session on a connection of its own: Discover Versions without batch id first, then `task`; the connection
   * is closed at the end. observed (kmip.md 2.1)
   * @throws KmsFailure
   */
  async session<T>(
    provider: KeyProvider,
    server: KmipServer,
    { purpose, cause }: Purpose,
    task: (session: KmipSession) => Promise<T>,
  ): Promise<T> {
    const credential = this.#credential(server, cause);
    const { connection, seq } = await this.#connect(provider, server, { purpose, cause });
    try {
      const exchange = async (request: Buffer, operation: string) => {
        try {
          return await connection.exchange(request);
        } catch (error) {
          throw toKmsFailure(error, operation);
        }
      };
      const session = new KmipSession({ exchange }, credential, this.#runtime, seq);
      await session.discoverVersions(true);
      return await task(session);
    } finally {
      await connection.close();
    }
  }

  /**
   * A bare TLS connection, opened and closed at once: it shows whether the KMS is there and which certificate it has.
   * The certificate need not be trusted. Never throws KmsFailure: a failed probe is a finding.
   */
  async probe(
    provider: KeyProvider | undefined,
    info: KmipServerInfo,
    { purpose, cause }: Purpose,
  ): Promise<ProbeResult> {
    let certificate: Buffer | undefined;
    const dial = this.#dialFor(info, purpose, cause);
    try {
      const connection = await connectKmip({
        ...this.#target(info),
        dial: dial.dial,
        tls: {
          secureContext: this.#secureContext(provider),
          checkServer: (der) => {
            certificate = der;
            return undefined;
          },
        },
      });
      await connection.close();
      return { certificate, failure: undefined };
    } catch (error) {
      return { certificate, failure: this.#record(toKmsFailure(error), info, purpose, dial.seq() ?? cause) };
    }
  }

  /** The certificate that a KMS shows, even to a client that it then refuses. @throws KmsFailure */
  async certificate(
    provider: KeyProvider | undefined,
    info: KmipServerInfo,
    { purpose, cause }: Purpose,
  ): Promise<Buffer> {
    const { dial, seq } = this.#dialFor(info, purpose, cause);
    try {
      const tls = { secureContext: this.#secureContext(provider) };
      return (await probeCertificate({ ...this.#target(info), dial, tls })).certificate;
    } catch (error) {
      throw this.#record(toKmsFailure(error), info, purpose, seq() ?? cause);
    }
  }

  async #connect(
    provider: KeyProvider,
    { info }: KmipServer,
    { purpose, cause }: Purpose,
  ): Promise<{ connection: KmipConnection; seq: number }> {
    const dialler = this.#dialFor(info, purpose, cause);
    let refusal: KmsFailure | undefined;
    try {
      const connection = await connectKmip({
        ...this.#target(info),
        dial: dialler.dial,
        tls: {
          secureContext: this.#secureContext(provider),
          checkServer: (der) => {
            refusal = this.#judge(provider, der);
            return refusal;
          },
        },
      });
      return { connection, seq: dialler.seq() ?? 0 };
    } catch (error) {
      throw this.#record(refusal ?? toKmsFailure(error), info, purpose, dialler.seq() ?? cause);
    }
  }

  /** What a provider shows of itself. Each connection is a handshake of its own; reading the certificates again is not needed. */
  #secureContext({ identity }: Partial<Pick<KeyProvider, 'identity'>> = {}): SecureContext {
    const found = this.#contexts.get(identity ?? nobody);
    if (found) return found;
    const shown = identity && { cert: identity.certificatePem, key: identity.privateKeyPem };
    const made = createSecureContext({ ...this.#tls, ...shown });
    this.#contexts.set(identity ?? nobody, made);
    return made;
  }

  /** Trust on first use, and validity by the lab's clock. The wording is assumed. */
  #judge(provider: KeyProvider, der: Buffer): KmsFailure | undefined {
    const facts = inspectCertificate(der);
    if (!provider.trusts(der)) {
      const trusted = provider.trustedCertificates.map((pem) => inspectCertificate(pem).sha1);
      return trusted.length === 0
        ? new KmsFailure('certificate-untrusted', `the KMS's certificate ${facts.sha1} was never trusted by vCenter`)
        : new KmsFailure(
            'certificate-changed',
            `the KMS shows certificate ${facts.sha1}, but vCenter trusts ${trusted.join(', ')}`,
          );
    }
    const validity = validityAt(facts, this.#runtime.clock.now());
    if (validity === 'valid') return undefined;
    const when = validity === 'expired' ? facts.notAfter : facts.notBefore;
    return new KmsFailure('certificate-expired', `the KMS's certificate is ${validity} (${when.toISOString()})`);
  }

  /** documented (Broadcom KB 396701): a user without password fails inside vCenter, before anything is sent. */
  #credential(server: KmipServer, cause: number | undefined): KmsCredential | undefined {
    const { userName, address, port } = server.info;
    if (userName === undefined) return undefined;
    if (server.password !== undefined) return { username: userName, password: server.password };
    const failure = new KmsFailure('value-missing', `no password is stored for user "${userName}"`);
    throw this.#record(failure, { name: server.info.name, address, port }, 'authentication', cause);
  }

  #target(info: KmipServerInfo) {
    const { timeout } = info;
    // vim25 KmipServerInfo.timeout: seconds, -1 none, 0 infinite
    const timeoutMs = timeout === undefined ? this.#assumed.timeoutMs : timeout > 0 ? timeout * 1000 : undefined;
    return { host: info.address, port: info.port, clock: this.#runtime.clock, timeoutMs, signal: this.#stopping };
  }

  /** The dial for one connection; `seq` tells its journal entry once TCP is open. */
  #dialFor({ proxyAddress, proxyPort }: KmipServerInfo, purpose: string, cause: number | undefined) {
    const proxy = proxyAddress ? { host: proxyAddress, port: proxyPort ?? this.#assumed.proxyPort } : undefined;
    let seq: number | undefined;
    return {
      seq: () => seq,
      dial: async ({ host, port, signal }: { host: string; port: number; signal: AbortSignal }) => {
        const dialled = await this.#gateway.dial({ host, port, purpose, proxy }, cause, signal);
        seq = dialled.seq;
        return dialled.socket;
      },
    };
  }

  #record(failure: KmsFailure, info: KmipServerInfo, purpose: string, cause: number | undefined): KmsFailure {
    if (failure.kind === 'stopped') return failure;
    this.#runtime.journal.record({
      plane: 'vcenter',
      event: 'vcenter.kmip.failed',
      level: 'warn',
      text: `no connection for ${purpose}: ${failure.message}`,
      data: { server: info.name, address: info.address, port: info.port, purpose, ...failure.facts },
      cause,
    });
    return failure;
  }
}

/** Sorts an error of the KMIP client. Anything else is a defect and is thrown on. */
export function toKmsFailure(error: unknown, operation?: string): KmsFailure {
  if (error instanceof KmsFailure) return error;
  if (!(error instanceof KmipClientError)) throw error;
  const kind = error.cause instanceof ProxyError ? 'proxy' : kindOf(error);
  const text =
    operation === undefined || error.phase === 'handshake' ? error.message : `${operation}: ${error.message}`;
  return new KmsFailure(kind, text, { cause: error, alert: error.alert, operation });
}

function kindOf({ phase, failure }: KmipClientError): KmsFailureKind {
  switch (failure) {
    case 'timeout':
      return phase === 'dial' ? 'connect-timeout' : 'timeout';
    case 'aborted':
      return 'stopped';
    case 'refused':
    case 'unreachable':
    case 'reset':
    case 'closed':
    case 'alert':
    case 'malformed':
      return failure;
    default:
      return phase === 'dial' ? 'unreachable' : 'handshake';
  }
}
