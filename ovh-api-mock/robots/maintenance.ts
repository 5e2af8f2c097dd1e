import type { AssumedValues } from '../assumed.ts';
import type { Robot, TaskRun } from '../robot.ts';
import { standing } from './standing.ts';

/** A maintenance that OVHcloud has planned: it waits for its date, then takes its time. The type is documented, its work is not. */
export function maintenance(name: string, durationMs: number | undefined, assumed: AssumedValues): Robot {
  return {
    ...standing(name, durationMs, assumed),
    type: 'maintenance',
    recipe: { kind: 'maintenance', name, durationMs },
    async run(run: TaskRun) {
      await run.untilExecutionDate();
      await run.doing(assumed.maintenanceProgress, assumed.maintenanceText);
      await run.wait(durationMs ?? assumed.maintenanceMs);
      await run.done();
    },
  };
}
