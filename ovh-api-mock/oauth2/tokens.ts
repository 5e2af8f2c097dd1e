import { hash } from 'node:crypto';
import { type Runtime, stateError } from '../../core/index.ts';
import type { Account, ServiceAccount } from '../account/account.ts';
import type { ServiceAccountOptions } from '../account/options.ts';

/** `expires_in` of a token, seconds (documented). */
export const tokenLifetime = 3599;

/** More tokens than this are not kept: the oldest end early. */
const limit = 10_000;

interface AccessToken {
  readonly owner: ServiceAccount;
  /** ms since the epoch; null: never. */
  readonly expiration: number | null;
}

export type SavedTokens = readonly (readonly [hash: string, clientId: string, expiration: number | null])[];

/** The access tokens of service accounts. Only their hashes are kept, so that a lookup takes no time that tells of one. */
export class TokenStore {
  readonly #runtime: Runtime;
  readonly #account: Account;
  readonly #issued = new Map<string, AccessToken>();
  /** Those of the world are never forgotten. */
  readonly #given = new Map<string, AccessToken>();

  constructor(runtime: Runtime, account: Account, serviceAccounts: readonly ServiceAccountOptions[] = []) {
    this.#runtime = runtime;
    this.#account = account;
    for (const { clientId, accessTokens = [] } of serviceAccounts) {
      const owner = account.serviceAccount(clientId)!;
      for (const token of accessTokens) this.#given.set(hash('sha256', token), { owner, expiration: null });
    }
  }

  /** A new token. Its form is not published; that it is opaque is assumed. */
  issue(owner: ServiceAccount, cause: number): string {
    const { clock, random, journal } = this.#runtime;
    const token = random.stream('ovh.oauth2').alphanumeric(64);
    const expiration = clock.now() + tokenLifetime * 1000;
    // They expire in the order in which they were issued.
    for (const [key, { expiration: end }] of this.#issued) {
      if (this.#issued.size < limit && (end ?? 0) > clock.now()) break;
      this.#issued.delete(key);
    }
    this.#issued.set(hash('sha256', token), { owner, expiration });
    journal.record({
      plane: 'ovh',
      event: 'ovh.oauth2.token',
      text: `service account ${owner.clientId} gets an access token for ${tokenLifetime} s`,
      data: { clientId: owner.clientId },
      cause,
    });
    return token;
  }

  /** The hashes of those that were issued; those of the world need not be saved. */
  save(): SavedTokens {
    return Array.from(this.#issued, ([hashed, { owner, expiration }]) => [hashed, owner.clientId, expiration]);
  }

  restore(tokens: SavedTokens): void {
    this.#issued.clear();
    for (const [hashed, clientId, expiration] of tokens) {
      const owner = this.#account.serviceAccount(clientId);
      if (!owner) throw stateError('the OVHcloud API', `it has a token of a service account ${clientId}`);
      this.#issued.set(hashed, { owner, expiration });
    }
  }

  /** Whose token it is; `expired` when it was one. */
  find(token: string): ServiceAccount | 'expired' | undefined {
    const key = hash('sha256', token);
    const found = this.#given.get(key) ?? this.#issued.get(key);
    if (!found) return undefined;
    const { owner, expiration } = found;
    return expiration !== null && expiration <= this.#runtime.clock.now() ? 'expired' : owner;
  }
}
