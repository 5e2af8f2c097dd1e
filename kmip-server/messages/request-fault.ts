/** The fault point `kmip.request`: one batch item, before it is executed. */
import type { FaultHit } from '../../core/index.ts';
import type { RequestItem } from '../../kmip/index.ts';
import type { MessageEnvironment, MessageSender } from './message.ts';
import { requestSubject } from './request-subject.ts';

/** What a fault is asked for and carried out with. */
export interface FaultParts {
  environment: MessageEnvironment;
  sender: MessageSender;
}

/** The fault that strikes an item, if any. */
export function consultRequest(
  one: RequestItem & { error?: undefined },
  { environment, sender }: FaultParts,
): FaultHit | undefined {
  const { runtime, kms } = environment;
  // The subject is costly to build, and most labs have no faults here.
  if (!runtime.faults.concerns('kmip.request')) return undefined;
  return runtime.faults.consult('kmip.request', requestSubject(one, kms, sender.client?.name), sender.cause);
}

/** Waits as a fault says; false when the connection went meanwhile. */
export async function waitForFault(hit: FaultHit, { environment, sender }: FaultParts): Promise<boolean> {
  if (hit.delay === undefined) return true;
  try {
    await environment.runtime.clock.sleep(hit.delay, sender.signal);
    return true;
  } catch {
    // The connection went while the answer was held back.
    return false;
  }
}

/** Waits and strikes the connection, as the fault says; false when there will be no answer. */
export async function carryOutOnRequest(hit: FaultHit, parts: FaultParts): Promise<boolean> {
  if (!(await waitForFault(hit, parts))) return false;
  const { reset, close, hang } = hit.then;
  if (reset) parts.sender.cut('reset');
  else if (close) parts.sender.cut('close');
  return !(reset || close || hang);
}
