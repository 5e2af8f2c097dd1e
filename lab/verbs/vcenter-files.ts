import { z } from 'zod';
import { children, escapeXml, textOf } from '../clients/soap.ts';
import { referenceOf, taskResult, withFault } from '../clients/vcenter.ts';
import { defineVerb } from './verb.ts';

export const vcenterFiles = defineVerb({
  name: 'vcenter.files',
  summary: 'Browses a datastore: SearchDatastore_Task. Result: { task, files: [names] }.',
  with: z.strictObject({
    directory: z.string().default('').describe('Below the top, for example the name of a virtual machine.'),
    datastore: z.string().optional().describe('Name of the datastore; the first one when absent.'),
  }),
  run: ({ lab, clients: { vcenter } }, { directory, datastore = lab.names.datastore }) =>
    withFault(async () => {
      const object = await vcenter.find('Datastore', datastore);
      const browser = referenceOf((await vcenter.properties(object, 'browser')).get('browser'));
      const path = `<datastorePath>[${escapeXml(datastore)}] ${escapeXml(directory)}</datastorePath>`;
      const outcome = await vcenter.task('SearchDatastore_Task', browser, path);
      const files = children(outcome.result, 'file').map((file) => textOf(file, 'path') ?? '');
      return { ...taskResult(outcome), files };
    }),
});
