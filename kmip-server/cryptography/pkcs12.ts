/** PKCS#12 files (RFC 7292): a private key with its certificates under a password. KMIP 1.4 §2.1.3, OASIS TC-PKCS12-1-14 */
import { createHmac, createPrivateKey, type KeyObject, randomBytes } from 'node:crypto';
import forge from 'node-forge';
import { DerTag, der, explicit, integer, objectIdentifier, octetString, sequence } from './der.ts';
import { hasTooManyIterations } from './iterations.ts';
import { computing, cryptographicFailure } from './not-supported.ts';

/** What a file holds. Certificates are DER; the key's own one stands first. */
export interface Pkcs12Content {
  privateKey: KeyObject;
  certificates: readonly Buffer[];
  friendlyName?: string | undefined;
}

const oid = {
  data: '1.2.840.113549.1.7.1',
  shroudedKeyBag: '1.2.840.113549.1.12.10.1.2',
  certBag: '1.2.840.113549.1.12.10.1.3',
  x509Certificate: '1.2.840.113549.1.9.22.1',
  friendlyName: '1.2.840.113549.1.9.20',
  localKeyId: '1.2.840.113549.1.9.21',
  sha256: '2.16.840.1.101.3.4.2.1',
};

const macIterations = 2048;
const bmpString = 0x1e;

function attribute(identifier: string, value: Buffer): Buffer {
  return sequence(objectIdentifier(identifier), der(DerTag.Set, value));
}

/** Ties the key to its certificate, and names both. RFC 7292 §4.2 */
function bagAttributes(localKeyId: Buffer, friendlyName: string | undefined): Buffer {
  const name = friendlyName === undefined ? undefined : Buffer.from(friendlyName, 'utf16le').swap16();
  return der(
    DerTag.Set,
    attribute(oid.localKeyId, octetString(localKeyId)),
    ...(name ? [attribute(oid.friendlyName, der(bmpString, name))] : []),
  );
}

function bag(identifier: string, value: Buffer, attributes?: Buffer): Buffer {
  return sequence(objectIdentifier(identifier), explicit(0, value), ...(attributes ? [attributes] : []));
}

function dataContent(...bags: Buffer[]): Buffer {
  return sequence(objectIdentifier(oid.data), explicit(0, octetString(sequence(...bags))));
}

/** The MAC that proves the password. RFC 7292 §4, appendix B */
function macData(authenticatedSafe: Buffer, password: string): Buffer {
  const salt = randomBytes(8);
  const md = forge.md.sha256.create();
  const bytes = forge.util.createBuffer(salt.toString('latin1'));
  const key = forge.pkcs12.generateKey(password, bytes, 3, macIterations, 32, md).getBytes();
  const mac = createHmac('sha256', Buffer.from(key, 'latin1')).update(authenticatedSafe).digest();
  const algorithm = sequence(objectIdentifier(oid.sha256), der(DerTag.Null));
  return sequence(sequence(algorithm, octetString(mac)), octetString(salt), integer(BigInt(macIterations)));
}

/**
 * Packs a private key and its certificates. The key is encrypted with AES-256 (PBES2), the certificates are not: they are
 * public. The file's MAC is HMAC-SHA-256.
 */
export function packPkcs12({ privateKey, certificates, friendlyName }: Pkcs12Content, password: string): Buffer {
  const localKeyId = randomBytes(20);
  const ownAttributes = bagAttributes(localKeyId, friendlyName);
  const certificateBags = certificates.map((certificate, place) => {
    const value = sequence(objectIdentifier(oid.x509Certificate), explicit(0, octetString(certificate)));
    return bag(oid.certBag, value, place === 0 ? ownAttributes : undefined);
  });
  const shrouded = privateKey.export({ type: 'pkcs8', format: 'der', cipher: 'aes-256-cbc', passphrase: password });
  const authenticatedSafe = sequence(
    ...(certificateBags.length > 0 ? [dataContent(...certificateBags)] : []),
    dataContent(bag(oid.shroudedKeyBag, shrouded, ownAttributes)),
  );
  const authSafe = sequence(objectIdentifier(oid.data), explicit(0, octetString(authenticatedSafe)));
  return sequence(integer(3n), authSafe, macData(authenticatedSafe, password));
}

function derOf(node: forge.asn1.Asn1): Buffer {
  return Buffer.from(forge.asn1.toDer(node).getBytes(), 'latin1');
}

/** The certificate of the key first: that with its local key id. */
function inOrder(bags: readonly forge.pkcs12.Bag[], keyId: string | undefined): forge.pkcs12.Bag[] {
  const isOwn = (one: forge.pkcs12.Bag) => keyId !== undefined && one.attributes?.localKeyId?.[0] === keyId;
  return [...bags.filter(isOwn), ...bags.filter((one) => !isOwn(one))];
}

/**
 * Reads a file. Throws Cryptographic Failure for a wrong password, a file without a key, or bytes that are none. Passwords
 * beyond ASCII fail with the newer encryptions (PBES2): node-forge does not give them the UTF-8 that others use.
 */
export function unpackPkcs12(file: Buffer, password: string): Pkcs12Content {
  if (hasTooManyIterations(file)) cryptographicFailure('The PKCS#12 file asks for too many iterations.');
  return computing('The PKCS#12 file cannot be opened: another password, or not a PKCS#12 file with a key.', () => {
    const asn1 = forge.asn1.fromDer(forge.util.createBuffer(file.toString('latin1')));
    const read = forge.pkcs12.pkcs12FromAsn1(asn1, password);
    const bagsOf = (type: string) => read.getBags({ bagType: type })[type] ?? [];
    const [keyBag] = [...bagsOf(oid.shroudedKeyBag), ...bagsOf(forge.pki.oids.keyBag as string)];
    if (!keyBag) throw new TypeError('no key');
    // forge reads RSA keys only; it leaves the others as they are.
    const info = keyBag.key ? forge.pki.wrapRsaPrivateKey(forge.pki.privateKeyToAsn1(keyBag.key)) : keyBag.asn1;
    const privateKey = createPrivateKey({ key: derOf(info), format: 'der', type: 'pkcs8' });
    const certificates = inOrder(bagsOf(oid.certBag), keyBag.attributes?.localKeyId?.[0]).map((one) =>
      derOf(one.cert ? forge.pki.certificateToAsn1(one.cert) : one.asn1),
    );
    return { privateKey, certificates, friendlyName: keyBag.attributes?.friendlyName?.[0] };
  });
}
