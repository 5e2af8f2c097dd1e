import { z } from 'zod';
import { withKmipFault } from '../clients/kmip.ts';
import { datesFrom, keyDates } from './key-dates.ts';
import { kmipCaller } from './kmip-caller.ts';
import { named } from './named.ts';
import { defineVerb } from './verb.ts';

export const kmipSetDates = defineVerb({
  name: 'kmip.setDates',
  summary: 'Gives a key the dates at which it changes its state by itself: Add Attribute.',
  with: z.strictObject({ ...kmipCaller, uniqueIdentifier: named.uniqueIdentifier, ...keyDates }),
  run: ({ lab, clients }, { uniqueIdentifier, activateInSeconds, deactivateInSeconds, ...caller }) => {
    const dates = datesFrom(lab.runtime.clock.now(), { activateInSeconds, deactivateInSeconds });
    return withKmipFault(() => clients.kmip(caller).setDates(uniqueIdentifier, dates));
  },
});
