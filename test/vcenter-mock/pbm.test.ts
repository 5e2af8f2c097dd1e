import { expect, test } from 'vitest';
import { type Answer, envelope, finished, type Lab, loggedIn, startLab, textOf } from './lab.ts';

const encryption = '4d5f673c-536f-11e6-beb8-9e71128cae77';
const xsi = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"';

/** PBM has no cookie of its own: the value of the vim session cookie goes into the SOAP header. */
function pbm(lab: Lab, content: string, path = '/pbm', session = lab.cookie?.split('"')[1]): Promise<Answer> {
  const header = session === undefined ? '' : `<vcSessionCookie xmlns="">${session}</vcSessionCookie>`;
  return lab.send(path, envelope(content, header), { soapAction: 'urn:pbm/', cookie: '' });
}

const profileManager = '<_this type="PbmProfileProfileManager">ProfileManager</_this>';

test.each(['/pbm', '/pbm/sdk'])('%s answers with the session of the header', async (path) => {
  const lab = await loggedIn();
  const content =
    '<PbmRetrieveServiceContent xmlns="urn:pbm"><_this type="PbmServiceInstance">ServiceInstance</_this></PbmRetrieveServiceContent>';
  const { status, body, headers } = await pbm(lab, content, path);
  expect(status).toBe(200);
  expect(headers['content-type']).toBe('text/xml;charset=utf-8');
  expect(body).toContain('<PbmRetrieveServiceContentResponse xmlns="urn:pbm"');
  expect(body).toContain('<profileManager type="PbmProfileProfileManager">ProfileManager</profileManager>');
  const query = `<PbmQueryProfile xmlns="urn:pbm">${profileManager}<resourceType><resourceType>STORAGE</resourceType></resourceType></PbmQueryProfile>`;
  expect((await pbm(lab, query, path)).status).toBe(200);
  const stranger = await pbm(lab, query, path, 'f'.repeat(40));
  expect(stranger.body).toContain('<NotAuthenticatedFault xmlns="urn:vim25"');
});

test('the encryption policy has the values of a real vCenter', async () => {
  const lab = await loggedIn();
  const ids = await pbm(
    lab,
    `<PbmQueryProfile xmlns="urn:pbm">${profileManager}<resourceType><resourceType>STORAGE</resourceType></resourceType><profileCategory>REQUIREMENT</profileCategory></PbmQueryProfile>`,
  );
  expect(ids.body.match(/<uniqueId>/g)).toHaveLength(4);
  const { body } = await pbm(
    lab,
    `<PbmRetrieveContent xmlns="urn:pbm">${profileManager}<profileIds><uniqueId>${encryption}</uniqueId></profileIds></PbmRetrieveContent>`,
  );
  expect(body).toContain(
    `<returnval xsi:type="pbm:PbmCapabilityProfile"><profileId><uniqueId>${encryption}</uniqueId></profileId>`,
  );
  expect(textOf(body, 'name')).toBe('VM Encryption Policy');
  expect(textOf(body, 'description')).toBe("Sample storage policy for VMware's VM and virtual disk encryption");
  expect(textOf(body, 'constraints')).toBe(
    '<subProfiles><name>sp-1</name><capability><id><namespace>com.vmware.storageprofile.dataservice</namespace><id>ad5a249d-cbc2-43af-9366-694d7664fa52</id></id>' +
      '<constraint><propertyInstance><id>ad5a249d-cbc2-43af-9366-694d7664fa52</id><value xsi:type="xsd:string">ad5a249d-cbc2-43af-9366-694d7664fa52</value></propertyInstance></constraint></capability>' +
      '<forceProvision>false</forceProvision></subProfiles>',
  );
  expect(textOf(body, 'generationId')).toBe('0');
  expect(body).not.toContain('systemCreatedProfileType');
  expect(body).not.toContain('k8sCompliantName');
});

test('an unknown policy id is InvalidArgument profileId', async () => {
  const lab = await loggedIn();
  const answer = await pbm(
    lab,
    `<PbmRetrieveContent xmlns="urn:pbm">${profileManager}<profileIds><uniqueId>none</uniqueId></profileIds></PbmRetrieveContent>`,
  );
  expect(answer.status).toBe(500);
  expect(answer.body).toContain(
    '<InvalidArgumentFault xmlns="urn:vim25" xsi:type="InvalidArgument"><invalidProperty>profileId</invalidProperty></InvalidArgumentFault>',
  );
});

test('policies given in a spec are stored for the VM and its disks and can be asked for', async () => {
  const lab = await loggedIn({ policies: [{ name: 'gold', id: 'p-gold' }] });
  const web = lab.ref('web');
  const profile = (tag: string, id: string) =>
    `<${tag} ${xsi} xsi:type="VirtualMachineDefinedProfileSpec"><profileId>${id}</profileId></${tag}>`;
  const disk = (id: string) =>
    `<deviceChange><operation>edit</operation><device ${xsi} xsi:type="VirtualDisk"><key>2000</key><capacityInKB>0</capacityInKB></device>${profile('profile', id)}</deviceChange>`;
  const reconfigure = async (id: string) =>
    finished(
      lab,
      await lab.call(
        `<ReconfigVM_Task xmlns="urn:vim25"><_this type="VirtualMachine">${web}</_this><spec>${disk(id)}${profile('vmProfile', id)}</spec></ReconfigVM_Task>`,
      ),
    );
  expect(textOf(await reconfigure('p-gold'), 'state')).toBe('success');
  const entity = (type: string, key: string) => `<entity><objectType>${type}</objectType><key>${key}</key></entity>`;
  for (const asked of [entity('virtualMachine', web), entity('virtualDiskId', `${web}:2000`)]) {
    const { body } = await pbm(
      lab,
      `<PbmQueryAssociatedProfile xmlns="urn:pbm">${profileManager}${asked}</PbmQueryAssociatedProfile>`,
    );
    expect(textOf(body, 'uniqueId')).toBe('p-gold');
  }
  const associated = await pbm(
    lab,
    `<PbmQueryAssociatedEntity xmlns="urn:pbm">${profileManager}<profile><uniqueId>p-gold</uniqueId></profile></PbmQueryAssociatedEntity>`,
  );
  expect(associated.body).toContain(`<objectType>virtualDiskId</objectType><key>${web}:2000</key>`);
  const compliance = await pbm(
    lab,
    `<PbmFetchComplianceResult xmlns="urn:pbm"><_this type="PbmComplianceManager">complianceManager</_this><entities><objectType>virtualMachine</objectType><key>${web}</key></entities></PbmFetchComplianceResult>`,
  );
  // documented: without storage requirements there is nothing to comply with
  expect(textOf(compliance.body, 'complianceStatus')).toBe('notApplicable');
  // Without a key provider the encryption policy cannot be applied: what was stored stays.
  expect(textOf(await reconfigure(encryption), 'state')).toBe('error');
  expect(lab.mock.policies.of(lab.mock.inventory.vm('web')!, 2000)).toBe('p-gold');
  expect(await reconfigure('none')).toContain('<invalidProperty>spec.vmProfile.profileId</invalidProperty>');
});

test('encrypting policies have an IO filter of type ENCRYPTION', async () => {
  const lab = await startLab({ policies: [{ name: 'mine', id: 'p-1', encrypts: true }] });
  await lab.login();
  const filters = async (id: string) =>
    (
      await pbm(
        lab,
        `<PbmQueryIOFiltersFromProfileId xmlns="urn:pbm">${profileManager}<profileIds><uniqueId>${id}</uniqueId></profileIds></PbmQueryIOFiltersFromProfileId>`,
      )
    ).body;
  expect(textOf(await filters('p-1'), 'filterType')).toBe('ENCRYPTION');
  expect(textOf(await filters('f4e5bade-15a2-4805-bf8e-52318c4ce443'), 'filterType')).toBeUndefined();
});
