import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { environmentOf } from '../../lab/environment.ts';
import { clients, isAbsent } from './clients.ts';
import { columns, type Govc, govcOf, lines } from './govc-client.ts';
import { type LabProcess, run, startLab } from './lab-process.ts';

const world = fileURLToPath(new URL('worlds/with-key-provider.scenario.yaml', import.meta.url));
const skip = isAbsent(clients.govc);

// The tests of this file are one story: each goes on where the one before it ended.
describe.skipIf(skip)('govc, looking after a vCenter', () => {
  let lab: LabProcess;
  let govc: Govc;

  beforeAll(async () => {
    lab = await startLab([world]);
    govc = govcOf(lab);
  });
  afterAll(() => lab.stop());

  test('session.login, session.ls, session.rm, session.logout', async () => {
    const other = (await govc.run('session.login', '-l')).trim();
    expect(other).toMatch(/^[0-9a-f]{40}$/);
    const listed = await govc.json<{ sessionList: { key: string; userName: string; userAgent: string }[] }>(
      'session.ls',
    );
    const mine = listed.sessionList.filter(({ userAgent }) => userAgent.startsWith('govc/'));
    expect(mine.length).toBeGreaterThanOrEqual(2);
    expect(mine.map(({ userName }) => userName)).toEqual(mine.map(() => 'VSPHERE.LOCAL\\administrator'));
    for (const { key } of mine.slice(0, 1)) await govc.run('session.rm', key);
    const left = await govc.json<{ sessionList: { key: string }[] }>('session.ls');
    expect(left.sessionList.map(({ key }) => key)).not.toContain(mine[0]?.key);
  });

  test('tree, find by name and by property, collect', async () => {
    expect(lines(await govc.run('tree', '-L', '3')).map((line) => line.trim())).toEqual(
      expect.arrayContaining([expect.stringMatching(/Cluster$/), expect.stringMatching(/datastore1$/)]),
    );
    expect(lines(await govc.run('find', '/', '-name', 'web-*'))).toEqual([
      '/Datacenter/vm/web-1',
      '/Datacenter/vm/web-2',
    ]);
    expect(lines(await govc.run('find', '/', '-type', 'm', '-config.migrateEncryption', 'opportunistic'))).toHaveLength(
      4,
    );
    expect(columns(await govc.run('collect', 'vm/web-1', 'name', 'runtime.powerState'))).toEqual([
      ['name', 'string', 'web-1'],
      ['runtime.powerState', 'types.VirtualMachinePowerState', 'poweredOn'],
    ]);
    expect(await govc.refused('collect', 'vm/web-1', 'noSuchProperty')).toContain('Invalid property');
  });

  test('tasks, tasks of one machine', async () => {
    await govc.run('vm.power', '-off', 'web-1');
    await govc.refused('vm.power', '-off', 'web-1');
    const table = columns(await govc.run('tasks', 'vm/web-1'));
    expect(table.slice(1).map(([method, target]) => [method, target])).toEqual([
      ['PowerOffVM', 'web-1'],
      ['PowerOffVM', 'web-1'],
    ]);
    expect(table[1]?.join(' ')).toContain('success');
    expect(table[2]?.join(' ')).toContain('The attempted operation cannot be performed in the current state');
  });

  test('events of one machine, of all, by type', async () => {
    const seen = await govc.run('events', 'vm/web-1');
    expect(seen).toContain('Virtual machine web-1 is powered off');
    expect(seen).not.toContain('logged in');
    expect(await govc.run('events')).toContain('User VSPHERE.LOCAL\\administrator@127.0.0.1 logged in as govc/');
    const typed = await govc.run('events', '-type', 'VmPoweredOffEvent');
    expect(lines(typed)).toHaveLength(1);
  });

  test('option.ls, license.ls, role.ls', async () => {
    expect(await govc.run('option.ls', 'VirtualCenter.InstanceName')).toMatch(/^VirtualCenter\.InstanceName: +\S+/);
    expect(await govc.refused('option.ls', 'no.such.option')).toContain('no.such.option');
    await govc.run('license.ls');
    const roles = columns(await govc.run('role.ls')).map(([name]) => name);
    expect(roles).toEqual(expect.arrayContaining(['Admin', 'ReadOnly', 'NoAccess', 'NoCryptoAdmin', 'NoTrustedAdmin']));
  });

  test('option.set', async () => {
    await govc.run('option.set', 'config.interop', 'yes');
    expect(await govc.run('option.ls', 'config.interop')).toMatch(/^config\.interop: +yes$/m);
  });

  test('fields.add, set, info, rename, rm', async () => {
    await govc.run('fields.add', 'owner');
    await govc.run('fields.set', 'owner', 'alice', 'vm/db-1');
    expect(columns(await govc.run('fields.info', 'vm/db-1'))).toEqual([['/Datacenter/vm/db-1', 'owner', 'alice']]);
    await govc.run('fields.rename', 'owner', 'keeper');
    expect(columns(await govc.run('fields.ls')).map(([, name]) => name)).toEqual(['keeper']);
    await govc.run('fields.rm', 'keeper');
    expect((await govc.run('fields.ls')).trim()).toBe('');
  });

  test('extension.register, info, unregister', async () => {
    const extension = {
      key: 'test.keyrig',
      version: '1.0',
      description: { label: 'A test', summary: 'An extension of a test' },
      lastHeartbeatTime: '2026-01-02T03:04:05Z',
    };
    const registered = await run(clients.govc.program, ['extension.register'], {
      env: environmentOf(lab.ready),
      input: JSON.stringify(extension),
    });
    expect(registered, registered.stderr).toMatchObject({ code: 0 });
    expect(await govc.run('extension.info', 'test.keyrig')).toMatch(/^Name: +test\.keyrig$/m);
    await govc.run('extension.unregister', 'test.keyrig');
    expect(await govc.refused('extension.info', 'test.keyrig')).toContain('test.keyrig');
  });

  test('alarms: a machine whose key is out of reach is locked, and that is an alarm until somebody has seen it', async () => {
    const place = ['-ds', 'datastore1', '-host', 'esxi-1.lab', '-net', 'VM Network'];
    await govc.run('vm.create', ...place, '-disk', '1GB', '-on=false', '-profile', 'VM Encryption Policy', 'secret-1');
    expect(await govc.run('alarm.info')).toContain('Virtual Machine Locked Alarm');
    expect(columns(await govc.run('alarms', 'vm/secret-1'))).toHaveLength(1);
    await govc.run('kms.rm', 'keyrig');
    await govc.run('host.shutdown', '-r', '-f', 'esxi-1.lab');
    expect((await govc.run('collect', '-s', 'vm/secret-1', 'runtime.cryptoState')).trim()).toBe('locked');
    expect(await govc.refused('vm.power', '-on', 'secret-1')).toMatch(/Key \S+\/keyrig not found/);
    const [, raised] = columns(await govc.run('alarms', '-l', 'vm/secret-1'));
    expect(raised?.slice(0, 3)).toEqual(['Virtual Machine Locked Alarm', '/Datacenter/vm/secret-1', 'Alert']);
    const [, seen] = columns(await govc.run('alarms', '-ack', 'vm/secret-1'));
    expect(seen?.at(-1)).toBe('VSPHERE.LOCAL\\administrator');
    expect(await govc.run('events', 'vm/secret-1')).toMatch(/locked/i);
  });
});
