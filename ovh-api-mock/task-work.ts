import { type FaultThen, type Json, type JsonObject, KeyrigError, messageOf, type Runtime } from '../core/index.ts';
import type { AssumedValues } from './assumed.ts';
import { fill } from './assumed.ts';
import type { TaskProgressMode } from './options.ts';
import { isUnfinished, type Recipe, type Robot, type TaskAction, TaskFailure, type TaskRun } from './robot.ts';
import type { Task } from './tasks.ts';

/** What the work on a task takes from the store of tasks. */
export interface WorkParts {
  readonly runtime: Runtime;
  readonly mode: TaskProgressMode;
  readonly assumed: AssumedValues;
  /** Fires when the API stops. */
  readonly signal: AbortSignal;
  /** Writes a change to a task and says so in the journal; answers the entry's `seq`. */
  change(task: Task, change: Partial<Task>, cause: number | undefined): number;
  /** Creates a task for a part of another one's work, in state toCreate. */
  child(parent: Task, robot: Robot, cause: number | undefined): TaskWork;
}

/** Why a pause ended: its time is over, the task was polled, someone lent a hand, or what it waits for changed. */
type Wake = 'time' | 'poll' | 'hand' | 'changed';

/** A fault that struck a task, as far as it was carried out. */
type Struck = {
  /** What is carried out, or will be next. */
  stage: 'delay' | 'hang' | 'end' | 'fixing';
  readonly delay?: number;
  readonly hang: boolean;
  readonly ovh?: FaultThen['ovh'];
  readonly cause: number;
  /** What the task showed before it was in state fixing. */
  before?: Pick<Task, 'state' | 'description'>;
};

/** The work on a task at a moment: a robot rests, or has nothing to do. */
export type SavedWork = {
  readonly task: JsonObject;
  readonly recipe: Recipe;
  readonly cause?: number;
  readonly working: boolean;
  readonly order?: { readonly state: TaskFailure['state']; readonly message: string };
  readonly interrupted?: Pick<Task, 'state' | 'description'>;
  readonly hurried: boolean;
  /** Task ids. */
  readonly children: readonly number[];
  readonly parent?: number;
  /** What the steps that were done gave. */
  readonly steps: readonly Json[];
  readonly struck?: Struck;
  /** How the pause of the present step ended, when what was ordered meanwhile is still being done. */
  readonly paused?: Wake;
  /** When the rest ends by the clock, ms since the epoch. */
  readonly due?: number;
};

/** How a robot pauses: for a time, or until a poll; in the background it waits for a time that others let pass. */
interface Rest {
  ms?: number;
  polls?: boolean;
  background?: boolean;
}

/** Node.js cannot wait longer at once; who waits for a date looks again. */
const longestMs = 1_000_000_000;

/** Does a step, or passes over one that was done. */
type Stepper = <T extends Json>(work: () => Promise<T>) => Promise<T>;

/** A step that gives nothing. */
async function nothing(step: Stepper, work: () => Promise<void>): Promise<void> {
  await step(async () => {
    await work();
    return null;
  });
}

/** A robot at work on its task: its pauses, the faults that strike it, and the hands that interfere. */
export class TaskWork {
  readonly task: Task;
  readonly robot: Robot;
  readonly #parts: WorkParts;
  /** `seq` of the journal entry that stands for the current run. */
  #cause: number | undefined;
  #working = false;
  /** Ends the pause that the robot makes. */
  #wake: ((why: Wake) => void) | undefined;
  /** Told when the robot pauses again or is through. */
  readonly #rest = new Set<() => void>();
  /** How the task shall end at the next opportunity. */
  #order: TaskFailure | undefined;
  /** What the task showed before support took it over. */
  #interrupted: Pick<Task, 'state' | 'description'> | undefined;
  /** Pauses are skipped. */
  #hurried = false;
  #children: TaskWork[] = [];
  #parent: TaskWork | undefined;
  /** What the steps that the robot has done gave. */
  #steps: Json[] = [];
  #struck: Struck | undefined;
  #paused: Wake | undefined;
  #due: number | undefined;
  /** The robot was restored and has not come to rest yet. */
  #isResuming = false;

  constructor(task: Task, robot: Robot, cause: number | undefined, parts: WorkParts) {
    this.task = task;
    this.robot = robot;
    this.#cause = cause;
    this.#parts = parts;
  }

  /** True while the robot does something, so that its state cannot be told. */
  get isBusy(): boolean {
    return this.#working && !this.#wake;
  }

  save(): SavedWork {
    const { task, robot } = this;
    return {
      task: { ...task },
      recipe: robot.recipe,
      cause: this.#cause,
      working: this.#working,
      ...(this.#order && { order: { state: this.#order.state, message: this.#order.message } }),
      interrupted: this.#interrupted && { ...this.#interrupted },
      hurried: this.#hurried,
      children: this.#children.map((child) => child.task.taskId),
      parent: this.#parent?.task.taskId,
      steps: [...this.#steps],
      struck: this.#struck && { ...this.#struck },
      paused: this.#paused,
      due: this.#due,
    };
  }

  /** Makes a new work what another was. {@link resume} follows once all works are there. */
  restore(saved: SavedWork, workOf: (taskId: number) => TaskWork): void {
    const { order, interrupted, parent, struck } = saved;
    this.#working = saved.working;
    this.#order = order && new TaskFailure(order.state, order.message);
    this.#interrupted = interrupted && { ...interrupted };
    this.#hurried = saved.hurried;
    this.#children = saved.children.map(workOf);
    this.#parent = parent === undefined ? undefined : workOf(parent);
    this.#steps = [...saved.steps];
    this.#struck = struck && { ...struck };
    this.#paused = saved.paused;
    this.#due = saved.due;
  }

  /** Lets a robot that was resting go on resting for as long as was left. */
  resume(): void {
    if (!this.#working) return;
    this.#isResuming = true;
    void this.#work();
  }

  /** Sets the robot to work; for a planned task after it was queued. */
  begin(): void {
    if (this.#working) return;
    this.#working = true;
    this.#steps = [];
    void this.#work();
  }

  /** Puts the task back to todo and sets the robot to work again; false when it has nothing to work on. */
  again(cause: number): boolean {
    if (!this.robot.reset(cause)) return false;
    this.#cause = this.#change({ state: 'todo', progress: 0, description: null }, cause);
    this.begin();
    return true;
  }

  /** Someone looked at the task: in mode per-poll it goes on, and so do its children. */
  polled(): void {
    this.#wake?.('poll');
    for (const child of this.#children) child.polled();
  }

  /** The date or something else that the robot waits for is another now. */
  changed(): void {
    this.#wake?.('changed');
  }

  /** Ends the pause of the robot because the API stops. */
  stop(): void {
    this.#wake?.('changed');
  }

  /**
   * Somebody at OVHcloud interferes. Resolves when the robot pauses again or is through. Throws ERR_OPTION when the state
   * of the task does not allow it.
   */
  async steer(action: TaskAction, description: string, cause: number): Promise<void> {
    const { state, taskId } = this.task;
    const isPossible = isUnfinished(state)
      ? !(state === 'toCancel' && action === 'fix')
      : state === 'error' && (action === 'fix' || action === 'cancel');
    if (!isPossible) {
      throw new KeyrigError('ERR_OPTION', `the task ${taskId} is in state ${state}, it does not ${action}`);
    }
    if (action === 'fix') {
      if (this.#interrupted) return;
      this.#interrupted = { state, description: this.task.description };
      this.#change({ state: 'fixing', description }, cause);
      return;
    }
    if (!this.#working) return this.#steerIdle(action, description, cause);
    const rest = new Promise<void>((resolve) => this.#rest.add(resolve));
    if (action === 'fail') this.#order = new TaskFailure('error', description);
    if (action === 'cancel' && state !== 'toCancel') {
      this.#order = new TaskFailure('canceled', description);
      this.#change({ state: 'toCancel', description }, cause);
    }
    if (action === 'complete') this.#hurried = true;
    if (this.#interrupted && (action === 'advance' || action === 'complete'))
      this.#change({ ...this.#interrupted }, cause);
    this.#interrupted = undefined;
    const parted = this.#children.filter((child) => isUnfinished(child.task.state));
    // A task that waits for its children waits on, unless it shall end; what was asked for is done to them.
    if (parted.length > 0 && !this.#order) {
      await Promise.all(parted.map((child) => child.steer(action, description, cause)));
      if (this.#working && this.#wake) return;
    } else this.#wake?.('hand');
    await rest;
  }

  /** A task that no robot works for now: it failed, or it stands still since the lab's start. */
  async #steerIdle(action: TaskAction, description: string, cause: number): Promise<void> {
    const before = this.#interrupted?.state;
    this.#interrupted = undefined;
    if (action === 'fail' || action === 'cancel') {
      this.#fail(new TaskFailure(action === 'fail' ? 'error' : 'canceled', description), cause);
      return;
    }
    this.#hurried = action === 'complete';
    const rest = new Promise<void>((resolve) => this.#rest.add(resolve));
    if (before === 'error') {
      if (!this.again(cause)) this.#fail(new TaskFailure('canceled', description), cause);
    } else {
      this.#cause = this.#change({ state: 'todo', description: null }, cause);
      this.begin();
    }
    if (this.#working) await rest;
  }

  async #work(): Promise<void> {
    const { assumed, signal } = this.#parts;
    try {
      const step = this.#stepper();
      await step(async () => {
        if (this.task.state !== 'toCreate') return null;
        await this.#stage(assumed.plannedMs);
        this.#change({ state: 'todo' }, this.#cause);
        return null;
      });
      await this.robot.run(this.#run(step));
    } catch (error) {
      // Anything but a TaskFailure is a defect of keyrig; the task shows it instead of hanging.
      const failure = error instanceof TaskFailure ? error : new TaskFailure('error', messageOf(error));
      if (!signal.aborted) this.#fail(failure, failure.led ?? this.#cause);
    } finally {
      this.#working = false;
      this.#hurried = false;
      this.#order = undefined;
      this.#struck = undefined;
      this.#rested();
      this.#parent?.changed();
    }
  }

  /** Does steps one after the other; those that were done before the task was restored are passed over. */
  #stepper(): Stepper {
    let next = 0;
    return async <T extends Json>(work: () => Promise<T>): Promise<T> => {
      const place = next++;
      if (place === this.#steps.length) {
        const result = await work();
        // The work of a task that was replaced ends in its pauses, so this is always the task's own list.
        this.#steps.push(result);
      }
      return this.#steps[place] as T;
    };
  }

  #run(step: Stepper): TaskRun {
    const { assumed, mode, runtime, signal } = this.#parts;
    const { clock } = runtime;
    return {
      task: this.task,
      signal,
      wait: (ms) => nothing(step, () => this.#stage(ms)),
      act: (work) => nothing(step, async () => work()),
      until: (isThere, ms) =>
        nothing(step, async () => {
          while (this.#isResuming || !(await isThere())) {
            await this.#pause(mode === 'per-poll' ? { polls: true } : { ms });
            if (this.#hurried) return;
          }
        }),
      untilExecutionDate: () =>
        nothing(step, async () => {
          for (;;) {
            const ms = this.task.executionDate - clock.now();
            const isOver = ms <= 0 && !this.#isResuming;
            if (isOver || this.#hurried || (await this.#pause({ ms, background: true })) === 'hand') return;
          }
        }),
      waitFor: (happened, ms, description) => this.#waitFor(step, happened, ms, description),
      doing: (progress, description) => step(() => this.#enter({ state: 'doing', progress, description })),
      children: (robots, progress, description) => this.#delegate(step, robots, progress, description),
      done: () =>
        step(() => {
          const end = { state: 'done', progress: 100, description: assumed.doneText } as const;
          return this.#enter({ ...end, endDate: clock.now() });
        }),
    };
  }

  async #waitFor(step: Stepper, happened: () => Promise<unknown>, ms: number, description: string): Promise<boolean> {
    const { clock } = this.#parts.runtime;
    const until = await step(async () => clock.now() + ms);
    let has = false;
    let isAsked = false;
    const ask = () => {
      if (isAsked) return;
      isAsked = true;
      void happened().then(() => {
        has = true;
        this.changed();
      });
    };
    await nothing(step, async () => {
      ask();
      await this.#enter({ state: 'waitingTodo', description });
    });
    return step(async () => {
      ask();
      while (!has && !this.#hurried) {
        const left = until - clock.now();
        if (left <= 0 && !this.#isResuming) return false;
        if ((await this.#pause({ ms: left, background: true })) === 'hand') return true;
      }
      return true;
    });
  }

  async #delegate(step: Stepper, robots: readonly Robot[], progress: number, description: string): Promise<void> {
    const { assumed } = this.#parts;
    await nothing(step, async () => {
      this.#children = robots.map((robot) => this.#parts.child(this.task, robot, this.#cause));
      for (const child of this.#children) child.#parent = this;
    });
    try {
      await step(() => this.#enter({ state: 'waitingForChilds', progress, description }));
      await nothing(step, async () => {
        for (const child of this.#children) {
          child.#hurried = this.#hurried;
          child.begin();
        }
      });
      await nothing(step, async () => {
        while (this.#isResuming || this.#children.some(({ task }) => isUnfinished(task.state))) {
          await this.#pause({ hurry: false });
        }
      });
    } catch (error) {
      // The parts of a task that ends end with it.
      if (error instanceof TaskFailure) {
        for (const child of this.#children)
          if (isUnfinished(child.task.state)) child.#endWith(new TaskFailure('canceled', error.message));
      }
      throw error;
    }
    const failed = this.#children.map(({ task }) => task).find(({ state }) => state !== 'done');
    if (!failed) return;
    const { taskId, name, state } = failed;
    throw new TaskFailure(
      state === 'canceled' ? 'canceled' : 'error',
      fill(assumed.childFailedText, { taskId, name, reason: failed.description ?? state }),
    );
  }

  #endWith(failure: TaskFailure): void {
    this.#order = failure;
    this.#interrupted = undefined;
    if (this.#working) this.#wake?.('hand');
    else this.#fail(failure, this.#cause);
  }

  /** A pause that belongs to the work itself. */
  async #stage(ms: number): Promise<void> {
    const { mode } = this.#parts;
    if (mode === 'immediate') return this.#settle();
    await this.#pause(mode === 'clock' ? { ms } : { polls: mode === 'per-poll' });
  }

  /** Waits for time, for a poll when `polls` is set, or for a hand. */
  async #pause({ hurry = true, ...rest }: Rest & { hurry?: boolean }): Promise<Wake> {
    const why = this.#paused ?? (this.#hurried && hurry && !this.#isResuming ? 'hand' : await this.#sleep(rest));
    this.#paused = why;
    await this.#settle();
    this.#paused = undefined;
    return why;
  }

  async #sleep({ ms, polls = false, background }: Rest): Promise<Wake> {
    const { runtime, signal } = this.#parts;
    const why = await new Promise<Wake>((resolve) => {
      const wake = (reason: Wake) => {
        if (reason === 'poll' && !polls) return;
        this.#wake = undefined;
        timer?.clear();
        resolve(reason);
      };
      const now = runtime.clock.now();
      const wholly = ms === undefined ? undefined : now + Math.min(ms, longestMs);
      const due = this.#isResuming ? this.#due : wholly;
      this.#isResuming = false;
      this.#due = due;
      const timer =
        due === undefined
          ? undefined
          : runtime.clock.setTimeout(() => wake('time'), Math.max(0, due - now), { background });
      this.#wake = wake;
      this.#rested();
      if (signal.aborted) wake('changed');
    });
    if (signal.aborted) throw new KeyrigError('ERR_ABORTED', 'the API stopped');
    return why;
  }

  /** Obeys what was ordered meanwhile: goes on only when support is through, ends the task when it shall end. */
  async #settle(): Promise<void> {
    const { assumed, mode } = this.#parts;
    while (this.#interrupted) await this.#sleep({});
    if (this.task.state === 'toCancel' && this.#order) {
      if (mode === 'per-poll') await this.#sleep({ polls: true });
      else if (mode === 'manual') await this.#sleep({});
      else if (mode === 'clock') await this.#sleep({ ms: assumed.cancelMs });
    }
    if (this.#order) throw this.#order;
  }

  async #enter(change: Partial<Task>): Promise<number> {
    if (!this.#struck) {
      await this.#settle();
      this.#consult();
    }
    if (this.#struck) await this.#suffer(this.#struck);
    this.#struck = undefined;
    return this.#change(change, this.#cause);
  }

  /** Asks for the fault that applies to the next progress of the task, if any. */
  #consult(): void {
    const { name, taskId, progress, serviceName } = this.task;
    const { faults } = this.#parts.runtime;
    const hit = faults.consult('ovh.task', { name, taskId, progress, serviceName }, this.#cause);
    if (!hit) return;
    const { hang = false, ovh } = hit.then;
    this.#struck = { stage: 'delay', delay: hit.delay, hang, ovh, cause: hit.entry.seq };
  }

  /** Carries out what is left of a fault. */
  async #suffer(struck: Struck): Promise<void> {
    const { assumed, mode } = this.#parts;
    const { delay, hang, ovh, cause } = struck;
    if (struck.stage === 'delay' && delay !== undefined) await this.#pause({ ms: delay });
    if (struck.stage === 'delay') struck.stage = 'hang';
    if (struck.stage === 'hang' && hang) await this.#pause({});
    if (struck.stage === 'hang') struck.stage = 'end';
    if (!ovh) return;
    const { taskState = 'error', message = assumed.faultText } = ovh;
    if (taskState !== 'fixing') throw new TaskFailure(taskState, message, cause);
    if (struck.stage === 'end') {
      const { state, description } = this.task;
      struck.before = { state, description };
      struck.stage = 'fixing';
      this.#change({ state: 'fixing', description: message }, cause);
    }
    await this.#pause(mode === 'per-poll' ? { polls: true } : mode === 'manual' ? {} : { ms: assumed.fixingMs });
    if (struck.before) this.#change(struck.before, this.#cause);
  }

  #fail({ state, message }: TaskFailure, cause: number | undefined): void {
    const endDate = state === 'canceled' ? this.#parts.runtime.clock.now() : null;
    this.robot.failed(state, this.#change({ state, description: message, endDate }, cause));
    this.#parent?.changed();
  }

  #change(change: Partial<Task>, cause: number | undefined): number {
    return this.#parts.change(this.task, change, cause);
  }

  #rested(): void {
    for (const tell of this.#rest) tell();
    this.#rest.clear();
  }
}
