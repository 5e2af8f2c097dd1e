/** Transparent Key Material (KMIP 1.1 §2.1.7) into keys of node:crypto and back. */
import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import {
  KeyFormatType,
  makeTransparentKey,
  readTransparentKey,
  type StructureItem,
  type TransparentFormat,
} from '../../kmip/index.ts';
import { curveBits, curveIdentifier, curveName, recommendedCurve } from './curves.ts';
import {
  bitString,
  type Der,
  integer,
  objectIdentifier,
  octetString,
  readBitString,
  readElements,
  readInteger,
  readSequence,
  sequence,
  unsignedBytes,
  unsignedNumber,
} from './der.ts';
import { completeRsaNumbers } from './rsa-numbers.ts';

type AsymmetricFormat = Exclude<TransparentFormat, typeof KeyFormatType.TransparentSymmetricKey>;
type EcPrivateFormat =
  | typeof KeyFormatType.TransparentECDSAPrivateKey
  | typeof KeyFormatType.TransparentECDHPrivateKey
  | typeof KeyFormatType.TransparentECMQVPrivateKey
  | typeof KeyFormatType.TransparentECPrivateKey;
type EcPublicFormat =
  | typeof KeyFormatType.TransparentECDSAPublicKey
  | typeof KeyFormatType.TransparentECDHPublicKey
  | typeof KeyFormatType.TransparentECMQVPublicKey
  | typeof KeyFormatType.TransparentECPublicKey;

// RFC 3279 §2.3.2, PKCS #3 §9
const dsaIdentifier = '1.2.840.10040.4.1';
const dhIdentifier = '1.2.840.113549.1.3.1';

function pkcs8(algorithm: Buffer, key: Buffer): KeyObject {
  const info = sequence(integer(0n), algorithm, octetString(key));
  return createPrivateKey({ key: info, format: 'der', type: 'pkcs8' });
}

function spki(algorithm: Buffer, key: Buffer): KeyObject {
  return createPublicKey({ key: sequence(algorithm, bitString(key)), format: 'der', type: 'spki' });
}

function dsaAlgorithm({ p, q, g }: { p: bigint; q: bigint; g: bigint }): Buffer {
  return sequence(objectIdentifier(dsaIdentifier), sequence(integer(p), integer(q), integer(g)));
}

function dhAlgorithm({ p, g }: { p: bigint; g: bigint }): Buffer {
  return sequence(objectIdentifier(dhIdentifier), sequence(integer(p), integer(g)));
}

function rsaPrivateKey(material: StructureItem): KeyObject {
  const { crtCoefficient, primeExponentQ, ...given } = readTransparentKey(
    KeyFormatType.TransparentRSAPrivateKey,
    material,
  );
  const all = completeRsaNumbers(given);
  const numbers = [all.modulus, all.publicExponent, all.privateExponent, all.p, all.q];
  const forSpeed = [all.primeExponentP, all.primeExponentQ, all.crtCoefficient];
  const key = sequence(integer(0n), ...[...numbers, ...forSpeed].map(integer));
  return createPrivateKey({ key, format: 'der', type: 'pkcs1' });
}

function ecPrivateKey(format: EcPrivateFormat, material: StructureItem): KeyObject {
  const { recommendedCurve: curve, d } = readTransparentKey(format, material);
  const name = curveName(curve);
  const secret = unsignedBytes(d, Math.ceil(curveBits(name) / 8));
  return pkcs8(curveIdentifier(name), sequence(integer(1n), octetString(secret)));
}

function ecPublicKey(format: EcPublicFormat, material: StructureItem): KeyObject {
  const { recommendedCurve: curve, qString } = readTransparentKey(format, material);
  return spki(curveIdentifier(curveName(curve)), qString);
}

/** Reads an asymmetric transparent key. Throws a KmipError or any other error when the numbers make no key. */
export function readTransparent(format: AsymmetricFormat, material: StructureItem): KeyObject {
  switch (format) {
    case KeyFormatType.TransparentRSAPrivateKey:
      return rsaPrivateKey(material);
    case KeyFormatType.TransparentRSAPublicKey: {
      const { modulus, publicExponent } = readTransparentKey(format, material);
      const key = sequence(integer(modulus), integer(publicExponent));
      return createPublicKey({ key, format: 'der', type: 'pkcs1' });
    }
    case KeyFormatType.TransparentDSAPrivateKey: {
      const { x, ...domain } = readTransparentKey(format, material);
      return pkcs8(dsaAlgorithm(domain), integer(x));
    }
    case KeyFormatType.TransparentDSAPublicKey: {
      const { y, ...domain } = readTransparentKey(format, material);
      return spki(dsaAlgorithm(domain), integer(y));
    }
    case KeyFormatType.TransparentDHPrivateKey: {
      const { x, ...domain } = readTransparentKey(format, material);
      return pkcs8(dhAlgorithm(domain), integer(x));
    }
    case KeyFormatType.TransparentDHPublicKey: {
      const { y, ...domain } = readTransparentKey(format, material);
      return spki(dhAlgorithm(domain), integer(y));
    }
    case KeyFormatType.TransparentECDSAPrivateKey:
    case KeyFormatType.TransparentECDHPrivateKey:
    case KeyFormatType.TransparentECMQVPrivateKey:
    case KeyFormatType.TransparentECPrivateKey:
      return ecPrivateKey(format, material);
    default:
      return ecPublicKey(format, material);
  }
}

/** Algorithm parameters and key of a PKCS#8 (RFC 5208 §5) or SubjectPublicKeyInfo (RFC 5280 §4.1.2.7) structure. */
function partsOf(key: KeyObject): { parameters: Der | undefined; value: Buffer } {
  const isPrivate = key.type === 'private';
  const bytes = key.export({ type: isPrivate ? 'pkcs8' : 'spki', format: 'der' });
  const [algorithm, value] = readSequence(bytes).slice(isPrivate ? 1 : 0);
  if (!algorithm || !value) throw new TypeError('OpenSSL writes a key with its algorithm');
  return { parameters: readSequence(algorithm.bytes)[1], value: isPrivate ? value.content : readBitString(value) };
}

/** Domain parameters (p, q, g of DSA; p, g of DH) and the key's own number. */
export function discreteNumbers(key: KeyObject): { domain: bigint[]; value: bigint } {
  const { parameters, value } = partsOf(key);
  if (!parameters) throw new TypeError('the key has no domain parameters');
  return { domain: readSequence(parameters.bytes).map(readInteger), value: readInteger(readElements(value)[0]) };
}

/** The point of a public key on a curve, uncompressed as OpenSSL writes it. */
export function ecPoint(key: KeyObject): Buffer {
  return partsOf(key).value;
}

/** A SubjectPublicKeyInfo with the point as given. */
export function ecPublicInfo(curve: string, point: Buffer): Buffer {
  return sequence(curveIdentifier(curve), bitString(point));
}

/** The private number of a key on a curve. RFC 5915 §3 */
export function ecSecret(key: KeyObject): bigint {
  return unsignedNumber(readSequence(partsOf(key).value)[1]?.content ?? Buffer.alloc(0));
}

function jwkNumber(value: string | undefined): bigint {
  return unsignedNumber(Buffer.from(value ?? '', 'base64url'));
}

function registeredCurve(key: KeyObject): number {
  const curve = recommendedCurve(key.asymmetricKeyDetails?.namedCurve ?? '');
  if (curve === undefined) throw new TypeError('KMIP has no name for this curve');
  return curve;
}

function writeRsa(format: number, key: KeyObject): StructureItem {
  const { n, e, d, p, q, dp, dq, qi } = key.export({ format: 'jwk' });
  const [modulus, publicExponent] = [jwkNumber(n), jwkNumber(e)];
  if (format === KeyFormatType.TransparentRSAPublicKey) return makeTransparentKey(format, { modulus, publicExponent });
  return makeTransparentKey(KeyFormatType.TransparentRSAPrivateKey, {
    modulus,
    privateExponent: jwkNumber(d),
    publicExponent,
    p: jwkNumber(p),
    q: jwkNumber(q),
    primeExponentP: jwkNumber(dp),
    primeExponentQ: jwkNumber(dq),
    crtCoefficient: jwkNumber(qi),
  });
}

/**
 * Writes a key as the Key Material of a transparent format that fits it (its type and whether it is private).
 * @param point the point of an EC public key in the compression wanted
 */
export function writeTransparent(format: AsymmetricFormat, key: KeyObject, point?: Buffer): StructureItem {
  switch (format) {
    case KeyFormatType.TransparentRSAPrivateKey:
    case KeyFormatType.TransparentRSAPublicKey:
      return writeRsa(format, key);
    case KeyFormatType.TransparentDSAPrivateKey:
    case KeyFormatType.TransparentDSAPublicKey: {
      const { domain, value } = discreteNumbers(key);
      const [p = 0n, q = 0n, g = 0n] = domain;
      return format === KeyFormatType.TransparentDSAPrivateKey
        ? makeTransparentKey(format, { p, q, g, x: value })
        : makeTransparentKey(format, { p, q, g, y: value });
    }
    case KeyFormatType.TransparentDHPrivateKey:
    case KeyFormatType.TransparentDHPublicKey: {
      const { domain, value } = discreteNumbers(key);
      const [p = 0n, g = 0n] = domain;
      return format === KeyFormatType.TransparentDHPrivateKey
        ? makeTransparentKey(format, { p, g, x: value })
        : makeTransparentKey(format, { p, g, y: value });
    }
    case KeyFormatType.TransparentECDSAPrivateKey:
    case KeyFormatType.TransparentECDHPrivateKey:
    case KeyFormatType.TransparentECMQVPrivateKey:
    case KeyFormatType.TransparentECPrivateKey:
      return makeTransparentKey(format, { recommendedCurve: registeredCurve(key), d: ecSecret(key) });
    default:
      return makeTransparentKey(format, { recommendedCurve: registeredCurve(key), qString: point ?? ecPoint(key) });
  }
}
