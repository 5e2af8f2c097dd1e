import { messageOf } from '../../core/index.ts';
import { fill } from '../assumed.ts';
import type { KmsState } from '../models/vm-encryption.ts';
import { TaskFailure, type TaskRun } from '../robot.ts';
import type { KmsEntry } from '../services.ts';
import { fitsCertificate, thumbprints } from '../thumbprint.ts';
import { probeCertificate } from '../thumbprint-probe.ts';
import type { RobotParts } from './parts.ts';

/**
 * A stage of the mode verify-live: connects to the KMS and compares its certificate with the expected thumbprint, the
 * entry being in state `working`. Whether and how OVH
 * does so is not documented (spec 3.3). Throws {@link TaskFailure} when the KMS is out of reach or shows another certificate.
 */
export async function checkThumbprint(
  run: TaskRun,
  kms: KmsEntry,
  check: { expected: string; working: KmsState },
  { assumed, options, runtime, service, services }: RobotParts,
): Promise<void> {
  const { ip, kmsTcpPort: port } = kms;
  const { expected, working } = check;
  const cause = await run.doing(assumed.thumbprintCheckProgress, fill(assumed.thumbprintCheckText, { ip, port }));
  await run.act(() => services.setKmsState(service, kms, working, cause));
  await run.wait(assumed.thumbprintCheckMs);
  const address = options.dialAddress?.(ip, port) ?? { host: ip, port };
  const { signal } = run;
  await run.act(async () => {
    let led = cause;
    const connected = (seq: number) => {
      led = seq;
    };
    const target = { ...address, timeout: assumed.probeTimeoutMs, cause, connected, signal };
    const found = await probeCertificate(target, runtime).catch((error: unknown) => {
      throw new TaskFailure('error', fill(assumed.unreachableText, { ip, port, reason: messageOf(error) }), led);
    });
    if (fitsCertificate(expected, found)) return;
    const text = fill(assumed.thumbprintMismatchText, { ip, port, expected, ...thumbprints(found) });
    throw new TaskFailure('error', text, led);
  });
}
