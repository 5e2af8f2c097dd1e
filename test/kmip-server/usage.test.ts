import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../core/index.ts';
import {
  type Attribute,
  BlockCipherMode,
  CryptographicAlgorithm,
  CryptographicUsageMask,
  makeAttribute,
  ObjectType,
  operations,
  PaddingMethod,
  RevocationReasonCode,
  readAttribute,
  UsageLimitsUnit,
} from '../../kmip/index.ts';
import { type Client, cleanUp, connect, startLab } from './lab.ts';

const start = Date.UTC(2026, 0, 1);
const { Encrypt, Decrypt } = CryptographicUsageMask;
const header = { protocolVersion: { major: 1, minor: 2 } };
const block = Buffer.alloc(16, 7);

let clock: ManualClock;
let client: Client;

beforeEach(async () => {
  clock = new ManualClock(start);
  client = await connect(await startLab({ clock, limits: { idleTimeoutMs: 1e12, handshakeTimeoutMs: 1e12 } }));
});
afterEach(cleanUp);

async function createKey(mask: number, ...more: Attribute[]): Promise<string> {
  const attributes = [
    makeAttribute('Cryptographic Algorithm', CryptographicAlgorithm.AES),
    makeAttribute('Cryptographic Length', 128),
    makeAttribute('Cryptographic Usage Mask', mask),
    ...more,
  ];
  const templateAttribute = { names: [], attributes };
  return (await client.ok(operations.create, { objectType: ObjectType.SymmetricKey, templateAttribute }))
    .uniqueIdentifier;
}
const cryptographicParameters = { blockCipherMode: BlockCipherMode.ECB, paddingMethod: PaddingMethod.None };
const encrypt = (uniqueIdentifier: string, data = block) =>
  client.refused(operations.encrypt, { uniqueIdentifier, cryptographicParameters, data }, header);
const decrypt = (uniqueIdentifier: string) =>
  client.refused(operations.decrypt, { uniqueIdentifier, cryptographicParameters, data: block }, header);
const date = (name: 'Activation Date' | 'Process Start Date' | 'Protect Stop Date', offset: number) =>
  makeAttribute(name, start / 1000 + offset);
const active = date('Activation Date', -3600);

const revoke = (uniqueIdentifier: string, revocationReasonCode: number) =>
  client.ok(operations.revoke, { uniqueIdentifier, revocationReason: { revocationReasonCode } });

describe('States, KMIP 1.2 §3.22', () => {
  it.each<[string, (key: string) => Promise<unknown>, boolean, boolean]>([
    ['Pre-Active', async () => {}, false, false],
    ['Active', (key) => client.ok(operations.activate, { uniqueIdentifier: key }), true, true],
    [
      'Deactivated',
      async (key) => {
        await client.ok(operations.activate, { uniqueIdentifier: key });
        await revoke(key, RevocationReasonCode.Superseded);
      },
      false,
      true,
    ],
    ['Compromised', (key) => revoke(key, RevocationReasonCode.KeyCompromise), false, true],
  ])('%s', async (name, reach, protects, processes) => {
    const key = await createKey(Encrypt | Decrypt);
    await reach(key);
    const denied = (use: string) => `PermissionDenied: The object ${key} is ${name} and cannot be used for ${use}.`;
    expect(await encrypt(key)).toBe(protects ? 'Success' : denied('Encrypt'));
    expect(await decrypt(key)).toBe(processes ? 'Success' : denied('Decrypt'));
  });

  it('Destroyed: Item Not Found', async () => {
    const key = await createKey(Encrypt | Decrypt);
    await client.ok(operations.destroy, { uniqueIdentifier: key });
    expect(await encrypt(key)).toMatch(/^ItemNotFound: /);
    expect(await decrypt(key)).toMatch(/^ItemNotFound: /);
  });
});

describe('dates, KMIP 1.2 §3.25, §3.26 (OASIS CS-BC-M-14-12)', () => {
  it('Process Start Date: nothing is decrypted before it', async () => {
    const key = await createKey(Encrypt | Decrypt, active, date('Process Start Date', 60));
    expect(await decrypt(key)).toMatch(/^PermissionDenied: Decrypt is not allowed .* before its Process Start Date/);
    expect(await encrypt(key)).toBe('Success');
    clock.advance(60_000);
    expect(await decrypt(key)).toBe('Success');
  });

  it('Protect Stop Date: nothing is encrypted from it on', async () => {
    const key = await createKey(Encrypt | Decrypt, active, date('Protect Stop Date', 60));
    expect(await encrypt(key)).toBe('Success');
    clock.advance(60_000);
    expect(await encrypt(key)).toMatch(
      /^PermissionDenied: Encrypt is no longer allowed .* Protect Stop Date has passed/,
    );
    expect(await decrypt(key)).toBe('Success');
  });
});

it('Cryptographic Usage Mask, KMIP 1.2 §3.19', async () => {
  const key = await createKey(Decrypt, active);
  expect(await encrypt(key)).toBe(`PermissionDenied: The Cryptographic Usage Mask of ${key} does not allow Encrypt.`);
  expect(await decrypt(key)).toBe('Success');
});

describe('Usage Limits of what the server protects itself, KMIP 1.2 §3.21 (OASIS CS-BC-M-7-12)', () => {
  const limited = (usageLimitsTotal: bigint, usageLimitsUnit: number) =>
    createKey(Encrypt | Decrypt, active, makeAttribute('Usage Limits', { usageLimitsTotal, usageLimitsUnit }));
  const left = async (uniqueIdentifier: string) => {
    const attributeNames = ['Usage Limits'];
    const { attributes } = await client.ok(operations.getAttributes, { uniqueIdentifier, attributeNames });
    return readAttribute('Usage Limits', attributes[0]!).usageLimitsCount;
  };

  it('bytes count by the length of the data; decryption does not count', async () => {
    const key = await limited(40n, UsageLimitsUnit.Byte);
    expect(await encrypt(key, Buffer.alloc(32))).toBe('Success');
    expect(await decrypt(key)).toBe('Success');
    expect(await left(key)).toBe(8n);
    expect(await encrypt(key)).toMatch(/^PermissionDenied: .*16 bytes are asked for and 8 are left/);
    expect(await left(key)).toBe(8n);
  });

  it('objects count one by one', async () => {
    const key = await limited(2n, UsageLimitsUnit.Object);
    expect([await encrypt(key), await encrypt(key, Buffer.alloc(64))]).toEqual(['Success', 'Success']);
    expect(await left(key)).toBe(0n);
    expect(await encrypt(key)).toMatch(/^PermissionDenied: /);
  });
});
