import { expect, test } from 'vitest';
import { password } from '../lab.ts';
import { type RestLab, restLab } from './client.ts';

const world = {
  hosts: [{ name: 'esx-01' }, { name: 'esx-02' }],
  vms: [
    { name: 'web', host: 'esx-01', cpus: 2, memoryMb: 2048, guestId: 'ubuntu64Guest' },
    { name: 'db', host: 'esx-02', powerState: 'poweredOn' as const, hardwareVersion: 19, guestId: 'rhel8_64Guest' },
  ],
};

const get = async (lab: RestLab, path: string) => {
  const answer = await lab.rest('GET', path);
  expect(answer.status, JSON.stringify(answer.json)).toBe(200);
  return answer.json;
};

const names = async (lab: RestLab, path: string) =>
  ((await get(lab, path)) as { name: string }[]).map(({ name }) => name);

test('the list of VMs, in both families', async () => {
  const lab = await restLab({ inventory: world });
  const vms = [
    { vm: lab.ref('web'), name: 'web', power_state: 'POWERED_OFF', cpu_count: 2, memory_size_MiB: 2048 },
    { vm: lab.ref('db'), name: 'db', power_state: 'POWERED_ON', cpu_count: 1, memory_size_MiB: 1024 },
  ];
  expect(await get(lab, '/api/vcenter/vm')).toEqual(vms);
  expect(await get(lab, '/rest/vcenter/vm')).toEqual({ value: vms });
});

test('JSON has the type that Ansible compares with: without a character set', async () => {
  const lab = await restLab({ inventory: world });
  for (const path of ['/api/vcenter/vm', '/rest/vcenter/vm', '/api/vcenter/vm/vm-0', '/api/no/such/path']) {
    expect((await lab.rest('GET', path)).headers['content-type'], path).toBe('application/json');
  }
});

test('filters: values of one member add up, members narrow', async () => {
  const lab = await restLab({ inventory: world });
  const cluster = lab.mock.inventory.clusters[0]!.ref.value;
  const datacenter = lab.mock.inventory.datacenters[0]!.ref.value;
  const path = '/api/vcenter/vm';
  expect(await names(lab, `${path}?names=web&names=db`)).toEqual(['web', 'db']);
  expect(await names(lab, `${path}?names=web&power_states=POWERED_ON`)).toEqual([]);
  expect(await names(lab, `${path}?power_states=POWERED_ON`)).toEqual(['db']);
  expect(await names(lab, `${path}?hosts=${lab.ref('esx-01')}`)).toEqual(['web']);
  expect(await names(lab, `${path}?clusters=${cluster}&vms=${lab.ref('db')}`)).toEqual(['db']);
  expect(await names(lab, `${path}?datacenters=${datacenter}`)).toEqual(['web', 'db']);
  expect(await names(lab, `${path}?datacenters=datacenter-0`)).toEqual([]);
  const rest = async (query: string) =>
    ((await get(lab, `/rest/vcenter/vm?${query}`)) as { value: { name: string }[] }).value.map(({ name }) => name);
  expect(await rest('filter.names=db')).toEqual(['db']);
  expect(await rest('filter.names.1=web&filter.names.2=db')).toEqual(['web', 'db']);
  const bad = await lab.rest('GET', `${path}?power_states=ON`);
  expect(bad).toMatchObject({ status: 400, json: { error_type: 'INVALID_ARGUMENT' } });
});

test('/api refuses parameters that an operation does not have: those of /rest, too', async () => {
  const lab = await restLab();
  const unsupported = (name: string) => ({
    status: 400,
    json: {
      error_type: 'INVALID_ARGUMENT',
      messages: [
        {
          id: 'com.vmware.vapi.rest.unsupportedProperty',
          default_message: `Unsupported property with name: ${name}.`,
          args: [name],
        },
      ],
    },
  });
  for (const [path, query] of [
    ['vm', 'filter.names'],
    ['vm', 'name'],
    ['vm', 'names.1'],
    ['cluster', 'hosts'],
    ['storage/policies', 'names'],
    ['crypto-manager/kms/providers', 'filter.providers'],
  ]) {
    expect(await lab.rest('GET', `/api/vcenter/${path}?${query}=x`)).toEqual(
      expect.objectContaining(unsupported(query!)),
    );
  }
  expect(await lab.rest('GET', '/api/session?a=b')).toMatchObject(unsupported('a'));
  expect((await lab.rest('GET', '/rest/vcenter/vm?filter.name=web')).status).toBe(200);
  expect(lab.runtime.journal.entries({ event: 'vcenter.unknown' })).toMatchObject([{ level: 'warn' }]);
  const token = '0'.repeat(40);
  expect((await lab.rest('GET', '/api/vcenter/vm?name=x', { token })).status).toBe(401);
  expect((await lab.rest('GET', '/api/vcenter/vm/')).json).toMatchObject({
    messages: [{ id: 'com.vmware.vapi.rest.httpNotFound' }],
  });
});

test('a VM in full; maps are lists of keys and values in /rest', async () => {
  const lab = await restLab({ inventory: world });
  const id = lab.ref('web');
  const vm = await get(lab, `/api/vcenter/vm/${id}`);
  expect(vm).toMatchObject({
    guest_OS: 'UBUNTU_64',
    name: 'web',
    power_state: 'POWERED_OFF',
    hardware: { version: 'VMX_13' },
    cpu: { count: 2, cores_per_socket: 1 },
    memory: { size_MiB: 2048 },
    disks: {
      '2000': {
        label: 'Hard disk 1',
        type: 'SCSI',
        scsi: { bus: 0, unit: 0 },
        backing: { type: 'VMDK_FILE', vmdk_file: '[datastore1] web/web.vmdk' },
        capacity: 16 * 1024 ** 3,
      },
    },
  });
  const { value } = (await get(lab, `/rest/vcenter/vm/${id}`)) as { value: { disks: object } };
  expect(value.disks).toMatchObject([{ key: '2000', value: { label: 'Hard disk 1' } }]);
  expect(await get(lab, `/api/vcenter/vm/${lab.ref('db')}`)).toMatchObject({ guest_OS: 'RHEL_8_64' });
});

test.each([
  ['otherGuest64', 'OTHER_64'],
  ['other5xLinux64Guest', 'OTHER_5X_LINUX_64'],
  ['windowsHyperVGuest', 'WINDOWS_HYPERV'],
  ['windows9Server64Guest', 'WINDOWS_9_SERVER_64'],
  ['vmwarePhoton64Guest', 'VMWARE_PHOTON_64'],
  ['os2Guest', 'OS2'],
])('the guest id %s is %s', async (guestId, guest_OS) => {
  const lab = await restLab({ inventory: { hosts: world.hosts, vms: [{ ...world.vms[0]!, guestId }] } });
  expect(await get(lab, `/api/vcenter/vm/${lab.ref('web')}`)).toMatchObject({ guest_OS });
});

test('the parts of a VM, one by one', async () => {
  const lab = await restLab({ inventory: world });
  const path = `/api/vcenter/vm/${lab.ref('web')}`;
  const vm = (await get(lab, path)) as Record<string, Record<string, object>>;
  expect(await get(lab, `${path}/power`)).toEqual({ state: 'POWERED_OFF', clean_power_off: true });
  expect(await get(lab, `/api/vcenter/vm/${lab.ref('db')}/power`)).toEqual({ state: 'POWERED_ON' });
  expect(await get(lab, `${path}/hardware`)).toEqual({
    version: 'VMX_13',
    upgrade_policy: 'NEVER',
    upgrade_status: 'NONE',
  });
  expect(await get(lab, `${path}/hardware/boot/device`)).toEqual([]);
  for (const part of ['boot', 'cpu', 'memory']) expect(await get(lab, `${path}/hardware/${part}`)).toEqual(vm[part]);
  for (const [below, member, id] of [
    ['disk', 'disks', 'disk'],
    ['ethernet', 'nics', 'nic'],
    ['cdrom', 'cdroms', 'cdrom'],
    ['floppy', 'floppies', 'floppy'],
    ['parallel', 'parallel_ports', 'port'],
    ['serial', 'serial_ports', 'port'],
    ['adapter/scsi', 'scsi_adapters', 'adapter'],
    ['adapter/sata', 'sata_adapters', 'adapter'],
    ['adapter/nvme', 'nvme_adapters', 'adapter'],
  ] as const) {
    const keys = Object.keys(vm[member]!);
    expect(await get(lab, `${path}/hardware/${below}`)).toEqual(keys.map((key) => ({ [id]: key })));
    for (const key of keys) expect(await get(lab, `${path}/hardware/${below}/${key}`)).toEqual(vm[member]![key]);
    expect(await lab.rest('GET', `${path}/hardware/${below}/1`)).toMatchObject({
      status: 404,
      json: { error_type: 'NOT_FOUND' },
    });
  }
  expect(vm.scsi_adapters).toMatchObject({ '1000': { type: 'PVSCSI', sharing: 'NONE' } });
  expect((await lab.rest('GET', '/api/vcenter/vm/vm-4711/hardware/cpu')).status).toBe(404);
});

test('an object that does not exist is 404 with its name', async () => {
  const lab = await restLab({ inventory: world });
  const full = `vm-4711:${lab.mock.vc.instanceUuid}`;
  expect(await lab.rest('GET', '/api/vcenter/vm/vm-4711')).toMatchObject({
    status: 404,
    json: {
      error_type: 'NOT_FOUND',
      messages: [
        {
          id: 'com.vmware.api.vcenter.vm.not_found',
          default_message: `Virtual machine with identifier '${full}' does not exist.`,
          args: [full],
        },
      ],
    },
  });
});

test('hosts, clusters, datacenters, datastores, folders, networks and resource pools', async () => {
  const lab = await restLab({ inventory: world });
  const { inventory } = lab.mock;
  const [cluster] = inventory.clusters;
  const [datacenter] = inventory.datacenters;
  const [datastore] = inventory.datastores;
  expect(await get(lab, '/api/vcenter/host')).toEqual(
    ['esx-01', 'esx-02'].map((name) => ({
      host: lab.ref(name),
      name,
      connection_state: 'CONNECTED',
      power_state: 'POWERED_ON',
    })),
  );
  expect(await names(lab, '/api/vcenter/host?standalone=true')).toEqual([]);
  expect(await names(lab, `/api/vcenter/host?clusters=${cluster!.ref.value}&names=esx-02`)).toEqual(['esx-02']);
  const clusterSummary = { cluster: cluster!.ref.value, name: 'Cluster', ha_enabled: false, drs_enabled: false };
  expect(await get(lab, '/api/vcenter/cluster')).toEqual([clusterSummary]);
  const pool = cluster!.get('resourcePool')!.value;
  expect(await get(lab, `/api/vcenter/cluster/${cluster!.ref.value}`)).toEqual({
    name: 'Cluster',
    resource_pool: pool,
  });
  const id = datacenter!.ref.value;
  expect(await get(lab, '/api/vcenter/datacenter')).toEqual([{ datacenter: id, name: 'Datacenter' }]);
  expect(await get(lab, `/api/vcenter/datacenter/${id}`)).toEqual({
    name: 'Datacenter',
    vm_folder: datacenter!.get('vmFolder').value,
    host_folder: datacenter!.get('hostFolder').value,
    datastore_folder: datacenter!.get('datastoreFolder').value,
    network_folder: datacenter!.get('networkFolder').value,
  });
  expect(await get(lab, '/api/vcenter/datastore?types=VMFS')).toMatchObject([
    { datastore: datastore!.ref.value, name: 'datastore1', type: 'VMFS', capacity: 1024 * 1024 ** 3 },
  ]);
  expect(await get(lab, `/api/vcenter/datastore/${datastore!.ref.value}`)).toMatchObject({
    name: 'datastore1',
    accessible: true,
    thin_provisioning_supported: true,
  });
  expect(await names(lab, '/api/vcenter/folder?type=VIRTUAL_MACHINE')).toEqual(['vm']);
  expect(await get(lab, '/api/vcenter/network')).toMatchObject([{ name: 'VM Network', type: 'STANDARD_PORTGROUP' }]);
  expect(await get(lab, '/api/vcenter/resource-pool')).toEqual([{ resource_pool: pool, name: 'Resources' }]);
  expect(await get(lab, `/api/vcenter/resource-pool/${pool}`)).toEqual({ name: 'Resources', resource_pools: [] });
});

test('hosts by the UUID of their hardware, from 9.0 on', async () => {
  const newer = await restLab({ inventory: world, version: '9.0' });
  const [one, other] = (await get(newer, '/api/vcenter/host')) as { host: string; host_uuid: string }[];
  expect(one!.host_uuid).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  expect(await get(newer, `/api/vcenter/host?host_uuids=${other!.host_uuid}`)).toEqual([other]);
  const older = await restLab({ inventory: world, version: '8.0' });
  expect(await get(older, '/api/vcenter/host')).not.toContainEqual(
    expect.objectContaining({ host_uuid: expect.anything() }),
  );
  expect((await older.rest('GET', '/api/vcenter/host?host_uuids=x')).status).toBe(400);
});

test('storage policies, and those of a VM', async () => {
  const lab = await restLab({ inventory: world });
  const encryption = '4d5f673c-536f-11e6-beb8-9e71128cae77';
  expect(await get(lab, `/api/vcenter/storage/policies?policies=${encryption}`)).toMatchObject([
    { policy: encryption, name: 'VM Encryption Policy' },
  ]);
  const all = await names(lab, '/api/vcenter/storage/policies');
  expect(all).toContain('vSAN Default Storage Policy');
  // A component of policies is none that a machine can have.
  expect(all).not.toContain('Default encryption properties');
  expect(await get(lab, `/api/vcenter/vm/${lab.ref('web')}/storage/policy`)).toEqual({ disks: {} });
  const wrapped = await get(lab, `/rest/vcenter/vm/${lab.ref('web')}/storage/policy`);
  expect(wrapped).toEqual({ value: { disks: [] } });
});

test('who has a storage policy, and whether it is kept to', async () => {
  const lab = await restLab({ inventory: world, policies: [{ name: 'gold', id: 'p-gold' }] });
  const web = lab.ref('web');
  const compliance = `/api/vcenter/vm/${web}/storage/policy/compliance`;
  const before = await lab.rest('GET', compliance);
  expect([before.status, before.bytes.length]).toEqual([204, 0]);
  expect(await get(lab, '/api/vcenter/storage/policies/p-gold/vm')).toEqual({});
  const xsi = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"';
  const profile = (tag: string) =>
    `<${tag} ${xsi} xsi:type="VirtualMachineDefinedProfileSpec"><profileId>p-gold</profileId></${tag}>`;
  const disk = `<deviceChange><operation>edit</operation><device ${xsi} xsi:type="VirtualDisk"><key>2000</key><capacityInKB>0</capacityInKB></device>${profile('profile')}</deviceChange>`;
  const spec = `<spec>${disk}${profile('vmProfile')}</spec>`;
  await lab.call(
    `<ReconfigVM_Task xmlns="urn:vim25"><_this type="VirtualMachine">${web}</_this>${spec}</ReconfigVM_Task>`,
  );
  const one = {
    status: 'NOT_APPLICABLE',
    check_time: '2026-01-02T03:04:05.000Z',
    policy: 'p-gold',
    failure_cause: [],
  };
  // documented: without storage requirements there is nothing to comply with
  await expect
    .poll(() => lab.rest('GET', compliance))
    .toMatchObject({
      json: { overall_compliance: 'NOT_APPLICABLE', vm_home: one, disks: { '2000': one } },
    });
  expect(await get(lab, '/api/vcenter/storage/policies/p-gold/vm')).toEqual({
    [web]: { vm_home: true, disks: ['2000'] },
  });
  expect(await get(lab, '/rest/vcenter/storage/policies/p-gold/vm')).toEqual({
    value: [{ key: web, value: { vm_home: true, disks: ['2000'] } }],
  });
  expect((await lab.rest('GET', '/api/vcenter/storage/policies/none/vm')).status).toBe(404);
});

test('the version of the appliance', async () => {
  const lab = await restLab();
  const version = { product: 'VMware vCenter Server', build: '19480866' };
  expect(await get(lab, '/api/appliance/system/version')).toMatchObject({ ...version, version: '7.0.3.00000' });
  expect(await get(lab, '/rest/appliance/system/version')).toMatchObject({ value: version });
});

test('no tags: the lists are empty', async () => {
  const lab = await restLab();
  expect(await get(lab, '/rest/com/vmware/cis/tagging/tag')).toEqual({ value: [] });
  expect(await get(lab, '/rest/com/vmware/cis/tagging/category')).toEqual({ value: [] });
});

test('a user sees what permissions let him read', async () => {
  const lab = await restLab({
    inventory: world,
    users: [
      { username: 'administrator@vsphere.local', password },
      { username: 'web@vsphere.local', password, role: 'ReadOnly', on: ['Datacenter/vm/web'] },
    ],
  });
  expect((await lab.restLogin('web@vsphere.local')).status).toBe(201);
  expect(await names(lab, '/api/vcenter/vm')).toEqual(['web']);
  expect(await lab.rest('GET', `/api/vcenter/vm/${lab.ref('db')}`)).toMatchObject({
    status: 403,
    json: { error_type: 'UNAUTHORIZED' },
  });
});

test('a list of more than 4,000 VMs is refused until a filter narrows it', async () => {
  const vms = Array.from({ length: 4_001 }, (_, index) => ({ name: `vm-${index}` }));
  const lab = await restLab({ inventory: { hosts: [{ name: 'esx-01' }], vms } });
  expect(await lab.rest('GET', '/api/vcenter/vm')).toMatchObject({
    status: 500,
    json: { error_type: 'UNABLE_TO_ALLOCATE_RESOURCE' },
  });
  expect(await names(lab, '/api/vcenter/vm?names=vm-7')).toEqual(['vm-7']);
});
