import { fill } from '../assumed.ts';
import type { Robot, TaskRun } from '../robot.ts';
import type { KmsEntry } from '../services.ts';
import { kmsRecipe, optionLock, type RobotParts } from './parts.ts';

/** A stage: the gateway opens the flow to a KMS. */
export async function openFlow(run: TaskRun, kms: KmsEntry, { assumed, service, services }: RobotParts): Promise<void> {
  const address = { ip: kms.ip, port: kms.kmsTcpPort };
  const opening = await run.doing(assumed.flowProgress, fill(assumed.openFlowText, address));
  await run.act(() => services.setKmsState(service, kms, 'creating', opening));
  await run.wait(assumed.flowMs);
  await run.act(() => services.setFlow(service, kms, true, opening));
}

/** The same stage as a task of its own, for a parent that waits for it (assumed). */
export function openFlowTask(parts: RobotParts, kms: KmsEntry): Robot {
  const { assumed, service, services } = parts;
  return {
    name: assumed.openFlowRobot,
    recipe: kmsRecipe('openFlow', kms),
    lock: optionLock,
    async run(run: TaskRun) {
      await run.wait(assumed.queuedMs);
      await openFlow(run, kms, parts);
      await run.done();
    },
    failed: (_state, cause) => services.setFlow(service, kms, false, cause),
    // Its parent is run again, and has another one then.
    reset: () => false,
  };
}
