import { afterEach, expect, it } from 'vitest';
import { KeyPool } from '../../core/index.ts';
import { VcenterClient } from '../../lab/clients/vcenter.ts';
import { createLab, type Lab } from '../../lab/index.ts';

const keys = new KeyPool();
let lab: Lab;
afterEach(() => lab.stop());

function labWith(role: string, on?: string[]): Lab {
  const users = [{ username: 'alice', password: 'wonder', role, on }];
  return createLab({ world: { vcenter: { vms: [{ name: 'vm-1' }, { name: 'vm-2' }], users } }, ports: 'auto', keys });
}

it('a user of the world has his role where the world says, and only there', async () => {
  lab = labWith('Admin', ['/Datacenter/vm/vm-1']);
  await lab.start();
  const ca = lab.pki.ca.certificatePem;
  const { host, port } = lab.access().vcenter;
  const alice = new VcenterClient({ host, port, ca, username: 'alice@vsphere.local', password: 'wonder' });
  const vm = await alice.find('VirtualMachine', 'vm-1');
  expect(await alice.task('PowerOnVM_Task', vm)).toMatchObject({ state: 'success' });
  await expect(alice.find('VirtualMachine', 'vm-2')).rejects.toThrow('vm-2');
  alice.close();
});

it('a user whose name is taken is refused, as the administrator is', async () => {
  const users = [{ username: 'Administrator', password: 'own' }];
  lab = createLab({ world: { vcenter: { users } }, ports: 'auto', keys });
  await expect(lab.start()).rejects.toMatchObject({
    code: 'ERR_OPTION',
    message: expect.stringContaining('more than one administrator@vsphere.local'),
  });
});

it.each([
  ['Wizard', undefined, 'the role "Wizard" of user alice'],
  ['Admin', ['/Nowhere'], '/Nowhere, where alice has a role'],
])('a role or place that does not exist is said before anything starts', async (role, on, text) => {
  lab = labWith(role, on);
  await expect(lab.start()).rejects.toMatchObject({ code: 'ERR_OPTION', message: expect.stringContaining(text) });
});
