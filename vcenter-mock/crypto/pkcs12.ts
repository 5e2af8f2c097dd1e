import { createCipheriv, createDecipheriv, createHmac, pbkdf2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import forge from 'node-forge';
import { isJsonObject, type Json } from '../../core/index.ts';
import type { NativeConfig } from './native-keys.ts';

const { asn1 } = forge;
type Asn1 = forge.asn1.Asn1;
const derive = promisify(pbkdf2);

/** RFC 7292 and RFC 8018. */
const oids = {
  data: '1.2.840.113549.1.7.1',
  encryptedData: '1.2.840.113549.1.7.6',
  secretBag: '1.2.840.113549.1.12.10.1.5',
  friendlyName: '1.2.840.113549.1.9.20',
  pbes2: '1.2.840.113549.1.5.13',
  pbkdf2: '1.2.840.113549.1.5.12',
  hmacSha256: '1.2.840.113549.2.9',
  aes256Cbc: '2.16.840.1.101.3.4.1.42',
  sha256: '2.16.840.1.101.3.4.2.1',
};

const encryptionIterations = 10_000;
const macIterations = 2_048;
/** Of files that come from outside; each costs time. */
const iterationLimit = 100_000;
const macIterationLimit = 20_000;
const fileLimit = 64 * 1024;

/** A file is malformed, or the password is not its own. */
class BadBackup extends Error {}

/**
 * A native key provider's backup: PKCS#12 (RFC 7292) with one secret bag, its friendly name the provider's, under PBES2 with
 * AES-256 when there is a password. What the bag of a real vCenter's backup holds is not published; here it is JSON.
 */
export async function writeBackup(config: NativeConfig, password: string): Promise<Buffer> {
  const content = JSON.stringify({
    provider: config.provider,
    key_id: config.keyId,
    key_derivation_key: config.derivationKey.toString('base64'),
    tpm_required: config.tpmRequired,
    export_time: config.exportTime,
  });
  // node-forge writes the characters of a BMPString as two bytes each.
  const name = set(primitive(asn1.Type.BMPSTRING, config.provider));
  const attribute = sequence(oid(oids.friendlyName), name);
  const bag = sequence(
    oid(oids.secretBag),
    explicit(sequence(oid(oids.data), explicit(octets(Buffer.from(content, 'utf8'))))),
    set(attribute),
  );
  const contents = der(sequence(bag));
  const safe = password === '' ? contentInfo(contents) : await encrypted(contents, password);
  const authSafe = der(sequence(safe));
  const salt = randomBytes(20);
  const mac = sequence(
    sequence(sequence(oid(oids.sha256), nothing()), octets(macOf(authSafe, password, salt, macIterations))),
    octets(salt),
    integer(macIterations),
  );
  return der(sequence(integer(3), contentInfo(authSafe), mac));
}

/** What a backup holds; undefined when it is none of ours or the password does not fit. */
export async function readBackup(file: Buffer, password: string): Promise<NativeConfig | undefined> {
  if (file.length === 0 || file.length > fileLimit) return undefined;
  try {
    return configOf(await contentOf(parse(file), password));
  } catch (error) {
    if (error instanceof BadBackup) return undefined;
    throw error;
  }
}

async function contentOf(pfx: Asn1, password: string): Promise<Buffer> {
  const [, authSafe, macData] = children(pfx);
  const safes = bytesOf(contentOfInfo(authSafe, oids.data));
  const [digest, salt, iterations] = children(macData);
  const count = numberOf(iterations, macIterationLimit);
  const expected = macOf(safes, password, bytesOf(salt), count);
  const given = bytesOf(children(digest)[1]);
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw new BadBackup();
  const [safe] = children(parse(safes));
  const contents =
    oidOf(children(safe)[0]) === oids.data ? bytesOf(contentOfInfo(safe, oids.data)) : await decrypted(safe, password);
  const [bag] = children(parse(contents));
  const [type, value] = children(bag);
  if (oidOf(type) !== oids.secretBag) throw new BadBackup();
  return bytesOf(contentOfInfo(children(value)[0], oids.data));
}

function configOf(content: Buffer): NativeConfig {
  let json: Json;
  try {
    json = JSON.parse(content.toString('utf8')) as Json;
  } catch {
    throw new BadBackup();
  }
  if (!isJsonObject(json)) throw new BadBackup();
  const { provider, key_id, key_derivation_key, tpm_required, export_time } = json;
  const texts = [provider, key_id, key_derivation_key, export_time];
  if (texts.some((text) => typeof text !== 'string' || text === '') || typeof tpm_required !== 'boolean') {
    throw new BadBackup();
  }
  return {
    provider: String(provider),
    keyId: String(key_id),
    derivationKey: Buffer.from(String(key_derivation_key), 'base64'),
    tpmRequired: tpm_required,
    exportTime: String(export_time),
  };
}

async function encrypted(contents: Buffer, password: string): Promise<Asn1> {
  const salt = randomBytes(16);
  const iv = randomBytes(16);
  const key = await derive(password, salt, encryptionIterations, 32, 'sha256');
  const cipher = createCipheriv('aes-256-cbc', key, iv);
  const text = Buffer.concat([cipher.update(contents), cipher.final()]);
  const prf = sequence(oid(oids.hmacSha256), nothing());
  const kdf = sequence(oid(oids.pbkdf2), sequence(octets(salt), integer(encryptionIterations), integer(32), prf));
  const algorithm = sequence(oid(oids.pbes2), sequence(kdf, sequence(oid(oids.aes256Cbc), octets(iv))));
  const content = asn1.create(asn1.Class.CONTEXT_SPECIFIC, 0, false, text.toString('binary'));
  const info = sequence(oid(oids.data), algorithm, content);
  return sequence(oid(oids.encryptedData), explicit(sequence(integer(0), info)));
}

async function decrypted(safe: Asn1 | undefined, password: string): Promise<Buffer> {
  const [, info] = children(contentOfInfo(safe, oids.encryptedData));
  const [, algorithm, content] = children(info);
  const [scheme, parameters] = children(algorithm);
  if (oidOf(scheme) !== oids.pbes2) throw new BadBackup();
  const [kdf, encryption] = children(parameters);
  const [kdfId, kdfParameters] = children(kdf);
  const [cipherId, iv] = children(encryption);
  if (oidOf(kdfId) !== oids.pbkdf2 || oidOf(cipherId) !== oids.aes256Cbc) throw new BadBackup();
  const [salt, iterations, ...more] = children(kdfParameters);
  const prf = more.at(-1);
  if (!prf || oidOf(children(prf)[0]) !== oids.hmacSha256) throw new BadBackup();
  const count = numberOf(iterations, iterationLimit);
  const key = await derive(password, bytesOf(salt), count, 32, 'sha256');
  try {
    const decipher = createDecipheriv('aes-256-cbc', key, bytesOf(iv));
    return Buffer.concat([decipher.update(bytesOf(content)), decipher.final()]);
  } catch {
    // A length that does not fit, or padding that says the key is wrong.
    throw new BadBackup();
  }
}

/** RFC 7292 appendix B: the password-based integrity of the file. */
function macOf(authSafe: Buffer, password: string, salt: Buffer, iterations: number): Buffer {
  const key = forge.pkcs12.generateKey(
    password,
    forge.util.createBuffer(salt.toString('binary')),
    3,
    iterations,
    32,
    forge.md.sha256.create(),
  );
  return createHmac('sha256', Buffer.from(key.getBytes(), 'binary')).update(authSafe).digest();
}

function primitive(type: forge.asn1.Type, value: Uint8Array | string): Asn1 {
  const bytes = typeof value === 'string' ? value : Buffer.from(value).toString('binary');
  return asn1.create(asn1.Class.UNIVERSAL, type, false, bytes);
}

const octets = (value: Buffer) => primitive(asn1.Type.OCTETSTRING, value);
const oid = (dotted: string) => primitive(asn1.Type.OID, asn1.oidToDer(dotted).getBytes());
const integer = (value: number) => primitive(asn1.Type.INTEGER, asn1.integerToDer(value).getBytes());
const nothing = () => primitive(asn1.Type.NULL, '');
const sequence = (...parts: Asn1[]) => asn1.create(asn1.Class.UNIVERSAL, asn1.Type.SEQUENCE, true, parts);
const set = (...parts: Asn1[]) => asn1.create(asn1.Class.UNIVERSAL, asn1.Type.SET, true, parts);
const explicit = (part: Asn1) => asn1.create(asn1.Class.CONTEXT_SPECIFIC, 0, true, [part]);
const contentInfo = (content: Buffer) => sequence(oid(oids.data), explicit(octets(content)));
const der = (value: Asn1) => Buffer.from(asn1.toDer(value).getBytes(), 'binary');

function parse(bytes: Buffer): Asn1 {
  try {
    return asn1.fromDer(bytes.toString('binary'));
  } catch {
    throw new BadBackup();
  }
}

function children(value: Asn1 | undefined): Asn1[] {
  if (!value || !Array.isArray(value.value)) throw new BadBackup();
  return value.value;
}

function bytesOf(value: Asn1 | undefined): Buffer {
  if (!value || typeof value.value !== 'string') throw new BadBackup();
  return Buffer.from(value.value, 'binary');
}

function oidOf(value: Asn1 | undefined): string {
  const bytes = bytesOf(value);
  if (value?.type !== asn1.Type.OID || bytes.length === 0) throw new BadBackup();
  return asn1.derToOid(bytes.toString('binary'));
}

function numberOf(value: Asn1 | undefined, limit: number): number {
  const bytes = bytesOf(value);
  const number = bytes.length > 0 && bytes.length <= 4 ? bytes.readUIntBE(0, bytes.length) : 0;
  if (number < 1 || number > limit) throw new BadBackup();
  return number;
}

/** The content of a ContentInfo of that type, and of a SecretBag, which is built alike. */
function contentOfInfo(info: Asn1 | undefined, type: string): Asn1 | undefined {
  const [itsType, content] = children(info);
  if (oidOf(itsType) !== type) throw new BadBackup();
  return children(content)[0];
}
