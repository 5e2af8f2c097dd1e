import { expect, onTestFinished, test } from 'vitest';
import { ovhLedger, routes } from '../../ovh-api-mock/index.ts';
import { serviceName, startApi } from './api.ts';

test('the ledger has every route once, and no absent one that is served', () => {
  const rows = ovhLedger();
  const names = rows.map(({ method, path }) => `${method} ${path}`);
  expect(new Set(names).size).toBe(names.length);
  const served = rows.filter(({ status }) => status === 'served');
  expect(served).toHaveLength(routes.length);
  const absent = rows.filter(({ status }) => status === 'absent').map(({ path }) => path);
  expect(absent).toContain('/dedicatedCloud/{serviceName}/twoFAWhitelist');
  expect(served.filter(({ path }) => absent.includes(path))).toEqual([]);
});

test('every absent call answers 404 and says that keyrig does not serve it', async () => {
  const { call } = await startApi(onTestFinished);
  const absent = ovhLedger().filter(({ status }) => status === 'absent');
  expect(absent.length).toBeGreaterThan(40);
  for (const row of absent) {
    const method = row.method === '*' ? 'GET' : row.method.split(', ')[0]!;
    const path = row.path
      .replace('{serviceName}', serviceName)
      .replace(/\{\w+\}/, '1')
      .replace('/*', '/anything');
    expect(await call(method, path), `${method} ${path}`).toMatchObject({
      status: 404,
      json: {
        class: 'Client::NotFound',
        message: `${method} ${path} is part of OVHcloud's API but is not served by keyrig`,
      },
    });
  }
});

test('a path that the real API has not either is an invalid URL', async () => {
  const { service } = await startApi(onTestFinished);
  expect((await service('GET', '/hds/anything')).json.message).toBe(
    `Got an invalid (or empty) URL: GET /dedicatedCloud/${serviceName}/hds/anything`,
  );
});
