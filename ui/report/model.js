/** @typedef {{ seq: number, time: number, plane: string, level: string, event: string, text: string, data?: object, cause?: number, socket?: string, messages?: { direction: string, body: number }[] }} Entry */

export const planes = ['lab', 'ovh', 'gateway', 'vcenter', 'kmip'];
export const levels = ['debug', 'info', 'warn', 'error'];

const order = ['error', 'failed', 'flaky', 'passed', 'skipped'];

/** All scenarios with their files; what needs a look stands first. */
export function scenariosOf(report) {
  return report.files
    .flatMap(({ file, scenarios }) => scenarios.map((scenario) => ({ ...scenario, file })))
    .sort((a, b) => order.indexOf(a.status) - order.indexOf(b.status));
}

/** A timeline that can be asked what led to what. */
export class Timeline {
  /** @param {{ entries: Entry[], bodies: { form: string, text: string, cut?: number }[], dropped: number, omitted: number }} data */
  constructor(data) {
    this.entries = data.entries;
    this.dropped = data.dropped;
    this.omitted = data.omitted;
    this.begin = data.entries[0]?.time ?? 0;
    this.bodies = data.bodies;
    this.bySeq = new Map(data.entries.map((entry) => [entry.seq, entry]));
    this.effects = Map.groupBy(
      data.entries.filter(({ cause }) => cause !== undefined),
      ({ cause }) => cause,
    );
    let step;
    this.steps = new Map();
    for (const entry of data.entries) {
      if (entry.event === 'lab.step') step = entry;
      if (step) this.steps.set(entry.seq, step);
    }
  }

  /** What led to an entry, nearest first. */
  causesOf(entry) {
    const causes = [];
    for (let at = this.bySeq.get(entry.cause); at && !causes.includes(at); at = this.bySeq.get(at.cause))
      causes.push(at);
    return causes;
  }

  effectsOf(entry) {
    return this.effects.get(entry.seq) ?? [];
  }

  /** The entry whose messages explain this one: itself, or the nearest cause that has some. */
  messageHolder(entry) {
    return [entry, ...this.causesOf(entry)].find(({ messages }) => messages);
  }

  /** The connection it happened on. */
  socketOf(entry) {
    const key = [entry, ...this.causesOf(entry)].find(({ socket }) => socket)?.socket;
    return key?.replace(/^tcp (\S+) (\S+)$/, '$1 → $2');
  }
}
