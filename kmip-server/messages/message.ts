/** One request message and its answer. KMIP 1.1 §6, §7, §11.1 */
import { type Json, messageOf, type Runtime } from '../../core/index.ts';
import {
  decodeRequest,
  enumName,
  formatVersion,
  KmipError,
  Operation,
  type ProtocolVersion,
  type RequestMessage,
  type ResponseBatchItem,
  ResultReason,
  type TtlvLimits,
} from '../../kmip/index.ts';
import type { AccessControl } from '../identity/access-control.ts';
import type { ClientIdentity, Refusal } from '../identity/check-client.ts';
import { type CredentialCheck, type CredentialRules, checkCredentials } from '../identity/credentials.ts';
import type { KnownClients } from '../identity/known-clients.ts';
import { seconds } from '../objects/life-cycle.ts';
import type { ObjectSpace } from '../store/object-space.ts';
import { type DoneBatch, runBatch } from './batch.ts';
import { asKmipError, type BatchParts, failedItem } from './batch-item.ts';
import type { OperationServices } from './operation-context.ts';

/** What all messages of a server share. */
export interface MessageEnvironment {
  readonly runtime: Runtime;
  /** What fault rules call this server. */
  readonly kms: string;
  readonly services: OperationServices;
  readonly space: ObjectSpace;
  readonly known: KnownClients;
  readonly access: AccessControl;
  readonly credentials: CredentialRules;
  /** How far a Time Stamp may be off, seconds; undefined: it is not looked at. */
  readonly timeStampTolerance: number | undefined;
  readonly limits: TtlvLimits;
}

/** Who sent a message. */
export interface MessageSender {
  readonly client: ClientIdentity | undefined;
  /** Set when the certificate was refused but the handshake was let through. */
  readonly refusal: Refusal | undefined;
  /** Journal entry of the connection. */
  readonly cause: number;
  /** Fires when the connection is gone. */
  readonly signal: AbortSignal;
  /** Ends the connection, at once or in order. */
  cut(how: 'reset' | 'close'): void;
}

/** An answer, not yet encoded. */
export interface Answer {
  version: ProtocolVersion;
  /** ms since the epoch. */
  now: number;
  items: ResponseBatchItem[];
  /** The items of the request; none when it could not be read. */
  asked: readonly { operation?: number }[];
  serverCorrelationValue: string | undefined;
  /** Bytes that the server sends at most. */
  maxBytes: number;
  /** Journal entry that the sending of this answer follows from. */
  cause: number;
  /** What was asked, where it arrived whole. */
  request?: Buffer;
}

/** Larger requests are not kept waiting in memory, but answered at once. */
const maxPendingBytes = 64 * 1024;

/**
 * Runs a request. Undefined when it is never to be answered: a fault says so, or the connection is gone. Never throws: a
 * defect of this server costs the message a General Failure and no other client its connection.
 */
export function answerRequest(
  bytes: Buffer,
  environment: MessageEnvironment,
  sender: MessageSender,
): Answer | Promise<Answer | undefined> {
  const failed = (error: unknown) => ({ ...refuseMessage(error, environment, sender.cause), request: bytes });
  try {
    const answer = runRequest(bytes, environment, sender);
    return answer instanceof Promise ? answer.catch(failed) : answer;
  } catch (error) {
    return failed(error);
  }
}

function runRequest(
  bytes: Buffer,
  environment: MessageEnvironment,
  sender: MessageSender,
): Answer | Promise<Answer | undefined> {
  const now = environment.runtime.clock.now();
  const message = decodeRequest(bytes, environment.limits);
  checkMessage(message, environment, now);
  const { version, header, items } = message;
  const credential = credentialOf(message, environment, sender);
  // KMIP 1.1 §6.16: a critical extension that is not understood rejects the entire message: nothing is executed.
  const critical = items.find((one) => !one.error && one.messageExtension?.criticalityIndicator === true);
  // KMIP 1.1 Profiles §3: the identity is the channel's, or the credential's when there is one.
  const client = (credential.status === 'accepted' ? credential.name : sender.client?.name) ?? '';
  const { clientCorrelationValue, maximumResponseSize } = header;
  // KMIP 1.4 §6.19; given to those who show with a value of their own that they want to relate logs (assumed).
  const serverCorrelationValue =
    clientCorrelationValue === undefined ? undefined : environment.services.newCorrelationValue();
  const parts: BatchParts = {
    environment,
    sender,
    version,
    client,
    access: environment.access.of(client),
    credential,
    critical: critical !== undefined,
    // The items of a batch build on one another, so a batch is answered at once. KMIP 1.1 §6.7 leaves that to the server.
    asynchronous: header.asynchronousIndicator === true && items.length === 1 && bytes.length <= maxPendingBytes,
    maximumResponseSize,
    now,
    serverCorrelationValue,
    correlation: correlationData(clientCorrelationValue, serverCorrelationValue),
  };
  const done = runBatch(critical ? { ...message, items: [critical] } : message, parts);
  return done instanceof Promise
    ? done.then((batch) => batch && answerOf(batch, parts, items, bytes))
    : answerOf(done, parts, items, bytes);
}

function answerOf({ items, cause }: DoneBatch, parts: BatchParts, asked: Answer['asked'], request: Buffer): Answer {
  const { version, now, serverCorrelationValue, environment } = parts;
  return { version, now, items, asked, serverCorrelationValue, maxBytes: environment.limits.maxBytes, cause, request };
}

const loggedLength = 200;

/** KMIP 1.4 §6.18, §6.19: both values belong in the log. */
function correlationData(client: string | undefined, server: string | undefined): Record<string, Json> {
  if (client === undefined || server === undefined) return noCorrelation;
  return { clientCorrelationValue: client.slice(0, loggedLength), serverCorrelationValue: server };
}

const noCorrelation: Record<string, Json> = {};

/** Rules on the header and between the items; a refusal here refuses the whole message. */
function checkMessage({ version, header, items }: RequestMessage, environment: MessageEnvironment, now: number): void {
  const { versions } = environment.services;
  const refuse = (reason: ResultReason, text: string): never => {
    throw new KmipError(reason, text, { protocolVersion: version });
  };
  // KMIP 1.1 §6.1: a newer minor version is taken, its unknown fields are ignored.
  const newer = versions.every(({ minor }) => version.minor > minor);
  const spoken = newer || versions.some(({ minor }) => version.minor === minor);
  const asksVersions = items.every(({ operation }) => operation === Operation.DiscoverVersions);
  if (!spoken && !asksVersions) {
    refuse(ResultReason.InvalidMessage, `Protocol version ${formatVersion(version)} is not supported.`);
  }
  const option = header.batchErrorContinuationOption;
  if (option !== undefined && enumName('BatchErrorContinuationOption', option) === undefined) {
    refuse(ResultReason.InvalidMessage, `Batch Error Continuation Option ${option} is not defined.`);
  }
  if (items.length === 0) refuse(ResultReason.InvalidMessage, 'The message has no Batch Item.');
  const problem = problemOfIds(items) ?? problemOfTime(header.timeStamp, now, environment.timeStampTolerance);
  if (problem !== undefined) refuse(ResultReason.InvalidMessage, problem);
}

/** KMIP 1.1 §7.2, §6.4: the client tells the answers apart by their IDs. That equal ones refuse the message is assumed. */
function problemOfIds(items: RequestMessage['items']): string | undefined {
  if (items.length === 1) return undefined;
  if (items.some(({ uniqueBatchItemId }) => uniqueBatchItemId === undefined)) {
    return 'Each Batch Item needs a Unique Batch Item ID when there are several.';
  }
  const ids = new Set(items.map(({ uniqueBatchItemId }) => uniqueBatchItemId?.toString('hex')));
  return ids.size < items.length ? 'Several Batch Items have the same Unique Batch Item ID.' : undefined;
}

/** KMIP 1.1 §6.5: the server may refuse requests of another time. */
function problemOfTime(timeStamp: number | undefined, now: number, tolerance: number | undefined): string | undefined {
  if (timeStamp === undefined || tolerance === undefined) return undefined;
  const late = seconds(now) - timeStamp;
  if (Math.abs(late) <= tolerance) return undefined;
  const off = late > 0 ? `${late} s old` : `${-late} s in the future`;
  return `The Time Stamp of the request is ${off}; ${tolerance} s are allowed.`;
}

/** KMIP 1.1 §11.1: a message that cannot be used is answered with one item without Operation. */
export function refuseMessage(error: unknown, environment: MessageEnvironment, cause: number): Answer {
  const { runtime, services } = environment;
  const refusal = asKmipError(error);
  const entry = runtime.journal.record({
    plane: 'kmip',
    event: 'kmip.malformed',
    level: refusal === error ? 'warn' : 'error',
    text: `message refused: ${refusal.reasonName}: ${refusal.message}`,
    data: {
      reason: refusal.reasonName,
      message: refusal.message,
      failure: refusal === error ? undefined : messageOf(error),
    },
    cause,
  });
  return {
    version: versionOfRefusal(refusal.protocolVersion, services.versions),
    now: runtime.clock.now(),
    items: [failedItem({}, refusal)],
    asked: [],
    serverCorrelationValue: undefined,
    maxBytes: environment.limits.maxBytes,
    cause: entry.seq,
  };
}

/**
 * The version that a refused message is answered at: its own; for another major version the highest of this server; where
 * it could not be read, 1.0, which every client understands (the last two assumed).
 */
function versionOfRefusal(asked: ProtocolVersion | undefined, versions: readonly ProtocolVersion[]): ProtocolVersion {
  if (asked === undefined) return { major: 1, minor: 0 };
  return asked.major === 1 ? asked : (versions[0] ?? { major: 1, minor: 0 });
}

/** Checks the credentials once for the message. KMIP 1.1 §6.6, §8 */
function credentialOf(
  message: RequestMessage,
  environment: MessageEnvironment,
  sender: MessageSender,
): CredentialCheck {
  const { credentials, known } = environment;
  const { authentication } = message.header;
  if (authentication === undefined && credentials.mode === 'off') return { status: 'none' };
  const shown = authentication ? [authentication.credential, ...(authentication.additionalCredentials ?? [])] : [];
  const client = sender.client && known.byName(sender.client.name);
  return checkCredentials(shown, client, credentials);
}
