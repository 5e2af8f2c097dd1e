import {
  isJsonObject,
  type Journal,
  type JournalEntry,
  type JournalTree,
  type Json,
  type JsonObject,
  matches,
  mismatch,
} from '../../core/index.ts';
import { matters, walk } from './chain.ts';
import type { StepOrigin } from './shape.ts';
import { isNeverOpened, socketOf } from './socket.ts';

/** What the timeline tells of a step. */
export interface Explanation {
  /** What failed, each from what began it to its causes on all planes. */
  failures: JournalTree[];
  /** Only for a step that failed. */
  origin?: StepOrigin;
  /** Only for a step that failed: what else a reader wants to know, a line each. */
  hints: string[];
}

/** How many causal trees a report can show before it hides more than it tells. */
const maxTrees = 5;
const maxNear = 3;

/**
 * Explains a step by the entries that were recorded since it began.
 *
 * @param since `seq` of the last entry before the step
 * @param check what a check of the timeline looked for, and between which entries
 */
export function explain(
  journal: Journal,
  { since, failed, check }: { since: number; failed: boolean; check?: TimelineCheck },
): Explanation {
  if (!failed) return { failures: failedTasks(journal, since), hints: [] };
  if (check) return { failures: [], ...explainCheck(journal, check) };
  return explainFailure(journal, journal.entries({ event: 'lab.step' }, since).at(-1)?.seq ?? since);
}

/** @param since where the step began, or its last attempt when it was tried again */
function explainFailure(journal: Journal, since: number): Explanation {
  const tasks = failedTasks(journal, since);
  const failures = tasks.length > 0 ? tasks : troubles(journal, since);
  const first = firstCause(failures);
  if (first) return { failures, origin: originOf(journal, first), hints: [] };
  const call = lastCall(journal, since);
  return {
    failures,
    origin: call && {
      ...originOf(journal, call),
      why: 'nothing was refused and nothing failed; this message was answered, but not as the file expects',
    },
    hints: before(journal, since),
  };
}

/** Explains a lab that did not come to its end of starting by what went wrong last: before that, refusals are a part of it. */
export function explainStart(journal: Journal): Explanation {
  const last = journal.entries({ level: { oneOf: ['warn', 'error'] } }).findLast(({ event }) => !symptoms.has(event));
  if (!last) return { failures: [], hints: [] };
  return { failures: [journal.effectsOf(last)], origin: originOf(journal, last), hints: [] };
}

/** The vCenter tasks that failed, each from its beginning. */
function failedTasks(journal: Journal, since: number): JournalTree[] {
  return journal.entries({ event: 'vcenter.task.failed' }, since).map((failure) => {
    const cause = journal.causeOf(failure);
    return journal.effectsOf(cause?.event.startsWith('vcenter.task.') ? cause : failure);
  });
}

/** The first things that were refused or went wrong, each from what began it. */
function troubles(journal: Journal, since: number): JournalTree[] {
  const roots = new Map<number, JournalEntry>();
  for (const entry of journal.entries({ level: { oneOf: ['warn', 'error'] } }, since)) {
    let root = entry;
    // What came before the step explains nothing that this step did.
    for (let cause = journal.causeOf(root); cause && cause.seq > since; cause = journal.causeOf(root)) root = cause;
    roots.set(root.seq, root);
    if (roots.size === maxTrees) break;
  }
  return [...roots.values()].map((root) => journal.effectsOf(root));
}

/** Symptoms: they tell that something failed, not what. */
const symptoms: ReadonlySet<string> = new Set(['vcenter.event', 'vcenter.task.failed', 'vcenter.key.left-behind']);

/** The first thing that went wrong in the first tree where anything did; a symptom when there is nothing else. */
function firstCause(trees: readonly JournalTree[]): JournalEntry | undefined {
  for (const tree of trees) {
    const wrong = walk(tree)
      .filter(matters)
      .sort((a, b) => a.seq - b.seq);
    const found =
      wrong.find(({ event }) => !symptoms.has(event)) ?? wrong.find(({ event }) => event !== 'vcenter.event');
    if (found) return found;
  }
  return undefined;
}

function originOf(journal: Journal, entry: JournalEntry): StepOrigin {
  return {
    why: `${entry.plane}: ${entry.text}${effectOf(entry)}`,
    message: messageOf(journal, entry),
    socket: socketOf(journal, entry),
    entry: entry.seq,
  };
}

/** What a fault does, in the words of its rule. */
function effectOf({ event, data }: JournalEntry): string {
  return event === 'fault.fired' ? `: ${JSON.stringify(data?.then)}` : '';
}

/** The message that an entry is about, in words; where there was none yet, how far the connection got. */
function messageOf(journal: Journal, entry: JournalEntry): string | undefined {
  if (isNeverOpened(journal, entry)) return 'none: the TCP connection was never opened';
  for (let at: JournalEntry | undefined = entry; at; at = journal.causeOf(at)) {
    const { operation, uniqueIdentifier } = isJsonObject(at.data) ? at.data : {};
    if (at.event === 'vcenter.call') return `SOAP ${at.text}`;
    if (at.event === 'ovh.request' || at.event === 'vcenter.rest.call') return `HTTP ${at.text}`;
    if (at.event.includes('kmip.') && typeof operation === 'string') {
      return `KMIP ${operation}${typeof uniqueIdentifier === 'string' ? ` of ${uniqueIdentifier}` : ''}`;
    }
    if (at.event === 'ovh.thumbprint.probe') return `none: a TLS handshake alone, OVHcloud ${at.text}`;
    const struck = struckOperation(at);
    if (struck !== undefined) return `KMIP ${struck}`;
    if (at.event === 'kmip.connection.accepted' || at.event === 'vcenter.kmip.dialled') {
      return 'none: the connection ended with the TLS handshake, before the first KMIP message';
    }
  }
  return undefined;
}

/** The KMIP operation that a fault struck before the server recorded its request. */
function struckOperation({ event, data }: JournalEntry): string | undefined {
  const subject = event === 'fault.fired' && data?.at === 'kmip.request' ? data.subject : undefined;
  return isJsonObject(subject) && typeof subject.operation === 'string' ? subject.operation : undefined;
}

const calls = { event: { oneOf: ['ovh.request', 'vcenter.call', 'vcenter.rest.call', 'kmip.request'] } };

/** What clients do to wait for a task and to find objects: no step is about it. */
const housekeeping = /^(?:PropertyCollector|PropertyFilter|ContainerView|ViewManager|SessionManager)$/;

/** The last message of a user in the step. */
function lastCall(journal: Journal, since: number): JournalEntry | undefined {
  const all = journal
    .entries(calls, since)
    .filter((entry) => entry.plane !== 'kmip' || socketOf(journal, entry)?.from === 'client');
  return all.findLast(({ data }) => !housekeeping.test(String(data?.type ?? ''))) ?? all.at(-1);
}

/** What went wrong last in an earlier step: what this one found may come of that. */
function before(journal: Journal, since: number): string[] {
  const [firstStep] = journal.entries({ event: 'lab.step' });
  const wrong = journal.entries({ level: { oneOf: ['warn', 'error'] } }, firstStep?.seq);
  const last = wrong.findLast(({ seq, event }) => seq <= since && event !== 'vcenter.event');
  return last ? [`what went wrong last before it: ${last.plane} ${last.text}`] : [];
}

/** What a check of the timeline looked for, and between which entries. */
export interface TimelineCheck {
  pattern: Json;
  after: number;
  before: number;
}

/** Shows the entries that were found; where none was, those that fit most of the pattern, and what each lacks. */
function explainCheck(
  journal: Journal,
  { pattern, after, before: until }: TimelineCheck,
): Omit<Explanation, 'failures'> {
  const within = journal.entries(undefined, after).filter(({ seq }) => seq <= until);
  const named = ({ seq, event, text }: JournalEntry) => `#${seq} ${event}: ${text}`;
  const found = within.filter((entry) => matches(pattern, entry as unknown as Json));
  const [first, ...more] = found;
  if (first) {
    const why = `${found.length} ${found.length === 1 ? 'entry fits' : 'entries fit'}, the first is ${named(first)}`;
    return {
      origin: { ...originOf(journal, first), why },
      hints: more.slice(0, maxNear).map((one) => `also ${named(one)}`),
    };
  }
  const [best, ...others] = nearest(within, isJsonObject(pattern) ? pattern : {});
  if (!best) return { hints: ['no entry fits any part of it'] };
  const lacks = ({ entry, problems }: Near) => `${named(entry)} (${problems.join('; ')})`;
  return {
    origin: { ...originOf(journal, best.entry), why: `no entry fits; the nearest is ${lacks(best)}` },
    hints: others.map((one) => `near is ${lacks(one)}`),
  };
}

interface Near {
  entry: JournalEntry;
  problems: string[];
}

/** The entries that fit most of a pattern, the latest first. */
function nearest(entries: readonly JournalEntry[], pattern: JsonObject): Near[] {
  const parts = Object.entries(pattern);
  return entries
    .map((entry) => {
      const problems = parts
        .map(([key, value]) => mismatch({ [key]: value ?? null }, entry as unknown as Json))
        .filter((problem) => problem !== undefined);
      return { entry, problems };
    })
    .filter(({ problems }) => problems.length < parts.length)
    .sort((a, b) => a.problems.length - b.problems.length || b.entry.seq - a.entry.seq)
    .slice(0, maxNear);
}
