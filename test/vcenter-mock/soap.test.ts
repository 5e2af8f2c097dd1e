import { connect } from 'node:tls';
import { expect, test } from 'vitest';
import { envelope, fetchOf, finished, loggedIn, startLab, textOf } from './lab.ts';

test('the version document lists the newest version and all before it', async () => {
  const lab = await startLab();
  const { status, body } = await lab.send('/sdk/vimServiceVersions.xml', '', { method: 'GET' });
  expect(status).toBe(200);
  expect(body).toContain('<namespaces version="1.0">');
  expect(body).toContain('<name>urn:vim25</name>');
  const versions = [...body.matchAll(/<version>(.*?)<\/version>/g)].map((match) => match[1]);
  expect(versions.slice(0, 4)).toEqual(['7.0.3.0', '7.0.2.1', '7.0.2.0', '7.0.1.1']);
  expect(versions).toContain('6.5');
  expect(versions).not.toContain('8.0.0.0');
});

test.each([
  ['a default namespace and unquoted SOAPAction', 'urn:vim25/9.1.0.0'],
  ['a quoted SOAPAction', '"urn:vim25/7.0.3.0"'],
  ['no SOAPAction', undefined],
])('a request is read by namespace: %s', async (_name, soapAction) => {
  const lab = await startLab();
  const answer = await lab.send(
    '/sdk',
    '<Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/"><Body><RetrieveServiceContent xmlns="urn:vim25"><_this type="ServiceInstance">ServiceInstance</_this></RetrieveServiceContent></Body></Envelope>',
    { soapAction },
  );
  expect(answer.status).toBe(200);
  expect(answer.headers['content-type']).toBe('text/xml; charset=utf-8');
  expect(answer.headers['cache-control']).toBe('no-cache');
  expect(answer.body).toContain('<rootFolder type="Folder">group-d1</rootFolder>');
});

test('prefixes are the client’s own business', async () => {
  const lab = await startLab();
  const answer = await lab.send(
    '/sdk/vimService',
    '<q:Envelope xmlns:q="http://schemas.xmlsoap.org/soap/envelope/" xmlns:v="urn:vim25"><q:Body><v:RetrieveServiceContent><v:_this type="ServiceInstance" versionId="8.0.3.0">ServiceInstance</v:_this></v:RetrieveServiceContent></q:Body></q:Envelope>',
  );
  expect(answer.status).toBe(200);
});

test('fields newer than the SOAPAction are left out, fields of the version are sent, in declared order', async () => {
  const lab = await startLab({ version: '8.0' });
  const content = (version: string) =>
    lab.call(
      '<RetrieveServiceContent xmlns="urn:vim25"><_this type="ServiceInstance">ServiceInstance</_this></RetrieveServiceContent>',
      `"urn:vim25/${version}"`,
    );
  const old = (await content('6.7.1')).body;
  expect(old).not.toContain('<tenantManager');
  expect(old).not.toContain('<siteInfoManager');
  const now = (await content('8.0.3.0')).body;
  const order = [
    '<cryptoManager ',
    '<healthUpdateManager ',
    '<tenantManager ',
    '<siteInfoManager ',
    '<storageQueryManager ',
  ];
  const places = order.map((element) => now.indexOf(element));
  expect(places.every((place) => place > 0)).toBe(true);
  expect([...places].sort((a, b) => a - b)).toEqual(places);
});

// vcenter.md 3.2: since 7.0.2.0
test.each([
  ['6.7', '9.1.0.0', undefined],
  ['8.0', '8.0.3.0', '00000'],
  ['8.0', '7.0.1.1', undefined],
] as const)('about of a vCenter %s for a client of %s has the patch level %s', async (version, client, level) => {
  const lab = await startLab({ version });
  const about = fetchOf('ServiceInstance', 'ServiceInstance', 'content.about');
  expect(textOf((await lab.call(about, `urn:vim25/${client}`)).body, 'patchLevel')).toBe(level);
});

test('a runtime has cryptography fields by version and no empty enumeration', async () => {
  const lab = await loggedIn({ version: '8.0' });
  await lab.mock.inventory.vm('web')?.change('runtime', (runtime) => {
    runtime.cryptoState = 'unlocked';
  });
  const runtime = fetchOf('VirtualMachine', lab.ref('web'), 'runtime');
  const now = (await lab.call(runtime)).body;
  expect(now).toContain('<returnval xsi:type="VirtualMachineRuntimeInfo">');
  expect(textOf(now, 'cryptoState')).toBe('unlocked');
  expect(textOf(now, 'faultToleranceState')).toBe('notConfigured');
  expect(textOf(now, 'recordReplayState')).toBe('inactive');
  expect(now).not.toMatch(/<(\w+)[^>]*><\/\1>/);
  const old = (await lab.call(runtime, '"urn:vim25/6.5"')).body;
  expect(old).not.toContain('<cryptoState');
  expect(old).not.toContain('<vmFailoverInProgress');
  expect(old).toContain('<powerState>poweredOff</powerState>');
});

// vcenter.md 3.2: vmFailoverInProgress and ftEncryptionMode came with 7.0.2.0, iommuActive with 8.0.1.0, tenantManager with 6.9.1
test.each([
  ['7.0', '9.1.0.0', 'runtime.vmFailoverInProgress', true],
  ['7.0', '9.1.0.0', 'runtime.iommuActive', false],
  ['7.0', '6.5', 'runtime.vmFailoverInProgress', false],
  ['8.0', '8.0.3.0', 'runtime.iommuActive', true],
  ['8.0', '8.0.0.1', 'runtime.iommuActive', false],
  ['6.7', '9.1.0.0', 'config.ftEncryptionMode', false],
] as const)('a vCenter %s has for a client of %s the property %s: %s', async (version, client, path, exists) => {
  const lab = await loggedIn({ version });
  const vm = lab.ref('web');
  const collected = `<RetrievePropertiesEx xmlns="urn:vim25"><_this type="PropertyCollector">propertyCollector</_this><specSet><propSet><type>VirtualMachine</type><pathSet>${path}</pathSet></propSet><objectSet><obj type="VirtualMachine">${vm}</obj></objectSet></specSet><options/></RetrievePropertiesEx>`;
  for (const content of [fetchOf('VirtualMachine', vm, path), collected]) {
    const { status, body } = await lab.call(content, `urn:vim25/${client}`);
    expect(status).toBe(exists ? 200 : 500);
    if (!exists)
      expect(body).toContain(`<InvalidPropertyFault xmlns="urn:vim25" xsi:type="InvalidProperty"><name>${path}`);
  }
});

test('a property of the service instance that is newer than the client does not exist', async () => {
  const lab = await loggedIn({ version: '8.0' });
  const tenants = fetchOf('ServiceInstance', 'ServiceInstance', 'content.tenantManager');
  expect((await lab.call(tenants, 'urn:vim25/6.7.1')).body).toContain('<InvalidPropertyFault');
  expect((await lab.call(tenants, 'urn:vim25/8.0.3.0')).body).toContain('TenantTenantManager');
});

test('what a request holds that is newer than its version is unknown: fields are ignored, types are InvalidType', async () => {
  const lab = await loggedIn({ version: '7.0' });
  const reconfigure = (spec: string, version: string) =>
    lab.call(
      `<ReconfigVM_Task xmlns="urn:vim25"><_this type="VirtualMachine">${lab.ref('web')}</_this><spec>${spec}</spec></ReconfigVM_Task>`,
      `urn:vim25/${version}`,
    );
  const mode = '<annotation>seen</annotation><ftEncryptionMode>ftEncryptionRequired</ftEncryptionMode>';
  const older = await finished(lab, await reconfigure(mode, '6.7.3'));
  expect(older).toContain('<state>success</state>');
  expect(lab.mock.inventory.vm('web')?.get('config')).toMatchObject({ annotation: 'seen' });
  expect(lab.mock.inventory.vm('web')?.get('config')?.ftEncryptionMode).not.toBe('ftEncryptionRequired');
  const ignored = lab.runtime.journal.entries({ event: 'vcenter.unknown' });
  expect(ignored.map(({ data }) => data?.what)).toEqual(['element spec.ftEncryptionMode']);
  await finished(lab, await reconfigure(mode, '7.0.3.0'));
  expect(lab.mock.inventory.vm('web')?.get('config')?.ftEncryptionMode).toBe('ftEncryptionRequired');
  const add = (type: string) =>
    `<deviceChange><operation>add</operation><device xsi:type="${type}"><key>-1</key></device></deviceChange>`;
  // VirtualPrecisionClock came with 7.0.0.0.
  const clock = await reconfigure(add('VirtualPrecisionClock'), '6.7.3');
  expect(clock.body).toContain(
    '<InvalidTypeFault xmlns="urn:vim25" xsi:type="InvalidType"><argument>spec.deviceChange.device</argument>',
  );
  expect((await reconfigure(add('VirtualPrecisionClock'), '7.0.3.0')).status).toBe(200);
});

test('unknown, undeclared and unsimulated methods answer as a vCenter does', async () => {
  const lab = await loggedIn();
  const unknown = await lab.call(
    '<NoSuch xmlns="urn:vim25"><_this type="ServiceInstance">ServiceInstance</_this></NoSuch>',
  );
  expect(unknown.status).toBe(500);
  expect(unknown.body).toContain(
    '<MethodNotFoundFault xmlns="urn:vim25" xsi:type="MethodNotFound"><receiver type="ServiceInstance">ServiceInstance</receiver><method>NoSuch</method></MethodNotFoundFault>',
  );
  const unsimulated = await lab.call(
    `<DefragmentAllDisks xmlns="urn:vim25"><_this type="VirtualMachine">${lab.ref('web')}</_this></DefragmentAllDisks>`,
  );
  expect(unsimulated.body).toContain('<NotImplementedFault xmlns="urn:vim25" xsi:type="NotImplemented">');
  const gone = await lab.call(fetchOf('VirtualMachine', 'vm-999', 'name'));
  expect(gone.body).toContain(
    '<ManagedObjectNotFoundFault xmlns="urn:vim25" xsi:type="ManagedObjectNotFound"><obj type="VirtualMachine">vm-999</obj></ManagedObjectNotFoundFault>',
  );
});

test('a method that is newer than the server is not found', async () => {
  const lab = await loggedIn({ version: '6.7' });
  const answer = await lab.call(
    '<ListKmsClusters xmlns="urn:vim25"><_this type="CryptoManagerKmip">CryptoManager</_this></ListKmsClusters>',
  );
  expect(answer.body).toContain('<MethodNotFoundFault');
});

test('a missing parameter and a wrong value are InvalidArgument that names the place', async () => {
  const lab = await loggedIn();
  const missing = await lab.call(
    '<Login xmlns="urn:vim25"><_this type="SessionManager">SessionManager</_this><userName>x</userName></Login>',
  );
  expect(textOf(missing.body, 'invalidProperty')).toBe('password');
  const wrong = await lab.call(
    `<ReconfigVM_Task xmlns="urn:vim25"><_this type="VirtualMachine">${lab.ref('web')}</_this><spec><numCPUs>two</numCPUs></spec></ReconfigVM_Task>`,
  );
  expect(textOf(wrong.body, 'invalidProperty')).toBe('spec.numCPUs');
});

test('unknown fields are ignored with a warning in the journal', async () => {
  const lab = await loggedIn();
  const answer = await lab.call(
    `<ReconfigVM_Task xmlns="urn:vim25"><_this type="VirtualMachine">${lab.ref('web')}</_this><spec><annotation>a &lt;b&gt; &amp; c</annotation><fromTheFuture>1</fromTheFuture></spec></ReconfigVM_Task>`,
  );
  expect(answer.status).toBe(200);
  await lab.mock.tasks.idle();
  expect(lab.runtime.journal.entries({ event: 'vcenter.unknown', level: 'warn' }).map((entry) => entry.text)).toEqual([
    'ReconfigVM_Task: element spec.fromTheFuture is not known and was ignored',
  ]);
  const config = (await lab.call(fetchOf('VirtualMachine', lab.ref('web'), 'config'))).body;
  expect(textOf(config, 'annotation')).toBe('a &lt;b&gt; &amp; c');
});

test.each([
  ['no XML', 'hello'],
  ['nothing', ''],
  ['an unclosed element', '<a><b></a>'],
  ['a DOCTYPE', '<!DOCTYPE x [<!ENTITY e "e">]><x>&e;</x>'],
  ['another document', '<html><body>hello</body></html>'],
  ['an envelope without a method', envelope('')],
  ['deep nesting', '<a>'.repeat(500) + '</a>'.repeat(500)],
])('garbage is refused and the server lives: %s', async (_name, body) => {
  const lab = await loggedIn();
  const answer = await lab.send('/sdk', body);
  expect(answer.status).toBe(500);
  expect(answer.body).toContain('<InvalidRequestFault');
  expect(lab.runtime.journal.entries({ event: 'vcenter.request.refused', level: 'warn' })).toHaveLength(1);
  expect((await lab.call(fetchOf('VirtualMachine', lab.ref('web'), 'name'))).body).toContain('>web</returnval>');
});

test('a body over the limit is refused with 413', async () => {
  const lab = await loggedIn({ assumed: { bodyLimit: 1000 } });
  const answer = await lab.send('/sdk', envelope(`<a>${'x'.repeat(2000)}</a>`));
  expect(answer.status).toBe(413);
  expect(lab.runtime.journal.entries({ event: 'vcenter.request.refused' })).toHaveLength(1);
});

test('bytes that are not HTTP are refused and journalled', async () => {
  const lab = await startLab();
  await new Promise<void>((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port: lab.mock.port, rejectUnauthorized: false }, () =>
      socket.write('\u0001\u0002 not http\r\n\r\n'),
    );
    socket.on('data', () => {});
    socket.on('close', () => resolve());
    socket.on('error', reject);
  });
  expect(lab.runtime.journal.entries({ event: 'vcenter.connection.refused' })).toHaveLength(1);
  await lab.login();
  expect(lab.cookie).toContain('vmware_soap_session');
});

test('a client whose address is not admitted is reset, and the next one is served', async () => {
  const asked: string[] = [];
  const lab = await startLab({ admits: (address) => asked.push(address) > 1 });
  await expect(lab.login()).rejects.toThrow(/ECONNRESET|socket hang up|disconnected/);
  expect(asked).toEqual(['127.0.0.1']);
  expect(lab.runtime.journal.entries({ event: 'gateway.client.refused' })).toHaveLength(1);
  expect((await lab.login()).status).toBe(200);
});

test('other paths are 404 and journalled', async () => {
  const lab = await startLab();
  expect((await lab.send('/ui/', '', { method: 'GET' })).status).toBe(404);
  expect(lab.runtime.journal.entries({ event: 'vcenter.unknown' })).toHaveLength(1);
});

test('over plain HTTP the cookie is not Secure', async () => {
  const lab = await startLab({ plain: true });
  const response = await fetch(`http://127.0.0.1:${lab.mock.port}/sdk`, {
    method: 'POST',
    body: envelope(
      '<Login xmlns="urn:vim25"><_this type="SessionManager">SessionManager</_this><userName>a</userName><password>b</password></Login>',
    ),
  });
  expect(response.headers.get('set-cookie')).toMatch(/^vmware_soap_session="[0-9a-f]{40}"; Path=\/; HttpOnly;$/);
  await response.text();
});

test('the journal tells each call by the name that its object has then', async () => {
  const lab = await loggedIn();
  const read = () => lab.call(fetchOf('VirtualMachine', lab.ref('web'), 'name'));
  const vm = lab.mock.inventory.vm('web')!;
  const id = vm.ref.value;
  await read();
  await read();
  vm.change('config', (config) => {
    config.name = 'renamed';
  });
  await lab.call(fetchOf('VirtualMachine', id, 'name'), '"urn:vim25/7.0.0.0"');
  const calls = lab.runtime.journal.entries({ event: 'vcenter.call', data: { method: 'Fetch' } });
  expect(calls.map(({ text, data }) => [text, data?.version])).toEqual([
    [`Fetch on web (VirtualMachine:${id})`, '7.0.3.0'],
    [`Fetch on web (VirtualMachine:${id})`, '7.0.3.0'],
    [`Fetch on renamed (VirtualMachine:${id})`, '7.0.0.0'],
  ]);
});
