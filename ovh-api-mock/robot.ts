import type { JsonObject } from '../core/index.ts';
import type { TaskState } from './models/task.ts';
import type { Task } from './tasks.ts';

/** What somebody at OVHcloud can do with a task by hand; see {@link TaskStore.steer}. */
export const taskActions = ['advance', 'complete', 'fail', 'cancel', 'fix'] as const;
export type TaskAction = (typeof taskActions)[number];

/** Ends a task before it is done. The message becomes the task's description. */
export class TaskFailure extends Error {
  readonly state: 'error' | 'canceled';
  /** `seq` of the journal entry that led to it, where that is another one than the task's own. */
  readonly led: number | undefined;

  constructor(state: 'error' | 'canceled', description: string, led?: number) {
    super(description);
    this.state = state;
    this.led = led;
  }
}

/**
 * What a robot sees of the task that it works for. Every member throws when the task shall end.
 *
 * Each call is a step. A robot whose task is restored from a saved state runs once more: the steps that were done give what they gave
 * then, and the one that was going on goes on. So a robot changes nothing but within a step, and asks for its steps in an order that
 * depends on their results alone.
 */
export interface TaskRun {
  readonly task: Task;
  /** Fires when the API stops. */
  readonly signal: AbortSignal;
  /** Lets a stage take its time (ms of the lab's clock), as the mode of progress says. */
  wait(ms: number): Promise<void>;
  /** Does what happens at one go, or asks somebody outside. */
  act(work: () => void | Promise<void>): Promise<void>;
  /**
   * Looks for something outside until it is there, every `ms` of the clock, or with each poll in mode per-poll; not again when the
   * task shall be completed without it.
   */
  until(isThere: () => Promise<boolean>, ms: number): Promise<void>;
  /** Waits for the task's execution date, which may change meanwhile; by the clock in every mode. */
  untilExecutionDate(): Promise<void>;
  /**
   * Waits in state waitingTodo for something outside, such as a confirmation, at most `ms` of the clock. Resolves to false
   * when it did not happen.
   */
  waitFor(happened: () => Promise<unknown>, ms: number, description: string): Promise<boolean>;
  /** Enters a stage: state doing. Resolves to the `seq` of the journal entry that says so. */
  doing(progress: number, description: string): Promise<number>;
  /**
   * Has tasks of their own do a part of the work: they begin in state toCreate, this one is waitingForChilds until they
   * ended. Throws {@link TaskFailure} when one of them failed.
   */
  children(robots: readonly Robot[], progress: number, description: string): Promise<void>;
  /** Ends the task: state done, 100 %. Resolves as `doing`. */
  done(): Promise<number>;
}

/** What a robot is made from again when its task is restored: its kind in `robots/restore.ts`, and what it works on. */
export type Recipe = { readonly kind: string } & JsonObject;

/** The work behind a task, named after it. */
export interface Robot {
  readonly name: string;
  readonly recipe: Recipe;
  /** Default `generic`; the other type seen is `maintenance`. */
  readonly type?: string;
  /** What its tasks work on; two tasks with the same lock on one service are not begun side by side. */
  readonly lock?: string;
  /** OVHcloud does it of its own accord: it asks nobody for an operation token. */
  readonly byItself?: boolean;
  /** Works through its stages and calls `done` at last; throws {@link TaskFailure} to end otherwise. May run again after a reset. */
  run(run: TaskRun): Promise<void>;
  /** Tidies up after a failure. */
  failed(state: 'error' | 'canceled', cause: number): void;
  /** Prepares another run; false when there is nothing left to work on. */
  reset(cause: number): boolean;
}

/** Whether a task in this state is still being worked on, or will be. */
export function isUnfinished(state: TaskState): boolean {
  return state !== 'done' && state !== 'canceled' && state !== 'error';
}
