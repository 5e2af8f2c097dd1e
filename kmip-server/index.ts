export type { Assumed } from './assumed.ts';
export type { ClientIdentity } from './identity/check-client.ts';
export type {
  KmipServerOptions,
  KnownClient,
  KnownUser,
  ServerIdentity,
  ServerLimits,
  TlsVersion,
} from './options.ts';
export { createKmipServer, type KmipServer } from './server.ts';
export type { ObjectSummary } from './store/summary.ts';
