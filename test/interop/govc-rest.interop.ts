import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clients, isAbsent } from './clients.ts';
import { columns, type Govc, govcOf } from './govc-client.ts';
import { controlJournal, type LabProcess, startLab } from './lab-process.ts';

const execute = promisify(execFile);
const world = fileURLToPath(new URL('worlds/inventory.scenario.yaml', import.meta.url));
const skip = isAbsent(clients.govc);

// The tests of this file are one story: each goes on where the one before it ended.
describe.skipIf(skip)('govc over REST, the lookup service and single sign-on', () => {
  let lab: LabProcess;
  let folder: string;
  let govc: Govc;
  /** Without name and password: tokens alone. */
  let stranger: Govc;

  beforeAll(async () => {
    lab = await startLab([world]);
    folder = mkdtempSync(join(tmpdir(), 'keyrig-govc-rest-'));
    govc = govcOf(lab, { GOVC_PERSIST_SESSION: 'false' });
    stranger = govcOf(lab, { GOVC_PERSIST_SESSION: 'false', GOVC_USERNAME: '', GOVC_PASSWORD: '' });
    const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
    const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=holder', '-days', '2'];
    await execute('openssl', [...request, '-keyout', key, '-out', certificate]);
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await lab.stop();
  });

  const holder = () => ['-cert', join(folder, 'certificate.pem'), '-key', join(folder, 'key.pem')];

  test('session.login -r', async () => {
    const session = JSON.parse(await govc.run('session.login', '-r', '/api/session'));
    expect(session).toMatchObject({ user: lab.ready.vcenter.username });
    expect(JSON.parse(await govc.run('session.login', '-r', '/api/vcenter/vm?names=web-1'))).toMatchObject([
      { name: 'web-1', power_state: 'POWERED_ON' },
    ]);
    expect(await govc.refused('session.login', '-r', '/api/vcenter/nothing')).toContain('404 Not Found');
    const wrong = govcOf(lab, { GOVC_PERSIST_SESSION: 'false', GOVC_PASSWORD: 'wrong' });
    expect(await wrong.refused('session.login', '-r')).toContain('incorrect user name or password');
  });

  test('kms.add -N: a native key provider that needs a backup', async () => {
    await govc.run('kms.add', '-N', 'nkp');
    expect(columns(await govc.run('kms.ls'))).toEqual([['nkp', 'Native', 'red']]);
    expect(await govc.refused('kms.add', '-N', 'nkp')).toContain('ALREADY_EXISTS');
  });

  test('kms.export: openssl opens the file with the password', async () => {
    const file = join(folder, 'nkp.p12');
    await govc.run('kms.export', '-p', 'correct horse', '-f', file, 'nkp');
    const { stdout } = await execute('openssl', ['pkcs12', '-in', file, '-nodes', '-passin', 'pass:correct horse']);
    expect(stdout).toContain('friendlyName: nkp');
    await expect(execute('openssl', ['pkcs12', '-in', file, '-passin', 'pass:wrong'])).rejects.toThrow();
    expect(readFileSync(file).includes('key_derivation_key')).toBe(false);
    expect(columns(await govc.run('kms.ls'))).toEqual([['nkp', 'Native', 'green']]);
    expect(await govc.refused('kms.export', '-f', file, 'nothing')).toContain('404 Not Found');
  });

  test('the provider encrypts, and no key server hears of it', async () => {
    await govc.run('kms.default', 'nkp');
    const heard = (await controlJournal(lab)).filter(({ plane }) => plane === 'kmip');
    await govc.run('vm.create', '-on=false', '-profile', 'VM Encryption Policy', '-m', '64', 'made-encrypted');
    const made = await govc.json<{ virtualMachines: { config: { keyId?: { providerId: { id: string } } } }[] }>(
      'vm.info',
      'made-encrypted',
    );
    expect(made.virtualMachines[0]?.config.keyId?.providerId.id).toBe('nkp');
    const now = (await controlJournal(lab)).filter(({ plane }) => plane === 'kmip');
    expect(now.length).toBe(heard.length);
  });

  test('kms.rm', async () => {
    await govc.run('kms.rm', 'nkp');
    expect((await govc.run('kms.ls')).trim()).toBe('');
    expect(await govc.refused('kms.rm', 'nkp')).not.toBe('');
  });

  test('tags.ls and tags.category.ls: there are none', async () => {
    expect(await govc.run('tags.ls')).toBe('');
    expect(await govc.run('tags.category.ls')).toBe('');
  });

  test('sso.service.ls: the services of the lookup service', async () => {
    const services = columns(await govc.run('sso.service.ls')).map(([product, type]) => `${product} ${type}`);
    expect(services).toEqual(['com.vmware.cis cs.identity', 'com.vmware.cis vcenterserver']);
    const url = await govc.run('sso.service.ls', '-t', 'cs.identity', '-P', 'wsTrust', '-U');
    expect(new URL(url.trim()).pathname).toBe('/sts/STSService/vsphere.local');
  });

  test('session.login -issue and -token: a bearer token logs in by itself', async () => {
    const token = (await govc.run('session.login', '-issue')).trim();
    expect(token).toContain('urn:oasis:names:tc:SAML:2.0:cm:bearer');
    await stranger.run('session.login', '-token', token);
    await stranger.run('session.login', '-r', '-token', token);
    const changed = token.replace(lab.ready.vcenter.username, 'somebody@vsphere.local');
    expect(await stranger.refused('session.login', '-token', changed)).toContain('Cannot complete login');
  });

  test('a holder-of-key token needs its key', async () => {
    const token = (await govc.run('session.login', ...holder(), '-issue')).trim();
    expect(token).toContain('urn:oasis:names:tc:SAML:2.0:cm:holder-of-key');
    await stranger.run('session.login', ...holder(), '-token', token);
    await stranger.run('session.login', '-r', ...holder(), '-token', token);
    expect(await stranger.refused('session.login', '-token', token)).toContain('Cannot complete login');
    const bearer = (await govc.run('session.login', '-issue')).trim();
    const exchanged = (
      await stranger.run('session.login', ...holder(), '-issue', '-lifetime', '5m', '-token', bearer)
    ).trim();
    await stranger.run('session.login', ...holder(), '-token', exchanged);
  });
});
