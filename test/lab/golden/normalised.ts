import type { AttemptReport, Report, StepReport } from '../../../lab/report/shape.ts';

/** A report's text without what differs from run to run: ports, times, durations, ids and certificates. */
export function normalised(text: string): string {
  return text
    .replace(/127\.0\.0\.(\d):\d+/g, '127.0.0.$1:<port>')
    .replace(/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z?/g, '<date>')
    .replace(/(?:[0-9A-F]{2}:){19,31}[0-9A-F]{2}/g, '<fingerprint>')
    .replace(/[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}/g, '<id>')
    .replace(/, \d+ s on the clock/g, '')
    .replace(/\d+(?:\.\d+)? (?:ms|s)(?=$| {2}seed )/gm, '<time>');
}

/**
 * What a golden file holds of a report: of the timeline only what the causal chains lead to, with its messages, because the rest is
 * as long as a scenario and partly in an order that sockets decide.
 */
export function goldenOf(report: Report, file: string): string {
  const scenario = report.files.find((one) => one.file === file)?.scenarios[0];
  if (!scenario) throw new Error(`${file} is not in the report`);
  const attempts = scenario.attempts.map(withoutTimes);
  return `${normalised(JSON.stringify({ ...scenario, attempts }, undefined, 2))}\n`;
}

function withoutTimes({ timeline, steps, milliseconds: _, ...attempt }: AttemptReport) {
  return { ...attempt, steps: steps.map((step) => stepWithoutTimes(step, timeline)) };
}

function stepWithoutTimes(step: StepReport, timeline: AttemptReport['timeline']) {
  const { milliseconds: _, clockMilliseconds: __, chainEntries = [], origin, ...rest } = step;
  const { entry, ...told } = origin ?? {};
  const shown = timeline?.entries.find(({ seq }) => seq === entry);
  return {
    ...rest,
    origin: origin && { ...told, event: shown?.event },
    messages: chainEntries.flat().flatMap((seq) => messagesOf(timeline, seq)),
  };
}

function messagesOf(timeline: AttemptReport['timeline'], seq: number) {
  const entry = timeline?.entries.find((one) => one.seq === seq);
  return (entry?.messages ?? []).map(({ direction, body }) => {
    const { form, text } = timeline!.bodies[body]!;
    return { of: entry!.event, direction, form, text: text.split('\n') };
  });
}
