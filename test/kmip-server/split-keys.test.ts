import { createPrivateKey } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../core/index.ts';
import { CryptographicAlgorithm, makeAttribute, ObjectType, operations, SplitKeyMethod } from '../../kmip/index.ts';
import {
  attributeOf,
  createPair,
  Encrypt,
  mask,
  materialOf,
  newest,
  registerKey,
  start,
  template,
} from './crypto-requests.ts';
import { type Client, cleanUp, connect, startLab } from './lab.ts';

const secret = '000102030405060708090a0b0c0d0e0f';

let client: Client;

beforeEach(async () => {
  const clock = new ManualClock(start);
  const lab = await startLab({ clock, limits: { idleTimeoutMs: 1e12, handshakeTimeoutMs: 1e12 } });
  client = await connect(lab);
});
afterEach(cleanUp);

type SplitRequest = Parameters<typeof operations.createSplitKey.request.encode>[0];

function splitting(more: Partial<SplitRequest>): SplitRequest {
  return {
    objectType: ObjectType.SplitKey,
    splitKeyParts: 5,
    splitKeyThreshold: 3,
    splitKeyMethod: SplitKeyMethod.PolynomialSharingGF2_8,
    templateAttribute: template(),
    ...more,
  };
}

const split = async (more: Partial<SplitRequest>) =>
  (await client.ok(operations.createSplitKey, splitting(more), newest)).uniqueIdentifiers;
const refusedSplit = (more: Partial<SplitRequest>) =>
  client.refused(operations.createSplitKey, splitting(more), newest);

type JoinRequest = Parameters<typeof operations.joinSplitKey.request.encode>[0];
const joining = (uniqueIdentifiers: string[], more: Partial<JoinRequest> = {}): JoinRequest => ({
  objectType: ObjectType.SymmetricKey,
  uniqueIdentifiers,
  ...more,
});
const join = async (parts: string[], more: Partial<JoinRequest> = {}) =>
  (await client.ok(operations.joinSplitKey, joining(parts, more), newest)).uniqueIdentifier;
const refusedJoin = (parts: string[], more: Partial<JoinRequest> = {}) =>
  client.refused(operations.joinSplitKey, joining(parts, more), newest);

const pick = (parts: string[], ...places: number[]) => places.map((place) => parts[place]!);

describe('Create Split Key and Join Split Key, KMIP 1.2 §4.38, §4.39', () => {
  it.each([
    ['GF(2^8)', SplitKeyMethod.PolynomialSharingGF2_8, 3],
    ['GF(2^16)', SplitKeyMethod.PolynomialSharingGF2_16, 3],
    ['a prime field', SplitKeyMethod.PolynomialSharingPrimeField, 3],
    ['XOR', SplitKeyMethod.XOR, 5],
  ])('splits a key by %s and makes it again', async (_name, splitKeyMethod, splitKeyThreshold) => {
    const uniqueIdentifier = await registerKey(client, secret);
    const parts = await split({ uniqueIdentifier, splitKeyMethod, splitKeyThreshold });
    expect(parts).toHaveLength(5);
    for (const part of parts) expect((await materialOf(client, part)).toString('hex')).not.toBe(secret);
    const chosen = splitKeyThreshold === 5 ? parts : pick(parts, 4, 0, 2);
    const joined = await join(chosen);
    expect((await materialOf(client, joined)).toString('hex')).toBe(secret);
    expect(await attributeOf(client, joined, 'Cryptographic Algorithm')).toBe(CryptographicAlgorithm.AES);
    expect(await attributeOf(client, joined, 'Cryptographic Length')).toBe(128);
  });

  it('tells of each part what it is', async () => {
    const uniqueIdentifier = await registerKey(client, secret);
    const parts = await split({ uniqueIdentifier });
    for (const [place, part] of parts.entries()) {
      const { object } = await client.ok(operations.get, { uniqueIdentifier: part }, newest);
      expect(object).toMatchObject({
        objectType: ObjectType.SplitKey,
        splitKeyParts: 5,
        keyPartIdentifier: place + 1,
        splitKeyThreshold: 3,
        splitKeyMethod: SplitKeyMethod.PolynomialSharingGF2_8,
        keyBlock: { cryptographicAlgorithm: CryptographicAlgorithm.AES, cryptographicLength: 128 },
      });
    }
  });

  it('splits a new key when none is named', async () => {
    const parts = await split({
      templateAttribute: template(
        makeAttribute('Cryptographic Algorithm', CryptographicAlgorithm.AES),
        makeAttribute('Cryptographic Length', 256),
        mask(Encrypt),
      ),
    });
    const [one, other] = [await join(pick(parts, 0, 1, 2)), await join(pick(parts, 2, 3, 4))];
    expect(await materialOf(client, one)).toHaveLength(32);
    expect(await materialOf(client, one)).toEqual(await materialOf(client, other));
    expect(await refusedSplit({})).toMatch(/^InvalidField: .*needs a key to split/);
  });

  it('splits a private key and makes it again in its format', async () => {
    const { privateKeyUniqueIdentifier: uniqueIdentifier } = await createPair(client);
    const parts = await split({ uniqueIdentifier });
    const joined = await join(pick(parts, 1, 2, 3), { objectType: ObjectType.PrivateKey });
    const material = await materialOf(client, joined);
    expect(material).toEqual(await materialOf(client, uniqueIdentifier));
    expect(createPrivateKey({ key: material, format: 'der', type: 'sec1' }).asymmetricKeyType).toBe('ec');
  });

  it('does not let a key that may not be extracted out by its parts', async () => {
    const uniqueIdentifier = await registerKey(client, secret, {
      attributes: [mask(Encrypt), makeAttribute('Extractable', false)],
    });
    const [part = ''] = await split({ uniqueIdentifier });
    expect(await client.refused(operations.get, { uniqueIdentifier: part }, newest)).toMatch(/^NotExtractable/);
  });

  it('refuses to split what cannot be split, or in numbers that make no sense', async () => {
    const uniqueIdentifier = await registerKey(client, secret);
    expect(await refusedSplit({ uniqueIdentifier: 'nothing' })).toMatch(/^ItemNotFound/);
    expect(await refusedSplit({ uniqueIdentifier, splitKeyThreshold: 6 })).toMatch(/^InvalidField: .*Threshold/);
    expect(await refusedSplit({ uniqueIdentifier, splitKeyMethod: SplitKeyMethod.XOR })).toMatch(
      /^InvalidField: .*XOR/,
    );
    expect(await refusedSplit({ uniqueIdentifier, objectType: ObjectType.SymmetricKey })).toMatch(/^InvalidField/);
    const { publicKeyUniqueIdentifier } = await createPair(client);
    expect(await refusedSplit({ uniqueIdentifier: publicKeyUniqueIdentifier })).toMatch(/^IllegalOperation/);
    const long = await registerKey(client, '00'.repeat(4096), { algorithm: CryptographicAlgorithm.OneTimePad });
    expect(await refusedSplit({ uniqueIdentifier: long, splitKeyParts: 255, splitKeyThreshold: 255 })).toMatch(
      /^InvalidField: .*too long/,
    );
  });

  it('refuses parts that are too few, the same, of different keys, or no parts at all', async () => {
    const uniqueIdentifier = await registerKey(client, secret);
    const parts = await split({ uniqueIdentifier });
    const others = await split({ uniqueIdentifier, splitKeyThreshold: 2 });
    expect(await refusedJoin(pick(parts, 0, 1))).toMatch(/^CryptographicFailure: 2 parts .* 3 are needed/);
    expect(await refusedJoin(pick(parts, 0, 1, 1))).toMatch(/^CryptographicFailure: One part/);
    expect(await refusedJoin([...pick(parts, 0, 1), ...pick(others, 2)])).toMatch(/^CryptographicFailure: .*one key/);
    expect(await refusedJoin([])).toMatch(/^InvalidMessage/);
    expect(await refusedJoin([uniqueIdentifier])).toMatch(/^InvalidField: .*not a Split Key/);
    expect(await refusedJoin(pick(parts, 0, 1, 2), { objectType: ObjectType.Certificate })).toMatch(/^InvalidField/);
    const templateAttribute = template(makeAttribute('Cryptographic Length', 256));
    expect(await refusedJoin(pick(parts, 0, 1, 2), { templateAttribute })).toMatch(/^CryptographicFailure: .*128 bits/);
    await client.ok(operations.destroy, { uniqueIdentifier: parts[0]! });
    expect(await refusedJoin(pick(parts, 0, 1, 2))).toMatch(/^ItemNotFound: .*destroyed/);
  });
});
