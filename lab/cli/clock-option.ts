import { type Clock, createRealClock, createScaledClock, KeyrigError, ManualClock } from '../../core/index.ts';
import type { Scenario } from '../scenario/schema.ts';

/** The clock of a lab that stays up: `real`, `manual`, `scaled:60`. Throws ERR_OPTION for anything else. */
export function clockNamed(text: string): Clock {
  if (text === 'real') return createRealClock();
  if (text === 'manual') return new ManualClock();
  const [, factor] = /^scaled:(\d+(?:\.\d+)?)$/.exec(text) ?? [];
  if (factor !== undefined && Number(factor) > 0) return createScaledClock(Number(factor));
  throw new KeyrigError(
    'ERR_OPTION',
    `"${text}" is not a clock; expected real, manual, or scaled:60 for 60 times as fast`,
  );
}

/** The clock that the command line asks for, or else the file; real when neither does. */
export function clockFor(option: string | undefined, scenario: Scenario | undefined): Clock {
  if (option !== undefined) return clockNamed(option);
  const { clock = 'real' } = scenario ?? {};
  return clockNamed(typeof clock === 'object' ? `scaled:${clock.scaled}` : clock);
}
