export type { Assumed } from './assumed.ts';
export type { ClientIdentity } from './identity/check-client.ts';
export type {
  AccessRule,
  KmipServerOptions,
  KnownClient,
  KnownDevice,
  KnownUser,
  OperationPolicy,
  ServerExtension,
  ServerIdentity,
  ServerLimits,
  TlsVersion,
} from './options.ts';
export { createKmipServer, type KmipServer } from './server.ts';
export type { KmipServerState, SavedObject } from './server-state.ts';
export { openStore, type StoreOptions } from './store/open-store.ts';
export { SharedMemory, type SharedMemoryState } from './store/shared-memory.ts';
export type { Changes, CommitResult, ObjectStore } from './store/store.ts';
export type { ObjectSummary } from './store/summary.ts';
