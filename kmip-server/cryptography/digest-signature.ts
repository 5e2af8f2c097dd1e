/**
 * DSA and ECDSA (FIPS 186-4 §4.6, §6.4) over a digest that the client made. node:crypto signs only what it hashes itself, so
 * the few steps around the hash are taken here; curve points are still multiplied by OpenSSL.
 */
import { createECDH, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import { KmipError, ResultReason } from '../../kmip/index.ts';
import {
  integer,
  readInteger,
  readObjectIdentifier,
  readSequence,
  sequence,
  unsignedBytes,
  unsignedNumber,
} from './der.ts';
import { modularInverse, modularPower } from './rsa-numbers.ts';
import { discreteNumbers, ecPoint, ecSecret } from './transparent-keys.ts';

interface Point {
  x: bigint;
  y: bigint;
}

/** A curve over a prime field. */
interface PrimeCurve {
  name: string;
  prime: bigint;
  a: bigint;
  order: bigint;
}

const curves = new Map<string, PrimeCurve>();
const primeFieldIdentifier = '1.2.840.10045.1.1';

/** The numbers of a curve as OpenSSL writes them out (X9.62: ECParameters). Throws Feature Not Supported for other fields. */
function primeCurve(name: string): PrimeCurve {
  const known = curves.get(name);
  if (known) return known;
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: name, paramEncoding: 'explicit' });
  const [algorithm] = readSequence(publicKey.export({ type: 'spki', format: 'der' }));
  const parameters = readSequence(algorithm?.bytes ?? Buffer.alloc(0))[1];
  const [, field, equation, , order] = readSequence(parameters?.bytes ?? Buffer.alloc(0));
  const [kind, prime] = readSequence(field?.bytes ?? Buffer.alloc(0));
  if (readObjectIdentifier(kind) !== primeFieldIdentifier) {
    const message = 'This server takes Digested Data with curves over prime fields only.';
    throw new KmipError(ResultReason.FeatureNotSupported, message);
  }
  const [a] = readSequence(equation?.bytes ?? Buffer.alloc(0));
  const curve = {
    name,
    prime: readInteger(prime),
    a: unsignedNumber(a?.content ?? Buffer.alloc(0)),
    order: readInteger(order),
  };
  curves.set(name, curve);
  return curve;
}

function curveOf(key: KeyObject): PrimeCurve {
  return primeCurve(key.asymmetricKeyDetails?.namedCurve ?? '');
}

function fieldBytes({ prime }: PrimeCurve): number {
  return unsignedBytes(prime).length;
}

function pointOf(bytes: Buffer, curve: PrimeCurve): Point {
  const length = fieldBytes(curve);
  return { x: unsignedNumber(bytes.subarray(1, 1 + length)), y: unsignedNumber(bytes.subarray(1 + length)) };
}

/** A multiple of the base point; `factor` is from 1 to the order less 1. */
function baseMultiple(factor: bigint, curve: PrimeCurve): Point {
  const exchange = createECDH(curve.name);
  exchange.setPrivateKey(unsignedBytes(factor, unsignedBytes(curve.order).length));
  return pointOf(exchange.getPublicKey(), curve);
}

/** The x of a multiple of any point. */
function multipleX(factor: bigint, point: Point, curve: PrimeCurve): bigint {
  const exchange = createECDH(curve.name);
  exchange.setPrivateKey(unsignedBytes(factor, unsignedBytes(curve.order).length));
  const length = fieldBytes(curve);
  const bytes = Buffer.concat([Buffer.of(4), unsignedBytes(point.x, length), unsignedBytes(point.y, length)]);
  return unsignedNumber(exchange.computeSecret(bytes));
}

/** The sum of two points; undefined for the point at infinity. */
function sum(left: Point, right: Point, { prime, a }: PrimeCurve): Point | undefined {
  const reduced = (value: bigint) => ((value % prime) + prime) % prime;
  if (left.x === right.x && left.y !== right.y) return undefined;
  const [rise, run] =
    left.x === right.x ? [3n * left.x * left.x + a, 2n * left.y] : [right.y - left.y, right.x - left.x];
  const slope = reduced(rise * modularInverse(run, prime));
  const x = reduced(slope * slope - left.x - right.x);
  return { x, y: reduced(slope * (left.x - x) - left.y) };
}

/** The first bits of a digest, as many as the order has. FIPS 186-4 §6.4 */
function digestNumber(digest: Buffer, order: bigint): bigint {
  const excess = digest.length * 8 - order.toString(2).length;
  const value = unsignedNumber(digest);
  return excess > 0 ? value >> BigInt(excess) : value;
}

/** FIPS 186-4 appendix B.5.1: 64 bits more than the order has, so that the remainder is as good as evenly drawn. */
function secretNumber(order: bigint): bigint {
  const bytes = randomBytes(unsignedBytes(order).length + 8);
  return (unsignedNumber(bytes) % (order - 1n)) + 1n;
}

/** What DSA and ECDSA do not share. */
interface Group {
  order: bigint;
  /** r of a secret number. */
  commitment(secret: bigint): bigint;
}

function signIn({ order, commitment }: Group, key: bigint, digest: Buffer): Buffer {
  for (;;) {
    const secret = secretNumber(order);
    const r = commitment(secret) % order;
    const s = (modularInverse(secret, order) * (digestNumber(digest, order) + r * key)) % order;
    if (r !== 0n && s !== 0n) return sequence(integer(r), integer(s));
  }
}

function dsaGroup(domain: readonly bigint[]): Group & { p: bigint; g: bigint } {
  const [p = 0n, q = 0n, g = 0n] = domain;
  return { p, g, order: q, commitment: (secret) => modularPower(g, secret, p) };
}

/** Signs a digest with a DSA or EC private key; the signature is the DER sequence of r and s. */
export function signDigestWith(key: KeyObject, digest: Buffer): Buffer {
  if (key.asymmetricKeyType === 'dsa') {
    const { domain, value } = discreteNumbers(key);
    return signIn(dsaGroup(domain), value, digest);
  }
  const curve = curveOf(key);
  const commitment = (secret: bigint) => baseMultiple(secret, curve).x;
  return signIn({ order: curve.order, commitment }, ecSecret(key), digest);
}

function ecProves(key: KeyObject, r: bigint, u1: bigint, u2: bigint): boolean {
  const curve = curveOf(key);
  const own = pointOf(ecPoint(key), curve);
  // u1 G + u2 Q = u2 (Q + (u1 / u2) G): the last multiplication needs x alone, which is what ECDH gives.
  const factor = (u1 * modularInverse(u2, curve.order)) % curve.order;
  const point = factor === 0n ? own : sum(own, baseMultiple(factor, curve), curve);
  return point !== undefined && multipleX(u2, point, curve) % curve.order === r;
}

/** Whether a DER signature is that of a digest. Throws any error for a signature that cannot be read. */
export function digestIsSignedWith(key: KeyObject, digest: Buffer, signature: Buffer): boolean {
  const discrete = key.asymmetricKeyType === 'dsa' ? discreteNumbers(key) : undefined;
  const group = discrete && dsaGroup(discrete.domain);
  const order = group?.order ?? curveOf(key).order;
  const [r, s, ...more] = readSequence(signature).map(readInteger);
  if (r === undefined || s === undefined || more.length > 0) return false;
  if (r < 1n || r >= order || s < 1n || s >= order) return false;
  const inverse = modularInverse(s, order);
  const u1 = (digestNumber(digest, order) * inverse) % order;
  const u2 = (r * inverse) % order;
  if (!group || !discrete) return ecProves(key, r, u1, u2);
  const { p, g } = group;
  return ((modularPower(g, u1, p) * modularPower(discrete.value, u2, p)) % p) % order === r;
}
