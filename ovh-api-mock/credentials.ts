import type { Runtime } from '../core/index.ts';
import type { CredentialStatus } from './models/auth.ts';
import type { AccessRule, ApplicationOptions, ConsumerKeyOptions } from './options.ts';

/** An application of the API: what developers create once at /createApp/. */
export interface Application {
  readonly applicationId: number;
  readonly applicationKey: string;
  readonly applicationSecret: string;
}

/** A consumer key: what lets an application act for an account. */
export interface Credential {
  readonly credentialId: number;
  readonly application: Application;
  readonly consumerKey: string;
  readonly rules: readonly AccessRule[];
  readonly iamActions: readonly string[];
  readonly allowedIPs: readonly string[] | null;
  status: CredentialStatus;
  /** ms since the epoch */
  readonly creation: number;
  readonly expiration: number | null;
  lastUse: number | null;
}

/** Every call is allowed. */
export const fullAccess: readonly AccessRule[] = (['GET', 'POST', 'PUT', 'DELETE'] as const).map((method) => ({
  method,
  path: '/*',
}));

/** The applications and consumer keys that the API knows. */
export class CredentialStore {
  readonly #runtime: Runtime;
  readonly #applications = new Map<string, Application>();
  readonly #credentials = new Map<string, Credential>();
  #applicationIds: number;
  #credentialIds: number;

  constructor(runtime: Runtime, applications: readonly ApplicationOptions[] | undefined) {
    this.#runtime = runtime;
    this.#applicationIds = this.#random.integer(900_000) + 100_000;
    this.#credentialIds = this.#random.integer(900_000_000) + 100_000_000;
    for (const options of applications ?? [this.#defaultApplication()]) {
      const { applicationKey, applicationSecret } = options;
      const application = { applicationId: this.#applicationIds++, applicationKey, applicationSecret };
      this.#applications.set(applicationKey, application);
      for (const key of options.consumerKeys ?? []) this.add(application, key);
    }
  }

  get #random() {
    return this.#runtime.random.stream('ovh.credentials');
  }

  // Key shapes: spec 2.2 (documented).
  #defaultApplication(): ApplicationOptions {
    return {
      applicationKey: this.#random.alphanumeric(16),
      applicationSecret: this.#random.alphanumeric(32),
      consumerKeys: [{ consumerKey: this.#random.alphanumeric(32) }],
    };
  }

  get applications(): Application[] {
    return [...this.#applications.values()];
  }

  get credentials(): Credential[] {
    return [...this.#credentials.values()];
  }

  application(applicationKey: string): Application | undefined {
    return this.#applications.get(applicationKey);
  }

  credential(consumerKey: string): Credential | undefined {
    return this.#credentials.get(consumerKey);
  }

  /** Registers a consumer key; without one a new key is drawn. */
  add(
    application: Application,
    options: Partial<ConsumerKeyOptions> & { allowedIPs?: readonly string[] | null },
  ): Credential {
    const credential: Credential = {
      credentialId: this.#credentialIds++,
      application,
      consumerKey: options.consumerKey ?? this.#random.alphanumeric(32),
      rules: options.rules ?? fullAccess,
      iamActions: options.iamActions ?? ['*'],
      allowedIPs: options.allowedIPs ?? null,
      status: options.status ?? 'validated',
      creation: this.#runtime.clock.now(),
      expiration: options.expiration?.getTime() ?? null,
      lastUse: null,
    };
    this.#credentials.set(credential.consumerKey, credential);
    return credential;
  }

  /** The status of a credential now: a validated one expires by the clock. */
  statusOf(credential: Credential): CredentialStatus {
    const expired = credential.expiration !== null && credential.expiration <= this.#runtime.clock.now();
    return expired && credential.status === 'validated' ? 'expired' : credential.status;
  }
}
