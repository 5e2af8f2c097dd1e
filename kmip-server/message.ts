/** One request message and its answer. KMIP 1.1 §6, §7, §11.1 */
import type { Runtime } from '../core/index.ts';
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
} from '../kmip/index.ts';
import { type DoneBatch, runBatch } from './batch.ts';
import { asKmipError, type BatchParts, failedItem } from './batch-item.ts';
import type { ClientIdentity, Refusal } from './identity/check-client.ts';
import { type CredentialCheck, checkCredential } from './identity/credentials.ts';
import { type KnownClients, operationKey } from './identity/known-clients.ts';
import type { OperationServices } from './operation-context.ts';
import type { KnownUser } from './options.ts';
import type { ObjectSpace } from './store/object-space.ts';

/** What all messages of a server share. */
export interface MessageEnvironment {
  readonly runtime: Runtime;
  readonly services: OperationServices;
  readonly space: ObjectSpace;
  readonly known: KnownClients;
  readonly credentials: 'off' | 'required';
  readonly users: readonly KnownUser[];
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
}

/** An answer, not yet encoded. */
export interface Answer {
  version: ProtocolVersion;
  /** ms since the epoch. */
  now: number;
  items: ResponseBatchItem[];
  /** Operations of the request, as the registry spells them. */
  operations: string[];
  maximumResponseSize: number | undefined;
  /** Journal entry that the sending of this answer follows from. */
  cause: number;
}

/** Runs a request. Undefined when it is never to be answered: a fault says so, or the connection is gone. */
export function answerRequest(
  bytes: Buffer,
  environment: MessageEnvironment,
  sender: MessageSender,
): Answer | Promise<Answer | undefined> {
  let message: RequestMessage;
  try {
    message = decodeRequest(bytes, environment.limits);
    checkMessage(message, environment.services.versions);
  } catch (error) {
    return refuseMessage(error, environment, sender.cause);
  }
  const { version, header, items } = message;
  const credential = credentialOf(message, environment, sender);
  // KMIP 1.1 §6.16: a critical extension that is not understood rejects the entire message: nothing is executed.
  const critical = items.find((one) => !one.error && one.messageExtension?.criticalityIndicator === true);
  const parts: BatchParts = {
    environment,
    sender,
    version,
    // KMIP 1.1 Profiles §3: the identity is the channel's, or the credential's when there is one.
    client: (credential.status === 'accepted' ? credential.username : sender.client?.name) ?? '',
    credential,
    critical: critical !== undefined,
  };
  const now = environment.runtime.clock.now();
  const answer = ({ items: done, cause }: DoneBatch): Answer => ({
    version,
    now,
    items: done,
    operations: items.map(({ operation }) => (operation === undefined ? 'unknown' : operationKey(operation))),
    maximumResponseSize: header.maximumResponseSize,
    cause,
  });
  const done = runBatch(critical ? { ...message, items: [critical] } : message, parts);
  return done instanceof Promise ? done.then((batch) => batch && answer(batch)) : answer(done);
}

/** Rules on the header and between the items; a refusal here refuses the whole message. */
function checkMessage({ version, header, items }: RequestMessage, versions: readonly ProtocolVersion[]): void {
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
  // KMIP 1.1 §7.2
  if (items.length > 1 && items.some(({ uniqueBatchItemId }) => uniqueBatchItemId === undefined)) {
    refuse(ResultReason.InvalidMessage, 'Each Batch Item needs a Unique Batch Item ID when there are several.');
  }
}

/** KMIP 1.1 §11.1: a message that cannot be used is answered with one item without Operation. */
export function refuseMessage(error: unknown, environment: MessageEnvironment, cause: number): Answer {
  const { runtime, services } = environment;
  const refusal = asKmipError(error);
  const entry = runtime.journal.record({
    plane: 'kmip',
    event: 'kmip.malformed',
    level: 'warn',
    text: `message refused: ${refusal.reasonName}: ${refusal.message}`,
    data: { reason: refusal.reasonName, message: refusal.message },
    cause,
  });
  return {
    version: versionOfRefusal(refusal.protocolVersion, services.versions),
    now: runtime.clock.now(),
    items: [failedItem({}, refusal)],
    operations: [],
    maximumResponseSize: undefined,
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

/** Checks the credential once for the message. KMIP 1.1 §6.6, §8 */
function credentialOf(
  message: RequestMessage,
  environment: MessageEnvironment,
  sender: MessageSender,
): CredentialCheck {
  if (environment.credentials === 'off') return { status: 'not-required' };
  const client = environment.known.clients.find(({ name }) => name === sender.client?.name);
  return checkCredential(message.header.authentication?.credential, client, environment.users);
}
