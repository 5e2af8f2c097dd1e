import { fill } from '../assumed.ts';
import type { Robot, TaskRun } from '../robot.ts';
import type { KmsEntry } from '../services.ts';
import { checkThumbprint } from './check-thumbprint.ts';
import { kmsRecipe, optionLock, type RobotParts } from './parts.ts';

/** The new values of a KMS. */
export type KmsChange = Pick<KmsEntry, 'sslThumbprint'> & Partial<Pick<KmsEntry, 'description'>>;

/**
 * Changes thumbprint and description of a KMS: toUpdate, updating, delivered (spec 7.3). The new values show once the work
 * is done; the flow stays as it was (assumed).
 */
export function updateKms(parts: RobotParts, kms: KmsEntry, change: KmsChange): Robot {
  const { assumed, options, service, services } = parts;
  const address = { ip: kms.ip, port: kms.kmsTcpPort };
  return {
    name: assumed.updateRobot,
    recipe: kmsRecipe('updateKms', kms, { change }),
    lock: optionLock,
    async run(run: TaskRun) {
      await run.wait(assumed.queuedMs);
      if (options.thumbprint === 'verify-live') {
        await checkThumbprint(run, kms, { expected: change.sslThumbprint, working: 'updating' }, parts);
      }
      const updating = await run.doing(assumed.flowProgress, fill(assumed.updateText, address));
      await run.act(() => services.setKmsState(service, kms, 'updating', updating));
      await run.wait(assumed.updateMs);
      const done = await run.done();
      kms.sslThumbprint = change.sslThumbprint;
      kms.description = change.description ?? kms.description;
      // An entry that never was delivered gets its flow with the thumbprint that was corrected.
      services.setFlow(service, kms, true, done);
      services.setKmsState(service, kms, 'delivered', done);
    },
    failed(state, cause) {
      // Support may give up a task long after another one removed the entry.
      if (!service.kms.has(kms.kmsId)) return;
      services.setKmsState(service, kms, state === 'canceled' && kms.flowOpen ? 'delivered' : 'error', cause);
    },
    reset(cause) {
      // Another operation may have removed it or put it right.
      if (!service.kms.has(kms.kmsId) || kms.state !== 'error') return false;
      services.setKmsState(service, kms, 'toUpdate', cause);
      return true;
    },
  };
}
