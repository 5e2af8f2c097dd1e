import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../core/index.ts';
import {
  BlockCipherMode,
  CryptographicAlgorithm,
  HashingAlgorithm,
  makeAttribute,
  operations,
  PaddingMethod,
  UsageLimitsUnit,
  ValidityIndicator,
} from '../../kmip/index.ts';
import { SharedMemory } from '../../kmip-server/store/shared-memory.ts';
import type { ObjectStore } from '../../kmip-server/store/store.ts';
import {
  active,
  at,
  attributeOf,
  createPair,
  Decrypt,
  Encrypt,
  mask,
  newest,
  registerKey,
  start,
} from './crypto-requests.ts';
import { type Client, cleanUp, connect, type Lab, startLab } from './lab.ts';

const hex = (text: string) => Buffer.from(text, 'hex');

// SP 800-38A F.2.1: the four blocks of the example
const aesKey = '2b7e151628aed2a6abf7158809cf4f3c';
const iv = hex('000102030405060708090a0b0c0d0e0f');
const plain = hex(
  '6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710',
);
const encrypted =
  '7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b273bed6b8e3c1743b7116e69e222295163ff1caa1681fac09120eca307586e1a7';
const cbc = { blockCipherMode: BlockCipherMode.CBC };

let clock: ManualClock;
let lab: Lab;
let client: Client;

beforeEach(async () => {
  clock = new ManualClock(start);
  lab = await startLab({ clock, limits: { idleTimeoutMs: 1e12, handshakeTimeoutMs: 1e12 } });
  client = await connect(lab);
});
afterEach(cleanUp);

type EncryptRequest = Parameters<typeof operations.encrypt.request.encode>[0];
const encrypt = (request: EncryptRequest, header = newest) => client.ok(operations.encrypt, request, header);
const refused = (request: EncryptRequest, by = client) => by.refused(operations.encrypt, request, newest);
const gone = /^ItemNotFound: No operation in parts has this Correlation Value/;

describe('operations in parts, KMIP 1.3 §4.29 to §4.37', () => {
  it('encrypts and decrypts data cut anywhere, at KMIP 1.3', async () => {
    const uniqueIdentifier = await registerKey(client, aesKey);
    const first = { uniqueIdentifier, cryptographicParameters: cbc, ivCounterNonce: iv, initIndicator: true };
    const parts = [plain.subarray(0, 5), plain.subarray(5, 37), plain.subarray(37)];
    const one = await encrypt({ ...first, data: parts[0] }, at(3));
    expect(one.data).toBeUndefined();
    expect(one.correlationValue).toBeDefined();
    const { correlationValue } = one;
    // The later parts need not name the key again.
    const two = await encrypt({ correlationValue, data: parts[1] }, at(3));
    expect(two).toEqual({ uniqueIdentifier, correlationValue, data: hex(encrypted.slice(0, 64)) });
    const three = await encrypt({ uniqueIdentifier, correlationValue, data: parts[2], finalIndicator: true }, at(3));
    expect(three).toEqual({ uniqueIdentifier, data: hex(encrypted.slice(64)) });

    const begun = await client.ok(operations.decrypt, { ...first, data: hex(encrypted.slice(0, 100)) }, at(3));
    const last = { correlationValue: begun.correlationValue, data: hex(encrypted.slice(100)), finalIndicator: true };
    const ended = await client.ok(operations.decrypt, last, at(3));
    expect(Buffer.concat([begun.data!, ended.data!])).toEqual(plain);
  });

  it('a first part that is also the last is a whole', async () => {
    const uniqueIdentifier = await registerKey(client, aesKey);
    const request = { uniqueIdentifier, cryptographicParameters: cbc, ivCounterNonce: iv, data: plain };
    const answer = await encrypt({ ...request, initIndicator: true, finalIndicator: true });
    expect(answer).toEqual({ uniqueIdentifier, data: hex(encrypted) });
  });

  it('gives the IV that it drew with the first part, and the padding with the last', async () => {
    const uniqueIdentifier = await registerKey(client, aesKey);
    const cryptographicParameters = { ...cbc, paddingMethod: PaddingMethod.PKCS5, randomIv: true };
    const { ivCounterNonce, correlationValue } = await encrypt({
      uniqueIdentifier,
      cryptographicParameters,
      initIndicator: true,
    });
    const { data } = await encrypt({ correlationValue, data: plain.subarray(0, 20), finalIndicator: true });
    expect(data).toHaveLength(32);
    const back = { uniqueIdentifier, cryptographicParameters, ivCounterNonce, data };
    expect((await client.ok(operations.decrypt, back, newest)).data).toEqual(plain.subarray(0, 20));
  });

  it('signs, verifies, makes MACs and hashes in parts', async () => {
    const cryptographicParameters = { hashingAlgorithm: HashingAlgorithm.SHA_256 };
    const pair = await createPair(client);
    const [a, bc] = [Buffer.from('a'), Buffer.from('bc')];
    const signing = { uniqueIdentifier: pair.privateKeyUniqueIdentifier, cryptographicParameters };
    const begun = await client.ok(operations.sign, { ...signing, data: a, initIndicator: true }, newest);
    expect(begun.signatureData).toBeUndefined();
    const { correlationValue } = begun;
    const signed = await client.ok(operations.sign, { correlationValue, data: bc, finalIndicator: true }, newest);

    const verifying = { uniqueIdentifier: pair.publicKeyUniqueIdentifier, cryptographicParameters };
    const first = await client.ok(operations.signatureVerify, { ...verifying, data: a, initIndicator: true }, newest);
    expect(first.validityIndicator).toBe(ValidityIndicator.Unknown);
    const last = { correlationValue: first.correlationValue, data: bc, finalIndicator: true };
    const { signatureData } = signed;
    const verified = await client.ok(operations.signatureVerify, { ...last, signatureData }, newest);
    expect(verified.validityIndicator).toBe(ValidityIndicator.Valid);

    // FIPS 180-4: SHA-256 of "abc"
    const hashing = await client.ok(operations.hash, { cryptographicParameters, data: a, initIndicator: true }, newest);
    const hashed = await client.ok(
      operations.hash,
      { cryptographicParameters, correlationValue: hashing.correlationValue, data: bc, finalIndicator: true },
      newest,
    );
    expect(hashed.data?.toString('hex')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');

    // RFC 4231 §4.3
    const [what, nothing] = [Buffer.from('what do ya want '), Buffer.from('for nothing?')];
    const key = await registerKey(client, Buffer.from('Jefe').toString('hex'), {
      algorithm: CryptographicAlgorithm.HMAC_SHA256,
    });
    const macBegun = await client.ok(
      operations.mac,
      { uniqueIdentifier: key, data: what, initIndicator: true },
      newest,
    );
    const { macData } = await client.ok(
      operations.mac,
      { correlationValue: macBegun.correlationValue, data: nothing, finalIndicator: true },
      newest,
    );
    expect(macData?.toString('hex')).toBe('5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843');
    const checking = await client.ok(
      operations.macVerify,
      { uniqueIdentifier: key, data: what, initIndicator: true },
      newest,
    );
    expect(checking.validityIndicator).toBe(ValidityIndicator.Unknown);
    const checked = await client.ok(
      operations.macVerify,
      { correlationValue: checking.correlationValue, data: nothing, macData, finalIndicator: true },
      newest,
    );
    expect(checked.validityIndicator).toBe(ValidityIndicator.Valid);
  });

  it('checks the key again with each part', async () => {
    const uniqueIdentifier = await registerKey(client, aesKey, {
      attributes: [active, mask(Encrypt), makeAttribute('Protect Stop Date', start / 1000 + 60)],
    });
    const first = { uniqueIdentifier, cryptographicParameters: cbc, ivCounterNonce: iv, initIndicator: true };
    const { correlationValue } = await encrypt(first);
    await clock.advance(60_000);
    expect(await refused({ correlationValue, data: plain })).toMatch(/^PermissionDenied: .*Protect Stop Date/);
  });

  it('counts the bytes of each part, but a stream as one object', async () => {
    const keyWith = (usageLimitsUnit: number) =>
      registerKey(client, aesKey, {
        attributes: [active, mask(Encrypt), makeAttribute('Usage Limits', { usageLimitsTotal: 50n, usageLimitsUnit })],
      });
    const left = async (uniqueIdentifier: string) => {
      const first = { uniqueIdentifier, cryptographicParameters: cbc, ivCounterNonce: iv, initIndicator: true };
      const { correlationValue } = await encrypt({ ...first, data: plain.subarray(0, 16) });
      await encrypt({ correlationValue, data: plain.subarray(16, 32), finalIndicator: true });
      return (await attributeOf(client, uniqueIdentifier, 'Usage Limits'))?.usageLimitsCount;
    };
    expect(await left(await keyWith(UsageLimitsUnit.Byte))).toBe(18n);
    expect(await left(await keyWith(UsageLimitsUnit.Object))).toBe(49n);
  });

  it('a part that fails ends the stream; so does the last one', async () => {
    const uniqueIdentifier = await registerKey(client, aesKey);
    const first = { uniqueIdentifier, cryptographicParameters: cbc, ivCounterNonce: iv, initIndicator: true };
    const { correlationValue } = await encrypt(first);
    expect(await refused({ correlationValue, data: plain.subarray(1), finalIndicator: true })).toMatch(
      /^CryptographicFailure/,
    );
    expect(await refused({ correlationValue, data: plain, finalIndicator: true })).toMatch(gone);
    const again = await encrypt(first);
    await encrypt({ correlationValue: again.correlationValue, finalIndicator: true });
    expect(await refused({ uniqueIdentifier, correlationValue: again.correlationValue })).toMatch(gone);
  });

  it('belongs to one client, one operation and one key', async () => {
    const uniqueIdentifier = await registerKey(client, aesKey, { attributes: [active, mask(Encrypt, Decrypt)] });
    const first = { uniqueIdentifier, cryptographicParameters: cbc, ivCounterNonce: iv, initIndicator: true };
    const { correlationValue } = await encrypt(first);
    const other = await connect(lab, { identity: lab.other });
    const own = await registerKey(other, aesKey);
    expect(await refused({ uniqueIdentifier: own, correlationValue, data: plain }, other)).toMatch(gone);
    expect(await client.refused(operations.decrypt, { correlationValue, data: plain }, newest)).toMatch(gone);
    const second = await registerKey(client, aesKey);
    expect(await refused({ uniqueIdentifier: second, correlationValue, data: plain })).toMatch(
      /^InvalidField: .*another key/,
    );
    expect(await refused({ ...first, correlationValue, data: plain })).toMatch(/^InvalidMessage: .*Init Indicator/);
    const { data } = await encrypt({ correlationValue, data: plain, finalIndicator: true });
    expect(data).toEqual(hex(encrypted));
  });

  it('is given up after ten minutes, and a client has 32 at most', async () => {
    const uniqueIdentifier = await registerKey(client, aesKey);
    const first = { uniqueIdentifier, cryptographicParameters: cbc, ivCounterNonce: iv, initIndicator: true };
    const { correlationValue } = await encrypt(first);
    for (let count = 1; count < 32; count++) await encrypt(first);
    expect(await refused(first)).toMatch(/^PermissionDenied: Too many operations in parts/);
    await clock.advance(600_001);
    expect(await refused({ uniqueIdentifier, correlationValue, data: plain })).toMatch(gone);
    await encrypt(first);
  });

  it('holds no more data than one message when nothing can be given out before the end', async () => {
    const uniqueIdentifier = await registerKey(client, aesKey);
    const cryptographicParameters = { blockCipherMode: BlockCipherMode.CCM, tagLength: 16 };
    const data = Buffer.alloc(512 * 1024);
    const { correlationValue } = await encrypt({
      uniqueIdentifier,
      cryptographicParameters,
      ivCounterNonce: iv.subarray(0, 12),
      initIndicator: true,
      data,
    });
    await encrypt({ correlationValue, data });
    expect(await refused({ correlationValue, data })).toMatch(/^InvalidField: .*cannot be longer than/);
  });

  it('does a part once, though another server was quicker and the batch is run again', async () => {
    const memory = new SharedMemory().connect();
    let conflicts = 0;
    const store: ObjectStore = {
      ...memory,
      commit: async (changes) => (conflicts-- > 0 ? 'conflict' : memory.commit(changes)),
    };
    const other = await connect(await startLab({ clock, store }));
    const limits = { usageLimitsTotal: 1000n, usageLimitsUnit: UsageLimitsUnit.Byte };
    const attributes = [active, mask(Encrypt), makeAttribute('Usage Limits', limits)];
    const uniqueIdentifier = await registerKey(other, aesKey, { attributes });
    const first = { uniqueIdentifier, cryptographicParameters: cbc, ivCounterNonce: iv, initIndicator: true };
    conflicts = 1;
    const begun = await other.ok(operations.encrypt, { ...first, data: plain.subarray(0, 16) }, newest);
    const { correlationValue } = begun;
    conflicts = 2;
    const last = { correlationValue, data: plain.subarray(16), finalIndicator: true };
    const ended = await other.ok(operations.encrypt, last, newest);
    expect(Buffer.concat([begun.data!, ended.data!]).toString('hex')).toBe(encrypted);
    const left = await attributeOf(other, uniqueIdentifier, 'Usage Limits');
    expect(left?.usageLimitsCount).toBe(1000n - 64n);
  });

  it('knows no streams before KMIP 1.3', async () => {
    const uniqueIdentifier = await registerKey(client, aesKey);
    const request = { uniqueIdentifier, cryptographicParameters: cbc, ivCounterNonce: iv, data: plain };
    const answer = await encrypt({ ...request, initIndicator: true }, at(2));
    // The client's encoder leaves the newer field out, and the answer has none.
    expect(answer).toEqual({ uniqueIdentifier, data: hex(encrypted) });
  });
});
