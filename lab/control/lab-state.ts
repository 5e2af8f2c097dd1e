import { z } from 'zod';
import { vmEncryptionState } from '../../ovh-api-mock/index.ts';
import type { Data, Host, Vm } from '../../vcenter-mock/index.ts';
import type { Lab } from '../lab.ts';
import { isoTime } from './values.ts';

const text = z.string();
const key = {
  keyId: text.nullable().describe('Unique Identifier of its key; null when it has none.'),
  providerId: text.nullable().describe('The key provider that the key is from.'),
};

/** A KMS, without what it holds. */
export const kmsSchema = z
  .strictObject({
    name: text,
    address: text,
    port: z.number().int(),
    httpsUrl: text.optional().describe('Where KMIP over HTTPS is answered.'),
    certificate: z.strictObject({ sha1: text, sha256: text, notAfter: isoTime }),
    objectCount: z.number().int(),
  })
  .meta({ id: 'Kms' });

const vm = z
  .strictObject({
    name: text,
    moid: text,
    host: text.nullable(),
    powerState: text,
    encrypted: z.boolean().describe('Whether its files are encrypted.'),
    cryptoState: text.nullable().describe('unlocked or locked; null when it is not encrypted.'),
    ...key,
    disks: z.array(z.strictObject({ label: text, encrypted: z.boolean(), ...key })),
  })
  .meta({ id: 'VirtualMachine' });

const host = z
  .strictObject({
    name: text,
    moid: text,
    connectionState: text,
    powerState: text,
    inMaintenanceMode: z.boolean(),
    cryptoState: text.nullable().describe('incapable, prepared, safe or pendingIncapable.'),
    ...key,
  })
  .meta({ id: 'Host' });

const provider = z
  .strictObject({
    id: text,
    isDefault: z.boolean(),
    servers: z.array(
      z.strictObject({
        name: text,
        address: text,
        port: z.number().int(),
        isReachable: z.boolean().describe('Whether the gateway lets vCenter through to it.'),
      }),
    ),
  })
  .meta({ id: 'KeyProvider' });

const vcenterSchema = z.strictObject({
  url: text,
  version: text,
  running: z.array(text).describe('What is being worked on, in words.'),
  keyProviders: z.array(provider),
  hosts: z.array(host),
  vms: z.array(vm),
});

const service = z
  .strictObject({
    serviceName: text,
    status: text,
    vmEncryption: text.describe('State of the encryption option.'),
    kms: z.array(
      z.strictObject({
        kmsId: z.number().int(),
        ip: text,
        kmsTcpPort: z.number().int(),
        sslThumbprint: text,
        description: text,
        state: text,
        isFlowOpen: z.boolean().describe('Whether the gateway lets the vCenter reach it.'),
      }),
    ),
  })
  .meta({ id: 'OvhService' });

const task = z
  .strictObject({
    taskId: z.number().int(),
    serviceName: text,
    name: text,
    type: text,
    state: text,
    progress: z.number(),
    description: text.nullable(),
    executionDate: isoTime,
    lastModificationDate: isoTime,
    endDate: isoTime.nullable(),
  })
  .meta({ id: 'OvhTask' });
export const taskSchema = task;

/** Everything that the lab is now; never a secret. */
export const stateSchema = z
  .strictObject({
    seed: text,
    clock: z.strictObject({ mode: z.enum(['real', 'manual', 'scaled']), time: isoTime }),
    kms: z.array(kmsSchema),
    vcenter: vcenterSchema,
    ovh: z.strictObject({ url: text, httpUrl: text, services: z.array(service), tasks: z.array(task) }),
  })
  .meta({ id: 'LabState' });

/** Composes what `GET /state` answers. Throws ERR_INTERNAL before the lab has started. */
export function labState(lab: Lab): z.infer<typeof stateSchema> {
  const { random } = lab.runtime;
  return {
    seed: random.seed,
    clock: clockState(lab),
    kms: kmsStates(lab),
    vcenter: vcenterState(lab),
    ovh: {
      url: lab.ovh.url,
      httpUrl: lab.ovh.httpUrl,
      services: lab.ovh.services.map((service) => ({
        serviceName: service.serviceName,
        status: service.status,
        vmEncryption: vmEncryptionState(service),
        kms: [...service.kms.values()].map(({ flowOpen, ...entry }) => ({ ...entry, isFlowOpen: flowOpen })),
      })),
      tasks: ovhTasks(lab),
    },
  };
}

export function clockState({ runtime: { clock } }: Lab): z.infer<typeof stateSchema>['clock'] {
  return { mode: clock.mode, time: timeOf(clock.now()) };
}

export function kmsStates(lab: Lab): z.infer<typeof kmsSchema>[] {
  return lab.allKms.map((kms) => {
    const { sha1, sha256, notAfter } = kms.certificate;
    const { name, address, port, httpsUrl } = kms;
    const certificate = { sha1, sha256, notAfter: notAfter.toISOString() };
    return { name, address, port, httpsUrl, certificate, objectCount: kms.objects().length };
  });
}

export function ovhTasks(lab: Lab): z.infer<typeof task>[] {
  return lab.ovhTasks.map((one) => taskState(one));
}

export function taskState(one: Lab['ovhTasks'][number]): z.infer<typeof task> {
  const { taskId, serviceName, name, type, state, progress, description } = one;
  return {
    ...{ taskId, serviceName, name, type, state, progress, description },
    executionDate: timeOf(one.executionDate),
    lastModificationDate: timeOf(one.lastModificationDate),
    endDate: one.endDate === null ? null : timeOf(one.endDate),
  };
}

function vcenterState({ vcenter, ovh, serviceName }: Lab): z.infer<typeof vcenterSchema> {
  const { inventory, encryption } = vcenter;
  const { providers } = encryption;
  return {
    url: vcenter.url,
    version: vcenter.vc.profile.version,
    running: [...vcenter.running],
    keyProviders: providers.all().map(({ id, servers }) => ({
      id,
      isDefault: providers.default()?.id === id,
      servers: servers.map(({ info: { name, address, port } }) => ({
        ...{ name, address, port },
        isReachable: ovh.isFlowOpen(address, port, serviceName),
      })),
    })),
    hosts: inventory.hosts.map(hostState),
    vms: inventory.vms.map((one) => vmState(one, inventory.hostOf(one))),
  };
}

function hostState(one: Host): z.infer<typeof host> {
  const { connectionState, powerState, inMaintenanceMode, cryptoState, cryptoKeyId } = one.get('runtime');
  const { name, ref } = { name: one.get('name'), ref: one.ref };
  return {
    ...{ name, moid: ref.value, connectionState, powerState, inMaintenanceMode },
    cryptoState: cryptoState ?? null,
    ...keyOf(cryptoKeyId),
  };
}

function vmState(one: Vm, on: Host | undefined): z.infer<typeof vm> {
  const { powerState, cryptoState } = one.get('runtime');
  const config = one.get('config');
  const disks = (config?.hardware.device ?? []).filter((device) => device._type === 'VirtualDisk');
  return {
    name: one.get('name'),
    moid: one.ref.value,
    host: on?.get('name') ?? null,
    powerState,
    encrypted: config?.keyId !== undefined,
    cryptoState: cryptoState ?? null,
    ...keyOf(config?.keyId),
    disks: disks.map((disk) => {
      const { keyId } = (disk.backing ?? {}) as { keyId?: Data<'CryptoKeyId'> };
      return { label: disk.deviceInfo?.label ?? '', encrypted: keyId !== undefined, ...keyOf(keyId) };
    }),
  };
}

function keyOf(id: Data<'CryptoKeyId'> | undefined): { keyId: string | null; providerId: string | null } {
  return { keyId: id?.keyId ?? null, providerId: id?.providerId?.id ?? null };
}

function timeOf(ms: number): string {
  return new Date(ms).toISOString();
}
