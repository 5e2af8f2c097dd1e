import { type Json, KeyrigError, type Members, type Runtime, stateError } from '../core/index.ts';
import type { Account, Principal } from './account/account.ts';
import type { AssumedValues } from './assumed.ts';
import type { CredentialStatus } from './models/auth.ts';
import type { AccessRule, ApplicationOptions, ConsumerKeyOptions } from './options.ts';

/** An application of the API: what developers create once at /createApp/. */
export interface Application {
  readonly applicationId: number;
  readonly applicationKey: string;
  readonly applicationSecret: string;
  readonly name: string;
  readonly description: string;
}

/** A consumer key: what lets an application act for an account. */
export interface Credential {
  readonly credentialId: number;
  readonly application: Application;
  readonly consumerKey: string;
  readonly rules: readonly AccessRule[];
  readonly allowedIPs: readonly string[] | null;
  /** Who granted it; null while nobody has. */
  principal: Principal | null;
  status: CredentialStatus;
  /** ms since the epoch */
  readonly creation: number;
  expiration: number | null;
  lastUse: number | null;
}

/** A consumer key that was asked for, and what its validation page needs. */
export interface CredentialRequest {
  readonly credential: Credential;
  /** Of `validationUrl`. */
  readonly token: string;
  readonly redirection: string | null;
  /** When the page takes it no more, ms since the epoch. */
  readonly expiration: number;
}

type SavedRequest = { readonly consumerKey: string } & Omit<Members<CredentialRequest>, 'credential'>;

/** All consumer keys, and what was asked for. */
export type SavedCredentials = {
  readonly nextId: number;
  readonly credentials: readonly ({ readonly applicationKey: string; readonly principal: Json } & Omit<
    Members<Credential>,
    'application' | 'principal' | 'rules'
  > & { readonly rules: readonly Members<AccessRule>[] })[];
  readonly waiting: readonly SavedRequest[];
  readonly granted: readonly SavedRequest[];
};

/** Every call is allowed. */
export const fullAccess: readonly AccessRule[] = (['GET', 'POST', 'PUT', 'DELETE'] as const).map((method) => ({
  method,
  path: '/*',
}));

/** The applications and consumer keys that the API knows. */
export class CredentialStore {
  readonly #runtime: Runtime;
  readonly #account: Account;
  readonly #assumed: AssumedValues;
  readonly #applications = new Map<string, Application>();
  readonly #credentials = new Map<string, Credential>();
  /** Asked for through the API, by token, the oldest first: those that wait or were refused, and those that were granted. */
  readonly #waiting = new Map<string, CredentialRequest>();
  readonly #granted = new Map<string, CredentialRequest>();
  readonly #tokens = new WeakMap<Credential, string>();
  #applicationIds: number;
  #credentialIds: number;

  constructor(
    runtime: Runtime,
    account: Account,
    assumed: AssumedValues,
    applications: readonly ApplicationOptions[] | undefined,
  ) {
    this.#runtime = runtime;
    this.#account = account;
    this.#assumed = assumed;
    this.#applicationIds = this.#random.integer(900_000) + 100_000;
    this.#credentialIds = this.#random.integer(900_000_000) + 100_000_000;
    for (const options of applications ?? [this.#defaultApplication()]) {
      const { applicationKey, applicationSecret, name = 'keyrig', description = '', consumerKeys = [] } = options;
      const applicationId = this.#applicationIds++;
      const application = { applicationId, applicationKey, applicationSecret, name, description };
      this.#applications.set(applicationKey, application);
      for (const key of consumerKeys) this.#preset(application, key);
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

  /** Up to `count` of the newest consumer keys. */
  latest(count: number): Credential[] {
    return [...this.#credentials.values()].slice(-count);
  }

  application(applicationKey: string): Application | undefined {
    return this.#applications.get(applicationKey);
  }

  credential(consumerKey: string): Credential | undefined {
    return this.#credentials.get(consumerKey);
  }

  /** The request behind a validationUrl, whatever became of it. */
  request(token: string): CredentialRequest | undefined {
    return this.#waiting.get(token) ?? this.#granted.get(token);
  }

  #preset(application: Application, options: ConsumerKeyOptions): void {
    const { consumerKey, rules = fullAccess, allowedIPs = null, status = 'validated', expiration, user } = options;
    const { owner, nichandle } = this.#account;
    const granter = user === undefined ? owner : this.#account.person(`${nichandle}/${user}`);
    if (!granter) throw new KeyrigError('ERR_OPTION', `the account has no user "${user}"`);
    const policies = options.iamActions ? [{ allow: options.iamActions }] : granter.policies;
    const credential = this.#make(application, consumerKey, rules, allowedIPs);
    credential.principal = status === 'pendingValidation' ? null : { ...granter, policies };
    credential.status = status;
    credential.expiration = expiration?.getTime() ?? null;
  }

  #make(
    application: Application,
    consumerKey: string,
    rules: readonly AccessRule[],
    allowedIPs: readonly string[] | null,
  ): Credential {
    const credential: Credential = {
      credentialId: this.#credentialIds++,
      application,
      consumerKey,
      rules,
      allowedIPs,
      principal: null,
      status: 'pendingValidation',
      creation: this.#runtime.clock.now(),
      expiration: null,
      lastUse: null,
    };
    this.#credentials.set(consumerKey, credential);
    return credential;
  }

  /** A new consumer key that waits for its validation (POST /auth/credential). Long after, the oldest are forgotten. */
  ask(
    application: Application,
    wanted: { rules: readonly AccessRule[]; allowedIPs: readonly string[] | null; redirection: string | null },
    cause: number,
  ): CredentialRequest {
    const { rules, allowedIPs, redirection } = wanted;
    const credential = this.#make(application, this.#random.alphanumeric(32), rules, allowedIPs);
    const token = this.#random.alphanumeric(64);
    const expiration = credential.creation + this.#assumed.validationMs;
    const request = { credential, token, redirection, expiration };
    this.#tokens.set(credential, token);
    this.#waiting.set(token, request);
    this.#bound(this.#waiting);
    const { credentialId, status } = credential;
    this.#record(
      'created',
      `credential ${credentialId} with ${rules.length} access rules is ${status}`,
      credential,
      cause,
    );
    return request;
  }

  /** Somebody grants a consumer key. `validityMs` null: without end. */
  grant(credential: Credential, principal: Principal, validityMs: number | null, cause: number | undefined): void {
    credential.status = 'validated';
    credential.principal = principal;
    credential.expiration = validityMs === null ? null : this.#runtime.clock.now() + validityMs;
    const token = this.#tokens.get(credential) ?? '';
    const request = this.#waiting.get(token);
    if (request) {
      this.#waiting.delete(token);
      this.#granted.set(token, request);
      this.#bound(this.#granted);
    }
    const until = credential.expiration === null ? 'without end' : `for ${(validityMs ?? 0) / 1000} s`;
    const text = `${principal.urn} grants credential ${credential.credentialId} ${until}`;
    this.#record('validated', text, credential, cause);
  }

  /** The customer refuses a consumer key. */
  refuse(credential: Credential, cause: number): void {
    credential.status = 'refused';
    this.#record('refused', `credential ${credential.credentialId} is refused`, credential, cause);
  }

  /** POST /auth/logout: the credential expires (documented by the schema's description). */
  expire(credential: Credential, cause: number): void {
    credential.status = 'expired';
    this.#record('expired', `credential ${credential.credentialId} is logged out`, credential, cause);
  }

  /** The status of a credential now: a validated one expires by the clock. */
  statusOf(credential: Credential): CredentialStatus {
    const expired = credential.expiration !== null && credential.expiration <= this.#runtime.clock.now();
    return expired && credential.status === 'validated' ? 'expired' : credential.status;
  }

  save(): SavedCredentials {
    const requestOf = ({ credential, ...request }: CredentialRequest) => ({
      consumerKey: credential.consumerKey,
      ...request,
    });
    return {
      nextId: this.#credentialIds,
      credentials: this.credentials.map(({ application, principal, ...credential }) => ({
        ...structuredClone(credential),
        principal: structuredClone(principal) as unknown as Json,
        rules: credential.rules.map((rule) => ({ ...rule })),
        applicationKey: application.applicationKey,
      })),
      waiting: Array.from(this.#waiting.values(), requestOf),
      granted: Array.from(this.#granted.values(), requestOf),
    };
  }

  /** For the applications of the same world. */
  restore({ nextId, credentials, waiting, granted }: SavedCredentials): void {
    this.#credentialIds = nextId;
    this.#credentials.clear();
    for (const { applicationKey, principal, ...rest } of credentials) {
      const application = this.#applications.get(applicationKey);
      if (!application) throw stateError('the OVHcloud API', 'it has a consumer key of another application');
      const own = structuredClone(principal) as unknown as Principal | null;
      this.#credentials.set(rest.consumerKey, { ...structuredClone(rest), principal: own, application });
    }
    const take = (requests: Map<string, CredentialRequest>, saved: readonly SavedRequest[]) => {
      requests.clear();
      for (const { consumerKey, ...request } of saved) {
        const credential = this.#credentials.get(consumerKey);
        if (!credential) continue;
        requests.set(request.token, { credential, ...request });
        this.#tokens.set(credential, request.token);
      }
    };
    take(this.#waiting, waiting);
    take(this.#granted, granted);
  }

  /** Forgets the oldest: anybody who knows an application key can ask for credentials without end. */
  #bound(requests: Map<string, CredentialRequest>): void {
    for (const [token, { credential }] of requests) {
      if (requests.size <= this.#assumed.credentialLimit) return;
      requests.delete(token);
      this.#credentials.delete(credential.consumerKey);
    }
  }

  #record(event: string, text: string, { credentialId, status }: Credential, cause: number | undefined): void {
    const { journal } = this.#runtime;
    journal.record({ plane: 'ovh', event: `ovh.credential.${event}`, text, data: { credentialId, status }, cause });
  }
}
