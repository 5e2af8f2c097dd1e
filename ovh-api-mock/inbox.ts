import type { Runtime } from '../core/index.ts';

/** A message that OVHcloud sends to somebody: what would arrive on a phone or in a mailbox. */
export interface Message {
  /** ms since the epoch */
  readonly time: number;
  readonly kind: 'sms' | 'mail';
  /** A phone number, a mail address, or a nichandle for the contact of the account. */
  readonly to: string;
  /** With the code in it. */
  readonly text: string;
  /** The token or password that the message brings, if it brings one. */
  readonly code?: string;
}

/** How many messages are kept. */
const capacity = 1_000;

/** Phones and mailboxes of the lab's people. It holds codes on purpose: who reads it holds the phone. The journal never shows them. */
export class Inbox {
  readonly #runtime: Runtime;
  #messages: Message[] = [];

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  /** The newest last; the oldest are forgotten. */
  get messages(): readonly Message[] {
    return this.#messages;
  }

  /** Holds these messages and no others. */
  restore(messages: readonly Message[]): void {
    this.#messages = [...messages];
  }

  /** @param about what the message is for, such as `a phone number to confirm`, for the journal */
  send(message: Omit<Message, 'time'>, about: string, cause: number): void {
    this.#messages.push({ ...message, time: this.#runtime.clock.now() });
    if (this.#messages.length > capacity) this.#messages.shift();
    const { kind, to } = message;
    this.#runtime.journal.record({
      plane: 'ovh',
      event: `ovh.message.${kind}`,
      text: `${kind === 'sms' ? 'an SMS' : 'a mail'} goes to ${to}: ${about}`,
      data: { kind, to },
      cause,
    });
  }
}
