import { createPrivateKey, createPublicKey, diffieHellman } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../core/index.ts';
import {
  type Attribute,
  BlockCipherMode,
  CryptographicAlgorithm,
  DerivationMethod,
  HashingAlgorithm,
  KeyFormatType,
  LinkType,
  makeAttribute,
  ObjectType,
  operations,
  SecretDataType,
} from '../../kmip/index.ts';
import {
  active,
  attributeOf,
  DeriveKey,
  Encrypt,
  linksOf,
  mask,
  materialOf,
  newest,
  registerKey,
  start,
  template,
} from './crypto-requests.ts';
import { type Client, cleanUp, connect, startLab } from './lab.ts';

let client: Client;

beforeEach(async () => {
  const clock = new ManualClock(start);
  const lab = await startLab({ clock, limits: { idleTimeoutMs: 1e12, handshakeTimeoutMs: 1e12 } });
  client = await connect(lab);
});
afterEach(cleanUp);

async function secret(text: string): Promise<string> {
  const { uniqueIdentifier } = await client.ok(
    operations.register,
    {
      objectType: ObjectType.SecretData,
      templateAttribute: template(active, mask(DeriveKey)),
      object: {
        objectType: ObjectType.SecretData,
        secretDataType: SecretDataType.Password,
        keyBlock: {
          keyFormatType: KeyFormatType.Opaque,
          keyValue: { keyMaterial: Buffer.from(text), attributes: [] },
        },
      },
    },
    newest,
  );
  return uniqueIdentifier;
}

type Request = Parameters<typeof operations.deriveKey.request.encode>[0];

function request(
  uniqueIdentifiers: string[],
  bits: number,
  more: Partial<Request> & Pick<Request, 'derivationMethod'>,
): Request {
  return {
    objectType: ObjectType.SymmetricKey,
    uniqueIdentifiers,
    derivationParameters: {},
    templateAttribute: aes(bits),
    ...more,
  };
}

function aes(bits: number, ...more: Attribute[]) {
  return template(
    makeAttribute('Cryptographic Algorithm', CryptographicAlgorithm.AES),
    makeAttribute('Cryptographic Length', bits),
    mask(Encrypt),
    ...more,
  );
}

const sha1 = { cryptographicParameters: { hashingAlgorithm: HashingAlgorithm.SHA_1 } };
const sha256 = { cryptographicParameters: { hashingAlgorithm: HashingAlgorithm.SHA_256 } };
const derive = async (asked: Request) => (await client.ok(operations.deriveKey, asked, newest)).uniqueIdentifier;
const refused = (asked: Request) => client.refused(operations.deriveKey, asked, newest);

describe('Derive Key, KMIP 1.1 §4.6', () => {
  it('PBKDF2 of a password: RFC 6070 §2, the third vector, first 128 bits', async () => {
    const password = await secret('password');
    const key = await derive(
      request([password], 128, {
        derivationMethod: DerivationMethod.PBKDF2,
        derivationParameters: { ...sha1, salt: Buffer.from('salt'), iterationCount: 4096 },
      }),
    );
    expect((await materialOf(client, key)).toString('hex')).toBe('4b007901b765489abead49d926f721d0');
    expect(await attributeOf(client, key, 'Cryptographic Usage Mask')).toBe(Encrypt);
    expect(await linksOf(client, key)).toEqual([[LinkType.DerivationBaseObjectLink, password]]);
    expect(await linksOf(client, password)).toEqual([[LinkType.DerivedKeyLink, key]]);
  });

  it('HMAC with the data in the request or in a Secret Data, in either order: RFC 4231 §4.3', async () => {
    const expected = '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843';
    const text = 'what do ya want for nothing?';
    const key = await registerKey(client, Buffer.from('Jefe').toString('hex'), {
      algorithm: CryptographicAlgorithm.HMAC_SHA256,
    });
    const data = await secret(text);
    const asked = { derivationMethod: DerivationMethod.HMAC, derivationParameters: sha256 };
    const derivationData = Buffer.from(text);
    const made = [
      await derive(request([key], 256, { ...asked, derivationParameters: { ...sha256, derivationData } })),
      await derive(request([key, data], 256, asked)),
      await derive(request([data, key], 256, asked)),
    ];
    for (const one of made) expect((await materialOf(client, one)).toString('hex')).toBe(expected);
    expect(await linksOf(client, key)).toEqual(made.map((one) => [LinkType.DerivedKeyLink, one]));
  });

  it('ENCRYPT: SP 800-38A F.2.1, as Secret Data', async () => {
    const key = await registerKey(client, '2b7e151628aed2a6abf7158809cf4f3c');
    const made = await derive(
      request([key], 128, {
        objectType: ObjectType.SecretData,
        derivationMethod: DerivationMethod.ENCRYPT,
        derivationParameters: {
          cryptographicParameters: { blockCipherMode: BlockCipherMode.CBC },
          initializationVector: Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex'),
          derivationData: Buffer.from('6bc1bee22e409f96e93d7e117393172a', 'hex'),
        },
      }),
    );
    expect((await materialOf(client, made)).toString('hex')).toBe('7649abac8119b246cee98e9b12e9197d');
    expect(await attributeOf(client, made, 'Object Type')).toBe(ObjectType.SecretData);
    expect(await attributeOf(client, made, 'Cryptographic Length')).toBeUndefined();
  });

  it('HASH of the key: FIPS 180-4, SHA-256 of "abc"', async () => {
    const base = await secret('abc');
    const made = await derive(
      request([base], 128, { derivationMethod: DerivationMethod.HASH, derivationParameters: sha256 }),
    );
    expect((await materialOf(client, made)).toString('hex')).toBe('ba7816bf8f01cfea414140de5dae2223');
  });

  it('Asymmetric Key: both sides of an ECDH agreement derive the same, KMIP 1.4 §4.6', async () => {
    const pair = () =>
      client.ok(
        operations.createKeyPair,
        {
          commonTemplateAttribute: template(
            makeAttribute('Cryptographic Algorithm', CryptographicAlgorithm.ECDH),
            makeAttribute('Cryptographic Length', 256),
            mask(DeriveKey),
            active,
          ),
        },
        newest,
      );
    const [one, other] = [await pair(), await pair()];
    const asked = { derivationMethod: DerivationMethod.AsymmetricKey };
    const first = await derive(request([one.privateKeyUniqueIdentifier, other.publicKeyUniqueIdentifier], 256, asked));
    const second = await derive(request([one.publicKeyUniqueIdentifier, other.privateKeyUniqueIdentifier], 256, asked));
    expect(await materialOf(client, first)).toEqual(await materialOf(client, second));
    const sec1 = await materialOf(client, one.privateKeyUniqueIdentifier, KeyFormatType.ECPrivateKey);
    const spki = await materialOf(client, other.publicKeyUniqueIdentifier, KeyFormatType.X_509);
    const agreed = diffieHellman({
      privateKey: createPrivateKey({ key: sec1, format: 'der', type: 'sec1' }),
      publicKey: createPublicKey({ key: spki, format: 'der', type: 'spki' }),
    });
    expect(await materialOf(client, first)).toEqual(agreed);
    expect(await refused(request([one.privateKeyUniqueIdentifier], 256, asked))).toMatch(/^InvalidField: .*public key/);
  });

  it('refuses what cannot be derived, with the reasons of §11.7', async () => {
    const key = await registerKey(client, '2b7e151628aed2a6abf7158809cf4f3c');
    const other = await registerKey(client, '2b7e151628aed2a6abf7158809cf4f3c', {
      attributes: [active, mask(Encrypt)],
    });
    const waiting = await registerKey(client, '2b7e151628aed2a6abf7158809cf4f3c', { attributes: [mask(DeriveKey)] });
    const derivationData = Buffer.from('data');
    const hmac = { derivationMethod: DerivationMethod.HMAC, derivationParameters: { ...sha256, derivationData } };
    expect(await refused(request(['nothing'], 128, hmac))).toMatch(/^ItemNotFound/);
    expect(await refused(request([], 128, hmac))).toMatch(/^InvalidMessage: .*one or two/);
    expect(await refused(request([other], 128, hmac))).toMatch(/^InvalidField: .*Cryptographic Usage Mask/);
    expect(await refused(request([waiting], 128, hmac))).toMatch(/^PermissionDenied: .*Pre-Active/);
    expect(await refused(request([key], 512, hmac))).toMatch(/^CryptographicFailure: .*32 bytes/);
    expect(await refused(request([key], 100, hmac))).toMatch(/^InvalidField: .*whole bytes/);
    expect(await refused(request([key, await secret('twice')], 128, hmac))).toMatch(/^InvalidMessage: .*ambiguous/);
    expect(await refused(request([key], 128, { ...hmac, objectType: ObjectType.PrivateKey }))).toMatch(/^InvalidField/);
    expect(await refused(request([key], 128, { derivationMethod: 0x99 }))).toMatch(
      /^InvalidField: Derivation Method 0x99/,
    );
    expect(await refused(request([key], 128, { ...hmac, templateAttribute: template(mask(Encrypt)) }))).toMatch(
      /^InvalidField: Derive Key needs a Cryptographic Length/,
    );
    expect(await linksOf(client, key)).toEqual([]);
  });
});
