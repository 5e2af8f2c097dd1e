import { KeyrigError, type Runtime } from '../../core/index.ts';
import { scriptedFault } from '../vim/kernel/fault.ts';
import { type Data, refKey } from '../vim/kernel/values.ts';

/** Where a task stands when a fault is asked for: before it starts, before its work, after its work before anybody was told. */
export type TaskPhase = 'queued' | 'running' | 'done';

/** A task that faults can strike. */
export interface TaskUnderFaults {
  info(): Data<'TaskInfo'>;
  method: string;
  user: string;
  /** `seq` of the task's journal entry. */
  cause: number;
  /** Fires when the task is cancelled or the server stops. */
  signal: AbortSignal;
}

/**
 * The fault point `vcenter.task`: waits, fails the task or lets it hang until it is cancelled. Undefined when no fault strikes, so
 * that nothing is waited for.
 * @param struck is told the `seq` of the fault's journal entry
 */
export function strikeTask(
  phase: TaskPhase,
  task: TaskUnderFaults,
  { clock, faults }: Runtime,
  struck: (entry: number) => void,
): Promise<void> | undefined {
  if (!faults.concerns('vcenter.task')) return undefined;
  const { key, entity, entityName, progress = 0 } = task.info();
  const { method, user, cause, signal } = task;
  const subject = { task: key, method, entity: entity && refKey(entity), name: entityName, user, phase, progress };
  const hit = faults.consult('vcenter.task', subject, cause);
  if (!hit) return undefined;
  struck(hit.entry.seq);
  const { vim, hang } = hit.then;
  const carryOut = async () => {
    if (hit.delay !== undefined) await clock.sleep(hit.delay, signal);
    if (vim) throw scriptedFault(vim);
    if (hang) await untilCancelled(signal);
  };
  return carryOut();
}

function untilCancelled(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const cancelled = () => reject(new KeyrigError('ERR_ABORTED', 'the task was cancelled', { cause: signal.reason }));
    if (signal.aborted) cancelled();
    else signal.addEventListener('abort', cancelled, { once: true });
  });
}
