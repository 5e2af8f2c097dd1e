import { KeyrigError, type Runtime } from '../core/index.ts';
import type { AssumedValues } from './assumed.ts';
import { datetime, datetimeOrNull } from './datetime.ts';
import type { TaskModel, TaskState } from './models/task.ts';
import type { TaskOptions, TaskProgressMode } from './options.ts';
import { isUnfinished, type Recipe, type Robot, type TaskAction } from './robot.ts';
import { maintenance } from './robots/maintenance.ts';
import { standing } from './robots/standing.ts';
import { type SavedWork, TaskWork } from './task-work.ts';

export { type Robot, type TaskAction, TaskFailure, type TaskRun } from './robot.ts';

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
  /** `generic` or `maintenance`. */
  readonly type: string;
  readonly subject: TaskSubject;
  readonly parentTaskId: number | null;
  readonly createdBy: string | null;
  readonly createdFrom: string | null;
  state: TaskState;
  /** 0 to 100 */
  progress: number;
  description: string | null;
  executionDate: number;
  /** When a task of type maintenance may be executed. */
  readonly maintenanceDateFrom: number | null;
  readonly maintenanceDateTo: number | null;
  lastModificationDate: number;
  endDate: number | null;
}

/** Makes robots wait for a confirmation first; see OperationTokens. */
export interface RobotGuard {
  guard(serviceName: string, robot: Robot, cause: number): Robot;
}

/** The tasks of a service, and which of them are not finished. */
interface ServiceTasks {
  readonly tasks: Task[];
  readonly unfinished: Set<TaskWork>;
}

/** All tasks, in the order in which they came. */
export type SavedTasks = { readonly nextId: number; readonly works: readonly SavedWork[] };

/** The tasks of all services: they progress by themselves once created. */
export class TaskStore {
  readonly #runtime: Runtime;
  readonly #assumed: AssumedValues;
  readonly #mode: TaskProgressMode;
  readonly #works = new Map<number, TaskWork>();
  readonly #services = new Map<string, ServiceTasks>();
  #stopping = new AbortController();
  readonly #guard: RobotGuard | undefined;
  #ids: number;

  /** @param guard decides what a robot has to wait for before it begins */
  constructor(runtime: Runtime, mode: TaskProgressMode, assumed: AssumedValues, guard?: RobotGuard) {
    this.#guard = guard;
    this.#runtime = runtime;
    this.#mode = mode;
    this.#assumed = assumed;
    this.#ids = 50_000_000 + runtime.random.stream('ovh.tasks').integer(10_000_000);
  }

  get all(): Task[] {
    return [...this.#works.values()].map(({ task }) => task);
  }

  /** The tasks of a service in the order of their ids. */
  of(serviceName: string): readonly Task[] {
    return this.#services.get(serviceName)?.tasks ?? [];
  }

  /** A task of a service. */
  get(serviceName: string, taskId: number): Task | undefined {
    const task = this.#works.get(taskId)?.task;
    return task?.serviceName === serviceName ? task : undefined;
  }

  /** The task that still works, or will work, on a part of a service: the lock of its robot. */
  unfinished(serviceName: string, lock: string): Task | undefined {
    for (const { robot, task } of this.#services.get(serviceName)?.unfinished ?? [])
      if (robot.lock === lock) return task;
    return undefined;
  }

  /** Creates a task in state todo, about a subject, and sets its robot to work. */
  create(serviceName: string, robot: Robot, cause: number, subject: TaskSubject = {}): Task {
    const guarded = this.#guard?.guard(serviceName, robot, cause) ?? robot;
    const work = this.#add({ serviceName, name: robot.name, type: robot.type ?? 'generic', subject }, guarded, cause);
    work.begin();
    return work.task;
  }

  /**
   * A task that is there when the lab starts. It stands as it is, but a maintenance that is planned begins at its date, and
   * a hand or a reset moves every task that is not finished. The journal does not tell of it. Throws ERR_OPTION when its id is taken.
   */
  preset(serviceName: string, options: TaskOptions): void {
    const now = this.#runtime.clock.now();
    const { name, type = 'generic', state = type === 'maintenance' ? 'waitingTodo' : 'done', durationMs } = options;
    const planned = type === 'maintenance' && (state === 'waitingTodo' || state === 'todo');
    const robot = type === 'maintenance' ? maintenance : standing;
    const { taskId = this.#ids++, progress = state === 'done' ? 100 : 0, description = null } = options;
    if (this.#works.has(taskId)) throw new KeyrigError('ERR_OPTION', `there are two tasks ${taskId}`);
    const time = (date: Date | undefined) => date?.getTime() ?? null;
    const executionDate = time(options.executionDate) ?? now;
    const ended = state === 'done' || state === 'canceled';
    const work = this.#add(
      {
        taskId,
        serviceName,
        name,
        type,
        subject: options.subject ?? {},
        state,
        progress,
        description,
        executionDate,
        lastModificationDate: Math.min(executionDate, now),
        endDate: ended ? (time(options.endDate) ?? executionDate) : null,
        maintenanceDateFrom: time(options.maintenanceDateFrom),
        maintenanceDateTo: time(options.maintenanceDateTo),
        parentTaskId: options.parentTaskId ?? null,
        createdBy: options.createdBy ?? this.#assumed.taskCreatedBy,
        createdFrom: options.createdFrom ?? this.#assumed.taskCreatedFrom,
      },
      robot(name, durationMs, this.#assumed),
      undefined,
    );
    if (planned) work.begin();
  }

  /** The unfinished task that stands in the way of another run of a task. */
  rival(task: Task): Task | undefined {
    const { lock } = this.#works.get(task.taskId)!.robot;
    return lock === undefined ? undefined : this.unfinished(task.serviceName, lock);
  }

  /** Puts a task in state error back to todo and sets its robot to work again; false when it has nothing to work on. */
  reset(task: Task, reason: string, cause: number): boolean {
    const { taskId, serviceName } = task;
    const { seq } = this.#runtime.journal.record({
      plane: 'ovh',
      event: 'ovh.task.reset',
      text: `task ${taskId} shall be run again: ${reason.slice(0, 200)}`,
      data: { taskId, serviceName, reason: reason.slice(0, 200) },
      cause,
    });
    return this.#works.get(taskId)!.again(seq);
  }

  /** Moves a task that was not begun to another date. */
  setExecutionDate(task: Task, executionDate: number, cause: number): void {
    this.#change(task, { executionDate }, cause);
    this.#works.get(task.taskId)!.changed();
  }

  /** Someone looked at a task: in mode per-poll it goes on. */
  polled(task: Task): void {
    this.#works.get(task.taskId)!.polled();
  }

  /**
   * Somebody at OVHcloud takes a hand in a task: lets it `advance` by one stage, `complete` without further waiting, `fail`,
   * `cancel`, or `fix` it: state fixing, until it is told to advance or complete. What a robot does stays real: a
   * task that is completed still fails when its work does. Resolves when the robot pauses again or is through.
   *
   * @param description what the task shows in state error, canceled or fixing; default: the assumed text
   * @throws ERR_OPTION when there is no such task, or when its state does not allow it
   */
  async steer(taskId: number, action: TaskAction, description?: string): Promise<Task> {
    const work = this.#works.get(taskId);
    if (!work) throw new KeyrigError('ERR_OPTION', `there is no task ${taskId}`);
    const { seq } = this.#runtime.journal.record({
      plane: 'ovh',
      event: 'ovh.task.hand',
      text: `somebody at OVHcloud lets task ${taskId} ${action}`,
      data: { taskId, serviceName: work.task.serviceName, action, description },
    });
    const { fixingText: fix, canceledText: cancel, failedText: fail } = this.#assumed;
    const texts: Partial<Record<TaskAction, string>> = { fix, cancel, fail };
    await work.steer(action, description ?? texts[action] ?? '', seq);
    return work.task;
  }

  /** Lets no robot go on. */
  stop(): void {
    this.#stopping.abort();
    for (const { unfinished } of this.#services.values()) for (const work of unfinished) work.stop();
  }

  /** The tasks whose robots do something just now, in words; one that waits does nothing. */
  get running(): string[] {
    const busy = [...this.#works.values()].filter(({ isBusy }) => isBusy);
    return busy.map(({ task: { taskId, name } }) => `the OVHcloud task ${taskId} ${name}`);
  }

  save(): SavedTasks {
    return { nextId: this.#ids, works: Array.from(this.#works.values(), (work) => work.save()) };
  }

  /**
   * Has the tasks of a state, and no others; {@link resume} follows.
   * @param robotOf makes the robot of a recipe again
   */
  restore(state: SavedTasks, robotOf: (serviceName: string, recipe: Recipe, cause?: number) => Robot): void {
    this.stop();
    this.#stopping = new AbortController();
    this.#works.clear();
    this.#services.clear();
    this.#ids = state.nextId;
    for (const { task, recipe, cause } of state.works) {
      const own = { ...task } as unknown as Task;
      this.#keep(own, robotOf(own.serviceName, recipe, cause), cause);
    }
    const works = [...this.#works.values()];
    state.works.forEach((saved, place) => {
      works[place]?.restore(saved, (taskId) => this.#works.get(taskId)!);
    });
  }

  /** Lets the robots of a restored state go on. */
  resume(): void {
    for (const work of this.#works.values()) work.resume();
  }

  /** Any task that there is. */
  known(taskId: number): Task {
    return this.#works.get(taskId)!.task;
  }

  #add(
    given: Pick<Task, 'serviceName' | 'name' | 'type' | 'subject'> & Partial<Task>,
    robot: Robot,
    cause: number | undefined,
  ): TaskWork {
    const now = this.#runtime.clock.now();
    const task: Task = {
      taskId: given.taskId ?? this.#ids++,
      state: 'todo',
      progress: 0,
      description: null,
      executionDate: now,
      lastModificationDate: now,
      endDate: null,
      maintenanceDateFrom: null,
      maintenanceDateTo: null,
      parentTaskId: null,
      createdBy: this.#assumed.taskCreatedBy,
      createdFrom: this.#assumed.taskCreatedFrom,
      ...given,
    };
    return this.#keep(task, robot, cause === undefined ? undefined : this.#record(task, cause));
  }

  #keep(task: Task, robot: Robot, cause: number | undefined): TaskWork {
    const work = new TaskWork(task, robot, cause, {
      runtime: this.#runtime,
      mode: this.#mode,
      assumed: this.#assumed,
      signal: this.#stopping.signal,
      change: (changed, change, why) => this.#change(changed, change, why),
      child: ({ serviceName, taskId: parentTaskId, subject }, childRobot, why) => {
        const { name, type = 'generic' } = childRobot;
        return this.#add({ serviceName, name, type, subject, parentTaskId, state: 'toCreate' }, childRobot, why);
      },
    });
    this.#works.set(task.taskId, work);
    const { serviceName } = task;
    if (!this.#services.has(serviceName)) this.#services.set(serviceName, { tasks: [], unfinished: new Set() });
    const service = this.#services.get(serviceName)!;
    service.tasks.push(task);
    if (isUnfinished(task.state)) service.unfinished.add(work);
    return work;
  }

  #change(task: Task, change: Partial<Task>, cause: number | undefined): number {
    Object.assign(task, change, { lastModificationDate: this.#runtime.clock.now() });
    const { unfinished } = this.#services.get(task.serviceName)!;
    const work = this.#works.get(task.taskId)!;
    if (isUnfinished(task.state)) unfinished.add(work);
    else unfinished.delete(work);
    return this.#record(task, cause);
  }

  #record(task: Task, cause: number | undefined): number {
    const { taskId, serviceName, name, state, progress, description } = task;
    const { seq } = this.#runtime.journal.record({
      plane: 'ovh',
      event: `ovh.task.${state}`,
      level: state === 'error' ? 'error' : state === 'canceled' || state === 'fixing' ? 'warn' : 'info',
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
    type: task.type,
    progress: task.progress,
    description: task.description,
    executionDate: datetime(task.executionDate),
    lastModificationDate: datetime(task.lastModificationDate),
    endDate: datetimeOrNull(task.endDate),
    maintenanceDateFrom: datetimeOrNull(task.maintenanceDateFrom),
    maintenanceDateTo: datetimeOrNull(task.maintenanceDateTo),
    createdBy: task.createdBy,
    createdFrom: task.createdFrom,
    parentTaskId: task.parentTaskId,
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
