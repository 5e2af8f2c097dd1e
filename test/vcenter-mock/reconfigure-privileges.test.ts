import { expect, test } from 'vitest';
import { grant } from './grant.ts';
import { fetchOf, finished, type Lab, startLab, textOf, username } from './lab.ts';

const users = [
  { username, password: 'not-a-secret-1' },
  { username: 'operator', password: 'op', role: 'ReadOnly' },
];

const reconfigure = (lab: Lab, spec: string) =>
  lab.call(
    `<ReconfigVM_Task xmlns="urn:vim25"><_this type="VirtualMachine">${lab.ref('web')}</_this><spec>${spec}</spec></ReconfigVM_Task>`,
  );
const device = (operation: string, type: string, content: string, fileOperation = '') =>
  `<deviceChange><operation>${operation}</operation>${fileOperation}<device xsi:type="${type}">${content}</device></deviceChange>`;
const disk = '<key>2000</key><controllerKey>1000</controllerKey><unitNumber>0</unitNumber>';

// vim25 VirtualMachine.ReconfigVM_Task, VirtualMachineConfigSpec: "Reconfigure privilege"
test.each([
  ['VirtualMachine.Config.Rename', '<name>other</name>'],
  ['VirtualMachine.Config.Annotation', '<annotation>a</annotation>'],
  ['VirtualMachine.Config.Settings', '<guestId>otherGuest64</guestId>'],
  ['VirtualMachine.Config.CPUCount', '<numCPUs>2</numCPUs>'],
  ['VirtualMachine.Config.Memory', '<memoryMB>512</memoryMB>'],
  ['VirtualMachine.Config.Resource', '<cpuAllocation><limit>1000</limit></cpuAllocation>'],
  [
    'VirtualMachine.Config.AdvancedConfig',
    '<extraConfig><key>a.b</key><value xsi:type="xsd:string">c</value></extraConfig>',
  ],
  ['VirtualMachine.Config.SwapPlacement', '<swapPlacement>inherit</swapPlacement>'],
  ['VirtualMachine.Config.ChangeTracking', '<changeTrackingEnabled>true</changeTrackingEnabled>'],
  [
    'VirtualMachine.Config.AddNewDisk',
    device(
      'add',
      'VirtualDisk',
      '<key>-1</key><controllerKey>1000</controllerKey><unitNumber>5</unitNumber><capacityInKB>1024</capacityInKB>',
      '<fileOperation>create</fileOperation>',
    ),
  ],
  ['VirtualMachine.Config.RemoveDisk', device('remove', 'VirtualDisk', disk)],
  ['VirtualMachine.Config.DiskExtend', device('edit', 'VirtualDisk', `${disk}<capacityInKB>999999999</capacityInKB>`)],
  ['VirtualMachine.Config.AddRemoveDevice', device('add', 'VirtualVmxnet3', '<key>-1</key>')],
])('%s is what a change needs, and all that it needs: %s', async (privilege, spec) => {
  const lab = await startLab({ users });
  await lab.login('operator', 'op');
  const before = (await lab.call(fetchOf('VirtualMachine', lab.ref('web'), 'config'))).body;
  const refused = await reconfigure(lab, spec);
  expect(refused.status).toBe(500);
  expect(refused.body).toContain('<NoPermissionFault');
  expect(refused.body).toContain(`<object type="VirtualMachine">${lab.ref('web')}</object>`);
  expect(textOf(refused.body, 'privilegeId')).toBe(privilege);
  expect((await lab.call(fetchOf('VirtualMachine', lab.ref('web'), 'config'))).body).toBe(before);
  expect(lab.mock.inventory.vm('web')?.get('recentTask') ?? []).toEqual([]);
  await lab.login();
  await grant(lab, 'operator', [privilege]);
  await lab.login('operator', 'op');
  expect(await finished(lab, await reconfigure(lab, spec))).toContain('<state>success</state>');
});

// vcenter.md 4.4
test.each([
  [
    'Cryptographer.Encrypt',
    '<crypto xsi:type="CryptoSpecEncrypt"><cryptoKeyId><keyId>k</keyId></cryptoKeyId></crypto>',
  ],
  ['Cryptographer.Decrypt', '<crypto xsi:type="CryptoSpecDecrypt"></crypto>'],
  [
    'Cryptographer.Recrypt',
    '<crypto xsi:type="CryptoSpecShallowRecrypt"><newKeyId><keyId>k</keyId></newKeyId></crypto>',
  ],
  ['Cryptographer.Recrypt', '<crypto xsi:type="CryptoSpecDeepRecrypt"><newKeyId><keyId>k</keyId></newKeyId></crypto>'],
  [
    'Cryptographer.Decrypt',
    `<deviceChange><operation>edit</operation><device xsi:type="VirtualDisk">${disk}</device><backing><crypto xsi:type="CryptoSpecDecrypt"></crypto></backing></deviceChange>`,
  ],
])('%s comes before what the state of the machine would say', async (privilege, spec) => {
  const [admin, operator] = users;
  const lab = await startLab({ users: [admin!, { ...operator!, role: 'NoCryptoAdmin' }] });
  await lab.login('operator', 'op');
  const refused = await reconfigure(lab, spec);
  expect([refused.status, textOf(refused.body, 'privilegeId')]).toEqual([500, privilege]);
});

test('an existing disk, an edited device, and the privileges that lack together', async () => {
  const lab = await startLab({ version: '8.0', users });
  await lab.login('operator', 'op');
  const missing = async (spec: string) =>
    [...(await reconfigure(lab, spec)).body.matchAll(/<privilegeIds>(.*?)</g)].map(([, privilege]) => privilege);
  expect(await missing(device('add', 'VirtualDisk', '<key>-1</key>'))).toEqual([
    'VirtualMachine.Config.AddExistingDisk',
  ]);
  expect(await missing(device('edit', 'VirtualDisk', disk))).toEqual(['VirtualMachine.Config.EditDevice']);
  expect(await missing('<annotation>a</annotation><numCPUs>2</numCPUs>')).toEqual([
    'VirtualMachine.Config.Annotation',
    'VirtualMachine.Config.CPUCount',
  ]);
});

// vim25 VirtualMachineConfigSpec: "also required when creating a virtual machine"
test('a machine that brings a new disk needs the privilege for it on the folder, too', async () => {
  const lab = await startLab({ users });
  const folder = lab.mock.inventory.datacenters[0]!.get('vmFolder').value;
  const pool = lab.mock.inventory.clusters[0]!.get('resourcePool')!.value;
  const datastore = lab.mock.inventory.datastores[0]!.get('name');
  const spec = (name: string, more: string) =>
    `<config><name>${name}</name><files><vmPathName>[${datastore}]</vmPathName></files><numCPUs>1</numCPUs>${more}</config><pool type="ResourcePool">${pool}</pool>`;
  const create = (name: string, more: string) =>
    lab.call(
      `<CreateVM_Task xmlns="urn:vim25"><_this type="Folder">${folder}</_this>${spec(name, more)}</CreateVM_Task>`,
    );
  await lab.login();
  await grant(lab, 'operator', [
    'VirtualMachine.Inventory.Create',
    'Resource.AssignVMToPool',
    'Datastore.AllocateSpace',
  ]);
  await lab.login('operator', 'op');
  expect(await finished(lab, await create('plain', ''))).toContain('<state>success</state>');
  const refused = await create(
    'with-disk',
    device(
      'add',
      'VirtualDisk',
      '<key>-1</key><controllerKey>1000</controllerKey><capacityInKB>1024</capacityInKB>',
      '<fileOperation>create</fileOperation>',
    ),
  );
  expect(refused.status).toBe(500);
  expect(textOf(refused.body, 'privilegeId')).toBe('VirtualMachine.Config.AddNewDisk');
  expect(refused.body).toContain(`<object type="Folder">${folder}</object>`);
});
