import { afterEach, describe, expect, it } from 'vitest';
import {
  decode,
  encode,
  enumCode,
  type Item,
  ItemType,
  item,
  KMIP_VERSIONS,
  ObjectType,
  operations,
  type ProtocolVersion,
  protocolVersion,
  Tag,
  tagEntry,
} from '../../kmip/index.ts';
import { type Client, cleanUp, connect, refusal, startLab } from './lab.ts';
import { aes, createKey } from './requests.ts';

afterEach(cleanUp);

/** A request written item by item, so that nothing on the way leaves newer fields out. */
function request(version: ProtocolVersion, operation: number, payload: Item[], header: Item[] = []): Buffer {
  return encode(
    item.structure(Tag.RequestMessage, [
      item.structure(Tag.RequestHeader, [
        item.structure(Tag.ProtocolVersion, [
          item.integer(Tag.ProtocolVersionMajor, version.major),
          item.integer(Tag.ProtocolVersionMinor, version.minor),
        ]),
        ...header,
        item.integer(Tag.BatchCount, 1),
      ]),
      item.structure(Tag.BatchItem, [
        item.enumeration(Tag.Operation, operation),
        item.structure(Tag.RequestPayload, payload),
      ]),
    ]),
  );
}

const operation = (name: string) => enumCode('Operation', name)!;
const identifier = (value: string) => item.textString(Tag.UniqueIdentifier, value);
const comment = item.structure(Tag.Attribute, [
  item.textString(Tag.AttributeName, 'Comment'),
  item.textString(Tag.AttributeValue, 'later'),
]);

/** Names of standard attributes that came after 1.1, from the list at the end of §6.6 of the reference. */
const later: Record<string, number> = {
  Fresh: 1,
  'Certificate Length': 1,
  'Alternative Name': 2,
  'Key Value Present': 2,
  'Key Value Location': 2,
  'Original Creation Date': 2,
  'Random Number Generator': 3,
  'PKCS#12 Friendly Name': 4,
  Description: 4,
  Comment: 4,
  Sensitive: 4,
  'Always Sensitive': 4,
  Extractable: 4,
  'Never Extractable': 4,
};

/** Tags and attribute names in a tree that a peer of this minor version does not know. */
function newerThan(minor: number, tree: Item): string[] {
  const found: string[] = [];
  const since = tagEntry(tree.tag)?.since;
  if (since === undefined || Number(since.slice(2)) > minor) found.push(`tag ${tree.tag.toString(16)}`);
  if (tree.type === ItemType.TextString && tree.tag === Tag.AttributeName && (later[tree.value] ?? 0) > minor) {
    found.push(tree.value);
  }
  if (tree.type === ItemType.Structure) for (const inner of tree.value) found.push(...newerThan(minor, inner));
  return found;
}

async function answerTo(client: Client, bytes: Buffer): Promise<Item> {
  client.write(bytes);
  return decode((await client.read())!);
}

describe.each(KMIP_VERSIONS)('a request of %s', (name) => {
  const version = protocolVersion(name);

  it('is answered in its version, with nothing newer', async () => {
    const lab = await startLab();
    const client = await connect(lab);
    const created = await client.ok(
      operations.create,
      { objectType: ObjectType.SymmetricKey, templateAttribute: aes() },
      { protocolVersion: version },
    );
    const key = created.uniqueIdentifier;
    // What a 1.4 client may have left on the object must not reach an older one.
    const added = await client.exchange(
      request({ major: 1, minor: 4 }, operation('AddAttribute'), [identifier(key), comment]),
    );
    expect(refusal(added.items[0]!)).toBe('Success');
    const requests: [string, Item[]][] = [
      ['GetAttributes', [identifier(key)]],
      ['GetAttributeList', [identifier(key)]],
      ['Get', [identifier(key)]],
      ['Locate', []],
      ['Query', [1, 2, 3, 4].map((value) => item.enumeration(Tag.QueryFunction, value))],
      ['Check', [identifier(key), item.integer(Tag.CryptographicUsageMask, 4)]],
      ['Get', [identifier('missing')]],
      ['Activate', [identifier(key)]],
      ['Destroy', [identifier(key)]],
    ];
    for (const [operationName, payload] of requests) {
      const answer = await answerTo(client, request(version, operation(operationName), payload));
      expect(newerThan(version.minor, answer), operationName).toEqual([]);
      const header = (answer.value as Item[])[0]!.value as Item[];
      expect(header[0]!.value).toEqual([
        item.integer(Tag.ProtocolVersionMajor, 1),
        item.integer(Tag.ProtocolVersionMinor, version.minor),
      ]);
      // KMIP 1.1 §6.4: the response header is Protocol Version, Time Stamp, Batch Count.
      expect(header.map(({ tag }) => tag)).toEqual([Tag.ProtocolVersion, Tag.TimeStamp, Tag.BatchCount]);
    }
  });

  it('Query names operations and objects of that version only', async () => {
    const client = await connect(await startLab());
    const answer = await client.ok(operations.query, { queryFunctions: [1, 2, 3] }, { protocolVersion: version });
    // §9.1.3.2.27 of each version: the last code that came with it. 1B and 1C, Notify and Put, are sent by servers.
    const last = [0x1a, 0x1e, 0x29, 0x29, 0x2b][version.minor]!;
    const codes = Array.from({ length: last }, (_, index) => index + 1).filter(
      (code) => code !== 0x1b && code !== 0x1c,
    );
    expect([...answer.operations].sort((a, b) => a - b)).toEqual(codes);
    const objects = [1, 2, 3, 4, 5, 6, 7, 8];
    expect([...answer.objectTypes].sort((a, b) => a - b)).toEqual(version.minor < 2 ? objects : [...objects, 9]);
    expect(answer.vendorIdentification).toBe('keyrig KMIP test server');
  });
});

it('Discover Versions in 1.0 is Operation Not Supported', async () => {
  const client = await connect(await startLab());
  const answer = await client.exchange(request({ major: 1, minor: 0 }, 0x1e, []));
  expect(refusal(answer.items[0]!)).toMatch(/^OperationNotSupported: Discover Versions/);
});

it('an attribute that is newer than the request is unknown to it', async () => {
  const lab = await startLab();
  const client = await connect(lab);
  const key = await createKey(client);
  const answer = await client.exchange(
    request({ major: 1, minor: 1 }, operation('AddAttribute'), [identifier(key), comment]),
  );
  expect(refusal(answer.items[0]!)).toBe('PermissionDenied: The attribute "Comment" is not supported for this object.');
});

it('an unknown field of the same version is an Invalid Field, of a newer one it is ignored', async () => {
  const lab = await startLab();
  const client = await connect(lab);
  const key = await createKey(client);
  const payload = [identifier(key), item.textString(0x4200ff, 'unheard of')];
  const same = await client.exchange(request({ major: 1, minor: 1 }, operation('Get'), payload));
  expect(refusal(same.items[0]!)).toMatch(/^InvalidField: /);
  const newer = await client.exchange(request({ major: 1, minor: 9 }, operation('Get'), payload));
  expect(refusal(newer.items[0]!)).toBe('Success');
  expect(newer.version).toEqual({ major: 1, minor: 9 });
});

it('a field twice is an Invalid Message', async () => {
  const lab = await startLab();
  const client = await connect(lab);
  const answer = await client.exchange(
    request({ major: 1, minor: 1 }, operation('Get'), [identifier('a'), identifier('b')]),
  );
  expect(refusal(answer.items[0]!)).toMatch(/^InvalidMessage: /);
});

it('another major version: one item without Operation, Invalid Message; the connection goes on', async () => {
  const client = await connect(await startLab());
  const answer = await client.exchange(request({ major: 2, minor: 0 }, 0x1e, []));
  expect(answer.items).toHaveLength(1);
  expect(answer.items[0]!.operation).toBeUndefined();
  expect(refusal(answer.items[0]!)).toBe('InvalidMessage: protocol version 2.0 is not supported');
  await client.ok(operations.discoverVersions, { protocolVersions: [] });
});

describe('a server that speaks 1.0 only', () => {
  it('says so to Discover Versions and refuses the rest of 1.1', async () => {
    const client = await connect(await startLab({ versions: ['1.0'] }));
    expect(await client.ok(operations.discoverVersions, { protocolVersions: [] })).toEqual({
      protocolVersions: [{ major: 1, minor: 0 }],
    });
  });

  it('a server without 1.1 among others refuses a request of 1.1', async () => {
    const client = await connect(await startLab({ versions: ['1.0', '1.2'] }));
    await expect(createKey(client)).rejects.toThrow('InvalidMessage: Protocol version 1.1 is not supported.');
    expect(await client.ok(operations.discoverVersions, { protocolVersions: [] })).toEqual({
      protocolVersions: [
        { major: 1, minor: 2 },
        { major: 1, minor: 0 },
      ],
    });
  });
});

it('Discover Versions, byte for byte (KMIP 1.1 §4.26, §7)', async () => {
  const lab = await startLab({ versions: ['1.0', '1.1'] });
  const client = await connect(lab);
  // The first request of every vCenter connection (observed).
  client.write(
    Buffer.from(
      '42007801000000604200770100000038420069010000002042006a0200000004000000010000000042006b0200000004000000010000000042000d0200000004000000010000000042000f010000001842005c05000000040000001e000000004200790100000000',
      'hex',
    ),
  );
  const answer = (await client.read())!.toString('hex');
  // Everything but the eight bytes of the Time Stamp.
  const [head, tail] = [answer.slice(0, 128), answer.slice(144)];
  expect(head).toBe(
    '42007b01000000d0' +
      '42007a0100000048' +
      '4200690100000020' +
      '42006a02000000040000000100000000' +
      '42006b02000000040000000100000000' +
      '4200920900000008',
  );
  expect(tail).toBe(
    '42000d02000000040000000100000000' +
      '42000f0100000078' +
      '42005c05000000040000001e00000000' +
      '42007f05000000040000000000000000' +
      '42007c0100000050' +
      '4200690100000020' +
      '42006a02000000040000000100000000' +
      '42006b02000000040000000100000000' +
      '4200690100000020' +
      '42006a02000000040000000100000000' +
      '42006b02000000040000000000000000',
  );
});
