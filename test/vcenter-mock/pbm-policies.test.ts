import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createKmipServer, type KmipServer } from '../../kmip-server/index.ts';
import { createPki, encryptionPolicy, keyPool, type Pki } from './crypto/lab.ts';
import { type Answer, envelope, fetchOf, finished, type Lab, loggedIn, textOf } from './lab.ts';

const xsi = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema"';
const managers = {
  PbmProfileProfileManager: 'ProfileManager',
  PbmComplianceManager: 'complianceManager',
  PbmPlacementSolver: 'placementSolver',
  PbmReplicationManager: 'ReplicationManager',
} as const;

/** A PBM call with the session in the SOAP header, as every client sends it. */
function pbm(
  lab: Lab,
  method: string,
  content = '',
  manager: keyof typeof managers = 'PbmProfileProfileManager',
  soapAction = 'urn:pbm/',
): Promise<Answer> {
  return lab.send(
    '/pbm/sdk',
    envelope(
      `<${method} xmlns="urn:pbm" ${xsi}><_this type="${manager}">${managers[manager]}</_this>${content}</${method}>`,
      `<vcSessionCookie xmlns="">${lab.cookie?.split('"')[1]}</vcSessionCookie>`,
    ),
    { soapAction, cookie: '' },
  );
}

const faultType = ({ body }: Answer) => /<detail><\w+ xmlns="urn:(?:pbm|vim25)" xsi:type="(\w+)"/.exec(body)?.[1];

const capability = (namespace: string, id: string, property: string, value: string) =>
  `<constraints xsi:type="PbmCapabilitySubProfileConstraints"><subProfiles><name>Encryption sub-profile</name><capability><id><namespace>${namespace}</namespace><id>${id}</id></id>` +
  `<constraint><propertyInstance><id>${property}</id><value xsi:type="xsd:string">${value}</value></propertyInstance></constraint></capability></subProfiles></constraints>`;
const spec = (name: string, constraints: string, tag = 'createSpec') =>
  `<${tag}><name>${name}</name><description>mine</description>${tag === 'createSpec' ? '<resourceType><resourceType>STORAGE</resourceType></resourceType>' : ''}${constraints}</${tag}>`;

const dataService = 'ad5a249d-cbc2-43af-9366-694d7664fa52';
/** As `govc storage.policy.create -e` and as PowerCLI write it. observed */
const forms = {
  'the data service (govc)': capability('com.vmware.storageprofile.dataservice', dataService, dataService, dataService),
  'the IO filter (PowerCLI)': capability('vmwarevmcrypt', 'vmwarevmcrypt@ENCRYPTION', 'AllowCleartextFilters', 'False'),
};
/** A rule of another vendor: a tag. */
const tagRule = capability('http://www.vmware.com/storage/tag', 'tier', 'com.vmware.storage.tag.tier.property', 'gold');

async function created(lab: Lab, name: string, constraints: string): Promise<string> {
  const answer = await pbm(lab, 'PbmCreate', spec(name, constraints));
  expect(answer.status).toBe(200);
  return textOf(answer.body, 'uniqueId') ?? '';
}

const profileIds = (...ids: string[]) =>
  ids.map((id) => `<profileIds><uniqueId>${id}</uniqueId></profileIds>`).join('');
const retrieve = async (lab: Lab, ...ids: string[]) => (await pbm(lab, 'PbmRetrieveContent', profileIds(...ids))).body;

describe('policies of one’s own', () => {
  test('are made, read, changed and deleted', async () => {
    const lab = await loggedIn();
    const id = await created(lab, 'gold', tagRule);
    const made = await retrieve(lab, id);
    expect(textOf(made, 'name')).toBe('gold');
    expect(textOf(made, 'createdBy')).toBe('administrator@vsphere.local');
    expect(textOf(made, 'generationId')).toBe('0');
    expect(made).toContain('<namespace>http://www.vmware.com/storage/tag</namespace><id>tier</id>');

    await pbm(
      lab,
      'PbmUpdate',
      `<profileId><uniqueId>${id}</uniqueId></profileId>${spec('platinum', '', 'updateSpec')}`,
    );
    const renamed = await retrieve(lab, id);
    expect([textOf(renamed, 'name'), textOf(renamed, 'generationId')]).toEqual(['platinum', '0']);
    await pbm(
      lab,
      'PbmUpdate',
      `<profileId><uniqueId>${id}</uniqueId></profileId>${spec('platinum', tagRule, 'updateSpec')}`,
    );
    expect(textOf(await retrieve(lab, id), 'generationId')).toBe('1');

    const gone = await pbm(lab, 'PbmDelete', `<profileId><uniqueId>${id}</uniqueId></profileId>`);
    expect(gone.body).toContain(`<returnval><profileId><uniqueId>${id}</uniqueId></profileId></returnval>`);
    expect(faultType(await pbm(lab, 'PbmRetrieveContent', profileIds(id)))).toBe('InvalidArgument');
  });

  test('a name is given once', async () => {
    const lab = await loggedIn();
    await created(lab, 'gold', tagRule);
    const again = await pbm(lab, 'PbmCreate', spec('gold', tagRule));
    expect(again.status).toBe(500);
    expect(again.body).toContain(
      '<PbmDuplicateNameFault xmlns="urn:pbm" xsi:type="PbmDuplicateName"><name>gold</name>',
    );
  });

  test.each([
    ['no rules', '<constraints xsi:type="PbmCapabilitySubProfileConstraints"/>', 'createSpec.constraints.subProfiles'],
    ['plain constraints', '<constraints/>', 'createSpec.constraints'],
    [
      'a property that the filter does not have',
      capability('vmwarevmcrypt', 'vmwarevmcrypt@ENCRYPTION', 'Colour', 'blue'),
      'createSpec.constraints.subProfiles.capability.constraint.propertyInstance',
    ],
    [
      'a value that the property does not take',
      capability('vmwarevmcrypt', 'vmwarevmcrypt@ENCRYPTION', 'AllowCleartextFilters', 'maybe'),
      'createSpec.constraints.subProfiles.capability.constraint.propertyInstance',
    ],
  ])('rules are checked: %s', async (_name, constraints, path) => {
    const lab = await loggedIn();
    const answer = await pbm(lab, 'PbmCreate', spec('bad', constraints));
    expect(faultType(answer)).toBe('InvalidArgument');
    expect(textOf(answer.body, 'invalidProperty')).toBe(path);
  });

  test('PbmDelete says for each policy why it stays', async () => {
    const lab = await loggedIn({ policies: [{ name: 'used', id: 'p-used' }] });
    lab.mock.policies.assign(lab.mock.inventory.vm('web')!, 2000, 'p-used');
    const ids = ['p-used', 'aa6d5a82-1c88-45da-85d3-3d74b91a5bad', 'p-none'];
    const { body } = await pbm(
      lab,
      'PbmDelete',
      ids.map((id) => `<profileId><uniqueId>${id}</uniqueId></profileId>`).join(''),
    );
    const outcomes = [
      ...body.matchAll(
        /<returnval><profileId><uniqueId>([^<]+)<\/uniqueId><\/profileId><fault><(?:vim25:)?fault xsi:type="pbm:(\w+)"/g,
      ),
    ];
    expect(outcomes.map(([, id, type]) => [id, type])).toEqual([
      [ids[0], 'PbmResourceInUse'],
      [ids[1], 'PbmFault'],
      [ids[2], 'PbmFaultNotFound'],
    ]);
    expect(lab.mock.policies.find('p-used')).toBeDefined();
  });

  test('a policy that encrypts needs the privilege ManageEncryptionPolicy', async () => {
    const lab = await loggedIn({
      users: [
        { username: 'administrator@vsphere.local', password: 'not-a-secret-1' },
        { username: 'nocrypto', password: 'not-a-secret-2', role: 'NoCryptoAdmin' },
      ],
    });
    await lab.login('nocrypto', 'not-a-secret-2');
    const refused = await pbm(lab, 'PbmCreate', spec('mine', forms['the IO filter (PowerCLI)']));
    expect(faultType(refused)).toBe('NoPermission');
    expect(textOf(refused.body, 'privilegeId')).toBe('Cryptographer.ManageEncryptionPolicy');
    expect((await pbm(lab, 'PbmCreate', spec('plain', tagRule))).status).toBe(200);
  });
});

describe('answers', () => {
  test('stand in the server’s order, not in the order asked', async () => {
    const lab = await loggedIn();
    const ids = ['c268da1b-b343-49f7-a468-b1deeb7078e0', encryptionPolicy];
    const names = [...(await retrieve(lab, ...ids)).matchAll(/<name>([^<]+)<\/name>/g)].map(([, name]) => name);
    expect(names.filter((name) => name !== 'sp-1')).toEqual([
      'VM Encryption Policy',
      'Host-local PMem Default Storage Policy',
    ]);
  });

  test('a policy without rules has plain constraints', async () => {
    const lab = await loggedIn();
    expect(await retrieve(lab, 'f4e5bade-15a2-4805-bf8e-52318c4ce443')).toMatch(
      /<constraints><\/constraints>|<constraints\/>/,
    );
  });

  test('nothing newer than the version of PBM that the client speaks is sent', async () => {
    const lab = await loggedIn({ version: '9.0' });
    const content = profileIds('aa6d5a82-1c88-45da-85d3-3d74b91a5bad');
    const at = async (version: string) =>
      (await pbm(lab, 'PbmRetrieveContent', content, 'PbmProfileProfileManager', `"urn:pbm/${version}"`)).body;
    expect(await at('1.0')).not.toContain('systemCreatedProfileType');
    expect(await at('2.0')).toContain('<systemCreatedProfileType>VsanDefaultProfile</systemCreatedProfileType>');
    expect(await at('8.0.3.0')).not.toContain('k8sCompliantName');
  });

  test('what encryption can be told stands in the schema, which the line of service and the vendor narrow', async () => {
    const lab = await loggedIn();
    const schema = await pbm(lab, 'PbmFetchCapabilitySchema', '<lineOfService>ENCRYPTION</lineOfService>');
    expect(schema.body).toContain('<namespace>vmwarevmcrypt</namespace><id>vmwarevmcrypt@ENCRYPTION</id>');
    expect(schema.body).toContain('<id>AllowCleartextFilters</id>');
    const none = await pbm(lab, 'PbmFetchCapabilitySchema', '<lineOfService>REPLICATION</lineOfService>');
    expect(none.body).not.toContain('returnval');
    const vendors = await pbm(
      lab,
      'PbmFetchVendorInfo',
      '<resourceType><resourceType>STORAGE</resourceType></resourceType>',
    );
    expect(textOf(vendors.body, 'namespace')).toBe('vmwarevmcrypt');
    const metadata = await pbm(lab, 'PbmFetchCapabilityMetadata', '<vendorUuid>vmwarevmcrypt</vendorUuid>');
    expect(textOf(metadata.body, 'subCategory')).toBe('ENCRYPTION');
  });

  test('VMFS datastores have no default policies', async () => {
    const lab = await loggedIn();
    const id = lab.mock.inventory.datastores[0]!.ref.value;
    const hub = (tag: string, value = id) => `<${tag}><hubType>Datastore</hubType><hubId>${value}</hubId></${tag}>`;
    expect((await pbm(lab, 'PbmQueryDefaultRequirementProfile', hub('hub'))).body).not.toContain('returnval');
    const nowhere = await pbm(lab, 'PbmQueryDefaultRequirementProfile', hub('hub', 'datastore-999'));
    expect(faultType(nowhere)).toBe('PbmNonExistentHubs');
    const assign = `<profile><uniqueId>${encryptionPolicy}</uniqueId></profile>${hub('datastores')}`;
    expect(faultType(await pbm(lab, 'PbmAssignDefaultRequirementProfile', assign))).toBe('PbmLegacyHubsNotSupported');
  });

  test('an encryption policy fits every datastore, the default of vSAN none of these', async () => {
    const lab = await loggedIn();
    const matching = async (id: string) =>
      (
        await pbm(lab, 'PbmQueryMatchingHub', `<profile><uniqueId>${id}</uniqueId></profile>`, 'PbmPlacementSolver')
      ).body.match(/<hubId>/g)?.length ?? 0;
    expect(await matching(encryptionPolicy)).toBe(lab.mock.inventory.datastores.length);
    expect(await matching('aa6d5a82-1c88-45da-85d3-3d74b91a5bad')).toBe(0);
  });

  test('no object is in a replication group', async () => {
    const lab = await loggedIn();
    const entity = (key: string) => `<entities><objectType>virtualMachine</objectType><key>${key}</key></entities>`;
    const answer = await pbm(lab, 'PbmQueryReplicationGroups', entity(lab.ref('web')), 'PbmReplicationManager');
    expect(answer.body).not.toContain('replicationGroupId');
    const nowhere = await pbm(lab, 'PbmQueryReplicationGroups', entity('vm-999'), 'PbmReplicationManager');
    expect(faultType(nowhere)).toBe('PbmFaultNotFound');
  });
});

describe('with a KMS', () => {
  let pki: Pki;
  let lab: Lab;
  let kms: KmipServer;
  beforeAll(async () => {
    pki = await createPki('pbm', 'century');
  });
  afterEach(() => kms.stop());

  async function start(): Promise<void> {
    lab = await loggedIn({ encryption: { keyPool } });
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

  const profile = (tag: string, id: string) =>
    `<${tag} xsi:type="VirtualMachineDefinedProfileSpec"><profileId>${id}</profileId></${tag}>`;
  const apply = async (home: string | undefined, disk: string | undefined) =>
    finished(
      lab,
      await lab.call(
        `<ReconfigVM_Task xmlns="urn:vim25" ${xsi}><_this type="VirtualMachine">${lab.ref('web')}</_this><spec>${
          disk === undefined
            ? ''
            : `<deviceChange><operation>edit</operation><device xsi:type="VirtualDisk"><key>2000</key></device>${profile('profile', disk)}</deviceChange>`
        }${home === undefined ? '' : profile('vmProfile', home)}</spec></ReconfigVM_Task>`,
      ),
    );
  const entity = (type: string, key: string, tag = 'entities') =>
    `<${tag}><objectType>${type}</objectType><key>${key}</key></${tag}>`;
  const complianceOf = async (type: string, key: string, method = 'PbmCheckCompliance') =>
    textOf((await pbm(lab, method, entity(type, key), 'PbmComplianceManager')).body, 'complianceStatus');

  test.each(Object.entries(forms))('a policy with %s really encrypts', async (_form, constraints) => {
    await start();
    const id = await created(lab, 'mine', constraints);
    expect(textOf(await apply(id, id), 'state')).toBe('success');
    const config = (await lab.call(fetchOf('VirtualMachine', lab.ref('web'), 'config'))).body;
    expect(config.match(/<keyId>[0-9a-f-]{36}<\/keyId>/g)).toHaveLength(2);
    expect(await complianceOf('virtualMachine', lab.ref('web'))).toBe('compliant');
    expect(await complianceOf('virtualDiskId', `${lab.ref('web')}:2000`)).toBe('compliant');
    const filters = await pbm(lab, 'PbmQueryIOFiltersFromProfileId', profileIds(id));
    expect(textOf(filters.body, 'filterType')).toBe('ENCRYPTION');
  });

  test('compliance follows the real state: rules that change, a policy that another one replaces', async () => {
    await start();
    const id = await created(lab, 'mine', forms['the IO filter (PowerCLI)']);
    await apply(id, id);
    await pbm(
      lab,
      'PbmUpdate',
      `<profileId><uniqueId>${id}</uniqueId></profileId>${spec('mine', forms['the data service (govc)'], 'updateSpec')}`,
    );
    // What was found before stays until somebody checks again.
    expect(await complianceOf('virtualMachine', lab.ref('web'), 'PbmFetchComplianceResult')).toBe('outOfDate');
    await pbm(
      lab,
      'PbmUpdate',
      `<profileId><uniqueId>${id}</uniqueId></profileId>${spec('mine', tagRule, 'updateSpec')}`,
    );
    expect(await complianceOf('virtualMachine', lab.ref('web'), 'PbmFetchComplianceResult')).toBe('outOfDate');
    expect(await complianceOf('virtualMachine', lab.ref('web'))).toBe('nonCompliant');
    const rollup = await pbm(
      lab,
      'PbmCheckRollupCompliance',
      entity('virtualMachine', lab.ref('web'), 'entity'),
      'PbmComplianceManager',
    );
    expect(textOf(rollup.body, 'overallComplianceStatus')).toBe('nonCompliant');
    expect(rollup.body.match(/<complianceStatus>/g)).toHaveLength(2);
    const bad = await pbm(
      lab,
      'PbmQueryByRollupComplianceStatus',
      '<status>nonCompliant</status>',
      'PbmComplianceManager',
    );
    expect([...bad.body.matchAll(/<key>([^<]+)<\/key>/g)].map(([, key]) => key)).toEqual([lab.ref('web')]);
  });

  test('a VM that another policy than its own is asked of is a mismatch', async () => {
    await start();
    const asked = `${entity('virtualMachine', lab.ref('web'))}<profile><uniqueId>${encryptionPolicy}</uniqueId></profile>`;
    const { body } = await pbm(lab, 'PbmCheckCompliance', asked, 'PbmComplianceManager');
    expect([textOf(body, 'complianceStatus'), textOf(body, 'mismatch')]).toEqual(['nonCompliant', 'true']);
    expect(body).toContain('<violatedPolicies><expectedValue>');
    expect(await complianceOf('virtualMachine', lab.ref('web'))).toBe('notApplicable');
  });
});
