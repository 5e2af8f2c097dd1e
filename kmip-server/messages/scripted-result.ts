/** Results that a fault gives in place of the true ones. */
import type { FaultHit, KmipResult } from '../../core/index.ts';
import {
  enumCode,
  enumName,
  KmipError,
  type RequestItem,
  type ResponseBatchItem,
  ResultReason,
  ResultStatus,
} from '../../kmip/index.ts';

/** KMIP leaves the size of an Asynchronous Correlation Value to the server; this one's have eight bytes. */
const correlationBytes = 8;

/** A refusal that a fault asks for; its item says what the fault says, and nothing more. */
export class ScriptedRefusal extends KmipError {
  readonly #result: KmipResult;
  readonly #correlation: Buffer;

  constructor(result: KmipResult, hit: Pick<FaultHit, 'bytes'>) {
    const code = result.reason === undefined ? undefined : codeOf(result.reason);
    super(code ?? ResultReason.GeneralFailure, messageOf(result, code) ?? 'no Result Message');
    this.name = 'ScriptedRefusal';
    this.#result = result;
    this.#correlation = hit.bytes(correlationBytes);
  }

  override get reasonName(): string {
    const { status = 'OperationFailed', reason } = this.#result;
    return reason === undefined ? `${status} without a reason` : super.reasonName;
  }

  /** The item as the fault wants it. */
  itemFor({ operation, uniqueBatchItemId }: Pick<RequestItem, 'operation' | 'uniqueBatchItemId'>): ResponseBatchItem {
    const { status = 'OperationFailed', reason } = this.#result;
    const resultReason = reason === undefined ? undefined : codeOf(reason);
    return {
      operation,
      uniqueBatchItemId,
      resultStatus: ResultStatus[status],
      resultReason,
      resultMessage: messageOf(this.#result, resultReason),
      asynchronousCorrelationValue: status === 'OperationPending' ? this.#correlation : undefined,
    };
  }
}

function codeOf(reason: string): ResultReason {
  return (enumCode('ResultReason', reason) ?? ResultReason.GeneralFailure) as ResultReason;
}

function messageOf({ message }: KmipResult, code: number | undefined): string | undefined {
  if (message !== undefined) return message ?? undefined;
  return code === undefined ? undefined : enumName('ResultReason', code);
}
