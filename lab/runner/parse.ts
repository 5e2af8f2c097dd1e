import { availableParallelism } from 'node:os';
import { KeyrigError } from '../../core/index.ts';
import { parseDuration } from '../scenario/duration.ts';

/** One of several parts of all scenarios; `index` counts from 1. */
export interface Shard {
  index: number;
  count: number;
}

/** Whole numbers from `from` on. Throws ERR_OPTION, naming the option. */
export function wholeNumber(text: string, name: string, from: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= from) return value;
  throw new KeyrigError('ERR_OPTION', `${name} "${text}" is not a whole number from ${from} on`);
}

/** A number of processes: `4`, or `50%` of the machine's processors. Throws ERR_OPTION. */
export function workerCount(text: string): number {
  const [, percent] = /^(\d+)%$/.exec(text) ?? [];
  if (percent === undefined) return wholeNumber(text, '--workers', 1);
  return Math.max(1, Math.floor((availableParallelism() * wholeNumber(percent, '--workers', 1)) / 100));
}

/** `2/3`. Throws ERR_OPTION. */
export function shardOf(text: string): Shard {
  const [, index, count] = /^(\d+)\/(\d+)$/.exec(text) ?? [];
  const shard = { index: Number(index), count: Number(count) };
  if (shard.index >= 1 && shard.index <= shard.count) return shard;
  throw new KeyrigError('ERR_OPTION', `--shard "${text}" is not i/n with i from 1 to n`);
}

/** The longest time that Node's timers can wait (ms). */
const longestWait = 2 ** 31 - 1;

/**
 * A time in milliseconds: `500ms`, `30s`, `5m`, `1h`, or a plain number of seconds as in other commands.
 * Zero means no limit and gives undefined. Throws ERR_OPTION.
 */
export function timeLimit(text: string): number | undefined {
  const ms = parseDuration(/^[\d.]+$/.test(text) ? `${text}s` : text);
  if (ms === undefined || ms > longestWait) {
    throw new KeyrigError('ERR_OPTION', `"${text}" is not a time such as 500ms, 30s or 5m`);
  }
  return ms === 0 ? undefined : ms;
}

/** A regular expression, upper and lower case being the same. Throws ERR_OPTION. */
export function patternOf(text: string): RegExp {
  try {
    return new RegExp(text, 'iu');
  } catch (cause) {
    throw new KeyrigError('ERR_OPTION', `--grep "${text}" is not a regular expression`, { cause });
  }
}

/** Whose timelines the report has. */
export const timelineChoices = ['all', 'failed', 'none'] as const;
export type TimelineChoice = (typeof timelineChoices)[number];

/** Throws ERR_OPTION. */
export function timelineChoice(text: string): TimelineChoice {
  const found = timelineChoices.find((choice) => choice === text);
  if (found !== undefined) return found;
  throw new KeyrigError('ERR_OPTION', `--timeline "${text}" is none of ${timelineChoices.join(', ')}`);
}

/** Options of the form `name=value`, as a map. Throws ERR_OPTION for one without a name. */
export function assignments(texts: readonly string[], name: string): Map<string, string> {
  return new Map(
    texts.map((text) => {
      const [, key, value] = /^([^=]+)=([\s\S]*)$/.exec(text) ?? [];
      if (key === undefined || value === undefined) {
        throw new KeyrigError('ERR_OPTION', `${name} "${text}" is not name=value`);
      }
      return [key, value];
    }),
  );
}
