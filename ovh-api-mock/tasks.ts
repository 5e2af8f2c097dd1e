import { KeyrigError, messageOf, type Runtime } from '../core/index.ts';
import type { AssumedValues } from './assumed.ts';
import { datetime, datetimeOrNull } from './datetime.ts';
import type { TaskModel, TaskState } from './models/task.ts';
import type { TaskProgressMode } from './options.ts';

/** What a task is about: the members of dedicatedCloud.Task that name it. */
export type TaskSubject = Partial<
  Pick<
    TaskModel,
    'userId' | 'datacenterId' | 'hostId' | 'filerId' | 'vlanId' | 'networkAccessId' | 'orderId' | 'network'
  >
>;

/** A task of a service: what the API shows as dedicatedCloud.Task. Times are ms since the epoch. */
export interface Task {
  readonly taskId: number;
  readonly serviceName: string;
  /** The name of its robot. */
  readonly name: string;
  readonly subject: TaskSubject;
  state: TaskState;
  /** 0 to 100 */
  progress: number;
  description: string | null;
  readonly executionDate: number;
  lastModificationDate: number;
  endDate: number | null;
}

/** Ends a task before it is done. The message becomes the task's description. */
export class TaskFailure extends Error {
  readonly state: 'error' | 'canceled';

  constructor(state: 'error' | 'canceled', description: string) {
    super(description);
    this.state = state;
  }
}

/** What a robot sees of the task that it works for. */
export interface TaskRun {
  readonly task: Task;
  /** Fires when the API stops. */
  readonly signal: AbortSignal;
  /** Lets a stage take its time (ms of the lab's clock), as the mode of progress says. */
  wait(ms: number): Promise<void>;
  /** Waits before the robot looks again for something outside: by the clock, or for the next poll in mode per-poll. */
  retryIn(ms: number): Promise<void>;
  /** Enters a stage: state doing. Resolves to the `seq` of the journal entry that says so. */
  doing(progress: number, description: string): Promise<number>;
  /** Ends the task: state done, 100 %. Resolves as `doing`. */
  done(): Promise<number>;
}

/** The work behind a task, named after it. */
export interface Robot {
  readonly name: string;
  /** Works through its stages and calls `done` at last; throws {@link TaskFailure} to end otherwise. May run again after a reset. */
  run(run: TaskRun): Promise<void>;
  /** Tidies up after a failure. */
  failed(state: 'error' | 'canceled', cause: number): void;
  /** Prepares another run; false when there is nothing left to work on. */
  reset(cause: number): boolean;
}

interface Running {
  readonly task: Task;
  readonly robot: Robot;
  /** `seq` of the journal entry that stands for the current run. */
  cause: number;
  /** In mode per-poll: lets the robot go on. */
  poll?: () => void;
}

/** The tasks of all services: they progress by themselves once created. */
export class TaskStore {
  readonly #runtime: Runtime;
  readonly #mode: TaskProgressMode;
  readonly #assumed: AssumedValues;
  readonly #tasks = new Map<number, Running>();
  readonly #stopping = new AbortController();
  #ids: number;

  constructor(runtime: Runtime, mode: TaskProgressMode, assumed: AssumedValues) {
    this.#runtime = runtime;
    this.#mode = mode;
    this.#assumed = assumed;
    this.#ids = 50_000_000 + runtime.random.stream('ovh.tasks').integer(10_000_000);
  }

  get all(): Task[] {
    return [...this.#tasks.values()].map(({ task }) => task);
  }

  /** A task of a service. */
  get(serviceName: string, taskId: number): Task | undefined {
    const task = this.#tasks.get(taskId)?.task;
    return task?.serviceName === serviceName ? task : undefined;
  }

  /** The task that still works on a service, if there is one. */
  unfinished(serviceName: string): Task | undefined {
    return this.all.find(
      (task) => task.serviceName === serviceName && (task.state === 'todo' || task.state === 'doing'),
    );
  }

  /** Creates a task in state todo, about a subject, and sets its robot to work. */
  create(serviceName: string, robot: Robot, cause: number, subject: TaskSubject = {}): Task {
    const now = this.#runtime.clock.now();
    const task: Task = {
      taskId: this.#ids++,
      serviceName,
      name: robot.name,
      subject,
      state: 'todo',
      progress: 0,
      description: null,
      executionDate: now,
      lastModificationDate: now,
      endDate: null,
    };
    const running: Running = { task, robot, cause: this.#record(task, cause) };
    this.#tasks.set(task.taskId, running);
    void this.#work(running);
    return task;
  }

  /** Puts a task in state error back to todo and sets its robot to work again; false when it has nothing to work on. */
  reset(task: Task, cause: number): boolean {
    const running = this.#tasks.get(task.taskId)!;
    if (!running.robot.reset(cause)) return false;
    running.cause = this.#transition(running, { state: 'todo', progress: 0, description: null }, cause);
    void this.#work(running);
    return true;
  }

  /** Someone looked at a task: in mode per-poll it goes on. */
  polled(task: Task): void {
    this.#tasks.get(task.taskId)?.poll?.();
  }

  /** Lets all robots end where they are. */
  stop(): void {
    this.#stopping.abort();
  }

  async #work(running: Running): Promise<void> {
    const { task, robot } = running;
    try {
      await robot.run({
        task,
        signal: this.#stopping.signal,
        wait: (ms) => this.#wait(running, ms, this.#mode),
        retryIn: (ms) => this.#wait(running, ms, this.#mode === 'immediate' ? 'clock' : this.#mode),
        doing: async (progress, description) => {
          await this.#faults(running);
          return this.#transition(running, { state: 'doing', progress, description }, running.cause);
        },
        done: async () => {
          await this.#faults(running);
          const end = { state: 'done', progress: 100, description: this.#assumed.doneText } as const;
          return this.#transition(running, { ...end, endDate: this.#runtime.clock.now() }, running.cause);
        },
      });
    } catch (error) {
      if (this.#stopping.signal.aborted) return;
      // Anything but a TaskFailure is a defect of keyrig; the task shows it instead of hanging.
      const state = error instanceof TaskFailure ? error.state : 'error';
      const endDate = state === 'canceled' ? this.#runtime.clock.now() : null;
      robot.failed(state, this.#transition(running, { state, description: messageOf(error), endDate }, running.cause));
    }
  }

  async #wait(running: Running, ms: number, mode: TaskProgressMode): Promise<void> {
    if (mode === 'clock') return this.#runtime.clock.sleep(ms, this.#stopping.signal);
    if (mode === 'per-poll') {
      await new Promise<void>((resolve) => {
        running.poll = resolve;
      });
    }
    if (this.#stopping.signal.aborted) throw new KeyrigError('ERR_ABORTED', 'the API stopped');
  }

  /** Carries out the fault that applies to the next progress of a task, if any. */
  async #faults({ task, cause }: Running): Promise<void> {
    const { name, taskId, progress, serviceName } = task;
    const hit = this.#runtime.faults.consult('ovh.task', { name, taskId, progress, serviceName }, cause);
    if (!hit) return;
    const { delay, hang, ovh } = hit.then;
    if (delay !== undefined) await this.#runtime.clock.sleep(delay, this.#stopping.signal);
    if (hang) await new Promise(() => {});
    if (ovh) throw new TaskFailure(ovh.taskState ?? 'error', ovh.message ?? this.#assumed.faultText);
  }

  #transition({ task }: Running, change: Partial<Task>, cause: number): number {
    Object.assign(task, change, { lastModificationDate: this.#runtime.clock.now() });
    return this.#record(task, cause);
  }

  #record(task: Task, cause: number): number {
    const { taskId, serviceName, name, state, progress, description } = task;
    const { seq } = this.#runtime.journal.record({
      plane: 'ovh',
      event: `ovh.task.${state}`,
      level: state === 'error' ? 'error' : state === 'canceled' ? 'warn' : 'info',
      text: `task ${taskId} ${name} is ${state}, ${progress} %${description ? `: ${description}` : ''}`,
      data: { taskId, serviceName, name, state, progress, description },
      cause,
    });
    return seq;
  }
}

/** A task as the API shows it; what the fake does not know is null as in the real answer (documented). */
export function taskModel(task: Task): TaskModel {
  return {
    taskId: task.taskId,
    name: task.name,
    state: task.state,
    type: 'generic',
    progress: task.progress,
    description: task.description,
    executionDate: datetime(task.executionDate),
    lastModificationDate: datetime(task.lastModificationDate),
    endDate: datetimeOrNull(task.endDate),
    maintenanceDateFrom: null,
    maintenanceDateTo: null,
    createdBy: null,
    createdFrom: null,
    parentTaskId: null,
    orderId: null,
    userId: null,
    datacenterId: null,
    hostId: null,
    filerId: null,
    vlanId: null,
    networkAccessId: null,
    network: null,
    ...task.subject,
  };
}
