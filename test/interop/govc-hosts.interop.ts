import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clients, isAbsent } from './clients.ts';
import { type Govc, govcOf, lines } from './govc-client.ts';
import { controlJournal, type LabProcess, startLab } from './lab-process.ts';

const world = fileURLToPath(new URL('worlds/with-key-provider.scenario.yaml', import.meta.url));
const skip = isAbsent(clients.govc);

// The tests of this file are one story: each goes on where the one before it ended.
describe.skipIf(skip)('govc, hosts that come and go', () => {
  let lab: LabProcess;
  let govc: Govc;

  beforeAll(async () => {
    lab = await startLab([world]);
    govc = govcOf(lab);
  });
  afterAll(() => lab.stop());

  const state = async (host: string) => /^ +State: +(.+)$/m.exec(await govc.run('host.info', '-host', host))?.[1];
  const collect = async (path: string, property: string) => (await govc.run('collect', '-s', path, property)).trim();

  test('host.maintenance.enter and exit', async () => {
    await govc.run('host.maintenance.enter', 'esxi-2.lab');
    expect(await state('esxi-2.lab')).toBe('Maintenance Mode');
    await govc.run('host.maintenance.exit', 'esxi-2.lab');
    expect(await state('esxi-2.lab')).toBe('connected');
  });

  test('host.disconnect and reconnect', async () => {
    await govc.run('host.disconnect', 'esxi-2.lab');
    expect(await state('esxi-2.lab')).toBe('disconnected');
    await govc.run('host.reconnect', 'esxi-2.lab');
    expect(await state('esxi-2.lab')).toBe('connected');
  });

  test('cluster.add and host.remove, which a connected host refuses', async () => {
    const account = ['-username', 'root', '-password', 'x', '-noverify'];
    await govc.run('cluster.add', '-cluster', 'Cluster', '-hostname', 'esxi-3.lab', ...account);
    expect(lines(await govc.run('find', '-type', 'h'))).toContain('/Datacenter/host/Cluster/esxi-3.lab');
    expect(await govc.refused('host.remove', 'esxi-3.lab')).toContain(
      'The operation is not allowed in the current state',
    );
    await govc.run('host.maintenance.enter', 'esxi-3.lab');
    await govc.run('host.remove', 'esxi-3.lab');
    expect(lines(await govc.run('find', '-type', 'h'))).not.toContain('/Datacenter/host/Cluster/esxi-3.lab');
  });

  test('pool.create, pool.change, pool.destroy', async () => {
    await govc.run('pool.create', '*/Resources/outer', '*/Resources/other');
    await govc.run('pool.change', '-cpu.limit', '2000', '-name', 'inner', '*/Resources/other');
    expect(await govc.run('pool.info', '*/Resources/inner')).toMatch(/^ +CPU Limit: +2000MHz$/m);
    expect(await govc.refused('pool.create', '*/Resources/outer')).toContain("The name 'outer' already exists");
    await govc.run('pool.destroy', '*/Resources/outer', '*/Resources/inner');
    expect(lines(await govc.run('find', '-type', 'p'))).toEqual(['/Datacenter/host/Cluster/Resources']);
  });

  test('an encrypted machine survives the reboot of its host: vCenter fetches the key again', async () => {
    const place = ['-ds', 'datastore1', '-host', 'esxi-1.lab', '-net', 'VM Network'];
    await govc.run('vm.create', ...place, '-disk', '1GB', '-on=false', '-profile', 'VM Encryption Policy', 'secret-1');
    expect(await collect('host/Cluster/esxi-1.lab', 'runtime.cryptoState')).toBe('safe');
    const before = (await controlJournal(lab)).length;
    await govc.run('host.shutdown', '-r', '-f', 'esxi-1.lab');
    await govc.run('vm.power', '-on', 'secret-1');
    expect(await collect('vm/secret-1', 'runtime.cryptoState')).toBe('unlocked');
    const asked = (await controlJournal(lab)).slice(before).filter(({ event }) => event === 'kmip.request');
    expect(asked.map(({ data }) => data?.operation)).toContain('Get');
  });
});
