import type { ProtocolVersion } from '../kmip/index.ts';
import type { Assumed } from './assumed.ts';
import type { ObjectStore } from './store/store.ts';

/** What operations need of the server. */
export interface OperationServices {
  readonly store: ObjectStore;
  readonly assumed: Assumed;
  readonly versions: readonly ProtocolVersion[];
  newIdentifier(): string;
}

/** The circumstances of one batch item. */
export interface OperationContext {
  readonly services: OperationServices;
  readonly version: ProtocolVersion;
  /** ms since the epoch, on the lab's clock; the same for the whole message. */
  readonly now: number;
  /** Who asks: owner of what is created. */
  readonly client: string;
  /** KMIP 1.1 §4: the identifier that stands in for an omitted one within a batch. */
  placeholder: string | undefined;
}
