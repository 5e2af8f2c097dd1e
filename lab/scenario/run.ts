import {
  advanceWhenQuiet,
  type Clock,
  createRealClock,
  createScaledClock,
  isJsonObject,
  type JournalEntry,
  type JournalTree,
  type Json,
  type JsonObject,
  type KeyPool,
  KeyrigError,
  ManualClock,
  messageOf,
  mismatch,
  reach,
  stopwatch,
  untilQuiet,
} from '../../core/index.ts';
import { createClients, type LabClients } from '../clients/index.ts';
import { createLab, type Lab } from '../lab.ts';
import { verbNamed } from '../verbs/index.ts';
import type { StepContext } from '../verbs/verb.ts';
import { interpolate } from './interpolate.ts';
import type { JournalCheck, Scenario, Step } from './schema.ts';

/** What became of one step or check. */
export interface StepResult {
  /** Counted from 1 within its section. */
  number: number;
  section: 'steps' | 'verify';
  id?: string;
  verb: string;
  title: string;
  status: 'passed' | 'failed' | 'skipped';
  /** Real time it took. */
  milliseconds: number;
  /** Time that passed on the lab's clock. */
  clockMilliseconds: number;
  /** Why it failed. */
  problem?: string;
  /** For each vCenter task that ended in error during the step: the task and everything it led to, on all planes. */
  failures: JournalTree[];
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
}

export interface RunOptions {
  keys: KeyPool;
  /** Takes the place of the file's seed. */
  seed?: string;
  /** Told about every step as it ends. */
  onStep?: (step: StepResult) => void;
  /** Given the whole timeline when the scenario has ended. */
  onJournal?: (entries: readonly JournalEntry[]) => void;
}

/** Runs one scenario in a lab of its own: its ports, PKI, clock, seed and journal are nobody else's. */
export async function runScenario(scenario: Scenario, file: string, options: RunOptions): Promise<ScenarioResult> {
  const elapsed = stopwatch();
  const clock = clockFor(scenario);
  const seed = options.seed ?? (scenario.seed === undefined ? undefined : String(scenario.seed));
  const lab = createLab({
    world: scenario.world,
    clock,
    seed,
    faults: scenario.faults,
    keys: options.keys,
    ports: 'auto',
  });
  const result: ScenarioResult = {
    name: scenario.name,
    description: scenario.description,
    file,
    seed: lab.runtime.random.seed,
    status: 'passed',
    milliseconds: 0,
    steps: [],
  };
  try {
    await lab.start();
    const clients = createClients(lab);
    try {
      const run = new ScenarioRun(lab, clients, clock, options.onStep);
      result.steps = await run.all(scenario);
    } finally {
      await clients.close();
    }
    if (result.steps.some((step) => step.status !== 'passed')) result.status = 'failed';
  } catch (error) {
    result.status = 'error';
    result.problem = messageOf(error);
  } finally {
    await lab.stop();
    options.onJournal?.(lab.runtime.journal.entries());
  }
  result.milliseconds = elapsed();
  return result;
}

function clockFor(scenario: Scenario): Clock {
  if (scenario.clock === 'real') return createRealClock();
  if (typeof scenario.clock === 'object') return createScaledClock(scenario.clock.scaled);
  return new ManualClock();
}

class ScenarioRun {
  readonly #lab: Lab;
  readonly #clock: Clock;
  readonly #context: StepContext;
  readonly #variables: Map<string, Json>;
  readonly #onStep: (step: StepResult) => void;
  /** seq of the journal when each named step began. */
  readonly #began = new Map<string, number>();

  constructor(lab: Lab, clients: LabClients, clock: Clock, onStep: (step: StepResult) => void = () => {}) {
    this.#lab = lab;
    this.#clock = clock;
    this.#onStep = onStep;
    this.#variables = new Map(Object.entries(lab.variables));
    this.#context = {
      lab,
      clients,
      pass: (ms) => this.#pass(ms),
    };
  }

  /** On a manual clock the wait is what moves it; what falls due on the way and at its end does its work first. */
  async #pass(ms: number): Promise<void> {
    await this.#clock.sleep(ms);
    if (this.#clock instanceof ManualClock) await untilQuiet(this.#clock, () => this.#lab.runtime.journal.count);
  }

  async all(scenario: Scenario): Promise<StepResult[]> {
    const results: StepResult[] = [];
    let failed = false;
    const items = [
      ...(scenario.steps ?? []).map((item, index) => ({ item, section: 'steps' as const, number: index + 1 })),
      ...(scenario.verify ?? []).map((item, index) => ({ item, section: 'verify' as const, number: index + 1 })),
    ];
    for (const { item, section, number } of items) {
      const head = { section, number, ...headOf(item) };
      const nothing = { milliseconds: 0, clockMilliseconds: 0, failures: [] };
      const result: StepResult = failed ? { ...head, ...nothing, status: 'skipped' } : await this.#one(item, head);
      failed ||= result.status === 'failed';
      results.push(result);
      this.#onStep(result);
    }
    return results;
  }

  async #one(
    item: Step | JournalCheck,
    head: Pick<StepResult, 'section' | 'number' | 'id' | 'verb' | 'title'>,
  ): Promise<StepResult> {
    const elapsed = stopwatch();
    const began = this.#clock.now();
    const journalBegan = this.#lab.runtime.journal.count;
    if (head.id) this.#began.set(head.id, journalBegan);
    let problem: string | undefined;
    try {
      if ('journal' in item) problem = this.#checkJournal(item);
      else problem = await this.#whileTimeMayPass(() => this.#runStep(item, head));
    } catch (error) {
      problem = messageOf(error);
    }
    return {
      ...head,
      status: problem === undefined ? 'passed' : 'failed',
      milliseconds: elapsed(),
      clockMilliseconds: this.#clock.now() - began,
      problem,
      failures: this.#failuresSince(journalBegan),
    };
  }

  /** On a manual clock time moves by itself only while a step waits for something and nothing else happens. */
  async #whileTimeMayPass<T>(work: () => Promise<T>): Promise<T> {
    const clock = this.#clock;
    if (!(clock instanceof ManualClock)) return work();
    const done = new AbortController();
    const mover = advanceWhenQuiet(clock, () => this.#lab.runtime.journal.count, done.signal);
    try {
      return await work();
    } finally {
      done.abort();
      void mover;
    }
  }

  async #runStep(step: Step, head: Pick<StepResult, 'title' | 'verb' | 'number'>): Promise<string | undefined> {
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
    const expected = step.expect === undefined ? undefined : interpolate(step.expect, this.#variables);
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

  #checkJournal(check: JournalCheck): string | undefined {
    const bound = (id: string | undefined, otherwise: number) => {
      const seq = id === undefined ? otherwise : this.#began.get(id);
      if (seq === undefined) throw new KeyrigError('ERR_STEP', `no step has the id "${id}"`);
      return seq;
    };
    const after = bound(check.after, 0);
    const before = bound(check.before, Number.POSITIVE_INFINITY);
    const pattern = interpolate(check.journal, this.#variables);
    const found = this.#lab.runtime.journal.entries(pattern, after).filter((entry) => entry.seq <= before);
    const expected = interpolate(check.count ?? { gte: 1 }, this.#variables);
    const problem = mismatch(expected, found.length);
    return problem && `entries that fit ${JSON.stringify(pattern)}: ${problem}`;
  }

  #failuresSince(seq: number): JournalTree[] {
    const { journal } = this.#lab.runtime;
    return journal
      .entries({ event: 'vcenter.task.failed' }, seq)
      .map((entry) => journal.effectsOf(rootTask(journal.causeOf(entry), entry)));
  }
}

function rootTask(cause: JournalEntry | undefined, failed: JournalEntry): JournalEntry {
  return cause?.event.startsWith('vcenter.task.') ? cause : failed;
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

function headOf(item: Step | JournalCheck): Pick<StepResult, 'id' | 'verb' | 'title'> {
  if ('journal' in item) {
    return { verb: 'journal', title: item.name ?? `timeline has ${JSON.stringify(item.journal)}` };
  }
  return { id: item.id, verb: item.do, title: item.name ?? item.do };
}
