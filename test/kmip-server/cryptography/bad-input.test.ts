import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createSigningRequest } from '../../../core/pki/index.ts';
import {
  BlockCipherMode,
  CertificateRequestType,
  CryptographicAlgorithm,
  KeyFormatType,
  KmipError,
  makeTransparentKey,
  ObjectType,
  protocolVersion,
  type StructureItem,
  WrappingMethod,
} from '../../../kmip/index.ts';
import { readCertificateRequest } from '../../../kmip-server/cryptography/certificate-request.ts';
import { keyFacts, readKey } from '../../../kmip-server/cryptography/key-formats.ts';
import { unwrapKeyBlock, wrapKeyBlock } from '../../../kmip-server/cryptography/key-wrap.ts';
import { notSupported, valueName } from '../../../kmip-server/cryptography/not-supported.ts';
import { packPkcs12, unpackPkcs12 } from '../../../kmip-server/cryptography/pkcs12.ts';
import { hex, reasonOf } from './refusal.ts';

const rsa = generateKeyPairSync('rsa', { modulusLength: 1024 });
const ec = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });

/** The same mutations in every run. */
function* mutations(bytes: Buffer, count: number): Generator<Buffer> {
  let state = 12_345;
  const next = (limit: number) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % limit;
  };
  for (let made = 0; made < count; made++) {
    const copy = Buffer.from(bytes);
    for (let at = 0; at <= next(3); at++) copy[next(copy.length)] = next(256);
    yield next(4) === 0 ? copy.subarray(0, next(copy.length)) : copy;
  }
}

/** Whatever comes in, the answer is a result or a refusal with a reason. */
function neverBreaks(call: () => unknown): void {
  try {
    call();
  } catch (error) {
    expect(error).toBeInstanceOf(KmipError);
  }
}

describe('mutated bytes', () => {
  it.each([
    ['PKCS#1', KeyFormatType.PKCS_1, rsa.privateKey.export({ type: 'pkcs1', format: 'der' })],
    ['PKCS#8', KeyFormatType.PKCS_8, ec.privateKey.export({ type: 'pkcs8', format: 'der' })],
    ['ECPrivateKey', KeyFormatType.ECPrivateKey, ec.privateKey.export({ type: 'sec1', format: 'der' })],
    ['X.509', KeyFormatType.X_509, rsa.publicKey.export({ type: 'spki', format: 'der' })],
  ])('of a key in %s are read or refused', (_name, keyFormatType, bytes) => {
    for (const keyMaterial of mutations(bytes, 500)) {
      const block = { keyFormatType, keyValue: { keyMaterial, attributes: [] } };
      neverBreaks(() => keyFacts(readKey(ObjectType.PrivateKey, block)));
    }
  });

  it('of a certificate request are read or refused', () => {
    const pem = createSigningRequest({ commonName: 'kms' }, rsa);
    const bytes = Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64');
    for (const one of mutations(bytes, 500)) {
      neverBreaks(() => readCertificateRequest(CertificateRequestType.PKCS_10, one));
    }
  });

  it('of a wrapped key are refused', () => {
    const keyMaterial = hex('00112233445566778899aabbccddeeff');
    const block = { keyFormatType: KeyFormatType.Raw, keyValue: { keyMaterial, attributes: [] } };
    const parameters = { blockCipherMode: BlockCipherMode.CTR };
    const keys = { encryption: { key: Buffer.alloc(16, 1), algorithm: CryptographicAlgorithm.AES, parameters } };
    const version = protocolVersion('1.4');
    const asked = { wrappingMethod: WrappingMethod.Encrypt, attributeNames: [] };
    const wrapped = wrapKeyBlock(block, asked, keys, version);
    if (!wrapped.keyValue || !('wrapped' in wrapped.keyValue)) throw new Error('a wrapped key is expected');
    for (const one of mutations(wrapped.keyValue.wrapped, 500)) {
      neverBreaks(() => unwrapKeyBlock({ ...wrapped, keyValue: { wrapped: one } }, keys, version));
    }
  });

  it('of a PKCS#12 file are refused', () => {
    const file = packPkcs12({ privateKey: ec.privateKey, certificates: [] }, 'secret');
    for (const one of mutations(file, 30)) neverBreaks(() => unpackPkcs12(one, 'secret'));
  });
});

describe('numbers that would keep the server busy', () => {
  it('of transparent keys are refused at once', () => {
    const huge = 1n << 500_000n;
    const materials: [number, StructureItem][] = [
      [
        KeyFormatType.TransparentRSAPrivateKey,
        makeTransparentKey(KeyFormatType.TransparentRSAPrivateKey, { modulus: huge + 1n, privateExponent: 3n }),
      ],
      [
        KeyFormatType.TransparentRSAPrivateKey,
        makeTransparentKey(KeyFormatType.TransparentRSAPrivateKey, { modulus: 35n, p: huge, publicExponent: 5n }),
      ],
      [
        KeyFormatType.TransparentRSAPrivateKey,
        makeTransparentKey(KeyFormatType.TransparentRSAPrivateKey, {
          modulus: (1n << 8191n) + 1n,
          privateExponent: (1n << 8190n) + 1n,
        }),
      ],
      [
        KeyFormatType.TransparentECPrivateKey,
        makeTransparentKey(KeyFormatType.TransparentECPrivateKey, { recommendedCurve: 7, d: huge }),
      ],
      [
        KeyFormatType.TransparentECPrivateKey,
        makeTransparentKey(KeyFormatType.TransparentECPrivateKey, { recommendedCurve: 7, d: -1n }),
      ],
    ];
    for (const [keyFormatType, keyMaterial] of materials) {
      const block = { keyFormatType, keyValue: { keyMaterial, attributes: [] } };
      expect(reasonOf(() => readKey(ObjectType.PrivateKey, block))).toBe('Invalid Field');
    }
  });

  it('of iterations are refused at once', () => {
    const file = packPkcs12({ privateKey: ec.privateKey, certificates: [] }, 'secret');
    // The MAC's iteration count, INTEGER 0800, ends the file.
    const many = Buffer.concat([file.subarray(0, -4), hex('02047fffffff')]);
    for (const offset of lengthOffsets(many, file.length - 4)) many[offset] = (many[offset] ?? 0) + 2;
    expect(() => unpackPkcs12(many, 'secret')).toThrow('too many iterations');
    const passphrase = 'secret';
    const pkcs8 = ec.privateKey.export({ type: 'pkcs8', format: 'der', cipher: 'aes-128-cbc', passphrase });
    // PBKDF2-params of OpenSSL: 2048 iterations as INTEGER 0800.
    const at = pkcs8.indexOf(hex('02020800'));
    expect(at).toBeGreaterThan(0);
    const slow = Buffer.concat([pkcs8.subarray(0, at), hex('02047fffffff'), pkcs8.subarray(at + 4)]);
    // The lengths of the sequences around it grow by two.
    for (const offset of lengthOffsets(slow, at)) slow[offset] = (slow[offset] ?? 0) + 2;
    const block = { keyFormatType: KeyFormatType.PKCS_8, keyValue: { keyMaterial: slow, attributes: [] } };
    expect(() => readKey(ObjectType.PrivateKey, block, { password: passphrase })).toThrow('too many iterations');
  });
});

/** Where the lengths (of one byte, or the last byte of two) of the elements around `at` stand. */
function lengthOffsets(bytes: Buffer, at: number): number[] {
  const offsets: number[] = [];
  for (let start = 0; start < at; ) {
    const first = bytes[start + 1] ?? 0;
    const head = first < 0x80 ? 2 : 2 + (first & 0x7f);
    const length = first < 0x80 ? first : bytes.readUIntBE(start + 2, first & 0x7f);
    if (start + head + length > at) {
      offsets.push(start + head - 1);
      start += head;
    } else {
      start += head + length;
    }
  }
  return offsets;
}

describe('the ledger of what is not supported', () => {
  it('names registered values, each once', () => {
    const names = notSupported.map(({ enumeration, code }) => valueName(enumeration, code));
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((name) => name.includes('0x'))).toEqual([]);
  });
});
