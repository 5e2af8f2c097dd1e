import type { Journal, JsonObject, Members, Runtime } from '../core/index.ts';
import { type DedicatedCloud, dedicatedCloudObject } from './models/dedicated-cloud.ts';
import type { KmsState, OptionState } from './models/vm-encryption.ts';
import type { ServiceOptions, ServiceStatus } from './options.ts';

/** A registered KMS. */
export interface KmsEntry {
  readonly kmsId: number;
  readonly ip: string;
  readonly kmsTcpPort: number;
  sslThumbprint: string;
  description: string;
  readonly state: KmsState;
  /** Whether the gateway lets the vCenter reach it. */
  readonly flowOpen: boolean;
}

/** Takes the address of a flow that was closed, its service, and the `seq` of the journal entry that says so. */
export type FlowClosed = (ip: string, port: number, serviceName: string, cause: number) => void;

/** A VMware on OVHcloud service. */
export interface Service {
  readonly serviceName: string;
  /** What GET /dedicatedCloud/{serviceName} answers. */
  readonly properties: DedicatedCloud;
  readonly status: ServiceStatus;
  /** Whether sensitive operations wait for a token. */
  readonly tokenValidation: boolean;
  /** The state of the encryption option when its entries do not tell it. */
  readonly vmEncryption: OptionState | undefined;
  readonly kms: ReadonlyMap<number, KmsEntry>;
}

/** The properties that a customer may change (schema: not read-only). */
export type PropertyChange = Partial<
  Pick<
    DedicatedCloud,
    | 'description'
    | 'sslV3'
    | 'userAccessPolicy'
    | 'userLimitConcurrentSession'
    | 'userLogoutPolicy'
    | 'userSessionTimeout'
  >
>;

interface WritableService extends Service {
  readonly kms: Map<number, KmsEntry>;
}

/**
 * The state of the encryption option follows from its entries. The schema has no call that sets it; which entry states make
 * which option state is assumed (spec 7.2, 7.3).
 */
export function vmEncryptionState(service: Service): OptionState {
  if (service.vmEncryption) return service.vmEncryption;
  const entries = [...service.kms.values()];
  const some = (...states: KmsState[]) => entries.some((entry) => states.includes(entry.state));
  if (entries.length === 0) return 'disabled';
  if (some('delivered', 'toUpdate', 'updating')) return 'enabled';
  // An entry whose change failed is still in use.
  if (entries.some((entry) => entry.state === 'error' && entry.flowOpen)) return 'enabled';
  if (some('toCreate', 'creating')) return 'enabling';
  if (some('toDelete', 'deleting')) return 'disabling';
  return some('error') ? 'error' : 'unknown';
}

/** How IAM names a service (documented). */
export function resourceUrn(serviceName: string): string {
  return `urn:v1:eu:resource:pccVMware:${serviceName}`;
}

/** All services with their KMS entries. */
export type SavedServices = {
  readonly nextKmsId: number;
  readonly services: readonly (Omit<Members<Service>, 'properties' | 'kms' | 'vmEncryption'> & {
    readonly properties: JsonObject;
    readonly vmEncryption?: OptionState | undefined;
    readonly kms: readonly Members<KmsEntry>[];
  })[];
};

/** The services and their KMS entries. All changes go through its methods, which say so in the journal. */
export class ServiceStore {
  readonly #services = new Map<string, WritableService>();
  readonly #journal: Journal;
  readonly #flowClosed: FlowClosed;
  #kmsIds: number;

  /** @param flowClosed told when a gateway's flow to an address was closed */
  constructor(
    { journal, random }: Runtime,
    services: readonly ServiceOptions[],
    kmsTcpPort: (ip: string) => number,
    flowClosed: FlowClosed = () => {},
  ) {
    this.#journal = journal;
    this.#flowClosed = flowClosed;
    const stream = random.stream('ovh.services');
    this.#kmsIds = 100 + stream.integer(900);
    for (const options of services) {
      const { serviceName, kms = [], status = 'ok', tokenValidation = false, vmEncryption, tags } = options;
      const iam = { id: stream.uuid(), urn: resourceUrn(serviceName), tags: tags ?? null };
      const properties = { ...defaultProperties(serviceName, iam), ...propertiesIn(options) };
      const service = {
        serviceName,
        properties,
        status,
        tokenValidation,
        vmEncryption,
        kms: new Map<number, KmsEntry>(),
      };
      this.#services.set(service.serviceName, service);
      for (const { state = 'delivered', description = '', kmsTcpPort: port, ...entry } of kms) {
        const kmsId = this.#kmsIds++;
        const { flowOpen = openStates.has(state), ip, sslThumbprint } = entry;
        const tcpPort = port ?? kmsTcpPort(ip);
        service.kms.set(kmsId, { kmsId, ip, sslThumbprint, description, kmsTcpPort: tcpPort, state, flowOpen });
      }
    }
  }

  save(): SavedServices {
    const services = this.all.map(({ kms, properties, ...service }) => ({
      ...service,
      properties: structuredClone(properties) as unknown as JsonObject,
      kms: Array.from(kms.values(), (entry) => ({ ...entry })),
    }));
    return { nextKmsId: this.#kmsIds, services };
  }

  restore({ nextKmsId, services }: SavedServices): void {
    this.#kmsIds = nextKmsId;
    this.#services.clear();
    for (const { properties, kms, ...service } of services) {
      this.#services.set(service.serviceName, {
        ...service,
        vmEncryption: service.vmEncryption,
        properties: structuredClone(properties) as unknown as DedicatedCloud,
        kms: new Map(kms.map((entry) => [entry.kmsId, { ...entry }])),
      });
    }
  }

  /** In the order in which they were declared. */
  get all(): Service[] {
    return [...this.#services.values()];
  }

  get(serviceName: string): Service | undefined {
    return this.#services.get(serviceName);
  }

  /** Whether the gateway of a service, or of any, lets the vCenter reach this address and port. */
  isFlowOpen(ip: string, port: number, serviceName?: string): boolean {
    const services = serviceName === undefined ? this.#services.values() : [this.#services.get(serviceName)];
    for (const service of services) {
      for (const entry of service?.kms.values() ?? [])
        if (entry.flowOpen && entry.ip === ip && entry.kmsTcpPort === port) return true;
    }
    return false;
  }

  /** Gives the encryption option a state that its entries do not tell; undefined: what they tell. */
  setVmEncryption(service: Service, state: OptionState | undefined, cause?: number): void {
    const before = vmEncryptionState(service);
    Object.assign(service, { vmEncryption: state });
    this.#optionChanged(service, before, cause);
  }

  /** Whether the customer may use the service. */
  setStatus(service: Service, status: ServiceStatus, cause?: number): void {
    if (service.status === status) return;
    Object.assign(service, { status });
    const { serviceName } = service;
    this.#journal.record({
      plane: 'ovh',
      event: `ovh.service.${status}`,
      level: status === 'ok' ? 'info' : 'warn',
      text: `the service ${serviceName} is ${status}`,
      data: { serviceName, status },
      cause,
    });
  }

  /** Changes properties of a service. */
  setProperties({ serviceName, properties }: Service, change: PropertyChange, cause: number): void {
    Object.assign(properties, change);
    this.#journal.record({
      plane: 'ovh',
      event: 'ovh.service.changed',
      text: `the service ${serviceName} has ${Object.keys(change).join(', ') || 'nothing'} changed`,
      data: { serviceName, change },
      cause,
    });
  }

  /** Registers a KMS in state toCreate, flow closed. */
  addKms(
    service: Service,
    entry: Pick<KmsEntry, 'ip' | 'kmsTcpPort' | 'sslThumbprint' | 'description'>,
    cause: number,
  ): KmsEntry {
    const kms: KmsEntry = { ...entry, kmsId: this.#kmsIds++, state: 'toCreate', flowOpen: false };
    this.#change(service, kms, 'toCreate', cause, () => this.#writable(service).kms.set(kms.kmsId, kms));
    return kms;
  }

  setKmsState(service: Service, kms: KmsEntry, state: KmsState, cause?: number): void {
    if (kms.state === state) return;
    this.#change(service, kms, state, cause, () => Object.assign(kms, { state }));
  }

  /** Forgets an entry; its flow is closed. */
  removeKms(service: Service, kms: KmsEntry, cause: number): void {
    this.setFlow(service, kms, false, cause);
    this.#change(service, kms, 'removed', cause, () => this.#writable(service).kms.delete(kms.kmsId));
  }

  /** Opens or closes the gateway's flow to a KMS. */
  setFlow(service: Service, kms: KmsEntry, open: boolean, cause: number): void {
    if (kms.flowOpen === open) return;
    const { serviceName } = service;
    const { kmsId, ip, kmsTcpPort } = kms;
    Object.assign(kms, { flowOpen: open });
    const { seq } = this.#journal.record({
      plane: 'gateway',
      event: open ? 'gateway.flow.opened' : 'gateway.flow.closed',
      text: `the gateway of ${serviceName} ${open ? 'opens' : 'closes'} the flow to ${ip}:${kmsTcpPort}`,
      data: { serviceName, kmsId, ip, port: kmsTcpPort },
      cause,
    });
    if (!open) this.#flowClosed(ip, kmsTcpPort, serviceName, seq);
  }

  #writable(service: Service): WritableService {
    return this.#services.get(service.serviceName)!;
  }

  #change(
    service: Service,
    kms: KmsEntry,
    state: KmsState | 'removed',
    cause: number | undefined,
    apply: () => void,
  ): void {
    const before = vmEncryptionState(service);
    apply();
    const { serviceName } = service;
    const { kmsId, ip, kmsTcpPort } = kms;
    const entry = this.#journal.record({
      plane: 'ovh',
      event: `ovh.kms.${state}`,
      level: state === 'error' ? 'error' : 'info',
      text: `KMS ${kmsId} (${ip}:${kmsTcpPort}) of ${serviceName} is ${state}`,
      data: { serviceName, kmsId, ip, port: kmsTcpPort, state },
      cause,
    });
    this.#optionChanged(service, before, entry.seq);
  }

  #optionChanged(service: Service, before: OptionState, cause: number | undefined): void {
    const after = vmEncryptionState(service);
    if (after === before) return;
    const { serviceName } = service;
    this.#journal.record({
      plane: 'ovh',
      event: `ovh.vmEncryption.${after}`,
      level: after === 'error' ? 'error' : 'info',
      text: `VM encryption of ${serviceName} is ${after}`,
      data: { serviceName, state: after, before },
      cause,
    });
  }
}

/** The members of options that are properties of the service. */
function propertiesIn(options: ServiceOptions): Partial<DedicatedCloud> {
  const given = Object.entries(options).filter(
    ([name, value]) => value !== undefined && Object.hasOwn(dedicatedCloudObject.shape, name),
  );
  return Object.fromEntries(given);
}

/** The states of an entry in which its flow is open, when nothing else is said. */
const openStates: ReadonlySet<KmsState> = new Set(['delivered', 'toUpdate', 'updating', 'toDelete']);

/** A delivered Managed Bare Metal service. Its names and addresses have documented forms; the other values are assumed. */
function defaultProperties(
  serviceName: string,
  iam: { id: string; urn: string; tags: Record<string, string> | null },
): DedicatedCloud {
  return {
    serviceName,
    description: serviceName,
    state: 'delivered',
    productReference: 'MBM',
    commercialRange: '2016v3',
    generation: '2.0',
    billingType: 'monthly',
    location: 'rbx2a',
    bandwidth: '1500',
    managementInterface: 'vcsa',
    version: { major: '7.0', minor: '3', build: '20150588' },
    servicePackName: 'default',
    webInterfaceUrl: `https://${serviceName}.ovh.com/`,
    vScopeUrl: `https://${serviceName}.ovh.com/vScope/`,
    certifiedInterfaceUrl: `https://${serviceName}.ovh.com/secure/`,
    userAccessPolicy: 'open',
    userLimitConcurrentSession: 0,
    userLogoutPolicy: 'first',
    userSessionTimeout: 0,
    advancedSecurity: false,
    canMigrateToVCD: false,
    spla: false,
    sslV3: null,
    iam: { ...iam, displayName: serviceName },
  };
}
