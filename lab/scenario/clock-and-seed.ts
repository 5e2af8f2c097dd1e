import { type Clock, createRealClock, createScaledClock, KeyrigError, ManualClock } from '../../core/index.ts';
import type { Scenario } from './schema.ts';

/**
 * The clock with a name: `real`, `manual`, `scaled:60`. Throws ERR_OPTION for anything else.
 * @param startTime where a manual clock starts (ms since the epoch); default: now
 */
export function clockNamed(text: string, startTime?: number): Clock {
  if (text === 'real') return createRealClock();
  if (text === 'manual') return new ManualClock(startTime);
  const [, factor] = /^scaled:(\d+(?:\.\d+)?)$/.exec(text) ?? [];
  if (factor !== undefined && Number(factor) > 0) return createScaledClock(Number(factor));
  throw new KeyrigError(
    'ERR_OPTION',
    `"${text}" is not a clock; expected real, manual, or scaled:60 for 60 times as fast`,
  );
}

/**
 * The clock that somebody asks for, or else the file.
 * @param otherwise when neither does: labs that stay up follow the machine's time, runs of a scenario do not
 */
export function clockFor(
  asked: string | undefined,
  scenario: Pick<Scenario, 'clock'> | undefined,
  otherwise: 'real' | 'manual',
  startTime?: number,
): Clock {
  const written = scenario?.clock ?? otherwise;
  return clockNamed(asked ?? (typeof written === 'object' ? `scaled:${written.scaled}` : written), startTime);
}

/** The seed that somebody asks for, or else the file's; undefined when neither does. */
export function seedFor(asked: string | undefined, scenario: Pick<Scenario, 'seed'> | undefined): string | undefined {
  return asked ?? (scenario?.seed === undefined ? undefined : String(scenario.seed));
}
