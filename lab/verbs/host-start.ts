import { z } from 'zod';
import { named } from './named.ts';
import { defineVerb } from './verb.ts';

export const hostStart = defineVerb({
  name: 'host.start',
  summary: 'Somebody pushes the button of a host that was shut down; vCenter reconnects it.',
  with: z.strictObject({ host: named.host }),
  async run({ lab }, { host }) {
    await lab.startHost(host);
    return {};
  },
});
