import type { JsonObject } from '../../core/index.ts';
import type { Probe } from './probe.ts';

/** Where the catalogue keeps its entries, in the order of the documentation: what breaks, from the KMS outwards. */
export const groups = {
  kms: 'The KMS as a whole',
  tls: 'Connection and TLS',
  trust: 'Who the KMS lets in, whom vCenter trusts',
  answers: 'Answers of the KMS',
  keys: 'Keys',
  gateway: 'Gateway',
  ovh: 'OVHcloud API',
  vcenter: 'vCenter',
  hosts: 'Hosts',
  vmotion: 'Encrypted vMotion',
  time: 'Time',
} as const;
export type Group = keyof typeof groups;

/** What the vSphere Client shows besides the answer of the attempt; every member is looked at after it. */
export interface VcenterSight {
  /** Types or eventTypeIds that the event list has. */
  events?: readonly string[];
  /** An alarm that is raised, and red. */
  alarm?: string;
  /** Pattern for the result of `vcenter.kmsStatus`: `status`, `word`, `clientTrustServer`, `serverTrustClient`. */
  provider?: JsonObject;
  /** Pattern for the result of `vcenter.vm` of the probe's virtual machine. */
  vm?: JsonObject;
  /** Pattern for the result of `vcenter.host` of the probe's first host. */
  host?: JsonObject;
}

/** An entry of the timeline that a fault leaves: a journal pattern; `never` when exactly such an entry is missing. */
export interface Trace {
  entry: JsonObject;
  never?: true;
}

/**
 * One fault: something that can go wrong, how to cause it, and what it looks like from every side. What is said here is what the
 * tests check on the wire: `compose` makes a whole scenario of it.
 */
export interface FaultEntry {
  /** Words joined by "-", the same forever. */
  id: string;
  group: Group;
  title: string;
  /** One line: what happened in the real world. */
  story: string;
  /** YAML that causes it, ready to paste into a scenario: `world`, `faults`, and `steps` that come before the attempt. */
  fragment: string;
  /** What somebody tries meanwhile. */
  probe: Probe;
  /** What the attempt answers: the pattern of its `expect`. */
  answer: JsonObject;
  /** What the vSphere Client shows; absent when vCenter has no part in it. */
  vcenter?: VcenterSight;
  /** What the timeline says of it, by plane. */
  timeline: Partial<Record<'kmip' | 'vcenter' | 'ovh' | 'gateway', readonly Trace[]>>;
  /** How far the symptom can be relied on, and where it was read: the weakest part counts. */
  provenance: { word: 'observed' | 'documented' | 'assumed'; source: string };
}

/** A trace, written shortly. */
export function trace(event: string, more: JsonObject = {}): Trace {
  return { entry: { event, ...more } };
}

/** That no such entry follows the attempt. */
export function never(event: string, more: JsonObject = {}): Trace {
  return { entry: { event, ...more }, never: true };
}

/** That a rule under `faults` fired. */
export function fired(id: string): Trace {
  return trace('fault.fired', { 'data.id': id });
}
