import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { password } from '../lab.ts';
import { type RestLab, restLab } from './client.ts';

const path = '/api/vcenter/crypto-manager/kms/providers';

interface Exported {
  type: string;
  location: { url: string; download_token: { token: string; expiry: string } };
}

async function exported(lab: RestLab, body: { provider: string; password?: string }): Promise<Exported['location']> {
  const answer = await lab.rest('POST', `${path}?action=export`, { body });
  expect(answer).toMatchObject({ status: 200, json: { type: 'LOCATION' } });
  return (answer.json as Exported).location;
}

function download(lab: RestLab, location: Exported['location'], token = location.download_token.token) {
  return lab.rest('GET', new URL(location.url).pathname, { headers: { authorization: `Bearer ${token}` } });
}

async function backup(lab: RestLab, provider: string, pass?: string): Promise<Buffer> {
  const answer = await download(lab, await exported(lab, { provider, password: pass }));
  expect(answer.status).toBe(200);
  return answer.bytes;
}

/** What `openssl pkcs12` makes of a file. */
function openssl(file: Buffer, pass: string): { code: number | null; text: string } {
  const folder = mkdtempSync(join(tmpdir(), 'keyrig-p12-'));
  try {
    writeFileSync(join(folder, 'backup.p12'), file);
    const args = ['pkcs12', '-in', join(folder, 'backup.p12'), '-info', '-nodes', '-passin', `pass:${pass}`];
    const { status, stdout, stderr } = spawnSync('openssl', args, { encoding: 'utf8' });
    return { code: status, text: stdout + stderr };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const create = (lab: RestLab, provider = 'nkp', more = {}) =>
  lab.rest('POST', path, { body: { provider, constraints: { tpm_required: false }, ...more } });

test('a new provider needs a backup, which makes it usable', async () => {
  const lab = await restLab();
  expect(await create(lab)).toMatchObject({ status: 204, json: undefined });
  expect((await lab.rest('GET', path)).json).toEqual([{ provider: 'nkp', type: 'NATIVE', health: 'ERROR' }]);
  const info = (await lab.rest('GET', `${path}/nkp`)).json as { native_info: { key_id: string } };
  expect(info).toEqual({
    health: 'ERROR',
    details: [
      {
        id: 'com.vmware.vim.vpxd.encryption.keyProviderNotBackedUp',
        default_message: 'Key provider nkp requires backup.',
        args: [],
        params: { keyProviderId: { s: 'nkp' } },
        localized: 'Key provider nkp requires backup.',
      },
    ],
    constraints: { tpm_required: false },
    type: 'NATIVE',
    native_info: { key_id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4/) },
  });
  await backup(lab, 'nkp', 'secret');
  expect((await lab.rest('GET', `${path}/nkp`)).json).toEqual({ ...info, health: 'OK', details: [] });
  const events = lab.mock.events.all.slice(-2) as {
    _type: string;
    eventTypeId?: string;
    fullFormattedMessage?: string;
  }[];
  expect(events).toMatchObject([
    {
      _type: 'EventEx',
      eventTypeId: 'com.vmware.vc.kms.crypto.NotBackedUp',
      fullFormattedMessage: 'Key provider(s) are not backed up.',
    },
    {
      _type: 'ExtendedEvent',
      eventTypeId: 'com.vmware.vc.kms.crypto.AllBackedUp',
      fullFormattedMessage: 'Key providers are backed up.',
    },
  ]);
});

test('the list is filtered by provider and health', async () => {
  const lab = await restLab();
  await create(lab, 'a');
  await create(lab, 'b');
  await backup(lab, 'b');
  expect((await lab.rest('GET', `${path}?health=OK`)).json).toEqual([{ provider: 'b', type: 'NATIVE', health: 'OK' }]);
  expect((await lab.rest('GET', `${path}?providers=a`)).json).toMatchObject([{ provider: 'a' }]);
  expect((await lab.rest('GET', `${path}?health=FINE`)).status).toBe(400);
});

test('a backup is PKCS#12, readable by openssl with its password alone', async () => {
  const lab = await restLab();
  await create(lab);
  const location = await exported(lab, { provider: 'nkp', password: 'correct horse' });
  expect(location.url).toBe(`https://127.0.0.1:${lab.mock.port}/cryptomanager/kms/nkp`);
  const answer = await download(lab, location);
  expect(answer.headers['content-disposition']).toBe('attachment; filename="nkp2026-01-02T03:04:05.000Z.p12"');
  const opened = openssl(answer.bytes, 'correct horse');
  expect(opened.code).toBe(0);
  expect(opened.text).toContain('friendlyName: nkp');
  expect(opened.text).toMatch(/PBES2, PBKDF2, AES-256-CBC/);
  expect(openssl(answer.bytes, 'wrong').code).toBe(1);
  expect(answer.bytes.includes('key_derivation_key')).toBe(false);
  const plain = await backup(lab, 'nkp');
  expect(openssl(plain, '').code).toBe(0);
  expect(plain.includes('key_derivation_key')).toBe(true);
});

// RFC 6266 section 4.3: the encoded form carries what ASCII does not have.
test.each([
  [
    'clé d’été',
    `filename="cl_ d__t_2026-01-02T03:04:05.000Z.p12"; filename*=UTF-8''cl%C3%A9%20d%E2%80%99%C3%A9t%C3%A9`,
  ],
  ['ключ', `filename="____2026-01-02T03:04:05.000Z.p12"; filename*=UTF-8''%D0%BA%D0%BB%D1%8E%D1%87`],
  ['a "b"/c', `filename="a _b_/c2026-01-02T03:04:05.000Z.p12"; filename*=UTF-8''a%20%22b%22%2Fc`],
  ['n'.repeat(300), 'filename="nnn'],
])('a provider may have any name (%#): its backup is fetched all the same', async (provider, disposition) => {
  const lab = await restLab();
  await create(lab, provider);
  const answer = await download(lab, await exported(lab, { provider, password: 'correct horse' }));
  expect(answer.status).toBe(200);
  expect(answer.headers['content-disposition']).toContain(disposition);
  expect(openssl(answer.bytes, 'correct horse').code).toBe(0);
});

test('a download token works once, for its provider, until it expires', async () => {
  const lab = await restLab();
  await create(lab);
  await create(lab, 'other');
  const location = await exported(lab, { provider: 'nkp' });
  expect(location.download_token.expiry).toBe('2026-01-02T03:14:05.000Z');
  expect((await download(lab, location, 'made-up')).status).toBe(401);
  const elsewhere = { ...location, url: location.url.replace('/nkp', '/other') };
  expect((await download(lab, elsewhere)).status).toBe(401);
  expect((await download(lab, location)).status).toBe(200);
  expect((await download(lab, location)).status).toBe(401);
  const late = await exported(lab, { provider: 'nkp' });
  await lab.clock.advance(10 * 60_000);
  expect((await download(lab, late)).status).toBe(401);
});

test('duplicates, unknown providers and providers of another kind are refused', async () => {
  const lab = await restLab();
  await create(lab);
  expect(await create(lab)).toMatchObject({ status: 400, json: { error_type: 'ALREADY_EXISTS' } });
  lab.mock.encryption.providers.register({
    clusterId: { id: 'standard' },
    info: { name: 'kms', address: '127.0.0.1', port: 5696 },
  });
  expect(await create(lab, 'standard')).toMatchObject({ status: 400, json: { error_type: 'ALREADY_EXISTS' } });
  // A get knows no other kind: its documentation has no UNSUPPORTED.
  const [host] = lab.mock.inventory.hosts;
  for (const where of [path, `/api/vcenter/crypto-manager/hosts/${host!.ref.value}/kms/providers`]) {
    for (const id of ['nobody', 'standard']) {
      expect(await lab.rest('GET', `${where}/${id}`)).toMatchObject({ status: 404, json: { error_type: 'NOT_FOUND' } });
    }
  }
  for (const [method, where, body] of [
    ['PATCH', path, {}],
    ['DELETE', path, undefined],
  ] as const) {
    const at = (id: string) => lab.rest(method, `${where}/${id}`, { body });
    expect(await at('nobody')).toMatchObject({ status: 404, json: { error_type: 'NOT_FOUND' } });
    expect(await at('standard')).toMatchObject({ status: 400, json: { error_type: 'UNSUPPORTED' } });
  }
  const at = (provider: string) => lab.rest('POST', `${path}?action=export`, { body: { provider } });
  expect(await at('nobody')).toMatchObject({ status: 404, json: { error_type: 'NOT_FOUND' } });
  expect(await at('standard')).toMatchObject({ status: 400, json: { error_type: 'UNSUPPORTED' } });
  expect((await lab.rest('GET', path)).json).toHaveLength(1);
});

test('a provider has a name that SOAP clients can use: others are refused', async () => {
  const lab = await restLab();
  for (const provider of ['a\u0000', '\u001b[0m', '\ud800', '\uffff']) {
    expect(await lab.rest('POST', path, { body: { provider } })).toMatchObject({
      status: 400,
      json: { error_type: 'INVALID_ARGUMENT' },
    });
  }
  await create(lab, 'Schlüssel 🔑 <&>');
  const list = await lab.call(
    '<ListKmipServers xmlns="urn:vim25"><_this type="CryptoManagerKmip">CryptoManager</_this></ListKmipServers>',
  );
  expect(list.body).toContain('<id>Schlüssel 🔑 &lt;&amp;&gt;</id>');
});

test('what a body should not have is refused', async () => {
  const lab = await restLab();
  const refused = (operation: string) => ({
    status: 400,
    json: {
      error_type: 'INVALID_ARGUMENT',
      messages: [
        {
          id: 'vapi.invoke.invalid.input',
          default_message: `Invalid input for method: ::Com::Vmware::Vcenter::CryptoManager::Kms::Providers::${operation}`,
        },
      ],
    },
  });
  for (const body of [
    { spec: { provider: 'nkp' } },
    { provider: 'nkp', tpm_required: true },
    { provider: 'nkp', constraints: { tpmRequired: true } },
    { provider: 'nkp', toString: 'x' },
  ]) {
    expect(await lab.rest('POST', path, { body })).toMatchObject(refused('Create'));
  }
  expect((await lab.rest('GET', path)).json).toEqual([]);
  expect(await lab.rest('POST', `${path}?action=export`, { body: { id: 'nkp' } })).toMatchObject(refused('Export'));
});

test('a deleted provider comes back from its backup as it was', async () => {
  const lab = await restLab();
  const native_spec = {
    key_id: '12345678-abcd-1234-8def-123456789abc',
    key_derivation_key: Buffer.alloc(32, 7).toString('base64'),
  };
  await create(lab, 'nkp', { constraints: { tpm_required: true }, native_spec });
  const file = await backup(lab, 'nkp', 'secret');
  expect((await lab.rest('DELETE', `${path}/nkp`)).status).toBe(204);
  expect((await lab.rest('GET', path)).json).toEqual([]);
  const restore = (body: object) => lab.rest('POST', `${path}?action=import`, { body });
  const config = file.toString('base64');
  const result = {
    provider: 'nkp',
    type: 'NATIVE',
    native_info: { key_id: native_spec.key_id },
    export_time: '2026-01-02T03:04:05.000Z',
    constraints: { tpm_required: true },
  };
  expect(await restore({ config, password: 'secret', dry_run: true })).toMatchObject({ status: 200, json: result });
  expect((await lab.rest('GET', path)).json).toEqual([]);
  for (const bad of [{ config, password: 'wrong' }, { config }, { config: 'AAAA' }, {}, { config: 5 }]) {
    expect(await restore(bad)).toMatchObject({ status: 400, json: { error_type: 'INVALID_ARGUMENT' } });
  }
  const constraints = { tpm_required: false };
  expect(await restore({ config, password: 'secret', constraints })).toMatchObject({
    status: 200,
    json: { ...result, constraints },
  });
  expect((await lab.rest('GET', `${path}/nkp`)).json).toMatchObject({ health: 'OK', constraints });
  expect(await restore({ config, password: 'secret' })).toMatchObject({
    status: 400,
    json: { error_type: 'ALREADY_EXISTS' },
  });
  // A constraint that is left out does not apply; only without any are they those of the export.
  expect(await restore({ config, password: 'secret', constraints: {}, dry_run: true })).toMatchObject({
    json: { constraints: { tpm_required: false } },
  });
});

test('an update renames the key, and a new backup is suggested', async () => {
  const lab = await restLab();
  await create(lab);
  await backup(lab, 'nkp');
  const key_id = '12345678-abcd-1234-8def-123456789abc';
  expect((await lab.rest('PATCH', `${path}/nkp`, { body: { native_spec: { key_id } } })).status).toBe(204);
  expect((await lab.rest('GET', `${path}/nkp`)).json).toMatchObject({ health: 'OK', native_info: { key_id } });
  expect(lab.mock.events.latest).toMatchObject({
    eventTypeId: 'com.vmware.vc.kms.crypto.NotBackedUpAfterUpdate',
    fullFormattedMessage: 'Key provider backup is suggested after it is updated.',
  });
  const bad = await lab.rest('PATCH', `${path}/nkp`, { body: { native_spec: { key_id: 'x' } } });
  expect(bad).toMatchObject({ status: 400, json: { error_type: 'INVALID_ARGUMENT' } });
});

test('changes take Cryptographer.ManageKeyServers, reads Cryptographer.ReadKeyServersInfo', async () => {
  const lab = await restLab({
    users: [
      { username: 'administrator@vsphere.local', password },
      { username: 'plain@vsphere.local', password, role: 'NoCryptoAdmin' },
    ],
  });
  await lab.restLogin('plain@vsphere.local');
  expect(await create(lab)).toMatchObject({ status: 403, json: { error_type: 'UNAUTHORIZED' } });
  expect((await lab.rest('GET', path)).status).toBe(403);
  lab.token = undefined;
  expect((await create(lab)).status).toBe(401);
});

test('neither keys nor passwords nor tokens are in the journal', async () => {
  const lab = await restLab();
  const key_derivation_key = Buffer.alloc(32, 0x5a).toString('base64');
  await create(lab, 'nkp', { native_spec: { key_derivation_key } });
  const location = await exported(lab, { provider: 'nkp', password: 'pass-of-the-backup' });
  const file = (await download(lab, location)).bytes;
  const config = file.toString('base64');
  await lab.rest('DELETE', `${path}/nkp`);
  await lab.rest('POST', `${path}?action=import`, { body: { config, password: 'pass-of-the-backup' } });
  const journal = JSON.stringify(lab.runtime.journal.entries());
  for (const secret of [
    key_derivation_key,
    key_derivation_key.slice(0, 20),
    'pass-of-the-backup',
    location.download_token.token,
    config.slice(0, 40),
    lab.token,
  ]) {
    expect(journal).not.toContain(secret);
  }
});

test('7.0 Update 1 and older have no native key provider', async () => {
  const version = {
    version: '7.0.1',
    build: '1',
    apiVersion: '7.0.1.0',
    licenseProductVersion: '7.0',
    hardwareVersion: 18,
  };
  const lab = await restLab({ version });
  expect((await lab.rest('GET', path)).status).toBe(404);
});

test('a host shows which providers it can use, and why not', async () => {
  const lab = await restLab({ inventory: { hosts: [{ name: 'esx-01' }, { name: 'esx-02', tpm: false }] } });
  await create(lab, 'any');
  await backup(lab, 'any');
  await create(lab, 'strict', { constraints: { tpm_required: true } });
  await backup(lab, 'strict');
  const of = (name: string, rest = '') =>
    lab.rest('GET', `/api/vcenter/crypto-manager/hosts/${lab.ref(name)}/kms/providers${rest}`);
  const any = { provider: 'any', type: 'NATIVE', health: 'OK' };
  expect((await of('esx-01')).json).toEqual([any, { ...any, provider: 'strict' }]);
  expect((await of('esx-02')).json).toEqual([any, { provider: 'strict', type: 'NATIVE', health: 'ERROR' }]);
  expect((await of('esx-02', '?health=OK')).json).toEqual([any]);
  expect((await of('esx-02', '/strict')).json).toMatchObject({
    health: 'ERROR',
    details: [{ default_message: 'Host "esx-02" has no TPM 2.0, which native key provider strict requires.' }],
  });
  const unknown = await lab.rest('GET', '/api/vcenter/crypto-manager/hosts/host-0/kms/providers');
  expect(unknown).toMatchObject({ status: 404, json: { messages: [{ id: 'com.vmware.api.vcenter.host.not_found' }] } });
});
