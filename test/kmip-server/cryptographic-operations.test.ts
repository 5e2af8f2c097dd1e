import { createPrivateKey, createPublicKey, sign as nodeSign, verify as nodeVerify } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../core/index.ts';
import {
  BlockCipherMode,
  CryptographicAlgorithm,
  HashingAlgorithm,
  KeyFormatType,
  makeAttribute,
  ObjectType,
  operations,
  PaddingMethod,
  RevocationReasonCode,
  State,
  UsageLimitsUnit,
  ValidityIndicator,
} from '../../kmip/index.ts';
import {
  active,
  at,
  attributeOf,
  createPair,
  Decrypt,
  Encrypt,
  MACGenerate,
  MACVerify,
  mask,
  materialOf,
  newest,
  registerKey,
  Sign,
  start,
  template,
} from './crypto-requests.ts';
import { type Client, cleanUp, connect, type Lab, startLab } from './lab.ts';

const now = start / 1000;
const hour = 3600;
const hex = (text: string) => Buffer.from(text, 'hex');

// SP 800-38A F.2.1 (CBC) and F.1.1 (ECB), AES-128
const aesKey = '2b7e151628aed2a6abf7158809cf4f3c';
const iv = hex('000102030405060708090a0b0c0d0e0f');
const block = hex('6bc1bee22e409f96e93d7e117393172a');
const cbcBlock = '7649abac8119b246cee98e9b12e9197d';
const ecbBlock = '3ad77bb40d7a3660a89ecaf32466ef97';
const cbc = { blockCipherMode: BlockCipherMode.CBC };
const ecb = { blockCipherMode: BlockCipherMode.ECB };

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
const refusedEncrypt = (request: EncryptRequest, header = newest) =>
  client.refused(operations.encrypt, request, header);

describe('Encrypt and Decrypt, KMIP 1.2 §4.29, §4.30', () => {
  it.each([2, 3, 4])('AES-CBC at KMIP 1.%s: SP 800-38A F.2.1', async (minor) => {
    const uniqueIdentifier = await registerKey(client, aesKey);
    const request = { uniqueIdentifier, cryptographicParameters: cbc, ivCounterNonce: iv };
    const answer = await encrypt({ ...request, data: block }, at(minor));
    expect(answer).toEqual({ uniqueIdentifier, data: hex(cbcBlock) });
    const back = await client.ok(operations.decrypt, { ...request, data: hex(cbcBlock) }, at(minor));
    expect(back).toEqual({ uniqueIdentifier, data: block });
  });

  it('takes the parameters of the key with the lowest Attribute Index where the request has none', async () => {
    const uniqueIdentifier = await registerKey(client, aesKey, {
      attributes: [
        active,
        mask(Encrypt),
        makeAttribute('Cryptographic Parameters', ecb),
        makeAttribute('Cryptographic Parameters', cbc),
      ],
    });
    expect((await encrypt({ uniqueIdentifier, data: block })).data?.toString('hex')).toBe(ecbBlock);
    await client.ok(
      operations.deleteAttribute,
      { uniqueIdentifier, attributeName: 'Cryptographic Parameters' },
      newest,
    );
    expect((await encrypt({ uniqueIdentifier, data: block, ivCounterNonce: iv })).data?.toString('hex')).toBe(cbcBlock);
  });

  it('draws an IV when asked to, another one each time', async () => {
    const uniqueIdentifier = await registerKey(client, aesKey);
    const cryptographicParameters = { ...cbc, paddingMethod: PaddingMethod.PKCS5, randomIv: true };
    const made = [];
    for (let count = 0; count < 2; count++) {
      const answer = await encrypt({ uniqueIdentifier, cryptographicParameters, data: block });
      const back = await client.ok(operations.decrypt, { ...answer, cryptographicParameters }, newest);
      expect(back.data).toEqual(block);
      made.push(answer.ivCounterNonce);
    }
    expect(made[0]).toHaveLength(16);
    expect(made[0]).not.toEqual(made[1]);
  });

  it('AES-GCM with additional data: the GCM specification of McGrew and Viega, test case 4', async () => {
    const uniqueIdentifier = await registerKey(client, 'feffe9928665731c6d6a8f9467308308');
    const request = {
      uniqueIdentifier,
      cryptographicParameters: { blockCipherMode: BlockCipherMode.GCM, tagLength: 16 },
      ivCounterNonce: hex('cafebabefacedbaddecaf888'),
      authenticatedEncryptionAdditionalData: hex('feedfacedeadbeeffeedfacedeadbeefabaddad2'),
    };
    const data = hex(
      'd9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39',
    );
    const answer = await encrypt({ ...request, data });
    expect(answer.data?.toString('hex')).toBe(
      '42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091',
    );
    expect(answer.authenticatedEncryptionTag?.toString('hex')).toBe('5bc94fbc3221a5db94fae95ae7121a47');
    const { data: encrypted, authenticatedEncryptionTag } = answer;
    const back = { ...request, data: encrypted, authenticatedEncryptionTag };
    expect((await client.ok(operations.decrypt, back, newest)).data).toEqual(data);
    const forged = { ...back, authenticatedEncryptionAdditionalData: hex('00') };
    expect(await client.refused(operations.decrypt, forged, newest)).toMatch(/^CryptographicFailure/);
  });

  it('refuses modes with a tag before KMIP 1.4, which has no field for it', async () => {
    const uniqueIdentifier = await registerKey(client, aesKey);
    const cryptographicParameters = { blockCipherMode: BlockCipherMode.GCM };
    const request = { uniqueIdentifier, cryptographicParameters, data: block, ivCounterNonce: iv.subarray(0, 12) };
    expect(await refusedEncrypt(request, at(3))).toMatch(/^FeatureNotSupported: .*KMIP 1\.4/);
  });

  it('encrypts with an RSA public key for its private key', async () => {
    const pair = await client.ok(
      operations.createKeyPair,
      {
        commonTemplateAttribute: template(
          makeAttribute('Cryptographic Algorithm', CryptographicAlgorithm.RSA),
          makeAttribute('Cryptographic Length', 1024),
          makeAttribute('Cryptographic Parameters', {
            paddingMethod: PaddingMethod.OAEP,
            hashingAlgorithm: HashingAlgorithm.SHA_256,
          }),
          active,
        ),
        privateKeyTemplateAttribute: template(mask(Decrypt)),
        publicKeyTemplateAttribute: template(mask(Encrypt)),
      },
      newest,
    );
    const [publicKey, privateKey] = [pair.publicKeyUniqueIdentifier, pair.privateKeyUniqueIdentifier];
    const { data } = await encrypt({ uniqueIdentifier: publicKey, data: block });
    expect(data).toHaveLength(128);
    const back = await client.ok(operations.decrypt, { uniqueIdentifier: privateKey, data }, newest);
    expect(back.data).toEqual(block);
    expect(await refusedEncrypt({ uniqueIdentifier: privateKey, data: block })).toMatch(
      /^PermissionDenied: .*Usage Mask/,
    );
  });

  it('names what is missing or wrong', async () => {
    const uniqueIdentifier = await registerKey(client, aesKey);
    const request = { uniqueIdentifier, data: block, ivCounterNonce: iv };
    expect(await refusedEncrypt(request)).toMatch(/^InvalidField: .*Block Cipher Mode/);
    expect(await refusedEncrypt({ ...request, cryptographicParameters: { blockCipherMode: 0x77 } })).toMatch(
      /^InvalidField: Block Cipher Mode 0x77/,
    );
    expect(
      await refusedEncrypt({ ...request, cryptographicParameters: { blockCipherMode: BlockCipherMode.PCBC } }),
    ).toMatch(/^FeatureNotSupported: .*PCBC/);
    expect(await refusedEncrypt({ uniqueIdentifier, data: block, cryptographicParameters: cbc })).toMatch(
      /^InvalidMessage: The IV/,
    );
    expect(await refusedEncrypt({ uniqueIdentifier, cryptographicParameters: ecb })).toMatch(/^InvalidMessage: .*Data/);
    expect(await refusedEncrypt({ uniqueIdentifier, cryptographicParameters: ecb, data: block.subarray(1) })).toMatch(
      /^CryptographicFailure/,
    );
    expect(await refusedEncrypt({ uniqueIdentifier: 'nothing', data: block })).toMatch(/^ItemNotFound/);
  });

  it('refuses objects that are no keys', async () => {
    const { uniqueIdentifier } = await client.ok(operations.register, {
      objectType: ObjectType.OpaqueObject,
      templateAttribute: template(),
      object: { objectType: ObjectType.OpaqueObject, opaqueDataType: 1, opaqueDataValue: block },
    });
    expect(await refusedEncrypt({ uniqueIdentifier, data: block })).toMatch(/^IllegalOperation: .*not a key/);
  });
});

describe('who may use a key, when and how much', () => {
  it('only its owner', async () => {
    const uniqueIdentifier = await registerKey(client, aesKey);
    const other = await connect(lab, { identity: lab.other });
    expect(await other.refused(operations.encrypt, { uniqueIdentifier, data: block }, newest)).toMatch(
      /^PermissionDenied: .*another client/,
    );
  });

  it('only for what the Cryptographic Usage Mask says', async () => {
    const uniqueIdentifier = await registerKey(client, aesKey, { attributes: [active, mask(Decrypt, MACVerify)] });
    const request = { uniqueIdentifier, cryptographicParameters: ecb, data: block };
    expect(await refusedEncrypt(request)).toMatch(/^PermissionDenied: .*Usage Mask .*Encrypt/);
    expect(await client.refused(operations.mac, request, newest)).toMatch(/^PermissionDenied: .*MAC Generate/);
    await client.ok(operations.decrypt, request, newest);
  });

  it('to protect only while it is Active; to read also afterwards', async () => {
    const attributes = [mask(Encrypt, Decrypt), makeAttribute('Activation Date', now + hour)];
    const uniqueIdentifier = await registerKey(client, aesKey, { attributes });
    const request = { uniqueIdentifier, cryptographicParameters: ecb, data: block };
    expect(await refusedEncrypt(request)).toMatch(/^PermissionDenied: .*Pre-Active/);
    await clock.advance(hour * 1000);
    await encrypt(request);
    const revocationReason = { revocationReasonCode: RevocationReasonCode.Superseded };
    await client.ok(operations.revoke, { uniqueIdentifier, revocationReason });
    expect(await attributeOf(client, uniqueIdentifier, 'State')).toBe(State.Deactivated);
    expect(await refusedEncrypt(request)).toMatch(/^PermissionDenied: .*Deactivated/);
    await client.ok(operations.decrypt, request, newest);
    await client.ok(operations.destroy, { uniqueIdentifier });
    expect(await client.refused(operations.decrypt, request, newest)).toMatch(/^ItemNotFound: .*destroyed/);
  });

  it('as far as its Usage Limits in bytes go; reading costs nothing', async () => {
    const limits = { usageLimitsTotal: 40n, usageLimitsUnit: UsageLimitsUnit.Byte };
    const attributes = [active, mask(Encrypt, Decrypt), makeAttribute('Usage Limits', limits)];
    const uniqueIdentifier = await registerKey(client, aesKey, { attributes });
    const request = { uniqueIdentifier, cryptographicParameters: ecb, data: block };
    await encrypt(request);
    await client.ok(operations.decrypt, request, newest);
    await encrypt(request);
    expect(await refusedEncrypt(request)).toMatch(/^PermissionDenied: .*16 bytes .* 8 are left/);
    expect(await attributeOf(client, uniqueIdentifier, 'Usage Limits')).toMatchObject({ usageLimitsCount: 8n });
  });

  it('a use that fails is not counted', async () => {
    const limits = { usageLimitsTotal: 2n, usageLimitsUnit: UsageLimitsUnit.Object };
    const attributes = [active, mask(Encrypt), makeAttribute('Usage Limits', limits)];
    const uniqueIdentifier = await registerKey(client, aesKey, { attributes });
    expect(await refusedEncrypt({ uniqueIdentifier, data: block })).toMatch(/^InvalidField/);
    expect(await attributeOf(client, uniqueIdentifier, 'Usage Limits')).toMatchObject({ usageLimitsCount: 2n });
    await encrypt({ uniqueIdentifier, data: block, cryptographicParameters: ecb });
    expect(await attributeOf(client, uniqueIdentifier, 'Usage Limits')).toMatchObject({ usageLimitsCount: 1n });
  });
});

describe('Sign and Signature Verify, KMIP 1.2 §4.31, §4.32', () => {
  const data = Buffer.from('signed');
  const cryptographicParameters = { hashingAlgorithm: HashingAlgorithm.SHA_256 };

  it('signs so that others can verify, and verifies what others signed', async () => {
    const pair = await createPair(client);
    const [uniqueIdentifier, publicKey] = [pair.privateKeyUniqueIdentifier, pair.publicKeyUniqueIdentifier];
    const { signatureData } = await client.ok(
      operations.sign,
      { uniqueIdentifier, cryptographicParameters, data },
      newest,
    );
    const spki = await materialOf(client, publicKey, KeyFormatType.X_509);
    const key = createPublicKey({ key: spki, format: 'der', type: 'spki' });
    expect(nodeVerify('sha256', data, key, signatureData!)).toBe(true);

    const sec1 = await materialOf(client, uniqueIdentifier, KeyFormatType.ECPrivateKey);
    const made = nodeSign('sha256', data, createPrivateKey({ key: sec1, format: 'der', type: 'sec1' }));
    const verify = (signed: Buffer) =>
      client.ok(
        operations.signatureVerify,
        { uniqueIdentifier: publicKey, cryptographicParameters, data: signed, signatureData: made },
        newest,
      );
    expect(await verify(data)).toEqual({
      uniqueIdentifier: publicKey,
      validityIndicator: ValidityIndicator.Valid,
    });
    expect((await verify(Buffer.from('forged'))).validityIndicator).toBe(ValidityIndicator.Invalid);
  });

  it('takes a digest instead of the data from KMIP 1.4 on, but not both', async () => {
    const pair = await createPair(client);
    // FIPS 180-4: SHA-256 of "abc"
    const digestedData = hex('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    const request = { uniqueIdentifier: pair.privateKeyUniqueIdentifier, cryptographicParameters, digestedData };
    const { signatureData } = await client.ok(operations.sign, request, newest);
    const verify = { uniqueIdentifier: pair.publicKeyUniqueIdentifier, cryptographicParameters, signatureData };
    const ofData = await client.ok(operations.signatureVerify, { ...verify, data: Buffer.from('abc') }, newest);
    expect(ofData.validityIndicator).toBe(ValidityIndicator.Valid);
    const ofDigest = await client.ok(operations.signatureVerify, { ...verify, digestedData }, newest);
    expect(ofDigest.validityIndicator).toBe(ValidityIndicator.Valid);
    expect(await client.refused(operations.sign, { ...request, data }, newest)).toMatch(
      /^InvalidMessage: Digested Data/,
    );
  });

  it('refuses the other half of the pair and requests without data or signature', async () => {
    const pair = await createPair(client);
    const publicKey = pair.publicKeyUniqueIdentifier;
    expect(await client.refused(operations.sign, { uniqueIdentifier: publicKey, data }, newest)).toMatch(
      /^PermissionDenied: .*Sign/,
    );
    expect(
      await client.refused(operations.sign, { uniqueIdentifier: pair.privateKeyUniqueIdentifier }, newest),
    ).toMatch(/^InvalidMessage: .*Data/);
    expect(
      await client.refused(
        operations.signatureVerify,
        { uniqueIdentifier: publicKey, cryptographicParameters, data },
        newest,
      ),
    ).toMatch(/^InvalidMessage: .*Signature Data/);
    const symmetric = await registerKey(client, aesKey, { attributes: [active, mask(Sign)] });
    expect(await client.refused(operations.sign, { uniqueIdentifier: symmetric, data }, newest)).toMatch(
      /^IllegalOperation: Sign takes a private key/,
    );
  });
});

describe('MAC, MAC Verify and Hash, KMIP 1.2 §4.33, §4.34, §4.37', () => {
  // RFC 4231 §4.3
  const data = Buffer.from('what do ya want for nothing?');
  const expected = hex('5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843');
  const jefe = () =>
    registerKey(client, Buffer.from('Jefe').toString('hex'), { algorithm: CryptographicAlgorithm.HMAC_SHA256 });

  it('HMAC-SHA-256: RFC 4231 §4.3', async () => {
    const uniqueIdentifier = await jefe();
    expect(await client.ok(operations.mac, { uniqueIdentifier, data }, newest)).toEqual({
      uniqueIdentifier,
      macData: expected,
    });
    const verify = (macData: Buffer) => client.ok(operations.macVerify, { uniqueIdentifier, data, macData }, newest);
    expect((await verify(expected)).validityIndicator).toBe(ValidityIndicator.Valid);
    expect((await verify(expected.subarray(1))).validityIndicator).toBe(ValidityIndicator.Invalid);
    expect(await client.refused(operations.macVerify, { uniqueIdentifier, data }, newest)).toMatch(
      /^InvalidMessage: .*MAC Data/,
    );
  });

  it('CMAC with an AES key: RFC 4493 §4, example 2', async () => {
    const uniqueIdentifier = await registerKey(client, aesKey);
    const cryptographicParameters = { blockCipherMode: BlockCipherMode.CMAC };
    const { macData } = await client.ok(
      operations.mac,
      { uniqueIdentifier, cryptographicParameters, data: block },
      newest,
    );
    expect(macData?.toString('hex')).toBe('070a16b46b4d4144f79bdd9dd04a287c');
  });

  it('refuses asymmetric keys', async () => {
    const pair = await client.ok(
      operations.createKeyPair,
      {
        commonTemplateAttribute: template(
          makeAttribute('Cryptographic Algorithm', CryptographicAlgorithm.ECDSA),
          makeAttribute('Cryptographic Length', 256),
          mask(MACGenerate),
          active,
        ),
      },
      newest,
    );
    expect(
      await client.refused(operations.mac, { uniqueIdentifier: pair.privateKeyUniqueIdentifier, data }, newest),
    ).toMatch(/^IllegalOperation: MAC takes a symmetric key/);
  });

  it('SHA-256 of "abc": FIPS 180-4', async () => {
    const cryptographicParameters = { hashingAlgorithm: HashingAlgorithm.SHA_256 };
    const answer = await client.ok(operations.hash, { cryptographicParameters, data: Buffer.from('abc') }, at(2));
    expect(answer.data?.toString('hex')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    expect(await client.refused(operations.hash, { cryptographicParameters: {}, data }, newest)).toMatch(
      /^InvalidField: .*Hashing Algorithm/,
    );
    const tiger = { cryptographicParameters: { hashingAlgorithm: HashingAlgorithm.Tiger }, data };
    expect(await client.refused(operations.hash, tiger, newest)).toMatch(/^FeatureNotSupported: .*Tiger/);
  });
});

describe('RNG Retrieve and RNG Seed, KMIP 1.2 §4.35, §4.36', () => {
  const seed = Buffer.alloc(32, 7);

  it('gives as many bytes as asked for, never the same', async () => {
    const draw = async () => (await client.ok(operations.rngRetrieve, { dataLength: 32 }, newest)).data;
    const first = await draw();
    expect(first).toHaveLength(32);
    expect(await client.ok(operations.rngSeed, { data: seed }, newest)).toEqual({ dataLength: 32 });
    const [second, third] = [await draw(), await draw()];
    expect(second).toHaveLength(32);
    expect(new Set([first, second, third].map((bytes) => bytes.toString('hex'))).size).toBe(3);
  });

  it('refuses lengths that make no sense or fit no answer', async () => {
    const refused = (dataLength: number) => client.refused(operations.rngRetrieve, { dataLength }, newest);
    expect(await refused(0)).toMatch(/^InvalidField/);
    expect(await refused(-1)).toMatch(/^InvalidField/);
    expect(await refused(2_000_000_000)).toMatch(/^ResponseTooLarge/);
  });

  it.each([
    [16, { dataLength: 16 }],
    [0, { dataLength: 0 }],
  ] as const)('takes %s bytes of a seed where the server is set so', async (rngSeed, answer) => {
    const other = await connect(await startLab({ assumed: { rngSeed } }));
    expect(await other.ok(operations.rngSeed, { data: seed }, newest)).toEqual(answer);
  });

  it('refuses a seed where the server is set so', async () => {
    const other = await connect(await startLab({ assumed: { rngSeed: 'refused' } }));
    expect(await other.refused(operations.rngSeed, { data: seed }, newest)).toMatch(/^PermissionDenied/);
  });
});
