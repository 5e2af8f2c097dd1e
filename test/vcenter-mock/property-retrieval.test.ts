import { expect, test } from 'vitest';
import { collectorCall, createFilter, objectSet, propSet, traversal, updates } from './collector.ts';
import { type Lab, loggedIn, password, textOf, username } from './lab.ts';

const retrieve = (lab: Lab, specSet: string, options = '') =>
  collectorCall(lab, 'RetrievePropertiesEx', `<specSet>${specSet}</specSet><options>${options}</options>`);

const found = (body: string) => [...body.matchAll(/<obj type="\w+">([^<]*)<\/obj>/g)].map(([, id]) => id);

const fiveVms = { hosts: [{ name: 'esx-01' }], vms: [{ name: 'vm-#', count: 5 }] };

const vmsOfHost = (lab: Lab) =>
  propSet('VirtualMachine', 'name') + objectSet('HostSystem', lab.ref('esx-01'), traversal('HostSystem', 'vm'));

test('pages are as long as asked for; a token is good for one page, of the collector that gave it', async () => {
  const lab = await loggedIn({ inventory: fiveVms });
  const pages: string[][] = [];
  let { body } = await retrieve(lab, vmsOfHost(lab), '<maxObjects>2</maxObjects>');
  const tokens: string[] = [];
  for (;;) {
    pages.push([...body.matchAll(/<val xsi:type="xsd:string">([^<]*)</g)].map(([, name]) => name!));
    const token = textOf(body, 'token');
    if (token === undefined) break;
    tokens.push(token);
    ({ body } = await collectorCall(lab, 'ContinueRetrievePropertiesEx', `<token>${token}</token>`));
  }
  expect(pages).toEqual([['vm-1', 'vm-2'], ['vm-3', 'vm-4'], ['vm-5']]);
  const again = await collectorCall(lab, 'ContinueRetrievePropertiesEx', `<token>${tokens[0]}</token>`);
  expect(again.body).toContain('<invalidProperty>token</invalidProperty>');
  const next = textOf((await retrieve(lab, vmsOfHost(lab), '<maxObjects>1</maxObjects>')).body, 'token')!;
  const other = textOf((await collectorCall(lab, 'CreatePropertyCollector')).body, 'returnval')!;
  const foreign = await collectorCall(lab, 'ContinueRetrievePropertiesEx', `<token>${next}</token>`, other);
  expect(foreign.body).toContain('<invalidProperty>token</invalidProperty>');
  expect((await collectorCall(lab, 'CancelRetrievePropertiesEx', `<token>${next}</token>`)).status).toBe(200);
  expect((await collectorCall(lab, 'CancelRetrievePropertiesEx', `<token>${next}</token>`)).status).toBe(500);
});

test('a token ends with its session', async () => {
  const lab = await loggedIn({ inventory: fiveVms });
  const token = textOf((await retrieve(lab, vmsOfHost(lab), '<maxObjects>1</maxObjects>')).body, 'token')!;
  await lab.login();
  const answer = await collectorCall(lab, 'ContinueRetrievePropertiesEx', `<token>${token}</token>`);
  expect(answer.body).toContain('<invalidProperty>token</invalidProperty>');
});

test('a page has what is there when it is asked for', async () => {
  const lab = await loggedIn({ inventory: fiveVms });
  const first = await retrieve(lab, vmsOfHost(lab), '<maxObjects>3</maxObjects>');
  lab.mock.vc.vmFactory.remove(lab.mock.inventory.vm('vm-4')!);
  const { body } = await collectorCall(
    lab,
    'ContinueRetrievePropertiesEx',
    `<token>${textOf(first.body, 'token')}</token>`,
  );
  expect([...body.matchAll(/<val xsi:type="xsd:string">([^<]*)</g)].map(([, name]) => name)).toEqual(['vm-5']);
});

test.each(['0', '-1'])('%s objects on a page are InvalidArgument', async (maxObjects) => {
  const lab = await loggedIn();
  const { status, body } = await retrieve(lab, vmsOfHost(lab), `<maxObjects>${maxObjects}</maxObjects>`);
  expect(status).toBe(500);
  expect(body).toContain('<invalidProperty>options.maxObjects</invalidProperty>');
});

test('objects that are not there are ManagedObjectNotFound, or left out when the spec asks for it', async () => {
  const lab = await loggedIn();
  const spec =
    propSet('VirtualMachine', 'name') +
    objectSet('VirtualMachine', 'vm-0') +
    objectSet('VirtualMachine', lab.ref('db'));
  const refused = await retrieve(lab, spec);
  expect(refused.body).toContain(
    '<ManagedObjectNotFoundFault xmlns="urn:vim25" xsi:type="ManagedObjectNotFound"><obj type="VirtualMachine">vm-0</obj></ManagedObjectNotFoundFault>',
  );
  const { body } = await retrieve(lab, `${spec}<reportMissingObjectsInResults>true</reportMissingObjectsInResults>`);
  expect(found(body)).toEqual([lab.ref('db')]);
});

test('unset properties are left out, those that the user may not read are missing', async () => {
  const users = [
    { username, password },
    { username: 'viewer@vsphere.local', password, role: 'View' },
  ];
  const lab = await loggedIn({ users });
  const spec =
    propSet('VirtualMachine', 'name', 'parentVApp', 'runtime.powerState') + objectSet('VirtualMachine', lab.ref('db'));
  const all = (await retrieve(lab, spec)).body;
  expect([...all.matchAll(/<name>([^<]*)<\/name>/g)].map(([, name]) => name)).toEqual(['name', 'runtime.powerState']);
  expect(all).not.toContain('missingSet');
  await lab.login('viewer@vsphere.local');
  const seen = (await retrieve(lab, spec)).body;
  expect([...seen.matchAll(/<name>([^<]*)<\/name>/g)].map(([, name]) => name)).toEqual(['name']);
  // documented: a name needs System.View, what has no privilege of its own System.Read
  const refused = (path: string) =>
    `<missingSet><path>${path}</path><fault><fault xsi:type="NoPermission"><object type="VirtualMachine">${lab.ref('db')}</object><privilegeId>System.Read</privilegeId>`;
  expect(seen).toContain(refused('parentVApp'));
  expect(seen).toContain(refused('runtime.powerState'));
  await createFilter(lab, spec);
  const update = (await updates(lab)).body;
  expect(update).toContain('<kind>enter</kind>');
  expect(update).toContain(refused('runtime.powerState'));
});

test('a traversal may come back to where it was, and reach an object by several ways', async () => {
  const lab = await loggedIn();
  // VM to host and back to all its VMs, and to the datastore with the VMs of both hosts
  const loop =
    traversal('VirtualMachine', 'runtime.host', '<selectSet><name>back</name></selectSet>', 'there') +
    traversal(
      'HostSystem',
      'vm',
      '<selectSet><name>there</name></selectSet><selectSet><name>store</name></selectSet>',
      'back',
    ) +
    traversal('VirtualMachine', 'datastore', '<selectSet><name>users</name></selectSet>', 'store') +
    traversal('Datastore', 'vm', '<selectSet><name>there</name></selectSet>', 'users');
  const { body } = await retrieve(
    lab,
    propSet('ManagedEntity', 'name') + objectSet('VirtualMachine', lab.ref('web'), loop),
  );
  expect([...body.matchAll(/<val xsi:type="xsd:string">([^<]*)</g)].map(([, name]) => name).sort()).toEqual([
    'datastore1',
    'db',
    'esx-01',
    'esx-02',
    'web',
  ]);
});

test('a deep inventory is walked to its end', async () => {
  const depth = 5_000;
  const path = Array.from({ length: depth }, (_, index) => `f${index}`).join('/');
  const lab = await loggedIn({ inventory: { datacenters: [{ name: 'dc', vmFolders: [path] }] } });
  const start = lab.mock.inventory.datacenters[0]!.get('vmFolder').value;
  const down = traversal('Folder', 'childEntity', '<selectSet><name>down</name></selectSet>', 'down');
  const { body } = await retrieve(lab, propSet('Folder', 'name') + objectSet('Folder', start, down));
  expect(found(body)).toHaveLength(depth);
});

test.each([
  [propSet('VirtualMachine', 'nonsense'), 'nonsense'],
  [propSet('HostSystem', 'runtime.nonsense'), 'runtime.nonsense'],
  [propSet('VirtualMachine', 'config.hardware.device[4000].nonsense'), 'config.hardware.device[4000].nonsense'],
  [propSet('VirtualMachine', 'config.hardware.device.key'), 'config.hardware.device.key'],
  // newer than the vCenter: it came with 8.0.3
  [propSet('EventHistoryCollector', 'initialized'), 'initialized'],
])('InvalidProperty names the path: %#', async (sets, name) => {
  const lab = await loggedIn();
  const object = `<objectSet><obj type="HostSystem">${lab.ref('esx-01')}</obj></objectSet>`;
  for (const answer of [
    await retrieve(lab, sets + object),
    await collectorCall(lab, 'CreateFilter', `<spec>${sets}${object}</spec><partialUpdates>false</partialUpdates>`),
  ]) {
    expect(answer.status).toBe(500);
    expect(answer.body).toContain(
      `<InvalidPropertyFault xmlns="urn:vim25" xsi:type="InvalidProperty"><name>${name}</name></InvalidPropertyFault>`,
    );
  }
});

// documented (PropertyCollector.CreateFilter)
test('a selection along a property that its type does not have is InvalidArgument', async () => {
  const lab = await loggedIn();
  const object = `<objectSet><obj type="HostSystem">${lab.ref('esx-01')}</obj>${traversal('HostSystem', 'nonsense')}</objectSet>`;
  const spec = propSet('HostSystem', 'name') + object;
  for (const answer of [
    await retrieve(lab, spec),
    await collectorCall(lab, 'CreateFilter', `<spec>${spec}</spec><partialUpdates>false</partialUpdates>`),
  ]) {
    expect(answer.status).toBe(500);
    expect(answer.body).toContain('xsi:type="InvalidArgument"');
  }
});

test('a path of one kind of device is unset for the others', async () => {
  const lab = await loggedIn();
  const spec =
    propSet('VirtualMachine', 'config.hardware.device[2000].macAddress', 'config.hardware.device[4000].macAddress') +
    objectSet('VirtualMachine', lab.ref('web'));
  const { body } = await retrieve(lab, spec);
  expect([...body.matchAll(/<name>([^<]*)<\/name>/g)].map(([, name]) => name)).toEqual([
    'config.hardware.device[4000].macAddress',
  ]);
});

test('nothing found is an unset result', async () => {
  const lab = await loggedIn();
  const spec = propSet('Datastore', 'name') + objectSet('HostSystem', lab.ref('esx-01'));
  expect((await retrieve(lab, spec)).body).toContain(
    '<RetrievePropertiesExResponse xmlns="urn:vim25"></RetrievePropertiesExResponse>',
  );
  expect((await collectorCall(lab, 'RetrieveProperties', `<specSet>${spec}</specSet>`)).body).toContain(
    '<RetrievePropertiesResponse xmlns="urn:vim25"></RetrievePropertiesResponse>',
  );
});

test('an object that several specs select is told of once, with what all of them ask', async () => {
  const lab = await loggedIn();
  const web = objectSet('VirtualMachine', lab.ref('web'));
  const specs = [
    propSet('VirtualMachine', 'name') + web,
    propSet('ManagedEntity', 'name', 'overallStatus') + web,
    propSet('VirtualMachine', 'name') + objectSet('VirtualMachine', lab.ref('db')),
  ];
  const specSet = specs.map((spec) => `<specSet>${spec}</specSet>`).join('');
  for (const [method, options] of [
    ['RetrieveProperties', ''],
    ['RetrievePropertiesEx', '<options/>'],
  ] as const) {
    const { body } = await collectorCall(lab, method, specSet + options);
    expect(found(body)).toEqual([lab.ref('web'), lab.ref('db')]);
    expect([...body.matchAll(/<name>([^<]*)<\/name>/g)].map(([, name]) => name)).toEqual([
      'name',
      'overallStatus',
      'name',
    ]);
  }
});

test.each([
  propSet('CoffeeMachine', 'name'),
  propSet('CoffeeMachine'),
  // A data object is no managed object.
  propSet('VirtualMachineConfigInfo', 'name'),
  propSet('HostSystem', 'name') + traversal('CoffeeMachine', 'vm'),
  propSet('HostSystem', 'name') + traversal('HostSystem', 'vm', traversal('CoffeeMachine', 'datastore')),
])('a type that does not exist is InvalidType: %#', async (spec) => {
  const lab = await loggedIn();
  const [sets = '', ...traversals] = spec.split(/(?=<selectSet)/);
  const object = `<objectSet><obj type="HostSystem">${lab.ref('esx-01')}</obj>${traversals.join('')}</objectSet>`;
  for (const answer of [
    await retrieve(lab, sets + object),
    await collectorCall(lab, 'CreateFilter', `<spec>${sets}${object}</spec><partialUpdates>false</partialUpdates>`),
  ]) {
    expect(answer.status).toBe(500);
    expect(answer.body).toContain('<InvalidTypeFault');
  }
});

test('ManagedObject is the type of everything', async () => {
  const lab = await loggedIn();
  const { body } = await retrieve(lab, propSet('ManagedObject') + objectSet('HostSystem', lab.ref('esx-01')));
  expect(found(body)).toEqual([lab.ref('esx-01')]);
});
