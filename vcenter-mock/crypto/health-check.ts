import { type ClockTimer, messageOf, type Runtime } from '../../core/index.ts';
import type { Announce } from './key-exchange.ts';
import type { KeyProviders } from './key-providers.ts';
import type { ProviderStatus } from './provider-status.ts';

/** observed: vCenter 7.0.3 checks every registered KMS every 300 s. */
const periodMs = 300_000;

/** Checks the registered key servers by the clock and lets what is locked recover when a provider answers. */
export class HealthCheck {
  readonly #runtime: Runtime;
  readonly #providers: KeyProviders;
  readonly #status: ProviderStatus;
  readonly #announce: Announce;
  readonly #recover: (providerId: string, cause: number) => Promise<void>;
  /** Servers `<provider>/<name>` that did not answer at their last check. */
  readonly #unreachable = new Set<string>();
  #timer: ClockTimer | undefined;
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

  /** Starts or stops the timer with the first and the last provider. */
  follow(): void {
    const needed = this.#providers.all().some((provider) => provider.servers.length > 0);
    if (needed && !this.#timer) {
      this.#timer = this.#runtime.clock.setInterval(() => {
        // A check that takes longer than the period is not overtaken by the next.
        this.#running ??= this.check()
          .catch((error: unknown) => this.#defect(error))
          .finally(() => {
            this.#running = undefined;
          });
      }, periodMs);
    } else if (!needed) this.stop();
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
      let answered = false;
      const entry = this.#runtime.journal.record({
        plane: 'vcenter',
        event: 'vcenter.kmip.health-check',
        level: 'debug',
        text: `health check of key provider ${provider.id}`,
        data: { provider: provider.id },
      });
      for (const server of provider.servers) {
        const { failure } = await this.#status.healthCheck(provider, server, entry.seq);
        if (failure?.kind === 'stopped') return;
        const name = `${provider.id}/${server.info.name}`;
        if (!failure) {
          answered = true;
          this.#unreachable.delete(name);
        } else if (failure.isUnreachable && !this.#unreachable.has(name)) {
          this.#unreachable.add(name);
          const args = [
            { key: 'keyProvider', value: provider.id },
            { key: 'serverName', value: server.info.name },
          ];
          this.#announce('com.vmware.vc.kms.crypto.Unreachable', { arguments: args }, entry.seq);
        }
      }
      if (answered) await this.#recover(provider.id, entry.seq);
    }
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
