import { expect, onTestFinished, test } from 'vitest';
import type { AccountOptions, OvhApiMockOptions } from '../../ovh-api-mock/index.ts';
import { type RunningApi, serviceName, startApi } from './api.ts';

const account: AccountOptions = {
  nichandle: 'ab12345-ovh',
  password: 'correct horse',
  users: [
    { login: 'reader', password: 'battery staple', description: 'reads' },
    { login: 'careful', password: 'two steps', secondFactor: 'sms', phoneNumber: '+33.600000000' },
  ],
  policies: [{ identities: ['reader', 'careful'], allow: ['pccVMware:apiovh:vmEncryption/get'] }],
};
const rules = [
  { method: 'GET', path: '/dedicatedCloud*' },
  { method: 'GET', path: '/auth/*' },
];
const started = (options: OvhApiMockOptions = {}) => startApi(onTestFinished, { account, ...options });

interface PageAnswer {
  status: number;
  headers: Headers;
  text: string;
}

/** A browser at the page of one consumer key: it keeps the cookie and sends back hidden fields. */
class Visitor {
  readonly consumerKey: string;
  readonly url: URL;
  #cookie: string | undefined;
  #hidden: Record<string, string> = {};

  constructor(consumerKey: string, validationUrl: string) {
    this.consumerKey = consumerKey;
    this.url = new URL(validationUrl);
  }

  static async of(api: RunningApi, more: object = {}): Promise<Visitor> {
    const headers = { 'x-ovh-consumer': undefined };
    const answer = await api.call('POST', '/auth/credential', { headers, body: { accessRules: rules, ...more } });
    expect(answer.json.state).toBe('pendingValidation');
    return new Visitor(String(answer.json.consumerKey), String(answer.json.validationUrl));
  }

  open(): Promise<PageAnswer> {
    return this.#fetch(this.url, {});
  }

  /** Sends the form of the page that came last. */
  send(fields: Record<string, string>): Promise<PageAnswer> {
    const body = new URLSearchParams({ action: 'grant', validity: 'unlimited', ...this.#hidden, ...fields });
    return this.#fetch(new URL('/auth/', this.url), { method: 'POST', body });
  }

  forgetCookie(): void {
    this.#cookie = undefined;
  }

  async #fetch(url: URL, init: RequestInit): Promise<PageAnswer> {
    const headers: Record<string, string> = this.#cookie === undefined ? {} : { cookie: this.#cookie };
    const {
      status,
      headers: given,
      ...rest
    } = await fetch(url, { ...init, headers, redirect: 'manual' }).then(async (answer) => ({
      status: answer.status,
      headers: answer.headers,
      text: await answer.text(),
    }));
    this.#cookie = given.get('set-cookie')?.split(';')[0] ?? this.#cookie;
    const inputs = [...rest.text.matchAll(/<input type="hidden" name="(\w+)" value="(\w*)">/g)];
    // A page without a form leaves the fields of the one before: somebody goes back and sends it again.
    if (inputs.length > 0) this.#hidden = Object.fromEntries(inputs.map(([, name, value]) => [name, value]));
    return { status, headers: given, ...rest };
  }
}

const right = { account: 'ab12345-ovh', password: 'correct horse' };
const statusOf = async (api: RunningApi, { consumerKey }: Visitor) =>
  (await api.service('GET', '/vmEncryption', { consumerKey })).status;

test('the page shows who asks for what, runs nothing and is framed by nobody', async () => {
  const api = await started();
  const visitor = await Visitor.of(api, { allowedIPs: ['127.0.0.0/8'], redirection: 'https://app.example/"><script>' });
  const page = await visitor.open();
  expect(page.status).toBe(200);
  expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(page.headers.get('content-security-policy')).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
  expect(page.headers.get('cache-control')).toBe('no-store');
  expect(page.headers.get('set-cookie')).toMatch(/; HttpOnly; SameSite=Lax$/);
  for (const text of ['keyrig', '/dedicatedCloud*', '127.0.0.0/8']) expect(page.text).toContain(text);
  expect(page.text).not.toContain('<script');
  // Looking changes nothing.
  expect(await statusOf(api, visitor)).toBe(403);
  expect((await visitor.open()).status).toBe(200);
});

test('who logs in grants access, once, and goes back to the application', async () => {
  const api = await started();
  const visitor = await Visitor.of(api, { redirection: 'https://app.example/back?x=1' });
  await visitor.open();
  const answer = await visitor.send(right);
  expect(answer.status).toBe(303);
  expect(answer.headers.get('location')).toBe('https://app.example/back?x=1');
  expect(await statusOf(api, visitor)).toBe(200);
  expect((await api.call('GET', '/auth/details', visitor)).json).toMatchObject({
    account: 'ab12345-ovh',
    user: null,
    method: 'account',
    identities: ['urn:v1:eu:identity:account:ab12345-ovh'],
    allowedRoutes: rules,
  });
  expect((await visitor.send(right)).status).toBe(410);
  expect((await visitor.open()).status).toBe(410);
  expect(JSON.stringify(api.runtime.journal.entries())).not.toMatch(/correct horse|credentialToken=\w/);
});

test.each([
  ['1h', 3_600],
  ['1d', 86_400],
  ['1w', 604_800],
  ['1m', 2_592_000],
])('a validity of %s ends after %i s', async (validity, seconds) => {
  const api = await started();
  const visitor = await Visitor.of(api);
  await visitor.open();
  expect((await visitor.send({ ...right, validity })).text).toContain('Access granted');
  await api.clock.advance(seconds * 1000 - 1);
  expect(await statusOf(api, visitor)).toBe(200);
  await api.clock.advance(1);
  expect((await api.service('GET', '/vmEncryption', visitor)).json.errorCode).toBe('INVALID_CREDENTIAL');
});

test('a user of the account grants what IAM lets the user do', async () => {
  const api = await started();
  const visitor = await Visitor.of(api);
  await visitor.open();
  await visitor.send({ account: 'ab12345-ovh/reader', password: 'battery staple' });
  expect((await api.call('GET', '/auth/details', visitor)).json).toMatchObject({
    user: 'reader',
    method: 'user',
    identities: ['urn:v1:eu:identity:user:ab12345-ovh/reader'],
    description: 'reads',
  });
  expect(await statusOf(api, visitor)).toBe(200);
  const denied = await api.service('GET', '', visitor);
  expect(denied.json.details).toMatchObject({ unauthorizedActionsByIAM: 'pccVMware:apiovh:get' });
});

test('who refuses gives no access', async () => {
  const api = await started();
  const visitor = await Visitor.of(api, { redirection: 'https://app.example/' });
  await visitor.open();
  expect((await visitor.send({ action: 'refuse' })).text).toContain('Access refused');
  expect((await api.service('GET', '/vmEncryption', visitor)).json.errorCode).toBe('INVALID_CREDENTIAL');
  expect((await visitor.send(right)).status).toBe(410);
});

test.each(['javascript:alert(1)', 'nonsense', 'data:text/html,x'])(
  'the browser does not follow %s',
  async (redirection) => {
    const api = await started();
    const visitor = await Visitor.of(api, { redirection });
    await visitor.open();
    const answer = await visitor.send(right);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('location')).toBeNull();
  },
);

test('wrong passwords make the login wait by the clock, whoever asks', async () => {
  const api = await started();
  const visitor = await Visitor.of(api);
  await visitor.open();
  for (let attempt = 1; attempt <= 5; attempt++) {
    const page = await visitor.send({ ...right, password: 'hunter2' });
    expect(page.status).toBe(403);
    expect(page.text).toContain('Invalid account or password.');
  }
  const second = await Visitor.of(api);
  await second.open();
  const locked = await second.send(right);
  expect(locked.status).toBe(429);
  expect(locked.headers.get('retry-after')).toBe('60');
  await api.clock.advance(60_000);
  expect((await second.send(right)).text).toContain('Access granted');
  expect(JSON.stringify(api.runtime.journal.entries())).not.toContain('hunter2');
});

test('unknown accounts are refused like wrong passwords, and what was typed is not told', async () => {
  const api = await started();
  const visitor = await Visitor.of(api);
  await visitor.open();
  const page = await visitor.send({ account: 'my-password', password: 'correct horse' });
  expect(page.text).toContain('Invalid account or password.');
  expect(JSON.stringify(api.runtime.journal.entries())).not.toContain('my-password');
});

test('other sites cannot send the form', async () => {
  const api = await started();
  const visitor = await Visitor.of(api);
  await visitor.open();
  visitor.forgetCookie();
  expect((await visitor.send(right)).status).toBe(403);
  expect(await statusOf(api, visitor)).toBe(403);
  // The page that came instead has a cookie and a field of its own.
  expect((await visitor.send({ ...right, csrf: 'x' })).status).toBe(403);
  expect((await visitor.send(right)).text).toContain('Access granted');
});

test('a link ends after a day, and one that nobody made is none', async () => {
  const api = await started();
  const visitor = await Visitor.of(api);
  await visitor.open();
  await api.clock.advance(86_400_000);
  expect((await visitor.send(right)).status).toBe(410);
  visitor.url.searchParams.set('credentialToken', 'x');
  expect((await visitor.open()).status).toBe(404);
});

test('a second factor asks for the code of the inbox', async () => {
  const api = await started();
  const visitor = await Visitor.of(api);
  await visitor.open();
  const login = { account: 'ab12345-ovh/careful', password: 'two steps' };
  const page = await visitor.send({ ...login, validity: '1h' });
  expect(page.text).toContain('Confirm that it is you');
  const [message] = api.mock.messages;
  expect(message).toMatchObject({ kind: 'sms', to: '+33.600000000', code: expect.stringMatching(/^\d{6}$/) });
  const code = message?.code ?? '';
  const wrong = code === '000000' ? '000001' : '000000';
  expect((await visitor.send({ action: 'confirm', code: wrong })).text).toContain('Invalid code.');
  expect(await statusOf(api, visitor)).toBe(403);
  expect((await visitor.send({ action: 'confirm', code })).text).toContain('Access granted');
  expect(await statusOf(api, visitor)).toBe(200);
  await api.clock.advance(3_600_000);
  expect(await statusOf(api, visitor)).toBe(403);
  expect(JSON.stringify(api.runtime.journal.entries())).not.toContain(code);
});

test('a code ends after five minutes, and codes cannot be tried without end', async () => {
  const api = await started();
  const visitor = await Visitor.of(api);
  await visitor.open();
  const login = { account: 'ab12345-ovh/careful', password: 'two steps' };
  await visitor.send(login);
  await api.clock.advance(300_000);
  const late = await visitor.send({ action: 'confirm', code: api.mock.messages.at(-1)?.code ?? '' });
  expect(late.text).toContain('This code has expired.');
  // A new log-in between does not start the count again.
  for (let attempt = 1; attempt <= 5; attempt++) {
    await visitor.open();
    await visitor.send(login);
    expect((await visitor.send({ action: 'confirm', code: 'x' })).text).toContain('Invalid code.');
  }
  expect((await visitor.send({ action: 'confirm', code: api.mock.messages.at(-1)?.code ?? '' })).status).toBe(429);
});

test('who logs out can use the consumer key no more', async () => {
  const api = await started();
  expect((await api.call('POST', '/auth/logout')).text).toBe('null');
  expect((await api.call('GET', '/dedicatedCloud')).json.errorCode).toBe('INVALID_CREDENTIAL');
});

test('requests for consumer keys are kept up to a limit, the newest', async () => {
  const api = await started({ assumed: { credentialLimit: 3 } });
  const visitors = [];
  for (let count = 0; count < 5; count++) visitors.push(await Visitor.of(api));
  // One of the world besides.
  expect(api.mock.credentials).toHaveLength(4);
  expect(await Promise.all(visitors.map(async (visitor) => (await visitor.open()).status))).toEqual([
    404, 404, 200, 200, 200,
  ]);
  expect((await api.service('GET', '/vmEncryption', visitors[0])).json.errorCode).toBe('NOT_CREDENTIAL');
  // What was granted does not fall to new requests.
  await visitors[2]!.send(right);
  for (let count = 0; count < 5; count++) await Visitor.of(api);
  expect(await statusOf(api, visitors[2]!)).toBe(200);
  expect((await api.call('GET', '/dedicatedCloud', visitors[2])).json).toEqual([serviceName]);
});
