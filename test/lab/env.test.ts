import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { parse } from 'yaml';
import { environmentOf } from '../../lab/environment.ts';
import { root } from '../interop/clients.ts';
import { type LabProcess, run, runKeyrig, startLab } from '../interop/lab-process.ts';

let lab: LabProcess;
beforeAll(async () => {
  lab = await startLab();
});
afterAll(() => lab.stop());

function env(...args: string[]) {
  return runKeyrig('env', '--control-url', lab.ready.control.url, ...args);
}

it('prints what `keyrig exec` would set, as JSON', async () => {
  const { code, stdout } = await env('--format', 'json');
  expect(code).toBe(0);
  const variables = JSON.parse(stdout) as object;
  expect(variables).toEqual(environmentOf(lab.ready));
  expect(variables).toMatchObject({
    OVH_ENDPOINT: lab.ready.ovh.url,
    OVH_APPLICATION_SECRET: lab.ready.ovh.applicationSecret,
    GOVC_URL: lab.ready.vcenter.url,
    KMIP_PORT: String(lab.ready.kmip.port),
    SSL_CERT_FILE: lab.ready.pki.ca,
  });
});

it('prints lines that a shell reads back as they were', async () => {
  const { stdout } = await env();
  const names = Object.keys(environmentOf(lab.ready));
  const script = `set -a; eval "$1"; shift; for name; do printenv "$name"; done`;
  const shell = await run('sh', ['-c', script, 'sh', stdout, ...names]);
  expect(shell.stdout.trimEnd().split('\n')).toEqual(Object.values(environmentOf(lab.ready)));
});

it('prints the variables of the executor ovhapi, with the text of the certificate authority', async () => {
  const { url, applicationKey, applicationSecret, consumerKey, serviceName } = lab.ready.ovh;
  const { stdout } = await env('--format', 'venom');
  expect(parse(stdout)).toMatchObject({
    'ovh.endpoint': url,
    'ovh.applicationKey': applicationKey,
    'ovh.applicationSecret': applicationSecret,
    'ovh.consumerKey': consumerKey,
    'ovh.tlsRootCA': readFileSync(lab.ready.pki.ca, 'utf8'),
    OVH_SERVICE_NAME: serviceName,
  });
});

it('finds the lab by the variable that the lab itself sets', async () => {
  const { control, ovh } = lab.ready;
  const { stdout } = await run(process.execPath, [`${root}bin/keyrig.js`, 'env'], {
    env: { KEYRIG_CONTROL_URL: control.url },
  });
  expect(stdout).toContain(`OVH_CONSUMER_KEY=${ovh.consumerKey}\n`);
});

it('the control API tells where the secrets are, not what they are; only the user of the lab can read them', async () => {
  const { control, ovh, vcenter } = lab.ready;
  const answer = await (await fetch(`${control.url}/ready`)).text();
  for (const secret of [ovh.applicationSecret, ovh.consumerKey, vcenter.password]) expect(answer).not.toContain(secret);
  const { file } = JSON.parse(answer) as { file: string };
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

it('the file goes with the lab, also from a folder that the user named', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'keyrig-env-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const short = await startLab(['--pki-dir', folder]);
  const file = join(folder, 'ready.json');
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(short.ready);
  await short.stop();
  expect(existsSync(file)).toBe(false);
  expect(existsSync(join(folder, 'ca.pem'))).toBe(true);
});

it('ends with 4 when no lab is there, with 2 for what is no URL and no format', async () => {
  expect(await runKeyrig('env', '--control-url', 'http://127.0.0.1:1')).toMatchObject({
    code: 4,
    stdout: '',
    stderr: expect.stringContaining('there is no lab at http://127.0.0.1:1'),
  });
  // OVHcloud's API is no control API.
  expect(await runKeyrig('env', '--control-url', lab.ready.ovh.httpUrl)).toMatchObject({ code: 4, stdout: '' });
  expect(await runKeyrig('env', '--control-url', 'localhost')).toMatchObject({ code: 2, stdout: '' });
  expect(await runKeyrig('env', '--format', 'xml')).toMatchObject({ code: 2, stdout: '' });
});
