import { z } from 'zod';
import type { Api } from '../api.ts';
import { fill } from '../assumed.ts';
import { ApiFailure, badRequest, conflict, objectNotFound } from '../failures.ts';
import { task as taskResponse } from '../models/task.ts';
import { ipv4, long, longText, string } from '../models/types.ts';
import { vmEncryption, vmEncryptionAccessNetwork } from '../models/vm-encryption.ts';
import { refuseChange } from '../refusals.ts';
import { addKms } from '../robots/add-kms.ts';
import { optionLock, robotParts } from '../robots/parts.ts';
import { removeKms } from '../robots/remove-kms.ts';
import { updateKms } from '../robots/update-kms.ts';
import { defineServiceRoute, type Route } from '../route.ts';
import { type KmsEntry, type Service, vmEncryptionState } from '../services.ts';
import { taskModel } from '../tasks.ts';
import { isThumbprint } from '../thumbprint.ts';

const get = defineServiceRoute({
  method: 'GET',
  path: '/vmEncryption',
  about: 'Get virtual machine encryption option',
  provenance: 'documented',
  iamAction: 'vmEncryption/get',
  response: vmEncryption,
  run: ({ service }) => ({ state: vmEncryptionState(service) }),
});

const listKms = defineServiceRoute({
  method: 'GET',
  path: '/vmEncryption/kms',
  about: 'List virtual machine encryption KMS servers',
  provenance: 'documented',
  iamAction: 'vmEncryption/kms/get',
  response: z.array(long),
  run: ({ service }) => [...service.kms.keys()],
});

const createKms = defineServiceRoute({
  method: 'POST',
  path: '/vmEncryption/kms',
  about: 'Create virtual machine encryption KMS server',
  provenance: 'documented',
  iamAction: 'vmEncryption/kms/create',
  body: z.object({ ip: ipv4, sslThumbprint: string, description: string.nullish() }),
  response: taskResponse,
  run({ api, service, body, cause }) {
    const { ip, sslThumbprint, description } = body;
    const { assumed, services, tasks } = api;
    const refusal = refuseThumbprint(api, sslThumbprint) ?? refuseOptionChange(api, service);
    if (refusal) return refusal;
    const twin = [...service.kms.values()].find((kms) => kms.ip === ip);
    if (twin && assumed.refuseDuplicateIp) {
      return conflict(fill(assumed.duplicateIpText, { ip, kmsId: twin.kmsId }));
    }
    const kmsTcpPort = api.kmsTcpPort(ip);
    const kms = services.addKms(service, { ip, kmsTcpPort, sslThumbprint, description: description ?? '' }, cause);
    return taskModel(tasks.create(service.serviceName, addKms(robotParts(api, service), kms), cause));
  },
});

const getKms = defineServiceRoute({
  method: 'GET',
  path: '/vmEncryption/kms/{kmsId}',
  about: 'Get virtual machine encryption KMS server',
  provenance: 'documented',
  iamAction: 'vmEncryption/kms/get',
  params: { kmsId: longText },
  response: vmEncryptionAccessNetwork,
  run({ api, service, params: { kmsId } }) {
    const kms = service.kms.get(kmsId);
    if (!kms) return objectNotFound(api.assumed, 'kmsId', kmsId);
    const { ip, kmsTcpPort, sslThumbprint, description, state } = kms;
    return { kmsId, ip, kmsTcpPort, sslThumbprint, description, state };
  },
});

const deleteKms = defineServiceRoute({
  method: 'DELETE',
  path: '/vmEncryption/kms/{kmsId}',
  about: 'Remove virtual machine encryption KMS server',
  provenance: 'documented',
  iamAction: 'vmEncryption/kms/delete',
  params: { kmsId: longText },
  response: taskResponse,
  run({ api, service, params: { kmsId }, cause }) {
    const kms = changeableKms(api, service, kmsId);
    if (kms instanceof ApiFailure) return kms;
    api.services.setKmsState(service, kms, 'toDelete', cause);
    return taskModel(api.tasks.create(service.serviceName, removeKms(robotParts(api, service), kms), cause));
  },
});

const changeKms = defineServiceRoute({
  method: 'POST',
  path: '/vmEncryption/kms/{kmsId}/changeProperties',
  about: 'Update virtual machine encryption KMS server',
  provenance: 'documented',
  iamAction: 'vmEncryption/kms/changeProperties',
  params: { kmsId: longText },
  body: z.object({ sslThumbprint: string, description: string.nullish() }),
  response: taskResponse,
  run({ api, service, params: { kmsId }, body, cause }) {
    const kms = changeableKms(api, service, kmsId);
    if (kms instanceof ApiFailure) return kms;
    const refusal = refuseThumbprint(api, body.sslThumbprint);
    if (refusal) return refusal;
    const change = { sslThumbprint: body.sslThumbprint, description: body.description ?? undefined };
    api.services.setKmsState(service, kms, 'toUpdate', cause);
    return taskModel(api.tasks.create(service.serviceName, updateKms(robotParts(api, service), kms, change), cause));
  },
});

/** The VM encryption option and its key servers (spec 1.2). */
export const vmEncryptionRoutes: readonly Route[] = [get, listKms, createKms, getKms, deleteKms, changeKms];

const guidePath = '/dedicatedCloud/{serviceName}/kms';

/**
 * The path that the guide prints and that no schema has (spec 1.1): answered like the real one in mode docs-compat, else
 * with 404 and a hint. Both are assumed.
 */
export function guideRoute(docsCompat: boolean): Route {
  return {
    ...createKms,
    path: guidePath,
    about: 'Path of the guide for Create virtual machine encryption KMS server',
    provenance: 'assumed',
    ...(docsCompat
      ? {}
      : {
          authentication: 'none',
          body: z.looseObject({}),
          run: ({ api }) =>
            new ApiFailure(
              404,
              `${api.assumed.unknownUrlText}: ${fill(api.assumed.guidePathHint, { method: 'POST', path: guidePath, realPath: createKms.path })}`,
            ),
        }),
  };
}

function refuseThumbprint({ assumed, options }: Api, value: string): ApiFailure | undefined {
  if (options.thumbprint !== 'verify-format' || isThumbprint(value)) return undefined;
  return badRequest(fill(assumed.badThumbprintText, { value: value.slice(0, 100) }));
}

/** Why the encryption option of a service takes no change now (spec 7.2, 7.4). */
function refuseOptionChange(api: Api, service: Service): ApiFailure | undefined {
  const { assumed } = api;
  const { serviceName, vmEncryption } = service;
  const refusal = refuseChange(api, service, optionLock);
  if (refusal) return refusal;
  if (vmEncryption && !assumed.changeableOptionStates.includes(vmEncryption))
    return conflict(fill(assumed.optionNotReadyText, { serviceName, state: vmEncryption }));
  return undefined;
}

/** An entry that takes a change now: delivered, or in error to be repaired or removed (assumed). */
function changeableKms(api: Api, service: Service, kmsId: number): KmsEntry | ApiFailure {
  const kms = service.kms.get(kmsId);
  if (!kms) return objectNotFound(api.assumed, 'kmsId', kmsId);
  const refusal = refuseOptionChange(api, service);
  if (refusal) return refusal;
  const { state } = kms;
  if (api.assumed.changeableKmsStates.includes(state)) return kms;
  return conflict(fill(api.assumed.kmsBusyText, { kmsId, state }));
}
