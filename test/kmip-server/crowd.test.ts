/** Many clients at once, and many that fail. `npm run bench -- connections` does the same with more of them. */
import { queryObjects } from 'node:v8';
import { afterEach, expect, it } from 'vitest';
import { operations } from '../../kmip/index.ts';
import { Connection } from '../../kmip-server/connections/connection.ts';
import { badClients } from './crowd/bad-clients.ts';
import { failHandshakes } from './crowd/failed-handshakes.ts';
import { type Client, cleanUp, connect, type Lab, startLab } from './lab.ts';
import { createKey } from './requests.ts';

afterEach(cleanUp);

function targetOf({ port, client, stranger }: Lab & { stranger?: Lab['client'] }) {
  const pem = (identity: Lab['client']) => ({ cert: identity.chainPem, key: identity.privateKeyPem });
  return { port, ...pem(client), stranger: pem(stranger ?? client) };
}

it('120 good clients are served beside 120 that say nothing, half of something, or nonsense', async () => {
  const lab = await startLab();
  const bad = await Promise.all(
    Object.values(badClients).flatMap((open) => Array.from({ length: 20 }, () => open(targetOf(lab)))),
  );
  const clients: Client[] = await Promise.all(Array.from({ length: 120 }, () => connect(lab)));
  const serve = async (client: Client) => {
    const uniqueIdentifier = await createKey(client);
    return (await client.ok(operations.get, { uniqueIdentifier })).uniqueIdentifier === uniqueIdentifier;
  };
  expect(await Promise.all(clients.map(serve))).toEqual(clients.map(() => true));
  for (const socket of bad) socket.destroy();
  for (const { socket } of clients) socket.destroy();
  const accepted = () => lab.events('kmip.connection.accepted').length;
  await expect.poll(() => lab.events('kmip.connection.closed').length).toBe(accepted());
  expect(lab.runtime.journal.entries({ level: 'error' })).toEqual([]);
});

it('500 failed handshakes leave nothing behind', async () => {
  const lab = await startLab({ limits: { handshakeTimeoutMs: 5_000 }, requireKnownClient: true, withPki: known });
  await failHandshakes(targetOf({ ...lab, stranger: lab.other }), 500, 20);
  const accepted = () => lab.events('kmip.connection.accepted').length;
  // A client that resets may be gone before its connection is looked at.
  expect(accepted()).toBeGreaterThanOrEqual(450);
  await expect.poll(() => lab.events('kmip.connection.closed').length).toBe(accepted());
  expect(lab.events('kmip.handshake')).toEqual([]);
  // Whatever were held anywhere, in the map of handshakes above all, would hold its connection.
  await expect.poll(() => queryObjects(Connection, { format: 'count' })).toBe(0);
  await createKey(await connect(lab));
});

/** Only the lab's first client is known; the other's certificate is good and belongs to nobody. */
function known({ client }: Pick<Lab, 'client'>) {
  return { clients: [{ name: 'vcenter', certificate: client.certificatePem }] };
}
