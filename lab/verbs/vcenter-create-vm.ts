import { z } from 'zod';
import { child, escapeXml, textOf } from '../clients/soap.ts';
import { referenceOf, referenceXml, taskResult, withFault } from '../clients/vcenter.ts';
import { defineVerb } from './verb.ts';

export const vcenterCreateVm = defineVerb({
  name: 'vcenter.createVm',
  summary: 'Creates a virtual machine with disks: CreateVM_Task in the first datacenter. Result: { task, moid }.',
  with: z.strictObject({
    name: z.string().describe('Name of the new virtual machine.'),
    hardwareVersion: z.number().int().default(19).describe('19 stands for vmx-19.'),
    disksGb: z.array(z.number().positive()).default([8]).describe('One disk for each capacity.'),
    datastore: z.string().optional().describe('Its datastore; the first one when absent.'),
    cluster: z.string().optional().describe('Its cluster; the first one when absent.'),
  }),
  run: ({ lab, clients: { vcenter } }, { name, hardwareVersion, disksGb, ...places }) =>
    withFault(async () => {
      const datacenter = await vcenter.find('Datacenter', lab.names.datacenter);
      const folder = referenceOf((await vcenter.properties(datacenter, 'vmFolder')).get('vmFolder'));
      const cluster = await vcenter.find('ComputeResource', places.cluster ?? lab.names.cluster);
      const pool = referenceOf((await vcenter.properties(cluster, 'resourcePool')).get('resourcePool'));
      const disks = disksGb.map(
        (size, index) =>
          `<deviceChange><operation>add</operation><fileOperation>create</fileOperation><device xsi:type="VirtualDisk"><key>${-(index + 2)}</key><backing xsi:type="VirtualDiskFlatVer2BackingInfo"><fileName></fileName><diskMode>persistent</diskMode><thinProvisioned>true</thinProvisioned></backing><controllerKey>-1</controllerKey><unitNumber>${index}</unitNumber><capacityInKB>${Math.round(size * 1024 * 1024)}</capacityInKB></device></deviceChange>`,
      );
      const config = `<config><name>${escapeXml(name)}</name><version>vmx-${hardwareVersion}</version><guestId>otherGuest64</guestId><files><vmPathName>[${escapeXml(places.datastore ?? lab.names.datastore)}]</vmPathName></files><numCPUs>1</numCPUs><memoryMB>1024</memoryMB><deviceChange><operation>add</operation><device xsi:type="ParaVirtualSCSIController"><key>-1</key><busNumber>0</busNumber><sharedBus>noSharing</sharedBus></device></deviceChange>${disks.join('')}</config>`;
      const outcome = await vcenter.task('CreateVM_Task', folder, `${config}${referenceXml('pool', pool)}`);
      return { ...taskResult(outcome), moid: outcome.result?.text ?? textOf(child(outcome.result, 'result')) ?? null };
    }),
});
