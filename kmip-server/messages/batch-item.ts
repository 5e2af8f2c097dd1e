/** One batch item: faults, admission, preparation, execution, refusal. KMIP 1.1 §7.2, §11 */
import { type FaultHit, type JournalRecord, type Json, messageOf } from '../../core/index.ts';
import {
  child,
  enumName,
  formatVersion,
  ItemType,
  isSince,
  KmipError,
  Operation,
  operations,
  type ProtocolVersion,
  type RequestItem,
  type ResponseBatchItem,
  ResultReason,
  ResultStatus,
  type StructureItem,
  Tag,
} from '../../kmip/index.ts';
import { type ClientAccess, operationDenied } from '../identity/access-control.ts';
import type { CredentialCheck } from '../identity/credentials.ts';
import { operationKey } from '../identity/known-clients.ts';
import type { PreparedRequest } from '../operations/handler.ts';
import { handlers } from '../operations/index.ts';
import type { ReadableObjects } from '../store/object-layer.ts';
import type { MessageEnvironment, MessageSender } from './message.ts';
import type { OperationContext } from './operation-context.ts';
import type { PendingOperation } from './pending.ts';
import { RefusedWithPayload } from './refused.ts';
import { carryOutOnRequest, consultRequest } from './request-fault.ts';
import { ScriptedRefusal } from './scripted-result.ts';

/** What the items of a message are run with. */
export interface BatchParts {
  environment: MessageEnvironment;
  sender: MessageSender;
  version: ProtocolVersion;
  /** Owner of what is created. */
  client: string;
  /** What the owner may do. */
  access: ClientAccess;
  credential: CredentialCheck;
  /** A critical Message Extension is not understood: nothing is executed. */
  critical: boolean;
  /** The item may be answered with Operation Pending. */
  asynchronous: boolean;
  maximumResponseSize: number | undefined;
  /** ms since the epoch; the same for the whole message. */
  now: number;
  serverCorrelationValue: string | undefined;
  /** Client and Server Correlation Value, for the journal. */
  correlation: Record<string, Json>;
}

/** An item that is ready to run, or already refused. */
export interface PlannedItem {
  one: RequestItem;
  ready: PreparedRequest | { refusal: unknown } | { pending: PendingOperation };
  /** Journal entry that the item follows from. */
  cause: number;
  /** The pending operation that this item, a Poll, carries out. */
  polled?: PendingOperation;
}

/** The answered item, and what the journal shall say about it once it is stored. */
export interface DoneItem {
  item: ResponseBatchItem;
  record: JournalRecord;
  /** Nothing of what it did was kept. */
  isUndone?: boolean;
}

type ReadableItem = RequestItem & { error?: undefined };

/**
 * Lets faults strike and prepares what is slow; waits only for these. Undefined when the item is never answered: a fault
 * says so, or the connection is gone.
 */
export function planItem(one: RequestItem, parts: BatchParts): PlannedItem | Promise<PlannedItem | undefined> {
  const { cause } = parts.sender;
  if (one.error) return { one, ready: { refusal: one.error }, cause };
  const hit = consultRequest(one, parts);
  return hit ? planWithFault(one, parts, hit) : prepare(one, parts, cause);
}

async function planWithFault(one: ReadableItem, parts: BatchParts, hit: FaultHit): Promise<PlannedItem | undefined> {
  if (!(await carryOutOnRequest(hit, parts))) return undefined;
  const { kmip } = hit.then;
  const cause = hit.entry.seq;
  if (!kmip) return prepare(one, parts, cause);
  // A pending operation is a true one, which can be polled, wherever there can be one.
  if (kmip.status === 'OperationPending' && !neverPending.has(one.operation)) {
    return prepare(one, { ...parts, asynchronous: true }, cause);
  }
  return { one, ready: { refusal: new ScriptedRefusal(kmip, hit) }, cause };
}

function prepare(one: ReadableItem, parts: BatchParts, cause: number): PlannedItem | Promise<PlannedItem> {
  try {
    admit(one.operation, parts);
    const handler = handlers.get(one.operation);
    // KMIP 1.1 §11.1
    if (!handler || !isSince(parts.version, handler.since)) {
      const text = `${nameOf(one.operation)} is not supported in KMIP ${formatVersion(parts.version)} by this server.`;
      throw new KmipError(ResultReason.OperationNotSupported, text);
    }
    if (one.operation === Operation.Poll) {
      const polled = planPolled(one, parts, cause);
      if (polled) return polled;
    }
    const ready = handler.prepare(one.payload, parts.version, parts.environment.space);
    if (parts.asynchronous && !neverPending.has(one.operation)) {
      const pending = parts.environment.services.pending.add(one, parts.client, ready);
      if (pending) return { one, ready: { pending }, cause };
    }
    if (!(ready instanceof Promise)) return { one, ready, cause };
    return ready.then(
      (prepared) => ({ one, ready: prepared, cause }),
      (refusal) => ({ one, ready: { refusal }, cause }),
    );
  } catch (refusal) {
    return { one, ready: { refusal }, cause };
  }
}

/** KMIP 1.1 §4.27: Cancel is never asynchronous; for the others that would make no sense (assumed). */
const neverPending: ReadonlySet<number> = new Set([
  Operation.Query,
  Operation.DiscoverVersions,
  Operation.Cancel,
  Operation.Poll,
]);

/** KMIP 1.1 §4.28: from here on a Poll is the operation that it polls; undefined when there is none. */
function planPolled(one: ReadableItem, parts: BatchParts, cause: number): PlannedItem | undefined {
  const { pending } = parts.environment.services;
  const request = operations.poll.request.decode(one.payload, parts.version);
  const found = pending.find(request.asynchronousCorrelationValue, parts.client);
  if (!found) return undefined;
  const ready = pending.begin(found);
  const asked = { ...found.one, uniqueBatchItemId: one.uniqueBatchItemId };
  return ready ? { one: asked, ready, cause, polled: found } : { one: asked, ready: { pending: found }, cause };
}

/**
 * Runs a planned item; a refusal is an answer.
 * @param before the objects without what this item changes
 */
export function executeItem(
  plan: PlannedItem,
  parts: BatchParts,
  context: OperationContext,
  before: ReadableObjects,
): DoneItem {
  const { one, ready, cause } = plan;
  try {
    if (one.error || 'refusal' in ready) throw 'refusal' in ready ? ready.refusal : one.error;
    if ('pending' in ready) return pendingItem(one, ready.pending, parts, cause);
    const { payload, text } = ready.run(context);
    if (context.objects.isChanged) parts.access.checkQuota(before, context.objects);
    const data = dataOf(one, parts);
    const identifier = identifierIn(payload);
    if (identifier !== undefined) data.uniqueIdentifier = identifier;
    const { operation, uniqueBatchItemId } = one;
    return {
      item: { operation, uniqueBatchItemId, resultStatus: ResultStatus.Success, payload },
      record: { plane: 'kmip', event: 'kmip.request', text, data, cause },
    };
  } catch (error) {
    return refusedItem(one, error, parts, cause);
  }
}

function pendingItem(one: ReadableItem, pending: PendingOperation, parts: BatchParts, cause: number): DoneItem {
  const { operation, uniqueBatchItemId } = one;
  const { correlationValue } = pending;
  const asynchronousCorrelationValue = correlationValue.toString('hex');
  return {
    item: {
      operation,
      uniqueBatchItemId,
      resultStatus: ResultStatus.OperationPending,
      asynchronousCorrelationValue: correlationValue,
    },
    record: {
      plane: 'kmip',
      event: 'kmip.pending',
      text: `${nameOf(operation)} is pending as ${asynchronousCorrelationValue}`,
      data: { ...dataOf(one, parts), asynchronousCorrelationValue },
      cause,
    },
  };
}

/** An item that was refused, or that could not be stored. */
export function refusedItem(one: RequestItem, error: unknown, parts: BatchParts, cause: number): DoneItem {
  const refusal = asKmipError(error);
  const data = dataOf(one, parts);
  const identifier = one.error ? undefined : identifierIn(one.payload);
  if (identifier !== undefined) data.uniqueIdentifier = identifier;
  return {
    item: failedItem(one, refusal),
    record: {
      plane: 'kmip',
      event: 'kmip.refused',
      level: refusal === error ? 'warn' : 'error',
      text: `${nameOf(one.operation)} refused: ${refusal.reasonName}: ${refusal.message}`,
      data: {
        ...data,
        reason: refusal.reasonName,
        message: refusal.message,
        // A defect of this server: the client is not told more than that it failed.
        failure: refusal === error ? undefined : messageOf(error),
      },
      cause,
    },
  };
}

/** KMIP 1.1 §4.25: Query should do without authentication; so does Discover Versions, or no client could begin (assumed). */
const anonymous: ReadonlySet<number> = new Set([Operation.Query, Operation.DiscoverVersions]);

/** Whether an operation is about the server and not about objects, so that it works while the store does not. */
export function needsObjects({ one, ready }: PlannedItem): boolean {
  return !('pending' in ready) && (one.operation === undefined || !anonymous.has(one.operation));
}

/** Whether the item may run: its extension, the client's certificate, its credential, its allow list. */
function admit(operation: number, parts: BatchParts): void {
  const { environment, sender, credential } = parts;
  if (parts.critical) {
    // KMIP 1.1 §11.1, OASIS TC-72-11
    throw new KmipError(ResultReason.FeatureNotSupported, environment.services.assumed.criticalExtension);
  }
  if (sender.refusal) {
    throw new KmipError(ResultReason.PermissionDenied, `The client is not accepted: ${sender.refusal.text}.`);
  }
  if (credential.status === 'refused') throw credential.refusal;
  if (credential.status === 'missing' && !anonymous.has(operation)) {
    throw new KmipError(ResultReason.AuthenticationNotSuccessful, 'The request carries no credential.');
  }
  const name = sender.client?.name;
  if (name !== undefined && !environment.known.allows(name, operation)) throw operationDenied(operation, name);
  if (!parts.access.mayPerform(operation)) throw operationDenied(operation, parts.client);
}

/** `Get Attributes` */
function nameOf(operation: number | undefined): string {
  if (operation === undefined) return 'Batch Item';
  return enumName('Operation', operation) ?? `Operation 0x${operation.toString(16)}`;
}

function dataOf(one: RequestItem, parts: BatchParts): Record<string, Json | undefined> {
  const { sender, version, credential, correlation } = parts;
  return {
    operation: one.operation === undefined ? undefined : operationKey(one.operation),
    client: sender.client?.name,
    // Whom the credential names, where it is not the certificate that counts.
    user: credential.status === 'accepted' ? credential.name : undefined,
    version: formatVersion(version),
    ...correlation,
  };
}

function identifierIn(payload: StructureItem | ReadableItem['payload']): string | undefined {
  if (payload?.type !== ItemType.Structure) return undefined;
  const found = child(payload, Tag.UniqueIdentifier) ?? child(payload, Tag.PrivateKeyUniqueIdentifier);
  return found?.type === ItemType.TextString ? found.value : undefined;
}

/** Anything but a KmipError is a defect of this server: General Failure. KMIP 1.1 §11.1 */
export function asKmipError(error: unknown): KmipError {
  if (error instanceof KmipError) return error;
  return new KmipError(ResultReason.GeneralFailure, 'The server failed to carry out the request.', { cause: error });
}

/** A failed item, which says what was asked where that is known. KMIP 1.1 §7.2 */
export function failedItem(
  one: { operation?: number; uniqueBatchItemId?: Buffer },
  refusal: KmipError,
): ResponseBatchItem {
  if (refusal instanceof ScriptedRefusal) return refusal.itemFor(one);
  const { operation, uniqueBatchItemId } = one;
  return {
    operation,
    uniqueBatchItemId,
    resultStatus: ResultStatus.OperationFailed,
    resultReason: refusal.reason,
    resultMessage: refusal.message,
    payload: refusal instanceof RefusedWithPayload ? refusal.payload : undefined,
  };
}
