import type { Json, JsonObject } from '../../core/index.ts';

/** A step of a probe, as a scenario file writes it. */
export interface ProbeStep {
  name: string;
  do: string;
  with?: JsonObject;
  expect?: Json;
  capture?: Record<string, string>;
}

/** What somebody tries while something is wrong: it works when nothing is. */
export interface Probe {
  /** What is tried, as an entry of the catalogue names it. */
  title: string;
  /** Who answers: it decides how the answer reads. */
  answers: 'task' | 'vcenter' | 'kmip' | 'ovh' | 'http';
  world: JsonObject;
  /** What happens before the fault. */
  prepare?: readonly ProbeStep[];
  /** What stands between the fault and the attempt: what makes the fault matter. */
  meanwhile?: readonly ProbeStep[];
  attempt: Omit<ProbeStep, 'expect'>;
  /** What the attempt answers when nothing is wrong. */
  works: JsonObject;
  /** The virtual machine and the host that can be looked at afterwards. */
  vm?: string;
  host?: string;
}

/** What the scenario language puts in for a variable, or for a path into one. */
export function reference(path: string): string {
  return `\${${path}}`;
}
