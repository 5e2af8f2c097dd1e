import { describe, expect, it, onTestFinished } from 'vitest';
import { keys, startApi } from './api.ts';

// The page in a browser: test/interop/panel.interop.ts. Here what it is made of, without one.

/** A module of the page. */
const load = <T>(file: string) => import(new URL(`../../ui/ovh-panel/${file}`, import.meta.url).href) as Promise<T>;

interface SignedCall {
  method: string;
  url: string;
  body: string;
  timestamp: number;
}
const { sign } = await load<{ sign(secrets: typeof keys, call: SignedCall): Promise<string> }>('signature.js');
const { patterns, hasEnded, isWaitingForCustomer, kmsStates, taskStates } = await load<{
  patterns: { ip: RegExp; sslThumbprint: RegExp };
  hasEnded(task: { state: string }): boolean;
  isWaitingForCustomer(task: { state: string; description: string | null }): boolean;
  kmsStates: Record<string, string>;
  taskStates: Record<string, string>;
}>('vm-encryption-kms.js');

describe('the pages', () => {
  const started = () => startApi(onTestFinished);
  const page = '/manager/dedicatedCloud/pcc-192-0-2-10/security/kms';

  it.each(['/manager/', page, '/manager/dedicatedCloud/pcc-192-0-2-10/operations'])(
    '%s is a page that takes nothing from elsewhere',
    async (path) => {
      const { mock } = await started();
      const answer = await fetch(new URL(path, mock.httpUrl));
      expect(answer.status).toBe(200);
      expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
      const policy = answer.headers.get('content-security-policy');
      expect(policy).toMatch(/^default-src 'self';.*frame-ancestors 'none'/);
      expect(policy).not.toMatch(/unsafe/);
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
      expect(answer.headers.get('x-ovh-queryid')).toMatch(/^EU\.ext-3\./);
      const html = await answer.text();
      // Whatever the page names is served beside it.
      const names = [...html.matchAll(/(?:src|href)="(\/manager\/ui\/[^"]+)"/g)].map(([, name]) => name ?? '');
      expect(names).toEqual(['/manager/ui/icon.svg', '/manager/ui/panel.css', '/manager/ui/panel.js']);
      for (const name of names) {
        const file = await fetch(new URL(name, mock.httpUrl));
        expect([name, file.status]).toEqual([name, 200]);
        expect(file.headers.get('content-security-policy')).toBe(policy);
        const [, theme] = /^@import url\("(.+)"\)/.exec(name.endsWith('.css') ? await file.text() : '') ?? [];
        if (theme)
          expect((await fetch(new URL(theme, mock.httpUrl))).headers.get('content-type')).toMatch(/^text\/css/);
      }
    },
  );

  it('leads to the list of services from the folder above', async () => {
    const { mock } = await started();
    const answer = await fetch(new URL('/manager', mock.httpUrl), { redirect: 'manual' });
    expect([answer.status, answer.headers.get('location')]).toEqual([302, '/manager/']);
  });

  it.each(['/manager/ui/', '/manager/ui/nothing.js', '/manager/ui/..%2f..%2fpackage.json', '/manager/dedicatedCloud/'])(
    '%s is not there, as the API says it',
    async (path) => {
      const { mock } = await started();
      const answer = await fetch(new URL(path, mock.httpUrl));
      expect(answer.status).toBe(404);
      expect(await answer.json()).toMatchObject({ class: 'Client::NotFound' });
    },
  );
});

// The vectors of the official clients (spec 2.2).
it.each([
  ['GET', 'https://eu.api.ovh.com/1.0/call', '', '$1$7f2db49253edfc41891023fcd1a54cf61db05fbb'],
  ['POST', 'https://eu.api.ovh.com/1.0/auth', '{"a":"b","c":"d"}', '$1$ec2fb5c7a81f64723c77d2e5b609ae6f58a84fc1'],
  ['DELETE', 'https://eu.api.ovh.com/1.0/auth', '', '$1$a1eecd00b3b02b6cf5708b84b9ff42059a950d85'],
])('signs %s %s as the official clients do', async (method, url, body, signature) => {
  expect(await sign(keys, { method, url, body, timestamp: 1457018875 })).toBe(signature);
});

// Spec 4.1: the dots are unescaped, so any character passes between the numbers.
it.each([
  ['192.0.2.1', true],
  ['255.255.255.255', true],
  ['192x0x2x1', true],
  ['256.0.2.1', false],
  // 1, 2, 0 and 2, by the same reading.
  ['192.0.2', true],
  ['192.0', false],
  ['192.0.2.1 ', false],
  ['kms.example.com', false],
  ['2001:db8::1', false],
])('address %s: %s', (text, accepted) => {
  expect(patterns.ip.test(text)).toBe(accepted);
});

it.each([
  ['a SHA-1', Array(20).fill('aF').join(':'), true],
  ['a SHA-256', Array(32).fill('09').join(':'), true],
  ['19 pairs', Array(19).fill('AA').join(':'), false],
  ['31 pairs', Array(31).fill('AA').join(':'), false],
  ['no colons', 'AA'.repeat(20), false],
  ['no hexadecimal digits', Array(20).fill('GG').join(':'), false],
])('thumbprint of %s', (_about, text, accepted) => {
  expect(patterns.sslThumbprint.test(text)).toBe(accepted);
});

// Spec 4.1 and 4.2.
it.each([
  ['todo', 'Waiting for customer to configure the KMS Server...', true],
  ['doing', 'Waiting for customer to configure the KMS Server...', true],
  ['error', 'Waiting for customer to configure the KMS Server...', false],
  ['doing', 'Waiting for customer to configure the KMS Server', false],
  ['doing', null, false],
])('a task in state %s with description %s waits for the customer: %s', (state, description, waits) => {
  expect(isWaitingForCustomer({ state, description })).toBe(waits);
});

it('closes its window for tasks that are done or canceled, and knows every state by a label', () => {
  // Spec 1.4.
  const states = 'canceled doing done error fixing toCancel toCreate todo unknown waitingForChilds waitingTodo'.split(
    ' ',
  );
  expect(states.filter((state) => hasEnded({ state }))).toEqual(['canceled', 'done']);
  expect(Object.keys(taskStates).sort()).toEqual([...states].sort());
  // Spec 4.2.
  expect(kmsStates).toEqual({
    toCreate: 'To be created',
    creating: 'Creating',
    delivered: 'Delivered',
    toUpdate: 'To be updated',
    updating: 'Updating',
    toDelete: 'To be deleted',
    deleting: 'Deleting',
    error: 'Error',
    unknown: 'Unknown',
  });
});
