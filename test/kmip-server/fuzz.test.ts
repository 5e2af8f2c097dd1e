/** Spoilt and random messages against the decoder and a live server. `npm run bench -- fuzz` sends 100,000 of them. */
import { queryObjects } from 'node:v8';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { createRandom } from '../../core/index.ts';
import {
  child,
  decode,
  decodeRequest,
  decodeResponse,
  encode,
  encodeRequest,
  ItemType,
  item,
  KmipError,
  Operation,
  operations,
  protocolVersion,
  type StructureItem,
  Tag,
  TtlvError,
} from '../../kmip/index.ts';
import { Connection } from '../../kmip-server/connections/connection.ts';
import { arbitraryItem } from '../kmip/arbitrary-item.ts';
import { fire } from './fuzz/fire.ts';
import { fireText } from './fuzz/fire-text.ts';
import { FuzzConnection, type FuzzTarget } from './fuzz/fuzz-connection.ts';
import { Mutator } from './fuzz/mutator.ts';
import { requests } from './fuzz/requests.ts';
import { cleanUp, connect, type Lab, startLab } from './lab.ts';
import { createKey } from './requests.ts';

afterEach(cleanUp);

const newest = protocolVersion('1.4');

function targetOf({ port, client }: Lab): FuzzTarget {
  return { port, cert: client.chainPem, key: client.privateKeyPem };
}

/** The server goes on, has noticed no defect of its own, and has let go of every connection but this one. */
async function isSound(lab: Lab): Promise<void> {
  const client = await connect(lab);
  await client.ok(operations.get, { uniqueIdentifier: await createKey(client) });
  expect(lab.runtime.journal.entries({ level: 'error' })).toEqual([]);
  const closed = () => lab.events('kmip.connection.closed').length;
  const accepted = lab.events('kmip.connection.accepted').length;
  await expect.poll(closed).toBe(accepted - 1);
  expect(queryObjects(Connection, { format: 'count' })).toBe(1);
}

describe('spoilt requests', () => {
  it('start from every operation', () => {
    const operationOf = (request: Buffer) => {
      const batchItem = child(decode(request) as StructureItem, Tag.BatchItem) as StructureItem;
      return child(batchItem, Tag.Operation)?.value;
    };
    const present = new Set(requests.map(operationOf));
    expect(Object.values(operations).filter(({ operation }) => !present.has(operation))).toEqual([]);
  });

  it('are read or refused, and never anything else', () => {
    const known = { objects: 9, correlationValues: [] };
    const mutator = new Mutator(createRandom('decoder').stream('fuzz'), requests, known);
    for (let message = 0; message < 5_000; message++) {
      const bytes = mutator.message();
      try {
        decode(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(TtlvError);
      }
      try {
        decodeRequest(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(KmipError);
      }
    }
  });

  it('are answered, or the connection is closed; the server serves on', async () => {
    const lab = await startLab({ identifiers: 'sequential' });
    const toll = await fire(targetOf(lab), createRandom('server').stream('fuzz'), { messages: 1_000, connections: 4 });
    // So that the fuzz does not stop at the first check of every message.
    expect(toll.reasons.get('Success')).toBeGreaterThan(100);
    expect(toll.reasons.size).toBeGreaterThan(6);
    await isSound(lab);
  });

  it('as XML and JSON over HTTPS are answered in the same language', async () => {
    const lab = await startLab({ identifiers: 'sequential', https: {} });
    const target = { ...targetOf(lab), port: lab.server.httpsPort as number };
    const toll = await fireText(target, createRandom('text').stream('fuzz'), { messages: 300, connections: 4 });
    expect(toll.reasons.get('Success')).toBeGreaterThan(10);
    await isSound(lab);
  });
});

describe('random TTLV', () => {
  it('in a good frame is answered by each operation', async () => {
    const lab = await startLab();
    const connection = await FuzzConnection.open(targetOf(lab));
    const codes = Object.values(operations).map(({ operation }) => operation);
    const payload = fc.array(arbitraryItem, { maxLength: 4 }).map((items) => item.structure(Tag.RequestPayload, items));
    const ask = async (operation: number, requestPayload: StructureItem) => {
      const request = encodeRequest({ protocolVersion: newest }, [{ operation, payload: requestPayload }]);
      const { items } = decodeResponse(await connection.exchange(request));
      expect(items).toHaveLength(1);
      expect(items[0]!.operation).toBe(operation);
    };
    await fc.assert(fc.asyncProperty(fc.constantFrom(...codes), payload, ask), { numRuns: 200, seed: 1 });
    connection.close();
    await isSound(lab);
  });

  it('as a whole message is refused, and the connection goes on', async () => {
    const lab = await startLab();
    const connection = await FuzzConnection.open(targetOf(lab));
    const message = fc.array(arbitraryItem, { maxLength: 4 }).map((items) => item.structure(Tag.RequestMessage, items));
    const refuse = async (request: StructureItem) => {
      const { items } = decodeResponse(await connection.exchange(encode(request)));
      expect(items).toMatchObject([{ resultStatus: 1 }]);
    };
    await fc.assert(fc.asyncProperty(message, refuse), { numRuns: 200, seed: 1 });
    connection.close();
    await isSound(lab);
  });
});

it.each([
  ['RNG Retrieve', Operation.RNGRetrieve, [item.integer(Tag.DataLength, 2 ** 31 - 1)]],
  [
    'Create Split Key',
    Operation.CreateSplitKey,
    [
      item.enumeration(Tag.ObjectType, 5),
      item.integer(Tag.SplitKeyParts, 2 ** 31 - 1),
      item.integer(Tag.SplitKeyThreshold, 2 ** 31 - 1),
      item.enumeration(Tag.SplitKeyMethod, 1),
      item.structure(Tag.TemplateAttribute, []),
    ],
  ],
])('%s of as much as can be asked for is refused at once', async (_name, operation, fields) => {
  const lab = await startLab();
  const client = await connect(lab);
  const payload = { tag: Tag.RequestPayload, type: ItemType.Structure, value: fields };
  const { items } = await client.exchange(encodeRequest({ protocolVersion: newest }, [{ operation, payload }]));
  expect(items).toMatchObject([{ resultStatus: 1 }]);
  client.socket.end();
  await isSound(lab);
});
