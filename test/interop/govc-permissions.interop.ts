import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clients, isAbsent } from './clients.ts';
import { columns, type Govc, govcOf, lines } from './govc-client.ts';
import { type LabProcess, startLab } from './lab-process.ts';

const world = fileURLToPath(new URL('worlds/keepers.scenario.yaml', import.meta.url));
const skip = isAbsent(clients.govc);
const denied = 'Permission to perform this operation was denied.';

// The tests of this file are one story: each goes on where the one before it ended.
describe.skipIf(skip)('govc, who may do what', () => {
  let lab: LabProcess;
  let administrator: Govc;
  let operator: Govc;
  let guest: Govc;

  beforeAll(async () => {
    lab = await startLab([world]);
    administrator = govcOf(lab);
    const as = (name: string) =>
      govcOf(lab, { GOVC_USERNAME: `${name}@vsphere.local`, GOVC_PASSWORD: `${name}-s-password` });
    operator = as('operator');
    guest = as('guest');
  });
  afterAll(() => lab.stop());

  const create = (...args: string[]) => {
    const place = ['-ds', 'datastore1', '-host', 'esxi-1.lab', '-net', 'VM Network', '-disk', '1GB', '-on=false'];
    return ['vm.create', ...place, ...args];
  };

  test('the operator, without cryptography: everything but keys', async () => {
    await operator.run(...create('plain-1'));
    await operator.run('vm.migrate', '-host', 'esxi-2.lab', 'web-1');
    expect(await operator.refused(...create('-profile', 'VM Encryption Policy', 'secret-1'))).toContain(denied);
    expect(await operator.refused('kms.ls')).toContain(denied);
    expect(await operator.refused('kms.add', '-n', 'x', '-a', '127.0.0.1', 'kp2')).toContain(denied);
    expect(lines(await administrator.run('ls', 'vm'))).toEqual(
      ['web-1', 'db-1', 'plain-1'].map((name) => `/Datacenter/vm/${name}`),
    );
  });

  test('permissions.ls shows who has which role', async () => {
    const roles = columns(await administrator.run('permissions.ls')).slice(1);
    expect(roles).toEqual(
      expect.arrayContaining([
        ['NoCryptoAdmin', '/', 'VSPHERE.LOCAL\\operator', 'Yes'],
        ['NoAccess', '/', 'VSPHERE.LOCAL\\guest', 'Yes'],
      ]),
    );
    expect(await guest.refused('find', '/', '-type', 'm')).toContain(denied);
  });

  test('permissions.set and remove: reading is allowed below the datacenter, and no more', async () => {
    const principal = ['-principal', 'guest@vsphere.local'];
    await administrator.run('permissions.set', ...principal, '-role', 'ReadOnly', '-propagate=true', '/Datacenter');
    expect(lines(await guest.run('find', '/', '-type', 'm'))).toContain('/Datacenter/vm/db-1');
    expect(await guest.refused('vm.power', '-on', 'db-1')).toContain(denied);
    expect(columns(await administrator.run('role.usage', 'ReadOnly'))[1]?.slice(0, 3)).toEqual([
      'ReadOnly',
      '/Datacenter',
      'VSPHERE.LOCAL\\guest',
    ]);
    await administrator.run('permissions.remove', ...principal, '/Datacenter');
    expect(await guest.refused('find', '/', '-type', 'm')).toContain(denied);
    expect(await administrator.refused('permissions.set', '-principal', 'nobody', '-role', 'Admin', '/')).toContain(
      'could not be found',
    );
  });

  test('role.create, update, usage, remove: a role of its own lets the operator encrypt', async () => {
    await administrator.run('role.create', 'keepers', 'Cryptographer.EncryptNew');
    await administrator.run('role.update', '-a', 'keepers', 'Cryptographer.RegisterHost');
    const privileges = lines(await administrator.run('role.ls', 'keepers'));
    expect(privileges).toEqual(expect.arrayContaining(['Cryptographer.EncryptNew', 'Cryptographer.RegisterHost']));
    // The role must bring all that the operator had, too: the nearest permission counts alone.
    const all = lines(await administrator.run('role.ls', 'Admin'));
    await administrator.run('role.update', '-a', 'keepers', ...all);
    const principal = ['-principal', 'operator@vsphere.local'];
    await administrator.run('permissions.set', ...principal, '-role', 'keepers', '-propagate=true', '/');
    await operator.run(...create('-profile', 'VM Encryption Policy', 'secret-1'));
    expect((await operator.run('collect', '-s', 'vm/secret-1', 'config.keyId.providerId.id')).trim()).toBe('keyrig');
    expect(await administrator.refused('role.remove', 'keepers')).toMatch(/in use|used/);
    await administrator.run('role.remove', '-force', 'keepers');
    expect(columns(await administrator.run('role.ls')).map(([name]) => name)).not.toContain('keepers');
  });
});
