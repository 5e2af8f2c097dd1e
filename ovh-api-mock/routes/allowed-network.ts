import { z } from 'zod';
import { type AllowedNetwork, allowedNetworkModel, blockOf } from '../allowed-networks.ts';
import type { Api } from '../api.ts';
import { fill } from '../assumed.ts';
import { ApiFailure, conflict, objectNotFound } from '../failures.ts';
import { allowedNetwork } from '../models/allowed-network.ts';
import { task } from '../models/task.ts';
import { ipv4Block, long, longText, string, whole } from '../models/types.ts';
import { refuseBusy, refuseService } from '../refusals.ts';
import { addNetwork, networkLock, removeNetwork, updateNetwork } from '../robots/allowed-network.ts';
import { defineServiceRoute, type Route } from '../route.ts';
import type { Service } from '../services.ts';
import { taskModel } from '../tasks.ts';
import { taskRoutesOf } from './task.ts';

const params = { networkAccessId: longText };

const list = defineServiceRoute({
  method: 'GET',
  path: '/allowedNetwork',
  about: 'List networks allowed on infrastructure firewall',
  provenance: 'documented',
  iamAction: 'allowedNetwork/get',
  response: z.array(long),
  run: ({ api, service }) => api.allowedNetworks.of(service.serviceName).list.map((entry) => entry.networkAccessId),
});

const create = defineServiceRoute({
  method: 'POST',
  path: '/allowedNetwork',
  about: 'Create network allowed on infrastructure firewall',
  provenance: 'documented',
  iamAction: 'allowedNetwork/create',
  body: z.object({ network: ipv4Block, description: string.nullish() }),
  response: task,
  run({ api, service, body, cause }) {
    const { serviceName } = service;
    const block = blockOf(body.network);
    const refusal = refuseService(api, service) ?? refuseTwin(api, service, block);
    if (refusal) return refusal;
    const network = api.allowedNetworks.of(serviceName).add(block, body.description ?? null, cause);
    const { networkAccessId } = network;
    return taskModel(api.tasks.create(serviceName, addNetwork(api, serviceName, network), cause, { networkAccessId }));
  },
});

const get = defineServiceRoute({
  method: 'GET',
  path: '/allowedNetwork/{networkAccessId}',
  about: 'Get network allowed on infrastructure firewall',
  provenance: 'documented',
  iamAction: 'allowedNetwork/get',
  params,
  response: allowedNetwork,
  run({ api, service, params: { networkAccessId } }) {
    const network = findNetwork(api, service, networkAccessId);
    return network instanceof ApiFailure ? network : allowedNetworkModel(network);
  },
});

const edit = defineServiceRoute({
  method: 'PUT',
  path: '/allowedNetwork/{networkAccessId}',
  about: 'Update network allowed on infrastructure firewall',
  provenance: 'documented',
  iamAction: 'allowedNetwork/edit',
  params,
  body: whole(allowedNetwork),
  response: task,
  run({ api, service, params: { networkAccessId }, body, cause }) {
    const { serviceName } = service;
    const network = changeableNetwork(api, service, networkAccessId);
    if (network instanceof ApiFailure) return network;
    const { description = network.description } = body;
    const block = blockOf(body.network ?? network.network);
    const refusal = refuseTwin(api, service, block, networkAccessId);
    if (refusal) return refusal;
    api.allowedNetworks.of(serviceName).set(network, { state: 'toUpdate' }, cause);
    const robot = updateNetwork(api, serviceName, network, { network: block, description });
    return taskModel(api.tasks.create(serviceName, robot, cause, { networkAccessId }));
  },
});

const remove = defineServiceRoute({
  method: 'DELETE',
  path: '/allowedNetwork/{networkAccessId}',
  about: 'Remove network allowed on infrastructure firewall',
  provenance: 'documented',
  iamAction: 'allowedNetwork/delete',
  params,
  response: task,
  run({ api, service, params: { networkAccessId }, cause }) {
    const { serviceName } = service;
    const network = changeableNetwork(api, service, networkAccessId);
    if (network instanceof ApiFailure) return network;
    api.allowedNetworks.of(serviceName).set(network, { state: 'toDelete' }, cause);
    const robot = removeNetwork(api, serviceName, network);
    return taskModel(api.tasks.create(serviceName, robot, cause, { networkAccessId }));
  },
});

/** The networks that may reach the vCenter (spec 1.2). */
export const allowedNetworkRoutes: readonly Route[] = [
  list,
  create,
  get,
  edit,
  remove,
  ...taskRoutesOf({
    path: '/allowedNetwork/{networkAccessId}',
    subject: 'networkAccessId',
    about: 'associated to a network allowed on infrastructure firewall',
    iamAction: 'allowedNetwork/task',
    refuse(api, service, networkAccessId) {
      const network = findNetwork(api, service, networkAccessId);
      return network instanceof ApiFailure ? network : undefined;
    },
  }),
];

/** A network of a service, or 404. */
function findNetwork(api: Api, { serviceName }: Service, networkAccessId: number): AllowedNetwork | ApiFailure {
  const network = api.allowedNetworks.of(serviceName).get(networkAccessId);
  return network ?? objectNotFound(api.assumed, 'networkAccessId', networkAccessId);
}

/** A network that takes a change now: nobody works on it. */
function changeableNetwork(api: Api, service: Service, networkAccessId: number): AllowedNetwork | ApiFailure {
  const network = findNetwork(api, service, networkAccessId);
  if (network instanceof ApiFailure) return network;
  const busy = { lock: networkLock(networkAccessId), name: 'networkAccessId', id: networkAccessId };
  return refuseService(api, service) ?? refuseBusy(api, service, busy) ?? network;
}

/** Why a block cannot be allowed: another entry has it. */
function refuseTwin(
  { allowedNetworks, assumed }: Api,
  { serviceName }: Service,
  network: string,
  own?: number,
): ApiFailure | undefined {
  const twin = allowedNetworks
    .of(serviceName)
    .list.find((other) => other.network === network && other.networkAccessId !== own);
  if (!twin || !assumed.refuseDuplicateNetwork) return undefined;
  return conflict(fill(assumed.duplicateNetworkText, { network, networkAccessId: twin.networkAccessId }));
}
