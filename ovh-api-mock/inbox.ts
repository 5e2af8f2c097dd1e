import type { Runtime } from '../core/index.ts';

/** How OVHcloud reaches a person: by SMS or by mail. */
export type MessageKind = 'sms' | 'mail';

/** What OVHcloud sent to a person. */
export interface InboxMessage {
  readonly id: number;
  /** ms since the epoch */
  readonly time: number;
  readonly kind: MessageKind;
  /** The person's login. */
  readonly to: string;
  /** The phone number or mail address; null when the person has none, and the message was lost in the real world. */
  readonly address: string | null;
  /** What it is about, without secrets. */
  readonly subject: string;
  readonly text: string;
}

/** Older messages are forgotten. */
const limit = 1_000;

/**
 * The phones and mailboxes of a lab's people. Tokens and codes stand in its messages, for that is where people read them; the journal
 * tells only that there is a message.
 */
export class Inbox {
  readonly #runtime: Runtime;
  #messages: InboxMessage[] = [];
  #ids = 1;

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  /** Oldest first. */
  get messages(): readonly InboxMessage[] {
    return this.#messages;
  }

  send(message: Omit<InboxMessage, 'id' | 'time'>, cause: number | undefined): void {
    const { clock, journal } = this.#runtime;
    const { kind, to, address, subject } = message;
    const id = this.#ids++;
    this.#messages = [...this.#messages.slice(1 - limit), { ...message, id, time: clock.now() }];
    journal.record({
      plane: 'ovh',
      event: `ovh.inbox.${kind}`,
      level: address === null ? 'warn' : 'info',
      text:
        address === null
          ? `no ${kind} reaches ${to}, who has no address for it: ${subject}`
          : `${kind} to ${to}: ${subject}`,
      data: { id, to, kind, subject },
      cause,
    });
  }
}
