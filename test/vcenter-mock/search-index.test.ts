import { expect, test } from 'vitest';
import { type Lab, loggedIn, startLab, username } from './lab.ts';

function search(lab: Lab, method: string, content: string) {
  return lab.call(`<${method} xmlns="urn:vim25"><_this type="SearchIndex">SearchIndex</_this>${content}</${method}>`);
}

test('entities are found by path, child, UUID, name and address', async () => {
  const lab = await loggedIn({
    inventory: {
      datacenter: 'Paris',
      hosts: [{ name: 'esx-01' }],
      vms: [{ name: 'web', ipAddress: '192.0.2.7', powerState: 'poweredOn' }],
    },
  });
  const web = `<returnval type="VirtualMachine">${lab.ref('web')}</returnval>`;
  const uuid = lab.mock.inventory.vm('web')?.get('config')?.uuid;
  const found = async (method: string, content: string) => (await search(lab, method, content)).body;
  expect(await found('FindByInventoryPath', '<inventoryPath>Paris/vm/web</inventoryPath>')).toContain(web);
  expect(await found('FindByInventoryPath', '<inventoryPath>/Paris/host/Cluster/esx-01</inventoryPath>')).toContain(
    lab.ref('esx-01'),
  );
  expect(await found('FindByInventoryPath', '<inventoryPath>Paris/vm/nothing</inventoryPath>')).toContain(
    '<FindByInventoryPathResponse xmlns="urn:vim25"></FindByInventoryPathResponse>',
  );
  expect(await found('FindByUuid', `<uuid>${uuid?.toUpperCase()}</uuid><vmSearch>true</vmSearch>`)).toContain(web);
  expect(
    await found('FindByUuid', `<uuid>${uuid}</uuid><vmSearch>true</vmSearch><instanceUuid>true</instanceUuid>`),
  ).not.toContain('returnval');
  expect(await found('FindByIp', '<ip>192.0.2.7</ip><vmSearch>true</vmSearch>')).toContain(web);
  expect(await found('FindByDnsName', '<dnsName>esx-01</dnsName><vmSearch>false</vmSearch>')).toContain(
    lab.ref('esx-01'),
  );
  expect(await found('FindAllByDnsName', '<dnsName>web</dnsName><vmSearch>true</vmSearch>')).toContain(web);
  const root = '<entity type="Folder">group-d1</entity>';
  expect(await found('FindChild', `${root}<name>Paris</name>`)).toContain('type="Datacenter"');
});

// vim25 SearchIndex: an object for which the user lacks the privilege is not returned
test('what a user may not view is found by no path, what he may not read by nothing else', async () => {
  const lab = await startLab({
    users: [
      { username, password: 'not-a-secret-1' },
      { username: 'alice', password: 'a', role: 'ReadOnly', on: ['/Datacenter/vm/web'] },
    ],
  });
  const uuidOf = (name: string) => lab.mock.inventory.vm(name)?.get('config')?.uuid;
  const host = lab.mock.inventory.host('esx-01')?.get('hardware')?.systemInfo.uuid;
  const vmFolder = lab.mock.inventory.vm('web')?.get('parent')?.value;
  const searches: [string, string, boolean][] = [
    ['FindByInventoryPath', '<inventoryPath>Datacenter/vm/web</inventoryPath>', true],
    ['FindByInventoryPath', '<inventoryPath>Datacenter/vm</inventoryPath>', true],
    ['FindByInventoryPath', '<inventoryPath>Datacenter/vm/db</inventoryPath>', false],
    ['FindByInventoryPath', '<inventoryPath>Datacenter/host</inventoryPath>', false],
    ['FindChild', `<entity type="Folder">${vmFolder}</entity><name>web</name>`, true],
    ['FindChild', `<entity type="Folder">${vmFolder}</entity><name>db</name>`, false],
    ['FindByUuid', `<uuid>${uuidOf('web')}</uuid><vmSearch>true</vmSearch>`, true],
    ['FindByUuid', `<uuid>${uuidOf('db')}</uuid><vmSearch>true</vmSearch>`, false],
    ['FindAllByUuid', `<uuid>${uuidOf('db')}</uuid><vmSearch>true</vmSearch>`, false],
    ['FindByUuid', `<uuid>${host}</uuid><vmSearch>false</vmSearch>`, false],
    ['FindByDnsName', '<dnsName>esx-01</dnsName><vmSearch>false</vmSearch>', false],
    ['FindByDatastorePath', '<path>[datastore1] db/db.vmx</path>', false],
  ];
  const parameters = (content: string) =>
    content.startsWith('<path>')
      ? `<datacenter type="Datacenter">${lab.mock.inventory.datacenters[0]?.ref.value}</datacenter>${content}`
      : content;
  for (const [user, pass] of [
    ['alice', 'a'],
    [username, 'not-a-secret-1'],
  ] as const) {
    await lab.login(user, pass);
    for (const [method, content, visible] of searches) {
      const { body } = await search(lab, method, parameters(content));
      expect([user, method, content, body.includes('<returnval')]).toEqual([
        user,
        method,
        content,
        visible || user === username,
      ]);
    }
  }
});
