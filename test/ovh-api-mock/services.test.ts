import { describe, expect, onTestFinished, test } from 'vitest';
import type { ServiceOptions } from '../../ovh-api-mock/index.ts';
import { events, serviceName, startApi, vectorDate } from './api.ts';

type Json = Record<string, unknown>;

test('a service shows its datacenter, features, versions and IAM option', async () => {
  const { service } = await startApi(onTestFinished);
  const [datacenterId] = (await service('GET', '/datacenter')).json as unknown as number[];
  expect((await service('GET', `/datacenter/${datacenterId}`)).json).toEqual({
    datacenterId,
    name: `${serviceName}_datacenter${datacenterId}`,
    description: '',
    commercialName: 'ESSENTIALS',
    commercialRangeName: 'ESSENTIALS',
    version: '2.0',
    isRemovable: false,
    horizonViewName: null,
  });
  expect(await service('GET', `/datacenter/${datacenterId! + 1}`)).toMatchObject({
    status: 404,
    json: { message: `The requested object (datacenterId = ${datacenterId! + 1}) does not exist` },
  });
  // The users of a service have rights in the same datacenters.
  const [userId] = (await service('GET', '/user')).json as unknown as number[];
  const [rightId] = (await service('GET', `/user/${userId}/right`)).json as unknown as number[];
  expect((await service('GET', `/user/${userId}/right/${rightId}`)).json).toMatchObject({ datacenterId });

  expect((await service('GET', '/iam')).json).toEqual({ state: 'disabled', identityProviderId: null });
  expect((await service('GET', '/capabilities')).json).toMatchObject({
    canAddUser: true,
    userAccessPolicyStatus: 'active',
  });
  const version = { major: '7.0', minor: '3', build: '20150588' };
  expect((await service('GET', '/vcenterVersion')).json).toEqual({
    currentVersion: version,
    lastMajor: version,
    lastMinor: version,
  });
});

test('the world says what a service has', async () => {
  const lastMajor = { major: '8.0', minor: '2', build: '1' };
  const { service, call } = await startApi(onTestFinished, {
    services: [
      {
        serviceName,
        datacenters: [{ datacenterId: 7, name: 'first' }, { description: 'second' }],
        capabilities: { canAddUser: false },
        newerVersions: { lastMajor },
        iamOption: { state: 'enabled', identityProviderId: 3 },
        serviceInfos: { expiration: '2030-01-31', contactTech: 'yy22222-ovh' },
        tags: { env: 'prod' },
      },
    ],
  });
  const ids = (await service('GET', '/datacenter')).json as unknown as number[];
  expect(ids).toHaveLength(2);
  expect(ids[0]).toBe(7);
  expect((await service('GET', '/datacenter/7')).json.name).toBe('first');
  expect((await service('GET', '/capabilities')).json.canAddUser).toBe(false);
  expect((await service('GET', '/vcenterVersion')).json).toMatchObject({ lastMajor, lastMinor: { major: '7.0' } });
  expect((await service('GET', '/iam')).json).toEqual({ state: 'enabled', identityProviderId: 3 });
  expect((await service('GET', '/serviceInfos')).json).toMatchObject({
    expiration: '2030-01-31',
    contactTech: 'yy22222-ovh',
    contactAdmin: 'xx11111-ovh',
    status: 'ok',
  });
  expect((await call('GET', `/dedicatedCloud/${serviceName}`)).json.iam).toMatchObject({ tags: { env: 'prod' } });
});

describe('GET /dedicatedCloud filters by IAM tags', () => {
  const services: ServiceOptions[] = [
    { serviceName: 'pcc-192-0-2-1', tags: { env: 'prod', team: 'a' } },
    { serviceName: 'pcc-192-0-2-2', tags: { env: 'test' } },
    { serviceName: 'pcc-192-0-2-3' },
  ];

  test.each([
    [{ env: [{ operator: 'EQ', value: 'prod' }] }, ['pcc-192-0-2-1']],
    [{ env: [{ value: 'prod' }, { operator: null, value: 'test' }] }, ['pcc-192-0-2-1', 'pcc-192-0-2-2']],
    [{ env: [{ value: 'prod' }], team: [{ value: 'b' }] }, []],
    [{}, ['pcc-192-0-2-1', 'pcc-192-0-2-2', 'pcc-192-0-2-3']],
  ])('%j', async (filter, expected) => {
    const { call } = await startApi(onTestFinished, { services });
    const { json } = await call('GET', `/dedicatedCloud?iamTags=${encodeURIComponent(JSON.stringify(filter))}`);
    expect(json).toEqual(expected);
  });

  test('null, as the Python client writes None, is no filter', async () => {
    const { call } = await startApi(onTestFinished, { services });
    expect((await call('GET', '/dedicatedCloud?iamTags=null')).json).toHaveLength(3);
  });

  test.each([
    ['env:prod', '[iamTags] Given data (env:prod) is not valid for type map[string][]iam.resource.TagFilter'],
    [
      '{"env":[{"operator":"LIKE","value":"p"}]}',
      '[iamTags] Given data ({"env":[{"operator":"LIKE","value":"p"}]}) is not valid for type map[string][]iam.resource.TagFilter',
    ],
  ])('%s is refused in words that name the field', async (text, message) => {
    const { call } = await startApi(onTestFinished, { services });
    const { status, json } = await call('GET', `/dedicatedCloud?iamTags=${encodeURIComponent(text)}`);
    expect(status).toBe(400);
    expect(json.message).toBe(message);
  });
});

describe('the properties of a service', () => {
  test('change by a task, and show once it is done', async () => {
    const { service, clock, runtime } = await startApi(onTestFinished);
    const body = { description: 'ours', userAccessPolicy: 'filtered', userSessionTimeout: 600, sslV3: null };
    const { status, json: task } = await service('POST', '/changeProperties', { body });
    expect(status).toBe(200);
    expect(task).toMatchObject({ name: 'changeProperties', state: 'todo', executionDate: vectorDate });
    expect((await service('GET', '')).json).toMatchObject({ description: serviceName, userAccessPolicy: 'open' });
    await clock.advance(60_000);
    expect((await service('GET', `/task/${task.taskId}`)).json).toMatchObject({ state: 'done', progress: 100 });
    expect((await service('GET', '')).json).toMatchObject({
      description: 'ours',
      userAccessPolicy: 'filtered',
      userSessionTimeout: 600,
      sslV3: null,
    });
    expect(events(runtime)).toContain('ovh.service.changed');
  });

  test('the deprecated PUT takes the whole object and changes what is not read-only', async () => {
    const { service, clock } = await startApi(onTestFinished);
    const { iam: _, ...whole } = (await service('GET', '')).json as Json;
    const body = { ...whole, description: 'by PUT', location: 'elsewhere' };
    expect((await service('PUT', '', { body })).status).toBe(200);
    await clock.advance(60_000);
    expect((await service('GET', '')).json).toMatchObject({ description: 'by PUT', location: 'rbx2a' });
  });

  test.each([
    [
      { userAccessPolicy: 'closed' },
      '[userAccessPolicy] Given data (closed) is not valid for type dedicatedCloud.UserAccessPolicyEnum',
    ],
    [{ userSessionTimeout: '600' }, '[userSessionTimeout] Given data (600) is not valid for type long'],
    [{ sslV3: 'yes' }, '[sslV3] Given data (yes) is not valid for type boolean'],
  ])('%j is refused', async (body, message) => {
    const { service } = await startApi(onTestFinished);
    expect(await service('POST', '/changeProperties', { body })).toMatchObject({ status: 400, json: { message } });
    expect((await service('GET', '/task')).json).toEqual([]);
  });

  test('are changed by one task at a time', async () => {
    const { service } = await startApi(onTestFinished);
    const { json } = await service('POST', '/changeProperties', { body: { description: 'a' } });
    expect(await service('POST', '/changeProperties', { body: { description: 'b' } })).toMatchObject({
      status: 409,
      json: { message: expect.stringContaining(String(json.taskId)) },
    });
  });

  test('are not changed while the service is in another state', async () => {
    const { service } = await startApi(onTestFinished, { services: [{ serviceName, state: 'disabled' }] });
    expect((await service('POST', '/changeProperties', { body: { description: 'a' } })).status).toBe(400);
  });
});

describe('the contract of a service', () => {
  test('is renewed as the customer says; PUT answers null', async () => {
    const { service } = await startApi(onTestFinished);
    const infos = (await service('GET', '/serviceInfos')).json;
    expect(infos).toEqual({
      domain: serviceName,
      serviceId: expect.any(Number),
      canDeleteAtExpiration: true,
      contactAdmin: 'xx11111-ovh',
      contactBilling: 'xx11111-ovh',
      contactTech: 'xx11111-ovh',
      // A year before and 30 days after the vectors' day.
      creation: '2015-03-04',
      expiration: '2016-04-02',
      engagedUpTo: null,
      possibleRenewPeriod: [1],
      renewalType: 'automaticV2016',
      renew: { automatic: true, deleteAtExpiration: false, forced: false, manualPayment: null, period: 1 },
      status: 'ok',
    });
    const renew = { automatic: false, deleteAtExpiration: true, forced: false, manualPayment: true, period: 1 };
    const put = await service('PUT', '/serviceInfos', { body: { ...infos, renew } });
    expect([put.status, put.text]).toEqual([200, 'null']);
    expect((await service('GET', '/serviceInfos')).json).toEqual({ ...infos, renew });
  });

  test('has no other periods than the possible ones', async () => {
    const { service } = await startApi(onTestFinished);
    const renew = { automatic: true, deleteAtExpiration: false, forced: false, manualPayment: null, period: 7 };
    expect(await service('PUT', '/serviceInfos', { body: { renew } })).toMatchObject({
      status: 400,
      json: { message: '[renew.period] Given data (7) is not one of 1' },
    });
  });

  test('is shown although it has expired, when everything else answers 460', async () => {
    const { service } = await startApi(onTestFinished, { services: [{ serviceName, status: 'expired' }] });
    expect((await service('GET', '/serviceInfos')).json.status).toBe('expired');
    expect((await service('GET', '/datacenter')).status).toBe(460);
  });
});

describe('robots', () => {
  test('every task is named after one that is listed and described', async () => {
    const { service } = await startApi(onTestFinished);
    const names = (await service('GET', '/robot')).json as unknown as string[];
    const { json: task } = await service('POST', '/changeProperties', { body: {} });
    const { json: other } = await service('POST', '/user', { body: { name: 'bob' } });
    expect(names).toEqual(expect.arrayContaining([task.name, other.name, 'addVmEncryptionKms']));
    expect((await service('GET', '/robot/addVmEncryptionKms')).json).toEqual({
      name: 'addVmEncryptionKms',
      type: 'generic',
      criticity: 'low',
      enabled: true,
      description: 'Register a key server for virtual machine encryption',
    });
    expect((await service('GET', '/robot/nobody')).status).toBe(404);
  });

  test('have the names that the world gives them', async () => {
    const { service } = await startApi(onTestFinished, { assumed: { addRobot: 'addKms' } });
    expect((await service('GET', '/robot')).json).toContain('addKms');
    expect((await service('GET', '/robot/addVmEncryptionKms')).status).toBe(404);
  });
});
