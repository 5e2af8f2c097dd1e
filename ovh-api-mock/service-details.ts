import { type Journal, type JsonObject, type Runtime, stateError } from '../core/index.ts';
import type { AssumedValues } from './assumed.ts';
import { date } from './datetime.ts';
import type { Datacenter } from './models/datacenter.ts';
import type { Capabilities, Iam, Vcenter } from './models/features.ts';
import type { SecurityOptionName, SecurityOptionState } from './models/security-option.ts';
import type { ServiceInfos } from './models/services.ts';
import type { ServiceOptions } from './options.ts';
import { securityOptionState } from './security-options.ts';
import type { Service } from './services.ts';

/** What a service has besides its properties and KMS, as the API shows it. */
export interface ServiceDetails {
  readonly datacenters: ReadonlyMap<number, Datacenter>;
  /** Without `status`, which the service itself has. */
  readonly infos: Omit<ServiceInfos, 'status'>;
  readonly capabilities: Capabilities;
  /** Newer versions than the one in use, when there are any. */
  readonly newerVersions: Partial<Pick<Vcenter, 'lastMajor' | 'lastMinor'>>;
  readonly iam: Iam;
  /** What was set; {@link ServiceDetailsStore.securityOption} tells the rest. */
  readonly securityOptions: ReadonlyMap<SecurityOptionName, SecurityOptionState>;
}

interface WritableDetails extends ServiceDetails {
  infos: ServiceDetails['infos'];
  readonly securityOptions: Map<SecurityOptionName, SecurityOptionState>;
}

export type SavedDetails = readonly {
  readonly serviceName: string;
  readonly infos: JsonObject;
  readonly securityOptions: readonly (readonly [SecurityOptionName, SecurityOptionState])[];
}[];

/** Datacenters, contract, features and security options of the services. All changes go through its methods, which say so in the journal. */
export class ServiceDetailsStore {
  readonly #services = new Map<string, WritableDetails>();
  readonly #journal: Journal;

  constructor({ clock, journal, random }: Runtime, services: readonly ServiceOptions[], assumed: AssumedValues) {
    this.#journal = journal;
    let datacenterId = 1 + random.stream('ovh.datacenters').integer(9_999);
    let serviceId = 10_000_000 + random.stream('ovh.serviceIds').integer(90_000_000);
    const now = clock.now();
    for (const options of services) {
      const { serviceName, datacenters = [{}] } = options;
      const places = datacenters.map((given): Datacenter => {
        const id = given.datacenterId ?? datacenterId++;
        return { ...defaultDatacenter(serviceName, id), ...given, datacenterId: id };
      });
      this.#services.set(serviceName, {
        datacenters: new Map(places.map((place) => [place.datacenterId, place])),
        infos: { ...defaultInfos(serviceName, serviceId++, now, assumed), ...options.serviceInfos },
        capabilities: { ...defaultCapabilities, ...options.capabilities },
        newerVersions: options.newerVersions ?? {},
        iam: { state: 'disabled', identityProviderId: null, ...options.iamOption },
        securityOptions: new Map(Object.entries(options.securityOptions ?? {})) as WritableDetails['securityOptions'],
      });
    }
  }

  /** What can change: the rest is the world's. */
  save(): SavedDetails {
    return Array.from(this.#services, ([serviceName, { infos, securityOptions }]) => ({
      serviceName,
      infos: { ...infos } as unknown as JsonObject,
      securityOptions: [...securityOptions],
    }));
  }

  /** For the services of the same world. */
  restore(details: SavedDetails): void {
    for (const { serviceName, infos, securityOptions } of details) {
      const known = this.#services.get(serviceName);
      if (!known) throw stateError('the OVHcloud API', `it has a service ${serviceName}`);
      known.infos = { ...(infos as unknown as ServiceDetails['infos']) };
      known.securityOptions.clear();
      for (const [option, state] of securityOptions) known.securityOptions.set(option, state);
    }
  }

  /** The details of a service that exists. */
  of(serviceName: string): ServiceDetails {
    return this.#services.get(serviceName)!;
  }

  /** The state of a security option of a service, also where its properties tell it. */
  securityOption(service: Service, option: SecurityOptionName): SecurityOptionState {
    return securityOptionState(option, this.of(service.serviceName).securityOptions, service);
  }

  setSecurityOption(
    { serviceName }: Service,
    option: SecurityOptionName,
    state: SecurityOptionState,
    cause: number,
  ): void {
    this.#services.get(serviceName)!.securityOptions.set(option, state);
    this.#journal.record({
      plane: 'ovh',
      event: `ovh.securityOption.${state}`,
      text: `the security option ${option} of ${serviceName} is ${state}`,
      data: { serviceName, option, state },
      cause,
    });
  }

  /** How a service shall be renewed. */
  setRenew({ serviceName }: Service, renew: ServiceInfos['renew'], cause: number): void {
    const details = this.#services.get(serviceName)!;
    details.infos = { ...details.infos, renew };
    this.#journal.record({
      plane: 'ovh',
      event: 'ovh.service.renew',
      text: `the renewal of ${serviceName} is ${renew?.automatic ? 'automatic' : 'manual'}`,
      data: { serviceName, renew },
      cause,
    });
  }
}

// All values are assumed, the form of the datacenter's name is reported by users.
function defaultDatacenter(serviceName: string, datacenterId: number): Datacenter {
  return {
    datacenterId,
    name: `${serviceName}_datacenter${datacenterId}`,
    description: '',
    commercialName: 'ESSENTIALS',
    commercialRangeName: 'ESSENTIALS',
    version: '2.0',
    isRemovable: false,
    horizonViewName: null,
  };
}

const dayMs = 86_400_000;

function defaultInfos(
  domain: string,
  serviceId: number,
  now: number,
  { account }: AssumedValues,
): ServiceDetails['infos'] {
  return {
    domain,
    serviceId,
    canDeleteAtExpiration: true,
    contactAdmin: account,
    contactBilling: account,
    contactTech: account,
    creation: date(now - 365 * dayMs),
    expiration: date(now + 30 * dayMs),
    engagedUpTo: null,
    possibleRenewPeriod: [1],
    renewalType: 'automaticV2016',
    renew: { automatic: true, deleteAtExpiration: false, forced: false, manualPayment: null, period: 1 },
  };
}

const defaultCapabilities: Capabilities = {
  canAddUser: true,
  upgradable: true,
  addRessourceRightStatus: 'active',
  backupStatus: 'active',
  fullAdminRoUserStatus: 'active',
  nexus1000vStatus: 'no',
  userAccessPolicyStatus: 'active',
};
