import { expect, test } from 'vitest';
import { type Lab, loggedIn } from './lab.ts';

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
