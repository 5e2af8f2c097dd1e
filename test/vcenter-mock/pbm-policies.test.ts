import { describe, expect, test } from 'vitest';
import { encryptionPolicy } from './crypto/lab.ts';
import { envelope, fetchOf, finished, loggedIn, textOf } from './lab.ts';
import {
  created,
  createSpec,
  encryptionComponent,
  encryptionForms,
  entity,
  faultType,
  oneRule,
  pbm,
  profileIds,
  retrieve,
  tagRule,
  textsOf,
  update,
  xsi,
} from './pbm-client.ts';

describe('policies of one’s own', () => {
  test('are made, read, changed and deleted', async () => {
    const lab = await loggedIn();
    const id = await created(lab, 'gold', tagRule());
    const made = await retrieve(lab, id);
    expect(textOf(made, 'name')).toBe('gold');
    expect(textOf(made, 'createdBy')).toBe('administrator@vsphere.local');
    expect(textOf(made, 'generationId')).toBe('0');
    expect(made).toContain('<namespace>http://www.vmware.com/storage/tag</namespace><id>tier</id>');

    lab.clock.advance(60_000);
    await pbm(lab, 'PbmUpdate', update(id, '<name>platinum</name>'));
    const renamed = await retrieve(lab, id);
    // documented: every edit is a new generation
    expect([textOf(renamed, 'name'), textOf(renamed, 'generationId')]).toEqual(['platinum', '1']);
    expect(textOf(renamed, 'description')).toBe('mine');
    expect(textOf(renamed, 'creationTime')).toBe('2026-01-02T03:04:05.000Z');
    expect(textOf(renamed, 'lastUpdatedTime')).toBe('2026-01-02T03:05:05.000Z');
    await pbm(lab, 'PbmUpdate', update(id, encryptionForms['the data service (govc)']));
    expect(await retrieve(lab, id)).toContain(`<id>${encryptionComponent}</id>`);
    expect(textOf(await retrieve(lab, id), 'generationId')).toBe('2');

    const gone = await pbm(lab, 'PbmDelete', `<profileId><uniqueId>${id}</uniqueId></profileId>`);
    expect(gone.body).toContain(`<returnval><profileId><uniqueId>${id}</uniqueId></profileId></returnval>`);
    expect(faultType(await pbm(lab, 'PbmRetrieveContent', profileIds(id)))).toBe('InvalidArgument');
  });

  test('keep the values of rules as numbers of a type that holds them', async () => {
    const lab = await loggedIn();
    const of = (type: string, value: string) =>
      oneRule('spm', 'spm@DATASTOREIOCONTROL', 'limit', value).replace('xsd:string', type);
    for (const [name, type, value] of [
      ['small', 'xsd:int', '5'],
      ['large', 'xsd:long', '5000000000'],
      ['part', 'xsd:double', '0.5'],
      ['flag', 'xsd:boolean', 'true'],
    ] as const) {
      const id = await created(lab, name, of(type, value));
      expect(await retrieve(lab, id)).toContain(`<id>limit</id><value xsi:type="${type}">${value}</value>`);
    }
  });

  test('a name is given once', async () => {
    const lab = await loggedIn();
    await created(lab, 'gold', tagRule());
    const again = await pbm(lab, 'PbmCreate', createSpec('gold', tagRule()));
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
      oneRule('vmwarevmcrypt', 'vmwarevmcrypt@ENCRYPTION', 'Colour', 'blue'),
      'createSpec.constraints.subProfiles.capability.constraint.propertyInstance',
    ],
    [
      'a value that the property does not take',
      oneRule('vmwarevmcrypt', 'vmwarevmcrypt@ENCRYPTION', 'AllowCleartextFilters', 'maybe'),
      'createSpec.constraints.subProfiles.capability.constraint.propertyInstance',
    ],
    [
      'a capability that the filter does not have',
      oneRule('vmwarevmcrypt', 'vmwarevmcrypt@COLOUR', 'AllowCleartextFilters', 'False'),
      'createSpec.constraints.subProfiles.capability.id',
    ],
    [
      'a data service that is not there',
      oneRule('com.vmware.storageprofile.dataservice', 'none', 'none', 'none'),
      'createSpec.constraints.subProfiles.capability.id',
    ],
    [
      'a rule set without rules',
      '<constraints xsi:type="PbmCapabilitySubProfileConstraints"><subProfiles><name>empty</name></subProfiles></constraints>',
      'createSpec.constraints.subProfiles.capability',
    ],
  ])('rules are checked: %s', async (_name, constraints, path) => {
    const lab = await loggedIn();
    const answer = await pbm(lab, 'PbmCreate', createSpec('bad', constraints));
    expect(faultType(answer)).toBe('InvalidArgument');
    expect(textOf(answer.body, 'invalidProperty')).toBe(path);
  });

  test.each([
    ['a name of 81 characters', createSpec('n'.repeat(81), tagRule()), 'createSpec.name'],
    ['the category of the system', createSpec('mine', tagRule(), 'RESOURCE'), 'createSpec.category'],
    ['another resource', createSpec('mine', tagRule()).replace('>STORAGE<', '>NETWORK<'), 'createSpec.resourceType'],
  ])('is refused: %s', async (_name, content, path) => {
    const lab = await loggedIn();
    const answer = await pbm(lab, 'PbmCreate', content);
    expect([faultType(answer), textOf(answer.body, 'invalidProperty')]).toEqual(['InvalidArgument', path]);
    expect(await created(lab, 'n'.repeat(80), tagRule())).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('of the default policies only that of vSAN can be changed; it can be reset', async () => {
    const lab = await loggedIn();
    const [vsan, vvol] = ['aa6d5a82-1c88-45da-85d3-3d74b91a5bad', 'f4e5bade-15a2-4805-bf8e-52318c4ce443'];
    const refused = await pbm(lab, 'PbmUpdate', update(vvol, '<name>mine</name>'));
    expect(faultType(refused)).toBe('PbmFaultProfileStorageFault');
    await pbm(lab, 'PbmUpdate', update(vsan, `<name>mine</name>${tagRule()}`));
    expect(await retrieve(lab, vsan)).not.toContain('hostFailuresToTolerate');
    await pbm(lab, 'PbmResetVSanDefaultProfile');
    const reset = await retrieve(lab, vsan);
    expect([textOf(reset, 'name'), textOf(reset, 'generationId')]).toEqual(['vSAN Default Storage Policy', '2']);
    // As captured from a vCenter 6.7.
    expect(reset).toContain(
      '<id><namespace>VSAN</namespace><id>hostFailuresToTolerate</id></id><constraint><propertyInstance><id>hostFailuresToTolerate</id><value xsi:type="xsd:int">1</value>',
    );
  });

  test('a data service policy is part of others: not for VMs, and there as long as it is used', async () => {
    const lab = await loggedIn();
    const filter = encryptionForms['the IO filter (PowerCLI)'];
    const component = await created(lab, 'my encryption', filter, 'DATA_SERVICE_POLICY');
    expect(textOf(await retrieve(lab, component), 'lineOfService')).toBe('ENCRYPTION');
    const rule = oneRule('com.vmware.storageprofile.dataservice', component, component, component);
    const policy = await created(lab, 'mine', rule);
    expect(lab.mock.policies.encrypts(policy)).toBe(true);

    const spec = `<spec><vmProfile xsi:type="VirtualMachineDefinedProfileSpec"><profileId>${component}</profileId></vmProfile></spec>`;
    const task = await lab.call(
      `<ReconfigVM_Task xmlns="urn:vim25" ${xsi}><_this type="VirtualMachine">${lab.ref('web')}</_this>${spec}</ReconfigVM_Task>`,
    );
    expect(await finished(lab, task)).toContain('<invalidProperty>spec.vmProfile.profileId</invalidProperty>');

    const remove = async (id: string) =>
      (await pbm(lab, 'PbmDelete', `<profileId><uniqueId>${id}</uniqueId></profileId>`)).body;
    expect(await remove(component)).toContain('xsi:type="pbm:PbmResourceInUse"');
    expect(await remove(policy)).not.toContain('<fault>');
    expect(await remove(component)).not.toContain('<fault>');
    // Data services do not nest.
    const nested = oneRule('com.vmware.storageprofile.dataservice', encryptionComponent, 'x', 'x');
    const answer = await pbm(lab, 'PbmCreate', createSpec('nested', nested, 'DATA_SERVICE_POLICY'));
    expect(faultType(answer)).toBe('InvalidArgument');
  });

  test('who may only look changes nothing', async () => {
    const lab = await loggedIn({
      users: [
        { username: 'administrator@vsphere.local', password: 'not-a-secret-1' },
        { username: 'reader', password: 'not-a-secret-2', role: 'NoAccess' },
      ],
    });
    const manager = '<_this type="AuthorizationManager">AuthorizationManager</_this>';
    const role = await lab.call(
      `<AddAuthorizationRole xmlns="urn:vim25">${manager}<name>reader</name><privIds>StorageProfile.View</privIds></AddAuthorizationRole>`,
    );
    const permission = `<permission><principal>reader</principal><group>false</group><roleId>${textOf(role.body, 'returnval')}</roleId><propagate>true</propagate></permission>`;
    await lab.call(
      `<SetEntityPermissions xmlns="urn:vim25">${manager}<entity type="Folder">group-d1</entity>${permission}</SetEntityPermissions>`,
    );
    await lab.login('reader', 'not-a-secret-2');
    expect(await retrieve(lab, encryptionPolicy)).toContain('VM Encryption Policy');
    for (const [method, content] of [
      ['PbmCreate', createSpec('mine', tagRule())],
      ['PbmUpdate', update(encryptionPolicy, '<name>mine</name>')],
      ['PbmDelete', `<profileId><uniqueId>${encryptionPolicy}</uniqueId></profileId>`],
    ] as const) {
      const answer = await pbm(lab, method, content);
      expect([faultType(answer), textOf(answer.body, 'privilegeId')]).toEqual([
        'NoPermission',
        'StorageProfile.Update',
      ]);
    }
    expect(lab.mock.policies.find(encryptionPolicy)?.profile.name).toBe('VM Encryption Policy');
  });

  test('without Cryptographer privileges nothing that encrypts is changed or deleted, nor anything beside it', async () => {
    const lab = await loggedIn({
      policies: [{ name: 'plain', id: 'p-plain' }],
      users: [{ username: 'nocrypto', password: 'not-a-secret-2', role: 'NoCryptoAdmin' }],
    });
    await lab.login('nocrypto', 'not-a-secret-2');
    const both = ['p-plain', encryptionPolicy].map((id) => `<profileId><uniqueId>${id}</uniqueId></profileId>`);
    expect(faultType(await pbm(lab, 'PbmDelete', both.join('')))).toBe('NoPermission');
    expect(lab.mock.policies.find('p-plain')).toBeDefined();
    const plain = update(encryptionPolicy, tagRule());
    expect(faultType(await pbm(lab, 'PbmUpdate', plain))).toBe('NoPermission');
    const encrypting = update('p-plain', encryptionForms['the data service (govc)']);
    expect(faultType(await pbm(lab, 'PbmUpdate', encrypting))).toBe('NoPermission');
    expect((await pbm(lab, 'PbmUpdate', update('p-plain', '<name>other</name>'))).status).toBe(200);
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
    const refused = await pbm(lab, 'PbmCreate', createSpec('mine', encryptionForms['the IO filter (PowerCLI)']));
    expect(faultType(refused)).toBe('NoPermission');
    expect(textOf(refused.body, 'privilegeId')).toBe('Cryptographer.ManageEncryptionPolicy');
    expect((await pbm(lab, 'PbmCreate', createSpec('plain', tagRule()))).status).toBe(200);
  });
});

describe('answers', () => {
  test('stand in the server’s order, not in the order asked', async () => {
    const lab = await loggedIn();
    const ids = ['c268da1b-b343-49f7-a468-b1deeb7078e0', encryptionPolicy];
    const names = [...(await retrieve(lab, ...ids)).matchAll(/<name>([^<]+)<\/name>/g)].map(([, name]) => name);
    expect(names.filter((name) => !name?.includes('sub-profile') && name !== 'sp-1')).toEqual([
      'VM Encryption Policy',
      'Host-local PMem Default Storage Policy',
    ]);
  });

  test('are of a category, or of all; the encryption component is a policy that clients can read', async () => {
    const lab = await loggedIn();
    const ids = async (category: string) =>
      textsOf(
        await pbm(
          lab,
          'PbmQueryProfile',
          `<resourceType><resourceType>STORAGE</resourceType></resourceType>${category}`,
        ),
        'uniqueId',
      );
    const of = (category: string) => ids(`<profileCategory>${category}</profileCategory>`);
    expect(await of('DATA_SERVICE_POLICY')).toEqual([encryptionComponent]);
    expect(await of('REQUIREMENT')).toHaveLength(4);
    expect(await of('RESOURCE')).toEqual([]);
    expect(await ids('')).toEqual([...(await of('REQUIREMENT')), encryptionComponent]);
    // As the CSI driver of vSphere follows it.
    const component = await retrieve(lab, encryptionComponent);
    expect(component).toContain('<namespace>vmwarevmcrypt</namespace><id>vmwarevmcrypt@ENCRYPTION</id>');
  });

  test('to internal methods stand in the internal namespace, as govmomi wants them', async () => {
    const lab = await loggedIn();
    const internal = { ns: 'urn:internalpbm' };
    const filters = await pbm(lab, 'PbmQueryIOFiltersFromProfileId', profileIds(encryptionPolicy), internal);
    expect(filters.body).toContain('<PbmQueryIOFiltersFromProfileIdResponse xmlns="urn:internalpbm"');
    expect(textsOf(filters, 'filterType')).toEqual(['ENCRYPTION']);
    const content = '<profileCategory>REQUIREMENT</profileCategory><fetchAllFields>true</fetchAllFields>';
    const details = await pbm(lab, 'PbmQueryProfileDetails', content, internal);
    expect(textsOf(details, 'isReplicationPolicy')).toEqual(['false', 'false', 'false', 'false']);
    expect(details.body).toMatch(/VM Encryption Policy.*<\/profile><iofInfos>.*ENCRYPTION/s);
    expect(textsOf(details, 'filterType')).toEqual(['ENCRYPTION']);
    const elsewhere = await lab.send(
      '/sdk',
      envelope(
        '<CurrentTime xmlns="urn:internalpbm"><_this type="ServiceInstance">ServiceInstance</_this></CurrentTime>',
      ),
    );
    expect(faultType(elsewhere)).toBe('InvalidRequest');
  });

  test('greet a client that brings no cookie with one, unquoted', async () => {
    const lab = await loggedIn();
    const session = lab.cookie;
    const content =
      '<PbmRetrieveServiceContent xmlns="urn:pbm"><_this type="PbmServiceInstance">ServiceInstance</_this></PbmRetrieveServiceContent>';
    const first = await lab.send('/pbm', envelope(content), { cookie: '' });
    const [cookie = ''] = first.headers['set-cookie'] ?? [];
    expect(cookie).toMatch(/^vmware_soap_session=[0-9a-f-]{36}; HttpOnly$/);
    const header = `<vcSessionCookie>${session?.split('"')[1]}</vcSessionCookie>`;
    const query =
      '<PbmFetchResourceType xmlns="urn:pbm"><_this type="PbmProfileProfileManager">ProfileManager</_this></PbmFetchResourceType>';
    // The session is that of the header; the cookie alone is none.
    const second = await lab.send('/pbm', envelope(query, header), { cookie });
    expect([second.status, second.headers['set-cookie']]).toEqual([200, undefined]);
    expect(faultType(await lab.send('/pbm', envelope(query), { cookie }))).toBe('NotAuthenticated');
  });

  test('name the policies of disks and datastores too, and say what is not there', async () => {
    const lab = await loggedIn({ policies: [{ name: 'gold', id: 'p-gold' }] });
    const vm = lab.mock.inventory.vm('web')!;
    lab.mock.policies.assign(vm, 2000, 'p-gold');
    const config = (await lab.call(fetchOf('VirtualMachine', vm.ref.value, 'config'))).body;
    const uuid = /xsi:type="VirtualDiskFlatVer2BackingInfo">.*?<uuid>([^<]+)</s.exec(config)?.[1] ?? '';
    const datastore = lab.mock.inventory.datastores[0]!.ref.value;
    const asked = [
      entity('virtualMachine', vm.ref.value),
      entity('virtualMachineAndDisks', vm.ref.value),
      entity('virtualDiskId', `${vm.ref.value}:2000`),
      entity('virtualDiskUUID', uuid),
      entity('datastore', datastore),
      entity('virtualDiskId', `${vm.ref.value}:2001`),
      entity('virtualMachine', datastore),
      entity('fileShareId', 'share-1'),
    ];
    const { body } = await pbm(lab, 'PbmQueryAssociatedProfiles', asked.join(''));
    const answers = body.split('<returnval>').slice(1);
    const seen = answers.map((one) => textOf(one, 'uniqueId') ?? /pbm:(\w+)/.exec(one)?.[1] ?? '');
    const absent = 'PbmFaultNotFound';
    expect(seen).toEqual(['', 'p-gold', 'p-gold', 'p-gold', '', absent, absent, absent]);
    const of = async (type: string) =>
      textsOf(
        await pbm(
          lab,
          'PbmQueryAssociatedEntity',
          `<profile><uniqueId>p-gold</uniqueId></profile><entityType>${type}</entityType>`,
        ),
        'key',
      );
    expect([await of('virtualDiskId'), await of('virtualMachine')]).toEqual([[`${vm.ref.value}:2000`], []]);
    const all = await pbm(lab, 'PbmQueryAssociatedEntities');
    expect([textsOf(all, 'key'), textsOf(all, 'uniqueId')]).toEqual([[`${vm.ref.value}:2000`], ['p-gold']]);
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
      (await pbm(lab, 'PbmRetrieveContent', content, { soapAction: `"urn:pbm/${version}"` })).body;
    expect(await at('1.0')).not.toContain('systemCreatedProfileType');
    expect(await at('2.0')).toContain('<systemCreatedProfileType>VsanDefaultProfile</systemCreatedProfileType>');
    expect(await at('8.0.3.0')).not.toContain('k8sCompliantName');
    // govmomi says no version: the server's own holds, which is older than the field.
    expect(await at('')).not.toContain('k8sCompliantName');
    expect(await at('')).toContain('<systemCreatedProfileType>');
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

  test.each([
    ['encryption', encryptionForms['the IO filter (PowerCLI)'], undefined],
    ['a tag that no datastore has', tagRule(), 'PbmPropertyMismatchFault'],
    ['any but a tag that no datastore has', tagRule('NOT'), undefined],
    ['vSAN', oneRule('VSAN', 'stripeWidth', 'stripeWidth', '2'), 'PbmPropertyMismatchFault'],
    [
      'one rule set or another',
      tagRule().replace(
        '</constraints>',
        `${/<subProfiles>.*<\/subProfiles>/.exec(encryptionForms['the data service (govc)'])?.[0]}</constraints>`,
      ),
      undefined,
    ],
  ])('say which datastores a policy fits: %s', async (_name, constraints, fault) => {
    const lab = await loggedIn();
    const id = await created(lab, 'mine', constraints);
    const datastore = lab.mock.inventory.datastores[0]!.ref.value;
    const placement = (method: string, content: string) => pbm(lab, method, content, { manager: 'PbmPlacementSolver' });
    const spec = createSpec('other', constraints);
    const checks = [
      await placement('PbmCheckCompatibility', `<profile><uniqueId>${id}</uniqueId></profile>`),
      await placement('PbmCheckCompatibilityWithSpec', spec.replaceAll('createSpec', 'profileSpec')),
      await placement(
        'PbmCheckRequirements',
        `<placementSubjectRequirement xsi:type="PbmPlacementCapabilityProfileRequirement"><profileId><uniqueId>${id}</uniqueId></profileId></placementSubjectRequirement>`,
      ),
      await placement(
        'PbmCheckRequirements',
        `<placementSubjectRequirement xsi:type="PbmPlacementCapabilityConstraintsRequirement">${constraints}</placementSubjectRequirement>`,
      ),
    ];
    for (const { body } of checks) {
      expect(textOf(body, 'hubId')).toBe(datastore);
      expect(/<vim25:fault xsi:type="pbm:(\w+)"/.exec(body)?.[1]).toBe(fault);
    }
    const matching = [
      await placement('PbmQueryMatchingHub', `<profile><uniqueId>${id}</uniqueId></profile>`),
      await placement('PbmQueryMatchingHubWithSpec', spec),
    ];
    for (const answer of matching) expect(textsOf(answer, 'hubId')).toEqual(fault ? [] : [datastore]);
  });

  test.each([
    ['PbmCheckCompatibilityWithSpec', 'profileSpec'],
    ['PbmQueryMatchingHubWithSpec', 'createSpec'],
  ])('rules that are no rules are refused: %s', async (method, tag) => {
    const lab = await loggedIn();
    const bare =
      '<constraints xsi:type="PbmCapabilitySubProfileConstraints"><subProfiles><name>x</name><capability/></subProfiles></constraints>';
    const nameless = bare.replace('<capability/>', '<capability><constraint/></capability>');
    for (const constraints of ['', bare, nameless]) {
      const content = createSpec('other', constraints).replaceAll('createSpec', tag);
      const answer = await pbm(lab, method, content, { manager: 'PbmPlacementSolver' });
      expect(faultType(answer)).toBe('InvalidArgument');
      expect(textOf(answer.body, 'invalidProperty')).toMatch(new RegExp(`^${tag}\\.constraints`));
    }
  });

  test('say that the default policies of vSAN, VVol and PMem fit no VMFS datastore', async () => {
    const lab = await loggedIn();
    for (const { profile } of lab.mock.policies.all) {
      const matching = await pbm(
        lab,
        'PbmQueryMatchingHub',
        `<profile><uniqueId>${profile.profileId.uniqueId}</uniqueId></profile>`,
        { manager: 'PbmPlacementSolver' },
      );
      expect(textsOf(matching, 'hubId')).toHaveLength(profile.systemCreatedProfileType === undefined ? 1 : 0);
    }
  });

  test('name the IO filter of a cluster', async () => {
    const lab = await loggedIn();
    const cluster = lab.mock.inventory.clusters[0]!.ref.value;
    const query = (type: string, id: string) =>
      lab.call(
        `<QueryIoFilterInfo xmlns="urn:vim25"><_this type="IoFilterManager">IoFilterManager</_this><compRes type="${type}">${id}</compRes></QueryIoFilterInfo>`,
      );
    const answer = await query('ClusterComputeResource', cluster);
    expect(textsOf(answer, 'id')).toEqual(['VMW_vmwarevmcrypt_1.0.0']);
    expect(textsOf(answer, 'type')).toEqual(['encryption']);
    expect(faultType(await query('VirtualMachine', lab.ref('web')))).toBe('InvalidType');
    expect(faultType(await query('ClusterComputeResource', 'domain-c999'))).toBe('ManagedObjectNotFound');
  });

  test('no object is in a replication group', async () => {
    const lab = await loggedIn();
    const web = lab.ref('web');
    const answer = await pbm(
      lab,
      'PbmQueryReplicationGroups',
      entity('virtualMachineAndDisks', web) + entity('virtualMachine', 'vm-999'),
      { manager: 'PbmReplicationManager' },
    );
    expect(answer.body).not.toContain('replicationGroupId');
    // documented: the VM and each of its disks; what went wrong stands beside its object
    expect(textsOf(answer, 'key')).toEqual([web, `${web}:2000`, 'vm-999']);
    expect(answer.body.match(/xsi:type="pbm:PbmFaultNotFound"/g)).toHaveLength(1);
  });
});
