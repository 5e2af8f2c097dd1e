/** Objects of every kind that a store must give back as they were. */
import {
  CertificateType,
  CryptographicAlgorithm,
  type Item,
  item,
  KeyCompressionType,
  KeyFormatType,
  type ManagedObject,
  NameType,
  ObjectType,
  SecretDataType,
  SplitKeyMethod,
  State,
  Tag,
  WrappingMethod,
} from '../../../kmip/index.ts';
import { AttributeSet } from '../../../kmip-server/store/attribute-set.ts';
import type { DraftObject, StoredObject } from '../../../kmip-server/store/stored-object.ts';

export function symmetricKey(keyMaterial: Buffer): ManagedObject {
  return {
    objectType: ObjectType.SymmetricKey,
    keyBlock: {
      keyFormatType: KeyFormatType.Raw,
      keyValue: { keyMaterial, attributes: [] },
      cryptographicAlgorithm: CryptographicAlgorithm.AES,
      cryptographicLength: keyMaterial.length * 8,
    },
  };
}

/** A Pre-Active AES key with a Name; 32 bytes of `fill`. */
export function aesKey(uniqueIdentifier: string, { owner = 'vcenter', fill = 7, name = uniqueIdentifier } = {}) {
  const attributes = new AttributeSet();
  attributes.write('Unique Identifier', uniqueIdentifier);
  attributes.write('Object Type', ObjectType.SymmetricKey);
  attributes.write('Cryptographic Algorithm', CryptographicAlgorithm.AES);
  attributes.write('Cryptographic Length', 256);
  attributes.write('State', State.PreActive);
  attributes.add('Name', nameItem(name));
  const object: DraftObject = {
    uniqueIdentifier,
    objectType: ObjectType.SymmetricKey,
    owner,
    attributes,
    material: symmetricKey(Buffer.alloc(32, fill)),
    archived: false,
    allocated: false,
  };
  return object;
}

export function nameItem(name: string): Item {
  return item.structure(Tag.AttributeValue, [
    item.textString(Tag.NameValue, name),
    item.enumeration(Tag.NameType, NameType.UninterpretedTextString),
  ]);
}

function objectOf(uniqueIdentifier: string, material: ManagedObject, attributes = new AttributeSet()): DraftObject {
  const { objectType } = material;
  attributes.write('Unique Identifier', uniqueIdentifier);
  attributes.write('Object Type', objectType);
  return { uniqueIdentifier, objectType, owner: 'vcenter', attributes, material, archived: false, allocated: false };
}

const keyBlock = (keyMaterial: Buffer, keyFormatType: number) => ({
  keyFormatType,
  keyValue: { keyMaterial, attributes: [] },
  cryptographicAlgorithm: CryptographicAlgorithm.RSA,
  cryptographicLength: 2048,
});

/** All attribute types, indexes with gaps, a deleted last instance, and values that sit at the edges. */
function manyAttributes(): AttributeSet {
  const attributes = new AttributeSet();
  attributes.write('Activation Date', 0);
  attributes.write('Process Start Date', -1);
  attributes.write('Cryptographic Usage Mask', -0x8000_0000);
  attributes.write('Fresh', true);
  attributes.write('Usage Limits', {
    usageLimitsTotal: 2n ** 62n,
    usageLimitsCount: 0n,
    usageLimitsUnit: 1,
  });
  attributes.defer('Digest', () =>
    item.structure(Tag.AttributeValue, [
      item.enumeration(Tag.HashingAlgorithm, 6),
      item.byteString(Tag.DigestValue, Buffer.from('late')),
    ]),
  );
  attributes.add('Name', nameItem('first'));
  attributes.add('Name', nameItem('second'));
  attributes.add('Name', nameItem('dritte – 三 🗝'));
  attributes.remove('Name', 1);
  attributes.add('Object Group', item.textString(Tag.AttributeValue, ''));
  attributes.add('Object Group', item.textString(Tag.AttributeValue, 'gone'));
  attributes.remove('Object Group', 1);
  for (const value of [
    item.integer(Tag.AttributeValue, -1),
    item.longInteger(Tag.AttributeValue, -(2n ** 63n)),
    { ...item.bigInteger(Tag.AttributeValue, 5n), length: 24 },
    item.enumeration(Tag.AttributeValue, 0xffff_ffff),
    item.boolean(Tag.AttributeValue, false),
    item.textString(Tag.AttributeValue, 'a\0b'),
    item.byteString(Tag.AttributeValue, Buffer.from([0, 255])),
    item.dateTime(Tag.AttributeValue, 2n ** 40n),
    item.interval(Tag.AttributeValue, 0xffff_ffff),
    item.structure(Tag.AttributeValue, []),
  ]) {
    attributes.add('x-any', value);
  }
  attributes.remove('x-any', 4);
  return attributes;
}

/** One object of each kind, and each way in which a Key Value may be there or not. */
export function objectsOfAllKinds(): DraftObject[] {
  const bytes = (text: string) => Buffer.from(text);
  const bigNumbers = item.structure(Tag.KeyMaterial, [
    item.bigInteger(Tag.Modulus, 2n ** 2047n + 9n),
    { ...item.bigInteger(Tag.PrivateExponent, 3n), length: 16 },
    item.bigInteger(Tag.P, -5n),
  ]);
  const destroyed: DraftObject = { ...aesKey('destroyed'), material: undefined };
  destroyed.attributes.write('State', State.Destroyed);
  return [
    aesKey('symmetric'),
    { ...aesKey('archived'), archived: true },
    { ...aesKey('allocated', { owner: 'Ünïcode, O=x' }), allocated: true },
    destroyed,
    objectOf('attributes', symmetricKey(bytes('0123456789abcdef')), manyAttributes()),
    objectOf('certificate', {
      objectType: ObjectType.Certificate,
      certificateType: CertificateType.X_509,
      certificateValue: bytes('not really DER'),
    }),
    objectOf('public', { objectType: ObjectType.PublicKey, keyBlock: keyBlock(bytes('public'), KeyFormatType.PKCS_1) }),
    objectOf('private', {
      objectType: ObjectType.PrivateKey,
      keyBlock: keyBlock(bytes('private'), KeyFormatType.PKCS_8),
    }),
    objectOf('transparent', {
      objectType: ObjectType.PrivateKey,
      keyBlock: {
        keyFormatType: KeyFormatType.TransparentRSAPrivateKey,
        keyCompressionType: KeyCompressionType.ECPublicKeyTypeUncompressed,
        keyValue: {
          keyMaterial: bigNumbers,
          attributes: [
            { attributeName: 'x-inner', attributeIndex: 3, attributeValue: item.interval(Tag.AttributeValue, 4) },
          ],
        },
      },
    }),
    objectOf('without value', { objectType: ObjectType.SymmetricKey, keyBlock: { keyFormatType: KeyFormatType.Raw } }),
    objectOf('wrapped', {
      objectType: ObjectType.SymmetricKey,
      keyBlock: {
        keyFormatType: KeyFormatType.Raw,
        keyValue: { wrapped: bytes('wrapped bytes') },
        keyWrappingData: {
          wrappingMethod: WrappingMethod.Encrypt,
          encryptionKeyInformation: { uniqueIdentifier: 'symmetric' },
          ivCounterNonce: bytes('nonce'),
        },
      },
    }),
    objectOf('split', {
      objectType: ObjectType.SplitKey,
      splitKeyParts: 3,
      keyPartIdentifier: 1,
      splitKeyThreshold: 2,
      splitKeyMethod: SplitKeyMethod.PolynomialSharingPrimeField,
      primeFieldSize: 2n ** 127n - 1n,
      keyBlock: keyBlock(bytes('a part'), KeyFormatType.Raw),
    }),
    objectOf('template', {
      objectType: ObjectType.Template,
      attributes: [
        { attributeName: 'Cryptographic Length', attributeValue: item.integer(Tag.AttributeValue, 256) },
        { attributeName: 'x-t', attributeIndex: 0, attributeValue: item.textString(Tag.AttributeValue, 't') },
      ],
    }),
    objectOf('empty template', { objectType: ObjectType.Template, attributes: [] }),
    objectOf('secret', {
      objectType: ObjectType.SecretData,
      secretDataType: SecretDataType.Password,
      keyBlock: keyBlock(bytes('correct horse'), KeyFormatType.Opaque),
    }),
    objectOf('opaque', {
      objectType: ObjectType.OpaqueObject,
      opaqueDataType: 0x8000_0001,
      opaqueDataValue: Buffer.alloc(0),
    }),
    objectOf('pgp', {
      objectType: ObjectType.PGPKey,
      pgpKeyVersion: 4,
      keyBlock: keyBlock(bytes('pgp'), KeyFormatType.Raw),
    }),
  ];
}

/** All of an object in a form that can be compared. */
export function contentOf(object: StoredObject) {
  const { attributes, ...rest } = object;
  const { instances, nextIndex } = attributes.dump();
  return {
    ...rest,
    attributes: instances.map(({ name, index, value }) => ({ name, index, value })),
    nextIndex: [...(nextIndex ?? [])],
  };
}
