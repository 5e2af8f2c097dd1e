import { type ClockTimer, messageOf } from '../core/index.ts';
import type { Api } from './api.ts';
import { fill } from './assumed.ts';
import type { KmsEntry, Service } from './services.ts';
import { fitsCertificate, thumbprints } from './thumbprint.ts';
import { probeCertificate } from './thumbprint-probe.ts';

/**
 * Looks again and again whether delivered KMS still show the certificates that were registered: one that shows another goes to state
 * error and its flow closes; one that is out of reach is left as it is. Whether OVHcloud does so is not known, so it happens when asked only.
 */
export class ThumbprintWatch {
  readonly #api: Api;
  readonly #stopping = new AbortController();
  #timer: ClockTimer | undefined;
  #due: number | undefined;
  #looking = 0;

  constructor(api: Api) {
    this.#api = api;
  }

  start(): void {
    const { assumed, runtime } = this.#api;
    this.#startAt(runtime.clock.now() + assumed.thumbprintWatchMs);
  }

  /** @param due when it looks next, ms since the epoch */
  #startAt(due: number): void {
    const { clock } = this.#api.runtime;
    const look = () => {
      const release = clock.hold();
      this.#looking++;
      void this.#look().finally(() => {
        this.#looking--;
        release();
      });
      this.start();
    };
    this.#due = due;
    this.#timer = clock.setTimeout(look, Math.max(0, due - clock.now()), { background: true });
  }

  get running(): string[] {
    return this.#looking > 0 ? ['the OVHcloud watch of thumbprints'] : [];
  }

  /** When it looks next, ms since the epoch; undefined when it does not look. */
  get due(): number | undefined {
    return this.#due;
  }

  restore(due: number | undefined): void {
    this.#timer?.clear();
    this.#due = undefined;
    if (due !== undefined) this.#startAt(due);
  }

  stop(): void {
    this.#stopping.abort();
    this.#timer?.clear();
  }

  async #look(): Promise<void> {
    const entries = this.#api.services.all.flatMap((service) =>
      [...service.kms.values()].filter((kms) => kms.state === 'delivered').map((kms) => ({ service, kms })),
    );
    await Promise.all(entries.map(({ service, kms }) => this.#check(service, kms)));
  }

  async #check(service: Service, kms: KmsEntry): Promise<void> {
    const { assumed, options, runtime, services } = this.#api;
    const { ip, kmsTcpPort: port, kmsId, sslThumbprint: expected } = kms;
    const { serviceName } = service;
    const record = (what: string, level: 'debug' | 'warn', text: string, cause?: number) =>
      runtime.journal.record({
        plane: 'ovh',
        event: `ovh.thumbprint.${what}`,
        level,
        text,
        data: { serviceName, kmsId, ip, port },
        cause,
      }).seq;
    const cause = record('watch', 'debug', `looks whether KMS ${kmsId} still has the certificate of its registration`);
    const target = { ...(options.dialAddress?.(ip, port) ?? { host: ip, port }), timeout: assumed.probeTimeoutMs };
    let found: Buffer;
    try {
      found = await probeCertificate({ ...target, cause, signal: this.#stopping.signal }, runtime);
    } catch (error) {
      if (!this.#stopping.signal.aborted)
        record('unreachable', 'warn', fill(assumed.unreachableText, { ip, port, reason: messageOf(error) }), cause);
      return;
    }
    // It may have been changed meanwhile.
    const asBefore = kms.state === 'delivered' && kms.sslThumbprint === expected;
    if (!asBefore || fitsCertificate(expected, found)) return;
    const text = fill(assumed.thumbprintMismatchText, { ip, port, expected, ...thumbprints(found) });
    const changed = record('changed', 'warn', text, cause);
    services.setFlow(service, kms, false, changed);
    services.setKmsState(service, kms, 'error', changed);
  }
}
