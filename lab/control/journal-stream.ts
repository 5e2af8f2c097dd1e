import { Readable } from 'node:stream';
import { type ClockTimer, createRealClock, type Journal, type Json, matches } from '../../core/index.ts';
import { shown } from './entries.ts';

/** So that neither side, nor anything between them, takes a quiet connection for a dead one (ms). */
const heartbeatMs = 15_000;

/** Entries that are looked at before others get their turn. */
const chunkEntries = 500;

/**
 * The timeline as server-sent events (HTML standard, 9.2). It keeps its place in the journal and reads on when its reader asks for
 * more, so a reader that is slow costs no memory; what the journal forgets meanwhile is told as a gap.
 */
export class JournalStream extends Readable {
  readonly #journal: Journal;
  readonly #pattern: Json | undefined;
  readonly #unsubscribe: () => void;
  readonly #heartbeat: ClockTimer;
  /** seq of the last entry that was looked at. */
  #place: number;
  #wanted = false;
  #scheduled = false;

  /** @param options.after seq behind which it begins */
  constructor(journal: Journal, { pattern, after }: { pattern: Json | undefined; after: number }) {
    super({ highWaterMark: 64 * 1024 });
    this.#journal = journal;
    this.#pattern = pattern;
    this.#place = after;
    this.#unsubscribe = journal.subscribe(() => this.#schedule());
    this.#heartbeat = createRealClock().setInterval(() => {
      if (this.#wanted) this.#wanted = this.push(': still here\n\n');
    }, heartbeatMs);
    // The answer begins at once, also when nothing happens.
    this.push('retry: 1000\n\n');
  }

  override _read(): void {
    this.#wanted = true;
    this.#schedule();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#unsubscribe();
    this.#heartbeat.clear();
    done(error);
  }

  /** Entries come in bursts: they are sent together, after what recorded them has done its work. */
  #schedule(): void {
    if (this.#scheduled || !this.#wanted) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      if (this.#wanted && !this.destroyed) this.#send();
    });
  }

  #send(): void {
    const entries = this.#journal.entries(undefined, this.#place).slice(0, chunkEntries);
    const [first] = entries;
    if (!first) return;
    const parts: string[] = [];
    if (first.seq > this.#place + 1) {
      parts.push(`event: gap\ndata: ${JSON.stringify({ from: this.#place + 1, to: first.seq - 1 })}\n\n`);
    }
    for (const entry of entries) {
      this.#place = entry.seq;
      if (this.#pattern !== undefined && !matches(this.#pattern, entry as unknown as Json)) continue;
      parts.push(`event: entry\nid: ${entry.seq}\ndata: ${JSON.stringify(shown(entry))}\n\n`);
    }
    if (parts.length > 0) this.#wanted = this.push(parts.join(''));
    if (this.#wanted) this.#schedule();
  }
}
