import { z } from 'zod';
import { escapeXml } from '../clients/soap.ts';
import { referenceOf, referenceXml, taskResult, withFault } from '../clients/vcenter.ts';
import { defineVerb } from './verb.ts';

export const vcenterRegisterVm = defineVerb({
  name: 'vcenter.registerVm',
  summary:
    'Brings a virtual machine back whose files lie on a datastore: RegisterVM_Task in the first datacenter. Result: { task, moid }.',
  with: z.strictObject({
    path: z.string().describe('Of the configuration file: "[datastore1] web/web.vmx".'),
    name: z.string().optional().describe('Name it gets; the one in its file when absent.'),
    host: z.string().optional().describe('Its host; vCenter chooses when absent.'),
    cluster: z.string().optional().describe('Its cluster; the first one when absent.'),
  }),
  run: ({ lab, clients: { vcenter } }, { path, name, ...places }) =>
    withFault(async () => {
      const datacenter = await vcenter.find('Datacenter', lab.names.datacenter);
      const folder = referenceOf((await vcenter.properties(datacenter, 'vmFolder')).get('vmFolder'));
      const cluster = await vcenter.find('ComputeResource', places.cluster ?? lab.names.cluster);
      const pool = referenceOf((await vcenter.properties(cluster, 'resourcePool')).get('resourcePool'));
      const host = places.host === undefined ? '' : referenceXml('host', await vcenter.find('HostSystem', places.host));
      const called = name === undefined ? '' : `<name>${escapeXml(name)}</name>`;
      const parameters = `<path>${escapeXml(path)}</path>${called}<asTemplate>false</asTemplate>${referenceXml('pool', pool)}${host}`;
      const outcome = await vcenter.task('RegisterVM_Task', folder, parameters);
      return { ...taskResult(outcome), moid: outcome.result?.text ?? null };
    }),
});
