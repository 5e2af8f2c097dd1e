import { expect, onTestFinished, test } from 'vitest';
import { KeyPool } from '../../core/index.ts';
import { createLab } from '../../lab/index.ts';
import { worldSchema } from '../../lab/world/schema.ts';

test("a world describes the OVH API's applications, account, service accounts and policies", async () => {
  const world = worldSchema.parse({
    ovh: {
      applications: [
        {
          applicationKey: 'AK',
          applicationSecret: 'AS',
          consumerKeys: [{ consumerKey: 'CK', user: 'reader', expirationMinutes: 60 }],
        },
      ],
      account: {
        nichandle: 'ab12345-ovh',
        users: [{ login: 'reader', secondFactor: 'mail', email: 'reader@example.com' }],
        serviceAccounts: [{ clientId: 'EU.1', clientSecret: 'secret', accessTokens: ['raw-token'] }],
        policies: [{ identities: ['EU.1'], allow: ['pccVMware:apiovh:get'] }],
      },
    },
  });
  const lab = createLab({ world, ports: 'auto', keys: new KeyPool() });
  await lab.start();
  onTestFinished(() => lab.stop());
  const { httpPort, applicationKey } = lab.access().ovh;
  const get = async (path: string) => {
    const answer = await fetch(`http://127.0.0.1:${httpPort}/1.0${path}`, {
      headers: { authorization: 'Bearer raw-token' },
    });
    return { status: answer.status, json: (await answer.json()) as unknown };
  };
  expect((await get('/auth/details')).json).toMatchObject({
    account: 'ab12345-ovh',
    identities: ['urn:v1:eu:identity:credential:ab12345-ovh/oauth2-EU.1'],
  });
  expect((await get('/dedicatedCloud')).json).toEqual([lab.serviceName]);
  expect((await get(`/dedicatedCloud/${lab.serviceName}/vmEncryption`)).status).toBe(403);
  // The lab's own application is there besides.
  expect(applicationKey).toMatch(/^\w{16}$/);
});

test.each([
  [{ account: { users: [{ login: '' }] } }, 'login'],
  [{ account: { secondFactor: 'pigeon' } }, 'secondFactor'],
  [{ applications: [{ applicationKey: 'AK' }] }, 'applicationSecret'],
  [
    {
      applications: [
        {
          applicationKey: 'AK',
          applicationSecret: 'AS',
          consumerKeys: [{ consumerKey: 'CK', rules: [{ method: 'GET' }] }],
        },
      ],
    },
    'path',
  ],
])('the world %j is refused', (ovh, member) => {
  const result = worldSchema.safeParse({ ovh });
  expect(result.error?.issues[0]?.path).toContain(member);
});
