import { type AssumedValues, fill } from '../assumed.ts';
import type { SecurityOptionName } from '../models/security-option.ts';
import { type Robot, TaskFailure, type TaskRun } from '../robot.ts';
import { obstacle } from '../security-options.ts';
import type { ServiceDetailsStore } from '../service-details.ts';
import type { Service } from '../services.ts';

/** What all tasks on a service's security options work on. */
export const securityLock = 'securityOptions';

/** Delivers a security option that is pending: creating, delivered. It stays pending while another option it needs is missing (assumed). */
export function enableSecurityOption(
  { assumed, details }: { assumed: AssumedValues; details: ServiceDetailsStore },
  service: Service,
  option: SecurityOptionName,
): Robot {
  return {
    name: assumed.securityOptionRobot,
    recipe: { kind: 'enableSecurityOption', option },
    lock: securityLock,
    async run(run: TaskRun) {
      await run.wait(assumed.queuedMs);
      const checking = await run.doing(assumed.flowProgress, fill(assumed.securityOptionText, { option }));
      await run.act(() => {
        const reason = obstacle(option, (other) => details.securityOption(service, other), assumed);
        if (reason) throw new TaskFailure('error', reason.message);
        details.setSecurityOption(service, option, 'creating', checking);
      });
      await run.wait(assumed.updateMs);
      details.setSecurityOption(service, option, 'delivered', await run.done());
    },
    failed(_state, cause) {
      details.setSecurityOption(service, option, 'pending', cause);
    },
    reset: () => true,
  };
}
