import { type JsonObject, requireVersion } from '../core/index.ts';
import type { SavedAttempts } from './account/login-guard.ts';
import type { SavedCodes } from './account/second-factor.ts';
import type { SavedNetworks } from './allowed-networks.ts';
import type { Api } from './api.ts';
import type { SavedCredentials } from './credentials.ts';
import type { Message } from './inbox.ts';
import type { SavedTokens } from './oauth2/tokens.ts';
import { robotOf } from './robots/restore.ts';
import type { SavedOperations } from './sensitive/operation-tokens.ts';
import type { SavedDetails } from './service-details.ts';
import type { SavedServices } from './services.ts';
import type { SavedTasks } from './tasks.ts';
import type { ThumbprintWatch } from './thumbprint-watch.ts';
import type { SavedUsers } from './users.ts';

/**
 * What the API knows at a moment, as JSON. It holds consumer keys, codes and hashes of passwords. Applications, people and the plan
 * of the services are the world's and not in it: it fits an API of the same world and seed.
 */
export type OvhApiState = {
  readonly plane: 'ovh';
  readonly version: number;
  readonly services: SavedServices;
  readonly details: SavedDetails;
  readonly users: SavedUsers;
  readonly allowedNetworks: SavedNetworks;
  readonly credentials: SavedCredentials;
  readonly tokens: SavedTokens;
  readonly messages: readonly Pick<Message, keyof Message>[];
  readonly logins: SavedAttempts;
  readonly codes: SavedCodes;
  readonly operations: SavedOperations;
  readonly tasks: SavedTasks;
  /** When thumbprints are looked at next, ms since the epoch. */
  readonly watch?: number | undefined;
};

const stateVersion = 1;

export function saveApi(api: Api, watch: ThumbprintWatch): OvhApiState {
  return {
    plane: 'ovh',
    version: stateVersion,
    services: api.services.save(),
    details: api.details.save(),
    users: api.users.save(),
    allowedNetworks: api.allowedNetworks.save(),
    credentials: api.credentials.save(),
    tokens: api.tokens.save(),
    messages: [...api.inbox.messages],
    logins: api.logins.save(),
    codes: api.codes.save(),
    operations: api.operationTokens.save(),
    tasks: api.tasks.save(),
    watch: watch.due,
  };
}

/** @throws KeyrigError ERR_STATE */
export function restoreApi(api: Api, watch: ThumbprintWatch, json: JsonObject): void {
  requireVersion(json.plane === 'ovh' ? json : {}, stateVersion, 'the OVHcloud API');
  const state = json as unknown as OvhApiState;
  api.services.restore(state.services);
  api.details.restore(state.details);
  api.users.restore(state.users);
  api.allowedNetworks.restore(state.allowedNetworks);
  api.credentials.restore(state.credentials);
  api.tokens.restore(state.tokens);
  api.inbox.restore(state.messages);
  api.logins.restore(state.logins);
  api.codes.restore(
    state.codes,
    (login) => api.account.person(login),
    (token) => api.credentials.request(token),
  );
  api.tasks.restore(state.tasks, (serviceName, recipe, cause) => robotOf(api, serviceName, recipe, cause));
  api.operationTokens.restore(state.operations, (taskId) => api.tasks.known(taskId));
  // Last: what robots wait for is there again.
  api.tasks.resume();
  watch.restore(state.watch);
}
