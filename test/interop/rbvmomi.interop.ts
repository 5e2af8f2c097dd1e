import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clients, isAbsent } from './clients.ts';
import { controlJournal, type LabProcess, run, startLab } from './lab-process.ts';

const file = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const skip = isAbsent(clients.rbvmomi);

/** See ruby/rbvmomi_client.rb. */
type Steps = Record<string, unknown>;

describe.skipIf(skip)('rbvmomi, a client of vim25 5.5', () => {
  let lab: LabProcess;
  let steps: Steps;

  beforeAll(async () => {
    lab = await startLab([file('worlds/with-key-provider.scenario.yaml')]);
    const ended = await run(clients.rbvmomi.program, [file('ruby/rbvmomi_client.rb')], {
      env: { SSL_CERT_FILE: lab.ready.pki.ca },
      input: JSON.stringify(lab.ready),
    });
    expect(ended, ended.stderr).toMatchObject({ code: 0 });
    steps = JSON.parse(ended.stdout) as Steps;
  });
  afterAll(() => lab.stop());

  test('logs in, a wrong password is refused', () => {
    expect(steps).toMatchObject({ about: 'VMware vCenter Server 7.0.3 build-19480866', speaks: '5.5' });
    expect(steps.wrongPassword).toMatchObject({
      type: 'InvalidLogin',
      message: expect.stringContaining('Cannot complete login due to an incorrect user name or password.'),
    });
  });

  test('finds its way through the inventory', () => {
    expect(steps).toMatchObject({ datacenter: 'Datacenter', hosts: ['esxi-1.lab', 'esxi-2.lab'] });
    expect(steps.listed).toEqual([
      { name: 'web-1', 'runtime.powerState': 'poweredOn' },
      { name: 'db-1', 'runtime.powerState': 'poweredOff' },
      { name: 'web-2', 'runtime.powerState': 'poweredOff' },
      { name: 'plain', 'runtime.powerState': 'poweredOff' },
    ]);
    expect(steps.web).toMatchObject({ name: 'web-1', powerState: 'poweredOn', host: 'esxi-1.lab' });
  });

  test('starts a machine; a second time it is told that the state forbids it', () => {
    expect(steps.poweredOn).toMatchObject({ name: 'db-1', powerState: 'poweredOn' });
    expect(steps.poweredOnTwice).toMatchObject({ type: 'InvalidPowerState' });
  });

  test('makes a machine and moves it while it runs', () => {
    expect(steps.made).toMatchObject({ name: 'ruby-1', powerState: 'poweredOff', host: 'esxi-1.lab' });
    expect(steps.madeTwice).toMatchObject({ type: 'DuplicateName' });
    expect(steps.moved).toMatchObject({ name: 'ruby-1', powerState: 'poweredOn', host: 'esxi-2.lab' });
  });

  test('encrypts it by the storage policy alone, with a key of the KMS', async () => {
    expect(steps.policies).toEqual(expect.arrayContaining(['VM Encryption Policy', 'vSAN Default Storage Policy']));
    expect(steps.poweredOnEncrypted).toMatchObject({ name: 'ruby-1', powerState: 'poweredOn' });
    const journal = await controlJournal(lab);
    const keys = journal.filter(({ event, data }) => event === 'kmip.request' && data?.operation === 'Create');
    // One for the host, which becomes safe, and one for the machine.
    expect(keys.length).toBeGreaterThanOrEqual(2);
  });

  test('reads the events of the machine, the newer ones as EventEx', () => {
    expect(steps.events).toEqual(
      expect.arrayContaining([
        'VmCreatedEvent',
        'VmPoweredOnEvent',
        'VmMigratedEvent',
        'VmReconfiguredEvent',
        'EventEx',
      ]),
    );
  });

  test('deletes it', () => {
    expect(steps).toMatchObject({ gone: true, deleted: { type: 'ManagedObjectNotFound' } });
  });
});
