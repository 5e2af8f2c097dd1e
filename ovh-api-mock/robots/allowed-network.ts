import type { AllowedNetwork, ServiceNetworks } from '../allowed-networks.ts';
import type { Api } from '../api.ts';
import { fill } from '../assumed.ts';
import type { Recipe, Robot } from '../robot.ts';
import { type Change, changeRobot } from './change.ts';

/** What all tasks of an allowed network work on. */
export function networkLock(networkAccessId: number): string {
  return `allowedNetwork/${networkAccessId}`;
}

/** Lets a new network through the firewall. */
export function addNetwork(api: Api, serviceName: string, network: AllowedNetwork): Robot {
  return networkChange(api, serviceName, network, { kind: 'addNetwork' }, (networks) => ({
    name: api.assumed.addNetworkRobot,
    finish: (cause) => networks.set(network, { state: 'allowed', applied: network.network }, cause),
    failed(state, cause) {
      if (state === 'canceled') networks.remove(network, cause);
    },
  }));
}

/** Changes a network; until it is done the old one is let through. */
export function updateNetwork(
  api: Api,
  serviceName: string,
  network: AllowedNetwork,
  change: Partial<Pick<AllowedNetwork, 'network' | 'description'>>,
): Robot {
  return networkChange(api, serviceName, network, { kind: 'updateNetwork', change }, (networks) => ({
    name: api.assumed.updateNetworkRobot,
    finish(cause) {
      const applied = change.network ?? network.network;
      networks.set(network, { ...change, state: 'allowed', applied }, cause);
    },
    failed: (_, cause) => networks.set(network, { state: standing(network) }, cause),
    again: (cause) => networks.set(network, { state: 'toUpdate' }, cause),
  }));
}

/** Lets a network through no longer. */
export function removeNetwork(api: Api, serviceName: string, network: AllowedNetwork): Robot {
  return networkChange(api, serviceName, network, { kind: 'removeNetwork' }, (networks) => ({
    name: api.assumed.removeNetworkRobot,
    finish: (cause) => networks.remove(network, cause),
    failed: (_, cause) => networks.set(network, { state: standing(network) }, cause),
    again: (cause) => networks.set(network, { state: 'toDelete' }, cause),
  }));
}

/** The state of a network that nobody works on. */
function standing({ applied }: AllowedNetwork): AllowedNetwork['state'] {
  return applied === null ? 'toUpdate' : 'allowed';
}

function networkChange(
  { assumed, allowedNetworks }: Api,
  serviceName: string,
  network: AllowedNetwork,
  recipe: Recipe,
  work: (networks: ServiceNetworks) => Omit<Change, 'recipe' | 'lock' | 'text' | 'exists'>,
): Robot {
  const own = allowedNetworks.of(serviceName);
  return changeRobot(assumed, {
    ...work(own),
    recipe: { ...recipe, network: { networkAccessId: network.networkAccessId, network: network.network } },
    lock: networkLock(network.networkAccessId),
    text: fill(assumed.changeNetworkText, { network: network.network }),
    exists: () => own.get(network.networkAccessId) === network,
  });
}
