import { fill } from '../assumed.ts';
import type { Robot, TaskRun } from '../robot.ts';
import type { KmsEntry } from '../services.ts';
import { kmsRecipe, optionLock, type RobotParts } from './parts.ts';

/** Removes a KMS: toDelete, deleting with the flow closed, gone (spec 7.3; assumed). */
export function removeKms(parts: RobotParts, kms: KmsEntry): Robot {
  const { assumed, service, services } = parts;
  const address = { ip: kms.ip, port: kms.kmsTcpPort };
  return {
    name: assumed.removeRobot,
    recipe: kmsRecipe('removeKms', kms),
    lock: optionLock,
    async run(run: TaskRun) {
      await run.wait(assumed.queuedMs);
      const closing = await run.doing(assumed.flowProgress, fill(assumed.closeFlowText, address));
      await run.act(() => {
        services.setKmsState(service, kms, 'deleting', closing);
        services.setFlow(service, kms, false, closing);
      });
      await run.wait(assumed.flowMs);
      services.removeKms(service, kms, await run.done());
    },
    failed(state, cause) {
      // Support may give up a task long after another one removed the entry.
      if (!service.kms.has(kms.kmsId)) return;
      services.setKmsState(service, kms, state === 'canceled' && kms.flowOpen ? 'delivered' : 'error', cause);
    },
    reset(cause) {
      // Another operation may have removed it or put it right.
      if (!service.kms.has(kms.kmsId) || kms.state !== 'error') return false;
      services.setKmsState(service, kms, 'toDelete', cause);
      return true;
    },
  };
}
