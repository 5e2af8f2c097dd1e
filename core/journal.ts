import type { Clock } from './clock.ts';
import type { Json, JsonObject } from './json.ts';
import { matches } from './match.ts';
import { MessageLog } from './messages.ts';
import { ownText } from './own-text.ts';

/** Who speaks: one of the three planes, the gateway between them, or the lab that drives them. */
export type Plane = 'ovh' | 'vcenter' | 'kmip' | 'gateway' | 'lab';

/** `debug` is detail, `info` what a user did or sees, `warn` a refusal or oddity, `error` a failed task or step. */
export type Level = 'debug' | 'info' | 'warn' | 'error';

/** What a plane says when it records something. */
export interface JournalRecord {
  plane: Plane;
  /** Stable dotted name of what happened, for example `kmip.connection.refused`; filters match on it. */
  event: string;
  level?: Level;
  /** One readable line. Never key material, passwords or private keys. */
  text: string;
  data?: JsonObject;
  /** `seq` of the entry that led to this one, when it is known in the same plane. */
  cause?: number;
  /** Declares that this entry stands for one end of a connection; the other end links to it by the same key. */
  opens?: string;
  /** Key that another plane's entry `opens`: the cause is found when the journal is read, in whatever order they came. */
  link?: string;
}

/** One entry of the timeline. */
export interface JournalEntry extends JournalRecord {
  /** 1, 2, 3 … in order of recording. */
  readonly seq: number;
  /** Time on the lab's clock, ms since the epoch. */
  readonly time: number;
  readonly level: Level;
}

/** The key of a TCP connection, the same seen from both ends: client address, then server address. */
export function connectionKey(
  client: { address?: string; port?: number },
  server: { address?: string; port?: number },
) {
  const plain = (address = '') => address.replace(/^::ffff:/, '');
  return `tcp ${plain(client.address)}:${client.port ?? 0} ${plain(server.address)}:${server.port ?? 0}`;
}

/** Characters of a text or of a string of the data that are kept: clients say what stands there. */
const longestText = 10_000;

function bounded(text: string): string {
  if (text.length <= longestText) return text;
  return `${ownText(text.slice(0, longestText))}…`;
}

function isLong(value: Json | undefined): boolean {
  if (typeof value === 'string') return value.length > longestText;
  if (typeof value !== 'object' || value === null) return false;
  for (const member of Object.values(value)) if (isLong(member)) return true;
  return false;
}

/** The same value unless a string in it is too long. */
function boundedData(data: JsonObject | undefined): JsonObject | undefined {
  if (!isLong(data)) return data;
  return JSON.parse(JSON.stringify(data), (_key, value) => (typeof value === 'string' ? bounded(value) : value));
}

/**
 * The timeline of a lab: what happened on every plane, in order, with causes. Bounded: the oldest entries go first, and long texts are
 * cut.
 */
export class Journal {
  readonly #clock: Clock;
  readonly #limit: number;
  readonly #listeners = new Set<(entry: JournalEntry) => void>();
  /** Those that opened a connection, by its key. */
  readonly #opened = new Map<string, JournalEntry[]>();
  #entries: JournalEntry[] = [];
  #seq: number;
  #messages: MessageLog | undefined;

  /** @param after the `seq` that was given last, of a timeline that goes on here; its entries count as dropped */
  constructor(clock: Clock, limit = 100_000, after = 0) {
    this.#clock = clock;
    this.#limit = limit;
    this.#seq = after;
  }

  /** Number of entries ever recorded; grows with everything that happens. */
  get count(): number {
    return this.#seq;
  }

  /** Entries that the limit pushed out. */
  get dropped(): number {
    return this.#seq - this.#entries.length;
  }

  /** The messages behind the entries; undefined unless {@link keepMessages} asked for them. */
  get messages(): MessageLog | undefined {
    return this.#messages;
  }

  /** From now on the planes keep what crosses their sockets. */
  keepMessages(): void {
    this.#messages ??= new MessageLog();
  }

  record(record: JournalRecord): JournalEntry {
    const { plane, event, level = 'info', text, data, cause, opens, link } = record;
    const entry: JournalEntry = {
      plane,
      event,
      level,
      text: bounded(text),
      data: boundedData(data),
      cause,
      opens,
      link,
      seq: ++this.#seq,
      time: this.#clock.now(),
    };
    this.#entries.push(entry);
    if (opens !== undefined) this.#remember(opens, entry);
    // Dropping in blocks keeps recording cheap.
    if (this.#entries.length > this.#limit * 1.25) this.#drop();
    for (const listener of this.#listeners) listener(entry);
    return entry;
  }

  #remember(opens: string, entry: JournalEntry): void {
    const others = this.#opened.get(opens);
    if (others) others.push(entry);
    else this.#opened.set(opens, [entry]);
  }

  #drop(): void {
    this.#entries = this.#entries.slice(-this.#limit);
    this.#opened.clear();
    for (const entry of this.#entries) if (entry.opens !== undefined) this.#remember(entry.opens, entry);
  }

  /** Calls `listener` for each new entry until the returned function is called. */
  subscribe(listener: (entry: JournalEntry) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** All kept entries, or those that fit the pattern (see `match.ts`), oldest first; `after` skips up to that seq. */
  entries(pattern?: Json, after = 0): JournalEntry[] {
    const [first] = this.#entries;
    // They are numbered without gaps: who follows the journal need not go through all of it each time.
    const behind = first === undefined ? [] : this.#entries.slice(Math.max(0, after + 1 - first.seq));
    return pattern === undefined ? behind : behind.filter((entry) => matches(pattern, entry as unknown as Json));
  }

  /** The cause of an entry: `cause`, or the latest entry that opened its `link` no later than the connection lived. */
  causeOf(entry: JournalEntry): JournalEntry | undefined {
    if (entry.cause !== undefined) return this.#find(entry.cause);
    if (entry.link === undefined) return undefined;
    // Ports are reused: of several openings the one nearest in the journal is meant.
    let best: JournalEntry | undefined;
    for (const other of this.#opened.get(entry.link) ?? []) {
      if (!best || Math.abs(other.seq - entry.seq) < Math.abs(best.seq - entry.seq)) best = other;
    }
    return best;
  }

  #find(seq: number): JournalEntry | undefined {
    const first = this.#entries[0];
    return first && this.#entries[seq - first.seq];
  }

  /** Everything that an entry led to, on all planes, as a tree in order of recording. */
  effectsOf(root: JournalEntry): JournalTree {
    const effects = new Map<number, JournalEntry[]>();
    for (const entry of this.#entries) {
      const cause = this.causeOf(entry);
      if (!cause || cause.seq === entry.seq) continue;
      const known = effects.get(cause.seq);
      if (known) known.push(entry);
      else effects.set(cause.seq, [entry]);
    }
    const grow = (entry: JournalEntry): JournalTree => {
      const own = effects.get(entry.seq) ?? [];
      // Each entry once, even where two connections name each other as their cause.
      effects.delete(entry.seq);
      return { entry, effects: own.filter(({ seq }) => seq !== root.seq).map(grow) };
    };
    return grow(root);
  }
}

/** An entry and what it led to. */
export interface JournalTree {
  entry: JournalEntry;
  effects: JournalTree[];
}
