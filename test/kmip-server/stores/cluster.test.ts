/** Several KMIP servers with one store, over the wire: two processes that share a file or a database are one KMS. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ObjectType, operations } from '../../../kmip/index.ts';
import type { StoreOptions } from '../../../kmip-server/index.ts';
import { type Client, cleanUp, connect, type Lab, refusal, startLab } from '../lab.ts';
import { aes, createKey, named } from '../requests.ts';
import { hasPostgresql, type PostgresqlServer, startPostgresql } from './postgresql-server.ts';

const script = fileURLToPath(new URL('server-child.ts', import.meta.url));

interface Node {
  process: ChildProcess;
  client: Client;
}

let lab: Lab;
let store: StoreOptions;
const nodes: Node[] = [];

/** Starts a server process and connects to it. */
async function startNode(): Promise<Node> {
  const process_ = spawn(process.execPath, [script], { stdio: ['pipe', 'pipe', 'inherit'] });
  const identity = lab.authority.issueServer({ commonName: 'kms', keys: lab.clientKeys });
  process_.stdin.end(JSON.stringify({ identity, ca: [lab.authority.certificatePem], store }));
  const [port] = await once(createInterface(process_.stdout), 'line');
  const node = { process: process_, client: await connect({ ...lab, port: Number(port) }) };
  nodes.push(node);
  return node;
}

async function kill({ process: child }: Node): Promise<void> {
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

afterEach(async () => {
  for (const node of nodes.splice(0)) if (node.process.exitCode === null && !node.process.killed) await kill(node);
  await cleanUp();
});

/** What must hold of any store that processes share. */
function cluster(): void {
  let a: Node;
  let b: Node;
  beforeEach(async () => {
    lab = await startLab();
    [a, b] = await Promise.all([startNode(), startNode()]);
  });

  it('each server has at once what the other was asked for', async () => {
    const key = await createKey(a.client, named('shared'));
    const material = await a.client.ok(operations.get, { uniqueIdentifier: key });
    expect(await b.client.ok(operations.get, { uniqueIdentifier: key })).toEqual(material);
    await b.client.ok(operations.activate, { uniqueIdentifier: key });
    expect(await a.client.refused(operations.activate, { uniqueIdentifier: key })).toContain(
      'is Active, not Pre-Active',
    );
    expect(await a.client.ok(operations.locate, { attributes: [named('shared')] })).toMatchObject({
      uniqueIdentifiers: [key],
    });
  });

  it('a Name that both are asked for at the same time belongs to one object', async () => {
    for (let round = 0; round < 15; round++) {
      const create = (client: Client) =>
        client.call(operations.create, {
          objectType: ObjectType.SymmetricKey,
          templateAttribute: aes(named(`race ${round}`)),
        });
      const results = await Promise.all([create(a.client), create(b.client)]);
      expect(results.map(refusal).sort()).toEqual([
        `InvalidField: The Name "race ${round}" is already in use.`,
        'Success',
      ]);
    }
  });

  it('when one is killed, the other has every key that was acknowledged, and goes on', async () => {
    const created: string[] = [];
    const creating = (async () => {
      for (let i = 0; i < 10_000; i++) created.push(await createKey(a.client));
    })().catch(() => {});
    while (created.length < 20) await delay(5);
    await kill(a);
    await creating;
    for (const uniqueIdentifier of created) {
      const { object } = await b.client.ok(operations.get, { uniqueIdentifier });
      expect(object.objectType).toBe(ObjectType.SymmetricKey);
    }
    const later = await createKey(b.client);
    const again = await startNode();
    expect(await again.client.ok(operations.get, { uniqueIdentifier: later })).toEqual(
      await b.client.ok(operations.get, { uniqueIdentifier: later }),
    );
  });
}

describe('two servers with one file', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'keyrig-cluster-'));
    store = { type: 'file', path: join(folder, 'kms.sqlite'), keyFile: join(folder, 'key') };
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  cluster();
});

if (!hasPostgresql) console.warn('SKIPPED: PostgreSQL is not installed, a cluster on it is not tested');

describe.skipIf(!hasPostgresql)('two servers with one database', () => {
  let database: PostgresqlServer;
  let schemas = 0;
  beforeAll(async () => {
    database = await startPostgresql();
  });
  afterAll(() => database.remove());
  beforeEach(() => {
    const key = Buffer.alloc(32, 7).toString('hex');
    store = { type: 'postgresql', url: database.url(), schema: `cluster_${++schemas}`, key };
  });
  cluster();

  it('while the database is away nothing is acknowledged; afterwards all goes on', async () => {
    lab = await startLab();
    const { client } = await startNode();
    const key = await createKey(client);
    await database.kill();
    const refused = await client.refused(operations.create, {
      objectType: ObjectType.SymmetricKey,
      templateAttribute: aes(named('lost')),
    });
    expect(refused).toMatch(/^GeneralFailure: The key store failed: /);
    expect(refused).not.toContain(database.password);
    // Questions about the server need no store.
    await client.ok(operations.discoverVersions, { protocolVersions: [] });
    await database.start();
    let found = await client.call(operations.get, { uniqueIdentifier: key });
    for (let i = 0; i < 50 && found.resultStatus !== 0; i++) {
      await delay(100);
      found = await client.call(operations.get, { uniqueIdentifier: key });
    }
    expect(refusal(found)).toBe('Success');
    expect(await client.ok(operations.locate, { attributes: [named('lost')] })).toMatchObject({
      uniqueIdentifiers: [],
    });
    await createKey(client, named('lost'));
  });
});
