import {
  CryptographicAlgorithm,
  type Item,
  makeAttribute,
  RNGAlgorithm,
  type RngParameters,
} from '../../kmip/index.ts';

/** What keys are drawn with: the generator of OpenSSL behind node:crypto, an AES-256 CTR_DRBG of NIST SP 800-90A. */
export const rngParameters: RngParameters = {
  rngAlgorithm: RNGAlgorithm.DRBG,
  cryptographicAlgorithm: CryptographicAlgorithm.AES,
  cryptographicLength: 256,
};

/** The same as an Attribute Value, shared by all objects. KMIP 1.3 §3.44 */
export const randomNumberGenerator = makeAttribute('Random Number Generator', rngParameters).attributeValue as Item;
