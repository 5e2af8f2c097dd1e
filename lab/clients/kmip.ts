import { type Clock, causeChain, type Json, type JsonObject, messageOf } from '../../core/index.ts';
import {
  type AnyOperation,
  type Attribute,
  CredentialType,
  CryptographicAlgorithm,
  connectKmip,
  enumCode,
  enumerationOfTag,
  enumName,
  type Item,
  ItemType,
  KeyFormatType,
  KmipClientError,
  type KmipConnection,
  KmipResultError,
  type KmipTlsOptions,
  makeAttribute,
  maskEntries,
  maskOfTag,
  ObjectType,
  operations,
  protocolVersion,
  QueryFunction,
  type RequestOf,
  type ResponseOf,
  RevocationReasonCode,
  type SendOptions,
  tagCode,
  tagName,
} from '../../kmip/index.ts';

/** How to reach a KMS and as whom. */
export interface KmipAccess {
  host: string;
  port: number;
  clock: Clock;
  timeoutMs?: number;
  tls: KmipTlsOptions;
  username?: string;
  password?: string;
  /** Protocol version of the requests; default 1.1. */
  version?: '1.0' | '1.1' | '1.2' | '1.3' | '1.4';
}

/** When a key becomes Active and Deactivated by itself, ms since the epoch. KMIP 1.1 §3.24, §3.27 */
export interface KeyDates {
  activationDate?: number;
  deactivationDate?: number;
}

/**
 * A KMIP user's calls with readable answers: one TLS connection for each call. Used by the scenario verbs `kmip.*` and by
 * `keyrig kmip`. Answers never hold key material unless it is asked for.
 */
export class KmipUser {
  readonly #access: KmipAccess;

  constructor(access: KmipAccess) {
    this.#access = access;
  }

  async discover(): Promise<JsonObject> {
    const { protocolVersions } = await this.#call(operations.discoverVersions, { protocolVersions: [] });
    return { versions: protocolVersions.map(({ major, minor }) => `${major}.${minor}`) };
  }

  async query(): Promise<JsonObject> {
    const answer = await this.#call(operations.query, {
      queryFunctions: [QueryFunction.QueryOperations, QueryFunction.QueryObjects, QueryFunction.QueryServerInformation],
    });
    return {
      vendorIdentification: answer.vendorIdentification ?? null,
      operations: answer.operations.map((code) => enumName('Operation', code) ?? code),
      objectTypes: answer.objectTypes.map((code) => enumName('ObjectType', code) ?? code),
    };
  }

  async create(
    options: { algorithm?: string; length?: number; usageMask?: number; name?: string; dates?: KeyDates } = {},
  ): Promise<JsonObject> {
    const { algorithm = 'AES', length = 256, usageMask = 0x0c, name, dates = {} } = options;
    const code = enumCode('CryptographicAlgorithm', algorithm) ?? CryptographicAlgorithm.AES;
    const attributes = [
      makeAttribute('Cryptographic Algorithm', code as CryptographicAlgorithm),
      makeAttribute('Cryptographic Usage Mask', usageMask),
      makeAttribute('Cryptographic Length', length),
      ...(name ? [makeAttribute('Name', { nameValue: name, nameType: 1 })] : []),
      ...this.#dates(dates),
    ];
    const { uniqueIdentifier } = await this.#call(operations.create, {
      objectType: ObjectType.SymmetricKey,
      templateAttribute: { names: [], attributes },
    });
    return { uniqueIdentifier };
  }

  /** Describes an object; its key material only with `reveal`. */
  async get(uniqueIdentifier: string, reveal = false): Promise<JsonObject> {
    const { objectType, object } = await this.#call(operations.get, { uniqueIdentifier });
    const block = 'keyBlock' in object ? object.keyBlock : undefined;
    const material = block?.keyValue && 'keyMaterial' in block.keyValue ? block.keyValue.keyMaterial : undefined;
    const bytes = Buffer.isBuffer(material) ? material : undefined;
    return {
      uniqueIdentifier,
      objectType: enumName('ObjectType', objectType) ?? objectType,
      keyFormatType: block ? (enumName('KeyFormatType', block.keyFormatType ?? KeyFormatType.Raw) ?? null) : null,
      algorithm: block?.cryptographicAlgorithm
        ? (enumName('CryptographicAlgorithm', block.cryptographicAlgorithm) ?? null)
        : null,
      length: block?.cryptographicLength ?? null,
      bytes: bytes?.length ?? null,
      ...(reveal && bytes && { keyMaterial: bytes.toString('hex') }),
    };
  }

  /** Identifiers of the objects that have all these attributes; of everything this user may see without any. */
  async locate(filter: { name?: string; state?: string } = {}): Promise<JsonObject> {
    const attributes: Attribute[] = [];
    if (filter.name) attributes.push(makeAttribute('Name', { nameValue: filter.name, nameType: 1 }));
    if (filter.state) attributes.push(makeAttribute('State', (enumCode('State', filter.state) ?? 0) as never));
    const { uniqueIdentifiers } = await this.#call(operations.locate, { attributes });
    return { uniqueIdentifiers };
  }

  /** The attributes of an object: name → value, or values when there are several instances. */
  async attributes(uniqueIdentifier: string, names: readonly string[] = []): Promise<JsonObject> {
    const answer = await this.#call(operations.getAttributes, { uniqueIdentifier, attributeNames: [...names] });
    const values: Record<string, Json> = {};
    for (const attribute of answer.attributes) {
      const value = attributeJson(attribute);
      const earlier = values[attribute.attributeName];
      if (earlier === undefined) values[attribute.attributeName] = value;
      else values[attribute.attributeName] = [...(Array.isArray(earlier) ? earlier : [earlier]), value];
    }
    return { uniqueIdentifier, attributes: values };
  }

  /** Sets dates of a key that has none: Add Attribute for each. */
  async setDates(uniqueIdentifier: string, dates: KeyDates): Promise<JsonObject> {
    for (const attribute of this.#dates(dates)) {
      await this.#call(operations.addAttribute, { uniqueIdentifier, attribute });
    }
    return { uniqueIdentifier };
  }

  /** Asks for a lease. Result: { leaseTime in seconds, lastChangeDate }. */
  async obtainLease(uniqueIdentifier: string): Promise<JsonObject> {
    const { leaseTime, lastChangeDate } = await this.#call(operations.obtainLease, { uniqueIdentifier });
    return { uniqueIdentifier, leaseTime, lastChangeDate: new Date(Number(lastChangeDate) * 1_000).toISOString() };
  }

  #dates({ activationDate, deactivationDate }: KeyDates): Attribute[] {
    const seconds = (milliseconds: number) => Math.floor(milliseconds / 1_000);
    return [
      ...(activationDate === undefined ? [] : [makeAttribute('Activation Date', seconds(activationDate))]),
      ...(deactivationDate === undefined ? [] : [makeAttribute('Deactivation Date', seconds(deactivationDate))]),
    ];
  }

  async activate(uniqueIdentifier: string): Promise<JsonObject> {
    await this.#call(operations.activate, { uniqueIdentifier });
    return { uniqueIdentifier };
  }

  async revoke(uniqueIdentifier: string, reason = 'CessationOfOperation'): Promise<JsonObject> {
    const code = (enumCode('RevocationReasonCode', reason) ?? RevocationReasonCode.Unspecified) as RevocationReasonCode;
    await this.#call(operations.revoke, {
      uniqueIdentifier,
      revocationReason: { revocationReasonCode: code },
      ...(code === RevocationReasonCode.KeyCompromise && {
        compromiseOccurrenceDate: Math.floor(this.#access.clock.now() / 1_000),
      }),
    });
    return { uniqueIdentifier };
  }

  async destroy(uniqueIdentifier: string): Promise<JsonObject> {
    await this.#call(operations.destroy, { uniqueIdentifier });
    return { uniqueIdentifier };
  }

  /** Sends a message as it is and gives the answer, whatever it says. */
  async send(message: Item): Promise<Item> {
    const { sendMessage } = await import('./kmip-message.ts');
    return sendMessage(this.#access, message, 'tls');
  }

  async #call<D extends AnyOperation>(operation: D, payload: RequestOf<D>): Promise<ResponseOf<D>> {
    const connection = await this.#connect();
    try {
      return await connection.call(operation, payload, this.#header());
    } finally {
      await connection.close();
    }
  }

  #connect(): Promise<KmipConnection> {
    const { host, port, clock, timeoutMs, tls } = this.#access;
    return connectKmip({ host, port, clock, timeoutMs, tls });
  }

  #header(): SendOptions {
    const { username, password, version = '1.1' } = this.#access;
    return {
      protocolVersion: protocolVersion(version),
      ...(username !== undefined && {
        authentication: { credential: { credentialType: CredentialType.UsernameAndPassword, username, password } },
      }),
    };
  }
}

/**
 * Runs a call; what a KMIP client sees of a failure becomes `fault`: { reason, message } when the KMS refuses, and
 * { phase, failure, alert, message } when no usable answer came (see KmipClientError).
 */
export async function withKmipFault(work: () => Promise<JsonObject>): Promise<JsonObject> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof KmipClientError) {
      const { phase, failure, alert = null } = error;
      return { fault: { phase, failure, alert, message: causeChain(error).join(': ') } };
    }
    if (!(error instanceof KmipResultError)) throw error;
    const reason = error.resultReason === undefined ? null : (enumName('ResultReason', error.resultReason) ?? null);
    return { fault: { reason, message: error.resultMessage ?? messageOf(error) } };
  }
}

/** An attribute's value in JSON: enumerations and masks by the standard's names, dates in ISO 8601, structures as objects. */
function attributeJson(attribute: Attribute): Json {
  const value = attribute.attributeValue;
  if (!value) return null;
  const tag = tagCode(attribute.attributeName);
  return itemJson(value.tag === tag || tag === undefined ? value : { ...value, tag });
}

function itemJson(item: Item): Json {
  switch (item.type) {
    case ItemType.Structure:
      return Object.fromEntries(item.value.map((member) => [tagName(member.tag), itemJson(member)]));
    case ItemType.Enumeration: {
      const enumeration = enumerationOfTag(item.tag);
      return (enumeration && enumName(enumeration, item.value)) ?? item.value;
    }
    case ItemType.Integer: {
      const mask = maskOfTag(item.tag);
      return mask === undefined ? item.value : maskEntries(mask, item.value).known.map(({ name }) => name);
    }
    case ItemType.DateTime:
      return new Date(Number(item.value) * 1_000).toISOString();
    case ItemType.LongInteger:
    case ItemType.BigInteger:
      return item.value.toString();
    case ItemType.ByteString:
      return Buffer.from(item.value).toString('hex');
    default:
      return item.value;
  }
}
