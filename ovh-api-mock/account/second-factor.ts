import type { Members, Runtime } from '../../core/index.ts';
import type { AssumedValues } from '../assumed.ts';
import type { CredentialRequest } from '../credentials.ts';
import type { Inbox } from '../inbox.ts';
import { isSameSecret } from '../same-secret.ts';
import type { Person } from './account.ts';

/** Somebody who gave the right password, and whose code is awaited. */
interface PendingLogin {
  readonly person: Person;
  readonly wanted: CredentialRequest;
  readonly validityMs: number | null;
  readonly code: string;
  /** ms since the epoch */
  readonly expiration: number;
}

/** Older ones are forgotten. */
const limit = 1_000;

export type SavedCodes = readonly ({
  readonly ticket: string;
  readonly login: string;
  /** Token of the request for a consumer key. */
  readonly request: string;
} & Pick<Members<PendingLogin>, 'validityMs' | 'code' | 'expiration'>)[];

/** Codes of the second factor: sent to the inbox of the lab, good once and for a few minutes. */
export class SecondFactorCodes {
  readonly #runtime: Runtime;
  readonly #inbox: Inbox;
  readonly #lifetime: number;
  readonly #pending = new Map<string, PendingLogin>();

  constructor(runtime: Runtime, inbox: Inbox, { secondFactorMs }: Pick<AssumedValues, 'secondFactorMs'>) {
    this.#runtime = runtime;
    this.#inbox = inbox;
    this.#lifetime = secondFactorMs;
  }

  /** Sends a code; answers the ticket with which it is to be confirmed. */
  send(person: Person, wanted: CredentialRequest, validityMs: number | null, cause: number): string {
    const { clock, random } = this.#runtime;
    const stream = random.stream('ovh.second-factor');
    const code = String(stream.integer(1_000_000)).padStart(6, '0');
    const ticket = stream.alphanumeric(32);
    this.#pending.set(ticket, { person, wanted, validityMs, code, expiration: clock.now() + this.#lifetime });
    const [oldest = ''] = this.#pending.keys();
    if (this.#pending.size > limit) this.#pending.delete(oldest);
    const kind = person.secondFactor ?? 'sms';
    const to = (kind === 'sms' ? person.phoneNumber : person.email) ?? person.login;
    const text = `OVHcloud: your code is ${code}. It is good for ${Math.round(this.#lifetime / 60_000)} minutes.`;
    this.#inbox.send({ kind, to, text, code }, `a code for the login of ${person.login}`, cause);
    return ticket;
  }

  /** The login that a ticket stands for, if it is one for this consumer key and has not expired. */
  find(ticket: string, wanted: CredentialRequest): PendingLogin | undefined {
    const found = this.#pending.get(ticket);
    return found?.wanted === wanted && found.expiration > this.#runtime.clock.now() ? found : undefined;
  }

  save(): SavedCodes {
    return Array.from(this.#pending, ([ticket, { person, wanted, ...rest }]) => {
      return { ticket, login: person.login, request: wanted.token, ...rest };
    });
  }

  /** Codes whose request is forgotten are good for nothing any more. */
  restore(
    codes: SavedCodes,
    personOf: (login: string) => Person | undefined,
    requestOf: (token: string) => CredentialRequest | undefined,
  ): void {
    this.#pending.clear();
    for (const { ticket, login, request, ...rest } of codes) {
      const person = personOf(login);
      const wanted = requestOf(request);
      if (person && wanted) this.#pending.set(ticket, { person, wanted, ...rest });
    }
  }

  /** Whether a code is right; then it is used up. */
  use(ticket: string, code: string): boolean {
    const isRight = isSameSecret(code.trim(), this.#pending.get(ticket)?.code ?? '');
    if (isRight) this.#pending.delete(ticket);
    return isRight;
  }
}
