import type {
  OperationDefinition,
  ProtocolVersion,
  RequestBatchItem,
  RequestOf,
  ResponseBatchItem,
  ResponseOf,
} from '../messages/index.ts';
import { requestItem } from '../messages/index.ts';
import { ResultStatus } from '../registry/index.ts';

/** Any operation definition. */
export type AnyOperation = OperationDefinition<unknown, unknown>;

/** One batch item to send. */
export type KmipCall<D extends AnyOperation> = {
  operation: D;
  payload: RequestOf<D>;
  uniqueBatchItemId?: Buffer;
};

/** One batch item of the answer; `payload` is there when the operation succeeded. */
export type KmipResult<Response> = Omit<ResponseBatchItem, 'payload'> & { payload?: Response };

/** The results of several calls, in their order. */
export type KmipResults<Calls extends readonly KmipCall<AnyOperation>[]> = {
  -readonly [I in keyof Calls]: KmipResult<ResponseOf<Calls[I]['operation']>> | undefined;
};

/** Types a batch item: `kmipCall(operations.get, { uniqueIdentifier: '1' })`. */
export function kmipCall<D extends AnyOperation>(
  operation: D,
  payload: RequestOf<D>,
  uniqueBatchItemId?: Buffer,
): KmipCall<D> {
  return { operation, payload, ...(uniqueBatchItemId && { uniqueBatchItemId }) };
}

export function toBatchItem(call: KmipCall<AnyOperation>, version: ProtocolVersion): RequestBatchItem {
  return requestItem(call.operation, call.payload, version, call.uniqueBatchItemId);
}

/**
 * Finds the answer to each call: by Unique Batch Item ID where the answer carries one, else by position.
 * @throws KmipError when a payload is malformed
 */
export function readResults<Calls extends readonly KmipCall<AnyOperation>[]>(
  calls: Calls,
  items: readonly ResponseBatchItem[],
  version: ProtocolVersion,
  unknownFields: 'reject' | 'ignore',
): KmipResults<Calls> {
  const results = calls.map((call, position) => {
    const { uniqueBatchItemId: id } = call;
    const named = id && items.find(({ uniqueBatchItemId }) => uniqueBatchItemId?.equals(id));
    const placed = items[position];
    const answer = named ?? (placed?.uniqueBatchItemId === undefined || id === undefined ? placed : undefined);
    if (answer === undefined) return undefined;
    const { payload, ...rest } = answer;
    if (answer.resultStatus !== ResultStatus.Success || payload === undefined) return rest;
    return { ...rest, payload: call.operation.response.decode(payload, version, { unknownFields }) };
  });
  return results as KmipResults<Calls>;
}
