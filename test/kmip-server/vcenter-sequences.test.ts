import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { decode, encode, enumKey, type Item, ItemType, Tag } from '../../kmip/index.ts';
import { type Client, cleanUp, connect, dialTls, ending, type Lab, startLab } from './lab.ts';

const file = fileURLToPath(new URL('../../../shared/data/vcenter-kmip-requests.json', import.meta.url));
const present = existsSync(file);
if (!present) console.log('skipped: the captured vCenter requests are not beside this repository');

interface Captured {
  requests: { name: string; operation: string; hex: string; batchCount: number }[];
  sequences: { id: string; connections: { id: string; requests: string[] }[] }[];
}

afterEach(cleanUp);

/** Puts real identifiers in the place of the capture's "1" and "2"; lengths follow from encoding again. */
function withIdentifiers(bytes: Buffer, identifiers: Record<string, string>): Buffer {
  const replace = (item: Item): Item => {
    if (item.type === ItemType.Structure) return { ...item, value: item.value.map(replace) };
    if (item.tag === Tag.UniqueIdentifier && item.type === ItemType.TextString) {
      return { ...item, value: identifiers[item.value] ?? item.value };
    }
    return item;
  };
  return encode(replace(decode(bytes)));
}

describe.skipIf(!present)('the captured requests of vCenter 7.0.3', () => {
  const captured: Captured = present ? JSON.parse(readFileSync(file, 'utf8')) : { requests: [], sequences: [] };
  const request = (name: string) => captured.requests.find((one) => one.name === name)!;

  async function play(lab: Lab, id: string): Promise<string[]> {
    const identifiers: Record<string, string> = {};
    const log: string[] = [];
    for (const connection of captured.sequences.find((one) => one.id === id)!.connections) {
      if (connection.requests.length === 0) {
        const socket = dialTls(lab, { identity: lab.client, version: 'TLSv1.2' });
        const ended = ending(socket);
        socket.once('secureConnect', () => socket.end());
        log.push(`${connection.id} ${await ended}`);
        continue;
      }
      const client = await connect(lab, { version: 'TLSv1.2' });
      for (const name of connection.requests) log.push(await step(client, connection.id, name, identifiers));
      client.socket.end();
    }
    return log;
  }

  async function step(client: Client, id: string, name: string, identifiers: Record<string, string>): Promise<string> {
    const { hex, operation, batchCount } = request(name);
    const answer = await client.exchange(withIdentifiers(Buffer.from(hex, 'hex'), identifiers));
    expect(answer.version).toEqual({ major: 1, minor: 1 });
    expect(answer.items).toHaveLength(batchCount);
    const sent = decode(Buffer.from(hex, 'hex'));
    const ids = (sent.value as Item[]).filter(({ tag }) => tag === Tag.BatchItem).map(batchId);
    expect(answer.items.map(({ uniqueBatchItemId }) => uniqueBatchItemId?.toString('latin1'))).toEqual(ids);
    for (const item of answer.items) {
      expect(item.resultStatus, `${id} ${name}: ${item.resultMessage}`).toBe(0);
      expect(enumKey('Operation', item.operation!)).toBe(operation);
    }
    const payload = answer.items[0]!.payload;
    const values = payload?.type === ItemType.Structure ? payload.value : [];
    if (operation === 'Create') {
      const created = values.find(({ tag }) => tag === Tag.UniqueIdentifier)!.value as string;
      identifiers[String(Object.keys(identifiers).length + 1)] = created;
      // observed: vCenter was answered with Object Type and Unique Identifier, no Template-Attribute
      expect(values.map(({ tag }) => tag)).toEqual([Tag.ObjectType, Tag.UniqueIdentifier]);
    }
    if (operation === 'GetAttributes') return `${id} ${name} ${values.length - 1}`;
    return `${id} ${operation}`;
  }

  function batchId(batchItem: Item): string | undefined {
    const found = (batchItem.value as Item[]).find(({ tag }) => tag === Tag.UniqueBatchItemID);
    return found && Buffer.from(found.value as Uint8Array).toString('latin1');
  }

  it('A: the health check is one probe and one session', async () => {
    const lab = await startLab();
    expect(await play(lab, 'A')).toEqual(['A1 closed', 'A2 DiscoverVersions', 'A2 DiscoverVersions']);
    expect((await lab.event('kmip.probe')).text).toBe('probe: TLS handshake and close without a KMIP message');
    expect(lab.runtime.journal.entries({ plane: 'kmip', level: { oneOf: ['warn', 'error'] } })).toEqual([]);
  });

  it('B: adding the KMS', async () => {
    const lab = await startLab();
    expect(await play(lab, 'B')).toContain('B4 Query');
    expect(lab.runtime.journal.entries({ plane: 'kmip', level: { oneOf: ['warn', 'error'] } })).toEqual([]);
  });

  it('C: encrypting a VM leaves two Active keys with the six product and owner attributes', async () => {
    const lab = await startLab();
    const log = await play(lab, 'C');
    expect(log).toContain('C4 get-attributes-state-2 1');
    expect(log).toContain('C4 Activate');
    expect(log).toContain('C2 get-attributes-x-Vendor-1 0');
    expect(lab.server.objects.list()).toMatchObject([
      {
        objectType: 'SymmetricKey',
        owner: 'vcenter',
        state: 'Active',
        cryptographicAlgorithm: 'AES',
        cryptographicLength: 256,
        customAttributes: { 'x-Vendor': 'VMware, Inc.', 'x-Component': 'Virtual Machine', 'x-Name': 'test01' },
      },
      {
        state: 'Active',
        customAttributes: {
          'x-Product_Version': '7.0.3 build-19480866',
          'x-Product': 'VMware vSphere',
          'x-Identifier': '8c164d56-7f1c-5960-63e6-4451c6181844',
          'x-Component': 'ESXi Server',
          'x-Name': '172.16.220.132',
        },
      },
    ]);
  });
});
