import { expect } from 'vitest';
import { isJsonObject, type Json, mismatch } from '../../core/index.ts';
import { failureText, type LabVm, RunningLab } from '../api.ts';
import { explain } from '../report/explain.ts';
import { reasonLines } from '../report/origin.ts';
import { reasonsOf } from '../runner/step-report.ts';
import type { StepOutcome } from '../scenario/run.ts';

declare module 'vitest' {
  // The parameters are vitest's own.
  interface Matchers<R extends void | Promise<void> = void | Promise<void>, T = unknown> {
    /**
     * Of a lab: its timeline has entries that fit the pattern, as `journal` in `verify`.
     * @param count how many: a number or assertions such as `{ lt: 3 }`; at least one when absent
     */
    toHaveHappened(pattern: Json, count?: Json): R;
    /** Of `rig.vm(name)`: the machine and all of its disks are encrypted. To be awaited. */
    toBeEncrypted(): Promise<void>;
    /** Of what `rig.attempt` gives: the step failed, and its problem or the fault that the user saw has this text. */
    toHaveFailedWith(text: string | RegExp): R;
  }
}

expect.extend({
  toHaveHappened(received: unknown, pattern: Json, count: Json = { gte: 1 }) {
    const rig = labOf(received);
    const { journal } = rig.lab.runtime;
    const found = rig.journal(pattern).length;
    const problem = mismatch(count, found);
    const check = { pattern, after: 0, before: Number.POSITIVE_INFINITY };
    return {
      pass: problem === undefined,
      message: () =>
        lines(
          `the timeline ${problem === undefined ? `has ${found} entries` : 'does not have the entries'} that fit ${JSON.stringify(pattern)}`,
          ...(problem === undefined ? [] : [`how many: ${problem}`]),
          ...reasonLines(reasonsOf(explain(journal, { since: 0, failed: true, check }))),
          ...(problem === undefined ? [] : whatWentWrong(rig)),
        ),
    };
  },

  async toBeEncrypted(received: unknown) {
    if (!isLabVm(received)) throw new TypeError('toBeEncrypted is asked of rig.vm(name)');
    const { rig, name } = received;
    const shown = await received.read();
    const disks = Array.isArray(shown.disks) ? shown.disks.filter(isJsonObject) : [];
    const plain = disks.filter(({ encrypted }) => encrypted !== true).map(({ label }) => String(label));
    const parts = [...(shown.encrypted === true ? [] : ['its files']), ...plain];
    return {
      pass: parts.length === 0,
      message: () =>
        parts.length === 0
          ? `${name} is encrypted with key ${String(shown.keyId)} of ${String(shown.providerId)}`
          : lines(`${name} is not encrypted: ${parts.join(', ')}`, ...whatWentWrong(rig)),
    };
  },

  toHaveFailedWith(received: unknown, text: string | RegExp) {
    if (!isOutcome(received)) throw new TypeError('toHaveFailedWith is asked of what rig.attempt gives');
    const { status, problem = '', result } = received;
    const said = [problem, ...(status === 'failed' ? textsIn(result?.fault) : [])];
    const fits = (one: string) => (typeof text === 'string' ? one.includes(text) : text.test(one));
    const pass = status === 'failed' && said.some(fits);
    return {
      pass,
      message: () =>
        status === 'failed'
          ? lines(`the step ${pass ? 'failed' : 'did not fail'} with ${String(text)}:`, failureText(received))
          : `the step "${received.title}" did not fail with ${String(text)}: it ${status}`,
    };
  },
});

function labOf(received: unknown): RunningLab {
  if (received instanceof RunningLab) return received;
  throw new TypeError('toHaveHappened is asked of a lab that is up: what startLab gives, or the fixture rig');
}

function isLabVm(received: unknown): received is LabVm {
  return typeof received === 'object' && received !== null && 'rig' in received && received.rig instanceof RunningLab;
}

function isOutcome(received: unknown): received is StepOutcome {
  return typeof received === 'object' && received !== null && 'status' in received && 'failures' in received;
}

/** All texts of a fault: its type, its message, its reasons. */
function textsIn(value: Json | undefined): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

/** The causal chains of what has failed in the lab so far. */
function whatWentWrong({ lab }: RunningLab): string[] {
  const chains = reasonLines(reasonsOf(explain(lab.runtime.journal, { since: 0, failed: true })));
  return chains.length === 0 ? [] : ['what went wrong in the lab:', ...chains];
}

function lines(first: string, ...others: readonly string[]): string {
  return [first, ...others].join('\n  ');
}
