import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { routes } from '../../ovh-api-mock/index.ts';
import { type CallOptions, keys, serviceName, sha1Thumbprint, startApi } from './api.ts';

const oneOf = <T>(...values: T[]) => fc.constantFrom(...values);

/** Text that fits in a request line or a header as it is. */
const printable = fc.stringMatching(/^[!-"$->@-~]{0,20}$/);
const segment = fc.oneof(
  oneOf(
    serviceName,
    '100',
    '0',
    '-1',
    '1,2',
    '999999999999999999',
    '..',
    '%2e%2e',
    '%00',
    '%zz',
    '__proto__',
    'constructor',
  ),
  printable,
  fc.string({ unit: 'grapheme' }).map((text) => encodeURIComponent(text)),
);
const query = fc.oneof(
  oneOf(
    '',
    '?state=done',
    '?state=done&state=todo',
    '?name[]=1',
    '?name=%zz',
    '?__proto__=1',
    '?iamTags=%7B',
    '??&&==&=',
  ),
  printable.map((text) => `?${text}`),
);
const value = fc.oneof(
  oneOf<unknown>(
    '192.0.2.1',
    '::1',
    'example.com',
    sha1Thumbprint,
    '2024-02-30T25:00:00',
    null,
    true,
    1e21,
    -0,
    '',
    [],
    {},
  ),
  fc.jsonValue(),
);
const field = oneOf(
  'ip',
  'sslThumbprint',
  'description',
  'reason',
  'accessRules',
  'name',
  'network',
  '__proto__',
  'toString',
);
const body: fc.Arbitrary<unknown> = fc.oneof(
  fc.constant(undefined),
  fc.dictionary(field, value, { maxKeys: 4 }),
  oneOf(
    '{',
    'null',
    '[]',
    '"text"',
    '\u{feff}{}',
    '{"ip":1e999}',
    '{"a":1,"a":2}',
    `${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`,
  ),
  fc.string({ unit: 'binary', minLength: 1 }),
);
const header = fc.oneof(
  fc
    .record({
      name: oneOf('mode', 'size', 'number', 'cursor', 'sort', 'sort-order', 'filter'),
      text: fc.oneof(
        oneOf('CachedObjectList-Pages', '1', 'serviceName', 'state:eq=done', 'a.b:in=%zz', 'taskId:lt=x&:=', 'DESC'),
        printable,
      ),
    })
    .map(({ name, text }) => [`x-pagination-${name}`, text] as const),
  fc.tuple(
    oneOf('x-ovh-batch', 'content-type', 'accept', 'authorization', 'x-ovh-timestamp', 'x-ovh-application'),
    printable,
  ),
);

/** A request for a declared route, or for a path that only looks like one. */
const request = fc.record({
  route: oneOf(...routes),
  otherMethod: fc.oneof(
    { arbitrary: fc.constant(undefined), weight: 9 },
    oneOf('GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'TRACE'),
  ),
  own: fc.boolean(),
  segments: fc.array(segment, { minLength: 4, maxLength: 4 }),
  query,
  body,
  headers: fc.array(header, { maxLength: 4 }),
});

test('whatever a client sends, the answer has the form and is no failure of the server', async () => {
  const api = await startApi(onTestFinished, {
    services: [
      {
        serviceName,
        kms: [{ ip: '192.0.2.9', sslThumbprint: sha1Thumbprint }],
        // Enough that some are left when many were removed.
        users: Array.from({ length: 50 }, (_, index) => ({ name: `user${index}` })),
        allowedNetworks: Array.from({ length: 50 }, (_, index) => ({ network: `198.51.100.${index}` })),
      },
    ],
    taskProgress: 'immediate',
  });
  // A logout ends the consumer key; somebody grants it again.
  onTestFinished(
    api.runtime.journal.subscribe(({ event }) => {
      if (event === 'ovh.credential.expired') api.mock.validateCredential(keys.consumerKey);
    }),
  );
  /** The value of a path's parameter that leads to something, while there is such a thing. */
  const known = (parameter: string) => {
    const { mock } = api;
    const [user] = mock.users(serviceName);
    const values: Record<string, string | number | undefined> = {
      serviceName,
      kmsId: mock.services[0]?.kms.keys().next().value,
      taskId: mock.tasks.at(-1)?.taskId,
      userId: user?.userId,
      rightId: user?.rights.keys().next().value,
      objectRightId: user?.objectRights.keys().next().value,
      networkAccessId: mock.allowedNetworks(serviceName)[0]?.networkAccessId,
    };
    return values[parameter];
  };
  let well = 0;
  await fc.assert(
    fc.asyncProperty(request, async ({ route: { method, path }, otherMethod, own, segments, query, body, headers }) => {
      const parts = [...segments];
      const value = (parameter: string) => String((own ? known(parameter) : undefined) ?? parts.shift() ?? '');
      const target = path.replace(/\{(\w+)\}/g, (_, parameter: string) => value(parameter)) + query;
      const options: CallOptions = { body, headers: Object.fromEntries(headers) };
      const answer = await api.call(otherMethod ?? method, target, options);
      expect(answer.status, answer.text).toBeLessThan(500);
      expect(answer.headers['x-ovh-queryid']).toMatch(/^EU\.ext-3\.[0-9a-f]+\.\d+\.[0-9a-f]{32}$/);
      expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
      if (answer.status < 400) well++;
      else {
        expect(answer.json).toMatchObject({
          class: expect.stringMatching(/^Client::\w+$/),
          message: expect.any(String),
        });
        expect(answer.text).not.toMatch(/ at \w+ \(|node:internal|\.ts:\d+/);
      }
    }),
    { numRuns: 3_000, seed: 5, endOnFailure: false },
  );
  // Not all of it is refused at the door.
  expect(well).toBeGreaterThan(300);
  expect(api.runtime.journal.entries({ event: 'ovh.internal-error' })).toEqual([]);
});
