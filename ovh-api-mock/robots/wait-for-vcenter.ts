import { messageOf } from '../../core/index.ts';
import type { TaskRun } from '../robot.ts';
import type { KmsEntry } from '../services.ts';
import type { RobotParts } from './parts.ts';

/** The description by which the control panel knows the waiting state (spec 4.1, documented). */
export const waitingForVcenter = 'Waiting for customer to configure the KMS Server...';

/** A stage: the task waits until the vCenter has a KMS with the same address (control panel, documented; how OVH looks is not). */
export async function waitForVcenter(run: TaskRun, kms: KmsEntry, { assumed, options, runtime, service }: RobotParts) {
  const cause = await run.doing(assumed.waitingProgress, waitingForVcenter);
  const isConfigured = async () => {
    try {
      return (await options.isKmsConfiguredInVcenter?.(kms.ip, service.serviceName)) ?? false;
    } catch (error) {
      runtime.journal.record({
        plane: 'ovh',
        event: 'ovh.vcenter.unreadable',
        level: 'warn',
        text: `the vCenter does not say whether it has the KMS ${kms.ip}: ${messageOf(error)}`,
        cause,
      });
      return false;
    }
  };
  await run.until(isConfigured, assumed.vcenterCheckMs);
}
