/** The authority that Certify and Re-certify issue certificates with. KMIP 1.1 §4.7, §4.8 */
import { createPrivateKey, type KeyObject, randomBytes, X509Certificate } from 'node:crypto';
import { CryptographicAlgorithm, ObjectType } from '../../kmip/index.ts';
import { type CertificateIssuer, createIssuer } from '../cryptography/certify.ts';
import { encodeName, parseName } from '../cryptography/distinguished-name.ts';
import { generateKeyPair, generateKeyPairSync } from '../cryptography/key-pair.ts';
import type { OperationContext } from '../messages/operation-context.ts';
import { AttributeSet } from '../store/attribute-set.ts';
import type { ReadableObjects } from '../store/object-layer.ts';
import { type DraftObject, serverOwner } from '../store/stored-object.ts';
import { seconds } from './life-cycle.ts';

/**
 * The authority is an object like any other, so that it outlives the server with the certificates it issued and all servers
 * of a cluster share it.
 */
const identifier = 'keyrig-certificate-authority';
const name = 'CN=keyrig certificate authority,O=keyrig';
const years = 10;

/** RSA, as in the OASIS case TC-134. */
const keyRequest = { algorithm: CryptographicAlgorithm.RSA, length: 2048 };

/** Extensions of Opaque Data Type are the server's own. KMIP 1.1 §9.1.3.2.10 */
const pemBundle = 0x8000_0001;

/** Makes the authority's key in the background if there is no authority yet. */
export async function authorityKeyAhead(objects: ReadableObjects): Promise<KeyObject | undefined> {
  return objects.get(identifier) ? undefined : (await generateKeyPair(keyRequest)).privateKey;
}

/** The authority, if there is one. */
export function findAuthority(objects: ReadableObjects): CertificateIssuer | undefined {
  const material = objects.get(identifier)?.material;
  if (material?.objectType !== ObjectType.OpaqueObject) return undefined;
  const pem = material.opaqueDataValue.toString('latin1');
  return { certificate: new X509Certificate(pem), privateKey: createPrivateKey(pem) };
}

/**
 * The authority; made when it is first needed.
 * @param keyAhead its private key, if it was made already
 */
export function certificateAuthority(context: OperationContext, keyAhead: KeyObject | undefined): CertificateIssuer {
  const present = findAuthority(context.objects);
  if (present) return present;
  const { now, objects, once } = context;
  const authority = once(() => {
    const privateKey = keyAhead ?? generateKeyPairSync(keyRequest).privateKey;
    const notBefore = seconds(now);
    const notAfter = notBefore + years * 365 * 86_400;
    return createIssuer(
      { name: encodeName(parseName(name)), serialNumber: newSerialNumber(), notBefore, notAfter },
      privateKey,
    );
  });
  objects.put(authorityObject(authority, now));
  return authority;
}

function authorityObject({ certificate, privateKey }: CertificateIssuer, now: number): DraftObject {
  const attributes = new AttributeSet();
  attributes.write('Unique Identifier', identifier);
  attributes.write('Object Type', ObjectType.OpaqueObject);
  attributes.write('Initial Date', seconds(now));
  attributes.write('Last Change Date', seconds(now));
  const pem = `${privateKey.export({ type: 'pkcs8', format: 'pem' })}${certificate.toString()}`;
  return {
    uniqueIdentifier: identifier,
    objectType: ObjectType.OpaqueObject,
    owner: serverOwner,
    attributes,
    material: { objectType: ObjectType.OpaqueObject, opaqueDataType: pemBundle, opaqueDataValue: Buffer.from(pem) },
    archived: false,
    allocated: false,
  };
}

/** 16 random bytes, positive and not zero. RFC 5280 §4.1.2.2 */
export function newSerialNumber(): Buffer {
  const serialNumber = randomBytes(16);
  serialNumber[0] = ((serialNumber[0] ?? 0) & 0x7f) | 0x40;
  return serialNumber;
}
