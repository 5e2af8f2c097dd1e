/** Whole messages. KMIP 1.1 §7 */
import { enumEntry, ResultReason, ResultStatus, Tag, tagName } from '../registry/index.ts';
import {
  child,
  type DecodeOptions,
  encode,
  type Item,
  type ItemHead,
  ItemType,
  item,
  TtlvDecoder,
  TtlvError,
} from '../ttlv/index.ts';
import { type RequestBatchItem, type ResponseBatchItem, requestBatchItem, responseBatchItem } from './batch-item.ts';
import { protocolVersionStructure } from './credential.ts';
import { KmipError } from './errors.ts';
import { type RequestHeader, type ResponseHeader, requestHeader, responseHeader } from './header.ts';
import type { CodecContext } from './kernel.ts';
import type { OperationDefinition } from './operation.ts';
import { formatVersion, isSince, type ProtocolVersion } from './version.ts';

/** Options for reading a message: the TTLV limits, and how unknown fields of header and batch items are taken. */
export type MessageDecodeOptions = Omit<DecodeOptions, 'warn'> & Pick<CodecContext, 'unknownFields' | 'warn'>;

/** A batch item of a request; a broken one has `error` and what could still be read of it. */
export type RequestItem =
  | (RequestBatchItem & { error?: undefined })
  | { error: KmipError; operation?: number; uniqueBatchItemId?: Buffer };

/** A request with its payloads still as items: `operation.request.decode(item.payload, version)` types each. */
export type RequestMessage = { version: ProtocolVersion; header: RequestHeader; items: RequestItem[] };

/** A response with its payloads still as items. */
export type ResponseMessage = { version: ProtocolVersion; header: ResponseHeader; items: ResponseBatchItem[] };

/** Header fields to send; Batch Count follows from the items. */
export type RequestHeaderInput = Omit<RequestHeader, 'batchCount' | 'attestationTypes'> & {
  attestationTypes?: number[];
};
export type ResponseHeaderInput = Omit<ResponseHeader, 'batchCount' | 'attestationTypes'> & {
  attestationTypes?: number[];
};

type Envelope = { version: ProtocolVersion; header: Item; decoder: TtlvDecoder; batchItems: ItemHead[] };

function invalidMessage(message: string, cause?: unknown, version?: ProtocolVersion): KmipError {
  return new KmipError(ResultReason.InvalidMessage, message, { cause, ...(version && { protocolVersion: version }) });
}

function decoderOf(bytes: Uint8Array, options: MessageDecodeOptions): TtlvDecoder {
  const { maxBytes, maxDepth, maxItems, warn } = options;
  const limits = { maxBytes, maxDepth, maxItems };
  return new TtlvDecoder(
    bytes,
    warn ? { ...limits, warn: ({ tag }) => warn(`${tagName(tag)} has padding that is not zero`) } : limits,
  );
}

const requestTags = { message: Tag.RequestMessage, header: Tag.RequestHeader };
const responseTags = { message: Tag.ResponseMessage, header: Tag.ResponseHeader };

/** Reads the header and where the batch items stand, without looking into them. */
function openEnvelope(
  bytes: Uint8Array,
  tags: { message: number; header: number },
  options: MessageDecodeOptions,
): Envelope {
  let version: ProtocolVersion | undefined;
  try {
    const decoder = decoderOf(bytes, options);
    const top = decoder.head(0, bytes.length);
    if (top.tag !== tags.message || top.type !== ItemType.Structure) {
      throw invalidMessage(`the message is not a ${tagName(tags.message)}`);
    }
    decoder.checkStructureLength(top);
    if (top.end !== bytes.length) {
      throw new TtlvError('TRAILING_BYTES', `${bytes.length - top.end} bytes follow the message`, top.end);
    }
    const headerHead = decoder.head(top.valueStart, top.valueEnd);
    if (headerHead.tag !== tags.header) throw invalidMessage(`the message does not begin with ${tagName(tags.header)}`);
    const header = decoder.value(headerHead, 1);
    version = versionIn(header);
    const batchItems: ItemHead[] = [];
    for (let offset = headerHead.end; offset < top.valueEnd; ) {
      const head = decoder.head(offset, top.valueEnd);
      if (head.tag !== Tag.BatchItem) throw invalidMessage(`${tagName(head.tag)} stands where a Batch Item belongs`);
      batchItems.push(head);
      offset = head.end;
    }
    return { version, header, decoder, batchItems };
  } catch (error) {
    if (error instanceof TtlvError) throw invalidMessage(`the message is malformed: ${error.message}`, error, version);
    if (error instanceof KmipError && version)
      throw new KmipError(error.reason, error.message, { protocolVersion: version });
    throw error;
  }
}

const anyVersion: CodecContext = { version: { major: 1, minor: 0 }, unknownFields: 'ignore' };

/** The Protocol Version is read before anything else: it decides what the other fields may be. */
function versionIn(header: Item): ProtocolVersion {
  const found = header.type === ItemType.Structure ? child(header, Tag.ProtocolVersion) : undefined;
  if (found === undefined) throw invalidMessage(`${tagName(header.tag)} lacks ${tagName(Tag.ProtocolVersion)}`);
  const version = protocolVersionStructure.decode(found, anyVersion);
  // An Integer has a sign; no version has one, and no field is as old, so no answer could be given at it.
  if (version.major < 0 || version.minor < 0) {
    throw invalidMessage(`protocol version ${formatVersion(version)} is not a version`);
  }
  if (version.major !== 1) {
    const message = `protocol version ${formatVersion(version)} is not supported`;
    throw new KmipError(ResultReason.InvalidMessage, message, { protocolVersion: version });
  }
  return version;
}

/** A refusal tells the request's version once it is known, so that the answer can be given at it. */
function refusedAt(version: ProtocolVersion, error: unknown): unknown {
  if (!(error instanceof KmipError)) return error;
  return new KmipError(error.reason, error.message, { cause: error, protocolVersion: version });
}

function checkBatchCount(batchCount: number, found: number): void {
  if (batchCount !== found) throw invalidMessage(`Batch Count is ${batchCount}, but there are ${found} Batch Items`);
}

/**
 * Reads a request. A broken batch item does not hide the others: it has `error` (KMIP 1.1 §11.1).
 * @throws KmipError when the header or the frame is broken, or the major version is not 1; `protocolVersion` tells the
 *   request's version where it could be read
 */
export function decodeRequest(bytes: Uint8Array, options: MessageDecodeOptions = {}): RequestMessage {
  const { version, header: headerItem, decoder, batchItems } = openEnvelope(bytes, requestTags, options);
  const context: CodecContext = { version, unknownFields: options.unknownFields, warn: options.warn };
  try {
    const header = requestHeader.decode(headerItem, context);
    checkBatchCount(header.batchCount, batchItems.length);
    return { version, header, items: batchItems.map((head) => readRequestItem(decoder, head, context)) };
  } catch (error) {
    throw refusedAt(version, error);
  }
}

function readRequestItem(decoder: TtlvDecoder, head: ItemHead, context: CodecContext): RequestItem {
  try {
    return requestBatchItem.decode(decoder.value(head, 1), context);
  } catch (error) {
    return { error: refusalOf(error), ...salvage(decoder, head) };
  }
}

function refusalOf(error: unknown): KmipError {
  if (error instanceof KmipError) return error;
  if (error instanceof TtlvError) return invalidMessage(`the batch item is malformed: ${error.message}`, error);
  throw error;
}

/** What names the item, so that its failure can be answered; fields are read one by one until one is broken. */
function salvage(decoder: TtlvDecoder, head: ItemHead): { operation?: number; uniqueBatchItemId?: Buffer } {
  const known: { operation?: number; uniqueBatchItemId?: Buffer } = {};
  try {
    let offset = head.valueStart;
    while (offset < head.valueEnd) {
      const fieldHead = decoder.head(offset, head.valueEnd);
      offset = fieldHead.end;
      if (fieldHead.tag !== Tag.Operation && fieldHead.tag !== Tag.UniqueBatchItemID) continue;
      const found = decoder.value(fieldHead, 2);
      if (found.tag === Tag.Operation && found.type === ItemType.Enumeration) known.operation ??= found.value;
      if (found.tag === Tag.UniqueBatchItemID && found.type === ItemType.ByteString) {
        known.uniqueBatchItemId ??= Buffer.from(found.value);
      }
    }
  } catch (error) {
    if (!(error instanceof TtlvError)) throw error;
  }
  return known;
}

/**
 * Reads a response.
 * @throws KmipError Invalid Message; the cause is a TtlvError where the bytes are malformed
 */
export function decodeResponse(bytes: Uint8Array, options: MessageDecodeOptions = {}): ResponseMessage {
  const { version, header: headerItem, decoder, batchItems } = openEnvelope(bytes, responseTags, options);
  const context: CodecContext = { version, unknownFields: options.unknownFields, warn: options.warn };
  try {
    const header = responseHeader.decode(headerItem, context);
    checkBatchCount(header.batchCount, batchItems.length);
    const items = batchItems.map((head) => responseBatchItem.decode(decoder.value(head, 1), context));
    return { version, header, items };
  } catch (error) {
    throw refusedAt(version, refusalOf(error));
  }
}

/** Encodes a request; Batch Count is the number of items. Fields newer than `header.protocolVersion` are left out. */
export function encodeRequest(header: RequestHeaderInput, items: readonly RequestBatchItem[]): Buffer {
  const context: CodecContext = { version: header.protocolVersion };
  const full = { ...header, attestationTypes: header.attestationTypes ?? [], batchCount: items.length };
  const parts = [requestHeader.encode(Tag.RequestHeader, full, context)];
  for (const one of items) parts.push(requestBatchItem.encode(Tag.BatchItem, one, context));
  return encode(item.structure(Tag.RequestMessage, parts));
}

/**
 * Encodes a response; Batch Count is the number of items. Fields newer than `header.protocolVersion` are left out; a
 * newer Result Reason becomes General Failure.
 */
export function encodeResponse(header: ResponseHeaderInput, items: readonly ResponseBatchItem[]): Buffer {
  const context: CodecContext = { version: header.protocolVersion };
  const full = { ...header, attestationTypes: header.attestationTypes ?? [], batchCount: items.length };
  const parts = [responseHeader.encode(Tag.ResponseHeader, full, context)];
  for (const one of items) {
    parts.push(responseBatchItem.encode(Tag.BatchItem, withKnownReason(one, header.protocolVersion), context));
  }
  return encode(item.structure(Tag.ResponseMessage, parts));
}

function withKnownReason(one: ResponseBatchItem, version: ProtocolVersion): ResponseBatchItem {
  if (one.resultReason === undefined) return one;
  const entry = enumEntry('ResultReason', one.resultReason);
  if (entry === undefined || isSince(version, entry.since)) return one;
  return { ...one, resultReason: ResultReason.GeneralFailure };
}

/** A batch item for {@link encodeRequest} from a typed payload. */
export function requestItem<Request>(
  definition: OperationDefinition<Request, unknown>,
  payload: Request,
  version: ProtocolVersion,
  uniqueBatchItemId?: Buffer,
): RequestBatchItem {
  return {
    operation: definition.operation,
    ...(uniqueBatchItemId && { uniqueBatchItemId }),
    payload: definition.request.encode(payload, version),
  };
}

/** A successful batch item for {@link encodeResponse} from a typed payload. */
export function responseItem<Response>(
  definition: OperationDefinition<unknown, Response>,
  payload: Response,
  version: ProtocolVersion,
  uniqueBatchItemId?: Buffer,
): ResponseBatchItem {
  return {
    operation: definition.operation,
    ...(uniqueBatchItemId && { uniqueBatchItemId }),
    resultStatus: ResultStatus.Success,
    payload: definition.response.encode(payload, version),
  };
}
