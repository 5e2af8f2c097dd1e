import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clients, isAbsent } from './clients.ts';
import { type LabProcess, runPython, startLab } from './lab-process.ts';

const world = fileURLToPath(new URL('worlds/inventory.scenario.yaml', import.meta.url));
const script = fileURLToPath(new URL('python/zeep_client.py', import.meta.url));
const skip = isAbsent(clients.zeep);

describe.skipIf(skip)('a SOAP client that knows only the published WSDL', () => {
  let lab: LabProcess;

  beforeAll(async () => {
    lab = await startLab([world]);
  });
  afterAll(() => lab.stop());

  test('logs in, is refused, reads every property and starts a task, all by the schema', async () => {
    const { vcenter, pki } = lab.ready;
    const { code, stdout, stderr } = await runPython(
      script,
      [],
      JSON.stringify({ ...vcenter, ca: pki.ca, vm: 'db-1' }),
    );
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      fullName: 'VMware vCenter Server 7.0.3 build-19480866',
      refused: ['Cannot complete login due to an incorrect user name or password.', '{urn:vim25}InvalidLoginFault'],
      objects: ['ClusterComputeResource', 'Datastore', 'Folder', 'HostSystem', 'ResourcePool', 'VirtualMachine'],
      disks: [8 * 1024 * 1024, 20 * 1024 * 1024],
      task: 'Task',
    });
  });
});
