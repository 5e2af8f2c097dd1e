import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import {
  CryptographicAlgorithm,
  type EnumerationName,
  enumCode,
  enumEntries,
  enumEntry,
  enumerationOfTag,
  enumKey,
  enumName,
  ItemType,
  itemTypesOfTag,
  KeyFormatType,
  maskCode,
  maskEntries,
  maskOfTag,
  Operation,
  RecommendedCurve,
  ResultReason,
  Tag,
  tagCode,
  tagEntry,
  tagName,
} from '../../kmip/index.ts';

// Codes by hand from KMIP 1.1 §9.1.3 and its successors; names as Additional Message Encodings 1.0 §4.1.3 makes them.
test('names become identifiers by the rule of the specification', () => {
  expect(CryptographicAlgorithm.DES3).toBe(2);
  expect(CryptographicAlgorithm.HMAC_SHA256).toBe(9);
  expect(KeyFormatType.PKCS_1).toBe(3);
  expect(KeyFormatType.X_509).toBe(5);
  expect(RecommendedCurve.P_256).toBe(7);
  expect(Operation.ReKey).toBe(4);
  expect(Operation.ReKeyKeyPair).toBe(0x1d);
  expect(Operation.DiscoverVersions).toBe(0x1e);
  expect(ResultReason.GeneralFailure).toBe(0x100);
  expect(Tag.X_509CertificateIdentifier).toBe(0x4200b5);
  expect(Tag.TemplateAttribute).toBe(0x420091);
  expect(Tag.IVCounterNonce).toBe(0x42003d);
  expect(enumKey('DigitalSignatureAlgorithm', 5)).toBe('SHA_256WithRSAEncryptionPKCS_1V1_5');
  expect(enumName('SplitKeyMethod', 2)).toBe('Polynomial Sharing GF (2^16)');
});

test('names are found both ways and in both spellings', () => {
  expect(enumName('Operation', 1)).toBe('Create');
  expect(enumName('State', 1)).toBe('Pre-Active');
  expect(enumKey('State', 1)).toBe('PreActive');
  expect([enumCode('State', 'Pre-Active'), enumCode('State', 'PreActive')]).toEqual([1, 1]);
  expect(enumName('State', 99)).toBeUndefined();
  expect(enumCode('State', 'Asleep')).toBeUndefined();
  expect(tagName(0x420094)).toBe('Unique Identifier');
  expect(tagName(0x540001)).toBe('0x540001');
  expect([tagCode('Unique Identifier'), tagCode('UniqueIdentifier')]).toEqual([0x420094, 0x420094]);
});

test('each entry tells the version that introduced it', () => {
  expect(tagEntry(Tag.Password)?.since).toBe('1.0');
  expect(tagEntry(Tag.Fresh)?.since).toBe('1.1');
  expect(tagEntry(0x4200b8)?.since).toBe('1.2');
  expect(tagEntry(0x4200d4)?.since).toBe('1.3');
  expect(tagEntry(0x420124)?.since).toBe('1.4');
  expect(tagEntry(0x420125)).toBeUndefined();
  expect(enumEntry('ResultReason', 0x12)?.since).toBe('1.1');
  expect(enumEntry('Operation', 0x2a)?.since).toBe('1.4');
});

test('the registry is complete: 292 tags and 608 values up to KMIP 1.4', () => {
  const tags = Array.from({ length: 0x124 }, (_, index) => tagEntry(0x420001 + index));
  expect(tags.filter((entry) => entry !== undefined)).toHaveLength(292);
  expect(tags.filter((entry) => entry?.since === '1.0')).toHaveLength(161);
  const names = new Set<EnumerationName>();
  for (const entry of tags) {
    const name = entry && enumerationOfTag(entry.code);
    if (name) names.add(name);
  }
  expect(names.size).toBe(48);
  expect([...names].flatMap((name) => enumEntries(name))).toHaveLength(608);
});

test('a mask is taken apart into its bits', () => {
  expect(maskOfTag(Tag.CryptographicUsageMask)).toBe('CryptographicUsageMask');
  const { known, unknown } = maskEntries('CryptographicUsageMask', 0x8000_000c | 0);
  expect(known.map(({ name }) => name)).toEqual(['Encrypt', 'Decrypt']);
  expect(unknown).toBe(0x8000_0000);
  expect(maskCode('CryptographicUsageMask', 'WrapKey')).toBe(0x10);
});

test('every tag has item types, except those that carry any', () => {
  const anyType = Array.from({ length: 0x124 }, (_, index) => 0x420001 + index).filter((tag) => !itemTypesOfTag(tag));
  expect(anyType).toEqual([Tag.AttributeValue, Tag.CustomAttribute]);
  expect(itemTypesOfTag(Tag.UsageLimitsCount)).toEqual([ItemType.LongInteger]);
  expect(itemTypesOfTag(Tag.KeyValue)).toEqual([ItemType.ByteString, ItemType.Structure]);
});

test('the generated tables are up to date', () => {
  const script = fileURLToPath(new URL('../../scripts/generate-kmip-registry.ts', import.meta.url));
  const { status, stderr } = spawnSync(process.execPath, [script, '--check'], { encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});
