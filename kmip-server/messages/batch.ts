/** The items of one message, always from the first to the last. KMIP 1.1 §6.12, §6.13, §7.2 */
import {
  BatchErrorContinuationOption,
  CancellationResult,
  KmipError,
  type RequestItem,
  type RequestMessage,
  type ResponseBatchItem,
  ResultReason,
  ResultStatus,
} from '../../kmip/index.ts';
import { ObjectLayer } from '../store/object-layer.ts';
import {
  type BatchParts,
  type DoneItem,
  executeItem,
  needsObjects,
  type PlannedItem,
  planItem,
  refusedItem,
} from './batch-item.ts';
import type { OperationContext } from './operation-context.ts';
import { answerSize } from './response.ts';

/** The answered items and the journal entry of the last one. */
export interface DoneBatch {
  items: ResponseBatchItem[];
  cause: number;
}

/**
 * Runs the items of a message at one go: other messages see all of its changes or none.
 * Undefined when the message is never answered.
 */
export function runBatch(message: RequestMessage, parts: BatchParts): DoneBatch | Promise<DoneBatch | undefined> {
  const option = message.header.batchErrorContinuationOption ?? BatchErrorContinuationOption.Stop;
  const planned: PlannedItem[] = [];
  const { items } = message;
  for (let index = 0; index < items.length; index++) {
    const plan = planItem(items[index] as RequestItem, parts);
    // Not every item is waited for: each turn of the event loop would cost on the hot path.
    if (plan instanceof Promise) return planRest(message, index, plan, planned, parts, option);
    planned.push(plan);
  }
  return perform(planned, parts, option);
}

async function planRest(
  message: RequestMessage,
  start: number,
  first: Promise<PlannedItem | undefined>,
  planned: PlannedItem[],
  parts: BatchParts,
  option: number,
): Promise<DoneBatch | undefined> {
  let plan = await first;
  for (let index = start; ; ) {
    if (!plan) {
      // What came before the item that is never answered was done all the same.
      await perform(planned, parts, option);
      return undefined;
    }
    planned.push(plan);
    const goesOn = !('refusal' in plan.ready) || option === BatchErrorContinuationOption.Continue;
    const next = goesOn ? message.items[++index] : undefined;
    if (!next) return perform(planned, parts, option);
    plan = await planItem(next, parts);
  }
}

function perform(planned: readonly PlannedItem[], parts: BatchParts, option: number): DoneBatch | Promise<DoneBatch> {
  const { space } = parts.environment;
  const effects: unknown[] = [];
  const work = (objects: ObjectLayer) => executeAll(planned, parts, option, objects, effects);
  // Questions about the server are answered while its store is away.
  if (!planned.some(needsObjects)) return told(work(new ObjectLayer(space)), planned, parts);
  try {
    const done = space.run(work);
    if (!(done instanceof Promise)) return told(done, planned, parts);
    return done.then(
      (stored) => told(stored, planned, parts),
      (error) => notStored(error, planned, parts),
    );
  } catch (error) {
    return notStored(error, planned, parts);
  }
}

/** Runs the items on objects; an item that fails leaves nothing behind. */
function executeAll(
  planned: readonly PlannedItem[],
  parts: BatchParts,
  option: number,
  objects: ObjectLayer,
  effects: unknown[],
): DoneItem[] {
  const { environment, version, client, access } = parts;
  const mayUndo = option === BatchErrorContinuationOption.Undo || parts.maximumResponseSize !== undefined;
  const layer = mayUndo ? new ObjectLayer(objects) : objects;
  const done: DoneItem[] = [];
  let placeholder: string | undefined;
  let effect = 0;
  const once = <T>(make: () => T): T => {
    if (effect === effects.length) effects.push(make());
    return effects[effect++] as T;
  };
  for (const plan of planned) {
    // Nothing lies between a lone item and the message: what it leaves behind is dropped with the layer.
    const own = planned.length === 1 ? layer : new ObjectLayer(layer);
    const context: OperationContext = {
      services: environment.services,
      objects: own,
      version,
      now: environment.runtime.clock.now(),
      client,
      access,
      placeholder,
      once,
    };
    const one = executeItem(plan, parts, context, own === layer ? environment.space : layer);
    placeholder = context.placeholder;
    done.push(one);
    if (one.item.resultStatus !== ResultStatus.OperationFailed) {
      if (own !== layer) own.keep(layer);
      continue;
    }
    own.drop();
    // KMIP 1.1 §6.13: absent means Stop, and what follows the failed item is not answered.
    if (option === BatchErrorContinuationOption.Stop) break;
    if (option === BatchErrorContinuationOption.Undo) return done.map(undone);
  }
  const tooLarge = tooLargeFor(done, parts);
  if (tooLarge) return done.map((_, index) => withheld(planned[index] as PlannedItem, tooLarge, parts));
  if (layer !== objects) layer.keep(objects);
  return done;
}

/**
 * KMIP 1.1 §6.3, §11.1; text as in OASIS TC-121-11. The client will not learn what was done, so nothing is (assumed).
 * Undefined when the answer is small enough.
 */
function tooLargeFor(done: readonly DoneItem[], parts: BatchParts): KmipError | undefined {
  const { maximumResponseSize: maximum } = parts;
  if (maximum === undefined) return undefined;
  const size = answerSize(
    parts,
    done.map(({ item }) => item),
  );
  if (size <= maximum) return undefined;
  const text = `Response size: ${size}, Maximum Response Size indicated in request: ${maximum}`;
  return new KmipError(ResultReason.ResponseTooLarge, text);
}

/** An item whose answer would have been too large; one that is polled stays pending. */
function withheld({ one, cause }: PlannedItem, tooLarge: KmipError, parts: BatchParts): DoneItem {
  return { ...refusedItem(one, tooLarge, parts, cause), isUndone: true };
}

/** KMIP 1.1 §6.13: what was done before the failure is undone, and answered with Operation Undone. */
function undone(done: DoneItem): DoneItem {
  const { item, record } = done;
  if (item.resultStatus !== ResultStatus.Success) return done;
  const { operation, uniqueBatchItemId } = item;
  return {
    item: {
      operation,
      uniqueBatchItemId,
      resultStatus: ResultStatus.OperationUndone,
      resultReason: ResultReason.GeneralFailure,
      resultMessage: 'Undone because a later item of the batch failed.',
    },
    record: { ...record, event: 'kmip.undone', level: 'warn', text: `${record.text}, undone` },
    isUndone: true,
  };
}

/** Nothing could be stored, so every item has failed. */
function notStored(error: unknown, planned: readonly PlannedItem[], parts: BatchParts): DoneBatch {
  const done = planned.map(({ one, cause }) => ({ ...refusedItem(one, error, parts, cause), isUndone: true }));
  return told(done, planned, parts);
}

/** Tells the journal, now that it is stored, and ends the pending operations that were polled. */
function told(done: readonly DoneItem[], planned: readonly PlannedItem[], parts: BatchParts): DoneBatch {
  const { environment, sender } = parts;
  let { cause } = sender;
  const items: ResponseBatchItem[] = [];
  for (const { item, record } of done) {
    items.push(item);
    cause = environment.runtime.journal.record(record).seq;
  }
  for (let index = 0; index < planned.length; index++) {
    const { polled } = planned[index] as PlannedItem;
    if (polled) environment.services.pending.end(polled, endOf(done[index]));
  }
  return { items, cause };
}

/** How a polled operation ended; undefined when it was not carried out after all. */
function endOf(done: DoneItem | undefined) {
  if (done === undefined || done.isUndone) return undefined;
  const isFailed = done.item.resultStatus === ResultStatus.OperationFailed;
  return isFailed ? CancellationResult.Failed : CancellationResult.Completed;
}
