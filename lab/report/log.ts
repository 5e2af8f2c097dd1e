import type { Journal, JournalEntry, Level } from '../../core/index.ts';

/** Thresholds from most to least talkative; `silent` writes nothing. */
export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

/** Writes the timeline as it grows, one readable line for each entry at or above a level. */
export function logJournal(journal: Journal, out: NodeJS.WritableStream, threshold: LogLevel): void {
  const rank = (level: Level | LogLevel) => logLevels.indexOf(level);
  journal.subscribe((entry) => {
    if (rank(entry.level) >= rank(threshold)) out.write(`${logLine(entry)}\n`);
  });
}

function logLine({ time, level, plane, text }: JournalEntry): string {
  const mark = level === 'warn' || level === 'error' ? `${level}: ` : '';
  return `${new Date(time).toISOString()} ${plane.padEnd(7)} ${mark}${text}`;
}
