import type { AssumedValues } from '../assumed.ts';
import { type Recipe, type Robot, TaskFailure, type TaskRun } from '../robot.ts';

/** A change of one object that is made in one stage. `cause` is the journal entry that it follows from. */
export interface Change {
  /** The name of the robot. */
  readonly name: string;
  readonly recipe: Recipe;
  /** See {@link Robot.lock}. */
  readonly lock: string;
  /** What the task shows while it works. */
  readonly text: string;
  /** Whether what shall be changed is still there. */
  exists(): boolean;
  /** The work begins. */
  begin?(cause: number): void;
  /** The work is done: its result shows. */
  finish(cause: number): void;
  /** The work ended otherwise. Default: all is as it was. */
  failed?(state: 'error' | 'canceled', cause: number): void;
  /** Before the work is begun once more. */
  again?(cause: number): void;
}

/** The robot that makes a change: queued, at work, done (stages and times assumed). */
export function changeRobot(assumed: AssumedValues, change: Change): Robot {
  const { name, recipe, lock, text } = change;
  return {
    name,
    recipe,
    lock,
    async run(run: TaskRun) {
      await run.wait(assumed.queuedMs);
      const doing = await run.doing(assumed.changeProgress, text);
      await run.act(() => change.begin?.(doing));
      await run.wait(assumed.changeMs);
      if (!change.exists()) throw new TaskFailure('canceled', assumed.goneText);
      change.finish(await run.done());
    },
    failed(state, cause) {
      if (change.exists()) change.failed?.(state, cause);
    },
    reset(cause) {
      if (!change.exists()) return false;
      change.again?.(cause);
      return true;
    },
  };
}
