import type { Runtime } from '../core/index.ts';
import type { Account } from './account/account.ts';
import type { LoginGuard } from './account/login-guard.ts';
import type { SecondFactorCodes } from './account/second-factor.ts';
import type { AllowedNetworkStore } from './allowed-networks.ts';
import type { AssumedValues } from './assumed.ts';
import type { CredentialStore } from './credentials.ts';
import type { Inbox } from './inbox.ts';
import type { TokenStore } from './oauth2/tokens.ts';
import type { OvhApiMockOptions } from './options.ts';
import type { OperationTokens } from './sensitive/operation-tokens.ts';
import type { ServiceDetailsStore } from './service-details.ts';
import type { ServiceStore } from './services.ts';
import type { TaskStore } from './tasks.ts';
import type { UserStore } from './users.ts';

/** What the routes work on: the state behind the API, and how it shall behave. */
export interface Api {
  readonly runtime: Runtime;
  readonly options: OvhApiMockOptions & Required<Pick<OvhApiMockOptions, 'thumbprint'>>;
  readonly assumed: AssumedValues;
  readonly account: Account;
  readonly credentials: CredentialStore;
  /** Access tokens of service accounts. */
  readonly tokens: TokenStore;
  readonly services: ServiceStore;
  readonly details: ServiceDetailsStore;
  readonly tasks: TaskStore;
  readonly users: UserStore;
  readonly allowedNetworks: AllowedNetworkStore;
  readonly inbox: Inbox;
  readonly operationTokens: OperationTokens;
  /** Wrong passwords and codes on the pages. */
  readonly logins: LoginGuard;
  readonly codes: SecondFactorCodes;
  /** The port of a new KMS entry. */
  kmsTcpPort(ip: string): number;
}
