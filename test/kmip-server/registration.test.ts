import { createPublicKey, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type Attribute,
  type AttributeValue,
  CertificateType,
  CryptographicAlgorithm,
  CryptographicUsageMask,
  DigitalSignatureAlgorithm,
  item,
  type KeyBlock,
  KeyCompressionType,
  KeyFormatType,
  KeyValueLocationType,
  type KmipVersion,
  LinkType,
  type ManagedObject,
  makeAttribute,
  makeCustomAttribute,
  NameType,
  ObjectType,
  operations,
  protocolVersion,
  RecommendedCurve,
  readAttribute,
  SecretDataType,
  SplitKeyMethod,
  type StandardAttributeName,
  Tag,
} from '../../kmip/index.ts';
import { type Client, cleanUp, connect, type Lab, startLab } from './lab.ts';
import { createKey, named } from './requests.ts';

let lab: Lab;
let client: Client;
beforeEach(async () => {
  lab = await startLab();
  client = await connect(lab);
});
afterEach(cleanUp);

const mask = makeAttribute('Cryptographic Usage Mask', CryptographicUsageMask.Sign);
const bytes = Buffer.from('000102030405060708090a0b0c0d0e0f1011121314151617', 'hex');

function object(objectType: number, keyBlock: KeyBlock): ManagedObject {
  return { objectType, keyBlock } as ManagedObject;
}
function block(keyFormatType: number, keyMaterial: Buffer, more: Partial<KeyBlock> = {}): KeyBlock {
  return { keyFormatType, keyValue: { keyMaterial, attributes: [] }, ...more };
}
const at = (version: KmipVersion) => ({ protocolVersion: protocolVersion(version) });
const request = (one: ManagedObject, attributes: Attribute[] = [mask]) => ({
  objectType: one.objectType,
  templateAttribute: { names: [], attributes },
  object: one,
});
const register = async (one: ManagedObject, attributes?: Attribute[], version: KmipVersion = '1.4') =>
  (await client.ok(operations.register, request(one, attributes), at(version))).uniqueIdentifier;
const refused = (one: ManagedObject, attributes?: Attribute[], version: KmipVersion = '1.4') =>
  client.refused(operations.register, request(one, attributes), at(version));
const get = async (uniqueIdentifier: string, more: object = {}) =>
  (await client.ok(operations.get, { uniqueIdentifier, ...more }, at('1.4'))).object;
async function keyBlock(uniqueIdentifier: string, more: object = {}): Promise<KeyBlock> {
  const found = await get(uniqueIdentifier, more);
  if (!('keyBlock' in found)) throw new Error('no key');
  return found.keyBlock;
}
async function values<N extends StandardAttributeName>(
  uniqueIdentifier: string,
  name: N,
  version: KmipVersion = '1.4',
): Promise<AttributeValue<N>[]> {
  const payload = { uniqueIdentifier, attributeNames: [name] };
  const { attributes } = await client.ok(operations.getAttributes, payload, at(version));
  return attributes.map((attribute) => readAttribute(name, attribute));
}

const rsa = generateKeyPairSync('rsa', { modulusLength: 1024 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const der = {
  rsaPrivate: () => Buffer.from(rsa.privateKey.export({ type: 'pkcs1', format: 'der' })),
  rsaPrivate8: () => Buffer.from(rsa.privateKey.export({ type: 'pkcs8', format: 'der' })),
  rsaPublic: () => Buffer.from(rsa.publicKey.export({ type: 'pkcs1', format: 'der' })),
  rsaPublicInfo: () => Buffer.from(rsa.publicKey.export({ type: 'spki', format: 'der' })),
  ecPrivate: () => Buffer.from(ec.privateKey.export({ type: 'sec1', format: 'der' })),
  ecPublic: () => Buffer.from(ec.publicKey.export({ type: 'spki', format: 'der' })),
};

describe('keys, KMIP 1.1 §4.3', () => {
  it('algorithm, length and curve are worked out from the key', async () => {
    const facts = async (one: ManagedObject) => {
      const uniqueIdentifier = await register(one);
      return [
        await values(uniqueIdentifier, 'Cryptographic Algorithm'),
        await values(uniqueIdentifier, 'Cryptographic Length'),
      ];
    };
    const { PKCS_1, X_509, ECPrivateKey } = KeyFormatType;
    const { RSA, EC } = CryptographicAlgorithm;
    expect(await facts(object(ObjectType.PrivateKey, block(PKCS_1, der.rsaPrivate())))).toEqual([[RSA], [1024]]);
    expect(await facts(object(ObjectType.PublicKey, block(X_509, der.rsaPublicInfo())))).toEqual([[RSA], [1024]]);
    expect(await facts(object(ObjectType.PrivateKey, block(ECPrivateKey, der.ecPrivate())))).toEqual([[EC], [256]]);
  });

  it('before KMIP 1.2 a key on a curve is one for ECDSA', async () => {
    const one = object(ObjectType.PublicKey, block(KeyFormatType.X_509, der.ecPublic()));
    const uniqueIdentifier = await register(one, [mask], '1.1');
    expect(await values(uniqueIdentifier, 'Cryptographic Algorithm')).toEqual([CryptographicAlgorithm.ECDSA]);
    const ecdh = makeAttribute('Cryptographic Algorithm', CryptographicAlgorithm.ECDH);
    expect(await values(await register(one, [mask, ecdh]), 'Cryptographic Algorithm')).toEqual([
      CryptographicAlgorithm.ECDH,
    ]);
  });

  it('a client of an earlier version does not see a newer algorithm', async () => {
    const uniqueIdentifier = await register(object(ObjectType.PublicKey, block(KeyFormatType.X_509, der.ecPublic())));
    expect(await values(uniqueIdentifier, 'Cryptographic Algorithm', '1.1')).toEqual([]);
    expect(await values(uniqueIdentifier, 'Cryptographic Algorithm', '1.2')).toEqual([CryptographicAlgorithm.EC]);
  });

  it('3DES keys are counted with or without parity bits (KMIP 1.1 §3.5)', async () => {
    const des3 = (cryptographicLength: number) =>
      object(
        ObjectType.SymmetricKey,
        block(KeyFormatType.Raw, Buffer.from(bytes), {
          cryptographicAlgorithm: CryptographicAlgorithm.DES3,
          cryptographicLength,
        }),
      );
    await register(des3(168));
    await register(des3(192));
    expect(await refused(des3(112))).toMatch(/^InvalidField: .*168/);
  });

  it.each([
    [
      'another length',
      () => object(ObjectType.PrivateKey, block(KeyFormatType.PKCS_1, der.rsaPrivate(), { cryptographicLength: 2048 })),
      /^InvalidField: The Cryptographic Length is said to be 2048 bits; that of the private key is 1024/,
    ],
    [
      'another algorithm',
      () =>
        object(
          ObjectType.PrivateKey,
          block(KeyFormatType.PKCS_1, der.rsaPrivate(), { cryptographicAlgorithm: CryptographicAlgorithm.DSA }),
        ),
      /^InvalidField: The attribute Cryptographic Algorithm contradicts/,
    ],
    [
      'a public key as a private one',
      () => object(ObjectType.PrivateKey, block(KeyFormatType.X_509, der.rsaPublicInfo())),
      /^InvalidField: The Object Type does not match/,
    ],
    [
      'no key at all',
      () => object(ObjectType.PrivateKey, block(KeyFormatType.PKCS_8, Buffer.from('nothing'))),
      /^InvalidField: The Key Material is not a key in Key Format Type PKCS#8/,
    ],
    [
      'a wrapped value without Key Wrapping Data',
      () => object(ObjectType.SymmetricKey, { keyFormatType: KeyFormatType.Raw, keyValue: { wrapped: bytes } }),
      /^InvalidField: .*no Key Wrapping Data/,
    ],
    [
      'no algorithm',
      () => object(ObjectType.SymmetricKey, block(KeyFormatType.Raw, Buffer.from(bytes))),
      /^InvalidField: Register needs the Cryptographic Algorithm/,
    ],
  ])('%s', async (_name, one, reason) => {
    expect(await refused(one())).toMatch(reason);
    expect(lab.server.objects.list()).toEqual([]);
  });

  it('another curve than the Cryptographic Domain Parameters name', async () => {
    const one = object(ObjectType.PublicKey, block(KeyFormatType.X_509, der.ecPublic()));
    const domain = (recommendedCurve: number) => makeAttribute('Cryptographic Domain Parameters', { recommendedCurve });
    expect(await refused(one, [mask, domain(RecommendedCurve.P_384)])).toMatch(/^InvalidField: .*another curve/);
    await register(one, [mask, domain(RecommendedCurve.P_256)]);
  });

  it('an encrypted PKCS#8 key is kept as it came (OASIS TC-ECC-2-10)', async () => {
    const encrypted = Buffer.from(
      ec.privateKey.export({ type: 'pkcs8', format: 'der', cipher: 'aes-128-cbc', passphrase: 'p' }),
    );
    const one = object(
      ObjectType.PrivateKey,
      block(KeyFormatType.PKCS_8, encrypted, {
        cryptographicAlgorithm: CryptographicAlgorithm.EC,
        cryptographicLength: 256,
      }),
    );
    expect(await get(await register(one))).toEqual(one);
  });

  it('attributes in the Key Value become those of the object', async () => {
    const keyValue = { keyMaterial: Buffer.from(bytes), attributes: [makeAttribute('Contact Information', 'a@b')] };
    const one = object(ObjectType.SymmetricKey, {
      keyFormatType: KeyFormatType.Raw,
      keyValue,
      cryptographicAlgorithm: CryptographicAlgorithm.AES,
      cryptographicLength: 192,
    });
    const uniqueIdentifier = await register(one);
    expect(await values(uniqueIdentifier, 'Contact Information')).toEqual(['a@b']);
    expect((await keyBlock(uniqueIdentifier)).keyValue).toEqual({ keyMaterial: bytes, attributes: [] });
  });
});

describe('formats on Get, KMIP 1.1 §4.11', () => {
  it('RSA keys', async () => {
    const { PKCS_1, PKCS_8, X_509, TransparentRSAPrivateKey } = KeyFormatType;
    const privateKey = await register(object(ObjectType.PrivateKey, block(PKCS_1, der.rsaPrivate())));
    const inFormat = async (uniqueIdentifier: string, keyFormatType: number) =>
      (await keyBlock(uniqueIdentifier, { keyFormatType })).keyValue;
    expect(await inFormat(privateKey, PKCS_8)).toEqual({ keyMaterial: der.rsaPrivate8(), attributes: [] });
    const transparent = await keyBlock(privateKey, { keyFormatType: TransparentRSAPrivateKey });
    expect(transparent.cryptographicAlgorithm).toBe(CryptographicAlgorithm.RSA);
    const copy = await register(object(ObjectType.PrivateKey, transparent));
    expect(await inFormat(copy, PKCS_1)).toEqual({ keyMaterial: der.rsaPrivate(), attributes: [] });
    const publicKey = await register(object(ObjectType.PublicKey, block(PKCS_1, der.rsaPublic())));
    expect(await inFormat(publicKey, X_509)).toEqual({ keyMaterial: der.rsaPublicInfo(), attributes: [] });
    expect(
      await client.refused(operations.get, { uniqueIdentifier: publicKey, keyFormatType: PKCS_8 }, at('1.4')),
    ).toBe('KeyFormatTypeNotSupported: The key is held as PKCS#1 and cannot be given as PKCS#8.');
  });

  it('a format that came later is not sent to an earlier client', async () => {
    const { TransparentECPublicKey, X_509 } = KeyFormatType;
    const source = await register(object(ObjectType.PublicKey, block(X_509, der.ecPublic())));
    const transparent = await get(source, { keyFormatType: TransparentECPublicKey });
    const uniqueIdentifier = await register(transparent);
    expect(await client.refused(operations.get, { uniqueIdentifier }, at('1.2'))).toMatch(
      /^KeyFormatTypeNotSupported: .*which KMIP 1.2 does not have: ask/,
    );
    await client.ok(operations.get, { uniqueIdentifier, keyFormatType: X_509 }, at('1.2'));
  });

  it('Key Compression Type of a public key on a curve', async () => {
    const uniqueIdentifier = await register(object(ObjectType.PublicKey, block(KeyFormatType.X_509, der.ecPublic())));
    const keyCompressionType = KeyCompressionType.ECPublicKeyTypeX9_62CompressedPrime;
    const compressed = await keyBlock(uniqueIdentifier, { keyCompressionType });
    expect(compressed.keyCompressionType).toBe(keyCompressionType);
    const { keyMaterial } = compressed.keyValue as { keyMaterial: Buffer };
    expect(keyMaterial.length).toBe(der.ecPublic().length - 32);
    const key = createPublicKey({ key: keyMaterial, format: 'der', type: 'spki' });
    expect(key.export({ format: 'jwk' })).toEqual(ec.publicKey.export({ format: 'jwk' }));
  });

  it('Secret Data as Raw and as Opaque are the same bytes', async () => {
    const secret: ManagedObject = {
      objectType: ObjectType.SecretData,
      secretDataType: SecretDataType.Seed,
      keyBlock: block(KeyFormatType.Opaque, Buffer.from('seed')),
    };
    const raw = await keyBlock(await register(secret, []), { keyFormatType: KeyFormatType.Raw });
    expect(raw).toEqual(block(KeyFormatType.Raw, Buffer.from('seed')));
  });

  it('PKCS#12 needs the password that a link names (KMIP 1.4 §3.35)', async () => {
    const key = await register(object(ObjectType.PrivateKey, block(KeyFormatType.PKCS_1, der.rsaPrivate())));
    const keyFormatType = KeyFormatType.PKCS_12;
    expect(await client.refused(operations.get, { uniqueIdentifier: key, keyFormatType }, at('1.4'))).toMatch(
      /^InvalidField: .*password/,
    );
    const secret: ManagedObject = {
      objectType: ObjectType.SecretData,
      secretDataType: SecretDataType.Password,
      keyBlock: block(KeyFormatType.Opaque, Buffer.from('password')),
    };
    const linkedObjectIdentifier = await register(secret, []);
    const attribute = makeAttribute('Link', { linkType: LinkType.PKCS_12PasswordLink, linkedObjectIdentifier });
    await client.ok(operations.addAttribute, { uniqueIdentifier: key, attribute }, at('1.4'));
    const { keyValue } = await keyBlock(key, { keyFormatType });
    expect((keyValue as { wrapped: Buffer }).wrapped[0]).toBe(0x30);
    // A link type of 1.4 is not shown to a client of 1.3.
    expect(await values(key, 'Link', '1.3')).toEqual([]);
    expect(await values(key, 'Link', '1.4')).toHaveLength(1);
  });
});

describe('keys that are held elsewhere, KMIP 1.2 §3.41', () => {
  const location = makeAttribute('Key Value Location', {
    keyValueLocationValue: 'HSM-1',
    keyValueLocationType: KeyValueLocationType.UninterpretedTextString,
  });
  const elsewhere = object(ObjectType.SymmetricKey, {
    keyFormatType: KeyFormatType.Raw,
    cryptographicAlgorithm: CryptographicAlgorithm.AES,
    cryptographicLength: 128,
  });

  it('are registered, returned and located without their value (OASIS TC-MDO)', async () => {
    const uniqueIdentifier = await register(elsewhere, [mask, location], '1.2');
    await createKey(client);
    expect(await get(uniqueIdentifier)).toEqual(elsewhere);
    expect(await values(uniqueIdentifier, 'Key Value Present')).toEqual([false]);
    expect(await values(uniqueIdentifier, 'Key Value Location')).toHaveLength(1);
    const attributes = [makeAttribute('Key Value Present', false)];
    const located = await client.ok(operations.locate, { attributes }, at('1.2'));
    expect(located.uniqueIdentifiers).toEqual([uniqueIdentifier]);
  });

  it('what needs the value is answered with Key Value Not Present', async () => {
    const uniqueIdentifier = await register(elsewhere, [mask, location]);
    const keyFormatType = KeyFormatType.TransparentSymmetricKey;
    expect(await client.refused(operations.get, { uniqueIdentifier, keyFormatType }, at('1.2'))).toMatch(
      /^KeyValueNotPresent: /,
    );
    expect(await client.refused(operations.get, { uniqueIdentifier }, at('1.1'))).toMatch(/^IllegalOperation: /);
  });

  it('before KMIP 1.2 a Key Block has a Key Value, but the object as a whole may be left out', async () => {
    expect(await refused(elsewhere, [mask], '1.1')).toMatch(/^InvalidMessage: /);
    const attributes = [
      mask,
      makeAttribute('Cryptographic Algorithm', CryptographicAlgorithm.RSA),
      makeAttribute('Cryptographic Length', 2048),
    ];
    const templateAttribute = { names: [], attributes };
    const { uniqueIdentifier } = await client.ok(operations.register, {
      objectType: ObjectType.PrivateKey,
      templateAttribute,
    });
    expect(await client.refused(operations.get, { uniqueIdentifier })).toMatch(/^IllegalOperation: .*only attributes/);
    const certificate = { objectType: ObjectType.Certificate, templateAttribute: { names: [], attributes: [mask] } };
    expect(await client.refused(operations.register, certificate)).toMatch(/^InvalidMessage: /);
  });
});

describe('other objects', () => {
  // The certificate of OASIS TC-ECC-3-11.
  const certificateValue = Buffer.from(
    '308201d53082017aa003020102020900ec0b7402196d5295300a06082a8648ce3d0403023048310b3009060355040613025553310d300b06' +
      '0355040a0c0454455354310e300c060355040b0c054f41534953311a301806035504030c114b4d49502d45432d736563703235366b31301e' +
      '170d3133303632353131333331315a170d3233303632333131333331315a3048310b3009060355040613025553310d300b060355040a0c04' +
      '54455354310e300c060355040b0c054f41534953311a301806035504030c114b4d49502d45432d736563703235366b313056301006072a86' +
      '48ce3d020106052b8104000a03420004dab5d3c253113db414abfc1c0ebf5a02559e656aa1c8b0aa8d870aa0324cda4899925ea1e6dbc259' +
      'a6c7825cf46592ac7594cc40bd604b728d88b636f317d366a350304e301d0603551d0e04160414a098d4bba8817f7e95068c875fbec850b3' +
      'e177a0301f0603551d23041830168014a098d4bba8817f7e95068c875fbec850b3e177a0300c0603551d13040530030101ff300a06082a86' +
      '48ce3d0403020349003046022100e9cd14b63e3e57dd26ddfba77a3ed1d05b3721454f617509dff3b9af02d4f5ae022100c9afef9344b8f8' +
      'b12c525b4618dc3621bce7f8b390ac01ffbe686cc7641c76bb',
    'hex',
  );
  const name = Buffer.from(
    '3048310b3009060355040613025553310d300b060355040a0c0454455354310e300c060355040b0c054f41534953311a301806035504030c' +
      '114b4d49502d45432d736563703235366b31',
    'hex',
  );
  const certificate = (value: Buffer): ManagedObject => ({
    objectType: ObjectType.Certificate,
    certificateType: CertificateType.X_509,
    certificateValue: value,
  });

  it('an X.509 certificate has the attributes of KMIP 1.1 and the deprecated ones of 1.0', async () => {
    const uniqueIdentifier = await register(certificate(certificateValue), [mask], '1.1');
    const certificateSerialNumber = Buffer.from('020900ec0b7402196d5295', 'hex');
    expect(await values(uniqueIdentifier, 'Certificate Length')).toEqual([certificateValue.length]);
    expect(await values(uniqueIdentifier, 'X.509 Certificate Identifier')).toEqual([
      { issuerDistinguishedName: name, certificateSerialNumber },
    ]);
    expect(await values(uniqueIdentifier, 'X.509 Certificate Subject')).toEqual([
      { subjectDistinguishedName: name, subjectAlternativeNames: [] },
    ]);
    expect(await values(uniqueIdentifier, 'Digital Signature Algorithm')).toEqual([
      DigitalSignatureAlgorithm.ECDSAWithSHA256,
    ]);
    const text = 'CN=KMIP-EC-secp256k1,OU=OASIS,O=TEST,C=US';
    expect(await values(uniqueIdentifier, 'Certificate Identifier', '1.0')).toEqual([
      { issuer: text, serialNumber: 'EC0B7402196D5295' },
    ]);
    expect(await values(uniqueIdentifier, 'Certificate Subject', '1.0')).toEqual([
      { certificateSubjectDistinguishedName: text, certificateSubjectAlternativeNames: [] },
    ]);
    expect(await values(uniqueIdentifier, 'Cryptographic Length')).toEqual([256]);
    const { attributeNames } = await client.ok(operations.getAttributeList, { uniqueIdentifier }, at('1.0'));
    expect(attributeNames).not.toContain('Certificate Length');
    expect(attributeNames).not.toContain('Fresh');
  });

  it('alternative names, as DER and as text', async () => {
    const { certificatePem } = lab.authority.issueServer({
      commonName: 'kms',
      keys: lab.clientKeys,
      names: ['kms.example.com', '192.0.2.7'],
      usualNames: false,
    });
    const uniqueIdentifier = await register(certificate(new X509Certificate(certificatePem).raw), []);
    const [subject] = await values(uniqueIdentifier, 'X.509 Certificate Subject');
    // GeneralName: [2] dNSName, [7] iPAddress. RFC 5280 §4.2.1.6
    expect(subject?.subjectAlternativeNames).toEqual([
      Buffer.concat([Buffer.of(0x82, 15), Buffer.from('kms.example.com')]),
      Buffer.of(0x87, 4, 192, 0, 2, 7),
    ]);
    const [old] = await values(uniqueIdentifier, 'Certificate Subject');
    expect(old?.certificateSubjectAlternativeNames).toEqual(['kms.example.com', '192.0.2.7']);
  });

  it('a contradicting Certificate Type', async () => {
    const attributes = [makeAttribute('Certificate Type', CertificateType.PGP)];
    expect(await refused(certificate(certificateValue), attributes)).toMatch(/^InvalidField: .*Certificate Type/);
  });

  it('a Split Key whose numbers make no sense', async () => {
    const part = (keyPartIdentifier: number, splitKeyThreshold: number, splitKeyMethod: number): ManagedObject => ({
      objectType: ObjectType.SplitKey,
      splitKeyParts: 3,
      keyPartIdentifier,
      splitKeyThreshold,
      splitKeyMethod,
      keyBlock: block(KeyFormatType.Raw, Buffer.from(bytes)),
    });
    expect(await refused(part(4, 2, SplitKeyMethod.XOR), [])).toMatch(/^InvalidField: The Key Part Identifier 4/);
    expect(await refused(part(1, 4, SplitKeyMethod.XOR), [])).toMatch(/^InvalidField: The Split Key Threshold 4/);
    expect(await refused(part(1, 2, SplitKeyMethod.PolynomialSharingPrimeField), [])).toMatch(/Prime Field Size/);
    const right = part(1, 3, SplitKeyMethod.XOR);
    expect(await get(await register(right, []))).toEqual(right);
  });

  it('a PGP Key, from KMIP 1.2 on', async () => {
    const pgp: ManagedObject = {
      objectType: ObjectType.PGPKey,
      pgpKeyVersion: 4,
      keyBlock: block(KeyFormatType.Raw, Buffer.from('-----BEGIN PGP PUBLIC KEY BLOCK-----')),
    };
    expect(await get(await register(pgp, [], '1.2'))).toEqual(pgp);
  });

  it('a template names itself and gives the rest to what is made with it (OASIS TC-312-10)', async () => {
    const template: ManagedObject = {
      objectType: ObjectType.Template,
      attributes: [
        named('disks'),
        makeAttribute('Cryptographic Algorithm', CryptographicAlgorithm.AES),
        makeAttribute('Cryptographic Length', 128),
        makeCustomAttribute('x-Purpose', item.textString(Tag.AttributeValue, 'disks')),
      ],
    };
    await register(template, []);
    const created = await client.ok(operations.create, {
      objectType: ObjectType.SymmetricKey,
      templateAttribute: {
        names: [{ nameValue: 'disks', nameType: NameType.UninterpretedTextString }],
        attributes: [mask],
      },
    });
    expect(await values(created.uniqueIdentifier, 'Cryptographic Length')).toEqual([128]);
    expect(await values(created.uniqueIdentifier, 'Name')).toEqual([]);
    const located = await client.ok(operations.locate, { attributes: [named('disks')] });
    expect(located.uniqueIdentifiers).toHaveLength(1);
    const server: ManagedObject = { objectType: ObjectType.Template, attributes: [makeAttribute('State', 2)] };
    expect(await refused(server, [])).toMatch(/^InvalidField: /);
  });

  it('a Name that stands twice in one request', async () => {
    const template: ManagedObject = { objectType: ObjectType.Template, attributes: [] };
    expect(await refused(template, [named('a'), named('a')])).toBe('InvalidField: The Name "a" is already in use.');
  });
});
