/** The standard attributes: value shape, first version, and the rules of the tables of KMIP 1.1 §3, later ones noted. */
import { type KmipVersion, ObjectType, ResultReason, Tag } from '../registry/index.ts';
import type { Item } from '../ttlv/index.ts';
import type { Attribute } from './attribute.ts';
import {
  alternativeName,
  applicationSpecificInformation,
  certificateIdentifier,
  certificateIssuer,
  certificateSubject,
  cryptographicDomainParameters,
  cryptographicParameters,
  digest,
  keyValueLocation,
  link,
  name,
  revocationReason,
  rngParameters,
  usageLimits,
  x509CertificateIdentifier,
  x509CertificateIssuer,
  x509CertificateSubject,
} from './attribute-values.ts';
import { KmipError } from './errors.ts';
import {
  boolean,
  dateTime,
  enumeration,
  integer,
  interval,
  type TypeOf,
  textString,
  type ValueCodec,
} from './kernel.ts';
import { isSince, type ProtocolVersion } from './version.ts';

/**
 * When a modification or deletion is allowed. The conditions are those of the attribute tables: `unactivated` = only while
 * Pre-Active; `undeactivated` = only while Pre-Active or Active; `not-reached` = undeactivated and the date itself not
 * yet reached; `unallocated` = until Get Usage Allocation was performed; `own` = attributes that the same side created;
 * `no-data` = only if the client left the Application Data to the server.
 */
export type Permission = boolean | 'unactivated' | 'undeactivated' | 'not-reached' | 'unallocated' | 'own' | 'no-data';

export type StandardAttribute<T = unknown> = {
  readonly codec: ValueCodec<T>;
  readonly since: KmipVersion;
  /** First version that deprecates it. */
  readonly deprecated?: KmipVersion;
  /** SHALL always have a value. */
  readonly always: boolean;
  readonly initiallySetBy: 'server' | 'client' | 'either';
  readonly modifiableByServer: Permission;
  readonly modifiableByClient: Permission;
  readonly deletableByClient: Permission;
  readonly multipleInstances: boolean;
  readonly appliesTo: ReadonlySet<number>;
};

type Rules = {
  since?: KmipVersion;
  deprecated?: KmipVersion;
  always?: boolean;
  init: 'server' | 'client' | 'either';
  server?: Permission;
  client?: Permission;
  del?: Permission;
  multi?: boolean;
  on: readonly number[];
};

function declare<T>(codec: ValueCodec<T>, rules: Rules): StandardAttribute<T> {
  return {
    codec,
    since: rules.since ?? '1.0',
    ...(rules.deprecated && { deprecated: rules.deprecated }),
    always: rules.always ?? false,
    initiallySetBy: rules.init,
    modifiableByServer: rules.server ?? false,
    modifiableByClient: rules.client ?? false,
    deletableByClient: rules.del ?? false,
    multipleInstances: rules.multi ?? false,
    appliesTo: new Set(rules.on),
  };
}

const { Certificate, SymmetricKey, PublicKey, PrivateKey, SplitKey, Template, SecretData, OpaqueObject, PGPKey } =
  ObjectType;

const KEYS = [SymmetricKey, PublicKey, PrivateKey, SplitKey, PGPKey];
// KMIP 1.1 §2.2: Certificates, keys and Secret Data are Cryptographic Objects; Template and Opaque Object are not.
const CRYPTOGRAPHIC = [Certificate, ...KEYS, SecretData];
const ALL = [...CRYPTOGRAPHIC, Template, OpaqueObject];
const KEYS_CERTIFICATES_TEMPLATES = [...KEYS, Certificate, Template];
// Process Start and Protect Stop Date are for symmetric keys by the tables; OASIS CS-AC-M-8-13 gives them to RSA keys.
const KEYS_TEMPLATES = [...KEYS, Template];
const CERTIFICATES = [Certificate];
// KMIP 1.2 §3.41, §3.42: the objects whose Key Value may be held elsewhere.
const KEY_VALUE_ELSEWHERE = [SymmetricKey, PrivateKey, SplitKey, SecretData];
const CRYPTOGRAPHIC_OPAQUE = [...CRYPTOGRAPHIC, OpaqueObject];
const CRYPTOGRAPHIC_TEMPLATES = [...CRYPTOGRAPHIC, Template];

// Field order within a row: always, initially set by, modifiable by server, by client, deletable, multiple, applies to.
export const STANDARD_ATTRIBUTES = {
  'Unique Identifier': declare(textString, { always: true, init: 'server', on: ALL }),
  Name: declare(name, { init: 'client', server: true, client: true, del: true, multi: true, on: ALL }),
  'Object Type': declare(enumeration('ObjectType'), { always: true, init: 'server', on: ALL }),
  'Cryptographic Algorithm': declare(enumeration('CryptographicAlgorithm'), {
    always: true,
    init: 'server',
    on: KEYS_CERTIFICATES_TEMPLATES,
  }),
  'Cryptographic Length': declare(integer, { always: true, init: 'server', on: KEYS_CERTIFICATES_TEMPLATES }),
  'Cryptographic Parameters': declare(cryptographicParameters, {
    init: 'client',
    client: true,
    del: true,
    multi: true,
    on: KEYS_CERTIFICATES_TEMPLATES,
  }),
  'Cryptographic Domain Parameters': declare(cryptographicDomainParameters, {
    init: 'client',
    on: [PublicKey, PrivateKey, Template],
  }),
  'Certificate Type': declare(enumeration('CertificateType'), { always: true, init: 'server', on: CERTIFICATES }),
  'Certificate Length': declare(integer, { since: '1.1', always: true, init: 'server', on: CERTIFICATES }),
  'X.509 Certificate Identifier': declare(x509CertificateIdentifier, {
    since: '1.1',
    always: true,
    init: 'server',
    on: CERTIFICATES,
  }),
  'X.509 Certificate Subject': declare(x509CertificateSubject, {
    since: '1.1',
    always: true,
    init: 'server',
    on: CERTIFICATES,
  }),
  'X.509 Certificate Issuer': declare(x509CertificateIssuer, {
    since: '1.1',
    always: true,
    init: 'server',
    on: CERTIFICATES,
  }),
  'Certificate Identifier': declare(certificateIdentifier, {
    deprecated: '1.1',
    always: true,
    init: 'server',
    on: CERTIFICATES,
  }),
  'Certificate Subject': declare(certificateSubject, {
    deprecated: '1.1',
    always: true,
    init: 'server',
    on: CERTIFICATES,
  }),
  'Certificate Issuer': declare(certificateIssuer, {
    deprecated: '1.1',
    always: true,
    init: 'server',
    on: CERTIFICATES,
  }),
  // Multiple instances for PGP certificates (1.1) and PGP Keys (1.2 on) only.
  'Digital Signature Algorithm': declare(enumeration('DigitalSignatureAlgorithm'), {
    since: '1.1',
    always: true,
    init: 'server',
    multi: true,
    on: [Certificate, PGPKey],
  }),
  Digest: declare(digest, { always: true, init: 'server', multi: true, on: CRYPTOGRAPHIC_OPAQUE }),
  'Operation Policy Name': declare(textString, { deprecated: '1.3', init: 'either', server: true, on: ALL }),
  'Cryptographic Usage Mask': declare(integer, {
    always: true,
    init: 'either',
    server: true,
    on: CRYPTOGRAPHIC_TEMPLATES,
  }),
  'Lease Time': declare(interval, { init: 'server', server: true, on: CRYPTOGRAPHIC }),
  'Usage Limits': declare(usageLimits, {
    init: 'either',
    server: true,
    client: 'unallocated',
    del: 'unallocated',
    on: KEYS_TEMPLATES,
  }),
  State: declare(enumeration('State'), { always: true, init: 'server', server: true, on: CRYPTOGRAPHIC }),
  'Initial Date': declare(dateTime, { always: true, init: 'server', on: ALL }),
  'Activation Date': declare(dateTime, {
    init: 'either',
    server: 'unactivated',
    client: 'unactivated',
    on: CRYPTOGRAPHIC_TEMPLATES,
  }),
  'Process Start Date': declare(dateTime, {
    init: 'either',
    server: 'not-reached',
    client: 'not-reached',
    on: KEYS_TEMPLATES,
  }),
  'Protect Stop Date': declare(dateTime, {
    init: 'either',
    server: 'not-reached',
    client: 'not-reached',
    on: KEYS_TEMPLATES,
  }),
  'Deactivation Date': declare(dateTime, {
    init: 'either',
    server: 'undeactivated',
    client: 'undeactivated',
    on: CRYPTOGRAPHIC_TEMPLATES,
  }),
  'Destroy Date': declare(dateTime, { init: 'server', on: CRYPTOGRAPHIC_OPAQUE }),
  'Compromise Occurrence Date': declare(dateTime, { init: 'server', on: CRYPTOGRAPHIC_OPAQUE }),
  'Compromise Date': declare(dateTime, { init: 'server', on: CRYPTOGRAPHIC_OPAQUE }),
  'Revocation Reason': declare(revocationReason, { init: 'server', server: true, on: CRYPTOGRAPHIC_OPAQUE }),
  'Archive Date': declare(dateTime, { init: 'server', on: ALL }),
  'Object Group': declare(textString, {
    init: 'either',
    server: true,
    client: true,
    del: true,
    multi: true,
    on: ALL,
  }),
  Fresh: declare(boolean, { since: '1.1', init: 'either', server: true, on: CRYPTOGRAPHIC }),
  Link: declare(link, { init: 'either', server: true, client: true, del: true, multi: true, on: CRYPTOGRAPHIC }),
  'Application Specific Information': declare(applicationSpecificInformation, {
    init: 'either',
    server: 'no-data',
    client: true,
    del: true,
    multi: true,
    on: ALL,
  }),
  'Contact Information': declare(textString, { init: 'either', server: true, client: true, del: true, on: ALL }),
  'Last Change Date': declare(dateTime, { always: true, init: 'server', server: true, on: ALL }),
  // KMIP 1.2 §3.40 to §3.43; the server may give an Alternative Name only where there is none.
  'Alternative Name': declare(alternativeName, {
    since: '1.2',
    init: 'client',
    server: true,
    client: true,
    del: true,
    multi: true,
    on: ALL,
  }),
  'Key Value Present': declare(boolean, { since: '1.2', init: 'server', on: KEY_VALUE_ELSEWHERE }),
  'Key Value Location': declare(keyValueLocation, {
    since: '1.2',
    init: 'client',
    client: true,
    del: true,
    multi: true,
    on: KEY_VALUE_ELSEWHERE,
  }),
  'Original Creation Date': declare(dateTime, { since: '1.2', init: 'either', on: ALL }),
  // KMIP 1.3 §3.44
  'Random Number Generator': declare(rngParameters, { since: '1.3', init: 'either', on: CRYPTOGRAPHIC }),
  // KMIP 1.4 §3.45 to §3.51
  'PKCS#12 Friendly Name': declare(textString, {
    since: '1.4',
    init: 'either',
    client: true,
    del: true,
    on: CRYPTOGRAPHIC,
  }),
  Description: declare(textString, { since: '1.4', init: 'either', server: true, client: true, del: true, on: ALL }),
  Comment: declare(textString, { since: '1.4', init: 'either', server: true, client: true, del: true, on: ALL }),
  Sensitive: declare(boolean, { since: '1.4', always: true, init: 'either', server: true, client: true, on: ALL }),
  'Always Sensitive': declare(boolean, { since: '1.4', always: true, init: 'server', server: true, on: ALL }),
  Extractable: declare(boolean, { since: '1.4', always: true, init: 'either', server: true, client: true, on: ALL }),
  'Never Extractable': declare(boolean, { since: '1.4', always: true, init: 'server', server: true, on: ALL }),
};

export type StandardAttributeName = keyof typeof STANDARD_ATTRIBUTES;

/** The typed value of a standard attribute: dates are POSIX seconds, enumerations and masks numbers. */
export type AttributeValue<N extends StandardAttributeName> = TypeOf<(typeof STANDARD_ATTRIBUTES)[N]['codec']>;

const BY_NAME = new Map<string, StandardAttribute>(Object.entries(STANDARD_ATTRIBUTES));

/**
 * A standard attribute's declaration.
 * @param version when given, attributes newer than it count as unknown
 */
export function standardAttribute(attributeName: string, version?: ProtocolVersion): StandardAttribute | undefined {
  const found = BY_NAME.get(attributeName);
  return found === undefined || version === undefined || isSince(version, found.since) ? found : undefined;
}

/** Client-made (`x-`) or server-made (`y-`) custom attribute. KMIP 1.1 §3.39 */
export function isCustomAttribute(attributeName: string): boolean {
  return attributeName.startsWith('x-') || attributeName.startsWith('y-');
}

const NEWEST: ProtocolVersion = { major: 1, minor: 4 };

/** Builds an attribute from its typed value: `makeAttribute('Cryptographic Length', 256)`. */
export function makeAttribute<N extends StandardAttributeName>(
  attributeName: N,
  value: AttributeValue<N>,
  attributeIndex?: number,
): Attribute {
  const codec = STANDARD_ATTRIBUTES[attributeName].codec as ValueCodec<AttributeValue<N>>;
  // Built at the newest version; what the message's version does not know is left out when the message is encoded.
  const attributeValue = codec.encode(Tag.AttributeValue, value, { version: NEWEST });
  return { attributeName, ...(attributeIndex !== undefined && { attributeIndex }), attributeValue };
}

/** Builds a custom attribute; `value` is any item, its tag is replaced. */
export function makeCustomAttribute(attributeName: string, value: Item, attributeIndex?: number): Attribute {
  const attributeValue = { ...value, tag: Tag.AttributeValue };
  return { attributeName, ...(attributeIndex !== undefined && { attributeIndex }), attributeValue };
}

/**
 * The typed value of a standard attribute.
 * @throws KmipError Invalid Field when the value is absent or has another shape: KMIP 1.1 §11.2 and the like name wrong
 *   attribute values so
 */
export function readAttribute<N extends StandardAttributeName>(
  attributeName: N,
  attribute: Attribute,
  version: ProtocolVersion = NEWEST,
): AttributeValue<N> {
  const codec = STANDARD_ATTRIBUTES[attributeName].codec as ValueCodec<AttributeValue<N>>;
  if (attribute.attributeValue === undefined) {
    throw new KmipError(ResultReason.InvalidField, `the attribute ${attributeName} has no value`);
  }
  try {
    return codec.decode(attribute.attributeValue, { version });
  } catch (error) {
    if (!(error instanceof KmipError)) throw error;
    throw new KmipError(ResultReason.InvalidField, `${attributeName}: ${error.message}`, { cause: error });
  }
}
