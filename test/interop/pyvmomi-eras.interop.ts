import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clients, isAbsent } from './clients.ts';
import { type LabProcess, runPython, startLab } from './lab-process.ts';

const file = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** See python/pyvmomi_crawl.py. */
interface Crawl {
  negotiated: string;
  objects: number;
  properties: number;
  types: string[];
  refused: string[];
  failures: string[];
}

// Each release of the client with the vCenter of its time, and the oldest with the newest both ways round. The version that they
// agree on is the newest that both know.
const pairs = [
  { client: clients.pyvmomi67, vcenter: '6.7', speak: '6.7.1', about: '6.7.0' },
  { client: clients.pyvmomi70, vcenter: '7.0', speak: '7.0.3.0', about: '7.0.3' },
  { client: clients.pyvmomi80, vcenter: '8.0', speak: '8.0.3.0', about: '8.0.3' },
  { client: clients.pyvmomi, vcenter: '9.0', speak: '9.0.0.0', about: '9.0.0' },
  { client: clients.pyvmomi67, vcenter: '9.0', speak: '6.7.1', about: '9.0.0' },
  { client: clients.pyvmomi, vcenter: '6.7', speak: '6.7.3', about: '6.7.0' },
];

for (const { client, vcenter, speak, about } of pairs) {
  describe.skipIf(isAbsent(client))(`${client.name} with vCenter ${vcenter}`, () => {
    let lab: LabProcess;

    beforeAll(async () => {
      lab = await startLab([file(`worlds/vcenter-${vcenter}.scenario.yaml`)]);
    });
    afterAll(() => lab.stop());

    async function play<Result>(script: string, ...args: string[]): Promise<Result> {
      const ended = await runPython(file(`python/${script}.py`), args, JSON.stringify(lab.ready), client);
      expect(ended, ended.stderr).toMatchObject({ code: 0 });
      return JSON.parse(ended.stdout) as Result;
    }

    test('registers a KMS, trusts it, makes it the default, encrypts and is refused', async () => {
      const steps = await play<Record<string, Record<string, unknown>>>('pyvmomi_client', 'encrypt');
      expect(steps.about).toMatch(new RegExp(`^VMware vCenter Server ${about.replaceAll('.', '\\.')} build-`));
      // KmipClusterStatus.overallStatus came with 7.0.
      expect(steps.status).toMatchObject({
        overall: speak < '7' ? null : 'green',
        servers: [{ name: 'kms-1', status: 'green', clientTrustServer: true, serverTrustClient: true }],
      });
      const keyId = steps.generated?.keyId;
      expect(keyId).toEqual(expect.any(String));
      expect(steps.withKey).toMatchObject({ keyId, provider: 'py-kp', diskKeys: [keyId, keyId] });
      expect(steps.withPolicy).toMatchObject({ provider: 'py-kp', diskKeys: [steps.withPolicy?.keyId] });
      expect(steps.poweredOn).toMatchObject({ powerState: 'poweredOn', cryptoState: 'unlocked' });
      expect(steps.diskWithoutPolicy).toMatchObject({ state: 'error', type: 'InvalidDeviceSpec' });
      expect(steps.unknownKey).toMatchObject({ state: 'error' });
      expect(steps.plain).toMatchObject({ keyId: null, diskKeys: [null] });
    });

    test('reads every property of every object that it can reach', async () => {
      const crawl = await play<Crawl>('pyvmomi_crawl');
      expect(crawl.negotiated).toBe(`"urn:vim25/${speak}"`);
      expect(crawl.failures).toEqual([]);
      expect(crawl.types).toEqual(
        expect.arrayContaining(['CryptoManagerKmip', 'Datacenter', 'Datastore', 'HostSystem', 'VirtualMachine']),
      );
      expect(crawl.objects).toBeGreaterThan(50);
    });
  });
}
