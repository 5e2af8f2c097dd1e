import { z } from 'zod';
import { children, textOf } from '../clients/soap.ts';
import { taskResult, withFault } from '../clients/vcenter.ts';
import { defineVerb } from './verb.ts';

/** What the vSphere Client writes for a status (reported by users). */
const words: Record<string, string> = { green: 'Normal', yellow: 'Warning', red: 'Not connected', gray: 'Unknown' };

export const vcenterKmsStatus = defineVerb({
  name: 'vcenter.kmsStatus',
  summary:
    'Refreshes the connection status: RetrieveKmipServersStatus_Task. Result: { clusters: [{ name, status, servers: [{ name, status, word, clientTrustServer, serverTrustClient, fingerprint }] }], status: of the first server }.',
  with: z.strictObject({}),
  run: ({ clients }) =>
    withFault(async () => {
      const outcome = await clients.vcenter.task('RetrieveKmipServersStatus_Task', {
        type: 'CryptoManagerKmip',
        value: 'CryptoManager',
      });
      const flag = (text: string | undefined) => (text === undefined ? null : text === 'true');
      const clusters = (outcome.result?.children ?? []).map((cluster) => ({
        name: textOf(cluster, 'clusterId', 'id') ?? null,
        status: textOf(cluster, 'overallStatus') ?? null,
        servers: children(cluster, 'servers').map((server) => ({
          name: textOf(server, 'name') ?? null,
          status: textOf(server, 'status') ?? null,
          word: words[textOf(server, 'status') ?? ''] ?? null,
          connectionStatus: textOf(server, 'connectionStatus') ?? null,
          clientTrustServer: flag(textOf(server, 'clientTrustServer')),
          serverTrustClient: flag(textOf(server, 'serverTrustClient')),
          fingerprint: textOf(server, 'certInfo', 'fingerprint') ?? null,
        })),
      }));
      return { ...taskResult(outcome), clusters, ...clusters[0]?.servers[0] };
    }),
});
