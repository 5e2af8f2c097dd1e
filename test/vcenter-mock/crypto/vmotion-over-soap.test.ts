import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { FaultRule, FaultThen } from '../../../core/index.ts';
import { grant } from '../grant.ts';
import { finished, type Lab, password, textOf, username } from '../lab.ts';
import { type SoapLab, startSoapLab } from './crypto-lab.ts';
import { createPki, keyPool, type Pki } from './lab.ts';

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
