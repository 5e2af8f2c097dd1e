import { once } from 'node:events';
import { request } from 'node:https';
import { connect } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import { createRuntime } from '../../core/index.ts';
import { createOvhApiMock, ovhHosts } from '../../ovh-api-mock/index.ts';
import { startApi } from './api.ts';

// The names of ovh.md 2.1.
const hosts = ['eu.api.ovh.com', 'ca.api.ovh.com', 'api.us.ovhcloud.com'];

test.each(hosts)('as %s: what is signed for that name is accepted, and links name it', async (host) => {
  const api = await startApi(onTestFinished, {});
  const list = await api.call('GET', '/dedicatedCloud', { host, secure: true });
  expect(list.status).toBe(200);
  const body = { accessRules: [{ method: 'GET', path: '/*' }] };
  const { json } = await api.call('POST', '/auth/credential', { host, secure: true, body });
  expect(json.validationUrl).toMatch(new RegExp(`^https://${host}/auth/\\?credentialToken=\\w{64}$`));
  const description = await api.call('GET', '/openapi.json', { host, secure: true });
  expect(description.json.servers).toEqual([{ url: `https://${host}/1.0` }]);
});

test('behind a proxy that changes the Host header, what was signed for the public name is accepted', async () => {
  const api = await startApi(onTestFinished);
  const signedUrl = 'https://eu.api.ovh.com/1.0/dedicatedCloud';
  expect((await api.call('GET', '/dedicatedCloud', { signedUrl })).status).toBe(200);
  const other = 'https://eu.api.example.com/1.0/dedicatedCloud';
  expect((await api.call('GET', '/dedicatedCloud', { signedUrl: other })).json.message).toBe('Invalid signature');
});

test('public names can be replaced', async () => {
  const api = await startApi(onTestFinished, { publicUrls: ['https://ovh.example/1.0'] });
  const call = (origin: string) => api.call('GET', '/dedicatedCloud', { signedUrl: `${origin}/1.0/dedicatedCloud` });
  expect((await call('https://ovh.example')).status).toBe(200);
  expect((await call('https://eu.api.ovh.com')).status).toBe(400);
});

test("the mock's own certificate carries all names", async () => {
  const mock = createOvhApiMock({ httpPort: 0, httpsPort: 0 }, createRuntime({ seed: 'names' }));
  await mock.start();
  onTestFinished(() => mock.stop());
  expect(ovhHosts).toEqual(expect.arrayContaining([...hosts, 'www.ovh.com', 'ca.ovh.com', 'us.ovhcloud.com']));
  const socket = connect({ port: mock.httpsPort, host: '127.0.0.1', rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  const certificate = socket.getPeerX509Certificate()!;
  socket.destroy();
  expect(ovhHosts.map((host) => certificate.checkHost(host))).toEqual(ovhHosts);
  // As a client does that trusts this certificate and has a name that leads here.
  const answer = request({
    servername: 'eu.api.ovh.com',
    lookup: (_name, _options, done) => done(null, [{ address: '127.0.0.1', family: 4 }]),
    host: 'eu.api.ovh.com',
    port: mock.httpsPort,
    path: '/1.0/auth/time',
    ca: certificate.toString(),
    agent: false,
  }).end();
  const [response] = (await once(answer, 'response')) as [{ statusCode: number; resume(): void }];
  response.resume();
  expect(response.statusCode).toBe(200);
});
