import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { FaultRule, FaultThen } from '../../../core/index.ts';
import { grant } from '../grant.ts';
import { finished, type Lab, password, textOf, username } from '../lab.ts';
import { type SoapLab, startSoapLab } from './crypto-lab.ts';
import { createPki, encryptionPolicy, keyPool, type Pki } from './lab.ts';

/** RelocateVM_Task and MigrateVM_Task of encrypted and plain VMs, and the checks before them. */
let pki: Pki;
let soap: SoapLab;
beforeAll(async () => {
  pki = await createPki('vmotion over soap', 'century');
});
afterEach(() => soap.stop());

type Start = NonNullable<Parameters<typeof startSoapLab>[1]>;
async function start(options: Start & { plainHost?: boolean } = {}): Promise<void> {
  const { plainHost, ...rest } = options;
  soap = await startSoapLab(pki, {
    inventory: {
      hosts: [{ name: 'esx-01' }, { name: 'esx-02', encryptedVMotionSupported: !plainHost }],
      vms: [
        { name: 'web', host: 'esx-01' },
        { name: 'running', host: 'esx-01', powerState: 'poweredOn' },
      ],
    },
    encryption: { keyPool },
    ...rest,
  });
}

const host = (name: string) => `<host type="HostSystem">${soap.lab.ref(name)}</host>`;
const migrate = async (vm: string, to = 'esx-02') =>
  finished(
    soap.lab,
    await soap.on('VirtualMachine', vm, 'MigrateVM_Task', `${host(to)}<priority>defaultPriority</priority>`),
  );
const relocate = async (vm: string, to = 'esx-02') =>
  finished(soap.lab, await soap.on('VirtualMachine', vm, 'RelocateVM_Task', `<spec>${host(to)}</spec>`));
const setMode = async (vm: string, mode: string) =>
  finished(
    soap.lab,
    await soap.on(
      'VirtualMachine',
      vm,
      'ReconfigVM_Task',
      `<spec><migrateEncryption>${mode}</migrateEncryption></spec>`,
    ),
  );
const hostOf = (vm: string) => {
  const { inventory } = soap.lab.mock;
  return inventory.hostOf(inventory.vm(vm)!)!.get('name');
};
const eventsOf = ({ mock }: Lab) =>
  mock.events.all
    .map((event) => String(Reflect.get(event, 'eventTypeId') ?? event._type))
    .filter((id) => /igrat/.test(id));
const kmipMessages = () => soap.lab.runtime.journal.entries({ event: 'vcenter.kmip.dialled' }).length;

it('an encrypted VM moves by either method, on and off, without a word to the KMS', async () => {
  await start();
  await soap.encrypt('web');
  const before = kmipMessages();
  await soap.kms.stop();
  expect(textOf(await relocate('web'), 'state')).toBe('success');
  expect(textOf(await migrate('web', 'esx-01'), 'state')).toBe('success');
  const on = `<PowerOnVM_Task xmlns="urn:vim25"><_this type="VirtualMachine">${soap.lab.ref('web')}</_this></PowerOnVM_Task>`;
  expect(textOf(await finished(soap.lab, await soap.lab.call(on)), 'state')).toBe('success');
  expect(textOf(await migrate('web'), 'state')).toBe('success');
  expect(kmipMessages()).toBe(before);
  expect(hostOf('web')).toBe('esx-02');
  expect(eventsOf(soap.lab)).toEqual([
    'VmBeingMigratedEvent',
    'com.vmware.vc.vm.VmMigratingWithEncryptionEvent',
    'VmMigratedEvent',
    'VmBeingMigratedEvent',
    'com.vmware.vc.vm.VmMigratingWithEncryptionEvent',
    'VmMigratedEvent',
    'VmBeingHotMigratedEvent',
    'com.vmware.vc.vm.VmHotMigratingWithEncryptionEvent',
    'VmMigratedEvent',
  ]);
});

it('required between hosts of which one cannot: the fault is in the task and in the event', async () => {
  await start({ plainHost: true });
  await setMode('running', 'required');
  const refused = textOf(await migrate('running'), 'error')!;
  expect(refused).toMatch(/xsi:type="MigrationFeatureNotSupported".*<failedHostName>esx-02</s);
  expect(hostOf('running')).toBe('esx-01');
  const failed = soap.lab.mock.events.all.find(({ _type }) => _type === 'VmFailedMigrateEvent')!;
  expect(Reflect.get(failed, 'reason')).toMatchObject({ fault: { _type: 'MigrationFeatureNotSupported' } });

  await setMode('running', 'opportunistic');
  expect(textOf(await migrate('running'), 'state')).toBe('success');
  // In clear: the event of an encrypted migration is missing.
  expect(eventsOf(soap.lab)).toEqual([
    'VmBeingHotMigratedEvent',
    'VmFailedMigrateEvent',
    'VmBeingHotMigratedEvent',
    'VmMigratedEvent',
  ]);
});

describe('a fault on the wire', () => {
  const rule = (then: FaultThen): FaultRule => ({
    id: 'wire',
    at: 'vcenter.vmotion',
    match: { vm: 'running' },
    when: { calls: 1 },
    then,
  });
  const harms: [string, FaultThen, string][] = [
    ['a flipped bit', { corrupt: 'bit' }, 'packet 1 was changed on its way'],
    ['a packet sent twice', { corrupt: 'replay' }, 'packet 1 arrived where packet 2 was due'],
    ['packets that change places', { corrupt: 'reorder' }, 'packet 1 arrived where packet 0 was due'],
    ['the end of the connection', { close: { afterBytes: 9000 } }, 'the connection ended before the image did'],
    ['a reset', { reset: { afterBytes: 100 } }, 'aborted'],
    ['nothing at all', { close: true }, 'the connection ended before the image did'],
  ];
  for (const [name, then, reason] of harms) {
    it(`${name}: the migration is aborted, the VM stays and runs on; the next one works`, async () => {
      await start({ faults: [rule(then)] });
      const error = textOf(await migrate('running'), 'error')!;
      expect(error).toMatch(/xsi:type="MigrationFault"/);
      expect(error).toContain(reason);
      expect(hostOf('running')).toBe('esx-01');
      expect(soap.lab.mock.inventory.vm('running')!.get('runtime').powerState).toBe('poweredOn');
      expect(eventsOf(soap.lab).at(-1)).toBe('VmFailedMigrateEvent');
      expect(textOf(await migrate('running'), 'state')).toBe('success');
    });
  }

  it('a transfer that hangs is given up by the clock', async () => {
    await start({ faults: [rule({ hang: true })] });
    const moved = migrate('running');
    await expect.poll(() => soap.lab.runtime.faults.timesFired('wire')).toBe(1);
    await expect.poll(() => soap.lab.clock.nextDue).toBeDefined();
    await soap.lab.clock.advance(3_600_000);
    expect(textOf(await moved, 'error')).toContain('it took too long');
    expect(hostOf('running')).toBe('esx-01');
  });

  it('a corruption of answers is no corruption of a wire', async () => {
    await expect(start({ faults: [rule({ corrupt: 'length' })] })).rejects.toMatchObject({ code: 'ERR_FAULT_RULE' });
    await start();
  });
});

describe('a relocation to another host and other storage', () => {
  const policy = `<profile xsi:type="VirtualMachineDefinedProfileSpec"><profileId>${encryptionPolicy}</profileId></profile>`;
  const ds2 = () => {
    const [, second] = soap.lab.mock.inventory.datastores;
    return `<datastore type="Datastore">${second!.ref.value}</datastore>`;
  };
  const relocateWith = async (vm: string, parts: string) =>
    finished(soap.lab, await soap.on('VirtualMachine', vm, 'RelocateVM_Task', `<spec>${parts}</spec>`));
  const encrypting = () => `${ds2()}<disk><diskId>2000</diskId>${ds2()}${policy}</disk>${host('esx-02')}${policy}`;
  const configOf = (vm: string) => soap.lab.mock.inventory.vm(vm)!.get('config')!;
  const tamper: FaultRule = { id: 'wire', at: 'vcenter.vmotion', when: { calls: 1 }, then: { corrupt: 'bit' } };
  const inventory = {
    hosts: [{ name: 'esx-01' }, { name: 'esx-02' }],
    datastores: [{ name: 'datastore1' }, { name: 'datastore2' }],
    vms: [
      { name: 'web', host: 'esx-01', disks: [{ capacityGb: 1 }] },
      { name: 'running', host: 'esx-01', powerState: 'poweredOn' as const },
    ],
  };

  it.each([
    ['running', () => ds2() + host('esx-02')],
    ['web', () => ds2() + host('esx-02')],
    ['web', encrypting],
  ])('leaves %s as it was when the migration is aborted, and does all of it the next time', async (vm, parts) => {
    await start({ inventory, faults: [tamper] });
    const before = structuredClone(configOf(vm));
    expect(textOf(await relocateWith(vm, parts()), 'error')).toMatch(/xsi:type="MigrationFault"/);
    expect(hostOf(vm)).toBe('esx-01');
    expect(configOf(vm)).toEqual(before);
    expect(textOf(await relocateWith(vm, parts()), 'state')).toBe('success');
    expect(hostOf(vm)).toBe('esx-02');
    expect(configOf(vm).files.vmPathName).toMatch(/^\[datastore2\] /);
    expect(configOf(vm).keyId !== undefined).toBe(parts === encrypting);
  });

  it('brings the new key to the new host, which can start the VM without the KMS', async () => {
    await start({ inventory });
    expect(textOf(await relocateWith('web', encrypting()), 'state')).toBe('success');
    await soap.kms.stop();
    const on = await soap.on('VirtualMachine', 'web', 'PowerOnVM_Task');
    expect(textOf(await finished(soap.lab, on), 'state')).toBe('success');
    expect(hostOf('web')).toBe('esx-02');
  });

  it('moves nothing when no key can be made for it', async () => {
    await start({ inventory });
    await soap.kms.stop();
    expect(textOf(await relocateWith('web', encrypting()), 'error')).toContain('Cannot generate key');
    expect(hostOf('web')).toBe('esx-01');
    expect(configOf('web').files.vmPathName).toMatch(/^\[datastore1\] /);
  });
});

describe('hosts and pools of different clusters', () => {
  const pool = (index: number) => {
    const { inventory, vc } = soap.lab.mock;
    const cluster = vc.store.get('ClusterComputeResource', inventory.clusters[index]!.ref)!;
    return `<pool type="ResourcePool">${cluster.get('resourcePool')!.value}</pool>`;
  };
  const twoClusters = {
    datacenters: [
      {
        name: 'DC',
        clusters: [
          { name: 'A', hosts: [{ name: 'esx-01' }, { name: 'esx-02' }] },
          { name: 'B', hosts: [{ name: 'esx-03' }] },
        ],
        vms: [{ name: 'running', host: 'esx-01', powerState: 'poweredOn' as const }],
      },
    ],
  };
  const priority = '<priority>defaultPriority</priority>';
  const both = async (parts: string) => [
    await finished(soap.lab, await soap.on('VirtualMachine', 'running', 'MigrateVM_Task', parts + priority)),
    await finished(
      soap.lab,
      // In the order of VirtualMachineRelocateSpec: pool, then host.
      await soap.on('VirtualMachine', 'running', 'RelocateVM_Task', `<spec>${parts}</spec>`),
    ),
  ];

  // Documented: InvalidArgument when host and pool are not of the same compute resource, or when a cluster without DRS is to find a host.
  it.each([
    ['a host of the other cluster without its pool', () => host('esx-03')],
    ['a host with the pool of the other cluster', () => pool(1) + host('esx-02')],
    ['the pool of the other cluster, which has no DRS', () => pool(1)],
  ])('%s is refused', async (_name, parts) => {
    await start({ inventory: twoClusters });
    for (const info of await both(parts())) expect(textOf(info, 'error')).toMatch(/xsi:type="InvalidArgument"/);
    expect(hostOf('running')).toBe('esx-01');
  });

  it('with both, or with DRS, the VM moves', async () => {
    await start({ inventory: twoClusters });
    const [moved] = await both(pool(1) + host('esx-03'));
    expect(textOf(moved!, 'state')).toBe('success');
    expect(hostOf('running')).toBe('esx-03');
    const drs =
      '<spec xsi:type="ClusterConfigSpecEx"><drsConfig><enabled>true</enabled></drsConfig></spec><modify>true</modify>';
    await finished(soap.lab, await soap.on('ClusterComputeResource', 'A', 'ReconfigureComputeResource_Task', drs));
    expect(textOf((await both(pool(0)))[0]!, 'state')).toBe('success');
    expect(hostOf('running')).toBe('esx-01');
  });
});

it('a host of another vCenter is not taken for one of this vCenter with the same id', async () => {
  await start();
  const service = (uuid: string) =>
    `<service><instanceUuid>${uuid}</instanceUuid><url>https://vcenter.example</url>` +
    '<credential xsi:type="ServiceLocatorNamePassword"><username>u</username><password>p</password></credential></service>';
  const relocation = async (uuid: string) =>
    finished(
      soap.lab,
      await soap.on('VirtualMachine', 'web', 'RelocateVM_Task', `<spec>${service(uuid)}${host('esx-02')}</spec>`),
    );
  const other = '11111111-2222-3333-4444-555555555555';
  expect(textOf(await relocation(other), 'error')).toMatch(/xsi:type="NotImplemented"/);
  expect(hostOf('web')).toBe('esx-01');
  const folder = soap.lab.mock.inventory.vm('web')!.get('parent')!.value;
  const clone =
    `<folder type="Folder">${folder}</folder><name>copy</name><spec><location>${service(other)}</location>` +
    '<template>false</template><powerOn>false</powerOn></spec>';
  const cloned = await finished(soap.lab, await soap.on('VirtualMachine', 'web', 'CloneVM_Task', clone));
  expect(textOf(cloned, 'error')).toMatch(/xsi:type="NotImplemented"/);
  expect(textOf(await relocation(soap.lab.mock.vc.instanceUuid), 'state')).toBe('success');
  expect(hostOf('web')).toBe('esx-02');
});

describe('a host that does not see the datastore', () => {
  const far = {
    datacenters: [
      {
        name: 'DC1',
        datastores: [{ name: 'near' }, { name: 'near2' }],
        clusters: [{ name: 'A', hosts: [{ name: 'esx-01' }] }],
        vms: [{ name: 'running', host: 'esx-01', powerState: 'poweredOn' as const, disks: [{ capacityGb: 1 }] }],
      },
      { name: 'DC2', datastores: [{ name: 'far' }], hosts: [{ name: 'esx-02' }] },
    ],
  };
  const datastore = (name: string) =>
    `<datastore type="Datastore">${soap.lab.mock.inventory.datastores.find((one) => one.get('name') === name)!.ref.value}</datastore>`;
  const there = () => {
    const host = soap.lab.mock.inventory.host('esx-02')!;
    const compute = soap.lab.mock.vc.store.get('ComputeResource', host.get('parent'))!;
    return `<pool type="ResourcePool">${compute.get('resourcePool')!.value}</pool>`;
  };
  const relocation = async (parts: string) =>
    finished(soap.lab, await soap.on('VirtualMachine', 'running', 'RelocateVM_Task', `<spec>${parts}</spec>`));
  const disk = (name: string) => `<disk><diskId>2000</diskId>${datastore(name)}</disk>`;

  // The fault types are those that vim25 documents for files and disks that a destination cannot reach.
  it('takes the VM only when its files come along', async () => {
    await start({ inventory: far });
    const plain = there() + host('esx-02');
    const priority = '<priority>defaultPriority</priority>';
    const migrated = await finished(
      soap.lab,
      await soap.on('VirtualMachine', 'running', 'MigrateVM_Task', plain + priority),
    );
    const unreachable = /xsi:type="CannotAccessVmConfig".*xsi:type="InaccessibleDatastore".*<name>near</s;
    expect(textOf(migrated, 'error')).toMatch(unreachable);
    expect(textOf(await relocation(plain), 'error')).toMatch(unreachable);
    expect(textOf(await relocation(datastore('near2') + plain), 'error')).toContain('>spec.datastore<');
    expect(textOf(await relocation(datastore('far') + disk('near2') + plain), 'error')).toContain(
      '>spec.disk.datastore<',
    );
    expect(textOf(await relocation(datastore('far')), 'error')).toContain('>spec.datastore<');
    const gone = '<datastore type="Datastore">datastore-4711</datastore>';
    expect(textOf(await relocation(gone), 'error')).toContain('ManagedObjectNotFound');
    expect(textOf(await relocation(disk('near2')), 'state')).toBe('success');
    expect(hostOf('running')).toBe('esx-01');
    expect(textOf(await relocation(datastore('far') + plain), 'state')).toBe('success');
    expect(hostOf('running')).toBe('esx-02');
  });

  it('is told by the check before', async () => {
    await start({ inventory: far });
    const vm = `<vm type="VirtualMachine">${soap.lab.ref('running')}</vm>`;
    const check = async (parts: string) => {
      const call =
        '<CheckRelocate_Task xmlns="urn:vim25"><_this type="VirtualMachineProvisioningChecker">ProvChecker</_this>' +
        `${vm}<spec>${parts}</spec></CheckRelocate_Task>`;
      return finished(soap.lab, await soap.lab.call(call));
    };
    expect(await check(there() + host('esx-02'))).toContain('CannotAccessVmConfig');
    expect(await check(datastore('far') + there() + host('esx-02'))).not.toContain('<error>');
  });
});

it('a disk that is to move names its datastore', async () => {
  await start();
  const answer = await soap.on(
    'VirtualMachine',
    'web',
    'RelocateVM_Task',
    '<spec><disk><diskId>2000</diskId></disk></spec>',
  );
  // documented: InvalidArgument
  expect(answer.body).toContain('<invalidProperty>spec.disk.datastore</invalidProperty>');
});

it('a template is not migrated', async () => {
  await start();
  await soap.on('VirtualMachine', 'web', 'MarkAsTemplate');
  expect(textOf(await migrate('web'), 'error')).toMatch(/xsi:type="NotSupported"/);
});

describe('privileges', () => {
  const users = [
    { username, password },
    { username: 'operator', password: 'op', role: 'NoCryptoAdmin' as const },
  ];
  const privilegeOf = (error: string | undefined) => textOf(error ?? '', 'privilegeId');

  it('an encrypted VM is moved by who may migrate encrypted ones; a plain one by anybody', async () => {
    await start({ users });
    await soap.encrypt('web');
    await soap.lab.login('operator', 'op');
    expect(privilegeOf(textOf(await migrate('web'), 'error'))).toBe('Cryptographer.Migrate');
    expect(hostOf('web')).toBe('esx-01');
    expect(textOf(await migrate('running'), 'state')).toBe('success');
  });
});

it('the privilege of MigrateVM_Task depends on whether the VM runs', async () => {
  const operator = { username: 'operator', password: 'op', role: 'NoAccess' as const };
  await start({ users: [{ username, password }, operator] });
  await grant(soap.lab, 'operator', ['Resource.ColdMigrate']);
  await soap.lab.login('operator', 'op');
  const refused = await soap.on('VirtualMachine', 'running', 'MigrateVM_Task', '<priority>defaultPriority</priority>');
  expect([refused.status, textOf(refused.body, 'privilegeId')]).toEqual([500, 'Resource.HotMigrate']);
  expect(textOf(await migrate('web'), 'state')).toBe('success');
});

it('a migration that is under way can be cancelled: the VM stays', async () => {
  await start({ faults: [{ id: 'slow', at: 'vcenter.vmotion', then: { delay: 60_000 } }] });
  const answer = await soap.on(
    'VirtualMachine',
    'running',
    'MigrateVM_Task',
    `${host('esx-02')}<priority>defaultPriority</priority>`,
  );
  const task = textOf(answer.body, 'returnval')!;
  await soap.lab.clock.advance(1_000);
  await soap.lab.call(`<CancelTask xmlns="urn:vim25"><_this type="Task">${task}</_this></CancelTask>`);
  expect(textOf(await finished(soap.lab, answer), 'error')).toContain('xsi:type="RequestCanceled"');
  expect(hostOf('running')).toBe('esx-01');
  expect(eventsOf(soap.lab).at(-1)).toBe('VmFailedMigrateEvent');
});

describe('while a migration is under way', () => {
  const slow: FaultRule = { id: 'slow', at: 'vcenter.vmotion', then: { delay: 60_000 } };
  const startMoving = async (vm: string) => {
    await start({
      faults: [slow],
      inventory: {
        hosts: [{ name: 'esx-01' }, { name: 'esx-02' }],
        vms: [
          { name: 'web', host: 'esx-01', folder: 'prod' },
          { name: 'running', host: 'esx-01', powerState: 'poweredOn' },
        ],
      },
    });
    return soap.on('VirtualMachine', vm, 'MigrateVM_Task', `${host('esx-02')}<priority>defaultPriority</priority>`);
  };
  const onHost = (name: string, method: string, content = '') => soap.on('HostSystem', name, method, content);
  const force = '<force>true</force>';
  const maintenance = '<timeout>0</timeout>';

  it.each([
    ['the destination is disconnected', 'HostNotConnected', () => onHost('esx-02', 'DisconnectHost_Task')],
    ['the destination restarts', 'HostNotConnected', () => onHost('esx-02', 'RebootHost_Task', force)],
    [
      'the destination enters maintenance mode',
      'InvalidState',
      () => onHost('esx-02', 'EnterMaintenanceMode_Task', maintenance),
    ],
    ['the source is disconnected', 'HostNotConnected', () => onHost('esx-01', 'DisconnectHost_Task')],
    ['the source restarts', '(MigrationFault|HostNotConnected)', () => onHost('esx-01', 'RebootHost_Task', force)],
  ])('%s: it ends, and the VM stays', async (_what, type, happens) => {
    const moving = await startMoving('running');
    await soap.lab.clock.advance(1_000);
    expect(textOf(await finished(soap.lab, await happens()), 'state')).toBe('success');
    // At once, not when the packets would have arrived.
    expect(textOf(await finished(soap.lab, moving), 'error')).toMatch(new RegExp(`xsi:type="${type}"`));
    expect(hostOf('running')).toBe('esx-01');
    expect(eventsOf(soap.lab).at(-1)).toBe('VmFailedMigrateEvent');
  });

  it('the VM cannot leave the inventory', async () => {
    const moving = await startMoving('web');
    const answer = await soap.on('VirtualMachine', 'web', 'UnregisterVM');
    expect(answer.status).toBe(500);
    expect(answer.body).toContain('<TaskInProgressFault');
    const folder = soap.lab.mock.inventory.vm('web')!.get('parent')!.value;
    const removals = [];
    for (const method of ['Destroy_Task', 'UnregisterAndDestroy_Task']) {
      const call = `<${method} xmlns="urn:vim25"><_this type="Folder">${folder}</_this></${method}>`;
      removals.push(await soap.lab.call(call));
    }
    await soap.lab.clock.advance(60_000);
    for (const removal of removals) {
      expect(textOf(await finished(soap.lab, removal), 'error')).toContain('TaskInProgress');
    }
    expect(textOf(await finished(soap.lab, moving), 'state')).toBe('success');
    expect(hostOf('web')).toBe('esx-02');
  });
});

describe('the destination is not in encryption mode', () => {
  it('which takes a privilege of its own to change', async () => {
    const operator = { username: 'operator', password: 'op', role: 'NoAccess' as const };
    await start({ users: [{ username, password }, operator] });
    await soap.encrypt('web');
    await grant(soap.lab, 'operator', ['Resource.ColdMigrate', 'Resource.HotMigrate', 'Cryptographer.Migrate']);
    await soap.lab.login('operator', 'op');
    const error = textOf(await migrate('web'), 'error')!;
    expect(textOf(error, 'privilegeId')).toBe('Cryptographer.RegisterHost');
    expect(error).toContain(`<object type="HostSystem">${soap.lab.ref('esx-02')}</object>`);
    await soap.lab.login();
    await soap.on('HostSystem', 'esx-02', 'ConfigureCryptoKey');
    await soap.lab.login('operator', 'op');
    expect(textOf(await migrate('web'), 'state')).toBe('success');
  });
});

describe('checks before a migration', () => {
  const check = async (method: string, content: string) => {
    const call = `<${method} xmlns="urn:vim25"><_this type="VirtualMachineProvisioningChecker">ProvChecker</_this>${content}</${method}>`;
    return finished(soap.lab, await soap.lab.call(call));
  };
  const vm = (name: string) => `<vm type="VirtualMachine">${soap.lab.ref(name)}</vm>`;

  it('say what would stand in the way, and move nothing', async () => {
    await start({ plainHost: true });
    const fine = await check('CheckMigrate_Task', vm('running') + host('esx-02'));
    expect(textOf(fine, 'state')).toBe('success');
    expect(fine).not.toContain('<error>');
    await setMode('running', 'required');
    for (const [method, content] of [
      ['CheckMigrate_Task', vm('running') + host('esx-02')],
      ['CheckRelocate_Task', `${vm('running')}<spec>${host('esx-02')}</spec>`],
      ['QueryVMotionCompatibilityEx_Task', vm('running') + host('esx-02')],
    ] as const) {
      expect(await check(method, content)).toContain('MigrationFeatureNotSupported');
    }
    const wrongState = await check('CheckMigrate_Task', `${vm('running')}${host('esx-02')}<state>poweredOff</state>`);
    expect(textOf(wrongState, 'error')).toContain('InvalidState');
    expect(hostOf('running')).toBe('esx-01');
    expect(soap.lab.runtime.journal.entries({ event: 'vcenter.vmotion.transferred' })).toEqual([]);
  });
});
