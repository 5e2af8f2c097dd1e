import { generateKeyPairSync } from 'node:crypto';
import { enumName, RecommendedCurve } from '../../kmip/index.ts';
import { readSequence } from './der.ts';
import { invalidField, refuseValue } from './not-supported.ts';

/** The NIST curves (FIPS 186-4 §D.1.2, §D.1.3) and those whose names OpenSSL spells in its own way. */
const openSslNames: Readonly<Record<number, string>> = {
  [RecommendedCurve.P_192]: 'prime192v1',
  [RecommendedCurve.K_163]: 'sect163k1',
  [RecommendedCurve.B_163]: 'sect163r2',
  [RecommendedCurve.P_224]: 'secp224r1',
  [RecommendedCurve.K_233]: 'sect233k1',
  [RecommendedCurve.B_233]: 'sect233r1',
  [RecommendedCurve.P_256]: 'prime256v1',
  [RecommendedCurve.K_283]: 'sect283k1',
  [RecommendedCurve.B_283]: 'sect283r1',
  [RecommendedCurve.P_384]: 'secp384r1',
  [RecommendedCurve.K_409]: 'sect409k1',
  [RecommendedCurve.B_409]: 'sect409r1',
  [RecommendedCurve.P_521]: 'secp521r1',
  [RecommendedCurve.K_571]: 'sect571k1',
  [RecommendedCurve.B_571]: 'sect571r1',
};

/**
 * OpenSSL's name of a Recommended Curve: `prime256v1` of P-256, `brainpoolP256r1` of BRAINPOOLP256R1, `c2tnb191v1` of
 * ANSIX9C2TNB191V1. Throws Invalid Field for a curve that is not registered.
 */
export function curveName(recommendedCurve: number): string {
  const known = openSslNames[recommendedCurve];
  if (known !== undefined) return known;
  const registered = enumName('RecommendedCurve', recommendedCurve);
  if (registered === undefined) return refuseValue('RecommendedCurve', recommendedCurve, 'by this server');
  const lower = registered.toLowerCase();
  if (lower.startsWith('brainpoolp')) return lower.replace('brainpoolp', 'brainpoolP');
  return lower.replace(/^ansix9p/, 'prime').replace(/^ansix9c2/, 'c2');
}

/** The Recommended Curve of OpenSSL's name, or undefined for a curve that KMIP does not register. */
export function recommendedCurve(name: string): number | undefined {
  return codes.get(name);
}

const codes = new Map(Object.values(RecommendedCurve).map((code) => [curveName(code), code]));

/** Bits of a curve; each name holds them. */
export function curveBits(name: string): number {
  return Number(/\d{3}/.exec(name)?.[0]);
}

/** The Recommended Curve to take when only a length is asked for. Throws Invalid Field. */
export function curveOfLength(bits: number): number {
  const usual: Readonly<Record<number, number>> = {
    192: RecommendedCurve.P_192,
    224: RecommendedCurve.P_224,
    256: RecommendedCurve.P_256,
    384: RecommendedCurve.P_384,
    521: RecommendedCurve.P_521,
  };
  return usual[bits] ?? invalidField(`There is no usual curve of ${bits} bits; name a Recommended Curve.`);
}

const identifiers = new Map<string, Buffer>();

/**
 * The AlgorithmIdentifier (RFC 5480 §2.1.1) of keys on a curve, taken from a throw-away key: OpenSSL knows the object
 * identifiers of all curves.
 */
export function curveIdentifier(name: string): Buffer {
  let found = identifiers.get(name);
  if (!found) {
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: name });
    [found] = readSequence(publicKey.export({ type: 'spki', format: 'der' })).map(({ bytes }) => Buffer.from(bytes));
    if (!found) throw new TypeError('a public key begins with its algorithm');
    identifiers.set(name, found);
  }
  return found;
}
