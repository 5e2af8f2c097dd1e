import { stringify } from 'yaml';
import { isJsonObject, type Json, type JsonObject } from '../../core/index.ts';
import type { FaultEntry } from './entry.ts';
import { reference } from './probe.ts';

/** One thing that a fault shows: where, and in words. `code` is a pattern that a scenario can use. */
export interface Sight {
  where: string;
  text: string;
}

/** Everything that an entry claims, in words, from the answer of the attempt to the timeline. */
export function sightsOf(entry: FaultEntry): Sight[] {
  const { vcenter, timeline, probe } = entry;
  const sights: Sight[] = [{ where: 'answer', text: answerText(entry) }];
  if (vcenter) sights.push(...vcenterTexts(vcenter, probe).map((text) => ({ where: 'vCenter', text })));
  for (const [plane, traces] of Object.entries(timeline)) {
    for (const { entry: pattern, never } of traces) {
      const { event, ...more } = pattern;
      const details = Object.keys(more).length > 0 ? ` with ${code(more)}` : '';
      sights.push({ where: `timeline, ${plane}`, text: `${never ? 'no ' : ''}\`${String(event)}\`${details}` });
    }
  }
  return sights;
}

/** The steps, as YAML, that note the variables which an entry's fragment names and a scenario does not have by itself. */
export function notesFor({ fragment, probe }: FaultEntry): string[] {
  return (probe.prepare ?? [])
    .filter(({ capture = {} }) => Object.keys(capture).some((name) => fragment.includes(reference(name))))
    .map(({ do: verb, with: given, capture }) => flow({ do: verb, ...(given && { with: given }), capture }));
}

/** A pattern as one line of YAML, as `expect` and `journal` take it. */
export function flow(pattern: Json): string {
  return stringify(pattern, { collectionStyle: 'flow', lineWidth: 0 }).trim();
}

function code(pattern: Json): string {
  return `\`${flow(pattern)}\``;
}

function answerText({ probe, answer }: FaultEntry): string {
  const { fault, task } = answer;
  if (isJsonObject(fault)) {
    // No answer has no status.
    if (fault.status === null || probe.answers === 'http') return `no answer: ${text(fault.message)}`;
    if (fault.status !== undefined) return `HTTP ${text(fault.status)}: ${text(fault.message)}`;
    if (probe.answers === 'kmip') return kmipFaultText(fault);
    const subject = isJsonObject(task) ? 'the task fails' : 'the call is refused';
    const reasons = fault.reasons === undefined ? '' : `; one of its reasons: ${memberText(fault.reasons)}`;
    const type = fault.type === undefined ? '' : ` (${text(fault.type)})`;
    const message = fault.message === undefined ? '' : `: ${text(fault.message)}`;
    return `${subject}${message}${type}${reasons}`;
  }
  if (isJsonObject(task) && probe.answers === 'ovh') {
    const description = task.description === undefined ? '' : `: ${text(task.description)}`;
    return `the task is in state ${text(task.state)}${description}`;
  }
  if (isJsonObject(task) && Object.keys(answer).length === 1) {
    return task.state === 'success' ? 'the task succeeds' : `the task is in state ${text(task.state)}`;
  }
  return code(answer);
}

function kmipFaultText({ reason, message, phase, failure, alert }: JsonObject): string {
  if (phase === undefined && failure === undefined) return `Operation Failed, ${text(reason)}: ${text(message)}`;
  const what = alert === undefined ? text(failure) : `TLS alert ${text(alert)}`;
  return `no answer, the client gives up in the phase ${text(phase)}: ${what}`;
}

function vcenterTexts(
  { events = [], alarm, provider, vm, host }: NonNullable<FaultEntry['vcenter']>,
  probe: FaultEntry['probe'],
): string[] {
  return [
    ...events.map((event) => `event \`${event}\``),
    ...(alarm ? [`the alarm “${alarm}” is raised, red`] : []),
    ...(provider ? [`the key provider: ${code(provider)}`] : []),
    ...(vm ? [`the virtual machine ${probe.vm}: ${code(vm)}`] : []),
    ...(host ? [`the host ${probe.host}: ${code(host)}`] : []),
  ];
}

/** What a text must be. */
function text(pattern: Json | undefined): string {
  if (isJsonObject(pattern) && typeof pattern.contains === 'string') return `…${pattern.contains}…`;
  return typeof pattern === 'string' || typeof pattern === 'number' ? String(pattern) : code(pattern ?? null);
}

/** What a member of a list must be. */
function memberText(pattern: Json): string {
  return isJsonObject(pattern) && pattern.contains !== undefined ? text(pattern.contains) : code(pattern);
}
