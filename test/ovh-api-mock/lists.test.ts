import { expect, onTestFinished, test } from 'vitest';
import { type Answer, serviceName, sha1Thumbprint, startApi } from './api.ts';

const services = [
  { serviceName: 'pcc-1', productReference: 'EPCC', userSessionTimeout: 30, description: 'Café' },
  { serviceName: 'pcc-2', productReference: 'MBM', userSessionTimeout: 9, description: 'b' },
  { serviceName: 'pcc-3', productReference: 'EPCC', userSessionTimeout: 100, description: 'c' },
  { serviceName: 'pcc-4', productReference: 'EPCC', userSessionTimeout: 30, description: 'd', sslV3: true },
] as const;

const names = ({ json }: Answer) => (json as unknown as { serviceName: string }[]).map((one) => one.serviceName);

/** The headers as clients send and read them: ovh/manager's sources, ovh.md 2.7. */
async function list(headers: Record<string, string>) {
  const api = await startApi(onTestFinished, { services });
  return api.call('GET', '/dedicatedCloud', { headers });
}
const pages = { 'x-pagination-mode': 'CachedObjectList-Pages' };

test('without headers a list holds ids', async () => {
  const answer = await list({});
  expect(answer.json).toEqual(['pcc-1', 'pcc-2', 'pcc-3', 'pcc-4']);
  expect(Object.keys(answer.headers).filter((name) => name.startsWith('x-pagination'))).toEqual([]);
});

test('mode pages puts the objects of the detail route in place of ids, and counts', async () => {
  const api = await startApi(onTestFinished, { services });
  const answer = await api.call('GET', '/dedicatedCloud', { headers: pages });
  const single = await api.call('GET', '/dedicatedCloud/pcc-1');
  expect((answer.json as unknown as unknown[])[0]).toEqual(single.json);
  expect(names(answer)).toEqual(['pcc-1', 'pcc-2', 'pcc-3', 'pcc-4']);
  expect(answer.headers).toMatchObject({
    'x-pagination-elements': '4',
    'x-pagination-total': '1',
    'x-pagination-number': '1',
    'x-pagination-size': '5000',
  });
});

test.each([
  ['2', ['pcc-4']],
  ['3', []],
])('page %s of pages of three', async (number, expected) => {
  const answer = await list({ ...pages, 'x-pagination-size': '3', 'x-pagination-number': number });
  expect(names(answer)).toEqual(expected);
  expect(answer.headers).toMatchObject({
    'x-pagination-elements': '4',
    'x-pagination-total': '2',
    'x-pagination-number': number,
  });
});

test.each([
  // The control panel's list of Hosted Private Cloud services (ovh.md 2.7).
  ['productReference:eq=EPCC', ['pcc-1', 'pcc-3', 'pcc-4']],
  ['productReference:ne=EPCC', ['pcc-2']],
  ['userSessionTimeout:gt=9', ['pcc-1', 'pcc-3', 'pcc-4']],
  ['userSessionTimeout:lt=30', ['pcc-2']],
  ['description:like=%25AF%25', ['pcc-1']],
  ['description:eq=Caf%C3%A9', ['pcc-1']],
  ['serviceName:in=pcc-2,pcc-3', ['pcc-2', 'pcc-3']],
  ['productReference:eq=EPCC&userSessionTimeout:eq=30', ['pcc-1', 'pcc-4']],
  ['iam.displayName:like=%252', ['pcc-2']],
  ['sslV3:eq=true', ['pcc-4']],
  ['version.major:eq=0', []],
])('filter %s', async (filter, expected) => {
  const answer = await list({ ...pages, 'x-pagination-filter': filter });
  expect(names(answer)).toEqual(expected);
  expect(answer.headers['x-pagination-elements']).toBe(String(expected.length));
});

test.each([
  ['userSessionTimeout', 'ASC', ['pcc-2', 'pcc-1', 'pcc-4', 'pcc-3']],
  ['userSessionTimeout', 'DESC', ['pcc-3', 'pcc-1', 'pcc-4', 'pcc-2']],
  ['serviceName', 'desc', ['pcc-4', 'pcc-3', 'pcc-2', 'pcc-1']],
  ['sslV3', 'ASC', ['pcc-1', 'pcc-2', 'pcc-3', 'pcc-4']],
])('sort by %s %s', async (member, order, expected) => {
  const answer = await list({ ...pages, 'x-pagination-sort': member, 'x-pagination-sort-order': order });
  expect(names(answer)).toEqual(expected);
});

test('the filter comes before the page', async () => {
  const answer = await list({
    ...pages,
    'x-pagination-filter': 'productReference:eq=EPCC',
    'x-pagination-sort': 'userSessionTimeout',
    'x-pagination-size': '1',
    'x-pagination-number': '3',
  });
  expect(names(answer)).toEqual(['pcc-3']);
  expect(answer.headers).toMatchObject({ 'x-pagination-elements': '3', 'x-pagination-total': '3' });
});

test.each([
  [
    { 'x-pagination-mode': 'All' },
    '[X-Pagination-Mode] Given data (All) is not valid for type CachedObjectList-Pages or CachedObjectList-Cursor',
  ],
  [{ ...pages, 'x-pagination-size': '0' }, '[X-Pagination-Size] Given data (0) is not valid for type long'],
  [{ ...pages, 'x-pagination-number': '-1' }, '[X-Pagination-Number] Given data (-1) is not valid for type long'],
  [{ ...pages, 'x-pagination-sort': 'colour' }, '[colour] The objects of this list have no such member'],
  [
    { ...pages, 'x-pagination-sort': 'iam', 'x-pagination-sort-order': 'UP' },
    '[X-Pagination-Sort-Order] Given data (UP) is not valid for type ASC or DESC',
  ],
  [
    { ...pages, 'x-pagination-filter': 'state:is=x' },
    '[X-Pagination-Filter] Given data (state:is=x) is not valid for type key:operator=value with operator eq, ne, lt, gt, like, in',
  ],
  [{ ...pages, 'x-pagination-filter': '__proto__:eq=x' }, '[__proto__] The objects of this list have no such member'],
  [{ 'x-pagination-cursor': 'bm9uc2Vuc2U' }, 'invalid cursor'],
])('%j answers 400', async (headers, message) => {
  const answer = await list(headers);
  expect(answer.status).toBe(400);
  expect(answer.json).toEqual({ class: 'Client::BadRequest', message });
});

test.each([
  ['objects', { 'x-pagination-mode': 'CachedObjectList-Cursor', 'x-pagination-size': '3' }],
  ['ids', { 'x-pagination-size': '3' }],
])('a cursor leads through pages of %s to the end', async (what, headers) => {
  const api = await startApi(onTestFinished, { services });
  const first = await api.call('GET', '/dedicatedCloud', { headers });
  const cursor = String(first.headers['x-pagination-cursor-next']);
  const second = await api.call('GET', '/dedicatedCloud', { headers: { ...headers, 'x-pagination-cursor': cursor } });
  const both = what === 'ids' ? [first.json, second.json] : [names(first), names(second)];
  expect(both).toEqual([['pcc-1', 'pcc-2', 'pcc-3'], ['pcc-4']]);
  expect(second.headers['x-pagination-cursor-next']).toBeUndefined();
});

test('lists end early with a cursor when the table says so', async () => {
  const api = await startApi(onTestFinished, { services, assumed: { plainListSize: 3 } });
  const first = await api.call('GET', '/dedicatedCloud');
  expect(first.json).toHaveLength(3);
  expect(first.headers['x-pagination-cursor-next']).toBeDefined();
});

test('a list is refused like its objects when the consumer key may not read them', async () => {
  const consumerKey = 'LISTS000000000000000000000000000';
  const api = await startApi(onTestFinished, {
    services,
    applications: [
      {
        applicationKey: 'TDPKJdwZwAQPwKX2',
        applicationSecret: '9ufkBmLaTQ9nz5yMUlg79taH0GNnzDjk',
        consumerKeys: [{ consumerKey, rules: [{ method: 'GET', path: '/dedicatedCloud' }] }],
      },
    ],
  });
  expect((await api.call('GET', '/dedicatedCloud', { consumerKey })).status).toBe(200);
  const answer = await api.call('GET', '/dedicatedCloud', { consumerKey, headers: pages });
  expect(answer.status).toBe(403);
  expect(answer.json).toMatchObject({ errorCode: 'NOT_GRANTED_CALL' });
});

const twoKms = ['192.0.2.1', '192.0.2.2'].map((ip) => ({ ip, sslThumbprint: sha1Thumbprint }));

test('a batch answers an entry for each id: its object, or its error', async () => {
  const api = await startApi(onTestFinished, { services: [{ serviceName, kms: twoKms }] });
  const [first, second] = [...api.mock.services[0]!.kms.keys()];
  const headers = { 'x-ovh-batch': ',' };
  const answer = await api.service('GET', `/vmEncryption/kms/${second},9,x,${first}`, { headers });
  expect(answer.status).toBe(200);
  expect(answer.json).toEqual([
    { key: String(second), value: expect.objectContaining({ kmsId: second, ip: '192.0.2.2' }), error: null },
    {
      key: '9',
      value: null,
      error: { class: 'Client::NotFound', message: 'The requested object (kmsId = 9) does not exist' },
    },
    {
      key: 'x',
      value: null,
      error: { class: 'Client::BadRequest', message: '[kmsId] Given data (x) is not valid for type long' },
    },
    { key: String(first), value: expect.objectContaining({ kmsId: first }), error: null },
  ]);
});

test('access rules hold for each element of a batch', async () => {
  const consumerKey = 'BATCH000000000000000000000000000';
  const api = await startApi(onTestFinished, {
    services,
    applications: [
      {
        applicationKey: 'TDPKJdwZwAQPwKX2',
        applicationSecret: '9ufkBmLaTQ9nz5yMUlg79taH0GNnzDjk',
        consumerKeys: [{ consumerKey, rules: [{ method: 'GET', path: '/dedicatedCloud/pcc-2' }] }],
      },
    ],
  });
  const headers = { 'x-ovh-batch': ';' };
  const answer = await api.call('GET', '/dedicatedCloud/pcc-1;pcc-2', { consumerKey, headers });
  expect(answer.json).toMatchObject([
    { key: 'pcc-1', value: null, error: { errorCode: 'NOT_GRANTED_CALL' } },
    { key: 'pcc-2', value: { serviceName: 'pcc-2' }, error: null },
  ]);
});

test('a batch is limited, and no batch without an id at the end of the path', async () => {
  const api = await startApi(onTestFinished, { services });
  const headers = { 'x-ovh-batch': ',' };
  const tooMany = await api.service('GET', `/vmEncryption/kms/${Array(101).fill(1).join(',')}`, { headers });
  expect(tooMany.status).toBe(400);
  expect(tooMany.json.message).toBe('X-Ovh-Batch asks for 101 objects, at most 100 are served');
  expect((await api.call('GET', '/auth/time', { headers })).json).toEqual(expect.any(Number));
});
