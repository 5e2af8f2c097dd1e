import { isJsonObject, type Json, type JsonObject } from '../../core/index.ts';
import { type Item, parseJson, parseXml, toJson } from '../../kmip/index.ts';

type JsonItem = ReturnType<typeof toJson>;

/** A request of one operation; `payload` is KMIP XML or KMIP JSON, one item or several. Throws when it is neither. */
export function requestOf(operation: string, payload: Json, [major, minor]: readonly [number, number]): Item {
  const items = typeof payload === 'string' ? (payload.trim() === '' ? [] : parseXml(payload)) : readJson(payload);
  const integer = (tag: string, value: number): JsonItem => ({ tag, type: 'Integer', value });
  const version = [integer('ProtocolVersionMajor', major), integer('ProtocolVersionMinor', minor)];
  const header = [{ tag: 'ProtocolVersion', value: version }, integer('BatchCount', 1)];
  const item = [
    { tag: 'Operation', type: 'Enumeration', value: operation },
    { tag: 'RequestPayload', value: items.map((member) => toJson(member, { reveal: true })) },
  ];
  const message: JsonItem = {
    tag: 'RequestMessage',
    value: [
      { tag: 'RequestHeader', value: header },
      { tag: 'BatchItem', value: item },
    ],
  };
  return readJson(message)[0]!;
}

/** A whole message, which need not be a right one. Throws when it is neither KMIP XML nor KMIP JSON. */
export function messageOfText(message: Json): Item | undefined {
  return (typeof message === 'string' ? parseXml(message) : readJson(message))[0];
}

function readJson(value: Json | JsonItem): Item[] {
  return parseJson(JSON.stringify(value));
}

/**
 * An answer as `expect` sees it: structures as objects, what comes several times as lists, secrets hidden. The first item that
 * failed is the `fault`.
 */
export function answerJson(answer: Item): JsonObject {
  const response = plain(toJson(answer));
  const { BatchItem: batch = [] } = isJsonObject(response) ? response : {};
  const items = (Array.isArray(batch) ? (batch as Json[]) : [batch]).map(itemJson);
  const failed = items.find(({ status }) => status !== 'Success' && status !== 'OperationPending');
  const [first = {}] = items;
  return {
    status: first.status ?? null,
    payload: first.payload ?? null,
    items,
    ...(failed && { fault: { reason: failed.reason ?? null, message: failed.message ?? '' } }),
  };
}

function itemJson(item: Json): JsonObject {
  if (!isJsonObject(item)) return {};
  const { Operation = null, ResultStatus = null, ResultReason, ResultMessage, ResponsePayload = null } = item;
  return {
    operation: Operation,
    status: ResultStatus,
    ...(ResultReason !== undefined && { reason: ResultReason }),
    ...(ResultMessage !== undefined && { message: ResultMessage }),
    payload: ResponsePayload,
  };
}

function plain({ value }: JsonItem): Json {
  if (!Array.isArray(value)) return value;
  const members: Record<string, Json> = {};
  for (const [tag, same] of Map.groupBy(value, (member) => member.tag)) {
    const values = same.map(plain);
    members[tag] = values.length === 1 ? values[0]! : values;
  }
  return members;
}
