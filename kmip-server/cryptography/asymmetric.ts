/** Encrypt and Decrypt with RSA keys. KMIP 1.2 §4.29, §4.30; OAEP's mask and label 1.4 §3.6. */
import { constants, type KeyObject, privateDecrypt, publicEncrypt } from 'node:crypto';
import { type CryptographicParameters, HashingAlgorithm, MaskGenerator, PaddingMethod } from '../../kmip/index.ts';
import { computing, invalidField, refuseValue } from './not-supported.ts';
import { type OaepParameters, oaepDecode, oaepEncode } from './rsa-padding.ts';

/** Bits of the modulus. Throws Invalid Field for a key that is not RSA. */
export function modulusBits(key: KeyObject): number {
  const bits = key.asymmetricKeyDetails?.modulusLength;
  if (key.asymmetricKeyType !== 'rsa' || bits === undefined) return invalidField('This takes an RSA key.');
  return bits;
}

/** The hash of the mask: its own where the client names one, else that of the scheme. Throws Invalid Field. */
export function maskHash(parameters: CryptographicParameters, hash: number): number {
  const { maskGenerator = MaskGenerator.MGF1 } = parameters;
  if (maskGenerator !== MaskGenerator.MGF1) refuseValue('MaskGenerator', maskGenerator, 'with RSA');
  return parameters.maskGeneratorHashingAlgorithm ?? hash;
}

function oaepParameters(parameters: CryptographicParameters): OaepParameters {
  // RFC 8017 §A.2.1: SHA-1 where nothing is said.
  const hash = parameters.hashingAlgorithm ?? HashingAlgorithm.SHA_1;
  return { hash, maskHash: maskHash(parameters, hash), label: parameters.pSource ?? Buffer.alloc(0) };
}

const notEncrypted =
  'The data could not be encrypted: it is too long for the key, or without padding not as long as it.';
const notDecrypted = 'The data could not be decrypted: another key, another padding or damaged data.';

/** The public operation of RSA on a number as long as the modulus. Throws Cryptographic Failure. */
export function rsaPublic(key: KeyObject, block: Buffer): Buffer {
  return computing(notEncrypted, () => publicEncrypt({ key, padding: constants.RSA_NO_PADDING }, block));
}

/** The private operation of RSA on a number as long as the modulus. Throws Cryptographic Failure. */
export function rsaPrivate(key: KeyObject, block: Buffer): Buffer {
  return computing(notDecrypted, () => privateDecrypt({ key, padding: constants.RSA_NO_PADDING }, block));
}

/**
 * Encrypts with a public key by Padding Method: OAEP, PKCS1 v1.5 or None (data as long as the modulus).
 * Throws Invalid Field or Feature Not Supported for other methods and keys, Cryptographic Failure for data that does not fit.
 */
export function encryptWithPublicKey(key: KeyObject, parameters: CryptographicParameters, data: Buffer): Buffer {
  const length = Math.ceil(modulusBits(key) / 8);
  switch (parameters.paddingMethod) {
    case PaddingMethod.OAEP:
      return rsaPublic(key, oaepEncode(data, length, oaepParameters(parameters)));
    case PaddingMethod.PKCS1V1_5:
      return computing(notEncrypted, () => publicEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, data));
    case PaddingMethod.None:
      return rsaPublic(key, data);
    default:
      return refusePadding(parameters.paddingMethod, 'to encrypt with an RSA key');
  }
}

/**
 * Decrypts with a private key. Throws as {@link encryptWithPublicKey}; Cryptographic Failure for what does not decrypt. With
 * PKCS1 v1.5 OpenSSL gives random data instead of a failure, so that nobody can probe the padding.
 */
export function decryptWithPrivateKey(key: KeyObject, parameters: CryptographicParameters, data: Buffer): Buffer {
  modulusBits(key);
  switch (parameters.paddingMethod) {
    case PaddingMethod.OAEP:
      return oaepDecode(rsaPrivate(key, data), oaepParameters(parameters));
    case PaddingMethod.PKCS1V1_5:
      return computing(notDecrypted, () => privateDecrypt({ key, padding: constants.RSA_PKCS1_PADDING }, data));
    case PaddingMethod.None:
      return rsaPrivate(key, data);
    default:
      return refusePadding(parameters.paddingMethod, 'to decrypt with an RSA key');
  }
}

/** Throws Invalid Field, or Feature Not Supported for the methods that node:crypto lacks. */
export function refusePadding(method: number | undefined, where: string): never {
  if (method === undefined) return invalidField('Neither the request nor the key names a Padding Method.');
  return refuseValue('PaddingMethod', method, where);
}
