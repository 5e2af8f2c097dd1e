import { parse, stringify } from 'yaml';
import type { Json, JsonObject } from '../../core/index.ts';
import type { FaultEntry, Trace, VcenterSight } from './entry.ts';
import { merge } from './merge.ts';
import type { Probe, ProbeStep } from './probe.ts';

/** What a fragment of the catalogue may hold. */
export interface Fragment {
  world?: JsonObject;
  faults?: readonly JsonObject[];
  steps?: readonly (ProbeStep & { id?: string })[];
}

type Step = ProbeStep & { id?: string };

/** The ids of the steps where the fault begins to matter, and of the attempt. */
const causeId = 'cause';
const attemptId = 'attempt';

/** What an entry's fragment says. */
export function fragmentOf(entry: FaultEntry): Fragment {
  return parse(entry.fragment) as Fragment;
}

/** The whole scenario of an entry: the probe's world with the fault in it, the attempt with what it answers, then every claim. */
export function compose(entry: FaultEntry): JsonObject {
  return scenarioOf(entry, fragmentOf(entry));
}

/** The same scenario without its fault: everything that is claimed is then wrong. */
export function composeWithoutFault(entry: FaultEntry): JsonObject {
  return scenarioOf(entry, {});
}

/** What a probe does when nothing is wrong: it works, and none of the other answers come. */
export function composeProbe(name: string, probe: Probe, others: readonly JsonObject[] = []): JsonObject {
  const { world, prepare = [], meanwhile = [], attempt, works } = probe;
  const expect = { all: [works, ...others.map((answer) => ({ not: answer }))] };
  return {
    scenario: 1,
    name,
    seed: name,
    world,
    steps: [...prepare, ...meanwhile, { ...attempt, expect }] as unknown as Json,
  };
}

/** The text of a scenario file. */
export function scenarioText(scenario: JsonObject): string {
  return stringify(scenario, { lineWidth: 130, aliasDuplicateObjects: false });
}

function scenarioOf(entry: FaultEntry, { world = {}, faults = [], steps = [] }: Fragment): JsonObject {
  const { id, title, story, probe, answer } = entry;
  const { prepare = [], meanwhile = [] } = probe;
  const cause: Step[] = [...steps, ...meanwhile];
  // Claims about the timeline begin where the fault does: what prepared it is no part of it.
  const [first, ...others] = cause;
  const began = first ? [{ id: causeId, ...first }, ...others] : [];
  const attempt: Step = { id: attemptId, ...probe.attempt, expect: answer };
  return {
    scenario: 1,
    name: id,
    description: `${title}: ${story}`,
    tags: ['catalogue', entry.group],
    seed: id,
    world: merge(probe.world, world),
    ...(faults.length > 0 && { faults: faults as unknown as Json }),
    steps: [...prepare, ...began, attempt, ...sightSteps(entry.vcenter ?? {}, probe)] as unknown as Json,
    verify: checks(entry, began[0]?.id ?? attemptId) as Json,
  };
}

function sightSteps({ events, alarm, provider, vm, host }: VcenterSight, probe: Probe): Step[] {
  const steps: Step[] = [];
  if (vm) steps.push({ name: `Look at ${probe.vm}`, do: 'vcenter.vm', with: { vm: probe.vm }, expect: vm });
  if (host) steps.push({ name: `Look at ${probe.host}`, do: 'vcenter.host', with: { host: probe.host }, expect: host });
  if (events) {
    const ids = { all: events.map((event) => ({ contains: event })) };
    steps.push({ name: 'Look at the events', do: 'vcenter.events', expect: { ids } });
  }
  if (alarm) {
    const raised = { name: alarm, status: 'red' };
    steps.push({ name: 'Look at the alarms', do: 'vcenter.alarms', expect: { alarms: { contains: raised } } });
  }
  if (provider) steps.push({ name: 'Look at the key provider', do: 'vcenter.kmsStatus', expect: provider });
  return steps;
}

function checks({ timeline }: FaultEntry, began: string): JsonObject[] {
  return Object.entries(timeline).flatMap(([plane, traces]) =>
    traces.map(({ entry, never }: Trace) => ({
      journal: { plane, ...entry },
      ...(never && { count: 0 }),
      after: never ? attemptId : began,
    })),
  );
}
