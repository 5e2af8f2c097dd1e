import type { z } from 'zod';
import {
  advanceWhenQuiet,
  type Clock,
  type FaultEngine,
  type JournalEntry,
  type Json,
  type JsonObject,
  KeyPool,
  KeyrigError,
  ManualClock,
} from '../core/index.ts';
import { createClients, type LabClients } from './clients/index.ts';
import { ControlApi } from './control/control-api.ts';
import { environmentOf } from './environment.ts';
import { createLab, type Lab } from './lab.ts';
import { announceReady, type ReadyLine } from './ready.ts';
import { reasonLines } from './report/origin.ts';
import { reasonsOf } from './runner/step-report.ts';
import { clockFor, seedFor } from './scenario/clock-and-seed.ts';
import { parseDuration } from './scenario/duration.ts';
import type { faultSchema } from './scenario/fault-schema.ts';
import { formatProblem } from './scenario/find.ts';
import { loadScenario, parseScenario } from './scenario/load.ts';
import { runSteps, type StepOutcome } from './scenario/run.ts';
import type { Scenario, Step } from './scenario/schema.ts';
import type { LabSnapshot } from './snapshot.ts';
import { defaultWorld } from './world/default.ts';
import { defaultPorts, freePorts, listening, type Ports } from './world/ports.ts';
import type { worldSchema } from './world/schema.ts';

/** Data that is only read: constants will do. */
type ReadonlyData<T> = T extends object ? { readonly [Key in keyof T]: ReadonlyData<T[Key]> } : T;

/** What exists when a lab starts, as `world` of a scenario file; everything has a default. */
export type WorldInput = ReadonlyData<z.input<typeof worldSchema>>;

/** A fault, as an item of `faults` in a scenario file. */
export type FaultInput = ReadonlyData<z.input<typeof faultSchema>>;

/** A step, as an item of `steps` in a scenario file; docs/verbs.md lists the verbs. */
export interface StepInput extends Omit<Step, 'retry' | 'within' | 'capture' | 'id'> {
  retry?: { times?: number; every?: number | string };
  /** Time of the lab's clock: ms, or `30s`, `5m`, `2h`, `1d`. */
  within?: number | string;
}

/** How a lab is started. */
export interface StartLabOptions {
  /** A scenario file whose world, faults, seed and clock are used. Its steps are not run. */
  scenario?: string;
  /** Values that take the place of those in the file's `vars`. */
  vars?: Readonly<Record<string, string>>;
  /** Chooses a cell of the file's matrix: axis → value. */
  cell?: Readonly<Record<string, string>>;
  /** What exists at the start; four virtual machines and nothing else when neither this nor a file is given. */
  world?: WorldInput;
  /** Attached before any socket listens, behind those of the file. */
  faults?: readonly FaultInput[];
  /** Everything random is drawn from it; the file's, or a new one, when absent. */
  seed?: string;
  /**
   * `real`; `manual`: stands still but in `run`, `attempt`, `letTimePass` and `advance`; `scaled:60`: 60 times as fast.
   * The file's, or `real`, when absent.
   */
  clock?: string;
  /** `auto` (when absent): free ones. `default`: 5696, 8443, 8444, 8480 and 8600. */
  ports?: 'auto' | 'default';
  /** What was saved with `lab.snapshot()`: the lab goes on from there. Not with a file, a world, faults or a seed. */
  state?: LabSnapshot;
  /** Allows `reset()`: a snapshot is taken at the start, which costs a few ms. */
  resettable?: boolean;
  /** Real time that one step may take (ms); a minute when absent. */
  stepTimeoutMs?: number;
}

/** A step that did not do what was expected of it. The message has the causal chain over all servers. */
export class StepFailure extends KeyrigError {
  readonly outcome: StepOutcome;

  constructor(outcome: StepOutcome) {
    super('ERR_STEP', failureText(outcome));
    this.name = 'StepFailure';
    this.outcome = outcome;
  }
}

/** Why a step failed: the problem, the message and socket it began on, and the causal chain; a line each. */
export function failureText(outcome: StepOutcome): string {
  return [`${outcome.title}: ${outcome.problem ?? outcome.status}`, ...reasonLines(reasonsOf(outcome))].join('\n  ');
}

/**
 * RSA key pairs, the slow part of a start: the labs of one process make each once. Certificates are never shared.
 */
const pairs = new KeyPool();

/**
 * Starts a lab: a KMS, a vCenter, an OVHcloud API and the control API, on loopback. It stays up until `stop()`, or until the end
 * of the block of `await using`.
 *
 * ```ts
 * await using rig = await startLab({ world: { gateway: 'open', vcenter: { vms: [{ name: 'web-1' }] } } });
 * console.log(rig.ready.vcenter.url);
 * ```
 *
 * @throws KeyrigError ERR_FILE_NOT_FOUND or ERR_SCENARIO for a file, world or fault that is missing or not valid; ERR_PORT_IN_USE;
 *   ERR_OPTION for options that contradict each other; ERR_STATE for a snapshot that cannot be used
 */
export async function startLab(options: StartLabOptions = {}): Promise<RunningLab> {
  const { state, resettable, seed } = options;
  refuseContradictions(options);
  const scenario = scenarioOf(options);
  const ports: Ports = options.ports === 'default' ? defaultPorts : freePorts;
  const lab = createLab({
    world: scenario.world,
    faults: scenario.faults,
    clock: clockFor(options.clock, scenario, 'real'),
    seed: seedFor(seed, scenario),
    keys: pairs,
    ports,
    state,
    resettable,
  });
  const host = '127.0.0.1';
  const control = new ControlApi(lab, { host, port: ports.control });
  try {
    await listening(['control'], ports, host, () => control.start());
    await lab.start();
    return new RunningLab(lab, control, options.stepTimeoutMs);
  } catch (error) {
    await Promise.all([lab.stop(), control.stop()]);
    throw error;
  }
}

/** A lab that is up, as a test or script sees it. Made by {@link startLab}. */
export class RunningLab implements AsyncDisposable {
  /** The lab itself: its servers, and `snapshot()`. */
  readonly lab: Lab;
  /** Addresses, users and secrets of every server, and the files with its certificates: what `keyrig up --json` prints. */
  readonly ready: ReadyLine;
  /** The environment variables that tell every family of clients of this lab: what `keyrig exec` sets. */
  readonly env: Record<string, string>;
  #clients: LabClients;
  readonly #control: ControlApi;
  readonly #removeFiles: () => void;
  readonly #stepTimeoutMs: number;
  #stopping: Promise<void> | undefined;

  constructor(lab: Lab, control: ControlApi, stepTimeoutMs = 60_000) {
    this.lab = lab;
    this.#control = control;
    this.#stepTimeoutMs = stepTimeoutMs;
    const { ready, remove } = announceReady(lab, control);
    this.ready = ready;
    this.#removeFiles = remove;
    this.env = environmentOf(this.ready);
    this.#clients = createClients(lab);
  }

  /** The clients that scenarios act through: `vcenter`, `vcenterOf(user)`, `ovh`, `kmip({ as })`. After a reset they are new ones. */
  get clients(): LabClients {
    return this.#clients;
  }

  /** What everything random was drawn from: the same seed gives the same ids, tasks and faults. */
  get seed(): string {
    return this.ready.seed;
  }

  /** Entries of the timeline that fit a pattern, oldest first; `after` skips up to that `seq`. All when there is no pattern. */
  journal(pattern?: Json, after?: number): JournalEntry[] {
    return this.lab.runtime.journal.entries(pattern, after);
  }

  /** Faults can be added, changed and removed, and tell how often they fired; times are in ms. */
  get faults(): FaultEngine {
    return this.lab.runtime.faults;
  }

  /** The lab's clock; {@link advance} moves it. */
  get clock(): Clock {
    return this.lab.runtime.clock;
  }

  /**
   * Lets time pass on all servers: ms, or a text such as `30s`, `5m`, `2h`, `1d`. On a manual clock all that falls due happens in
   * order and is over when this resolves; any other clock is waited for.
   * @throws KeyrigError ERR_OPTION for a text that is no duration
   */
  async advance(time: number | string): Promise<void> {
    const ms = typeof time === 'number' ? time : parseDuration(time);
    if (ms === undefined)
      throw new KeyrigError('ERR_OPTION', `"${time}" is not a duration; try 500ms, 30s, 5m, 2h or 1d`);
    await this.lab.advance(ms);
  }

  /** Does something that waits for the lab; a manual clock moves on by itself while nothing else happens in the lab. */
  async letTimePass<T>(work: () => Promise<T>): Promise<T> {
    const { clock, journal } = this.lab.runtime;
    if (!(clock instanceof ManualClock)) return work();
    const done = new AbortController();
    const moving = advanceWhenQuiet(clock, { activity: () => journal.count }, done.signal);
    try {
      return await work();
    } finally {
      done.abort();
      await moving;
    }
  }

  /**
   * Does one step and gives what its verb returns. Secrets in it are hidden as in reports.
   * @throws StepFailure when the step fails: it was refused and `expect` does not speak of `fault`, or `expect` does not hold
   * @throws KeyrigError ERR_SCENARIO when it is no valid step
   */
  async run(step: StepInput): Promise<JsonObject> {
    const outcome = await this.attempt(step);
    if (outcome.status !== 'passed') throw new StepFailure(outcome);
    return outcome.result ?? {};
  }

  /**
   * Does one step and tells what became of it, failed or not: `status`, `problem`, `result`, and why.
   * @throws KeyrigError ERR_SCENARIO when it is no valid step
   */
  async attempt(step: StepInput): Promise<StepOutcome> {
    const scenario = parsed({ scenario: 1, name: 'step', steps: [step] }, 'step');
    const [outcome] = await runSteps(scenario, this.lab, this.#stepTimeoutMs);
    return outcome!;
  }

  /** Makes the lab what it was when it was ready. Throws as `lab.reset()`: the option `resettable` is needed. */
  async reset(): Promise<void> {
    await this.lab.reset();
    await this.#renewClients();
  }

  /** Makes the lab what it was when `lab.snapshot()` was taken. Throws as `lab.restore()`. */
  async restore(snapshot: LabSnapshot): Promise<void> {
    await this.lab.restore(snapshot);
    await this.#renewClients();
  }

  /** Sessions that are younger than a snapshot end with its return. */
  async #renewClients(): Promise<void> {
    await this.#clients.close();
    this.#clients = createClients(this.lab);
  }

  /** A virtual machine, for `expect(rig.vm('web-1')).toBeEncrypted()`. */
  vm(name: string): LabVm {
    return { rig: this, name, read: () => this.letTimePass(() => this.clients.vcenter.virtualMachine(name)) };
  }

  /** Closes everything and removes the files. Can be called more than once. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #stop(): Promise<void> {
    try {
      await this.clients.close();
      await Promise.all([this.lab.stop(), this.#control.stop()]);
    } finally {
      this.#removeFiles();
    }
  }
}

/** A virtual machine of a lab. */
export interface LabVm {
  rig: RunningLab;
  name: string;
  /** What the vSphere Client shows of it, as the verb `vcenter.vm`. Throws ERR_STEP when there is none with that name. */
  read(): Promise<JsonObject>;
}

function refuseContradictions({ scenario, world, state, faults, seed }: StartLabOptions): void {
  const problem =
    scenario !== undefined && world !== undefined
      ? 'a lab has either a scenario file or a world'
      : state !== undefined && [scenario, world, faults, seed].some((other) => other !== undefined)
        ? 'a state has its own world, faults and seed'
        : undefined;
  if (problem !== undefined) throw new KeyrigError('ERR_OPTION', problem);
}

function scenarioOf({ scenario: file, world, faults = [], vars = {}, cell = {} }: StartLabOptions): Scenario {
  const own = parsed({ scenario: 1, name: 'lab', world, faults }, 'startLab');
  if (file === undefined) return { ...own, world: world === undefined ? defaultWorld : own.world };
  const result = loadScenario(file, {
    vars: new Map(Object.entries(vars)),
    cell: new Map(Object.entries(cell)),
  });
  if ('problems' in result) throw invalid(result.problems.map(formatProblem));
  const { scenario } = result;
  return { ...scenario, faults: [...(scenario.faults ?? []), ...(own.faults ?? [])] };
}

/** JSON is YAML: objects are read and checked exactly as files. */
function parsed(value: object, name: string): Scenario {
  const result = parseScenario(JSON.stringify(value), name);
  if ('problems' in result) throw invalid(result.problems.map(({ message }) => message));
  return result.scenario;
}

function invalid(problems: readonly string[]): KeyrigError {
  return new KeyrigError('ERR_SCENARIO', problems.join('\n'));
}
