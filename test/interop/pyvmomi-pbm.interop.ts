import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clients, isAbsent } from './clients.ts';
import { type LabProcess, runPython, startLab } from './lab-process.ts';

const file = (name: string) => fileURLToPath(new URL(name, import.meta.url));

interface FaultSeen {
  type: string;
  message: string;
  name?: string;
  property?: string;
}

interface PolicySeen {
  name: string;
  description: string;
  category: string;
  generation: number;
  createdBy: string;
  updatedBy: string;
  system: string | null;
  /** Namespace and id of each rule. */
  rules: [string, string][];
}

/** See `play` in python/pyvmomi_policies.py. */
interface Steps {
  about: string[];
  ids: Record<string, string>;
  defaults: {
    resources: string[];
    policies: PolicySeen[];
    component: PolicySeen;
    all: number;
    unknown: FaultSeen;
    wrongCategory: FaultSeen;
  };
  metadata: Record<string, unknown>;
  own: { made: PolicySeen; duplicate: FaultSeen; wrongValue: FaultSeen; noRules: FaultSeen; changed: PolicySeen };
  policies: [string, string];
  associations: Record<string, unknown> & { keyId: string };
  compliance: Record<string, unknown>;
  violated: [string, string[]];
  placement: Record<string, unknown>;
  defaultProfiles: Record<string, unknown>;
  deleted: [string, string | null][];
  freed: [string, string | null][];
}

const dataService = ['com.vmware.storageprofile.dataservice', 'ad5a249d-cbc2-43af-9366-694d7664fa52'];
const filter = ['vmwarevmcrypt', 'vmwarevmcrypt@ENCRYPTION'];

// Each speaks the newest version of PBM that it knows: the oldest one 6.7, the newest one more than the server has.
for (const client of [clients.pyvmomi67, clients.pyvmomi70, clients.pyvmomi80, clients.pyvmomi]) {
  describe.skipIf(isAbsent(client))(`storage policies with ${client.name}`, () => {
    let lab: LabProcess;
    let steps: Steps;

    beforeAll(async () => {
      lab = await startLab([file('worlds/storage-policies.scenario.yaml')]);
      const ended = await runPython(file('python/pyvmomi_policies.py'), [], JSON.stringify(lab.ready), client);
      expect(ended, ended.stderr).toMatchObject({ code: 0 });
      steps = JSON.parse(ended.stdout) as Steps;
    });
    afterAll(() => lab.stop());

    test('the default policies', () => {
      expect(steps.about).toEqual(['PBM', '2.0']);
      const { resources, policies, component, all, unknown, wrongCategory } = steps.defaults;
      expect(resources).toEqual(['STORAGE']);
      expect(policies.map(({ name, system }) => [name, system])).toEqual([
        ['vSAN Default Storage Policy', 'VsanDefaultProfile'],
        ['VVol No Requirements Policy', 'VVolDefaultProfile'],
        ['VM Encryption Policy', null],
        ['Host-local PMem Default Storage Policy', 'PmemDefaultProfile'],
      ]);
      expect(policies[2]).toEqual({
        name: 'VM Encryption Policy',
        description: "Sample storage policy for VMware's VM and virtual disk encryption",
        category: 'REQUIREMENT',
        generation: 0,
        createdBy: 'Temporary user handle',
        updatedBy: 'Temporary user handle',
        system: null,
        rules: [dataService],
      });
      expect(component).toMatchObject({ category: 'DATA_SERVICE_POLICY', rules: [filter] });
      expect(all).toBe(5);
      expect(unknown).toMatchObject({ type: 'InvalidArgument', property: 'profileId' });
      expect(wrongCategory).toMatchObject({ type: 'InvalidArgument', property: 'profileCategory' });
    });

    test('what encryption can be told', () => {
      expect(steps.metadata).toEqual({
        namespaces: ['vmwarevmcrypt'],
        capability: filter,
        property: ['AllowCleartextFilters', 'False', ['True', 'False']],
        lineOfService: ['PbmVaioDataServiceInfo', 'ENCRYPTION'],
        others: 0,
      });
    });

    test('policies of one’s own: made, changed, refused', () => {
      const { username } = lab.ready.vcenter;
      const { made, duplicate, wrongValue, noRules, changed } = steps.own;
      const mine = { description: 'by pyVmomi', createdBy: username, updatedBy: username };
      expect(made).toMatchObject({ ...mine, name: 'py-secrets', generation: 0, rules: [filter] });
      const tag = ['http://www.vmware.com/storage/tag', 'tier'];
      expect(changed).toMatchObject({ ...mine, name: 'py-silver', generation: 1, rules: [tag] });
      expect(duplicate).toMatchObject({ type: 'PbmDuplicateName', name: 'py-secrets' });
      expect(wrongValue.type).toBe('InvalidArgument');
      expect(noRules).toMatchObject({ type: 'InvalidArgument', property: 'createSpec.constraints' });
    });

    test('the policy encrypts the VM and its disks with a key of the KMS, and they have it', async () => {
      const [policy] = steps.policies;
      const vm = steps.ids['db-1'];
      const { keyId, ...associations } = steps.associations;
      const answer = await fetch(`${lab.ready.control.url}/kms`);
      const [kms] = (await answer.json()) as { objects: { uniqueIdentifier: string; state: string }[] }[];
      expect(kms?.objects.find(({ uniqueIdentifier }) => uniqueIdentifier === keyId)?.state).toBe('Active');
      expect(associations).toEqual({
        diskKeys: [keyId, keyId],
        ofVm: [policy],
        ofEach: [
          [vm, [policy], null],
          [`${vm}:2001`, [policy], null],
          [`${vm}:2009`, [], 'PbmFaultNotFound'],
        ],
        entities: [vm, `${vm}:2000`, `${vm}:2001`],
        disks: [`${vm}:2000`, `${vm}:2001`],
        all: [vm, `${vm}:2000`, `${vm}:2001`],
        groups: [[vm, null]],
      });
    });

    test('compliance: of the VM and its disks, out of date when the policy changes, violated by a datastore', () => {
      const vm = steps.ids['db-1'];
      const all = (status: string) => [vm, `${vm}:2000`, `${vm}:2001`].map((key) => [key, status]);
      expect(steps.compliance).toMatchObject({
        before: all('compliant'),
        changed: all('outOfDate'),
        rollup: ['outOfDate', true, 3],
        outOfDate: [vm],
        applied: 'compliant',
        stranger: { type: 'InvalidArgument', property: 'entities' },
      });
      expect(steps.violated).toEqual(['nonCompliant', ['tier']]);
    });

    test('placement: encryption fits any datastore, a tag that none has fits none', () => {
      const { matching } = steps.placement as { matching: [string] };
      const [datastore] = matching;
      expect(steps.placement).toEqual({
        encrypting: [[datastore, []]],
        tagged: [[datastore, ['PbmPropertyMismatchFault']]],
        withSpec: [[datastore, []]],
        required: [[datastore, ['PbmPropertyMismatchFault']]],
        matching: [datastore],
        vsan: [],
        matchingSpec: [],
      });
    });

    test('default policies of datastores: none for VMFS', () => {
      expect(steps.defaultProfiles).toMatchObject({
        of: null,
        ofEach: [expect.stringMatching(/^datastore-\d+$/), null],
        nowhere: { type: 'PbmNonExistentHubs' },
        assigned: { type: 'PbmLegacyHubsNotSupported' },
        applicable: { type: 'PbmLegacyHubsNotSupported' },
        totalInMB: 1024 * 1024,
      });
    });

    test('deletion: not while it is in use, not a default; free when the VM is gone', () => {
      const [secrets, tagged] = steps.policies;
      expect(steps.deleted).toEqual([
        [secrets, 'PbmResourceInUse'],
        ['aa6d5a82-1c88-45da-85d3-3d74b91a5bad', 'PbmFault'],
        ['none', 'PbmFaultNotFound'],
      ]);
      expect(steps.freed).toEqual([[tagged, null]]);
    });
  });
}
