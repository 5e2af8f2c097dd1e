// A server of the OVH figures, as a process of its own, started with fork(); the first message tells which one, the answer is its port:
// the mock with so many services, or the floor, a bare fastify route that answers one JSON value at any path.

import fastify from 'fastify';
import { createRuntime, KeyPool, selfSigned } from '../core/index.ts';
import { createOvhApiMock } from '../ovh-api-mock/index.ts';

/** What the parent sends first. */
export type OvhChildSettings = { services: number; sslThumbprint: string } | { answer: unknown };

/** The keys that the mock knows. */
export const benchKeys = {
  applicationKey: 'TDPKJdwZwAQPwKX2',
  applicationSecret: '9ufkBmLaTQ9nz5yMUlg79taH0GNnzDjk',
  consumerKey: '5mBuy6SUQcRw2ZUxg0cG68BoDKpED4KY',
} as const;

process.once('message', async (settings: OvhChildSettings) => {
  const runtime = createRuntime();
  const identity = selfSigned({ commonName: 'bench', keys: await new KeyPool().fresh() }, runtime);
  process.send?.(await ('answer' in settings ? floor(settings.answer) : mock(settings)));

  async function mock({ services, sslThumbprint }: Extract<OvhChildSettings, { services: number }>): Promise<number> {
    const { applicationKey, applicationSecret, consumerKey } = benchKeys;
    const api = createOvhApiMock(
      {
        httpsPort: 0,
        httpPort: 0,
        identity,
        applications: [{ applicationKey, applicationSecret, consumerKeys: [{ consumerKey }] }],
        services: Array.from({ length: services }, (_, index) => ({
          serviceName: `pcc-${index + 1}`,
          kms: [{ ip: '192.0.2.1', sslThumbprint }],
        })),
        thumbprint: 'accept',
        taskProgress: 'immediate',
      },
      runtime,
    );
    await api.start();
    return api.httpsPort;
  }

  async function floor(answer: unknown): Promise<number> {
    const app = fastify({ https: { key: identity.privateKeyPem, cert: identity.chainPem } });
    app.get('/*', async () => answer);
    const address = await app.listen({ host: '127.0.0.1', port: 0 });
    return Number(new URL(address).port);
  }
});
process.once('disconnect', () => process.exit());
