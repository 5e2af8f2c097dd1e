import { globalAgent } from 'node:https';
import { createRequire } from 'node:module';
import { expect, onTestFinished, test } from 'vitest';
import { keys, lab, type RunningApi, serviceName, sha1Thumbprint, startApi } from './api.ts';

/** The part of the official client that is used here; it brings no types. */
interface Client {
  requestPromised(method: string, path: string, parameters?: object): Promise<unknown>;
}
type ClientFactory = (parameters: Record<string, unknown>) => Client;
const ovh = createRequire(import.meta.url)('@ovhcloud/node-ovh') as ClientFactory;

/**
 * A client for an API of the tests. It has no CA option, but every connection takes the options of node:https's global
 * agent, so the lab's CA is put there for the length of the test.
 */
async function connectClient(api: RunningApi, overrides: object = {}): Promise<Client> {
  const before = globalAgent.options.ca;
  globalAgent.options.ca = [(await lab()).certificatePem];
  onTestFinished(() => {
    globalAgent.options.ca = before;
  });
  return ovh({
    host: '127.0.0.1',
    port: api.mock.httpsPort,
    basePath: '/1.0',
    appKey: keys.applicationKey,
    appSecret: keys.applicationSecret,
    consumerKey: keys.consumerKey,
    ...overrides,
  });
}

test('the official Node client registers a KMS, follows its task and finds it enabled', async () => {
  const api = await startApi(onTestFinished);
  const client = await connectClient(api);
  const service = `/dedicatedCloud/${serviceName}`;
  expect(await client.requestPromised('GET', '/dedicatedCloud')).toEqual([serviceName]);
  expect(await client.requestPromised('GET', `${service}/vmEncryption`)).toEqual({ state: 'disabled' });
  const registration = { ip: '192.0.2.1', sslThumbprint: sha1Thumbprint, description: 'clé du château' };
  const task = (await client.requestPromised('POST', `${service}/vmEncryption/kms`, registration)) as {
    taskId: number;
  };
  await api.clock.advance(5_000);
  expect(await client.requestPromised('GET', `${service}/task/${task.taskId}`)).toMatchObject({ state: 'done' });
  expect(await client.requestPromised('GET', `${service}/task`, { state: 'done', name: 'add' })).toEqual([task.taskId]);
  expect(await client.requestPromised('GET', `/v1${service}/vmEncryption`)).toEqual({ state: 'enabled' });
  const [kmsId] = (await client.requestPromised('GET', `${service}/vmEncryption/kms`)) as [number];
  const path = `${service}/vmEncryption/kms/${kmsId}`;
  expect(await client.requestPromised('GET', path)).toMatchObject({ description: 'clé du château' });
  expect(await client.requestPromised('DELETE', path)).toMatchObject({ name: 'removeVmEncryptionKms' });
});

test('the official Node client shows status and message of a refusal', async () => {
  const api = await startApi(onTestFinished);
  const wrong = await connectClient(api, { appSecret: 'wrong' });
  await expect(wrong.requestPromised('GET', '/dedicatedCloud')).rejects.toEqual({
    error: 400,
    message: 'Invalid signature',
  });
  const client = await connectClient(api);
  await expect(client.requestPromised('GET', '/dedicatedCloud/pcc-0-0-0-0')).rejects.toEqual({
    error: 404,
    message: 'This service does not exist',
  });
  // It sends every path with /auth in it unsigned (ovh.md 2.5).
  await expect(client.requestPromised('GET', '/auth/currentCredential')).rejects.toEqual({
    error: 401,
    message: 'You must login first',
  });
});

test('the official Node client asks for a consumer key', async () => {
  const api = await startApi(onTestFinished, { autoValidate: true });
  const client = await connectClient(api, { consumerKey: null });
  const accessRules = [{ method: 'GET', path: '/dedicatedCloud*' }];
  const { consumerKey } = (await client.requestPromised('POST', '/auth/credential', { accessRules })) as {
    consumerKey: string;
  };
  const second = await connectClient(api, { consumerKey });
  expect(await second.requestPromised('GET', '/dedicatedCloud')).toEqual([serviceName]);
});

test('the official Node client gets an access token for a service account', async () => {
  const serviceAccount = { clientId: 'EU.0123456789abcdef', clientSecret: 'secret+with:odd&letters' };
  const policies = [{ identities: [serviceAccount.clientId], allow: ['pccVMware:apiovh:*'] }];
  const api = await startApi(onTestFinished, { account: { serviceAccounts: [serviceAccount], policies } });
  const oauth2 = {
    appKey: undefined,
    appSecret: undefined,
    consumerKey: undefined,
    clientID: serviceAccount.clientId,
    // What asks for the token has agents of its own, which a test cannot give a CA.
    tokenURL: `http://127.0.0.1:${api.mock.httpPort}/auth/`,
  };
  const client = await connectClient(api, { ...oauth2, clientSecret: serviceAccount.clientSecret });
  expect(await client.requestPromised('GET', '/dedicatedCloud')).toEqual([serviceName]);
  // With a token, /auth is not left unsigned.
  expect(await client.requestPromised('GET', '/auth/details')).toMatchObject({ method: 'oauth2_client_credentials' });
  expect(api.runtime.journal.entries({ event: 'ovh.oauth2.token' })).toHaveLength(1);
  const wrong = await connectClient(api, { ...oauth2, clientSecret: 'wrong' });
  await expect(wrong.requestPromised('GET', '/dedicatedCloud')).rejects.toBeDefined();
  expect(api.runtime.journal.entries({ event: 'ovh.oauth2.refused' })).toHaveLength(1);
});

test("the official Node client reads the schema files and warns of what they call deprecated, or don't know", async () => {
  const api = await startApi(onTestFinished);
  const warnings: string[] = [];
  const warn = (...texts: string[]) => warnings.push(texts.join(''));
  const client = await connectClient(api, { apis: ['dedicatedCloud'], warn });
  const service = `/dedicatedCloud/${serviceName}`;
  expect(await client.requestPromised('GET', '/dedicatedCloud')).toEqual([serviceName]);
  expect(warnings).toEqual([]);
  expect(await client.requestPromised('PUT', service, { description: 'ours' })).toMatchObject({ state: 'todo' });
  expect(warnings).toEqual([expect.stringContaining('/dedicatedCloud/{serviceName}/changeProperties')]);
  await expect(client.requestPromised('GET', `${service}/nothing`)).rejects.toMatchObject({ error: 404 });
  expect(warnings[1]).toContain('nothing');
});
