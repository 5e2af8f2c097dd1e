import { inspectCertificate, type Runtime, validityAt } from '../../core/index.ts';
import type { CryptoAssumed } from './assumed.ts';
import { type CertificateInfo, certificateInfo } from './certificate-info.ts';
import type { Announce } from './key-exchange.ts';
import type { KeyProvider, KmipServer } from './key-providers.ts';
import type { KmsConnector, Purpose } from './kms-connector.ts';
import { KmsFailure } from './kms-failure.ts';

export type Status = 'green' | 'yellow' | 'red' | 'gray';

/** vim25 CryptoManagerKmipServerStatus. */
export interface ServerStatus {
  name: string;
  status: Status;
  connectionStatus: string;
  certInfo?: CertificateInfo;
  clientTrustServer?: boolean;
  serverTrustClient?: boolean;
}

/** vim25 CryptoManagerKmipClusterStatus. */
export interface ClusterStatus {
  clusterId: { id: string };
  overallStatus: Status;
  managementType: string;
  servers: ServerStatus[];
  clientCertInfo?: CertificateInfo;
}

/** What probing a server told. */
interface Finding {
  certificate: Buffer | undefined;
  failure: KmsFailure | undefined;
}

const dayMs = 24 * 3600 * 1000;

/** Measures the state of key servers by real connections: no status is made up. */
export class ProviderStatus {
  readonly #runtime: Runtime;
  readonly #assumed: CryptoAssumed;
  readonly #connector: KmsConnector;
  readonly #announce: Announce;

  constructor(parts: { runtime: Runtime; assumed: CryptoAssumed; connector: KmsConnector; announce: Announce }) {
    this.#runtime = parts.runtime;
    this.#assumed = parts.assumed;
    this.#connector = parts.connector;
    this.#announce = parts.announce;
  }

  /**
   * The status of a provider, its servers probed one after the other.
   * @param names of the servers to probe; all when it is empty. Of a server that is not registered nothing is known: gray
   */
  async measure(
    provider: KeyProvider,
    cause: number | undefined,
    names: readonly string[] = [],
  ): Promise<ClusterStatus> {
    const servers: ServerStatus[] = names
      .filter((name) => !provider.servers.some(({ info }) => info.name === name))
      .map((name) => ({ name, status: 'gray', connectionStatus: this.#assumed.statusUnknown }));
    for (const server of provider.servers) {
      if (names.length > 0 && !names.includes(server.info.name)) continue;
      const finding = server.vendor
        ? await this.refresh(provider, server, cause)
        : await this.openPage(provider, server, cause);
      const certificate = finding.certificate ?? (await this.#shownCertificate(provider, server, finding, cause));
      servers.push(this.#judge(provider, server, { ...finding, certificate }));
    }
    const { identity } = provider;
    return {
      clusterId: { id: provider.id },
      // A native provider has nothing to dial: it works as soon as it is backed up. observed in its health (REST)
      overallStatus: provider.native
        ? provider.native.hasBackup
          ? 'green'
          : 'red'
        : overall(servers.map(({ status }) => status)),
      managementType: provider.managementType,
      servers,
      ...(identity && { clientCertInfo: certificateInfo(identity.certificatePem, this.#runtime.clock.now()) }),
    };
  }

  /**
   * The connections of adding a server or opening its page, until one fails: probe; Discover Versions twice beside a probe;
   * Discover Versions and Query Server Information; probe; Discover Versions twice; probe. observed (sequence B)
   */
  async openPage(provider: KeyProvider, server: KmipServer, cause: number | undefined): Promise<Finding> {
    const about: Purpose = { purpose: `the status of ${server.info.name}`, cause };
    const found = await this.#probe(provider, server, about);
    if (found.failure) return found;
    // Without trust no session can follow; the user is shown the certificate first.
    if (provider.trustedCertificates.length === 0) {
      return { ...found, failure: new KmsFailure('certificate-untrusted', 'vCenter does not trust the KMS yet') };
    }
    const [checked, beside] = await Promise.all([
      this.#session(provider, server, about),
      this.#probe(provider, server, about),
    ]);
    const failure = checked ?? beside.failure ?? (await this.#vendor(provider, server, about));
    if (failure) return { ...found, failure };
    return { ...found, failure: await this.#inTurn(provider, server, about) };
  }

  /** The shorter form of a server that is known: probe; Discover Versions twice; probe. observed (B-short) */
  async refresh(provider: KeyProvider, server: KmipServer, cause: number | undefined): Promise<Finding> {
    const about: Purpose = { purpose: `the status of ${server.info.name}`, cause };
    return { ...(await this.#healthy(provider, server, about, true)) };
  }

  /** The health check that is repeated every 300 s: probe; Discover Versions twice. observed (sequence A) */
  async healthCheck(provider: KeyProvider, server: KmipServer, cause: number | undefined): Promise<Finding> {
    return this.#healthy(provider, server, { purpose: `the health check of ${server.info.name}`, cause }, false);
  }

  async #healthy(provider: KeyProvider, server: KmipServer, about: Purpose, probeAgain: boolean): Promise<Finding> {
    const found = await this.#probe(provider, server, about);
    if (found.failure) return found;
    const failure = await this.#session(provider, server, about);
    if (failure || !probeAgain) return { ...found, failure };
    return { ...found, failure: (await this.#probe(provider, server, about)).failure };
  }

  /** The second half of sequence B. */
  async #inTurn(provider: KeyProvider, server: KmipServer, about: Purpose): Promise<KmsFailure | undefined> {
    const { failure } = await this.#probe(provider, server, about);
    if (failure) return failure;
    return (await this.#session(provider, server, about)) ?? (await this.#probe(provider, server, about)).failure;
  }

  /** The certificate of a server that refused the handshake: it arrives before the refusal. */
  async #shownCertificate(provider: KeyProvider, server: KmipServer, { failure }: Finding, cause: number | undefined) {
    const spoken = ['alert', 'closed', 'reset', 'handshake'];
    if (!failure || !spoken.includes(failure.kind)) return undefined;
    try {
      return await this.#connector.certificate(provider, server.info, {
        purpose: `the certificate of ${server.info.name}`,
        cause,
      });
    } catch (error) {
      if (error instanceof KmsFailure) return undefined;
      throw error;
    }
  }

  #probe(provider: KeyProvider, server: KmipServer, about: Purpose): Promise<Finding> {
    return this.#connector.probe(provider, server.info, about);
  }

  /** Discover Versions twice. @returns why it failed */
  async #session(provider: KeyProvider, server: KmipServer, about: Purpose): Promise<KmsFailure | undefined> {
    try {
      await this.#connector.session(provider, server, about, (session) => session.discoverVersions(false));
      return undefined;
    } catch (error) {
      if (error instanceof KmsFailure) return error;
      throw error;
    }
  }

  /** Learns the vendor; the event records it. documented */
  async #vendor(provider: KeyProvider, server: KmipServer, about: Purpose): Promise<KmsFailure | undefined> {
    try {
      const vendor = await this.#connector.session(provider, server, about, (session) => session.queryVendor());
      server.vendor = vendor ?? '';
      const args = [
        { key: 'keyProvider', value: provider.id },
        { key: 'serverName', value: server.info.name },
        { key: 'vendor', value: server.vendor },
      ];
      this.#announce('com.vmware.vc.kms.crypto.Vendor', { arguments: args }, about.cause);
      return undefined;
    } catch (error) {
      if (error instanceof KmsFailure) return error;
      throw error;
    }
  }

  /** Colour, text and trust. The texts besides green are assumed. */
  #judge(provider: KeyProvider, server: KmipServer, { certificate, failure }: Finding): ServerStatus {
    const now = this.#runtime.clock.now();
    const { name } = server.info;
    const { statusNormal, statusNotConnected, statusUnknown } = this.#assumed;
    const shown = certificate && {
      certInfo: certificateInfo(certificate, now),
      // What the session does with a certificate outside its validity, trust says too.
      clientTrustServer: provider.trusts(certificate) && validityAt(inspectCertificate(certificate), now) === 'valid',
    };
    // vCenter ended the probe itself: it knows nothing.
    if (failure?.kind === 'stopped') return { name, status: 'gray', connectionStatus: statusUnknown, ...shown };
    if (failure) {
      // Some servers refuse a client by closing the connection once they have seen its certificate. reported by users
      const cutOff = certificate !== undefined && (failure.kind === 'closed' || failure.kind === 'reset');
      // A password that vCenter lacks was shown to nobody.
      const denied = failure.isAuthentication && failure.kind !== 'value-missing';
      const refused = failure.kind === 'alert' || denied || cutOff;
      const connectionStatus = `${statusNotConnected}: ${failure.message}`;
      return { name, status: 'red', connectionStatus, ...shown, ...(refused && { serverTrustClient: false }) };
    }
    const trusted = { ...shown, serverTrustClient: true };
    const expired = provider.identity && validityAt(inspectCertificate(provider.identity.certificatePem), now);
    if (expired === 'expired') {
      // documented for vSAN's health check: red when the client certificate has expired, though this KMS lets it pass
      return {
        name,
        status: 'red',
        connectionStatus: `${statusNormal}: the client certificate has expired`,
        ...trusted,
      };
    }
    const warnings = this.#warnings(provider, server, certificate);
    return warnings.length === 0
      ? { name, status: 'green', connectionStatus: statusNormal, ...trusted }
      : { name, status: 'yellow', connectionStatus: `${statusNormal}: ${warnings.join('; ')}`, ...trusted };
  }

  /** Reasons for yellow: another vendor in the provider (assumed), a certificate near its end (documented for vSAN). */
  #warnings(provider: KeyProvider, server: KmipServer, certificate: Buffer | undefined): string[] {
    const texts: string[] = [];
    const other = provider.servers.find(({ vendor }) => vendor !== undefined && vendor !== server.vendor);
    if (other) texts.push(`server ${other.info.name} of the same key provider is of another vendor`);
    if (certificate && this.endsSoon(certificate)) texts.push('the certificate of the KMS will expire soon');
    if (provider.identity && this.endsSoon(provider.identity.certificatePem)) {
      texts.push('the client certificate will expire soon');
    }
    return texts;
  }

  /** Whether a certificate is in its last days on the lab's clock, or past them. */
  endsSoon(certificate: string | Buffer): boolean {
    const { notAfter } = inspectCertificate(certificate);
    return notAfter.getTime() - this.#runtime.clock.now() <= this.#assumed.certificateWarningDays * dayMs;
  }
}

/** All green is green, all red is red, anything between is yellow. assumed */
function overall(statuses: readonly Status[]): Status {
  if (statuses.length === 0) return 'gray';
  const [first] = statuses;
  return statuses.every((status) => status === first) ? first! : 'yellow';
}
