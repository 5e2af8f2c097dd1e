/** Derive Key. KMIP 1.1 §4.6; Asymmetric Key 1.4 §4.6. */
import { diffieHellman, type KeyObject, pbkdf2Sync } from 'node:crypto';
import {
  BlockCipherMode,
  CryptographicAlgorithm,
  type CryptographicParameters,
  DerivationMethod,
  type DerivationParameters,
} from '../../kmip/index.ts';
import { encrypt } from './cipher.ts';
import { digestLength, digestName, hash } from './hash.ts';
import { hmac, mac } from './mac.ts';
import { computing, cryptographicFailure, invalidField, refuseValue } from './not-supported.ts';

/** What a key is derived from. */
export interface DerivationRequest {
  derivationMethod: number;
  /** The base key, or the secret data (a password) that stands in for it. */
  key: Buffer;
  /** Cryptographic Algorithm of the base key; undefined for secret data. */
  algorithm: number | undefined;
  /** Derivation Data may come from a second object, a Secret Data; the caller puts them in. */
  parameters: DerivationParameters;
  /** Bytes of the new key. */
  length: number;
}

/** The most bytes that are derived; keys are far shorter. */
const mostBytes = 65_536;

const mostHashes = 2_000_000;

/** KMIP 1.1 §4.6: of an output that is longer than the key the first bytes are taken. */
function leading(output: Buffer, length: number): Buffer {
  if (output.length < length) {
    cryptographicFailure(
      `The Derivation Method gives ${output.length} bytes; a key of ${length} bytes cannot be made.`,
    );
  }
  return output.subarray(0, length);
}

function needData({ parameters }: DerivationRequest): Buffer {
  return parameters.derivationData ?? invalidField('The Derivation Method needs Derivation Data.');
}

function pbkdf2({ key, parameters, length }: DerivationRequest): Buffer {
  const { salt, iterationCount, cryptographicParameters: { hashingAlgorithm } = {} } = parameters;
  if (salt === undefined) return invalidField('PBKDF2 needs a Salt.');
  if (iterationCount === undefined || iterationCount < 1)
    return invalidField('PBKDF2 needs an Iteration Count above 0.');
  // The count is a client's to choose, but one request must not stop the server for minutes.
  const hashes = iterationCount * Math.ceil(length / digestLength(hashingAlgorithm));
  if (hashes > mostHashes) return invalidField(`The Iteration Count asks for more than ${mostHashes} hashes.`);
  return pbkdf2Sync(key, salt, iterationCount, length, digestName(hashingAlgorithm));
}

/** A hash over the key or over the Derivation Data. What both together mean is not said, so it is refused. */
function hashed({ key, parameters, length }: DerivationRequest): Buffer {
  const { cryptographicParameters = {}, derivationData } = parameters;
  if (derivationData !== undefined && key.length > 0) {
    invalidField('The Derivation Method HASH takes the key or Derivation Data, not both.');
  }
  return leading(hash(cryptographicParameters, derivationData ?? key), length);
}

function encrypted(request: DerivationRequest): Buffer {
  const { key, parameters, length } = request;
  const { cryptographicParameters = {}, initializationVector } = parameters;
  const algorithm = request.algorithm ?? CryptographicAlgorithm.AES;
  const chosen = { ...cryptographicParameters, randomIv: false };
  const made = encrypt({ key, algorithm, parameters: chosen, ivCounterNonce: initializationVector }, needData(request));
  return leading(made.data, length);
}

type PseudoRandomFunction = (data: Buffer) => Buffer;

/** HMAC with the Hashing Algorithm, or CMAC where the parameters ask for it. SP 800-108 §3 */
function pseudoRandomFunction(request: DerivationRequest): PseudoRandomFunction {
  const { key, algorithm = CryptographicAlgorithm.AES, parameters } = request;
  const chosen: CryptographicParameters = parameters.cryptographicParameters ?? {};
  if (chosen.blockCipherMode === BlockCipherMode.CMAC) {
    return (data) => mac({ key, algorithm, parameters: chosen }, data);
  }
  return (data) => hmac(chosen.hashingAlgorithm, key, data);
}

function counted(index: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(index);
  return bytes;
}

/**
 * SP 800-108 §5.1 to §5.3 with a counter of 32 bits. The Derivation Data are the fixed input (label, separator, context and
 * length as the client laid them out), the Initialization Vector is that of feedback mode (both assumed).
 */
function keyDerivationFunction(request: DerivationRequest): Buffer {
  const prf = pseudoRandomFunction(request);
  const fixed = needData(request);
  const parts: Buffer[] = [];
  let feedback = request.parameters.initializationVector ?? Buffer.alloc(0);
  let pipeline = fixed;
  for (let made = 0, index = 1; made < request.length; index++) {
    let input: Buffer;
    if (request.derivationMethod === DerivationMethod.NIST800_108_C) {
      input = Buffer.concat([counted(index), fixed]);
    } else if (request.derivationMethod === DerivationMethod.NIST800_108_F) {
      input = Buffer.concat([feedback, counted(index), fixed]);
    } else {
      pipeline = prf(pipeline);
      input = Buffer.concat([pipeline, counted(index), fixed]);
    }
    const part = prf(input);
    feedback = part;
    parts.push(part);
    made += part.length;
  }
  return leading(Buffer.concat(parts), request.length);
}

/**
 * Derives key material. Throws Invalid Field for missing or senseless parameters, Feature Not Supported for what
 * node:crypto lacks, Cryptographic Failure when the method cannot give as many bytes.
 */
export function deriveKey(request: DerivationRequest): Buffer {
  const { derivationMethod, length } = request;
  if (length < 1 || length > mostBytes) invalidField(`A key of ${length} bytes cannot be derived.`);
  switch (derivationMethod) {
    case DerivationMethod.PBKDF2:
      return pbkdf2(request);
    case DerivationMethod.HASH:
      return hashed(request);
    case DerivationMethod.HMAC:
      return leading(
        hmac(request.parameters.cryptographicParameters?.hashingAlgorithm, request.key, needData(request)),
        length,
      );
    case DerivationMethod.ENCRYPT:
      return encrypted(request);
    case DerivationMethod.NIST800_108_C:
    case DerivationMethod.NIST800_108_F:
    case DerivationMethod.NIST800_108_DPI:
      return keyDerivationFunction(request);
    default:
      return refuseValue('DerivationMethod', derivationMethod, 'with one key');
  }
}

/**
 * The Derivation Method Asymmetric Key (1.4): the first bytes of the secret that a private and another's public key agree on by
 * DH or ECDH. Throws Cryptographic Failure when the keys do not fit one another or the secret is too short.
 */
export function agreeOnKey(privateKey: KeyObject, publicKey: KeyObject, length: number): Buffer {
  const secret = computing('The two keys do not agree: they must be of one kind, on one curve or in one group.', () =>
    diffieHellman({ privateKey, publicKey }),
  );
  return leading(secret, length);
}
