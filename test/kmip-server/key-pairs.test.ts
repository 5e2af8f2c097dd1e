import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../core/index.ts';
import {
  CryptographicAlgorithm,
  KeyFormatType,
  kmipCall,
  LinkType,
  makeAttribute,
  ObjectType,
  operations,
  RecommendedCurve,
  State,
} from '../../kmip/index.ts';
import {
  at,
  attributeOf,
  createPair,
  linksOf,
  mask,
  materialOf,
  namesOf,
  newest,
  Sign,
  start,
  template,
  Verify,
} from './crypto-requests.ts';
import { type Client, cleanUp, connect, type Lab, refusal, startLab, typed } from './lab.ts';
import { named } from './requests.ts';

const hour = 3600;
const algorithm = (code: number) => makeAttribute('Cryptographic Algorithm', code);
const length = (bits: number) => makeAttribute('Cryptographic Length', bits);

let clock: ManualClock;
let lab: Lab;
let client: Client;

beforeEach(async () => {
  clock = new ManualClock(start);
  lab = await startLab({ clock, limits: { idleTimeoutMs: 1e12, handshakeTimeoutMs: 1e12 } });
  client = await connect(lab);
});
afterEach(cleanUp);

/** Whether two halves, as Get returns them, belong together: one signs, the other verifies. */
async function isPair(privateKey: string, publicKey: string): Promise<boolean> {
  const pkcs8 = await materialOf(client, privateKey, KeyFormatType.PKCS_8);
  const spki = await materialOf(client, publicKey, KeyFormatType.X_509);
  const data = Buffer.from('a pair');
  const signature = sign('sha256', data, createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' }));
  return verify('sha256', data, createPublicKey({ key: spki, format: 'der', type: 'spki' }), signature);
}

describe('Create Key Pair, KMIP 1.1 §4.2', () => {
  it('makes an RSA pair whose halves belong together, in PKCS#1', async () => {
    const answer = await client.ok(operations.createKeyPair, {
      commonTemplateAttribute: template(algorithm(CryptographicAlgorithm.RSA), length(1024)),
      privateKeyTemplateAttribute: template(mask(Sign), named('private')),
      publicKeyTemplateAttribute: template(mask(Verify), named('public')),
    });
    const { privateKeyUniqueIdentifier: privateKey, publicKeyUniqueIdentifier: publicKey } = answer;
    expect(await isPair(privateKey, publicKey)).toBe(true);
    const { object } = await client.ok(operations.get, { uniqueIdentifier: publicKey });
    expect(object).toMatchObject({
      objectType: ObjectType.PublicKey,
      keyBlock: {
        keyFormatType: KeyFormatType.PKCS_1,
        cryptographicAlgorithm: CryptographicAlgorithm.RSA,
        cryptographicLength: 1024,
      },
    });
    expect(await namesOf(client, privateKey)).toEqual(['private']);
    expect(await namesOf(client, publicKey)).toEqual(['public']);
    expect(answer.privateKeyTemplateAttribute).toBeUndefined();
  });

  it('links the halves both ways', async () => {
    const { privateKeyUniqueIdentifier, publicKeyUniqueIdentifier } = await createPair(client);
    expect(await linksOf(client, privateKeyUniqueIdentifier)).toEqual([
      [LinkType.PublicKeyLink, publicKeyUniqueIdentifier],
    ]);
    expect(await linksOf(client, publicKeyUniqueIdentifier)).toEqual([
      [LinkType.PrivateKeyLink, privateKeyUniqueIdentifier],
    ]);
  });

  it.each([
    ['P-384', RecommendedCurve.P_384, 384, 'secp384r1'],
    ['SECP256K1', RecommendedCurve.SECP256K1, 256, 'secp256k1'],
    ['B-233', RecommendedCurve.B_233, 233, 'sect233r1'],
  ])('makes keys on %s, and tells the length that the curve has', async (_name, recommendedCurve, bits, namedCurve) => {
    const answer = await client.ok(
      operations.createKeyPair,
      {
        commonTemplateAttribute: template(
          algorithm(CryptographicAlgorithm.ECDSA),
          makeAttribute('Cryptographic Domain Parameters', { recommendedCurve }),
        ),
        privateKeyTemplateAttribute: template(mask(Sign)),
        publicKeyTemplateAttribute: template(mask(Verify)),
      },
      newest,
    );
    const { privateKeyUniqueIdentifier: privateKey, publicKeyUniqueIdentifier: publicKey } = answer;
    expect(answer.publicKeyTemplateAttribute?.attributes).toEqual([length(bits)]);
    expect(await isPair(privateKey, publicKey)).toBe(true);
    const sec1 = await materialOf(client, privateKey);
    const key = createPrivateKey({ key: sec1, format: 'der', type: 'sec1' });
    expect(key.asymmetricKeyDetails).toMatchObject({ namedCurve });
  });

  it('makes DSA keys with the Qlength asked for', async () => {
    const answer = await client.ok(operations.createKeyPair, {
      commonTemplateAttribute: template(
        algorithm(CryptographicAlgorithm.DSA),
        length(1024),
        makeAttribute('Cryptographic Domain Parameters', { qlength: 160 }),
      ),
      privateKeyTemplateAttribute: template(mask(Sign)),
      publicKeyTemplateAttribute: template(mask(Verify)),
    });
    expect(await isPair(answer.privateKeyUniqueIdentifier, answer.publicKeyUniqueIdentifier)).toBe(true);
  });

  it('lets each half say more than the common attributes, and adds up what may have several instances', async () => {
    const answer = await client.ok(operations.createKeyPair, {
      commonTemplateAttribute: template(
        algorithm(CryptographicAlgorithm.ECDSA),
        length(256),
        mask(Sign),
        makeAttribute('Object Group', 'both'),
        makeAttribute('Contact Information', 'common'),
      ),
      privateKeyTemplateAttribute: template(makeAttribute('Contact Information', 'private')),
      publicKeyTemplateAttribute: template(mask(Verify), makeAttribute('Object Group', 'public')),
    });
    const { privateKeyUniqueIdentifier: privateKey, publicKeyUniqueIdentifier: publicKey } = answer;
    expect(await attributeOf(client, privateKey, 'Cryptographic Usage Mask')).toBe(Sign);
    expect(await attributeOf(client, publicKey, 'Cryptographic Usage Mask')).toBe(Verify);
    expect(await attributeOf(client, privateKey, 'Contact Information')).toBe('private');
    expect(await attributeOf(client, publicKey, 'Contact Information')).toBe('common');
    const groups = await client.ok(operations.getAttributes, {
      uniqueIdentifier: publicKey,
      attributeNames: ['Object Group'],
    });
    expect(groups.attributes.map(({ attributeValue }) => attributeValue?.value)).toEqual(['both', 'public']);
  });

  it('takes attributes from templates, and makes the private key the ID Placeholder', async () => {
    await client.ok(operations.register, {
      objectType: ObjectType.Template,
      templateAttribute: template(named('pairs')),
      object: {
        objectType: ObjectType.Template,
        attributes: [algorithm(CryptographicAlgorithm.ECDSA), length(521)],
      },
    });
    const { items } = await client.batch(
      [
        {
          ...kmipCall(operations.createKeyPair, {
            commonTemplateAttribute: { names: [{ nameValue: 'pairs', nameType: 1 }], attributes: [] },
            privateKeyTemplateAttribute: template(mask(Sign)),
            publicKeyTemplateAttribute: template(mask(Verify)),
          }),
          uniqueBatchItemId: Buffer.of(1),
        },
        {
          ...kmipCall(operations.getAttributes, { attributeNames: ['Object Type', 'Cryptographic Length'] }),
          uniqueBatchItemId: Buffer.of(2),
        },
      ],
      { batchOrderOption: true },
    );
    const answer = typed(operations.getAttributes, items[1]!, at(1).protocolVersion);
    expect(answer.payload?.attributes.map(({ attributeValue }) => attributeValue?.value)).toEqual([
      ObjectType.PrivateKey,
      521,
    ]);
  });

  it('chooses the length of RSA keys when the request leaves it open, and says so', async () => {
    const answer = await client.ok(operations.createKeyPair, {
      commonTemplateAttribute: template(algorithm(CryptographicAlgorithm.RSA)),
      privateKeyTemplateAttribute: template(mask(Sign)),
      publicKeyTemplateAttribute: template(mask(Verify)),
    });
    expect(answer.privateKeyTemplateAttribute?.attributes).toEqual([length(2048)]);
  });

  it('serves others while it makes a long key', async () => {
    const other = await connect(lab);
    const done: string[] = [];
    const making = client
      .ok(operations.createKeyPair, pair(algorithm(CryptographicAlgorithm.RSA), length(3072)))
      .then(() => done.push('key pair'));
    const asking = other.ok(operations.discoverVersions, { protocolVersions: [] }).then(() => done.push('versions'));
    await Promise.all([making, asking]);
    expect(done).toEqual(['versions', 'key pair']);
  });

  const pair = (...common: ReturnType<typeof makeAttribute>[]) => ({
    commonTemplateAttribute: template(...common),
    privateKeyTemplateAttribute: template(mask(Sign)),
    publicKeyTemplateAttribute: template(mask(Verify)),
  });
  const refused = (request: Parameters<typeof operations.createKeyPair.request.encode>[0]) =>
    client.refused(operations.createKeyPair, request);

  it.each([
    ['no algorithm', pair(length(2048)), /^InvalidMessage: .*Cryptographic Algorithm/],
    ['a symmetric algorithm', pair(algorithm(CryptographicAlgorithm.AES), length(256)), /^InvalidField: .*AES/],
    ['a length RSA keys cannot have', pair(algorithm(CryptographicAlgorithm.RSA), length(1000)), /^InvalidField: RSA/],
    [
      'no usage mask',
      { ...pair(algorithm(CryptographicAlgorithm.ECDSA), length(256)), publicKeyTemplateAttribute: template() },
      /^InvalidMessage: The public key needs a Cryptographic Usage Mask/,
    ],
    [
      'halves of different lengths',
      {
        commonTemplateAttribute: template(algorithm(CryptographicAlgorithm.ECDSA)),
        privateKeyTemplateAttribute: template(mask(Sign), length(256)),
        publicKeyTemplateAttribute: template(mask(Verify), length(384)),
      },
      /^InvalidField: The two keys must have the same Cryptographic Length/,
    ],
    [
      'one Name for both halves',
      pair(algorithm(CryptographicAlgorithm.ECDSA), length(256), named('twice')),
      /^InvalidField: The Name "twice" is already in use/,
    ],
    [
      'a template that is not there',
      {
        ...pair(algorithm(CryptographicAlgorithm.ECDSA), length(256)),
        privateKeyTemplateAttribute: { names: [{ nameValue: 'nowhere', nameType: 1 }], attributes: [mask(Sign)] },
      },
      /^ItemNotFound: There is no template named "nowhere"/,
    ],
  ])('refuses %s and keeps nothing', async (_what, request, text) => {
    expect(await refused(request)).toMatch(text);
    const { uniqueIdentifiers } = await client.ok(operations.locate, { attributes: [] });
    expect(uniqueIdentifiers).toEqual([]);
  });
});

describe('Re-key Key Pair, KMIP 1.1 §4.5', () => {
  const rekey = (privateKeyUniqueIdentifier: string, more = {}) =>
    client.ok(operations.reKeyKeyPair, { privateKeyUniqueIdentifier, ...more });

  it('makes another pair of the same kind, which takes over the Names and is linked with the old one', async () => {
    const old = await client.ok(operations.createKeyPair, {
      commonTemplateAttribute: template(
        algorithm(CryptographicAlgorithm.ECDSA),
        makeAttribute('Cryptographic Domain Parameters', { recommendedCurve: RecommendedCurve.P_384 }),
      ),
      privateKeyTemplateAttribute: template(mask(Sign), named('private')),
      publicKeyTemplateAttribute: template(mask(Verify), named('public')),
    });
    const made = await rekey(old.privateKeyUniqueIdentifier);
    const [oldPrivate, oldPublic] = [old.privateKeyUniqueIdentifier, old.publicKeyUniqueIdentifier];
    const [newPrivate, newPublic] = [made.privateKeyUniqueIdentifier, made.publicKeyUniqueIdentifier];
    expect(await isPair(newPrivate, newPublic)).toBe(true);
    expect(await isPair(oldPrivate, newPublic)).toBe(false);
    expect(await namesOf(client, oldPrivate)).toEqual([]);
    expect(await namesOf(client, newPrivate)).toEqual(['private']);
    expect(await namesOf(client, newPublic)).toEqual(['public']);
    expect(await attributeOf(client, newPublic, 'Cryptographic Length')).toBe(384);
    expect(await linksOf(client, newPrivate)).toEqual([
      [LinkType.PublicKeyLink, newPublic],
      [LinkType.ReplacedObjectLink, oldPrivate],
    ]);
    expect(await linksOf(client, oldPublic)).toEqual([
      [LinkType.PrivateKeyLink, oldPrivate],
      [LinkType.ReplacementObjectLink, newPublic],
    ]);
  });

  it('keeps the curve of a registered pair that no attribute names', async () => {
    const made = await client.ok(
      operations.createKeyPair,
      {
        commonTemplateAttribute: template(
          algorithm(CryptographicAlgorithm.ECDSA),
          makeAttribute('Cryptographic Domain Parameters', { recommendedCurve: RecommendedCurve.SECP256K1 }),
        ),
        privateKeyTemplateAttribute: template(mask(Sign)),
        publicKeyTemplateAttribute: template(mask(Verify)),
      },
      newest,
    );
    const register = async (objectType: number, uniqueIdentifier: string, bit: number) => {
      const { object } = await client.ok(operations.get, { uniqueIdentifier }, newest);
      return client.ok(operations.register, { objectType, templateAttribute: template(mask(bit)), object }, newest);
    };
    const privateKey = await register(ObjectType.PrivateKey, made.privateKeyUniqueIdentifier, Sign);
    const publicKey = await register(ObjectType.PublicKey, made.publicKeyUniqueIdentifier, Verify);
    await client.ok(operations.addAttribute, {
      ...privateKey,
      attribute: makeAttribute('Link', {
        linkType: LinkType.PublicKeyLink,
        linkedObjectIdentifier: publicKey.uniqueIdentifier,
      }),
    });
    const again = await rekey(privateKey.uniqueIdentifier);
    const sec1 = await materialOf(client, again.privateKeyUniqueIdentifier);
    const { asymmetricKeyDetails } = createPrivateKey({ key: sec1, format: 'der', type: 'sec1' });
    expect(asymmetricKeyDetails).toMatchObject({ namedCurve: 'secp256k1' });
  });

  it('shifts the dates by the Offset; the new pair is Active when its time comes', async () => {
    const { privateKeyUniqueIdentifier, publicKeyUniqueIdentifier } = await createPair(client);
    await client.ok(operations.addAttribute, {
      uniqueIdentifier: privateKeyUniqueIdentifier,
      attribute: makeAttribute('Deactivation Date', start / 1000 + hour),
    });
    const made = await rekey(privateKeyUniqueIdentifier, { offset: 60 });
    const key = made.privateKeyUniqueIdentifier;
    expect(await attributeOf(client, key, 'Activation Date')).toBe(start / 1000 + 60);
    expect(await attributeOf(client, key, 'Deactivation Date')).toBe(start / 1000 + 60 + 2 * hour);
    expect(await attributeOf(client, key, 'State')).toBe(State.PreActive);
    expect(await attributeOf(client, publicKeyUniqueIdentifier, 'State')).toBe(State.Active);
    await clock.advance(60_000);
    expect(await attributeOf(client, key, 'State')).toBe(State.Active);
  });

  it('refuses a public key, a private key whose public key is not known', async () => {
    const { privateKeyUniqueIdentifier, publicKeyUniqueIdentifier } = await createPair(client);
    const refused = (privateKey: string) =>
      client.refused(operations.reKeyKeyPair, { privateKeyUniqueIdentifier: privateKey });
    expect(await refused(publicKeyUniqueIdentifier)).toMatch(/^PermissionDenied: .*private key/);
    expect(await refused('nothing')).toMatch(/^ItemNotFound/);
    await client.ok(operations.deleteAttribute, {
      uniqueIdentifier: privateKeyUniqueIdentifier,
      attributeName: 'Link',
    });
    expect(await refused(privateKeyUniqueIdentifier)).toMatch(/^PermissionDenied: .*Public Key Link/);
  });

  it('takes the ID Placeholder for the private key', async () => {
    const { items } = await client.batch(
      [
        {
          ...kmipCall(operations.createKeyPair, pairOn256()),
          uniqueBatchItemId: Buffer.of(1),
        },
        { ...kmipCall(operations.reKeyKeyPair, {}), uniqueBatchItemId: Buffer.of(2) },
      ],
      { batchOrderOption: true },
    );
    expect(items.map(refusal)).toEqual(['Success', 'Success']);
  });

  function pairOn256() {
    return {
      commonTemplateAttribute: template(algorithm(CryptographicAlgorithm.ECDSA), length(256)),
      privateKeyTemplateAttribute: template(mask(Sign)),
      publicKeyTemplateAttribute: template(mask(Verify)),
    };
  }
});
