import { hideSecrets } from './secrets.ts';

/** How a message is written down: a KMIP message as indented text, SOAP as XML, an API call as JSON. */
export type MessageForm = 'kmip' | 'xml' | 'json';

/** One message that crossed a socket. */
export interface KeptMessage {
  direction: 'request' | 'answer';
  form: MessageForm;
  /** Without secrets; cut where it is longer than the limit. */
  text: string;
  /** Characters that were cut off. */
  cut?: number;
}

/** Characters of one message, and of all of a lab together. */
const limits = { message: 16_000, all: 32_000_000 } as const;

/**
 * The messages behind the entries of a timeline, for a report that shows them. They are kept only where somebody asked: a lab
 * without a log of messages does not even write them down.
 */
export class MessageLog {
  readonly #kept = new Map<number, KeptMessage[]>();
  #characters = 0;
  #omitted = 0;

  /** Messages that came after the room for all was used up. */
  get omitted(): number {
    return this.#omitted;
  }

  /**
   * Keeps a message.
   * @param seq the journal entry that it belongs to
   * @param text the message; passwords and keys in XML and JSON are hidden here, KMIP messages come without key material
   */
  keep(seq: number, direction: KeptMessage['direction'], form: MessageForm, text: string): void {
    if (text === '') return;
    if (this.#characters >= limits.all) {
      this.#omitted++;
      return;
    }
    const shown = hideSecrets(form, text);
    const cut = shown.length - limits.message;
    const message: KeptMessage =
      cut > 0 ? { direction, form, text: shown.slice(0, limits.message), cut } : { direction, form, text: shown };
    this.#characters += message.text.length;
    const others = this.#kept.get(seq);
    if (others) others.push(message);
    else this.#kept.set(seq, [message]);
  }

  /** The messages of an entry, in the order they were kept. */
  of(seq: number): readonly KeptMessage[] {
    return this.#kept.get(seq) ?? [];
  }
}
