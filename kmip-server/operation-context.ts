import type { ProtocolVersion } from '../kmip/index.ts';
import type { Assumed } from './assumed.ts';
import type { ObjectLayer } from './store/object-layer.ts';

/** What operations need of the server. */
export interface OperationServices {
  readonly assumed: Assumed;
  readonly versions: readonly ProtocolVersion[];
  newIdentifier(): string;
}

/** The circumstances of one batch item. */
export interface OperationContext {
  readonly services: OperationServices;
  /** The objects; what the item changes is kept only when it succeeds. */
  readonly objects: ObjectLayer;
  readonly version: ProtocolVersion;
  /** ms since the epoch, on the lab's clock; the same for the whole message. */
  readonly now: number;
  /** Who asks: owner of what is created. */
  readonly client: string;
  /** KMIP 1.1 §4: the identifier that stands in for an omitted one within a batch. */
  placeholder: string | undefined;
  /**
   * Does what has effects beyond the objects. A batch may be run again when another server was quicker to change the
   * store; then the first result is given again.
   */
  once<T>(effect: () => T): T;
}
