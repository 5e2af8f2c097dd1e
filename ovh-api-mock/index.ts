export type { Person, Principal } from './account/account.ts';
export type * from './account/options.ts';
export type { AllowedNetwork } from './allowed-networks.ts';
export { type AssumedValues, assumedTable } from './assumed.ts';
export type { Application, Credential } from './credentials.ts';
export { ovhHosts } from './hosts.ts';
export type { Message } from './inbox.ts';
export { type OvhLedgerEntry, ovhLedger } from './ledger.ts';
export { createOvhApiMock, type OvhApiMock, type ServiceStates } from './mock.ts';
export type { OvhApiState } from './mock-state.ts';
export type { CredentialStatus } from './models/auth.ts';
export { datacenter } from './models/datacenter.ts';
export { type DedicatedCloud, dedicatedCloud } from './models/dedicated-cloud.ts';
export { capabilities } from './models/features.ts';
export { securityOptionName, securityOptionState } from './models/security-option.ts';
export { serviceInfos } from './models/services.ts';
export { type TaskState, taskState } from './models/task.ts';
export { user } from './models/user.ts';
export {
  type KmsState,
  kmsState,
  type OptionState,
  optionState,
  type VmEncryptionAccessNetwork,
} from './models/vm-encryption.ts';
export { openApiOf } from './openapi/document.ts';
export * from './options.ts';
export { type TaskAction, taskActions } from './robot.ts';
export { waitingForVcenter } from './robots/wait-for-vcenter.ts';
export type { Route } from './route.ts';
export { routes } from './routes/index.ts';
export { schemaOf } from './schema/document.ts';
export { type KmsEntry, type Service, vmEncryptionState } from './services.ts';
export type { Task } from './tasks.ts';
export type { User } from './users.ts';
