import { expect, test } from 'vitest';
import { fetchOf, finished, type Lab, loggedIn, startLab, textOf, username } from './lab.ts';

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

test('names of a world are escaped, too: those of datastores and networks, which VMs name as they are written', async () => {
  const lab = await loggedIn({
    inventory: {
      hosts: [{ name: 'esx-01' }],
      datastores: [{ name: 'fast/ssd' }],
      networks: ['lan/1'],
      vms: [{ name: 'web', host: 'esx-01', datastore: 'fast/ssd', network: 'lan/1' }],
    },
  });
  // documented (ManagedEntity.name)
  for (const [type, name, written] of [
    ['Datastore', 'fast%2fssd', 'Datacenter/datastore/fast%2fssd'],
    ['Network', 'lan%2f1', 'Datacenter/network/lan%2f1'],
  ] as const) {
    const { ref } = lab.mock.vc.store.all(type)[0]!;
    expect(textOf((await lab.call(fetchOf(type, ref.value, 'name'))).body, 'returnval')).toBe(name);
    const found = await lab.call(
      `<FindByInventoryPath xmlns="urn:vim25"><_this type="SearchIndex">SearchIndex</_this><inventoryPath>${written}</inventoryPath></FindByInventoryPath>`,
    );
    expect(textOf(found.body, 'returnval')).toBe(ref.value);
  }
  const host = (await lab.call(fetchOf('HostSystem', lab.ref('esx-01'), 'config.network'))).body;
  expect(host).toContain('<name>lan/1</name>');
});

test('names hold slashes, backslashes and percent signs escaped, however a client writes them', async () => {
  const lab = await loggedIn({ inventory: { datacenter: 'dc', hosts: [{ name: 'esx-01' }], vms: [{ name: '50%' }] } });
  const folder = lab.mock.inventory.datacenters[0]!.get('vmFolder').value;
  const nameOf = async (type: string, id: string, property = 'name') =>
    /<returnval xsi:type="xsd:string">([^<]*)</.exec((await lab.call(fetchOf(type, id, property))).body)?.[1];
  const path = async (inventoryPath: string) =>
    textOf(
      (await search(lab, 'FindByInventoryPath', `<inventoryPath>${inventoryPath}</inventoryPath>`)).body,
      'returnval',
    );
  for (const [given, name] of [
    ['a/b', 'a%2fb'],
    ['c%2Fd', 'c%2fd'],
    ['e\\f', 'e%5cf'],
    ['x%y', 'x%25y'],
    ['100%25', '100%25'],
    ['%41%C3%A9 z', 'Aé z'],
  ]) {
    const { body } = await lab.call(
      `<CreateFolder xmlns="urn:vim25"><_this type="Folder">${folder}</_this><name>${given}</name></CreateFolder>`,
    );
    const made = textOf(body, 'returnval')!;
    expect(await nameOf('Folder', made)).toBe(name);
    expect(await path(`/dc/vm/${name}/`)).toBe(made);
    const child = `<entity type="Folder">${folder}</entity><name>${given}</name>`;
    expect((await search(lab, 'FindChild', child)).body).toContain(`>${made}<`);
    const again = await lab.call(
      `<CreateFolder xmlns="urn:vim25"><_this type="Folder">${folder}</_this><name>${name}</name></CreateFolder>`,
    );
    expect(again.body).toContain('<DuplicateNameFault');
  }
  const vm = lab.ref('50%');
  expect(await nameOf('VirtualMachine', vm)).toBe('50%25');
  expect(await path('dc/vm/50%25')).toBe(vm);
  const renamed = await lab.call(
    `<Rename_Task xmlns="urn:vim25"><_this type="VirtualMachine">${vm}</_this><newName>we/b%</newName></Rename_Task>`,
  );
  expect(await finished(lab, renamed)).toContain('<state>success</state>');
  expect(await nameOf('VirtualMachine', vm)).toBe('we%2fb%25');
  expect(await path('dc/vm/we%2fb%25')).toBe(vm);
  const reconfigured = await lab.call(
    `<ReconfigVM_Task xmlns="urn:vim25"><_this type="VirtualMachine">${vm}</_this><spec><name>q\\r</name></spec></ReconfigVM_Task>`,
  );
  expect(await finished(lab, reconfigured)).toContain('<state>success</state>');
  expect(await nameOf('VirtualMachine', vm)).toBe('q%5cr');
});

test('a datastore path names a datastore of the datacenter', async () => {
  const lab = await loggedIn({
    inventory: {
      datacenters: ['one', 'two'].map((name) => ({
        name,
        clusters: [{ name: 'c', hosts: [{ name: `esx-${name}` }] }],
        datastores: [{ name: `ds-${name}` }],
        vms: [{ name: `vm-${name}` }],
      })),
    },
  });
  const [one, two] = lab.mock.inventory.datacenters.map(({ ref }) => ref.value);
  const find = async (datacenter: string, path: string) =>
    (
      await search(
        lab,
        'FindByDatastorePath',
        `<datacenter type="Datacenter">${datacenter}</datacenter><path>${path}</path>`,
      )
    ).body;
  expect(await find(one!, '[ds-one] vm-one/vm-one.vmx')).toContain(`>${lab.ref('vm-one')}<`);
  expect(await find(one!, '[ds-one] vm-two/vm-two.vmx')).not.toContain('returnval');
  expect(await find(two!, '[ds-one] vm-one/vm-one.vmx')).toContain('<InvalidDatastoreFault');
  expect(await find(one!, '[nothing] vm-one/vm-one.vmx')).toContain('<InvalidDatastoreFault');
  expect(await find(one!, 'vm-one/vm-one.vmx')).toContain('<InvalidDatastorePathFault');
  const host = (datacenter: string) =>
    search(
      lab,
      'FindByDnsName',
      `<datacenter type="Datacenter">${datacenter}</datacenter><dnsName>esx-one</dnsName><vmSearch>false</vmSearch>`,
    );
  expect((await host(one!)).body).toContain(lab.ref('esx-one'));
  expect((await host(two!)).body).not.toContain('returnval');
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
