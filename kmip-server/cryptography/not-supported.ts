import {
  BlockCipherMode,
  CertificateRequestType,
  CryptographicAlgorithm,
  DigitalSignatureAlgorithm,
  type EnumerationName,
  enumName,
  HashingAlgorithm,
  KmipError,
  PaddingMethod,
  ResultReason,
  WrappingMethod,
} from '../../kmip/index.ts';

/** A registered value that this server refuses, and why; a row of the ledger. */
export interface NotSupported {
  enumeration: EnumerationName;
  code: number;
  /** Completes the sentence "…, because …". */
  because: string;
}

const legacy = 'OpenSSL 3 has it in its legacy provider only';
const never = 'node:crypto does not have it';

function rows(enumeration: EnumerationName, because: string, codes: readonly number[]): NotSupported[] {
  return codes.map((code) => ({ enumeration, code, because }));
}

/** What the standard registers and node:crypto cannot do. */
export const notSupported: readonly NotSupported[] = [
  ...rows('HashingAlgorithm', legacy, [HashingAlgorithm.MD4, HashingAlgorithm.Whirlpool]),
  ...rows('HashingAlgorithm', never, [HashingAlgorithm.MD2, HashingAlgorithm.Tiger]),
  ...rows('CryptographicAlgorithm', legacy, [
    CryptographicAlgorithm.Blowfish,
    CryptographicAlgorithm.CAST5,
    CryptographicAlgorithm.IDEA,
    CryptographicAlgorithm.RC2,
    CryptographicAlgorithm.RC4,
    CryptographicAlgorithm.RC5,
  ]),
  ...rows('CryptographicAlgorithm', never, [
    CryptographicAlgorithm.ECMQV,
    CryptographicAlgorithm.MARS,
    CryptographicAlgorithm.SKIPJACK,
    CryptographicAlgorithm.Twofish,
    CryptographicAlgorithm.OneTimePad,
    CryptographicAlgorithm.Poly1305,
  ]),
  ...rows('BlockCipherMode', never, [
    BlockCipherMode.PCBC,
    BlockCipherMode.X9_102AESKW,
    BlockCipherMode.X9_102TDKW,
    BlockCipherMode.X9_102AKW1,
    BlockCipherMode.X9_102AKW2,
  ]),
  ...rows('PaddingMethod', never, [PaddingMethod.SSL3, PaddingMethod.X9_31]),
  ...rows('DigitalSignatureAlgorithm', never, [DigitalSignatureAlgorithm.MD2WithRSAEncryptionPKCS_1V1_5]),
  ...rows('WrappingMethod', 'TR-31 key blocks are for payment devices', [WrappingMethod.TR_31]),
  ...rows('CertificateRequestType', 'certificates are issued for PKCS#10 requests', [
    CertificateRequestType.CRMF,
    CertificateRequestType.PGP,
  ]),
];

/** `Block Cipher Mode PCBC`, `Padding Method 0x77`. */
export function valueName(enumeration: EnumerationName, code: number): string {
  const words = enumeration.replace(/([a-z])([A-Z])/g, '$1 $2');
  return `${words} ${enumName(enumeration, code) ?? `0x${code.toString(16)}`}`;
}

/**
 * Refuses a value of an enumeration. Throws Feature Not Supported for those of {@link notSupported}, Invalid Field for
 * those that mean nothing here.
 * @param where completes "… cannot be used …": `to encrypt`, `with AES`.
 */
export function refuseValue(enumeration: EnumerationName, code: number, where: string): never {
  const row = notSupported.find((one) => one.enumeration === enumeration && one.code === code);
  const name = valueName(enumeration, code);
  if (row === undefined) throw new KmipError(ResultReason.InvalidField, `${name} cannot be used ${where}.`);
  throw new KmipError(ResultReason.FeatureNotSupported, `This server does not support ${name}: ${row.because}.`);
}

/** Throws Invalid Field: parameters that make no sense. */
export function invalidField(message: string): never {
  throw new KmipError(ResultReason.InvalidField, message);
}

/** Throws Cryptographic Failure: the computation itself failed. */
export function cryptographicFailure(message: string): never {
  throw new KmipError(ResultReason.CryptographicFailure, message);
}

/**
 * Runs a computation of node:crypto; what it throws becomes a Cryptographic Failure with `message`. OpenSSL's own texts
 * are dropped: they help no operator.
 */
export function computing<T>(message: string, compute: () => T): T {
  try {
    return compute();
  } catch (error) {
    if (error instanceof KmipError) throw error;
    return cryptographicFailure(message);
  }
}
