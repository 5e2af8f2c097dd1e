import type { Runtime } from '../../core/index.ts';
import {
  decodeResponse,
  enumName,
  ItemType,
  KeyFormatType,
  KmipError,
  messageText,
  type OperationDefinition,
  operations,
  type RequestBatchItem,
  type ResponseBatchItem,
  ResultStatus,
  type State,
} from '../../kmip/index.ts';
import {
  type AttributeOperation,
  activateItem,
  attributeItems,
  createAes256Item,
  discoverVersionsItem,
  encodeVcenterRequest,
  getAttributeItem,
  getItem,
  type KmsCredential,
  queryServerInformationItem,
  vcenterProtocol,
} from './kmip-requests.ts';
import { KmsFailure } from './kms-failure.ts';

/** A TLS connection to a KMS on which requests are exchanged one after the other. */
export interface KmsConnection {
  /** Sends a request and resolves with the answer's bytes. @throws KmsFailure */
  exchange(request: Buffer, operation: string): Promise<Buffer>;
}

/** The KMIP dialogue on one connection; a vCenter opens one for each task and closes it at the end. observed */
export class KmipSession {
  readonly #connection: KmsConnection;
  readonly #credential: KmsCredential | undefined;
  readonly #runtime: Runtime;
  readonly #seq: number;
  /** The journal entry of the last request. */
  #asked: number;

  /** @param seq the journal entry of the connection's dial */
  constructor(connection: KmsConnection, credential: KmsCredential | undefined, runtime: Runtime, seq: number) {
    this.#connection = connection;
    this.#credential = credential;
    this.#runtime = runtime;
    this.#seq = seq;
    this.#asked = seq;
  }

  /** Discover Versions; the first of a connection carries no Unique Batch Item ID. */
  async discoverVersions(first: boolean): Promise<void> {
    await this.#ask(discoverVersionsItem(first), operations.discoverVersions, '');
  }

  /** Query Server Information. @returns the Vendor Identification */
  async queryVendor(): Promise<string | undefined> {
    return (await this.#ask(queryServerInformationItem(), operations.query, '')).vendorIdentification;
  }

  /** Creates an AES-256 key, Pre-Active. @returns its Unique Identifier */
  async create(): Promise<string> {
    return (await this.#ask(createAes256Item(), operations.create, '')).uniqueIdentifier;
  }

  /** Gets the 32 bytes of an AES-256 key. */
  async get(uniqueIdentifier: string): Promise<Buffer> {
    const { object } = await this.#ask(getItem(uniqueIdentifier), operations.get, uniqueIdentifier);
    const block = 'keyBlock' in object ? object.keyBlock : undefined;
    const material = block?.keyValue && 'keyMaterial' in block.keyValue ? block.keyValue.keyMaterial : undefined;
    if (block?.keyFormatType !== KeyFormatType.Raw || !Buffer.isBuffer(material) || material.length !== 32) {
      throw this.#fail(new KmsFailure('malformed', 'the answer to Get holds no raw 256-bit key', { operation: 'Get' }));
    }
    return Buffer.from(material);
  }

  /** The key's State, or undefined when the KMS does not tell. */
  async getState(uniqueIdentifier: string): Promise<State | undefined> {
    const item = getAttributeItem(uniqueIdentifier, 'State');
    const { attributes } = await this.#ask(item, operations.getAttributes, `${uniqueIdentifier} State`);
    const value = attributes.find(({ attributeName }) => attributeName === 'State')?.attributeValue;
    return value?.type === ItemType.Enumeration ? (value.value as State) : undefined;
  }

  async #hasAttribute(uniqueIdentifier: string, name: string): Promise<boolean> {
    const item = getAttributeItem(uniqueIdentifier, name);
    const { attributes } = await this.#ask(item, operations.getAttributes, `${uniqueIdentifier} ${name}`);
    return attributes.some(({ attributeName }) => attributeName === name);
  }

  async activate(uniqueIdentifier: string): Promise<void> {
    await this.#ask(activateItem(uniqueIdentifier), operations.activate, uniqueIdentifier);
  }

  /** Says that a key may not be used because of its state: the last answer told so. */
  unusable(uniqueIdentifier: string, state: State): KmsFailure {
    const text = `key ${uniqueIdentifier} is ${enumName('State', state) ?? state}`;
    return this.#fail(new KmsFailure('key-state', text, { operation: 'Get Attributes' }));
  }

  /** Adds custom attributes that a key does not have; those that it has stay as they are. observed */
  async addAbsentAttributes(uniqueIdentifier: string, values: Readonly<Record<string, string>>): Promise<void> {
    const [absent] = await this.#attributesByPresence(uniqueIdentifier, values);
    await this.#writeAttributes('addAttribute', uniqueIdentifier, absent);
  }

  /** Gives custom attributes of a key these values, whether it had them or not. KMIP 1.1 §4.14, §4.15; that vCenter does it so is assumed. */
  async setAttributes(uniqueIdentifier: string, values: Readonly<Record<string, string>>): Promise<void> {
    const [absent, present] = await this.#attributesByPresence(uniqueIdentifier, values);
    await this.#writeAttributes('addAttribute', uniqueIdentifier, absent);
    await this.#writeAttributes('modifyAttribute', uniqueIdentifier, present);
  }

  /** Looks for each attribute by itself. observed @returns those that the key lacks, and those that it has */
  async #attributesByPresence(uniqueIdentifier: string, values: Readonly<Record<string, string>>) {
    const [absent, present]: [Record<string, string>, Record<string, string>] = [{}, {}];
    for (const [name, value] of Object.entries(values)) {
      const found = (await this.#hasAttribute(uniqueIdentifier, name)) ? present : absent;
      found[name] = value;
    }
    return [absent, present] as const;
  }

  /** Writes custom attributes in one batch. @throws KmsFailure for the first item that failed */
  async #writeAttributes(
    how: AttributeOperation,
    uniqueIdentifier: string,
    values: Readonly<Record<string, string>>,
  ): Promise<void> {
    const names = Object.keys(values);
    if (names.length === 0) return;
    const operation = enumName('Operation', operations[how].operation) ?? '';
    const items = attributeItems(how, uniqueIdentifier, values);
    const answers = await this.#exchange(items, operation, `${uniqueIdentifier} ${names.join(', ')}`);
    const failed = answers.find((answer) => answer.resultStatus !== ResultStatus.Success);
    if (failed) throw this.#resultFailure(failed, operation);
    if (answers.length !== items.length) {
      throw this.#fail(new KmsFailure('malformed', `${answers.length} answers to ${items.length} batch items`));
    }
  }

  async #ask<Response>(
    item: RequestBatchItem,
    definition: Pick<OperationDefinition<never, Response>, 'operation' | 'response'>,
    about: string,
  ): Promise<Response> {
    const operation = enumName('Operation', definition.operation) ?? '';
    const [answer, ...more] = await this.#exchange([item], operation, about);
    if (!answer || more.length > 0) {
      throw this.#fail(
        new KmsFailure('malformed', `the answer to ${operation} has no single batch item`, { operation }),
      );
    }
    if (answer.resultStatus !== ResultStatus.Success) throw this.#resultFailure(answer, operation);
    if (
      item.uniqueBatchItemId &&
      answer.uniqueBatchItemId &&
      !item.uniqueBatchItemId.equals(answer.uniqueBatchItemId)
    ) {
      const text = `the answer to ${operation} carries another Unique Batch Item ID than the request`;
      throw this.#fail(new KmsFailure('malformed', text, { operation }));
    }
    if (answer.operation !== definition.operation) {
      throw this.#fail(
        new KmsFailure('malformed', `the answer to ${operation} names another operation`, { operation }),
      );
    }
    try {
      return definition.response.decode(answer.payload, vcenterProtocol, { unknownFields: 'ignore' });
    } catch (error) {
      throw this.#malformed(error, operation);
    }
  }

  async #exchange(items: readonly RequestBatchItem[], operation: string, about: string): Promise<ResponseBatchItem[]> {
    const { journal } = this.#runtime;
    const label = about ? `${operation} ${about}` : operation;
    this.#asked = journal.record({
      plane: 'vcenter',
      event: 'vcenter.kmip.request',
      level: 'debug',
      text: `${label} sent`,
      data: { operation, batchCount: items.length },
      cause: this.#seq,
    }).seq;
    const request = encodeVcenterRequest(items, this.#credential);
    journal.messages?.keep(this.#asked, 'request', 'kmip', messageText(request));
    let bytes: Buffer;
    try {
      bytes = await this.#connection.exchange(request, operation);
      journal.messages?.keep(this.#asked, 'answer', 'kmip', messageText(bytes));
    } catch (error) {
      throw error instanceof KmsFailure ? this.#fail(error) : error;
    }
    try {
      return decodeResponse(bytes, { unknownFields: 'ignore' }).items;
    } catch (error) {
      throw this.#malformed(error, operation);
    }
  }

  #malformed(error: unknown, operation: string): unknown {
    if (!(error instanceof KmipError)) return error;
    const text = `malformed answer to ${operation}: ${error.message}`;
    return this.#fail(new KmsFailure('malformed', text, { operation, cause: error }));
  }

  #resultFailure(answer: ResponseBatchItem, operation: string): KmsFailure {
    const resultReason =
      answer.resultReason === undefined
        ? // Pending and Undone come without a reason.
          (enumName('ResultStatus', answer.resultStatus) ?? 'Operation Failed')
        : (enumName('ResultReason', answer.resultReason) ?? String(answer.resultReason));
    const { resultMessage } = answer;
    const text = `${operation} failed: ${resultReason}${resultMessage ? `: ${resultMessage}` : ''}`;
    return this.#fail(new KmsFailure('result', text, { operation, resultReason, resultMessage }));
  }

  #fail(failure: KmsFailure): KmsFailure {
    this.#runtime.journal.record({
      plane: 'vcenter',
      event: 'vcenter.kmip.failed',
      level: 'warn',
      text: failure.message,
      data: failure.facts,
      cause: this.#asked,
    });
    return failure;
  }
}
