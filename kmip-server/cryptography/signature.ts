/** Sign and Signature Verify. KMIP 1.2 §4.31, §4.32; in parts 1.3 §4.31; Digested Data 1.4 §4.31. */
import { constants, createSign, createVerify, type KeyObject, privateEncrypt, publicDecrypt } from 'node:crypto';
import {
  CryptographicAlgorithm,
  type CryptographicParameters,
  DigitalSignatureAlgorithm,
  HashingAlgorithm,
  KmipError,
  PaddingMethod,
  ResultReason,
} from '../../kmip/index.ts';
import { maskHash, modulusBits, refusePadding, rsaPrivate, rsaPublic } from './asymmetric.ts';
import { digestIsSignedWith, signDigestWith } from './digest-signature.ts';
import { beginHash, type DataStream, digestLength, digestName } from './hash.ts';
import { computing, invalidField, refuseValue } from './not-supported.ts';
import { digestInfo, type PssParameters, pssEncode, pssMatches } from './rsa-padding.ts';

type Scheme =
  | { kind: 'pkcs1'; hash: number }
  | { kind: 'pss'; hash: number; pss: PssParameters }
  | { kind: 'ecdsa' | 'dsa'; hash: number };

type NamedScheme = { kind: 'pkcs1' | 'ecdsa' | 'dsa'; hash: number } | { kind: 'pss' };

const named = new Map<number, NamedScheme>([
  [DigitalSignatureAlgorithm.MD5WithRSAEncryptionPKCS_1V1_5, { kind: 'pkcs1', hash: HashingAlgorithm.MD5 }],
  [DigitalSignatureAlgorithm.SHA_1WithRSAEncryptionPKCS_1V1_5, { kind: 'pkcs1', hash: HashingAlgorithm.SHA_1 }],
  [DigitalSignatureAlgorithm.SHA_224WithRSAEncryptionPKCS_1V1_5, { kind: 'pkcs1', hash: HashingAlgorithm.SHA_224 }],
  [DigitalSignatureAlgorithm.SHA_256WithRSAEncryptionPKCS_1V1_5, { kind: 'pkcs1', hash: HashingAlgorithm.SHA_256 }],
  [DigitalSignatureAlgorithm.SHA_384WithRSAEncryptionPKCS_1V1_5, { kind: 'pkcs1', hash: HashingAlgorithm.SHA_384 }],
  [DigitalSignatureAlgorithm.SHA_512WithRSAEncryptionPKCS_1V1_5, { kind: 'pkcs1', hash: HashingAlgorithm.SHA_512 }],
  [DigitalSignatureAlgorithm.SHA3_256WithRSAEncryption, { kind: 'pkcs1', hash: HashingAlgorithm.SHA_3_256 }],
  [DigitalSignatureAlgorithm.SHA3_384WithRSAEncryption, { kind: 'pkcs1', hash: HashingAlgorithm.SHA_3_384 }],
  [DigitalSignatureAlgorithm.SHA3_512WithRSAEncryption, { kind: 'pkcs1', hash: HashingAlgorithm.SHA_3_512 }],
  [DigitalSignatureAlgorithm.RSASSA_PSSPKCS_1V2_1, { kind: 'pss' }],
  [DigitalSignatureAlgorithm.DSAWithSHA_1, { kind: 'dsa', hash: HashingAlgorithm.SHA_1 }],
  [DigitalSignatureAlgorithm.DSAWithSHA224, { kind: 'dsa', hash: HashingAlgorithm.SHA_224 }],
  [DigitalSignatureAlgorithm.DSAWithSHA256, { kind: 'dsa', hash: HashingAlgorithm.SHA_256 }],
  [DigitalSignatureAlgorithm.ECDSAWithSHA_1, { kind: 'ecdsa', hash: HashingAlgorithm.SHA_1 }],
  [DigitalSignatureAlgorithm.ECDSAWithSHA224, { kind: 'ecdsa', hash: HashingAlgorithm.SHA_224 }],
  [DigitalSignatureAlgorithm.ECDSAWithSHA256, { kind: 'ecdsa', hash: HashingAlgorithm.SHA_256 }],
  [DigitalSignatureAlgorithm.ECDSAWithSHA384, { kind: 'ecdsa', hash: HashingAlgorithm.SHA_384 }],
  [DigitalSignatureAlgorithm.ECDSAWithSHA512, { kind: 'ecdsa', hash: HashingAlgorithm.SHA_512 }],
]);

function namedHash({ hashingAlgorithm }: CryptographicParameters): number {
  return hashingAlgorithm ?? invalidField('Neither the request nor the key names a Hashing Algorithm.');
}

function pssScheme(parameters: CryptographicParameters): Scheme {
  const hash = namedHash(parameters);
  // RFC 8017 §A.2.3: 1 is the only trailer field.
  if ((parameters.trailerField ?? 1) !== 1) invalidField('The Trailer Field must be 1.');
  const { saltLength } = parameters;
  return { kind: 'pss', hash, pss: { hash, maskHash: maskHash(parameters, hash), saltLength } };
}

/** The scheme that the parameters select. 1.2 §4.31: Digital Signature Algorithm, or algorithm with hash and padding. */
function schemeOf(key: KeyObject, parameters: CryptographicParameters): Scheme {
  const { digitalSignatureAlgorithm } = parameters;
  const scheme = digitalSignatureAlgorithm === undefined ? byKey(key, parameters) : byName(parameters);
  const needed = scheme.kind === 'ecdsa' ? 'ec' : scheme.kind === 'dsa' ? 'dsa' : 'rsa';
  if (key.asymmetricKeyType !== needed) {
    invalidField(
      `The key is for ${key.asymmetricKeyType ?? 'another purpose'}, the signature algorithm for ${needed}.`,
    );
  }
  return scheme;
}

function byName(parameters: CryptographicParameters): Scheme {
  const { digitalSignatureAlgorithm = 0 } = parameters;
  const found = named.get(digitalSignatureAlgorithm);
  if (!found) return refuseValue('DigitalSignatureAlgorithm', digitalSignatureAlgorithm, 'to sign');
  return found.kind === 'pss' ? pssScheme(parameters) : found;
}

const keyTypes = new Map<number, string>([
  [CryptographicAlgorithm.RSA, 'rsa'],
  [CryptographicAlgorithm.DSA, 'dsa'],
  [CryptographicAlgorithm.ECDSA, 'ec'],
  [CryptographicAlgorithm.EC, 'ec'],
]);

function byKey(key: KeyObject, parameters: CryptographicParameters): Scheme {
  const { cryptographicAlgorithm, paddingMethod } = parameters;
  const type = cryptographicAlgorithm === undefined ? key.asymmetricKeyType : keyTypes.get(cryptographicAlgorithm);
  switch (type) {
    case 'ec':
      return { kind: 'ecdsa', hash: namedHash(parameters) };
    case 'dsa':
      return { kind: 'dsa', hash: namedHash(parameters) };
    case 'rsa':
      if (paddingMethod === PaddingMethod.PSS) return pssScheme(parameters);
      if (paddingMethod === PaddingMethod.PKCS1V1_5) return { kind: 'pkcs1', hash: namedHash(parameters) };
      return refusePadding(paddingMethod, 'to sign with an RSA key');
    default:
      return refuseValue('CryptographicAlgorithm', cryptographicAlgorithm ?? 0, 'to sign');
  }
}

const failed = 'The data could not be signed with this key.';

function signDigest(key: KeyObject, scheme: Scheme, digest: Buffer): Buffer {
  return computing(failed, () => {
    switch (scheme.kind) {
      case 'pkcs1':
        return privateEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, digestInfo(scheme.hash, digest));
      case 'pss': {
        const bits = modulusBits(key);
        const encoded = pssEncode(digest, bits, scheme.pss);
        const length = Math.ceil(bits / 8);
        return rsaPrivate(key, Buffer.concat([Buffer.alloc(length - encoded.length), encoded]));
      }
      default:
        return signDigestWith(key, digest);
    }
  });
}

function digestIsSigned(key: KeyObject, scheme: Scheme, digest: Buffer, signature: Buffer): boolean {
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  switch (scheme.kind) {
    case 'pkcs1': {
      const opened = publicDecrypt({ key, padding: constants.RSA_PKCS1_PADDING }, signature);
      return opened.equals(digestInfo(scheme.hash, digest));
    }
    case 'pss':
      return (
        signature.length === Math.ceil(bits / 8) && pssMatches(rsaPublic(key, signature), digest, bits, scheme.pss)
      );
    default:
      return digestIsSignedWith(key, digest, signature);
  }
}

/** What is signed: all data, or the digest that the client made of it. */
export type Signed = { data: Uint8Array } | { digestedData: Buffer };

function checkedDigest(scheme: Scheme, digest: Buffer): Buffer {
  const length = digestLength(scheme.hash);
  if (digest.length !== length) invalidField(`The Digested Data must have ${length} bytes, not ${digest.length}.`);
  return digest;
}

/** Starts a signature of data in parts; `final` gives it. Throws as {@link sign}. */
export function beginSignature(key: KeyObject, parameters: CryptographicParameters): DataStream {
  const scheme = schemeOf(key, parameters);
  if (scheme.kind === 'ecdsa' || scheme.kind === 'dsa') {
    // OASIS TC-ECDSA-SIGN-1-14: the signature is the DER sequence of r and s, as OpenSSL gives it.
    const running = createSign(digestName(scheme.hash));
    return { update: (data) => void running.update(data), final: () => computing(failed, () => running.sign(key)) };
  }
  const running = beginHash({ hashingAlgorithm: scheme.hash });
  return { update: running.update, final: () => signDigest(key, scheme, running.final()) };
}

/**
 * Signs with a private key. ECDSA and DSA signatures are DER.
 * Throws Invalid Field for parameters that do not fit the key, Feature Not Supported for what node:crypto lacks,
 * Cryptographic Failure when the key cannot do it.
 */
export function sign(key: KeyObject, parameters: CryptographicParameters, signed: Signed): Buffer {
  if ('digestedData' in signed) {
    const scheme = schemeOf(key, parameters);
    return signDigest(key, scheme, checkedDigest(scheme, signed.digestedData));
  }
  const running = beginSignature(key, parameters);
  running.update(signed.data);
  return running.final();
}

/** A signature that cannot be read is not valid: that is the answer, not a failure. */
function valid(check: () => boolean): boolean {
  try {
    return check();
  } catch (error) {
    if (error instanceof KmipError && error.reason !== ResultReason.CryptographicFailure) throw error;
    return false;
  }
}

/** The verification of data that come in parts. */
export interface Verification {
  update(data: Uint8Array): void;
  final(signature: Buffer): boolean;
}

/** Starts the verification of data in parts. Throws as {@link sign}. */
export function beginVerification(key: KeyObject, parameters: CryptographicParameters): Verification {
  const scheme = schemeOf(key, parameters);
  if (scheme.kind === 'ecdsa' || scheme.kind === 'dsa') {
    const running = createVerify(digestName(scheme.hash));
    return {
      update: (data) => void running.update(data),
      final: (signature) => valid(() => running.verify(key, signature)),
    };
  }
  const running = beginHash({ hashingAlgorithm: scheme.hash });
  const final = (signature: Buffer) => valid(() => digestIsSigned(key, scheme, running.final(), signature));
  return { update: running.update, final };
}

/** Whether a signature is that of the key. A signature that cannot be read is not. Throws as {@link sign}. */
export function isSignedBy(
  key: KeyObject,
  parameters: CryptographicParameters,
  signed: Signed,
  signature: Buffer,
): boolean {
  if ('digestedData' in signed) {
    const scheme = schemeOf(key, parameters);
    const digest = checkedDigest(scheme, signed.digestedData);
    return valid(() => digestIsSigned(key, scheme, digest, signature));
  }
  const running = beginVerification(key, parameters);
  running.update(signed.data);
  return running.final(signature);
}
