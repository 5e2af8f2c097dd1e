import type { ProtocolVersion } from '../../kmip/index.ts';
import type { Assumed } from '../assumed.ts';
import type { ClientAccess } from '../identity/access-control.ts';
import type { GroupTurns } from '../objects/group-turns.ts';
import type { ServerExtension } from '../options.ts';
import type { ObjectLayer } from '../store/object-layer.ts';
import type { CryptoStreams } from '../use/crypto-streams.ts';
import type { RandomNumbers } from '../use/random-numbers.ts';
import type { PendingOperations } from './pending.ts';

/** What operations need of the server. */
export interface OperationServices {
  readonly assumed: Assumed;
  readonly versions: readonly ProtocolVersion[];
  newIdentifier(): string;
  /** A Server Correlation Value. KMIP 1.4 §6.19 */
  newCorrelationValue(): string;
  /** Whether an object of a type can name an operation policy. KMIP 1.1 §3.18 */
  isPolicy(name: string, objectType: number): boolean;
  /** Longest lease of an object without a Lease Time of its own, seconds; 0 sets no limit. */
  readonly leaseTime: number;
  readonly extensions: readonly ServerExtension[];
  readonly applicationNamespaces: readonly string[];
  readonly pending: PendingOperations;
  /** Port of KMIP over HTTPS; undefined when the server does not speak it. */
  httpsPort(): number | undefined;
  readonly groupTurns: GroupTurns;
  /** Cryptographic operations whose data comes in parts. */
  readonly streams: CryptoStreams;
  readonly randomNumbers: RandomNumbers;
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
  /** What it may do. */
  readonly access: ClientAccess;
  /** KMIP 1.1 §4: the identifier that stands in for an omitted one within a batch. */
  placeholder: string | undefined;
  /**
   * Does what has effects beyond the objects. A batch may be run again when another server was quicker to change the
   * store; then the first result is given again.
   */
  once<T>(effect: () => T): T;
}
