import type { Identity } from '../core/index.ts';
import type { AccountOptions } from './account/options.ts';
import type { AssumedValues } from './assumed.ts';
import type { CredentialStatus, HttpMethod } from './models/auth.ts';
import type { Datacenter } from './models/datacenter.ts';
import type { DedicatedCloud } from './models/dedicated-cloud.ts';
import type { Capabilities, Iam, Vcenter } from './models/features.ts';
import type { SecurityOptionName, SecurityOptionState } from './models/security-option.ts';
import type { ServiceInfos } from './models/services.ts';
import type { TaskState } from './models/task.ts';
import type { KmsState, OptionState } from './models/vm-encryption.ts';
import type { TaskSubject } from './tasks.ts';
import type { RightFields, UserFields } from './users.ts';

/** What POST vmEncryption/kms does with a thumbprint; not documented (spec 3.3). */
export type ThumbprintMode = 'accept' | 'verify-format' | 'verify-live';

/** What makes tasks go on: the lab's clock, nothing but the event loop, each GET of the task, or {@link OvhApiMock.steerTask}. */
export const taskProgressModes = ['clock', 'immediate', 'per-poll', 'manual'] as const;
export type TaskProgressMode = (typeof taskProgressModes)[number];

/** Options of {@link createOvhApiMock}. All may be left out. */
export interface OvhApiMockOptions {
  /** Address to listen on; default 127.0.0.1. */
  host?: string;
  /** Default 8444; 0 takes a free port. */
  httpsPort?: number;
  /** Default 8480; 0 takes a free port. */
  httpPort?: number;
  /** Certificate and key of the HTTPS listener; default: one that signs itself, for the usual local names and OVHcloud's. */
  identity?: Pick<Identity, 'chainPem' | 'privateKeyPem'>;
  /** Default: one application with one validated consumer key that may call everything, drawn from the seed. */
  applications?: readonly ApplicationOptions[];
  /** Whose the API is, who may log in, and what IAM lets them do. */
  account?: AccountOptions;
  /** Default: one Managed Bare Metal service `pcc-192-0-2-10` without a KMS. */
  services?: readonly ServiceOptions[];
  /** Base URLs besides the Host header under which clients sign, such as `https://ovh.example/1.0`; origins count. Default: OVHcloud's own. */
  publicUrls?: readonly string[];
  /** Forwards the guide's POST /dedicatedCloud/{serviceName}/kms to vmEncryption/kms instead of answering 404. */
  docsCompat?: boolean;
  /** Consumer keys of POST /auth/credential are validated at once, as if the user had opened validationUrl. */
  autoValidate?: boolean;
  /** Default `verify-live`. */
  thumbprint?: ThumbprintMode;
  /** Certificates of delivered KMS are looked at again by the clock: another one closes the flow. Default false. */
  watchThumbprints?: boolean;
  /** A task that adds a KMS waits until the vCenter knows the KMS; default false. */
  waitForVcenter?: boolean;
  /** Port of a new KMS entry, which the API cannot set; default 5696. */
  kmsTcpPort?: number | ((ip: string) => number);
  /** Default `clock`. */
  taskProgress?: TaskProgressMode;
  /** Whether the vCenter of a service has a KMS with this address; asked while a task waits. Default: never. */
  isKmsConfiguredInVcenter?: (ip: string, serviceName: string) => boolean | Promise<boolean>;
  /** The gateway of a service closed the flow to an address: what is open there breaks. `cause` is the `seq` of the entry that says so. */
  onFlowClosed?: (ip: string, port: number, serviceName: string, cause: number) => void;
  /** Where an address of a KMS leads on this machine, for worlds that use documentation addresses. Default: itself. */
  dialAddress?: (ip: string, port: number) => { host: string; port: number };
  /** Other values for what is assumed. */
  assumed?: Partial<AssumedValues>;
}

export interface ApplicationOptions {
  /** 16 alphanumerics in the real API. */
  applicationKey: string;
  /** 32 alphanumerics in the real API. */
  applicationSecret: string;
  /** What the validation page calls it; default `keyrig`. */
  name?: string;
  description?: string;
  consumerKeys?: readonly ConsumerKeyOptions[];
}

export interface ConsumerKeyOptions {
  /** 32 alphanumerics in the real API. */
  consumerKey: string;
  /** Default: every method on `/*`. */
  rules?: readonly AccessRule[];
  /** Default `validated`. */
  status?: CredentialStatus;
  expiration?: Date;
  /** Addresses and blocks from which it may be used; default: all. */
  allowedIPs?: readonly string[];
  /** Login of the user of the account who granted it; default: the account itself. */
  user?: string;
  /** IAM actions that its identity may use on every resource, `*` allowed; default: what the policies of the account say. */
  iamActions?: readonly string[];
}

/** A call that a consumer key may make: exact path or with `*`, relative to the base URL. */
export interface AccessRule {
  method: HttpMethod;
  path: string;
}

export interface ServiceOptions extends Partial<Omit<DedicatedCloud, 'iam'>> {
  /** `pcc-` and the dashed address. */
  serviceName: string;
  /** Whether the customer may use the service at all; default `ok`. */
  status?: ServiceStatus;
  kms?: readonly KmsOptions[];
  /** Sensitive operations wait for a token that came by SMS; default false. */
  tokenValidation?: boolean;
  /** Default: `admin`, who may manage encryption. */
  users?: readonly UserOptions[];
  /** Who may reach the vCenter when userAccessPolicy is `filtered`; default: nobody. */
  allowedNetworks?: readonly AllowedNetworkOptions[];
  /** A state of the encryption option that its entries do not tell, such as `migrating`; default: what they tell. */
  vmEncryption?: OptionState;
  /** Tasks that are there when the lab starts. */
  tasks?: readonly TaskOptions[];
  /** Default: one. What is left out is drawn or assumed. */
  datacenters?: readonly Partial<Datacenter>[];
  /** What GET serviceInfos answers, besides `status`. */
  serviceInfos?: Partial<Omit<ServiceInfos, 'status'>>;
  capabilities?: Partial<Capabilities>;
  /** vCenter versions that the service could be changed to; default: none is newer than its own. */
  newerVersions?: Partial<Pick<Vcenter, 'lastMajor' | 'lastMinor'>>;
  /** What GET iam answers; default: disabled. */
  iamOption?: Partial<Iam>;
  /** States of security options; default: what the properties of the service tell, else disabled. */
  securityOptions?: Partial<Record<SecurityOptionName, SecurityOptionState>>;
  /** IAM tags of the service; default: none. */
  tags?: Readonly<Record<string, string>>;
}

/** service.StateEnum (schema). */
export const serviceStatuses = ['expired', 'inCreation', 'ok', 'pendingDebt', 'unPaid'] as const;
export type ServiceStatus = (typeof serviceStatuses)[number];

/** A task of the past, one that stands still, or a maintenance that is planned. */
export interface TaskOptions {
  /** Default: the next one. */
  taskId?: number;
  name: string;
  /** Default `generic`. */
  type?: 'generic' | 'maintenance';
  /** Default `done`; `waitingTodo` for a maintenance, which begins at its executionDate when it is waitingTodo or todo. */
  state?: TaskState;
  progress?: number;
  description?: string;
  /** Default: the start of the lab. */
  executionDate?: Date;
  /** Of a task that is done or canceled; default: executionDate. */
  endDate?: Date;
  /** Between these a customer may move a maintenance. */
  maintenanceDateFrom?: Date;
  maintenanceDateTo?: Date;
  parentTaskId?: number;
  createdBy?: string;
  createdFrom?: string;
  /** userId and the like. */
  subject?: TaskSubject;
  /** How long its work takes once it runs. */
  durationMs?: number;
}

/** A user that is there when the lab starts: members of dedicatedCloud.User, and what no model shows. */
export interface UserOptions extends Omit<UserFields, 'expirationDate'> {
  name: string;
  password?: string;
  /** When the user is removed. */
  expirationDate?: Date;
  /** What the user may do in every datacenter; default: everything. */
  right?: RightFields;
}

export interface AllowedNetworkOptions {
  /** An IPv4 address or block. */
  network: string;
  description?: string;
}

/** A KMS that is already registered when the lab starts. */
export interface KmsOptions {
  ip: string;
  sslThumbprint: string;
  description?: string;
  /** Default: the option `kmsTcpPort`. */
  kmsTcpPort?: number;
  /** Default `delivered`. */
  state?: KmsState;
  /** Whether the gateway's flow is open; default: in the states delivered, toUpdate, updating and toDelete. */
  flowOpen?: boolean;
}
