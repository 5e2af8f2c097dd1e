export { type AnyOperation, type KmipCall, type KmipResult, type KmipResults, kmipCall } from './call.ts';
export { type ConnectOptions, connectKmip } from './connect.ts';
export { KmipConnection, type SendAnswer, type SendOptions } from './connection.ts';
export {
  KmipClientError,
  type KmipClientFailure,
  type KmipClientPhase,
  KmipResultError,
} from './errors.ts';
export type { Dial, KmipTlsOptions } from './options.ts';
export { type ProbedCertificate, type ProbeOptions, probeCertificate } from './probe.ts';
