/** One batch item: admission, faults, execution, refusal. KMIP 1.1 §7.2, §11 */
import { type FaultHit, type Json, messageOf } from '../core/index.ts';
import {
  child,
  enumCode,
  enumName,
  formatVersion,
  ItemType,
  isSince,
  KmipError,
  Operation,
  type RequestItem,
  type ResponseBatchItem,
  ResultReason,
  ResultStatus,
  type StructureItem,
  Tag,
} from '../kmip/index.ts';
import type { CredentialCheck } from './identity/credentials.ts';
import { operationKey } from './identity/known-clients.ts';
import type { MessageEnvironment, MessageSender } from './message.ts';
import type { OperationContext } from './operation-context.ts';
import { handlers } from './operations/index.ts';
import { RefusedWithPayload } from './refused.ts';
import { requestSubject } from './request-subject.ts';

/** What a batch item is run with. */
export interface ItemParts {
  environment: MessageEnvironment;
  sender: MessageSender;
  context: OperationContext;
  credential: CredentialCheck;
  /** The item carries a critical Message Extension that is not understood. */
  critical: boolean;
}

/** The answered item, and the journal entry about it. */
export interface DoneItem {
  item: ResponseBatchItem;
  cause: number;
}

type ReadableItem = RequestItem & { error?: undefined };

/**
 * Runs one batch item; only a fault makes it wait. Undefined when it is never answered: a fault says so, or the
 * connection is gone.
 */
export function runItem(one: RequestItem, parts: ItemParts): DoneItem | Promise<DoneItem | undefined> {
  if (one.error) return refuse(one, one.error, parts, parts.sender.cause);
  const hit = consult(one, parts);
  return hit ? runWithFault(one, parts, hit) : attempt(one, parts, parts.sender.cause);
}

async function runWithFault(one: ReadableItem, parts: ItemParts, hit: FaultHit): Promise<DoneItem | undefined> {
  if (!(await carryOut(hit, parts))) return undefined;
  const { kmip } = hit.then;
  return kmip ? refuse(one, scriptedRefusal(kmip), parts, hit.entry.seq) : attempt(one, parts, hit.entry.seq);
}

function attempt(one: ReadableItem, parts: ItemParts, cause: number): DoneItem {
  try {
    return execute(one, parts, cause);
  } catch (error) {
    return refuse(one, error, parts, cause);
  }
}

function execute(one: ReadableItem, parts: ItemParts, cause: number): DoneItem {
  const { environment, context } = parts;
  admit(one.operation, parts);
  const handler = handlers.get(one.operation);
  // KMIP 1.1 §11.1
  if (!handler || !isSince(context.version, handler.since)) {
    const text = `${nameOf(one.operation)} is not supported in KMIP ${formatVersion(context.version)} by this server.`;
    throw new KmipError(ResultReason.OperationNotSupported, text);
  }
  const { payload, text } = handler.run(one.payload, context);
  const data = dataOf(one, parts);
  const identifier = identifierIn(payload);
  if (identifier !== undefined) data.uniqueIdentifier = identifier;
  const entry = environment.runtime.journal.record({ plane: 'kmip', event: 'kmip.request', text, data, cause });
  const { operation, uniqueBatchItemId } = one;
  return { item: { operation, uniqueBatchItemId, resultStatus: ResultStatus.Success, payload }, cause: entry.seq };
}

function refuse(one: RequestItem, error: unknown, parts: ItemParts, cause: number): DoneItem {
  const { journal } = parts.environment.runtime;
  const refusal = asKmipError(error);
  const data = dataOf(one, parts);
  const identifier = one.error ? undefined : identifierIn(one.payload);
  if (identifier !== undefined) data.uniqueIdentifier = identifier;
  const entry = journal.record({
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
  });
  return { item: failedItem(one, refusal), cause: entry.seq };
}

/** KMIP 1.1 §4.25: Query should do without authentication; so does Discover Versions, or no client could begin (assumed). */
const anonymous: ReadonlySet<number> = new Set([Operation.Query, Operation.DiscoverVersions]);

/** Whether the item may run: its extension, the client's certificate, its credential, its allow list. */
function admit(operation: number, parts: ItemParts): void {
  const { environment, sender, credential } = parts;
  if (parts.critical) {
    // KMIP 1.1 §11.1, OASIS TC-72-11
    throw new KmipError(ResultReason.FeatureNotSupported, environment.services.assumed.criticalExtension);
  }
  if (sender.refusal) {
    throw new KmipError(ResultReason.PermissionDenied, `The client is not accepted: ${sender.refusal.text}.`);
  }
  if (credential.status === 'wrong') {
    throw new KmipError(ResultReason.AuthenticationNotSuccessful, 'The Username or the Password is wrong.');
  }
  if (credential.status === 'missing' && !anonymous.has(operation)) {
    throw new KmipError(ResultReason.AuthenticationNotSuccessful, 'The request carries no Username and Password.');
  }
  const name = sender.client?.name;
  if (name !== undefined && !environment.known.allows(name, operation)) {
    const text = `${nameOf(operation)} is not allowed for the client ${name}.`;
    throw new KmipError(ResultReason.PermissionDenied, text);
  }
}

function consult(one: ReadableItem, { environment, sender }: ItemParts): FaultHit | undefined {
  const { faults } = environment.runtime;
  // The subject is costly to build, and most labs have no faults here.
  if (!faults.rules.some(({ at }) => at === 'kmip.request')) return undefined;
  return faults.consult('kmip.request', requestSubject(one, sender.client?.name), sender.cause);
}

/** Waits as the fault says; false when there will be no answer. */
async function carryOut(hit: FaultHit, { environment, sender }: ItemParts): Promise<boolean> {
  const { delay, hang } = hit.then;
  if (hang) return false;
  if (delay === undefined) return true;
  try {
    await environment.runtime.clock.sleep(delay, sender.signal);
    return true;
  } catch {
    // The connection went while the answer was held back.
    return false;
  }
}

function scriptedRefusal({ reason, message }: { reason: string; message?: string }): KmipError {
  const code = enumCode('ResultReason', reason) ?? ResultReason.GeneralFailure;
  return new KmipError(code as ResultReason, message ?? enumName('ResultReason', code) ?? reason);
}

/** `Get Attributes` */
function nameOf(operation: number | undefined): string {
  if (operation === undefined) return 'Batch Item';
  return enumName('Operation', operation) ?? `Operation 0x${operation.toString(16)}`;
}

function dataOf(one: RequestItem, { sender, context }: ItemParts): Record<string, Json | undefined> {
  return {
    operation: one.operation === undefined ? undefined : operationKey(one.operation),
    client: sender.client?.name,
    version: formatVersion(context.version),
  };
}

function identifierIn(payload: StructureItem | ReadableItem['payload']): string | undefined {
  if (payload?.type !== ItemType.Structure) return undefined;
  const found = child(payload, Tag.UniqueIdentifier);
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
