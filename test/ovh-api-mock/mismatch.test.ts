import { createHash, createHmac } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import { unexplained } from '../../ovh-api-mock/mismatch/explain.ts';
import { keys, startApi, vectorTime } from './api.ts';

const { applicationSecret, consumerKey } = keys;
const other = { applicationKey: 'other'.padEnd(16, '0'), applicationSecret: 'secret'.padEnd(32, '0') };
const secondKey = 'second'.padEnd(32, '0');
const body = '{"ip":"192.0.2.1","sslThumbprint":"AA","description":"clé/1 <x>"}';
const path = '/1.0/dedicatedCloud/pcc-1/vmEncryption/kms?name=a%20b&time=1:2';

interface Parts {
  secret: string;
  key: string;
  method: string;
  url: string;
  body: string;
  time: string;
}
const sha1 = (text: string, encoding: 'hex' | 'base64' = 'hex') => createHash('sha1').update(text).digest(encoding);
const join = ({ secret, key, method, url, body, time }: Parts) => [secret, key, method, url, body, time].join('+');
const signed = (parts: Parts) => `$1$${sha1(join(parts))}`;

/** What the journal says of a call that sends `body` to `path` with this signature. */
async function explain(signature: (right: Parts, port: number) => string, sent = body): Promise<unknown> {
  const api = await startApi(onTestFinished, {
    applications: [{ ...keys, consumerKeys: [{ consumerKey }, { consumerKey: secondKey }] }, other],
  });
  const port = api.mock.httpPort;
  const right = {
    secret: applicationSecret,
    key: consumerKey,
    method: 'POST',
    url: `http://127.0.0.1:${port}${path}`,
    body: sent,
    time: String(vectorTime),
  };
  const answer = await api.call('POST', path, {
    prefix: '',
    body: sent,
    headers: { 'x-ovh-signature': signature(right, port), 'content-length': String(Buffer.byteLength(sent)) },
  });
  // Whatever the reason, the client learns no more than from OVHcloud.
  expect(answer.json).toEqual({
    class: 'Client::BadRequest',
    message: 'Invalid signature',
    errorCode: 'INVALID_SIGNATURE',
    httpCode: '400 Bad Request',
  });
  const [entry] = api.runtime.journal.entries({ event: 'ovh.signature.mismatch' });
  const journal = JSON.stringify(api.runtime.journal.entries());
  for (const secret of [applicationSecret, consumerKey, secondKey, other.applicationSecret]) {
    expect(journal).not.toContain(secret);
  }
  expect(entry?.text).toContain(String(entry?.data?.reason));
  return entry?.data?.reason;
}

const value = JSON.parse(body) as Record<string, string>;

test.each<[string, (right: Parts, port: number) => string, RegExp]>([
  ['no signature', () => '', /sends no X-Ovh-Signature/],
  ['the prefix is missing', (right) => signed(right).slice(3), /writes the digest differently/],
  ['upper case', (right) => `$1$${sha1(join(right)).toUpperCase()}`, /writes the digest differently/],
  ['an empty body', (right) => signed({ ...right, body: '' }), /signs an empty body/],
  [
    'JSON with spaces',
    (right) => signed({ ...right, body: body.replaceAll('","', '", "').replaceAll('":"', '": "') }),
    /another piece of JSON/,
  ],
  ['JSON in lines', (right) => signed({ ...right, body: JSON.stringify(value, null, 2) }), /another piece of JSON/],
  [
    'JSON in order',
    (right) => {
      const { description, ip, sslThumbprint } = value;
      return signed({ ...right, body: JSON.stringify({ description, ip, sslThumbprint }) });
    },
    /another piece of JSON/,
  ],
  ['JSON with escapes', (right) => signed({ ...right, body: body.replace('é', '\\u00e9') }), /another piece of JSON/],
  [
    'JSON with escaped slashes',
    (right) => signed({ ...right, body: body.replace('/', '\\/') }),
    /another piece of JSON/,
  ],
  [
    'JSON for HTML',
    (right) => signed({ ...right, body: body.replace('<x>', '\\u003cx\\u003e') }),
    /another piece of JSON/,
  ],
  [
    'a line at the end',
    (right) => signed({ ...right, body: `${body}\n` }),
    /another piece of JSON|white space around its body/,
  ],
  ['no query', (right) => signed({ ...right, url: right.url.split('?')[0]! }), /without its query/],
  ['a decoded query', (right) => signed({ ...right, url: right.url.replace('%20', ' ') }), /other percent-encoding/],
  ['the path alone', (right) => signed({ ...right, url: path }), /the path alone/],
  ['/v1 for /1.0', (right) => signed({ ...right, url: right.url.replace('/1.0/', '/v1/') }), /another prefix/],
  ['two slashes', (right) => signed({ ...right, url: right.url.replace('/1.0/', '/1.0//') }), /a slash too many/],
  ['no scheme', (right) => signed({ ...right, url: right.url.slice(7) }), /without its scheme/],
  ['another name', (right, port) => signed({ ...right, url: `http://localhost:${port}${path}` }), /a well-known host/],
  ['lower case', (right) => signed({ ...right, method: 'post' }), /another method/],
  ['a GET', (right) => signed({ ...right, method: 'GET' }), /another method/],
  ['milliseconds', (right) => signed({ ...right, time: `${right.time}000` }), /another timestamp/],
  ['a second later', (right) => signed({ ...right, time: String(vectorTime + 1) }), /another timestamp/],
  [
    'a newline',
    (right) => signed({ ...right, secret: `${right.secret}\n` }),
    /white space or quotes around its application secret/,
  ],
  ['quotes', (right) => signed({ ...right, key: `"${right.key}"` }), /white space or quotes around its consumer key/],
  ['mixed up keys', (right) => signed({ ...right, secret: right.key, key: right.secret }), /mixes up/],
  ['no consumer key', (right) => signed({ ...right, key: '' }), /without a consumer key/],
  ['the application key', (right) => signed({ ...right, secret: keys.applicationKey }), /an application key in place/],
  [
    "another application's secret",
    (right) => signed({ ...right, secret: other.applicationSecret }),
    /the secret of another application/,
  ],
  ['another consumer key', (right) => signed({ ...right, key: secondKey }), /another consumer key/],
  ['base64', (right) => `$1$${sha1(join(right), 'base64')}`, /in base64/],
  ['SHA-256', (right) => `$1$${createHash('sha256').update(join(right)).digest('hex')}`, /SHA-256/],
  ['MD5', (right) => `$1$${createHash('md5').update(join(right)).digest('hex')}`, /MD5/],
  ['HMAC', (right) => `$1$${createHmac('sha1', right.secret).update(join(right)).digest('hex')}`, /HMAC-SHA-1/],
  [
    'another order',
    ({ secret, key, method, url, body: text, time }) => `$1$${sha1([secret, key, url, method, text, time].join('+'))}`,
    /another order/,
  ],
  ['garbage', () => 'garbage', /has 7 characters/],
])('the journal says what was signed: %s', async (_case, signature, reason) => {
  expect(await explain(signature)).toMatch(reason);
});

test('a body that was signed but not sent is told apart', async () => {
  expect(await explain((right) => signed({ ...right, body: '{}' }), '')).toMatch(/sends no body, but signs one/);
});

test('what cannot be found out is said to be so', async () => {
  expect(await explain((right) => signed({ ...right, secret: 'wrong' }))).toBe(unexplained);
});

test('a large body is not tried without end', async () => {
  const large = JSON.stringify({ description: 'x'.repeat(60_000) });
  expect(await explain((right) => signed({ ...right, secret: 'wrong' }), large)).toBe(unexplained);
});
