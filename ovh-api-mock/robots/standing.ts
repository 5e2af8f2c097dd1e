import type { AssumedValues } from '../assumed.ts';
import type { Robot, TaskRun } from '../robot.ts';

/** The robot of a task that is there when the lab starts: it touches nothing but its task. */
export function standing(name: string, durationMs: number | undefined, assumed: AssumedValues): Robot {
  return {
    name,
    recipe: { kind: 'standing', name, durationMs },
    async run(run: TaskRun) {
      await run.wait(assumed.queuedMs);
      await run.doing(assumed.standingProgress, assumed.standingText);
      await run.wait(durationMs ?? assumed.finishMs);
      await run.done();
    },
    failed() {},
    reset: () => true,
  };
}
