import { fill } from '../assumed.ts';
import type { Robot, TaskRun } from '../robot.ts';
import type { KmsEntry } from '../services.ts';
import { checkThumbprint } from './check-thumbprint.ts';
import { openFlow, openFlowTask } from './open-flow.ts';
import { kmsRecipe, optionLock, type RobotParts } from './parts.ts';
import { waitForVcenter } from './wait-for-vcenter.ts';

/**
 * Adds a KMS: checks its thumbprint, opens the gateway's flow, waits for the vCenter when told so, delivers. The order of
 * the stages is assumed but for the flow, which is open before the waiting state (documented, spec 4.2). A KMS with
 * another certificate never gets a flow.
 */
export function addKms(parts: RobotParts, kms: KmsEntry): Robot {
  const { assumed, options, service, services } = parts;
  const address = { ip: kms.ip, port: kms.kmsTcpPort };
  return {
    name: assumed.addRobot,
    recipe: kmsRecipe('addKms', kms),
    lock: optionLock,
    async run(run: TaskRun) {
      await run.wait(assumed.queuedMs);
      if (options.thumbprint === 'verify-live') {
        await checkThumbprint(run, kms, { expected: kms.sslThumbprint, working: 'creating' }, parts);
      }
      if (assumed.flowTasks) {
        const flow = [openFlowTask(parts, kms)];
        await run.children(flow, assumed.flowProgress, fill(assumed.waitForFlowText, address));
      } else await openFlow(run, kms, parts);
      if (options.waitForVcenter) await waitForVcenter(run, kms, parts);
      await run.doing(assumed.finishProgress, fill(assumed.finishText, address));
      await run.wait(assumed.finishMs);
      services.setKmsState(service, kms, 'delivered', await run.done());
    },
    failed(state, cause) {
      // Support may give up a task long after another one removed the entry or put it right.
      if (!service.kms.has(kms.kmsId) || kms.state === 'delivered') return;
      // A cancelled registration leaves nothing behind (flow.md step 4).
      if (state === 'canceled') return services.removeKms(service, kms, cause);
      services.setFlow(service, kms, false, cause);
      services.setKmsState(service, kms, 'error', cause);
    },
    reset(cause) {
      // Another operation may have removed it or put it right.
      if (!service.kms.has(kms.kmsId) || kms.state !== 'error') return false;
      services.setKmsState(service, kms, 'toCreate', cause);
      return true;
    },
  };
}
