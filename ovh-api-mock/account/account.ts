import type { Runtime } from '../../core/index.ts';
import { isSameSecret } from '../same-secret.ts';
import type { AccountOptions, PolicyOptions, SecondFactor, ServiceAccountOptions } from './options.ts';
import { isAllowedBy, type Policy } from './policy.ts';

/** Who a call acts as: the account, one of its users, or a service account. */
export interface Principal {
  /** `method` of GET /auth/details. */
  readonly method: 'account' | 'user' | 'oauth2_client_credentials';
  readonly urn: string;
  /** Login of a user of the account. */
  readonly user: string | null;
  readonly description: string | null;
  /** What IAM lets it do; null: everything. */
  readonly policies: readonly Policy[] | null;
}

/** Somebody who can log in on a page. */
export interface Person extends Principal {
  /** What is typed as account: `xx11111-ovh`, of a user `xx11111-ovh/login` (documented). */
  readonly login: string;
  readonly password: string;
  readonly email: string | null;
  readonly phoneNumber: string | null;
  readonly secondFactor: SecondFactor | null;
}

/** An OAuth2 client. */
export interface ServiceAccount extends Principal {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** The customer, its users, service accounts and IAM policies. */
export class Account {
  readonly nichandle: string;
  readonly owner: Person;
  readonly #people = new Map<string, Person>();
  readonly #serviceAccounts = new Map<string, ServiceAccount>();

  /** @param nichandle of the customer when the options name none */
  constructor({ random }: Runtime, options: AccountOptions, nichandle: string) {
    this.nichandle = options.nichandle ?? nichandle;
    const { policies = [], users = [], serviceAccounts = [] } = options;
    const secrets = random.stream('ovh.account');
    const account = this.nichandle;
    this.owner = person(options, secrets.alphanumeric(16), {
      method: 'account',
      login: account,
      // Documented (spec 2.3).
      urn: `urn:v1:eu:identity:account:${account}`,
      user: null,
      description: null,
      policies: null,
    });
    this.#people.set(account, this.owner);
    for (const user of users) {
      const login = `${account}/${user.login}`;
      const urn = `urn:v1:eu:identity:user:${login}`;
      const { login: name, description = null } = user;
      const own = policiesOf(policies, urn, name);
      const parts = { method: 'user', login, urn, user: name, description, policies: own } as const;
      this.#people.set(login, person(user, secrets.alphanumeric(16), parts));
    }
    for (const given of serviceAccounts) {
      this.#serviceAccounts.set(given.clientId, serviceAccount(given, account, policies));
    }
  }

  get people(): Person[] {
    return [...this.#people.values()];
  }

  person(login: string): Person | undefined {
    return this.#people.get(login);
  }

  serviceAccount(clientId: string): ServiceAccount | undefined {
    return this.#serviceAccounts.get(clientId);
  }

  /** The person with this login and password; a wrong login takes as long as a wrong password. */
  logIn(login: string, password: string): Person | undefined {
    const found = this.#people.get(login);
    const isRight = isSameSecret(password, (found ?? this.owner).password);
    return isRight ? found : undefined;
  }

  /** The service account with this client id and secret; an unknown id takes as long as a wrong secret. */
  authenticateClient(clientId: string, clientSecret: string): ServiceAccount | undefined {
    const found = this.#serviceAccounts.get(clientId);
    const isRight = isSameSecret(clientSecret, found?.clientSecret ?? this.owner.password);
    return isRight ? found : undefined;
  }
}

/** Whether IAM lets somebody use an action on a resource, see {@link isAllowedBy}. That an account may do everything is assumed. */
export function isAllowed({ policies }: Principal, action: string, resource: string | undefined): boolean {
  return policies === null || isAllowedBy(policies, action, resource);
}

type Contact = Pick<AccountOptions, 'password' | 'email' | 'phoneNumber' | 'secondFactor'>;

function person(
  { password, email, phoneNumber, secondFactor }: Contact,
  drawn: string,
  rest: Principal & Pick<Person, 'login'>,
): Person {
  return {
    ...rest,
    password: password ?? drawn,
    email: email ?? null,
    phoneNumber: phoneNumber ?? null,
    secondFactor: secondFactor ?? null,
  };
}

function serviceAccount(
  { clientId, clientSecret, description }: ServiceAccountOptions,
  account: string,
  policies: readonly PolicyOptions[],
): ServiceAccount {
  // Documented (spec 2.4).
  const urn = `urn:v1:eu:identity:credential:${account}/oauth2-${clientId}`;
  const own = policiesOf(policies, urn, clientId);
  const method = 'oauth2_client_credentials';
  return { method, clientId, clientSecret, urn, user: null, description: description ?? null, policies: own };
}

/** The policies that name an identity, by its URN or in short. */
function policiesOf(policies: readonly PolicyOptions[], urn: string, name: string): Policy[] {
  return policies.filter(({ identities }) => identities.includes(urn) || identities.includes(name));
}
