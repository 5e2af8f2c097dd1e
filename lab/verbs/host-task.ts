import { z } from 'zod';
import { taskResult, withFault } from '../clients/vcenter.ts';
import { named } from './named.ts';
import { defineVerb, type Verb } from './verb.ts';

/** A verb that runs one task of a host; its only input is the host's name. */
export function hostTaskVerb(name: string, summary: string, method: string, parameters = ''): Verb {
  return defineVerb({
    name,
    summary: `${summary}: ${method}.`,
    with: z.strictObject({ host: named.host }),
    run: ({ clients: { vcenter } }, { host }) =>
      withFault(async () => taskResult(await vcenter.task(method, await vcenter.find('HostSystem', host), parameters))),
  });
}
