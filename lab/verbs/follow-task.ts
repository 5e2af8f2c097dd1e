import { isJsonObject, type Json, type JsonObject } from '../../core/index.ts';
import type { StepContext } from './verb.ts';

/** The control panel polls every two seconds (documented in its source). */
const pollMilliseconds = 2_000;
const finalStates = new Set(['done', 'error', 'canceled']);

/**
 * Polls a task of the OVHcloud API as the control panel does, until it ends, shows a description, or the time is over.
 *
 * @returns { task, progress: every progress seen }, or { fault }
 */
export async function followTask(
  { lab, clients, pass }: StepContext,
  { serviceName, taskId }: { serviceName: string; taskId: number },
  { untilDescription, withinSeconds = 3_600 }: { untilDescription?: string; withinSeconds?: number } = {},
): Promise<JsonObject> {
  const deadline = lab.runtime.clock.now() + withinSeconds * 1_000;
  const progress: Json[] = [];
  for (;;) {
    const answer = await clients.ovh.call('GET', `/dedicatedCloud/${serviceName}/task/${taskId}`);
    if ('fault' in answer) return { ...answer };
    const task = isJsonObject(answer.body) ? answer.body : {};
    if (progress.at(-1) !== task.progress) progress.push(task.progress ?? null);
    const described = untilDescription !== undefined && task.description === untilDescription;
    if (finalStates.has(String(task.state)) || described || lab.runtime.clock.now() >= deadline)
      return { task, progress };
    await pass(pollMilliseconds);
  }
}

/** Makes a call that answers a task, and follows the task. Result as of {@link followTask}. */
export async function callAndFollow(
  context: StepContext,
  serviceName: string,
  call: { method: string; path: string; parameters?: Record<string, unknown> },
  until: { untilDescription?: string; withinSeconds?: number },
): Promise<JsonObject> {
  const { method, path, parameters } = call;
  const answer = await context.clients.ovh.call(method, `/dedicatedCloud/${serviceName}${path}`, parameters);
  if ('fault' in answer) return { ...answer };
  const { taskId } = isJsonObject(answer.body) ? answer.body : {};
  return followTask(context, { serviceName, taskId: Number(taskId) }, until);
}
