// A kmip-server in a process of its own, for the bench: node --expose-gc. Started with fork() by key-server.ts.

import { queryObjects } from 'node:v8';
import { createCertificateAuthority, createRuntime, KeyPool } from '../core/index.ts';
import { Connection } from '../kmip-server/connections/connection.ts';
import { createKmipServer, openStore } from '../kmip-server/index.ts';
import type { KeyServerQuestion, KeyServerSettings, KeyServerState } from './key-server.ts';

/** What the fuzz and the memory figure look at must not be hidden by a journal that fills up. */
const journalLimit = 1_000;

process.once('message', async ({ store, journal, ...options }: KeyServerSettings) => {
  const keys = new KeyPool();
  const runtime = createRuntime(journal === 'short' ? { journalLimit } : {});
  const authority = createCertificateAuthority({ keys: await keys.fresh(), ...runtime });
  const ca = authority.certificatePem;
  const identity = authority.issueServer({ commonName: 'kms', keys: await keys.fresh() });
  const client = authority.issueClient({ commonName: 'bench', keys: await keys.fresh() });
  const server = createKmipServer(
    { identity, ca: [ca], port: 0, ...options, ...(store && { store: await openStore(store) }) },
    runtime,
  );
  const failures: string[] = [];
  runtime.journal.subscribe(({ level, text, data }) => {
    if (level === 'error') failures.push(`${text}: ${JSON.stringify(data?.failure)}`);
  });

  const state = async (): Promise<KeyServerState> => {
    for (let round = 0; round < 4; round++) {
      globalThis.gc?.();
      // Finalizers and socket closes need turns of the event loop.
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const { heapUsed, external, rss } = process.memoryUsage();
    return {
      bytes: heapUsed + external,
      rss,
      sockets: process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length,
      connections: queryObjects(Connection, { format: 'count' }),
      objects: server.objects.list().length,
      failures: failures.splice(0),
    };
  };

  process.on('message', async (question: KeyServerQuestion) => {
    if (question === 'lose-keys') await server.loseKeys();
    process.send?.(await state());
  });
  const { port, httpsPort } = await server.start();
  const target = { host: '127.0.0.1', port, ca, cert: client.chainPem, key: client.privateKeyPem };
  process.send?.({ target, httpsPort });
});
process.once('disconnect', () => process.exit());
