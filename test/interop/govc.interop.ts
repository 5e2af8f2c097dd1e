import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clients, isAbsent } from './clients.ts';
import { columns, govcOf, lines } from './govc-client.ts';
import { controlJournal, type LabProcess, run, startLab } from './lab-process.ts';

const world = fileURLToPath(new URL('worlds/inventory.scenario.yaml', import.meta.url));
const skip = isAbsent(clients.govc);

// The tests of this file are one story: each goes on where the one before it ended.
describe.skipIf(skip)('govc', () => {
  let lab: LabProcess;

  beforeAll(async () => {
    lab = await startLab([world]);
  });
  afterAll(() => lab.stop());

  const vms = ['web-1', 'db-1', 'web-2', 'plain'].map((name) => `/Datacenter/vm/${name}`);
  const govc = (...args: string[]) => govcOf(lab).run(...args);

  test('about', async () => {
    const about = await govc('about');
    expect(about).toMatch(/^FullName: +VMware vCenter Server 7\.0\.3 build-19480866$/m);
    expect(about).toMatch(/^API type: +VirtualCenter$/m);
  });

  test('a wrong password is refused', async () => {
    const said = await govcOf(lab, { GOVC_PASSWORD: 'wrong' }).refused('about');
    expect(said).toContain('Cannot complete login due to an incorrect user name or password');
  });

  test('ls', async () => {
    expect(lines(await govc('ls'))).toEqual([
      '/Datacenter/vm',
      '/Datacenter/host',
      '/Datacenter/datastore',
      '/Datacenter/network',
    ]);
    expect(lines(await govc('ls', '/Datacenter/vm'))).toEqual(vms);
  });

  test('find', async () => {
    expect(lines(await govc('find', '-type', 'm'))).toEqual(vms);
    expect(lines(await govc('find', '/', '-type', 'm', '-runtime.powerState', 'poweredOff'))).toEqual([
      '/Datacenter/vm/db-1',
      '/Datacenter/vm/web-2',
      '/Datacenter/vm/plain',
    ]);
    expect(lines(await govc('find', '-type', 'h'))).toEqual([
      '/Datacenter/host/Cluster/esxi-1.lab',
      '/Datacenter/host/Cluster/esxi-2.lab',
    ]);
  });

  test('vm.info', async () => {
    const info = await govc('vm.info', 'web-1');
    expect(info).toMatch(/^Name: +web-1$/m);
    expect(info).toMatch(/^ +Power state: +poweredOn$/m);
    expect(info).toMatch(/^ +Host: +esxi-1\.lab$/m);
    const { virtualMachines } = JSON.parse(await govc('vm.info', '-json', 'db-1'));
    expect(virtualMachines).toMatchObject([
      { name: 'db-1', runtime: { powerState: 'poweredOff' }, config: { version: 'vmx-19' } },
    ]);
  });

  test('kms.add: not trusted yet, so the status is red', async () => {
    const { host, port } = lab.ready.kmip;
    await govc('kms.add', '-n', 'kms-1', '-a', host, '-p', String(port), 'my-kp');
    expect(columns(await govc('kms.ls'))).toEqual([['my-kp', 'Standard', 'red']]);
  });

  test('kms.trust -server-cert: vCenter trusts the KMS', async () => {
    const { host, port } = lab.ready.kmip;
    // As a user gets the certificate of the KMS.
    const command = `openssl s_client -connect ${host}:${port} < /dev/null 2>/dev/null | openssl x509`;
    const { stdout: certificate } = await run('/bin/sh', ['-c', command]);
    await govc('kms.trust', '-server-cert', certificate, 'my-kp');
    const { status } = JSON.parse(await govc('kms.ls', '-json', 'my-kp'));
    expect(status.servers).toMatchObject([{ name: 'kms-1', clientTrustServer: true, serverTrustClient: false }]);
  });

  test('kms.trust -client-cert -client-key: the KMS trusts vCenter, and the status is green', async () => {
    const { clientCert, clientKey } = lab.ready.pki;
    const identity = ['-client-cert', readFileSync(clientCert, 'utf8'), '-client-key', readFileSync(clientKey, 'utf8')];
    await govc('kms.trust', ...identity, 'my-kp');
    const { host, port } = lab.ready.kmip;
    expect(columns(await govc('kms.ls', 'my-kp'))).toEqual([['kms-1', `${host}:${port}`, 'green']]);
  });

  test('kms.default', async () => {
    await govc('kms.default', 'my-kp');
    expect(columns(await govc('kms.ls'))).toEqual([['my-kp', 'Standard', 'green', 'default']]);
  });

  test('kms.ls -json', async () => {
    const { host, port } = lab.ready.kmip;
    const { info, status } = JSON.parse(await govc('kms.ls', '-json'));
    expect(info).toMatchObject([
      { clusterId: { id: 'my-kp' }, servers: [{ name: 'kms-1', address: host, port }], useAsDefault: true },
    ]);
    expect(status).toMatchObject([
      {
        clusterId: { id: 'my-kp' },
        overallStatus: 'green',
        servers: [{ name: 'kms-1', status: 'green', clientTrustServer: true, serverTrustClient: true }],
      },
    ]);
  });

  test('a VM created with the policy "VM Encryption Policy" is encrypted with a key of the KMS', async () => {
    const place = ['-ds', 'datastore1', '-host', '/Datacenter/host/Cluster/esxi-1.lab', '-net', 'VM Network'];
    await govc('vm.create', ...place, '-disk', '1GB', '-on=false', '-profile', 'VM Encryption Policy', 'secret-1');
    const { virtualMachines } = JSON.parse(await govc('vm.info', '-json', 'secret-1'));
    const { keyId } = virtualMachines[0].config;
    expect(keyId.providerId).toEqual({ id: 'my-kp' });
    const created = (await controlJournal(lab)).filter(({ event, data }) => {
      return event === 'kmip.request' && data?.operation === 'Create';
    });
    expect(created.length).toBeGreaterThanOrEqual(1);
  });

  test('vm.change -migrate-encryption required, then vm.migrate: encrypted, without a KMIP message', async () => {
    await govc('vm.change', '-vm', 'web-1', '-migrate-encryption', 'required');
    const before = (await controlJournal(lab)).length;
    await govc('vm.migrate', '-host', '/Datacenter/host/Cluster/esxi-2.lab', 'web-1');
    expect(await govc('vm.info', 'web-1')).toMatch(/^ +Host: +esxi-2\.lab$/m);
    const { virtualMachines } = JSON.parse(await govc('vm.info', '-json', 'web-1'));
    expect(virtualMachines[0].config.migrateEncryption).toBe('required');
    const during = (await controlJournal(lab)).slice(before);
    expect(during.filter(({ plane }) => plane === 'kmip')).toEqual([]);
    expect(during.filter(({ event }) => event === 'vcenter.vmotion.key')).toMatchObject([{ data: { keyBits: 256 } }]);
    expect(await govc('events')).toMatch(/encrypt/i);
  });

  test('kms.rm', async () => {
    await govc('kms.add', '-n', 'spare', '-a', lab.ready.kmip.host, 'spare-kp');
    expect(columns(await govc('kms.ls')).map(([name]) => name)).toEqual(['my-kp', 'spare-kp']);
    await govc('kms.rm', '-s', 'spare', 'spare-kp');
    expect(columns(await govc('kms.ls')).map(([name]) => name)).toEqual(['my-kp']);
  });

  test('the private key that govc uploaded is in no log and not in the journal', async () => {
    const secret = readFileSync(lab.ready.pki.clientKey, 'utf8').split('\n')[1] ?? '';
    expect(secret).toHaveLength(64);
    const journal = JSON.stringify(await controlJournal(lab));
    for (const text of [journal, lab.output.stdout, lab.output.stderr]) expect(text.includes(secret)).toBe(false);
  });
});
