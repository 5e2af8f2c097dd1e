import type { FastifyRequest } from 'fastify';
import {
  type Identity,
  type JsonObject,
  KeyPool,
  KeyrigError,
  type Runtime,
  requireIdle,
  selfSigned,
  usualServerNames,
} from '../core/index.ts';
import { Account, type Person } from './account/account.ts';
import { LoginGuard } from './account/login-guard.ts';
import { SecondFactorCodes } from './account/second-factor.ts';
import { type AllowedNetwork, AllowedNetworkStore, admits } from './allowed-networks.ts';
import type { Api } from './api.ts';
import { createApp } from './app.ts';
import { assumedValues } from './assumed.ts';
import { type Application, type Credential, CredentialStore } from './credentials.ts';
import { ovhHosts } from './hosts.ts';
import { Inbox, type Message } from './inbox.ts';
import { type Listener, listen } from './listeners.ts';
import { type OvhApiState, restoreApi, saveApi } from './mock-state.ts';
import type { KmsState, OptionState } from './models/vm-encryption.ts';
import { TokenStore } from './oauth2/tokens.ts';
import type { OvhApiMockOptions, ServiceStatus } from './options.ts';
import { queryIds } from './query-id.ts';
import { startRemoval } from './robots/remove-user.ts';
import { OperationTokens } from './sensitive/operation-tokens.ts';
import { ServiceDetailsStore } from './service-details.ts';
import { type Service, ServiceStore } from './services.ts';
import { type Task, type TaskAction, TaskStore } from './tasks.ts';
import { ThumbprintWatch } from './thumbprint-watch.ts';
import { type User, UserStore } from './users.ts';

/** A running or startable fake of OVHcloud's dedicatedCloud API. */
export interface OvhApiMock {
  /** Opens both ports. Throws ERR_PORT_IN_USE when one is taken. */
  start(): Promise<void>;
  /** Closes everything, open connections included. */
  stop(): Promise<void>;
  /** The ports in use, once started. */
  readonly httpsPort: number;
  readonly httpPort: number;
  /** `https://host:port/1.0`, once started. */
  readonly url: string;
  readonly httpUrl: string;
  readonly applications: readonly Application[];
  readonly credentials: readonly Credential[];
  /** Who can log in on the validation page, passwords included. */
  readonly people: readonly Person[];
  /** The customer, who may do everything. */
  readonly owner: Person;
  /** Says that the user validated a consumer key of POST /auth/credential. Throws ERR_OPTION for an unknown one. */
  validateCredential(consumerKey: string): void;
  readonly services: readonly Service[];
  readonly tasks: readonly Task[];
  /** The users of a service; none when there is no such service. */
  users(serviceName: string): readonly User[];
  /** The networks that may reach the vCenter of a service when its userAccessPolicy is `filtered`. */
  allowedNetworks(serviceName: string): readonly AllowedNetwork[];
  /** Whether the firewall of a service lets an address through to its vCenter: everyone, unless its userAccessPolicy is `filtered`. */
  admits(serviceName: string, address: string): boolean;
  /** What arrived on the phones and in the mailboxes of the lab's people, codes included; the newest last. */
  readonly messages: readonly Message[];
  /** Whether the gateway of a service, or of any, lets its vCenter reach this address: a KMS that OVH registered there, its flow opened. */
  isFlowOpen(ip: string, port: number, serviceName?: string): boolean;
  /**
   * Somebody at OVHcloud takes a hand in a task, see {@link TaskStore.steer}; in mode manual nothing else lets it go on.
   * Throws ERR_OPTION for an unknown task, or when its state does not allow it.
   */
  steerTask(taskId: number, action: TaskAction, description?: string): Promise<Task>;
  /**
   * States that no call leads to: of a service's contract, of its encryption option (null: what its entries tell), of
   * one of its KMS. Throws ERR_OPTION for an unknown service or KMS.
   */
  setStates(serviceName: string, states: ServiceStates): void;
  /** What runs at the moment, in words: requests that are being answered, robots that do something. */
  readonly running: readonly string[];
  /** Everything that changes in the API, secrets included, as JSON. ERR_BUSY while something runs. */
  save(): OvhApiState;
  /**
   * Makes the API what it was when the state was saved, or what another of the same world and seed was; it goes on listening. Tasks
   * that were going on go on. The runtime must be restored before. May be repeated. ERR_BUSY while something runs, ERR_STATE.
   */
  restore(state: JsonObject): void;
}

/** States of a service that no call leads to. */
export interface ServiceStates {
  status?: ServiceStatus;
  vmEncryption?: OptionState | null;
  kms?: readonly { kmsId: number; state: KmsState }[];
}

/** Makes a fake of OVHcloud's dedicatedCloud API. Nothing listens before `start()`. */
export function createOvhApiMock(options: OvhApiMockOptions, runtime: Runtime): OvhApiMock {
  const { host = '127.0.0.1', kmsTcpPort = 5696 } = options;
  const assumed = assumedValues(options.assumed);
  const portOf = (ip: string) => (typeof kmsTcpPort === 'number' ? kmsTcpPort : kmsTcpPort(ip));
  const services = options.services ?? [{ serviceName: 'pcc-192-0-2-10' }];
  const account = new Account(runtime, options.account ?? {}, assumed.account);
  const details = new ServiceDetailsStore(runtime, services, assumed);
  const users = new UserStore(services, {
    runtime,
    datacenterIds: (serviceName) => [...details.of(serviceName).datacenters.keys()],
    expired: (serviceName, user, cause) => startRemoval(api, serviceName, user, cause, { byItself: true }),
  });
  const inbox = new Inbox(runtime);
  const operationTokens = new OperationTokens({
    runtime,
    assumed,
    inbox,
    asksForTokens(serviceName) {
      const service = api.services.get(serviceName);
      return service !== undefined && details.securityOption(service, 'tokenValidation') === 'delivered';
    },
    usersOf: (serviceName) => users.of(serviceName).list,
  });
  const api: Api = {
    runtime,
    options: { ...options, thumbprint: options.thumbprint ?? 'verify-live' },
    assumed,
    account,
    credentials: new CredentialStore(runtime, account, assumed, options.applications),
    tokens: new TokenStore(runtime, account, options.account?.serviceAccounts),
    services: new ServiceStore(runtime, services, portOf, options.onFlowClosed),
    details,
    tasks: new TaskStore(runtime, options.taskProgress ?? 'clock', assumed, operationTokens),
    users,
    allowedNetworks: new AllowedNetworkStore(runtime, services),
    inbox,
    operationTokens,
    logins: new LoginGuard(runtime.clock, assumed),
    codes: new SecondFactorCodes(runtime, inbox, assumed),
    kmsTcpPort: portOf,
  };
  for (const { serviceName, tasks = [] } of services) for (const task of tasks) api.tasks.preset(serviceName, task);
  const watch = new ThumbprintWatch(api);
  const stopping = new AbortController();
  const nextQueryId = queryIds(runtime, assumed.gatewayName);
  let listeners: { https: Listener; http: Listener } | undefined;
  const started = () => {
    if (!listeners) throw new KeyrigError('ERR_OPTION', 'the OVH API mock has no ports before it is started');
    return listeners;
  };

  const requests = new Set<FastifyRequest>();
  const app = createApp(api, {
    signal: stopping.signal,
    nextQueryId,
    reset({ raw: { socket } }) {
      const listener = socket.localPort === started().https.port ? started().https : started().http;
      listener.reset(socket.remoteAddress, socket.remotePort);
    },
  });

  app.addHook('onRequest', (request, reply, done) => {
    requests.add(request);
    reply.raw.once('close', () => requests.delete(request));
    done();
  });
  const running = () => [
    ...Array.from(requests, ({ method, url }) => `the OVHcloud call ${method} ${url.split('?')[0]}`),
    ...api.tasks.running,
    ...watch.running,
  ];

  return {
    async start() {
      await app.ready();
      const identity = options.identity ?? (await ownIdentity(runtime));
      const shared = { host, assumed, runtime, nextQueryId, handler: app.routing };
      const https = await listen({ ...shared, port: options.httpsPort ?? 8444, option: 'httpsPort', identity });
      try {
        const http = await listen({ ...shared, port: options.httpPort ?? 8480, option: 'httpPort' });
        listeners = { https, http };
        if (options.watchThumbprints) watch.start();
      } catch (error) {
        await https.close();
        throw error;
      }
    },
    async stop() {
      stopping.abort();
      api.tasks.stop();
      watch.stop();
      api.users.stop();
      await Promise.all([listeners?.https.close(), listeners?.http.close()]);
      await app.close();
    },
    get httpsPort() {
      return started().https.port;
    },
    get httpPort() {
      return started().http.port;
    },
    get url() {
      return `https://${host}:${started().https.port}/1.0`;
    },
    get httpUrl() {
      return `http://${host}:${started().http.port}/1.0`;
    },
    get applications() {
      return api.credentials.applications;
    },
    get credentials() {
      return api.credentials.credentials;
    },
    owner: account.owner,
    get people() {
      return account.people;
    },
    validateCredential(consumerKey) {
      const credential = api.credentials.credential(consumerKey);
      if (!credential) throw new KeyrigError('ERR_OPTION', 'there is no such consumer key');
      api.credentials.grant(credential, account.owner, null, undefined);
    },
    get services() {
      return api.services.all;
    },
    get tasks() {
      return api.tasks.all;
    },
    users: (serviceName) => (api.services.get(serviceName) ? api.users.of(serviceName).list : []),
    allowedNetworks: (serviceName) => (api.services.get(serviceName) ? api.allowedNetworks.of(serviceName).list : []),
    admits: (serviceName, address) => admits(api, serviceName, address),
    get messages() {
      return api.inbox.messages;
    },
    isFlowOpen: (ip, port, serviceName) => api.services.isFlowOpen(ip, port, serviceName),
    steerTask: (taskId, action, description) => api.tasks.steer(taskId, action, description),
    setStates(serviceName, { status, vmEncryption, kms = [] }) {
      const service = api.services.get(serviceName);
      if (!service) throw new KeyrigError('ERR_OPTION', `there is no service ${serviceName}`);
      const entries = kms.map(({ kmsId, state }) => {
        const entry = service.kms.get(kmsId);
        if (!entry) throw new KeyrigError('ERR_OPTION', `there is no KMS ${kmsId} in ${serviceName}`);
        return { entry, state };
      });
      if (status) api.services.setStatus(service, status);
      if (vmEncryption !== undefined) api.services.setVmEncryption(service, vmEncryption ?? undefined);
      for (const { entry, state } of entries) api.services.setKmsState(service, entry, state);
    },
    get running() {
      return running();
    },
    save() {
      requireIdle(running(), 'the OVHcloud API');
      return saveApi(api, watch);
    },
    restore(state) {
      requireIdle(running(), 'the OVHcloud API');
      restoreApi(api, watch, state);
    },
  };
}

async function ownIdentity({ clock, random }: Runtime): Promise<Identity> {
  const keys = await new KeyPool().fresh();
  return selfSigned(
    { commonName: 'keyrig OVH API', keys, names: [...usualServerNames(), ...ovhHosts] },
    { clock, random },
  );
}
