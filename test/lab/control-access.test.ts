import { request } from 'node:http';
import { expect, it } from 'vitest';
import { needsToken, newToken } from '../../lab/control/access.ts';
import { ControlApi } from '../../lab/control/control-api.ts';
import { runKeyrig, startLab } from '../interop/lab-process.ts';
import { ControlledLab, refusal } from './control-lab.ts';

const token = 'a-token-for-tests';
const open = new ControlledLab();
const guarded = new ControlledLab({ host: '127.0.0.2', token });

/** fetch does not let a Host header be chosen. */
function callAs(host: string, headers: Record<string, string> = {}, method = 'GET'): Promise<number | undefined> {
  const { port } = new URL(open.control.url);
  return new Promise((resolve, reject) => {
    const call = request(
      { host: '127.0.0.1', port, path: '/state', method, headers: { host, ...headers } },
      (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      },
    );
    call.on('error', reject).end();
  });
}

it('on loopback only names of this machine are answered', async () => {
  const { port } = new URL(open.control.url);
  expect(await callAs(`127.0.0.1:${port}`)).toBe(200);
  expect(await callAs('localhost')).toBe(200);
  expect(await callAs(`[::1]:${port}`)).toBe(200);
  expect(await callAs('rebound.example')).toBe(403);
  expect(await callAs(`127.0.0.1.rebound.example:${port}`)).toBe(403);
});

it('pages of other sites are refused, whatever they ask', async () => {
  const { url } = open.control;
  const { host } = new URL(url);
  expect(await callAs(host, { origin: url })).toBe(200);
  for (const origin of ['https://evil.example', 'null', `${url}0`, 'http://localhost:1']) {
    expect(await callAs(host, { origin })).toBe(403);
  }
  expect(await open.call('POST', '/faults/reset', undefined, { origin: 'https://evil.example' })).toMatchObject(
    refusal(403, 'ERR_ORIGIN', 'pages of https://evil.example may not use the control API'),
  );
});

it('elsewhere there is no control API without a token', () => {
  expect(['127.0.0.1', '::1', 'localhost', '127.0.0.2', '0.0.0.0', '::', '192.0.2.1'].map(needsToken)).toEqual([
    ...[false, false, false],
    ...[true, true, true, true],
  ]);
  expect(() => new ControlApi(open.lab, { host: '0.0.0.0', port: 0 })).toThrow(
    expect.objectContaining({ code: 'ERR_OPTION' }),
  );
  expect(newToken()).toMatch(/^[\w-]{32}$/);
  expect(newToken()).not.toBe(newToken());
});

it('with a token only health, the description and the dashboard are open', async () => {
  for (const path of ['/health', '/ready', '/openapi.json', '/', '/dashboard.js', '/style.css']) {
    expect((await guarded.call('GET', path)).status, path).toBe(200);
  }
  for (const path of ['/state', '/journal', '/journal/stream', '/metrics', '/pki/ca.pem', '/nowhere', '/faults']) {
    const answer = await guarded.call('GET', path);
    expect(answer, path).toMatchObject(refusal(401, 'ERR_TOKEN'));
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
  }
  const state = (authorization: string) => guarded.call('GET', '/state', undefined, { authorization });
  for (const wrong of ['Bearer', 'Bearer x', `Bearer ${token}x`, `Basic ${token}`, `Bearer ${token} x`, token]) {
    expect((await state(wrong)).status, wrong).toBe(401);
  }
  expect((await state(`Bearer ${token}`)).status).toBe(200);
  expect((await state(`bearer ${token}`)).status).toBe(200);
});

it('with a token the private key can be fetched', async () => {
  const { status, text } = await guarded.call('GET', '/pki/client-key.pem', undefined, {
    authorization: `Bearer ${token}`,
  });
  expect([status, text]).toEqual([200, guarded.lab.clientIdentities.get('vcenter')?.privateKeyPem]);
});

it('keyrig up makes a token when it listens elsewhere, and tells it where its clients look', async () => {
  const lab = await startLab(['--host', '127.0.0.2', '--clock', 'manual']);
  try {
    const { url, token: made = '' } = lab.ready.control;
    expect(new URL(url).hostname).toBe('127.0.0.2');
    expect(made).toMatch(/^[\w-]{32}$/);
    const clock = (headers: Record<string, string>) => fetch(`${url}/clock`, { headers });
    expect((await clock({})).status).toBe(401);
    expect(await (await clock({ authorization: `Bearer ${made}` })).json()).toMatchObject({ mode: 'manual' });
    const { stdout } = await runKeyrig('env', '--control-url', url, '--format', 'json');
    expect(JSON.parse(stdout)).toMatchObject({ KEYRIG_CONTROL_URL: url, KEYRIG_CONTROL_TOKEN: made });
    expect(lab.output.stderr).not.toContain(made);
  } finally {
    await lab.stop();
  }
});
