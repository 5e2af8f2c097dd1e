/** The numbers of an RSA key (RFC 8017 §3). */

/** A private key as clients may give it: the rest follows from what is there. KMIP 1.1 §2.1.7.4 */
export interface RsaNumbers {
  modulus: bigint;
  publicExponent?: bigint | undefined;
  privateExponent?: bigint | undefined;
  p?: bigint | undefined;
  q?: bigint | undefined;
  primeExponentP?: bigint | undefined;
}

export interface CompleteRsaNumbers {
  modulus: bigint;
  publicExponent: bigint;
  privateExponent: bigint;
  p: bigint;
  q: bigint;
  primeExponentP: bigint;
  primeExponentQ: bigint;
  crtCoefficient: bigint;
}

/** `base` to the power of `exponent`, modulo `modulus`. */
export function modularPower(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  let square = base % modulus;
  for (let left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}

/** The inverse of `value` modulo `modulus`. Throws a RangeError when there is none. */
export function modularInverse(value: bigint, modulus: bigint): bigint {
  let [rest, previousRest] = [((value % modulus) + modulus) % modulus, modulus];
  let [factor, previousFactor] = [1n, 0n];
  while (rest > 1n) {
    const quotient = previousRest / rest;
    [rest, previousRest] = [previousRest - quotient * rest, rest];
    [factor, previousFactor] = [previousFactor - quotient * factor, factor];
  }
  if (rest !== 1n) throw new RangeError('the number has no inverse');
  return ((factor % modulus) + modulus) % modulus;
}

function greatestDivisor(left: bigint, right: bigint): bigint {
  let [a, b] = [left, right];
  while (b > 0n) [a, b] = [b, a % b];
  return a;
}

/** Bits of the largest modulus that OpenSSL takes, and of the largest whose primes are searched here. */
const mostBits = 16_384n;
const mostSearchedBits = 4096n;

/** Small numbers that a private exponent must undo when the client named no public exponent. */
const usualExponents = [65537n, 3n, 17n, 5n, 257n];

function publicExponentOf({ modulus, privateExponent, p, q, primeExponentP }: RsaNumbers): bigint {
  if (privateExponent !== undefined && p !== undefined && q !== undefined) {
    return modularInverse(privateExponent, leastMultiple(p - 1n, q - 1n));
  }
  if (primeExponentP !== undefined && p !== undefined) return modularInverse(primeExponentP, p - 1n);
  const found = usualExponents.find(
    (exponent) => privateExponent !== undefined && modularPower(2n, exponent * privateExponent, modulus) === 2n,
  );
  if (found === undefined) throw new RangeError('the public exponent cannot be found');
  return found;
}

function leastMultiple(left: bigint, right: bigint): bigint {
  return (left / greatestDivisor(left, right)) * right;
}

/** A prime factor of the modulus from both exponents. SP 800-56B appendix C */
function factorOf(modulus: bigint, publicExponent: bigint, privateExponent: bigint): bigint {
  const product = publicExponent * privateExponent - 1n;
  let odd = product;
  while (odd > 0n && (odd & 1n) === 0n) odd >>= 1n;
  for (const base of [2n, 3n, 5n, 7n, 11n, 13n, 17n, 19n, 23n, 29n]) {
    let root = modularPower(base, odd, modulus);
    for (let exponent = odd; exponent < product && root !== 1n; exponent <<= 1n) {
      const square = (root * root) % modulus;
      if (square === 1n && root !== modulus - 1n) return greatestDivisor(root - 1n, modulus);
      root = square;
    }
  }
  throw new RangeError('the modulus has no two prime factors');
}

function primesOf({ modulus, p, q }: RsaNumbers): { p: bigint; q: bigint } | undefined {
  if (p !== undefined && p > 1n) return { p, q: q ?? modulus / p };
  if (q !== undefined && q > 1n) return { p: modulus / q, q };
  return undefined;
}

/**
 * All numbers of a private key from those that are there: both primes and an exponent, or the private exponent.
 * Throws a RangeError when they do not make a key.
 */
export function completeRsaNumbers(numbers: RsaNumbers): CompleteRsaNumbers {
  const { modulus } = numbers;
  if (modulus < 3n || modulus >> mostBits > 0n) throw new RangeError('the modulus is not usable');
  if (Object.values(numbers).some((number) => number < 0n || number > modulus)) {
    throw new RangeError('a number is larger than the modulus');
  }
  const primes = primesOf(numbers);
  // Finding exponents and primes of a larger key would keep the server busy for seconds.
  if (!primes && modulus >> mostSearchedBits > 0n) throw new RangeError('the primes are missing');
  const publicExponent = numbers.publicExponent ?? publicExponentOf({ ...numbers, ...primes });
  let { privateExponent } = numbers;
  if (privateExponent === undefined) {
    if (!primes) throw new RangeError('neither the private exponent nor a prime is there');
    privateExponent = modularInverse(publicExponent, leastMultiple(primes.p - 1n, primes.q - 1n));
  }
  const p = primes?.p ?? factorOf(modulus, publicExponent, privateExponent);
  const q = primes?.q ?? modulus / p;
  if (p < 2n || q < 2n || p * q !== modulus) throw new RangeError('the primes do not make the modulus');
  return {
    modulus,
    publicExponent,
    privateExponent,
    p,
    q,
    primeExponentP: privateExponent % (p - 1n),
    primeExponentQ: privateExponent % (q - 1n),
    crtCoefficient: modularInverse(q, p),
  };
}
