import { request } from 'node:https';
import { expect, test } from 'vitest';
import { type Lab, password, startLab, username } from './lab.ts';

interface Page {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

function get(lab: Lab, path: string, user?: string, pass = password): Promise<Page> {
  return new Promise((resolve, reject) => {
    const auth = user === undefined ? undefined : `${user}:${pass}`;
    const outgoing = request(
      { host: '127.0.0.1', port: lab.mock.port, path, auth, rejectUnauthorized: false },
      (response) => {
        let body = '';
        response.setEncoding('utf8');
        response.on('data', (part: string) => {
          body += part;
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
      },
    );
    outgoing.on('error', reject);
    outgoing.end();
  });
}

test('the browser asks for a login of the vCenter', async () => {
  const lab = await startLab();
  const anonymous = await get(lab, '/mob');
  expect(anonymous.status).toBe(401);
  expect(anonymous.headers['www-authenticate']).toBe('Basic realm="VMware HTTP server"');
  expect((await get(lab, '/mob', username, 'wrong')).status).toBe(401);
  const page = await get(lab, '/mob', username);
  expect(page.status).toBe(200);
  expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
  expect(page.headers['content-security-policy']).toMatch(/^default-src 'none'; style-src 'sha256-[\w+/=]+'$/);
  expect(page.body).toContain(
    '<a href="/mob/?moid=ServiceInstance&amp;type=ServiceInstance&amp;doPath=content">ServiceContent</a>',
  );
  expect(JSON.stringify(lab.runtime.journal.entries())).not.toContain('wrong');
});

test('from the service content to a VM and into its devices', async () => {
  const lab = await startLab();
  const id = lab.ref('web');
  const content = (await get(lab, '/mob/?moid=ServiceInstance&doPath=content', username)).body;
  expect(content).toContain('<a href="/mob/?moid=group-d1&amp;type=Folder">group-d1</a> (Datacenters)');
  const vm = (await get(lab, `/mob/?moid=${id}`, username)).body;
  expect(vm).toContain('<h1>web</h1><p>VirtualMachine');
  expect(vm).toContain(`&amp;doPath=config">VirtualMachineConfigInfo</a>`);
  expect(vm).toContain('<th scope="row">PowerOnVM_Task</th>');
  expect(vm).toContain('methods are listed, not called');
  const config = (await get(lab, `/mob/?moid=${id}&doPath=config`, username)).body;
  expect(config).toMatch(/<th scope="row">memoryMB<\/th><td class="type">int<\/td>|doPath=config\.hardware/);
  const hardware = (await get(lab, `/mob/?moid=${id}&doPath=config.hardware`, username)).body;
  expect(hardware).toContain(
    '<tr><th scope="row">memoryMB</th><td class="type">int</td><td class="value"><code>1024</code></td></tr>',
  );
  expect(hardware).toContain('doPath=config.hardware.device%5B0%5D">');
  const disk = /doPath=([^"]+)">VirtualDisk</.exec(hardware)?.[1] ?? '';
  const device = (await get(lab, `/mob/?moid=${id}&doPath=${disk}`, username)).body;
  expect(device).toContain('<h2>VirtualDisk</h2>');
  expect(device).toContain('<th scope="row">capacityInKB</th><td class="type">long</td>');
});

test('names are escaped', async () => {
  const lab = await startLab({ inventory: { vms: [{ name: '<script>alert("1")</script>&' }] } });
  const [vm] = lab.mock.inventory.vms;
  const { body } = await get(lab, `/mob/?moid=${vm!.ref.value}`, username);
  expect(body).toContain('<h1>&lt;script&gt;alert(&quot;1&quot;)&lt;%2fscript&gt;&amp;</h1>');
  expect(body).not.toContain('<script');
});

test('what the user may not see is not shown', async () => {
  const lab = await startLab({
    users: [
      { username, password },
      { username: 'alice', password: 'a', role: 'ReadOnly', on: ['/Datacenter/vm/web'] },
      { username: 'bob', password: 'b', role: 'NoAccess' },
    ],
  });
  expect((await get(lab, '/mob', 'bob', 'b')).status).toBe(401);
  expect((await get(lab, `/mob/?moid=${lab.ref('web')}&doPath=config`, 'alice', 'a')).status).toBe(200);
  expect((await get(lab, `/mob/?moid=${lab.ref('db')}`, 'alice', 'a')).status).toBe(403);
  const root = (await get(lab, '/mob/?moid=group-d1', 'alice', 'a')).body;
  expect(root).toContain('<span class="none">needs System.Read</span>');
  const sessions = (await get(lab, '/mob/?moid=SessionManager', 'alice', 'a')).body;
  expect(sessions).toContain('<span class="none">needs Sessions.TerminateSession</span>');
});

test('what does not exist is 404, objects of sessions too; nothing can be written', async () => {
  const lab = await startLab();
  await lab.login();
  await lab.call('<CreateListView xmlns="urn:vim25"><_this type="ViewManager">ViewManager</_this></CreateListView>');
  const [view] = lab.mock.vc.store.all('ListView');
  for (const query of [
    'moid=vm-4711',
    `moid=${encodeURIComponent(view!.ref.value)}`,
    `moid=${lab.ref('web')}&doPath=nothing`,
    `moid=${lab.ref('web')}&doPath=config.nothing`,
    `moid=${lab.ref('web')}&doPath=config.hardware.device%5B999%5D`,
    `moid=${lab.ref('web')}&doPath=config.__proto__`,
  ]) {
    expect([query, (await get(lab, `/mob/?${query}`, username)).status]).toEqual([query, 404]);
  }
  expect((await lab.send('/mob', '')).status).toBe(404);
});

test('an older release shows neither newer properties nor newer methods', async () => {
  const lab = await startLab({ version: '6.7' });
  const vm = (await get(lab, `/mob/?moid=${lab.ref('web')}`, username)).body;
  expect(vm).toContain('<th scope="row">CryptoUnlock_Task</th>');
  expect(vm).not.toContain('InstantClone_Task2');
  const host = (await get(lab, `/mob/?moid=${lab.ref('esx-01')}&doPath=runtime`, username)).body;
  expect(host).toContain('<th scope="row">cryptoState</th>');
  expect(host).not.toContain('<th scope="row">stateEncryption</th>');
});
