/** Good requests that the fuzz spoils: every operation of the typed layer, vCenter's requests, the official messages. */
import {
  type AnyOperation,
  type AttributeValue,
  BlockCipherMode,
  CertificateRequestType,
  CryptographicAlgorithm,
  DerivationMethod,
  encodeRequest,
  HashingAlgorithm,
  KeyFormatType,
  type ManagedObject,
  makeAttribute,
  NameType,
  ObjectType,
  operations,
  PaddingMethod,
  protocolVersion,
  QueryFunction,
  type RequestHeaderInput,
  type RequestOf,
  RevocationReasonCode,
  requestItem,
  SecretDataType,
  SplitKeyMethod,
  type StandardAttributeName,
  WrappingMethod,
} from '../../../kmip/index.ts';
import { officialMessages, vcenterRequests } from '../../kmip/shared-data.ts';

const newest = protocolVersion('1.4');

function request<D extends AnyOperation>(
  operation: D,
  payload: RequestOf<D>,
  header: Partial<RequestHeaderInput> = {},
): Buffer {
  return encodeRequest({ ...header, protocolVersion: newest }, [requestItem(operation, payload, newest)]);
}

const everyUse = 0x000f_ffff;
/** Whatever the fuzz asks for: its identifiers are put in the places of these. */
const uniqueIdentifier = '1';
const data = Buffer.from('00112233445566778899aabbccddeeff', 'hex');
const key = Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex');
const stream = { initIndicator: true, finalIndicator: false };

function attributes(values: { [N in StandardAttributeName]?: AttributeValue<N> } = {}) {
  const pairs = Object.entries({ 'Activation Date': 1_000_000_000, 'Cryptographic Usage Mask': everyUse, ...values });
  return pairs.map(([name, value]) => makeAttribute(name as StandardAttributeName, value as never));
}

const template = (values?: Parameters<typeof attributes>[0]) => ({ names: [], attributes: attributes(values) });

const aes = { 'Cryptographic Algorithm': CryptographicAlgorithm.AES, 'Cryptographic Length': 256 };
const curve = { 'Cryptographic Algorithm': CryptographicAlgorithm.ECDSA, 'Cryptographic Length': 256 };
const name = { nameValue: 'fuzz', nameType: NameType.UninterpretedTextString };
const cbc = { blockCipherMode: BlockCipherMode.CBC, paddingMethod: PaddingMethod.PKCS5 };
const gcm = { blockCipherMode: BlockCipherMode.GCM, tagLength: 16, randomIV: true };
const sha256 = { hashingAlgorithm: HashingAlgorithm.SHA_256 };

const symmetricKey: ManagedObject = {
  objectType: ObjectType.SymmetricKey,
  keyBlock: {
    keyFormatType: KeyFormatType.Raw,
    keyValue: { keyMaterial: key, attributes: [] },
    cryptographicAlgorithm: CryptographicAlgorithm.AES,
    cryptographicLength: 128,
  },
};
const secret: ManagedObject = {
  objectType: ObjectType.SecretData,
  secretDataType: SecretDataType.Password,
  keyBlock: { keyFormatType: KeyFormatType.Opaque, keyValue: { keyMaterial: data, attributes: [] } },
};
const opaque: ManagedObject = { objectType: ObjectType.OpaqueObject, opaqueDataType: 1, opaqueDataValue: data };
const templateObject: ManagedObject = { objectType: ObjectType.Template, attributes: attributes({ Name: name }) };
const wrapping = {
  wrappingMethod: WrappingMethod.Encrypt,
  encryptionKeyInformation: {
    uniqueIdentifier,
    cryptographicParameters: { blockCipherMode: BlockCipherMode.NISTKeyWrap },
  },
  attributeNames: [],
};

function register(object: ManagedObject, values?: Parameters<typeof attributes>[0]): Buffer {
  return request(operations.register, {
    objectType: object.objectType,
    templateAttribute: object.objectType === ObjectType.Template ? { names: [], attributes: [] } : template(values),
    object,
  });
}

/** Several per operation where it has several ways. */
const typedRequests: readonly Buffer[] = [
  request(operations.create, { objectType: ObjectType.SymmetricKey, templateAttribute: template(aes) }),
  request(operations.create, {
    objectType: ObjectType.SymmetricKey,
    templateAttribute: template({
      ...aes,
      Name: name,
      'Object Group': 'fuzz',
      'Usage Limits': { usageLimitsTotal: 1_000n, usageLimitsUnit: 1 },
      'Deactivation Date': 4_000_000_000,
    }),
  }),
  request(
    operations.create,
    { objectType: ObjectType.SymmetricKey, templateAttribute: template(aes) },
    {
      asynchronousIndicator: true,
      clientCorrelationValue: 'fuzz',
      timeStamp: 1_800_000_000,
      maximumResponseSize: 4_096,
    },
  ),
  request(operations.createKeyPair, { commonTemplateAttribute: template(curve) }),
  register(symmetricKey, { Name: name }),
  register(secret),
  register(opaque, {}),
  register(templateObject),
  request(operations.reKey, { uniqueIdentifier, offset: 0 }),
  request(operations.reKeyKeyPair, { privateKeyUniqueIdentifier: uniqueIdentifier, offset: 0 }),
  request(operations.deriveKey, {
    objectType: ObjectType.SymmetricKey,
    uniqueIdentifiers: [uniqueIdentifier],
    derivationMethod: DerivationMethod.PBKDF2,
    derivationParameters: { cryptographicParameters: sha256, salt: data, iterationCount: 1_000 },
    templateAttribute: template(aes),
  }),
  request(operations.deriveKey, {
    objectType: ObjectType.SecretData,
    uniqueIdentifiers: [uniqueIdentifier],
    derivationMethod: DerivationMethod.NIST800_108_C,
    derivationParameters: { cryptographicParameters: sha256, derivationData: data },
    templateAttribute: template({ 'Cryptographic Length': 512 }),
  }),
  request(operations.certify, { uniqueIdentifier, templateAttribute: template() }),
  request(operations.certify, {
    uniqueIdentifier,
    certificateRequestType: CertificateRequestType.PKCS_10,
    certificateRequest: data,
  }),
  request(operations.reCertify, { uniqueIdentifier, offset: 60 }),
  request(operations.locate, { attributes: attributes({ Name: name }), maximumItems: 5, offsetItems: 1 }),
  request(operations.locate, { attributes: [makeAttribute('Object Group', 'fuzz')], objectGroupMember: 1 }),
  request(operations.locate, { attributes: [], storageStatusMask: 3 }),
  request(operations.check, { uniqueIdentifier, cryptographicUsageMask: 12, usageLimitsCount: 5n, leaseTime: 60 }),
  request(operations.get, { uniqueIdentifier }),
  request(operations.get, { uniqueIdentifier, keyFormatType: KeyFormatType.PKCS_8 }),
  request(operations.get, { uniqueIdentifier, keyWrappingSpecification: wrapping }),
  request(operations.getAttributes, { uniqueIdentifier, attributeNames: [] }),
  request(operations.getAttributes, { uniqueIdentifier, attributeNames: ['State', 'Digest', 'x-a'] }),
  request(operations.getAttributeList, { uniqueIdentifier }),
  request(operations.addAttribute, { uniqueIdentifier, attribute: makeAttribute('Name', name) }),
  request(operations.modifyAttribute, { uniqueIdentifier, attribute: makeAttribute('Contact Information', 'a') }),
  request(operations.deleteAttribute, { uniqueIdentifier, attributeName: 'Name', attributeIndex: 0 }),
  request(operations.obtainLease, { uniqueIdentifier }),
  request(operations.getUsageAllocation, { uniqueIdentifier, usageLimitsCount: 10n }),
  request(operations.activate, { uniqueIdentifier }),
  request(operations.revoke, {
    uniqueIdentifier,
    revocationReason: { revocationReasonCode: RevocationReasonCode.KeyCompromise, revocationMessage: 'fuzz' },
    compromiseOccurrenceDate: 6,
  }),
  request(operations.destroy, { uniqueIdentifier }),
  request(operations.archive, { uniqueIdentifier }),
  request(operations.recover, { uniqueIdentifier }),
  request(operations.validate, {
    certificates: [],
    uniqueIdentifiers: [uniqueIdentifier],
    validityDate: 1_900_000_000,
  }),
  request(operations.query, { queryFunctions: Object.values(QueryFunction) }),
  request(operations.discoverVersions, { protocolVersions: [newest] }),
  request(operations.cancel, { asynchronousCorrelationValue: data }),
  request(operations.poll, { asynchronousCorrelationValue: data }),
  request(operations.encrypt, { uniqueIdentifier, cryptographicParameters: cbc, data, ivCounterNonce: data }),
  request(operations.encrypt, { uniqueIdentifier, cryptographicParameters: gcm, data, ...stream }),
  request(operations.encrypt, { correlationValue: data, data, finalIndicator: true }),
  request(operations.decrypt, { uniqueIdentifier, cryptographicParameters: cbc, data, ivCounterNonce: data }),
  request(operations.sign, { uniqueIdentifier, cryptographicParameters: sha256, data }),
  request(operations.signatureVerify, { uniqueIdentifier, cryptographicParameters: sha256, data, signatureData: data }),
  request(operations.mac, { uniqueIdentifier, cryptographicParameters: sha256, data }),
  request(operations.macVerify, { uniqueIdentifier, cryptographicParameters: sha256, data, macData: data }),
  request(operations.rngRetrieve, { dataLength: 32 }),
  request(operations.rngSeed, { data }),
  request(operations.hash, { cryptographicParameters: sha256, data, ...stream }),
  request(operations.createSplitKey, {
    objectType: ObjectType.SplitKey,
    splitKeyParts: 4,
    splitKeyThreshold: 3,
    splitKeyMethod: SplitKeyMethod.PolynomialSharingGF2_8,
    templateAttribute: template(aes),
  }),
  request(operations.createSplitKey, {
    objectType: ObjectType.SplitKey,
    uniqueIdentifier,
    splitKeyParts: 3,
    splitKeyThreshold: 2,
    splitKeyMethod: SplitKeyMethod.PolynomialSharingPrimeField,
    primeFieldSize: 2n ** 521n - 1n,
    templateAttribute: template(),
  }),
  request(operations.joinSplitKey, {
    objectType: ObjectType.SymmetricKey,
    uniqueIdentifiers: ['1', '2', '3'],
    templateAttribute: template(),
  }),
  request(operations.export, { uniqueIdentifier, keyFormatType: KeyFormatType.Raw }),
  request(operations.import, {
    uniqueIdentifier,
    replaceExisting: true,
    attributes: attributes({ ...aes, 'Cryptographic Length': 128 }),
    object: symmetricKey,
  }),
];

const fromHex = ({ hex }: { hex: string }) => Buffer.from(hex, 'hex');

/** All requests there are; those of the shared data are missing where it is not present. */
export const requests: readonly Buffer[] = [
  ...typedRequests,
  ...(vcenterRequests ?? []).map(fromHex),
  ...(officialMessages ?? []).filter(({ kind }) => kind === 'request').map(fromHex),
];
