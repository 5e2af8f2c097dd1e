/** The items of one message, from the first to the last. KMIP 1.1 §6.12, §6.13, §7.2 */
import {
  BatchErrorContinuationOption,
  type RequestMessage,
  type ResponseBatchItem,
  ResultReason,
  ResultStatus,
} from '../kmip/index.ts';
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
import { ObjectLayer } from './store/object-layer.ts';

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
  for (const [index, one] of message.items.entries()) {
    const plan = planItem(one, parts);
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
  if (!planned.some(({ one }) => needsObjects(one))) return told(work(new ObjectLayer(space)), parts);
  const failed = (error: unknown) => planned.map(({ one, cause }) => refusedItem(one, error, parts, cause));
  try {
    const done = space.run(work);
    if (!(done instanceof Promise)) return told(done, parts);
    return done.then(
      (stored) => told(stored, parts),
      (error) => told(failed(error), parts),
    );
  } catch (error) {
    return told(failed(error), parts);
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
  const { environment, version, client } = parts;
  const layer = option === BatchErrorContinuationOption.Undo ? new ObjectLayer(objects) : objects;
  const done: DoneItem[] = [];
  let placeholder: string | undefined;
  let effect = 0;
  const once = <T>(make: () => T): T => {
    if (effect === effects.length) effects.push(make());
    return effects[effect++] as T;
  };
  for (const plan of planned) {
    const own = new ObjectLayer(layer);
    const context: OperationContext = {
      services: environment.services,
      objects: own,
      version,
      now: environment.runtime.clock.now(),
      client,
      placeholder,
      once,
    };
    const one = executeItem(plan, parts, context);
    placeholder = context.placeholder;
    done.push(one);
    if (one.item.resultStatus !== ResultStatus.OperationFailed) own.keep(layer);
    // KMIP 1.1 §6.12: absent means Stop, and what follows the failed item is not answered.
    else if (option === BatchErrorContinuationOption.Stop) return done;
    else if (option === BatchErrorContinuationOption.Undo) return done.map(undone);
  }
  if (layer !== objects) layer.keep(objects);
  return done;
}

/** KMIP 1.1 §6.12: what was done before the failure is undone, and answered with Operation Undone. */
function undone(done: DoneItem): DoneItem {
  const { item, record } = done;
  if (item.resultStatus === ResultStatus.OperationFailed) return done;
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
  };
}

/** Tells the journal, now that it is stored. */
function told(done: readonly DoneItem[], { environment, sender }: BatchParts): DoneBatch {
  let { cause } = sender;
  for (const { record } of done) cause = environment.runtime.journal.record(record).seq;
  return { items: done.map(({ item }) => item), cause };
}
