import { type ClockTimer, inspectCertificate, messageOf, type Runtime } from '../../core/index.ts';
import type { CryptoEvent } from './events.ts';
import type { Announce } from './key-exchange.ts';
import type { KeyProviders } from './key-providers.ts';
import type { ProviderStatus } from './provider-status.ts';

/** observed: vCenter 7.0.3 checks every registered KMS every 300 s. */
const periodMs = 300_000;

/** When the next round is due (ms since 1970; none without a KMS), and what was told. */
export type SavedHealthCheck = {
  readonly due?: number;
  readonly unreachable: readonly string[];
  readonly warned: readonly string[];
};

/** Checks the registered key servers by the clock and lets what is locked recover when a provider answers. */
export class HealthCheck {
  readonly #runtime: Runtime;
  readonly #providers: KeyProviders;
  readonly #status: ProviderStatus;
  readonly #announce: Announce;
  readonly #recover: (providerId: string, cause: number) => Promise<void>;
  /** Servers `<provider>/<name>` that did not answer at their last check. */
  readonly #unreachable = new Set<string>();
  /** Certificates whose end was told. */
  readonly #warned = new Set<string>();
  #timer: ClockTimer | undefined;
  #due = 0;
  #running: Promise<void> | undefined;

  constructor(parts: {
    runtime: Runtime;
    providers: KeyProviders;
    status: ProviderStatus;
    announce: Announce;
    recover: (providerId: string, cause: number) => Promise<void>;
  }) {
    this.#runtime = parts.runtime;
    this.#providers = parts.providers;
    this.#status = parts.status;
    this.#announce = parts.announce;
    this.#recover = parts.recover;
  }

  /** Starts or stops the timer with the first and the last provider. Of a server that comes again it is told anew. */
  follow(): void {
    const names = this.#providers.all().flatMap(({ id, servers }) => servers.map(({ info }) => `${id}/${info.name}`));
    for (const name of this.#unreachable) if (!names.includes(name)) this.#unreachable.delete(name);
    const needed = names.length > 0;
    if (needed && !this.#timer) this.#startAt(this.#runtime.clock.now() + periodMs);
    else if (!needed) this.stop();
  }

  /** The first round at that time, then one in each period. */
  #startAt(due: number): void {
    const { clock } = this.#runtime;
    this.#due = due;
    this.#timer = clock.setTimeout(
      () => {
        this.#startAt(clock.now() + periodMs);
        // A check that takes longer than the period is not overtaken by the next.
        this.#running ??= this.check()
          .catch((error: unknown) => this.#defect(error))
          .finally(() => {
            this.#running = undefined;
          });
      },
      Math.max(0, due - clock.now()),
    );
  }

  /** True while a round is under way. */
  get isRunning(): boolean {
    return this.#running !== undefined;
  }

  save(): SavedHealthCheck {
    const told = { unreachable: [...this.#unreachable], warned: [...this.#warned] };
    return this.#timer ? { due: this.#due, ...told } : told;
  }

  restore({ due, unreachable, warned }: SavedHealthCheck): void {
    this.stop();
    this.#unreachable.clear();
    this.#warned.clear();
    for (const name of unreachable) this.#unreachable.add(name);
    for (const key of warned) this.#warned.add(key);
    if (due !== undefined) this.#startAt(due);
  }

  stop(): void {
    this.#timer?.clear();
    this.#timer = undefined;
  }

  /** Resolves when no round is under way. */
  async settled(): Promise<void> {
    await this.#running;
  }

  /** One round over all servers. */
  async check(): Promise<void> {
    for (const provider of this.#providers.all()) {
      if (provider.servers.length === 0) continue;
      const { seq } = this.#runtime.journal.record({
        plane: 'vcenter',
        event: 'vcenter.kmip.health-check',
        level: 'debug',
        text: `health check of key provider ${provider.id}`,
        data: { provider: provider.id },
      });
      let answered = false;
      for (const server of provider.servers) {
        const { certificate, failure } = await this.#status.healthCheck(provider, server, seq);
        if (failure?.kind === 'stopped') return;
        // It was removed while it was waited for.
        if (!provider.servers.includes(server)) continue;
        const name = `${provider.id}/${server.info.name}`;
        const args = [
          { key: 'keyProvider', value: provider.id },
          { key: 'serverName', value: server.info.name },
        ];
        if (certificate) this.#warnOfEnd('KMSServerCertExpirationEvent', certificate, args, seq);
        if (!failure) {
          answered = true;
          this.#unreachable.delete(name);
        } else if (failure.isUnreachable && !this.#unreachable.has(name)) {
          this.#unreachable.add(name);
          this.#announce('com.vmware.vc.kms.crypto.Unreachable', { arguments: args }, seq);
        }
      }
      const own = provider.identity?.certificatePem;
      const args = [{ key: 'keyProvider', value: provider.id }];
      if (own) this.#warnOfEnd('KMSClientCertExpirationEvent', own, args, seq);
      if (answered) await this.#recover(provider.id, seq);
    }
  }

  /** Told once for each certificate. How often a real vCenter repeats it is not published. assumed */
  #warnOfEnd(
    event: 'KMSServerCertExpirationEvent' | 'KMSClientCertExpirationEvent',
    certificate: string | Buffer,
    args: CryptoEvent['arguments'],
    cause: number,
  ): void {
    if (!this.#status.endsSoon(certificate)) return;
    const { sha256, notAfter } = inspectCertificate(certificate);
    const key = `${event} ${args?.map(({ value }) => value).join('/')} ${sha256}`;
    if (this.#warned.has(key)) return;
    this.#warned.add(key);
    const end = { key: 'notAfter', value: notAfter.toISOString() };
    this.#announce(`com.vmware.vc.vecs.${event}`, { arguments: [...(args ?? []), end] }, cause);
  }

  #defect(error: unknown): void {
    this.#runtime.journal.record({
      plane: 'vcenter',
      event: 'vcenter.defect',
      level: 'error',
      text: `the health check failed inside keyrig: ${messageOf(error)}`,
    });
  }
}
