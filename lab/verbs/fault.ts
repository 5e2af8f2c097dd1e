import { z } from 'zod';
import { type FaultRule, KeyrigError } from '../../core/index.ts';
import { faultSchema } from '../scenario/fault-schema.ts';
import { defineVerb } from './verb.ts';

const id = z.string().describe('The id of a fault of the file, or of one that a step added.');

export const faultAdd = defineVerb({
  name: 'fault.add',
  summary: 'Attaches a fault while the lab runs, behind those that are there; it counts from now on. Result: { id }.',
  with: faultSchema,
  async run({ lab }, rule) {
    lab.runtime.faults.add(rule as FaultRule);
    return { id: rule.id };
  },
});

export const faultChange = defineVerb({
  name: 'fault.change',
  summary: 'Puts another fault in the place of the one with this id; it counts anew. Result: { id }.',
  with: faultSchema,
  async run({ lab }, rule) {
    if (!lab.runtime.faults.change(rule.id, rule as FaultRule)) throw unknownFault(rule.id);
    return { id: rule.id };
  },
});

export const faultRemove = defineVerb({
  name: 'fault.remove',
  summary: 'Takes a fault away; what it has done stays done. Result: {}.',
  with: z.strictObject({ id }),
  async run({ lab }, { id: removed }) {
    if (!lab.runtime.faults.remove(removed)) throw unknownFault(removed);
    return {};
  },
});

export const faultReport = defineVerb({
  name: 'fault.report',
  summary:
    'Tells how often each fault was asked about a call that fits, and how often it struck. Result: { faults: [{ id, at, matched, fired }] }, or with an id { id, at, matched, fired }.',
  with: z.strictObject({ id: id.optional() }),
  async run({ lab }, { id: wanted }) {
    const faults = lab.runtime.faults.report().map((fault) => ({ ...fault }));
    if (wanted === undefined) return { faults };
    const found = faults.find((fault) => fault.id === wanted);
    if (!found) throw unknownFault(wanted);
    return found;
  },
});

function unknownFault(unknown: string): KeyrigError {
  return new KeyrigError('ERR_STEP', `no fault has the id "${unknown}"`);
}
