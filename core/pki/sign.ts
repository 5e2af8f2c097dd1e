import { type KeyObject, sign } from 'node:crypto';
import forge from 'node-forge';

/**
 * A key in the shape that node-forge asks for, whose signature node:crypto makes: RSA in JavaScript takes many times as long.
 * @param encoded the bytes to be signed; asked for after forge has laid them out.
 */
export function nativeSigner(key: KeyObject, encoded: () => forge.asn1.Asn1): forge.pki.rsa.PrivateKey {
  const signer = {
    sign: () => sign('sha256', Buffer.from(forge.asn1.toDer(encoded()).getBytes(), 'latin1'), key).toString('latin1'),
  };
  // forge calls nothing but sign() on the keys it signs with.
  return signer as unknown as forge.pki.rsa.PrivateKey;
}

/** A node:crypto RSA public key as forge's. */
export function toForgePublicKey(key: KeyObject): forge.pki.rsa.PublicKey {
  return forge.pki.publicKeyFromPem(key.export({ type: 'spki', format: 'pem' }).toString()) as forge.pki.rsa.PublicKey;
}
