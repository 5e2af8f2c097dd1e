import { causeChain, KeyrigError, messageOf, type Runtime } from '../../core/index.ts';
import type { Assumed } from '../assumed.ts';
import type { Authorization } from '../authorization/authorization.ts';
import type { Inventory } from '../inventory/inventory.ts';
import type { ManagedObject, ObjectStore, TypedObject } from '../inventory/store.ts';
import { fault, systemError, VimFault } from '../vim/kernel/fault.ts';
import { isSubtype } from '../vim/kernel/registry.ts';
import { type Data, data, type Ref, refKey, sameRef } from '../vim/kernel/values.ts';
import { strikeTask, type TaskPhase } from './task-faults.ts';
import { TaskHistory } from './task-history.ts';

/** A task while its body runs. */
export interface RunningTask {
  readonly ref: Ref;
  /** `seq` of the task's journal entry: the cause of everything the body does. */
  readonly cause: number;
  /** Who started it. */
  readonly user: string;
  /** Fires when the task is cancelled or the server stops. */
  readonly signal: AbortSignal;
  /** Throws NoPermission when the user lacks a privilege that the task needs on an object. */
  require(privilege: string, object: ManagedObject | Ref): void;
  /** Reports progress in percent. */
  progress(percent: number): void;
}

export interface TaskRequest {
  /** Wire name of the method, `ReconfigVM_Task`. */
  method: string;
  /** `VirtualMachine.reconfigure` (observed list, vcenter.md 12.3). */
  descriptionId: string;
  /** Only managed entities may stand in TaskInfo.entity: leave it out for tasks of managers. */
  entity?: ManagedObject;
  user: string;
  /** `seq` of the journal entry that starts the task. */
  cause?: number;
  cancelable?: boolean;
  /** Privileges on the entity: one that is missing is told by the call, before there is a task. reported by users */
  needs?: readonly string[];
  /** When set, a second such task on the same entity ends in TaskInProgress. */
  exclusive?: boolean;
  /** Its value becomes TaskInfo.result; give an `anyValue` where the type cannot be seen. */
  run: (task: RunningTask) => Promise<unknown>;
}

/** A task that a client drives: an extension shows what it does. vim25 TaskManager.CreateTask */
export interface ExternalTask {
  object: ManagedObject;
  /** A type that an extension has registered, or a description id. */
  taskTypeId: string;
  initiatedBy: string;
  cancelable: boolean;
  parentTaskKey?: string;
  activationId?: string;
  cause?: number;
}

type TaskObject = TypedObject<'Task'>;

/** What the tasks have beside their objects. Running ones cannot be saved. */
export type SavedTasks = {
  readonly chain: number;
  readonly history: readonly string[];
  /** Those that clients drive. */
  readonly external: readonly string[];
};

/** Runs tasks: queued, running, then success or error; every step is written to the Task object and to the journal. */
export class TaskRunner {
  readonly #runtime: Runtime;
  readonly #store: ObjectStore;
  readonly #assumed: Assumed;
  readonly #authorization: Authorization;
  readonly #durations: Readonly<Record<string, number>>;
  readonly #cancels = new Map<string, AbortController>();
  readonly #busy = new Map<string, Ref>();
  readonly #running = new Set<Promise<void>>();
  readonly #external = new Set<string>();
  /** What collectors and `recentTask` look back at. */
  readonly history: TaskHistory;
  readonly #stopping: AbortSignal;
  #chain = 0;

  /** @param durations ms that a task of a method takes before its body runs; `*` for all others. */
  constructor(parts: {
    runtime: Runtime;
    store: ObjectStore;
    inventory: Inventory;
    assumed: Assumed;
    authorization: Authorization;
    durations: Readonly<Record<string, number>>;
    stopping: AbortSignal;
  }) {
    this.#runtime = parts.runtime;
    this.#store = parts.store;
    this.#assumed = parts.assumed;
    this.#authorization = parts.authorization;
    this.#durations = parts.durations;
    this.#stopping = parts.stopping;
    this.history = new TaskHistory({ ...parts, limit: parts.assumed.taskLimit });
  }

  /**
   * Starts a task and returns its reference; the body runs after the caller had its answer.
   * @throws NoPermission
   */
  start(request: TaskRequest): Ref {
    const { clock, journal } = this.#runtime;
    const { entity, needs = [] } = request;
    if (entity) this.#authorization.requireAll(request.user, needs, entity);
    const name = request.entity?.read('name');
    const task = this.#store.create('Task', 'task-#', { value: [], availableField: [] });
    const info: Data<'TaskInfo'> = {
      key: task.ref.value,
      task: task.ref,
      name: request.method,
      descriptionId: request.descriptionId,
      entity: request.entity?.ref,
      entityName: typeof name === 'string' ? name : undefined,
      state: 'queued',
      cancelled: false,
      cancelable: request.cancelable ?? false,
      reason: data('TaskReasonUser', { userName: this.#authorization.directory.shownName(request.user) }),
      queueTime: new Date(clock.now()),
      eventChainId: ++this.#chain,
    };
    task.set({ info });
    this.#remember(task, request.entity);
    const what = `${request.method}${info.entityName === undefined ? '' : ` on ${info.entityName}`}`;
    const entry = journal.record({
      plane: 'vcenter',
      event: 'vcenter.task.started',
      text: `${task.ref.value}: ${what}`,
      data: {
        task: task.ref.value,
        method: request.method,
        descriptionId: request.descriptionId,
        entity: request.entity && refKey(request.entity.ref),
        entityName: info.entityName,
        user: request.user,
      },
      cause: request.cause,
    });
    const cancel = new AbortController();
    this.#cancels.set(task.ref.value, cancel);
    const done = this.#run(task, request, what, entry.seq, AbortSignal.any([cancel.signal, this.#stopping])).finally(
      () => {
        this.#cancels.delete(task.ref.value);
        this.#running.delete(done);
      },
    );
    this.#running.add(done);
    return task.ref;
  }

  async #run(task: TaskObject, request: TaskRequest, what: string, cause: number, signal: AbortSignal): Promise<void> {
    const { clock, journal } = this.#runtime;
    // The caller gets the reference before anything happens.
    await Promise.resolve();
    const alone = request.exclusive ? request.entity?.ref : undefined;
    const { method, user } = request;
    /** What a failure follows from: the task, or the fault that struck it. */
    let why = cause;
    const underFaults = { info: () => task.get('info'), method, user, cause, signal };
    const strike = (phase: TaskPhase) =>
      strikeTask(phase, underFaults, this.#runtime, (entry) => {
        why = entry;
      });
    try {
      if (alone) {
        this.requireIdle(alone);
        this.#busy.set(refKey(alone), task.ref);
      }
      const queued = strike('queued');
      if (queued) await queued;
      this.#update(task, { state: 'running', startTime: new Date(clock.now()), progress: 0 });
      const running = strike('running');
      if (running) await running;
      const duration = this.#durations[request.method] ?? this.#durations['*'] ?? 0;
      if (duration > 0) await this.#pass(task, duration, signal, strike);
      const body = request.run({
        ref: task.ref,
        cause,
        user: request.user,
        signal,
        require: (privilege, object) => this.#authorization.require(request.user, privilege, object),
        progress: (percent) => this.#update(task, { progress: percent }),
      });
      // A body that does not heed the signal must not keep the server from stopping.
      const result = await orStopped(body, this.#stopping);
      const done = strike('done');
      if (done) await done;
      this.#update(task, { state: 'success', result, progress: undefined, completeTime: new Date(clock.now()) });
      journal.record({
        plane: 'vcenter',
        event: 'vcenter.task.succeeded',
        text: `${task.ref.value}: ${what} succeeded`,
        data: { task: task.ref.value, method: request.method },
        cause,
      });
    } catch (thrown) {
      const failure = this.#faultOf(thrown, signal, task);
      this.#update(task, {
        state: 'error',
        error: failure.localized,
        progress: undefined,
        completeTime: new Date(clock.now()),
      });
      const messages = failure.fault.faultMessage?.map((message) => message.message ?? message.key);
      journal.record({
        plane: 'vcenter',
        event: 'vcenter.task.failed',
        level: 'error',
        text: `${task.ref.value}: ${what} failed: ${failure.fault._type}: ${failure.message}`,
        data: {
          task: task.ref.value,
          method: request.method,
          fault: failure.fault._type,
          localizedMessage: failure.message,
          faultMessage: messages,
          // A defect of keyrig shows as SystemError; the chain says where it comes from.
          ...(failure.fault._type === 'SystemError' ? { chain: causeChain(thrown) } : {}),
        },
        cause: why,
      });
    } finally {
      if (alone && sameRef(this.#busy.get(refKey(alone)), task.ref)) this.#busy.delete(refKey(alone));
    }
  }

  /** No exclusive task works on the entity. @throws TaskInProgress */
  requireIdle(entity: Ref): void {
    const task = this.#busy.get(refKey(entity));
    if (task) throw fault('TaskInProgress', this.#assumed.taskInProgress, { task });
  }

  /** Lets a configured duration pass in ten steps of progress. */
  async #pass(
    task: TaskObject,
    duration: number,
    signal: AbortSignal,
    strike: (phase: TaskPhase) => Promise<void> | undefined,
  ): Promise<void> {
    for (let step = 1; step <= 10; step++) {
      await this.#runtime.clock.sleep(duration / 10, signal);
      if (step === 10) return;
      this.#update(task, { progress: step * 10 });
      const struck = strike('running');
      if (struck) await struck;
    }
  }

  #faultOf(thrown: unknown, signal: AbortSignal, task: TaskObject): VimFault {
    if (thrown instanceof VimFault) return thrown;
    if (signal.aborted || (thrown instanceof KeyrigError && thrown.code === 'ERR_ABORTED')) {
      this.#update(task, { cancelled: true });
      return fault('RequestCanceled', this.#assumed.requestCanceled);
    }
    return systemError(messageOf(thrown));
  }

  #update(task: TaskObject, changes: Partial<Data<'TaskInfo'>>): void {
    task.set({ info: { ...task.get('info'), ...changes } });
    this.history.changed();
  }

  #remember(task: TaskObject, entity: ManagedObject | undefined): void {
    const reference = task.ref;
    this.history.add(task);
    this.history.changed();
    const manager = this.#store.get('TaskManager', { type: 'TaskManager', value: 'TaskManager' });
    const recent = manager?.get('recentTask') ?? [];
    manager?.set({ recentTask: [...recent.slice(1 - this.#assumed.recentTasks), reference] });
    const own = entity as TypedObject<'ManagedEntity'> | undefined;
    own?.set({
      recentTask: [...(own.get('recentTask') ?? []).slice(1 - this.#assumed.recentTasksOfEntity), reference],
    });
  }

  /** Makes a task that a client drives; it waits in the queue. */
  createExternal(request: ExternalTask): TaskObject {
    const { clock, journal } = this.#runtime;
    const { object, taskTypeId, cancelable, parentTaskKey, activationId } = request;
    const entity = isSubtype(object.type, 'ManagedEntity') ? object : undefined;
    const task = this.#store.create('Task', 'task-#', { value: [], availableField: [] });
    const parent = parentTaskKey && this.#store.get('Task', { type: 'Task', value: parentTaskKey });
    const name = entity?.read('name');
    task.set({
      info: {
        key: task.ref.value,
        task: task.ref,
        descriptionId: taskTypeId,
        entity: entity?.ref,
        entityName: typeof name === 'string' ? name : undefined,
        state: 'queued',
        cancelled: false,
        cancelable,
        reason: data('TaskReasonUser', { userName: this.#authorization.directory.shownName(request.initiatedBy) }),
        queueTime: new Date(clock.now()),
        eventChainId: ++this.#chain,
        parentTaskKey,
        rootTaskKey: parent ? (parent.get('info').rootTaskKey ?? parentTaskKey) : parentTaskKey,
        activationId,
      },
    });
    this.#external.add(task.ref.value);
    this.#remember(task, entity);
    journal.record({
      plane: 'vcenter',
      event: 'vcenter.task.created',
      text: `${task.ref.value}: ${taskTypeId}, driven by a client`,
      data: { task: task.ref.value, descriptionId: taskTypeId, user: request.initiatedBy },
      cause: request.cause,
    });
    return task;
  }

  isExternal(task: TaskObject): boolean {
    return this.#external.has(task.ref.value);
  }

  /** Changes what a task that a client drives shows. */
  update(task: TaskObject, changes: Pick<Partial<Data<'TaskInfo'>>, 'progress' | 'description'>): void {
    this.#update(task, changes);
  }

  /** Moves a task that a client drives to a state. */
  setState(
    task: TaskObject,
    state: Data<'TaskInfo'>['state'],
    outcome: Pick<Data<'TaskInfo'>, 'result' | 'error'>,
    cause: number,
  ): void {
    const { clock, journal } = this.#runtime;
    const now = new Date(clock.now());
    const before = task.get('info');
    const ended = state === 'success' || state === 'error';
    this.#update(task, {
      state,
      startTime: before.startTime ?? (state === 'queued' ? undefined : now),
      progress: ended ? undefined : before.progress,
      completeTime: ended ? now : undefined,
      result: state === 'success' ? outcome.result : undefined,
      error: state === 'error' ? outcome.error : undefined,
    });
    journal.record({
      plane: 'vcenter',
      event: 'vcenter.task.state',
      text: `${task.ref.value}: a client set the state ${state}`,
      data: { task: task.ref.value, state },
      cause,
    });
  }

  /** Cancels a running task whose TaskInfo says it can be; NotSupported otherwise. */
  cancel(task: TypedObject<'Task'>): void {
    const info = task.get('info');
    if (info.state === 'success' || info.state === 'error') {
      throw fault('InvalidState', this.#assumed.invalidState);
    }
    if (!info.cancelable) throw fault('NotSupported', this.#assumed.notSupported);
    // The client that drives a task sees this and ends it. documented
    if (this.isExternal(task)) this.#update(task, { cancelled: true });
    this.#cancels.get(task.ref.value)?.abort();
  }

  save(): SavedTasks {
    return { chain: this.#chain, history: this.history.save(), external: [...this.#external] };
  }

  restore({ chain, history, external }: SavedTasks): void {
    this.#chain = chain;
    this.history.restore(history);
    this.#external.clear();
    for (const id of external) this.#external.add(id);
  }

  /** The tasks that run, as texts name them: `task-17 (PowerOnVM_Task)`. */
  get running(): string[] {
    return [...this.#cancels.keys()].map((id) => {
      const info = this.#store.get('Task', { type: 'Task', value: id })?.get('info');
      return `${id} (${info?.name ?? info?.descriptionId})`;
    });
  }

  /** Resolves when no task is running. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }
}

/** The body's outcome, or ERR_ABORTED as soon as the server stops. */
function orStopped<T>(body: Promise<T>, stopping: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const stop = () => reject(new KeyrigError('ERR_ABORTED', 'the server stops'));
    if (stopping.aborted) stop();
    stopping.addEventListener('abort', stop, { once: true });
    body.then(resolve, reject).finally(() => stopping.removeEventListener('abort', stop));
  });
}
