import { createPrivateKey } from 'node:crypto';
import {
  type CertificateAuthority,
  type CertificateRequest,
  createCertificateAuthority,
  createRealClock,
  heldWhile,
  type Identity,
  type KeyPair,
  type KeyPool,
  type Revocation,
  type Runtime,
  selfSigned,
} from '../../core/index.ts';
import type { CertificateFlaw } from './schema.ts';

const hour = 3_600_000;
const day = 24 * hour;
const year = 365 * day;
/** TLS libraries of today ask for 2048. */
const weakBits = 1024;

/** When a certificate is valid: minutes from now. From an hour ago for a year when absent. */
export interface Period {
  fromMinutes?: number;
  untilMinutes?: number;
}

/** The authorities of a lab and every key pair that it uses. */
export type SavedPki = {
  /** PEM */
  readonly ca: string;
  /** The authority that nobody trusts, once there is one; PEM. */
  readonly stranger?: string | undefined;
  /** Certificates that the authority has taken back. */
  readonly revoked: readonly Revocation[];
  /** Private keys (PEM) by role. */
  readonly keys: Readonly<Record<string, string>>;
};

/** The certificates of one lab: its authority, and identities that are sound or flawed on purpose. */
export class LabPki {
  readonly ca: CertificateAuthority;
  readonly #keys: KeyPool;
  readonly #runtime: Runtime;
  readonly #names: readonly string[];
  #strangers: CertificateAuthority | undefined;

  private constructor(ca: CertificateAuthority, keys: KeyPool, runtime: Runtime, names: readonly string[]) {
    this.ca = ca;
    this.#keys = keys;
    this.#runtime = runtime;
    this.#names = names;
  }

  /**
   * @param names extra names for all server certificates
   * @param saved the authority goes on as the one that was saved; `keys` has its key
   */
  static async create(
    keys: KeyPool,
    runtime: Runtime,
    names: readonly string[] = [],
    saved?: SavedPki,
  ): Promise<LabPki> {
    const ca = createCertificateAuthority({
      keys: await keys.get('ca'),
      certificatePem: saved?.ca,
      revoked: saved?.revoked,
      ...runtime,
      ...onBothClocks(runtime, 10 * year),
    });
    return new LabPki(ca, keys, runtime, names);
  }

  save(): SavedPki {
    return {
      revoked: [...this.ca.revoked],
      ca: this.ca.certificatePem,
      stranger: this.#strangers?.certificatePem,
      keys: this.#keys.save(),
    };
  }

  /** Goes back to the authorities of then. The key of the one that nobody trusts is in `keys` already. */
  async restore({ stranger }: SavedPki): Promise<void> {
    const keys = stranger === undefined ? undefined : await this.#keys.get('stranger ca');
    this.#strangers = keys && this.#strangerOf(keys, stranger);
  }

  /**
   * The identity of a plane that people's own clients talk to. They know the machine's time only, so it is valid on both clocks.
   */
  async web(commonName: string, names: readonly string[]): Promise<Identity> {
    const period = onBothClocks(this.#runtime, year);
    const request = { commonName, keys: await this.#key('web'), names: [...names, ...this.#names], ...period };
    return this.ca.issueServer(request);
  }

  /** A server's identity. `role` picks the key pair: the same role keeps its key. */
  async server(options: {
    role: string;
    commonName: string;
    flaw?: CertificateFlaw;
    names?: readonly string[];
    period?: Period;
  }): Promise<Identity> {
    const { role, commonName, flaw = 'valid', period } = options;
    const request: CertificateRequest = {
      commonName,
      keys: await (flaw === 'weak-key' ? this.#key(`${role} weak`, weakBits) : this.#key(role)),
      names: [...(options.names ?? []), ...this.#names],
      ...this.#during(period),
      ...this.#flawed(flaw),
    };
    if (flaw === 'self-signed') return selfSigned({ ...request, usualNames: true }, this.#runtime);
    const identity = (flaw === 'unknown-ca' ? await this.#stranger() : this.ca).issueServer(request);
    if (flaw === 'revoked') this.ca.revoke(identity.certificatePem);
    return identity;
  }

  /** A client's identity. */
  async client(commonName: string, flaw: CertificateFlaw = 'valid', period?: Period): Promise<Identity> {
    const request: CertificateRequest = {
      commonName,
      keys: await this.#key(`client ${commonName}`),
      ...this.#during(period),
      ...this.#flawed(flaw),
    };
    const identity = (flaw === 'unknown-ca' ? await this.#stranger() : this.ca).issueClient(request);
    if (flaw === 'revoked') this.ca.revoke(identity.certificatePem);
    return identity;
  }

  /** The authority's list of revoked certificates (PEM), as of now; on both clocks it holds for a day. */
  revocationList(): string {
    const { notBefore, notAfter } = onBothClocks(this.#runtime, day);
    return this.ca.revocationList({ thisUpdate: notBefore, nextUpdate: notAfter });
  }

  /** A private key protected by a password, as a careless KMS would hand it out (PKCS#8, AES-256-CBC). */
  protect(privateKeyPem: string, passphrase: string): string {
    return createPrivateKey(privateKeyPem)
      .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase })
      .toString();
  }

  /** A key takes real time to make: the lab's clock must not move by itself meanwhile. */
  #key(role: string, bits?: number): Promise<KeyPair> {
    return heldWhile(this.#runtime.clock, () => this.#keys.get(role, bits));
  }

  /** An authority that nobody trusts. */
  async #stranger(): Promise<CertificateAuthority> {
    const keys = await this.#key('stranger ca');
    this.#strangers ??= this.#strangerOf(keys);
    return this.#strangers;
  }

  #strangerOf(keys: KeyPair, certificatePem?: string): CertificateAuthority {
    return createCertificateAuthority({ commonName: 'unknown CA', keys, certificatePem, ...this.#runtime });
  }

  #during({ fromMinutes, untilMinutes }: Period = {}): Partial<CertificateRequest> {
    const at = (minutes: number) => new Date(this.#runtime.clock.now() + minutes * 60_000);
    return {
      ...(fromMinutes !== undefined && { notBefore: at(fromMinutes) }),
      ...(untilMinutes !== undefined && { notAfter: at(untilMinutes) }),
    };
  }

  #flawed(flaw: CertificateFlaw): Partial<CertificateRequest> {
    const now = this.#runtime.clock.now();
    switch (flaw) {
      case 'expired':
        return { notBefore: new Date(now - 2 * day), notAfter: new Date(now - day) };
      case 'not-yet-valid':
        return { notBefore: new Date(now + day), notAfter: new Date(now + 2 * day) };
      case 'wrong-name':
        return { usualNames: false, names: ['other.invalid'] };
      case 'no-usage':
        return { extendedKeyUsage: [] };
      case 'wrong-usage':
        // RFC 5280 §4.2.1.12: a server shows what is for clients alone.
        return { extendedKeyUsage: ['clientAuth'] };
      default:
        return {};
    }
  }
}

/** From an hour ago for so long (ms), by the lab's clock and by the machine's. */
function onBothClocks({ clock }: Runtime, ms: number): { notBefore: Date; notAfter: Date } {
  const times = [clock.now(), createRealClock().now()];
  return { notBefore: new Date(Math.min(...times) - hour), notAfter: new Date(Math.max(...times) + ms) };
}
