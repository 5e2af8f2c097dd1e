import { isJsonObject, type Json, type JsonObject, stateError } from '../../core/index.ts';
import type { AllowedNetwork } from '../allowed-networks.ts';
import type { Api } from '../api.ts';
import type { SecurityOptionName } from '../models/security-option.ts';
import type { ObjectRight } from '../models/user.ts';
import type { Recipe, Robot } from '../robot.ts';
import type { KmsEntry, PropertyChange, Service } from '../services.ts';
import type { RightFields, User, UserFields } from '../users.ts';
import { activateUser, type activationStates } from './activate-user.ts';
import { addKms } from './add-kms.ts';
import { addUser } from './add-user.ts';
import { addNetwork, removeNetwork, updateNetwork } from './allowed-network.ts';
import { changeProperties } from './change-properties.ts';
import { enableSecurityOption } from './enable-security-option.ts';
import { maintenance } from './maintenance.ts';
import { openFlowTask } from './open-flow.ts';
import { robotParts } from './parts.ts';
import { removeKms } from './remove-kms.ts';
import { removeUser } from './remove-user.ts';
import { standing } from './standing.ts';
import { type KmsChange, updateKms } from './update-kms.ts';
import { changePassword, confirmPhoneNumber, updateUser } from './update-user.ts';
import { addObjectRight, removeObjectRight, updateRight } from './user-right.ts';

/** What the robots wrote into their recipes; entries are the present ones again. */
type Maker = (api: Api, service: Service, from: JsonObject) => Robot;

function maker<From>(make: (api: Api, service: Service, from: From) => Robot): Maker {
  return (api, service, from) => make(api, service, from as unknown as From);
}

type OfKms = { kms: KmsEntry };
type OfUser = { user: User };
type OfNetwork = { network: AllowedNetwork };
type Standing = { name: string; durationMs: number | undefined };
type Secret = { password: string | undefined };
type Activation = { action: keyof typeof activationStates; before: User['activationState'] };

const makers: Readonly<Record<string, Maker>> = {
  addKms: maker<OfKms>((api, service, { kms }) => addKms(robotParts(api, service), kms)),
  openFlow: maker<OfKms>((api, service, { kms }) => openFlowTask(robotParts(api, service), kms)),
  removeKms: maker<OfKms>((api, service, { kms }) => removeKms(robotParts(api, service), kms)),
  updateKms: maker<OfKms & { change: KmsChange }>((api, service, { kms, change }) =>
    updateKms(robotParts(api, service), kms, change),
  ),
  enableSecurityOption: maker<{ option: SecurityOptionName }>((api, service, { option }) =>
    enableSecurityOption(api, service, option),
  ),
  changeProperties: maker<{ change: PropertyChange }>((api, service, { change }) =>
    changeProperties(api, service, change),
  ),
  standing: maker<Standing>(({ assumed }, _, { name, durationMs }) => standing(name, durationMs, assumed)),
  maintenance: maker<Standing>(({ assumed }, _, { name, durationMs }) => maintenance(name, durationMs, assumed)),
  addUser: maker<OfUser & Secret>((api, { serviceName }, { user, password }) =>
    addUser(api, serviceName, user, password),
  ),
  removeUser: maker<OfUser>((api, { serviceName }, { user }) => removeUser(api, serviceName, user)),
  updateUser: maker<OfUser & { change: UserFields }>((api, { serviceName }, { user, change }) =>
    updateUser(api, serviceName, user, change),
  ),
  changePassword: maker<OfUser & Secret>((api, { serviceName }, { user, password }) =>
    changePassword(api, serviceName, user, password),
  ),
  confirmPhoneNumber: maker<OfUser>((api, { serviceName }, { user }) => confirmPhoneNumber(api, serviceName, user)),
  activateUser: maker<OfUser & Activation>((api, { serviceName }, { user, action, before }) =>
    activateUser(api, serviceName, user, action, before),
  ),
  updateRight: maker<OfUser & { rightId: number; change: Partial<RightFields> }>(
    (api, { serviceName }, { user, rightId, change }) => updateRight(api, serviceName, user, rightId, change),
  ),
  addObjectRight: maker<OfUser & { objectRight: Omit<ObjectRight, 'objectRightId'> }>(
    (api, { serviceName }, { user, objectRight }) => addObjectRight(api, serviceName, user, objectRight),
  ),
  removeObjectRight: maker<OfUser & { objectRightId: number }>((api, { serviceName }, { user, objectRightId }) =>
    removeObjectRight(api, serviceName, user, objectRightId),
  ),
  addNetwork: maker<OfNetwork>((api, { serviceName }, { network }) => addNetwork(api, serviceName, network)),
  updateNetwork: maker<OfNetwork & { change: Partial<AllowedNetwork> }>((api, { serviceName }, { network, change }) =>
    updateNetwork(api, serviceName, network, change),
  ),
  removeNetwork: maker<OfNetwork>((api, { serviceName }, { network }) => removeNetwork(api, serviceName, network)),
};

/** The robot of a saved recipe. What it works on is what there is now; an entry that is gone stands in the recipe. */
export function robotOf(api: Api, serviceName: string, { kind, confirmedBy, ...from }: Recipe, cause = 0): Robot {
  const service = api.services.get(serviceName);
  const make = makers[kind];
  if (!service || !make)
    throw stateError('the OVHcloud API', `it has a task of ${serviceName} for an unknown robot ${kind}`);
  const robot = make(api, service, { ...from, ...presentEntries(api, service, from) });
  return confirmedBy === undefined ? robot : api.operationTokens.guarded(robot, cause);
}

function presentEntries(api: Api, service: Service, { kms, user, network }: JsonObject): JsonObject {
  const { serviceName } = service;
  const found: Record<string, unknown> = {};
  if (kms) found.kms = service.kms.get(idIn(kms, 'kmsId')) ?? kms;
  if (user) found.user = api.users.of(serviceName).get(idIn(user, 'userId')) ?? user;
  if (network) found.network = api.allowedNetworks.of(serviceName).get(idIn(network, 'networkAccessId')) ?? network;
  return found as JsonObject;
}

function idIn(entry: Json, name: string): number {
  const id = isJsonObject(entry) ? entry[name] : undefined;
  if (typeof id === 'number') return id;
  throw stateError('the OVHcloud API', `a task works on something without a ${name}`);
}
