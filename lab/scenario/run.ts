import {
  type Clock,
  type FaultReport,
  isJsonObject,
  type JournalEntry,
  type Json,
  type JsonObject,
  type KeyPool,
  KeyrigError,
  messageOf,
  mismatch,
  operatorNames,
  reach,
  stopwatch,
  whileTimeMayPass,
} from '../../core/index.ts';
import { createClients, type LabClients } from '../clients/index.ts';
import { createLab, type Lab } from '../lab.ts';
import { type Explanation, explain, explainStart, type TimelineCheck } from '../report/explain.ts';
import { timelineOf } from '../report/timeline.ts';
import type { Timeline } from '../report/timeline-shape.ts';
import { verbNamed } from '../verbs/index.ts';
import type { StepContext } from '../verbs/verb.ts';
import { clockFor, seedFor } from './clock-and-seed.ts';
import { Deadline, formatMs } from './deadline.ts';
import { type Item, itemsOf, type StepHead, strictCheck } from './heads.ts';
import { interpolate, referencesIn } from './interpolate.ts';
import { looseEnds } from './loose-ends.ts';
import { redactor, secretsIn } from './redact.ts';
import type { JournalCheck, Scenario, Step } from './schema.ts';

/** What became of one step or check; `failures` are the vCenter tasks that failed, or what else went wrong in a failed step. */
export interface StepResult extends StepHead, Explanation {
  status: 'passed' | 'failed' | 'skipped';
  /** Real time it took. */
  milliseconds: number;
  /** Time that passed on the lab's clock. */
  clockMilliseconds: number;
  /** Why it failed. */
  problem?: string;
  /** How often it was tried, when it may be tried again. */
  attempts?: number;
}

export interface ScenarioResult {
  name: string;
  description?: string;
  file: string;
  seed: string;
  /** `error` when keyrig itself could not run it. */
  status: 'passed' | 'failed' | 'error';
  milliseconds: number;
  steps: StepResult[];
  problem?: string;
  /** Of a lab that did not start, or not in time. */
  start?: Explanation;
  /** What could go wrong, and how often it did. */
  faults: FaultReport[];
  /** Present when it was asked for. */
  timeline?: Timeline;
  /** What is worth knowing though it failed nothing: see looseEnds. */
  notes: string[];
}

export interface RunOptions {
  keys: KeyPool;
  /** Takes the place of the file's seed. */
  seed?: string;
  /** Real time after which the step that is running fails and the others are skipped (ms); no limit when absent. */
  timeoutMs?: number;
  /** Whose result has the whole timeline with the messages behind it; without any the messages are not even kept. */
  timeline?: 'all' | 'failed';
  /** Where a manual clock starts (ms since the epoch); default: now. With it and the seed two runs write the same journal. */
  startTime?: number;
  /** Told the seed before anything starts. */
  onSeed?: (seed: string) => void;
  /** Told about every step as it begins. */
  onBegin?: (step: StepHead) => void;
  /** Told about every step as it ends. */
  onStep?: (step: StepResult) => void;
  /** Given the whole timeline when the scenario has ended. */
  onJournal?: (entries: readonly JournalEntry[]) => void;
}

/** Runs one scenario in a lab of its own: its ports, PKI, clock, seed and journal are nobody else's. */
export async function runScenario(scenario: Scenario, file: string, options: RunOptions): Promise<ScenarioResult> {
  const elapsed = stopwatch();
  const deadline = new Deadline(options.timeoutMs);
  const clock = clockFor(undefined, scenario, 'manual', options.startTime);
  const seed = seedFor(options.seed, scenario);
  const lab = createLab({
    world: scenario.world,
    clock,
    seed,
    faults: scenario.faults,
    keys: options.keys,
    ports: 'auto',
  });
  const { journal, faults, random } = lab.runtime;
  if (options.timeline) journal.keepMessages();
  options.onSeed?.(random.seed);
  let redact = redactor(secretsIn(scenario));
  let isStarted = false;
  const result: ScenarioResult = {
    name: scenario.name,
    description: scenario.description,
    file,
    seed: random.seed,
    status: 'passed',
    milliseconds: 0,
    steps: [],
    faults: [],
    notes: [],
  };
  try {
    await deadline.race(lab.start());
    isStarted = true;
    redact = redactor([...secretsIn(scenario), ...secretsIn(lab.access())]);
    const clients = createClients(lab);
    try {
      const run = new ScenarioRun(lab, clients, clock, deadline, {
        vars: scenario.vars,
        onBegin: options.onBegin,
        onStep: (step) => options.onStep?.(redact(step)),
      });
      result.steps = await run.all(scenario);
      if (!scenario.strict) result.notes = notesOn(scenario, lab.runtime);
    } finally {
      await clients.close();
    }
    if (result.steps.some((step) => step.status !== 'passed')) result.status = 'failed';
  } catch (error) {
    result.status = deadline.passed ? 'failed' : 'error';
    result.problem = deadline.passed ? `the lab was still starting: ${messageOf(error)}` : messageOf(error);
    if (!isStarted) result.start = explainStart(journal);
  } finally {
    deadline.clear();
    await lab.stop();
    options.onJournal?.(redact(journal.entries()));
  }
  result.milliseconds = elapsed();
  result.faults = faults.report();
  if (options.timeline === 'all' || (options.timeline && result.status !== 'passed')) {
    result.timeline = timelineOf(journal);
  }
  return redact(result);
}

/** A step's result, with what its verb has returned. */
export type StepOutcome = StepResult & { result?: JsonObject };

/**
 * Runs the steps, checks and cleanup of a scenario in a lab that is up and stays up; what else the scenario says does not count.
 * Secrets are hidden as in reports.
 * @param timeoutMs real time after which the step that is running fails and the others are skipped
 */
export async function runSteps(scenario: Scenario, lab: Lab, timeoutMs: number): Promise<StepOutcome[]> {
  const deadline = new Deadline(timeoutMs);
  const clients = createClients(lab);
  const redact = redactor([...secretsIn(scenario), ...secretsIn(lab.access())]);
  const results = new Map<string, JsonObject>();
  const keyOf = ({ section, number }: StepHead) => `${section} ${number}`;
  try {
    const run = new ScenarioRun(lab, clients, lab.runtime.clock, deadline, {
      vars: scenario.vars,
      onResult: (head, result) => void results.set(keyOf(head), result),
    });
    const steps = await run.all(scenario);
    return redact(steps.map((step) => ({ ...step, result: results.get(keyOf(step)) })));
  } finally {
    deadline.clear();
    await clients.close();
  }
}

interface RunListener extends Pick<RunOptions, 'onBegin' | 'onStep'> {
  /** Told what a verb has returned, at each attempt. */
  onResult?: (step: StepHead, result: JsonObject) => void;
}

class ScenarioRun {
  readonly #lab: Lab;
  readonly #clock: Clock;
  readonly #context: StepContext;
  readonly #variables: Map<string, Json>;
  #deadline: Deadline;
  readonly #options: RunListener;
  /** seq of the journal when each named step began. */
  readonly #began = new Map<string, number>();

  constructor(
    lab: Lab,
    clients: LabClients,
    clock: Clock,
    deadline: Deadline,
    options: RunListener & Pick<Scenario, 'vars'>,
  ) {
    const { vars } = options;
    this.#lab = lab;
    this.#clock = clock;
    this.#deadline = deadline;
    this.#options = options;
    this.#variables = new Map(Object.entries({ ...lab.variables, ...vars }));
    this.#context = {
      lab,
      clients,
      pass: (ms) => lab.advance(ms),
    };
  }

  /** Steps and checks until one fails, then the cleanup whatever came before. */
  async all(scenario: Scenario): Promise<StepResult[]> {
    const results: StepResult[] = [];
    let failed = false;
    for (const { item, ...head } of itemsOf(scenario)) {
      const isCleanup = head.section === 'cleanup';
      const skips = isCleanup ? failed && this.#lacksCaptured(item) : failed;
      if (!skips) this.#options.onBegin?.(head);
      if (isCleanup && this.#deadline.passed) this.#deadline = new Deadline(cleanupMs);
      const result: StepResult = skips ? skippedStep(head) : await this.#one(item, head);
      failed ||= result.status === 'failed';
      results.push(result);
      this.#options.onStep?.(result);
    }
    this.#deadline.clear();
    return results;
  }

  /** After a failure a cleanup step has nothing to clean when what it speaks of never came to be. */
  #lacksCaptured(item: Item): boolean {
    return referencesIn(item).some(({ name }) => !this.#variables.has(name));
  }

  async #one(item: Item, head: StepHead): Promise<StepResult> {
    const elapsed = stopwatch();
    const began = this.#clock.now();
    const journalBegan = this.#lab.runtime.journal.count;
    if (head.id) this.#began.set(head.id, journalBegan);
    let problem: string | undefined;
    let check: TimelineCheck | undefined;
    let attempts: number | undefined;
    try {
      if (item === strictCheck) problem = this.#checkLooseEnds();
      else {
        if ('journal' in item) check = this.#timelineCheck(item);
        if (!isPatient(item)) problem = await this.#attempt(item, head);
        else ({ problem, attempts } = await this.#untilHolds(item, head));
      }
    } catch (error) {
      problem = messageOf(error);
    }
    return {
      ...head,
      status: problem === undefined ? 'passed' : 'failed',
      milliseconds: elapsed(),
      clockMilliseconds: this.#clock.now() - began,
      problem,
      attempts,
      ...explain(this.#lab.runtime.journal, {
        since: journalBegan,
        failed: problem !== undefined,
        check,
      }),
    };
  }

  async #attempt(item: Step | JournalCheck, head: StepHead): Promise<string | undefined> {
    if ('journal' in item) return this.#checkJournal(item);
    const work = () => this.#runStep(item, head);
    return verbNamed(item.do)?.holdsClock ? this.#deadline.race(work()) : this.#whileTimeMayPass(work);
  }

  /** Tries again until the expectation holds, or attempts or time are used up; the last problem is the one that is told. */
  async #untilHolds(item: Step | JournalCheck, head: StepHead): Promise<Pick<StepResult, 'problem' | 'attempts'>> {
    const { retry: { times = Number.POSITIVE_INFINITY, every = defaultEveryMs } = {}, within } = item;
    const began = this.#clock.now();
    for (let attempts = 1; ; attempts++) {
      let problem: string | undefined;
      try {
        problem = await this.#attempt(item, head);
      } catch (error) {
        problem = messageOf(error);
      }
      if (problem === undefined) return { attempts };
      const passed = this.#clock.now() - began;
      const isOver = attempts >= times || (within !== undefined && passed + every > within) || this.#deadline.passed;
      if (isOver) return { attempts, problem: `${problem} (${attempts} attempts in ${formatMs(passed)})` };
      await this.#whileTimeMayPass(() => this.#context.pass(every));
    }
  }

  #checkLooseEnds(): string | undefined {
    const ends = looseEnds(this.#lab.runtime);
    return ends.length === 0 ? undefined : ends.join('\n');
  }

  /** On a manual clock time moves by itself only while a step waits for something and nothing else happens. */
  #whileTimeMayPass<T>(work: () => Promise<T>): Promise<T> {
    const activity = () => this.#lab.runtime.journal.count;
    return whileTimeMayPass(this.#clock, { activity }, () => this.#deadline.race(work()));
  }

  async #runStep(step: Step, head: StepHead): Promise<string | undefined> {
    const verb = verbNamed(step.do);
    if (!verb) throw new KeyrigError('ERR_STEP', `unknown verb "${step.do}"`);
    const input = verb.with.safeParse(interpolate(step.with ?? {}, this.#variables));
    if (!input.success) {
      const [issue] = input.error.issues;
      return `"with.${issue?.path.map(String).join('.')}": ${issue?.message}`;
    }
    const { journal } = this.#lab.runtime;
    journal.record({
      plane: 'lab',
      event: 'lab.step',
      text: `step ${head.number}: ${head.title}`,
      data: { verb: head.verb },
    });
    const result = await verb.run(this.#context, input.data);
    this.#options.onResult?.(head, result);
    const own = step.expect === undefined ? undefined : interpolate(step.expect, this.#variables);
    // What is usual says nothing of a refusal, which has nothing of it.
    const expected = withDefaults(own, result.fault === undefined ? verb.expects : undefined);
    const problem =
      unexpectedFault(result, expected) ?? (expected === undefined ? undefined : mismatch(expected, result));
    if (problem !== undefined) return problem;
    for (const [name, path] of Object.entries(step.capture ?? {})) {
      const value = path === '.' ? result : reach(result, path);
      if (value === undefined) return `nothing to capture at "${path}"`;
      this.#variables.set(name, value);
    }
    return undefined;
  }

  /** What a check looks for and where. Throws when it names what is not there. */
  #timelineCheck(check: JournalCheck): TimelineCheck {
    const bound = (id: string | undefined, otherwise: number) => {
      const seq = id === undefined ? otherwise : this.#began.get(id);
      if (seq === undefined) throw new KeyrigError('ERR_STEP', `no step has the id "${id}"`);
      return seq;
    };
    return {
      pattern: interpolate(check.journal, this.#variables),
      after: bound(check.after, 0),
      before: bound(check.before, Number.POSITIVE_INFINITY),
    };
  }

  #checkJournal(check: JournalCheck): string | undefined {
    const { pattern, after, before } = this.#timelineCheck(check);
    const found = this.#lab.runtime.journal.entries(pattern, after).filter((entry) => entry.seq <= before);
    const expected = interpolate(check.count ?? { gte: 1 }, this.#variables);
    const problem = mismatch(expected, found.length);
    return problem && `entries that fit ${JSON.stringify(pattern)}: ${problem}`;
  }
}

/** An expectation with what the verb expects of the members that it does not speak of; assertions on the whole result stand alone. */
function withDefaults(own: Json | undefined, usual: JsonObject | undefined): Json | undefined {
  if (own === undefined || usual === undefined) return own ?? usual;
  const spokenOf = isJsonObject(own) ? Object.keys(own).map((path) => path.split('.')[0]) : [];
  if (spokenOf.length === 0 || spokenOf.some((name) => name !== undefined && operatorNames.includes(name))) return own;
  return {
    ...Object.fromEntries(Object.entries(usual).filter(([name]) => !spokenOf.includes(name))),
    ...(own as JsonObject),
  };
}

/** A result with a `fault` fails a step that does not expect one. */
function unexpectedFault(result: JsonObject, expected: Json | undefined): string | undefined {
  const { fault } = result;
  if (fault === undefined || fault === null) return undefined;
  const speaksOfIt =
    isJsonObject(expected) && Object.keys(expected).some((key) => key === 'fault' || key.startsWith('fault.'));
  if (speaksOfIt) return undefined;
  const text = isJsonObject(fault)
    ? [fault.type, fault.message].filter((part) => part !== undefined).join(': ')
    : String(fault);
  return `it was refused: ${text}`;
}

/** Real time that a cleanup gets when the scenario's own time is up (ms). */
const cleanupMs = 3_000;

/** How long to wait between two attempts when a step does not say (ms). */
const defaultEveryMs = 1_000;

function isPatient(item: Step | JournalCheck): boolean {
  return item.retry !== undefined || item.within !== undefined;
}

function notesOn({ steps = [], verify = [] }: Scenario, runtime: Lab['runtime']): string[] {
  const idle = steps.length + verify.length === 0 ? ['there are no steps: the lab was started and stopped'] : [];
  return [...idle, ...looseEnds(runtime)];
}

/** A step that did not run because one before it failed. */
function skippedStep(head: StepHead): StepResult {
  return { ...head, status: 'skipped', milliseconds: 0, clockMilliseconds: 0, failures: [], hints: [] };
}
