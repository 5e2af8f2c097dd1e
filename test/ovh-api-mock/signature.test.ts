import { expect, onTestFinished, test } from 'vitest';
import { candidateUrls, sign } from '../../ovh-api-mock/signature.ts';
import { keys, serviceName, startApi, vectorTime } from './api.ts';

const json = '{"a":"b","c":"d"}';

// Vectors of the official Python and Go clients, ovh.md 2.2.
test.each([
  ['GET', 'https://eu.api.ovh.com/1.0/call', '', '$1$7f2db49253edfc41891023fcd1a54cf61db05fbb'],
  ['GET', 'https://eu.api.ovh.com/v1/call', '', '$1$e6e7906d385eb28adcbfbe6b66c1528a42d741ad'],
  ['GET', 'https://eu.api.ovh.com/v2/call', '', '$1$bb63b132a6f84ad5433d0c534d48d3f7c3804285'],
  ['GET', 'https://eu.api.ovh.com/1.0/auth', '', '$1$e9556054b6309771395efa467c22e627407461ad'],
  ['POST', 'https://eu.api.ovh.com/1.0/auth', json, '$1$ec2fb5c7a81f64723c77d2e5b609ae6f58a84fc1'],
  ['PUT', 'https://eu.api.ovh.com/1.0/auth', json, '$1$8a75a9e7c8e7296c9dbeda6a2a735eb6bd58ec4b'],
  ['DELETE', 'https://eu.api.ovh.com/1.0/auth', '', '$1$a1eecd00b3b02b6cf5708b84b9ff42059a950d85'],
])('the signature of %s %s %s is the one of the official clients', (method, url, body, signature) => {
  const call = { ...keys, method, body: Buffer.from(body), timestamp: String(vectorTime) };
  expect(sign(call, url)).toBe(signature);
});

// The computed vectors of ovh.md 2.2: one listener takes the URL with its port, without it, and with the other scheme.
test.each([
  ['localhost:18443', '$1$3bc292e95c07289cd65fac95fa5311474739c25f'],
  ['localhost:18443', '$1$02ad0fd0be9083974b1bd2d7ff5c2a265923c66f'],
  ['127.0.0.1:8080', '$1$a047dfcec4705de19338e870a198237100ab669e'],
])('both listeners accept Host %s with signature %s', async (host, signature) => {
  const api = await startApi(onTestFinished);
  for (const secure of [false, true]) {
    const answer = await api.call('GET', '/dedicatedCloud', {
      host,
      secure,
      headers: { 'x-ovh-signature': signature },
    });
    expect(answer.json).toEqual([serviceName]);
  }
});

test('a client behind a hosts entry signs the public name', async () => {
  const api = await startApi(onTestFinished, { publicUrls: ['https://eu.api.ovh.com/1.0'] });
  const signedUrl = 'https://eu.api.ovh.com/v1/dedicatedCloud?a=%20b';
  expect((await api.call('GET', '/dedicatedCloud?a=%20b', { prefix: '/v1', signedUrl })).status).toBe(200);
  expect(
    (await api.call('GET', '/dedicatedCloud', { signedUrl: 'https://ca.api.ovh.com/1.0/dedicatedCloud' })).status,
  ).toBe(400);
});

test('the candidate URLs are schemes times hosts, and public names', () => {
  expect(candidateUrls('[::1]:8444', '/1.0/x?y=z', ['https://eu.api.ovh.com/1.0'])).toEqual([
    'https://[::1]:8444/1.0/x?y=z',
    'http://[::1]:8444/1.0/x?y=z',
    'https://[::1]/1.0/x?y=z',
    'http://[::1]/1.0/x?y=z',
    'https://eu.api.ovh.com/1.0/x?y=z',
  ]);
});

test('the body is signed byte for byte as it was sent', async () => {
  const api = await startApi(onTestFinished);
  const body = '{ "sslThumbprint" : "AA",\n "description": "cl\\u00e9 \u00e9", "ip":"192.0.2.1" }';
  expect((await api.service('POST', '/vmEncryption/kms', { body })).status).toBe(200);
  const [kmsId] = (await api.service('GET', '/vmEncryption/kms')).json as unknown as number[];
  expect((await api.service('GET', `/vmEncryption/kms/${kmsId}`)).json.description).toBe('clé é');
});

test('a wrong signature is told apart in the journal by the string that should have been signed, without secrets', async () => {
  const api = await startApi(onTestFinished);
  const answer = await api.service('POST', '/vmEncryption/kms?password=hunter2', {
    body: '{"ip":"192.0.2.1"}',
    headers: { 'x-ovh-signature': '$1$0000000000000000000000000000000000000000' },
  });
  expect(answer.status).toBe(400);
  expect(answer.json).toEqual({
    class: 'Client::BadRequest',
    message: 'Invalid signature',
    errorCode: 'INVALID_SIGNATURE',
    httpCode: '400 Bad Request',
  });
  const [entry] = api.runtime.journal.entries({ event: 'ovh.signature.mismatch' });
  expect(entry?.text).toContain(
    `<applicationSecret>+5mBu…+POST+https://127.0.0.1:${api.mock.httpPort}/1.0/dedicatedCloud/${serviceName}/vmEncryption/kms?password=…+{"ip":"192.0.2.1"}+${vectorTime}`,
  );
  // Two schemes, with and without port, and OVHcloud's own three names.
  expect(entry?.data?.expected).toHaveLength(7);
  const journal = JSON.stringify(api.runtime.journal.entries());
  expect(journal).not.toContain(keys.applicationSecret);
  expect(journal).not.toContain(keys.consumerKey);
  expect(journal).not.toContain('hunter2');
});

test('a body with secrets is not shown when its signature is wrong', async () => {
  const api = await startApi(onTestFinished);
  const body = { deep: [{ password: 'hunter2' }] };
  await api.service('POST', '/vmEncryption/kms', { body, headers: { 'x-ovh-signature': '$1$00' } });
  expect(api.runtime.journal.entries({ event: 'ovh.signature.mismatch' })).toHaveLength(1);
  expect(JSON.stringify(api.runtime.journal.entries())).not.toContain('hunter2');
});
