/** Key Material of the transparent formats. KMIP 1.1 §2.1.7 */
import { KeyFormatType, Tag } from '../registry/index.ts';
import type { StructureItem } from '../ttlv/index.ts';
import {
  bigInteger,
  byteString,
  enumeration,
  optional,
  required,
  type StructureCodec,
  structure,
  type TypeOf,
} from './kernel.ts';
import { type ProtocolVersion, protocolVersion } from './version.ts';

// §2.1.7.1
const symmetricKey = structure({ key: required(Tag.Key, byteString) });
// §2.1.7.2
const dsaPrivateKey = structure({
  p: required(Tag.P, bigInteger),
  q: required(Tag.Q, bigInteger),
  g: required(Tag.G, bigInteger),
  x: required(Tag.X, bigInteger),
});
// §2.1.7.3
const dsaPublicKey = structure({
  p: required(Tag.P, bigInteger),
  q: required(Tag.Q, bigInteger),
  g: required(Tag.G, bigInteger),
  y: required(Tag.Y, bigInteger),
});
// §2.1.7.4
const rsaPrivateKey = structure({
  modulus: required(Tag.Modulus, bigInteger),
  privateExponent: optional(Tag.PrivateExponent, bigInteger),
  publicExponent: optional(Tag.PublicExponent, bigInteger),
  p: optional(Tag.P, bigInteger),
  q: optional(Tag.Q, bigInteger),
  primeExponentP: optional(Tag.PrimeExponentP, bigInteger),
  primeExponentQ: optional(Tag.PrimeExponentQ, bigInteger),
  crtCoefficient: optional(Tag.CRTCoefficient, bigInteger),
});
// §2.1.7.5
const rsaPublicKey = structure({
  modulus: required(Tag.Modulus, bigInteger),
  publicExponent: required(Tag.PublicExponent, bigInteger),
});
// §2.1.7.6
const dhPrivateKey = structure({
  p: required(Tag.P, bigInteger),
  q: optional(Tag.Q, bigInteger),
  g: required(Tag.G, bigInteger),
  j: optional(Tag.J, bigInteger),
  x: required(Tag.X, bigInteger),
});
// §2.1.7.7
const dhPublicKey = structure({
  p: required(Tag.P, bigInteger),
  q: optional(Tag.Q, bigInteger),
  g: required(Tag.G, bigInteger),
  j: optional(Tag.J, bigInteger),
  y: required(Tag.Y, bigInteger),
});
// §2.1.7.8, §2.1.7.10, §2.1.7.12; KMIP 1.3 §2.1.7.14 makes one format of the three
const ecPrivateKey = structure({
  recommendedCurve: required(Tag.RecommendedCurve, enumeration('RecommendedCurve')),
  d: required(Tag.D, bigInteger),
});
// §2.1.7.9, §2.1.7.11, §2.1.7.13; KMIP 1.3 §2.1.7.15
const ecPublicKey = structure({
  recommendedCurve: required(Tag.RecommendedCurve, enumeration('RecommendedCurve')),
  qString: required(Tag.QString, byteString),
});

const TRANSPARENT = {
  [KeyFormatType.TransparentSymmetricKey]: symmetricKey,
  [KeyFormatType.TransparentDSAPrivateKey]: dsaPrivateKey,
  [KeyFormatType.TransparentDSAPublicKey]: dsaPublicKey,
  [KeyFormatType.TransparentRSAPrivateKey]: rsaPrivateKey,
  [KeyFormatType.TransparentRSAPublicKey]: rsaPublicKey,
  [KeyFormatType.TransparentDHPrivateKey]: dhPrivateKey,
  [KeyFormatType.TransparentDHPublicKey]: dhPublicKey,
  [KeyFormatType.TransparentECDSAPrivateKey]: ecPrivateKey,
  [KeyFormatType.TransparentECDSAPublicKey]: ecPublicKey,
  [KeyFormatType.TransparentECDHPrivateKey]: ecPrivateKey,
  [KeyFormatType.TransparentECDHPublicKey]: ecPublicKey,
  [KeyFormatType.TransparentECMQVPrivateKey]: ecPrivateKey,
  [KeyFormatType.TransparentECMQVPublicKey]: ecPublicKey,
  [KeyFormatType.TransparentECPrivateKey]: ecPrivateKey,
  [KeyFormatType.TransparentECPublicKey]: ecPublicKey,
};

/** Key formats whose Key Material is a structure. */
export type TransparentFormat = keyof typeof TRANSPARENT;
export type TransparentKeyMaterial<F extends TransparentFormat> = TypeOf<(typeof TRANSPARENT)[F]>;

export function isTransparentFormat(keyFormatType: number): keyFormatType is TransparentFormat {
  return keyFormatType in TRANSPARENT;
}

/** @throws KmipError Invalid Message when the structure does not fit the format */
export function readTransparentKey<F extends TransparentFormat>(
  format: F,
  keyMaterial: StructureItem,
  version: ProtocolVersion = protocolVersion('1.4'),
): TransparentKeyMaterial<F> {
  const codec: StructureCodec<unknown> = TRANSPARENT[format];
  return codec.decode(keyMaterial, { version }) as TransparentKeyMaterial<F>;
}

/** The Key Material structure of a transparent key. */
export function makeTransparentKey<F extends TransparentFormat>(
  format: F,
  key: TransparentKeyMaterial<F>,
): StructureItem {
  const codec: StructureCodec<TransparentKeyMaterial<F>> = TRANSPARENT[format] as StructureCodec<never>;
  return codec.encode(Tag.KeyMaterial, key, { version: protocolVersion('1.4') });
}
