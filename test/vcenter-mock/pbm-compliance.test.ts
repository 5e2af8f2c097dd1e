import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createKmipServer, type KmipServer } from '../../kmip-server/index.ts';
import { createPki, encryptionPolicy, keyPool, type Pki } from './crypto/lab.ts';
import { fetchOf, finished, type Lab, loggedIn, textOf } from './lab.ts';
import {
  created,
  encryptionForms,
  entity,
  faultType,
  pbm,
  profileIds,
  tagRule,
  textsOf,
  update,
  xsi,
} from './pbm-client.ts';

let pki: Pki;
let lab: Lab;
let kms: KmipServer;
beforeAll(async () => {
  pki = await createPki('pbm', 'century');
});

/** A vCenter with a KMS that it can use. */
async function start(): Promise<void> {
  lab = await loggedIn({ encryption: { keyPool }, policies: [{ name: 'no rules', id: 'p-none' }] });
  kms = createKmipServer({ port: 0, identity: pki.server, ca: [pki.ca.certificatePem] }, lab.runtime);
  await kms.start();
  const { encryption } = lab.mock;
  encryption.registerServer(
    { clusterId: { id: 'kp' }, info: { name: 'kms1', address: '127.0.0.1', port: kms.port ?? 0 } },
    undefined,
  );
  const provider = encryption.providers.get('kp');
  encryption.providers.setDefault('kp');
  encryption.trust.uploadServerCertificate(provider, pki.server.certificatePem, undefined);
  const { certificatePem, privateKeyPem } = pki.client;
  encryption.trust.uploadClientCertificate(provider, certificatePem, privateKeyPem, undefined);
  await encryption.settled();
}
afterEach(() => kms.stop());

const profile = (tag: string, id: string) =>
  `<${tag} xsi:type="VirtualMachineDefinedProfileSpec"><profileId>${id}</profileId></${tag}>`;

/** Gives the VM's files and its disk a policy, as a user would. */
async function apply(id: string): Promise<string | undefined> {
  const disk = `<deviceChange><operation>edit</operation><device xsi:type="VirtualDisk"><key>2000</key></device>${profile('profile', id)}</deviceChange>`;
  const task = await lab.call(
    `<ReconfigVM_Task xmlns="urn:vim25" ${xsi}><_this type="VirtualMachine">${lab.ref('web')}</_this><spec>${disk}${profile('vmProfile', id)}</spec></ReconfigVM_Task>`,
  );
  return textOf(await finished(lab, task), 'state');
}

const compliance = (method: string, content: string) => pbm(lab, method, content, { manager: 'PbmComplianceManager' });
const parts = () =>
  [entity('virtualMachine', lab.ref('web')), entity('virtualDiskId', `${lab.ref('web')}:2000`)].join('');
/** The statuses of the VM's files and of its disk. */
const statuses = async (method = 'PbmCheckCompliance') =>
  textsOf(await compliance(method, parts()), 'complianceStatus');
const rollup = async (method = 'PbmCheckRollupCompliance') =>
  textOf(
    (await compliance(method, entity('virtualMachine', lab.ref('web'), 'entity'))).body,
    'overallComplianceStatus',
  );

describe('policies of one’s own', () => {
  test.each(Object.entries(encryptionForms))('a policy with %s really encrypts', async (_form, constraints) => {
    await start();
    const id = await created(lab, 'mine', constraints);
    expect(await apply(id)).toBe('success');
    const config = (await lab.call(fetchOf('VirtualMachine', lab.ref('web'), 'config'))).body;
    const [key = '', ...others] = [...config.matchAll(/<keyId>([0-9a-f-]{36})<\/keyId>/g)].map(([, found]) => found);
    expect(others).toEqual([key]);
    // The key is one that the KMS made.
    expect(kms.objects.get(key)?.state).toBe('Active');
    expect(await statuses()).toEqual(['compliant', 'compliant']);
    expect(await rollup()).toBe('compliant');
    const filters = await pbm(lab, 'PbmQueryIOFiltersFromProfileId', profileIds(id));
    expect(textsOf(filters, 'filterType')).toEqual(['ENCRYPTION']);
  });
});

describe('compliance', () => {
  test('a change of the policy makes it out of date until the policy is applied again', async () => {
    await start();
    const id = await created(lab, 'mine', encryptionForms['the IO filter (PowerCLI)']);
    await apply(id);
    expect(await statuses()).toEqual(['compliant', 'compliant']);
    await pbm(lab, 'PbmUpdate', update(id, encryptionForms['the data service (govc)']));
    for (const method of ['PbmFetchComplianceResult', 'PbmCheckCompliance']) {
      const answer = await compliance(method, parts());
      expect(textsOf(answer, 'complianceStatus')).toEqual(['outOfDate', 'outOfDate']);
      expect(textsOf(answer, 'mismatch')).toEqual(['true', 'true']);
    }
    expect(await rollup()).toBe('outOfDate');
    expect(await apply(id)).toBe('success');
    expect(await statuses('PbmFetchComplianceResult')).toEqual(['compliant', 'compliant']);
  });

  test('what has an encryption policy and no key is not compliant, and the rule is named', async () => {
    await start();
    const vm = lab.mock.inventory.vm('web')!;
    expect(await apply('p-none')).toBe('success');
    expect(await statuses()).toEqual(['notApplicable', 'notApplicable']);
    lab.mock.policies.assign(vm, 2000, encryptionPolicy);
    const answer = await compliance('PbmCheckCompliance', entity('virtualDiskId', `${vm.ref.value}:2000`));
    expect(textsOf(answer, 'complianceStatus')).toEqual(['nonCompliant']);
    expect(answer.body).toContain(
      '<violatedPolicies><expectedValue><id><namespace>com.vmware.storageprofile.dataservice</namespace><id>ad5a249d-cbc2-43af-9366-694d7664fa52</id></id>',
    );
    expect(await rollup()).toBe('nonCompliant');
    const bad = await compliance('PbmQueryByRollupComplianceStatus', '<status>nonCompliant</status>');
    expect(textsOf(bad, 'key')).toEqual([vm.ref.value]);
    const nonsense = await compliance('PbmQueryByRollupComplianceStatus', '<status>fine</status>');
    expect(faultType(nonsense)).toBe('InvalidArgument');
  });

  test('a rule that the datastore does not fulfil is violated', async () => {
    await start();
    expect(await apply(await created(lab, 'gold', tagRule()))).toBe('success');
    const answer = await compliance('PbmCheckCompliance', parts());
    expect(textsOf(answer, 'complianceStatus')).toEqual(['nonCompliant', 'nonCompliant']);
    expect(answer.body.match(/<violatedPolicies><expectedValue><id><namespace>http:/g)).toHaveLength(2);
  });

  test('Fetch tells what the last check found, Check looks again', async () => {
    await start();
    expect(await apply(encryptionPolicy)).toBe('success');
    const checked = async (method: string) => textsOf(await compliance(method, parts()), 'checkTime')[0];
    expect(await checked('PbmCheckCompliance')).toBe('2026-01-02T03:04:05.000Z');
    lab.clock.advance(60_000);
    expect(await checked('PbmFetchComplianceResult')).toBe('2026-01-02T03:04:05.000Z');
    expect(await checked('PbmCheckCompliance')).toBe('2026-01-02T03:05:05.000Z');
    expect(await checked('PbmFetchComplianceResult')).toBe('2026-01-02T03:05:05.000Z');
  });

  // The documented rules of the parameters.
  test('datastores, strangers and what has no policy are left out; the parameter profile is not looked at', async () => {
    await start();
    await apply('p-none');
    const datastore = entity('datastore', lab.mock.inventory.datastores[0]!.ref.value);
    const stranger = entity('virtualMachine', 'vm-999');
    const other = entity('virtualMachine', lab.ref('db'));
    const answer = await compliance(
      'PbmCheckCompliance',
      `${datastore}${stranger}${other}${parts()}<profile><uniqueId>${encryptionPolicy}</uniqueId></profile>`,
    );
    expect(textsOf(answer, 'key')).toEqual([lab.ref('web'), `${lab.ref('web')}:2000`]);
    expect(textsOf(answer, 'uniqueId')).toEqual(['p-none', 'p-none']);
    expect(textsOf(await compliance('PbmCheckCompliance', other), 'key')).toEqual([]);
    for (const nothing of [datastore, stranger]) {
      expect(faultType(await compliance('PbmCheckCompliance', nothing))).toBe('InvalidArgument');
    }
  });

  test('a rollup is outOfDate before nonCompliant, whatever else there is', async () => {
    await start();
    const vm = lab.mock.inventory.vm('web')!;
    const id = await created(lab, 'mine', tagRule());
    lab.mock.policies.assign(vm, undefined, id);
    lab.mock.policies.assign(vm, 2000, id);
    expect(await rollup()).toBe('nonCompliant');
    await pbm(lab, 'PbmUpdate', update(id, '<description>changed</description>'));
    lab.mock.policies.assign(vm, 2000, id);
    const answer = await compliance('PbmCheckRollupCompliance', entity('virtualMachine', vm.ref.value, 'entity'));
    expect(textsOf(answer, 'complianceStatus')).toEqual(['outOfDate', 'nonCompliant']);
    expect(textOf(answer.body, 'overallComplianceStatus')).toBe('outOfDate');
    expect(textOf(answer.body, 'profileMismatch')).toBe('true');
    expect(await rollup('PbmFetchRollupComplianceResult')).toBe('outOfDate');
    const disk = entity('virtualDiskId', `${vm.ref.value}:2000`, 'entity');
    expect(faultType(await compliance('PbmCheckRollupCompliance', disk))).toBe('InvalidArgument');
  });
});
