import { principalKey } from '../authorization/directory.ts';
import type { Inventory } from '../inventory/inventory.ts';
import { rootFolderRef } from '../inventory/inventory.ts';
import type { ObjectStore, TypedObject } from '../inventory/store.ts';
import { isA } from '../vim/kernel/registry.ts';
import { type Data, sameRef } from '../vim/kernel/values.ts';

type TaskInfo = Data<'TaskInfo'>;
type TaskObject = TypedObject<'Task'>;

/** Makes a test from a filter: every part that is given must fit. vim25 TaskFilterSpec */
export function taskTest(filter: Data<'TaskFilterSpec'>, inventory: Inventory): (info: TaskInfo) => boolean {
  const tests: ((info: TaskInfo) => boolean)[] = [];
  const { entity, time, userName, activationId, state, alarm, scheduledTask, eventChainId, tag } = filter;
  if (entity) tests.push((info) => within(info, entity, inventory));
  if (time) {
    const of = { queuedTime: 'queueTime', startedTime: 'startTime', completedTime: 'completeTime' } as const;
    tests.push((info) => {
      const at = info[of[time.timeType]];
      if (!at) return false;
      return (!time.beginTime || at >= time.beginTime) && (!time.endTime || at <= time.endTime);
    });
  }
  if (userName) {
    const users = userName.userList && new Set(userName.userList.map(principalKey));
    tests.push(({ reason }) =>
      isA(reason, 'TaskReasonUser') ? !users || users.has(principalKey(reason.userName)) : userName.systemUser,
    );
  }
  if (state && state.length > 0) tests.push((info) => state.includes(info.state));
  if (alarm) tests.push(({ reason }) => isA(reason, 'TaskReasonAlarm') && sameRef(reason.alarm, alarm));
  // There are neither scheduled tasks nor tags of tasks.
  if (scheduledTask || (tag && tag.length > 0)) tests.push(() => false);
  const oneOf = <T>(wanted: readonly T[] | undefined, value: (info: TaskInfo) => T | undefined) => {
    if (!wanted || wanted.length === 0) return;
    tests.push((info) => {
      const found = value(info);
      return found !== undefined && wanted.includes(found);
    });
  };
  oneOf(eventChainId, (info) => info.eventChainId);
  oneOf(activationId, (info) => info.activationId);
  oneOf(filter.parentTaskKey, (info) => info.parentTaskKey);
  oneOf(filter.rootTaskKey, (info) => info.rootTaskKey);
  return (info) => tests.every((test) => test(info));
}

/** documented: `all` is the entity and its children, at any distance; `children` is all but the entity itself */
function within(
  info: TaskInfo,
  { entity, recursion }: NonNullable<Data<'TaskFilterSpec'>['entity']>,
  inventory: Inventory,
): boolean {
  // Everything is below the root, even what is about no entity.
  if (recursion === 'all' && sameRef(entity, rootFolderRef)) return true;
  if (!info.entity) return false;
  if (sameRef(info.entity, entity)) return recursion !== 'children';
  const object = recursion !== 'self' && inventory.store.find(info.entity);
  return object ? inventory.ancestors(object).some((ancestor) => sameRef(ancestor.ref, entity)) : false;
}

/** The tasks of a vCenter, oldest first; more than `limit` push out the oldest that have ended. */
export class TaskHistory {
  readonly #store: ObjectStore;
  readonly #inventory: Inventory;
  readonly #limit: number;
  readonly #listeners = new Set<() => void>();
  #tasks: TaskObject[] = [];

  constructor(parts: { store: ObjectStore; inventory: Inventory; limit: number }) {
    this.#store = parts.store;
    this.#inventory = parts.inventory;
    this.#limit = parts.limit;
  }

  add(task: TaskObject): void {
    this.#tasks.push(task);
    if (this.#tasks.length <= this.#limit) return;
    const oldest = this.#tasks.findIndex((candidate) => /success|error/.test(candidate.get('info').state));
    const [gone] = oldest < 0 ? [] : this.#tasks.splice(oldest, 1);
    if (gone) this.#store.delete(gone);
  }

  /** Ids of the tasks, oldest first. */
  save(): string[] {
    return this.#tasks.map(({ ref }) => ref.value);
  }

  restore(ids: readonly string[]): void {
    this.#tasks = ids.flatMap((value) => this.#store.get('Task', { type: 'Task', value }) ?? []);
  }

  /** Tells those who watch that a task is new or has changed. */
  changed(): void {
    for (const listener of this.#listeners) listener();
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** A task's place in the history: tasks have one chain of events each. */
  keyOf(info: TaskInfo): number {
    return info.eventChainId;
  }

  /** At most `count` tasks with keys above `key` that fit, oldest first. */
  after(key: number, filter: Data<'TaskFilterSpec'>, count: number): TaskInfo[] {
    return this.#pick(this.#tasks, (info) => this.keyOf(info) > key, filter, count);
  }

  /** At most `count` tasks with keys up to `key` that fit, newest first. */
  before(key: number, filter: Data<'TaskFilterSpec'>, count: number): TaskInfo[] {
    return this.#pick([...this.#tasks].reverse(), (info) => this.keyOf(info) <= key, filter, count);
  }

  #pick(
    tasks: readonly TaskObject[],
    inView: (info: TaskInfo) => boolean,
    filter: Data<'TaskFilterSpec'>,
    count: number,
  ): TaskInfo[] {
    const fits = taskTest(filter, this.#inventory);
    const found: TaskInfo[] = [];
    for (const task of tasks) {
      const info = task.get('info');
      if (inView(info) && fits(info)) found.push(info);
      if (found.length >= count) break;
    }
    return found;
  }
}
