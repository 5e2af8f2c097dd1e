import { type Members, type Runtime, stateError } from '../core/index.ts';
import type { Api } from './api.ts';
import { isInBlocks } from './ip-block.ts';
import type { AllowedNetworkModel } from './models/allowed-network.ts';
import type { ServiceOptions } from './options.ts';

/** A network that may reach the vCenter of a service whose userAccessPolicy is `filtered`. */
export interface AllowedNetwork extends Readonly<AllowedNetworkModel> {
  /** The block that the firewall lets through now; null before the entry was applied for the first time. No model shows it. */
  readonly applied: string | null;
}

/** The allowed networks of all services. All changes go through {@link ServiceNetworks}. */
export class AllowedNetworkStore {
  readonly #services = new Map<string, ServiceNetworks>();
  #next: number;

  constructor(runtime: Runtime, services: readonly ServiceOptions[]) {
    this.#next = 1_000 + runtime.random.stream('ovh.allowedNetworks').integer(9_000);
    const nextId = () => this.#next++;
    for (const { serviceName, allowedNetworks = [] } of services) {
      const networks = new ServiceNetworks(runtime, serviceName, nextId);
      for (const { network, description = null } of allowedNetworks) networks.preset(network, description);
      this.#services.set(serviceName, networks);
    }
  }

  save(): SavedNetworks {
    const services = Array.from(
      this.#services,
      ([name, { list }]) => [name, list.map((network) => ({ ...network }))] as const,
    );
    return { nextId: this.#next, services };
  }

  /** For the services of the same world. */
  restore({ nextId, services }: SavedNetworks): void {
    this.#next = nextId;
    for (const [serviceName, networks] of services) {
      const known = this.#services.get(serviceName);
      if (!known) throw stateError('the OVHcloud API', `it has networks of ${serviceName}`);
      known.restore(networks);
    }
  }

  /** The networks of a service that exists. */
  of(serviceName: string): ServiceNetworks {
    return this.#services.get(serviceName)!;
  }
}

/** The allowed networks of all services. */
export type SavedNetworks = {
  readonly nextId: number;
  readonly services: readonly (readonly [serviceName: string, networks: readonly Members<AllowedNetwork>[]])[];
};

/** The allowed networks of one service. Every change says so in the journal. */
export class ServiceNetworks {
  readonly #runtime: Runtime;
  readonly #serviceName: string;
  readonly #nextId: () => number;
  readonly #networks = new Map<number, AllowedNetwork>();

  constructor(runtime: Runtime, serviceName: string, nextId: () => number) {
    this.#runtime = runtime;
    this.#serviceName = serviceName;
    this.#nextId = nextId;
  }

  /** In the order in which they came. */
  get list(): readonly AllowedNetwork[] {
    return [...this.#networks.values()];
  }

  get(networkAccessId: number): AllowedNetwork | undefined {
    return this.#networks.get(networkAccessId);
  }

  /** Whether the firewall lets an address through when it filters. */
  admits(address: string): boolean {
    const blocks = this.list.map(({ applied }) => applied).filter((applied) => applied !== null);
    return isInBlocks(blocks, address);
  }

  /** A network that is allowed when the lab starts; the journal does not tell of it. */
  preset(network: string, description: string | null): void {
    const block = blockOf(network);
    this.#put({ networkAccessId: this.#nextId(), network: block, description, state: 'allowed', applied: block });
  }

  /** A new network, not applied yet: state toUpdate, the only one of the three that fits (assumed). */
  add(network: string, description: string | null, cause: number): AllowedNetwork {
    const networkAccessId = this.#nextId();
    const entry: AllowedNetwork = { networkAccessId, network, description, state: 'toUpdate', applied: null };
    this.#put(entry);
    this.#record(entry, entry.state, cause);
    return entry;
  }

  set(network: AllowedNetwork, change: Partial<Omit<AllowedNetwork, 'networkAccessId'>>, cause: number): void {
    Object.assign(network, change);
    this.#record(network, network.state, cause);
  }

  remove(network: AllowedNetwork, cause: number): void {
    if (this.#networks.delete(network.networkAccessId)) this.#record(network, 'removed', cause);
  }

  /** Has these and no others; the journal does not tell of it. */
  restore(networks: readonly AllowedNetwork[]): void {
    this.#networks.clear();
    for (const network of networks) this.#put({ ...network });
  }

  #put(entry: AllowedNetwork): void {
    this.#networks.set(entry.networkAccessId, entry);
  }

  #record({ networkAccessId, network, applied }: AllowedNetwork, state: string, cause: number): void {
    const serviceName = this.#serviceName;
    this.#runtime.journal.record({
      plane: 'ovh',
      event: `ovh.allowedNetwork.${state}`,
      text: `the network ${network} (${networkAccessId}) of ${serviceName} is ${state}`,
      data: { serviceName, networkAccessId, network, state, applied },
      cause,
    });
  }
}

/** A network as it is kept: an address alone is a block of one address (assumed). */
export function blockOf(network: string): string {
  return network.includes('/') ? network : `${network}/32`;
}

/** A network as the API shows it. */
export function allowedNetworkModel({ applied, ...model }: AllowedNetwork): AllowedNetworkModel {
  return model;
}

/** Whether an address reaches the vCenter and the secure interface of a service: everyone does unless its userAccessPolicy is `filtered` (documented). */
export function admits({ services, allowedNetworks }: Api, serviceName: string, address: string): boolean {
  const policy = services.get(serviceName)?.properties.userAccessPolicy;
  return policy !== 'filtered' || allowedNetworks.of(serviceName).admits(address);
}
