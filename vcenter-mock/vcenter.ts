import type { Runtime } from '../core/index.ts';
import type { Alarms } from './alarms/alarms.ts';
import type { Assumed } from './assumed.ts';
import type { Authorization } from './authorization/authorization.ts';
import type { CryptoHooks } from './crypto-hooks.ts';
import type { DatastoreFiles } from './datastore/datastore-files.ts';
import type { EventLog } from './events/event-log.ts';
import type { Session, SessionTable } from './http/sessions.ts';
import type { Inventory } from './inventory/inventory.ts';
import type { ManagedObject, ObjectStore } from './inventory/store.ts';
import type { VirtualMachineFactory } from './inventory/virtual-machine-factory.ts';
import type { StoragePolicies } from './pbm/storage-policies.ts';
import type { VersionProfile } from './profiles.ts';
import type { TokenService } from './sts/token-service.ts';
import type { TaskRunner } from './tasks/task-runner.ts';
import type { Ref } from './vim/kernel/values.ts';
import type { Work } from './work.ts';

/** The parts of one simulated vCenter; handed to every method and task. */
export interface Vcenter {
  readonly runtime: Runtime;
  readonly profile: VersionProfile;
  readonly assumed: Assumed;
  /** UUID of this vCenter (about.instanceUuid). */
  instanceUuid: string;
  readonly store: ObjectStore;
  readonly inventory: Inventory;
  readonly vmFactory: VirtualMachineFactory;
  readonly sessions: SessionTable;
  readonly authorization: Authorization;
  readonly tasks: TaskRunner;
  readonly events: EventLog;
  readonly alarms: Alarms;
  readonly policies: StoragePolicies;
  /** Single sign-on tokens. */
  readonly tokens: TokenService;
  /** What lies on the datastores. */
  readonly files: DatastoreFiles;
  /** Encryption; see `crypto-hooks.ts`. */
  crypto: CryptoHooks;
  /** What is going on beside tasks. */
  readonly work: Work;
  /** Fires when the server stops: everything that waits ends. */
  readonly stopping: AbortSignal;
}

/** One SOAP call on its way through a method. */
export interface Call {
  readonly vc: Vcenter;
  readonly method: string;
  readonly object: ManagedObject;
  /** Undefined for the few calls that need no login. */
  readonly session?: Session;
  /** Who acts, for events and tasks. */
  readonly user: string;
  /** `seq` of the call's journal entry: the cause of everything it does. */
  readonly cause: number;
  /** API version of the client; nothing newer is sent. */
  readonly version: string;
  /** Fires when the client is gone or the server stops. */
  readonly signal: AbortSignal;
  readonly http: HttpContext;
  /** Throws NoPermission when the user lacks a privilege on an object; for checks that the declaration does not tell. */
  require(privilege: string, object: ManagedObject | Ref): void;
}

/** What methods may know of the HTTP request. */
export interface HttpContext {
  readonly remoteAddress: string;
  readonly userAgent: string;
  /** The request's text: signatures in its header are about what was written. */
  readonly body: string;
  /** Sets the session cookie on the answer. */
  setSessionCookie(value: string): void;
}
