import { z } from 'zod';
import type { KeyDates } from '../clients/kmip.ts';

/** When a key changes its state by itself: members that verbs share. */
export const keyDates = {
  activateInSeconds: z.number().int().optional().describe('Activation Date: so long after now; 0 is at once.'),
  deactivateInSeconds: z.number().int().optional().describe('Deactivation Date: so long after now.'),
};

/** The dates that `keyDates` asks for. `now` is ms since the epoch. */
export function datesFrom(
  now: number,
  { activateInSeconds, deactivateInSeconds }: { activateInSeconds?: number; deactivateInSeconds?: number },
): KeyDates {
  return {
    ...(activateInSeconds !== undefined && { activationDate: now + activateInSeconds * 1_000 }),
    ...(deactivateInSeconds !== undefined && { deactivationDate: now + deactivateInSeconds * 1_000 }),
  };
}
