import { cryptoRequestOf, cryptoSpecOf, profileOf } from '../crypto/vim-request.ts';
import type { DiskCryptoRequest, VmCryptoRequest } from '../crypto/vm-crypto-request.ts';
import { disksOf } from '../inventory/devices.ts';
import type { Host, Vm } from '../inventory/inventory.ts';
import type { TypedObject } from '../inventory/store.ts';
import type { RunningTask } from '../tasks/task-runner.ts';
import type { Vcenter } from '../vcenter.ts';
import { fault, invalidArgument, VimFault } from '../vim/kernel/fault.ts';
import { enumValues, isA } from '../vim/kernel/registry.ts';
import { type Data, data, type Ref, sameRef } from '../vim/kernel/values.ts';
import { applyConfigSpec, checkProfile } from './apply-config-spec.ts';
import { filesAt } from './create.ts';
import { type ConfigInfo, chainOf, deltaOf, fileBacking, flattened } from './disk-chain.ts';
import { VmDraft } from './draft.ts';
import { freeName } from './names.ts';
import {
  authorizePlacement,
  datastoreNamed,
  hostFor,
  objectOf,
  relink,
  requireDatastore,
  requireHere,
} from './placement.ts';
import { powerOn } from './power.ts';

type CloneSpec = Data<'VirtualMachineCloneSpec'>;
type Locator = Data<'VirtualMachineRelocateSpecDiskLocator'>;

/** Where a clone goes. */
interface Target {
  folder: TypedObject<'Folder'>;
  host: Host;
  pool: TypedObject<'ResourcePool'>;
  datastore: TypedObject<'Datastore'>;
}

/**
 * CloneVM_Task: a full or a linked copy. An encrypted VM's copy has the same keys (documented) unless the spec recrypts or decrypts it.
 * @throws NotSupported for what is not simulated: customization of the guest, memory
 */
export async function cloneVm(
  vc: Vcenter,
  source: Vm,
  wanted: { folder: Ref; name: string; spec: CloneSpec },
  task: RunningTask,
): Promise<Vm> {
  const { spec } = wanted;
  checkSpec(vc, source, spec);
  const target = targetOf(vc, source, wanted);
  const name = freeName(vc, target.folder.ref, wanted.name);
  authorize(vc, source, spec, target, task);
  const from = configFrom(vc, source, spec);
  const subject = { user: task.user, cause: task.cause };
  const destination = {
    destFolder: { name: target.folder.get('name'), folder: target.folder.ref },
    destName: name,
    destHost: { name: target.host.get('name'), host: target.host.ref },
  };
  const template = source.get('config')?.template ?? false;
  const started = vc.events.post(
    'VmBeingClonedEvent',
    { template, ...destination },
    { ...subject, vm: source, message: `Cloning ${source.get('name')} on ${hostName(vc, source)} to ${name}` },
  );
  const { chainId } = started;
  const datastore = target.datastore.get('name');
  const home = `[${datastore}] ${vc.files.freeDirectory(datastore, name)}/`;
  let clone: Vm | undefined;
  try {
    clone = vc.vmFactory.add({ name, disks: [], guestId: from.guestId }, target);
    await copyInto(vc, clone, source, from, { spec, home }, task);
    vc.events.post(
      'VmClonedEvent',
      { template: spec.template, sourceVm: { name: source.get('name'), vm: source.ref } },
      { ...subject, chainId, vm: clone, message: `${source.get('name')} was cloned to ${name}` },
    );
  } catch (error) {
    if (clone) vc.vmFactory.remove(clone);
    const reason = error instanceof VimFault ? error.localized : { fault: data('VmConfigFault', {}) };
    const message = `Failed to clone ${source.get('name')}`;
    vc.events.post(
      'VmCloneFailedEvent',
      { template, ...destination, reason },
      { ...subject, chainId, vm: source, message },
    );
    throw error;
  }
  if (spec.template) vc.vmFactory.leavePool(clone);
  else if (spec.powerOn) await powerOn(vc, clone, task);
  return clone;
}

function hostName(vc: Vcenter, vm: Vm): string {
  return vc.inventory.hostOf(vm)?.get('name') ?? '';
}

function checkSpec(vc: Vcenter, source: Vm, spec: CloneSpec): void {
  const { location } = spec;
  if (!location) throw invalidArgument('spec.location');
  requireHere(vc, location);
  if (spec.customization || spec.memory) throw fault('NotSupported', vc.assumed.notSupported);
  if (spec.template && spec.powerOn) throw invalidArgument('spec.powerOn');
  if (
    spec.tpmProvisionPolicy &&
    !enumValues('VirtualMachineCloneSpecTpmProvisionPolicy')?.includes(spec.tpmProvisionPolicy)
  ) {
    throw invalidArgument('spec.tpmProvisionPolicy');
  }
  for (const type of [location.diskMoveType, ...(location.disk ?? []).map((disk) => disk.diskMoveType)]) {
    if (type && !enumValues('VirtualMachineRelocateDiskMoveOptions')?.includes(type)) {
      throw invalidArgument('spec.location.diskMoveType');
    }
  }
  const keys = new Set(disksOf(source.get('config')!).map(({ key }) => key));
  for (const disk of location.disk ?? []) {
    if (!keys.has(disk.diskId)) throw invalidArgument('spec.location.disk.diskId');
    for (const profile of disk.profile ?? []) checkProfile(vc, profile, 'spec.location.disk.profile');
  }
  for (const profile of location.profile ?? []) checkProfile(vc, profile, 'spec.location.profile');
}

/** A template has no pool: the spec must name one. documented */
function targetOf(vc: Vcenter, source: Vm, wanted: { folder: Ref; spec: CloneSpec }): Target {
  const { location } = wanted.spec;
  const folder = objectOf(vc, 'Folder', wanted.folder);
  if (!folder.get('childType')?.includes('VirtualMachine')) throw invalidArgument('folder');
  const poolRef = location.pool ?? source.get('resourcePool');
  if (!poolRef && wanted.spec.template) {
    const host = vc.inventory.hostOf(source);
    const owner = host && vc.store.find(host.get('parent')!);
    const pool = owner?.read('resourcePool') as Ref | undefined;
    if (!host || !pool) throw invalidArgument('spec.location.pool');
    return { folder, host, pool: objectOf(vc, 'ResourcePool', pool), datastore: datastoreFor(vc, source, location) };
  }
  if (!poolRef) throw invalidArgument('spec.location.pool');
  const pool = objectOf(vc, 'ResourcePool', poolRef);
  const own = vc.inventory.hostOf(source);
  const stays =
    own && sameRef(source.get('resourcePool'), poolRef) && own.get('runtime').connectionState === 'connected';
  const host = hostFor(vc, pool, location.host ?? (stays ? own.ref : undefined));
  return { folder, host, pool, datastore: datastoreFor(vc, source, location) };
}

function datastoreFor(vc: Vcenter, source: Vm, location: CloneSpec['location']): TypedObject<'Datastore'> {
  if (location.datastore) return objectOf(vc, 'Datastore', location.datastore);
  const name = /^\[([^\]]+)\]/.exec(source.get('config')?.files.vmPathName ?? '')?.[1];
  const found = name === undefined ? undefined : datastoreNamed(vc, name, source);
  if (!found) throw fault('InvalidDatastore', vc.assumed.invalidDatastore(name ?? ''), { name });
  return found;
}

/** What cloning needs on the source. documented (vcenter.md 4.4): Cryptographer.Clone for an encrypted VM */
export function clonePrivileges(source: Vm, spec: CloneSpec): string[] {
  const isTemplate = source.get('config')?.template;
  const privilege = isTemplate
    ? spec.template
      ? 'CloneTemplate'
      : 'DeployTemplate'
    : spec.template
      ? 'CreateTemplateFromVM'
      : 'Clone';
  const needed = [`VirtualMachine.Provisioning.${privilege}`];
  if (source.get('config')?.keyId) needed.push('Cryptographer.Clone');
  return needed;
}

function authorize(vc: Vcenter, source: Vm, spec: CloneSpec, target: Target, task: RunningTask): void {
  task.require('VirtualMachine.Inventory.CreateFromExisting', target.folder.ref);
  authorizePlacement(task, target.pool.ref, target.datastore.ref);
  const disks = (spec.location.disk ?? []).map((locator) => objectOf(vc, 'Datastore', locator.datastore));
  for (const datastore of [target.datastore, ...disks]) requireDatastore(vc, target.host, datastore);
  vc.crypto.requireUnlocked(source);
}

/** The configuration that is copied: the VM's, or a snapshot's. */
function configFrom(vc: Vcenter, source: Vm, spec: CloneSpec): ConfigInfo {
  if (!spec.snapshot) return source.get('config')!;
  const snapshot = objectOf(vc, 'VirtualMachineSnapshot', spec.snapshot);
  if (!sameRef(snapshot.get('vm'), source.ref)) throw invalidArgument('spec.snapshot');
  return snapshot.get('config');
}

async function copyInto(
  vc: Vcenter,
  clone: Vm,
  source: Vm,
  from: ConfigInfo,
  { spec, home }: { spec: CloneSpec; home: string },
  task: RunningTask,
): Promise<void> {
  const fresh = clone.get('config')!;
  const config: ConfigInfo = {
    ...(structuredClone(from) as ConfigInfo),
    name: fresh.name,
    uuid: fresh.uuid,
    instanceUuid: fresh.instanceUuid,
    locationId: fresh.locationId,
    createDate: fresh.createDate,
    template: spec.template,
    files: filesAt(`${home}${fresh.name}.${spec.template ? 'vmtx' : 'vmx'}`),
  };
  config.extraConfig = config.extraConfig?.map((option) =>
    option.key === 'nvram' ? data('OptionValue', { key: 'nvram', value: `${fresh.name}.nvram` }) : option,
  );
  for (const device of config.hardware.device ?? []) {
    if (isA(device, 'VirtualEthernetCard') && device.addressType !== 'manual') {
      (device as Data<'VirtualEthernetCard'>).macAddress = vc.vmFactory.newMacAddress();
    }
  }
  const isLinked = copyDisks(vc, clone, config, source, from, spec, home);
  if (isLinked) vc.files.noteLinkedClone(clone);
  const draft = new VmDraft(vc, clone, config);
  if (spec.config) applyConfigSpec(vc, draft, { ...spec.config, name: undefined });
  draft.onCommit(() => {
    relink(vc, clone);
    inheritPolicies(vc, clone, source, spec);
  });
  await vc.crypto.reconfigure(draft, requestOf(vc, config, spec, draft), task, 'clone');
}

/**
 * Gives the clone disks of its own.
 * @returns whether one of them is a difference to a disk of the source
 */
function copyDisks(
  vc: Vcenter,
  clone: Vm,
  config: ConfigInfo,
  source: Vm,
  from: ConfigInfo,
  spec: CloneSpec,
  home: string,
): boolean {
  let isLinked = false;
  const inUse = new Set(disksOf(source.get('config')!).map((disk) => fileBacking(disk)?.fileName));
  for (const [index, disk] of disksOf(config).entries()) {
    const backing = fileBacking(disk);
    if (!backing) continue;
    const locator = spec.location.disk?.find(({ diskId }) => diskId === disk.key);
    const moveType = locator?.diskMoveType ?? spec.location.diskMoveType;
    const place = locator ? homeOn(vc, locator, home) : home;
    const fileName = `${place}${config.name}${index === 0 ? '' : `_${index}`}.vmdk`;
    if (moveType === 'createNewChildDiskBacking') {
      // documented: the source's disk must not be written to any more, as that of a snapshot is not; the fault is assumed
      if (inUse.has(backing.fileName) && !from.template) throw invalidArgument('spec.location.diskMoveType');
      disk.backing = deltaOf(backing, fileName);
    } else if (moveType === 'moveChildMostDiskBacking' && backing.parent) {
      disk.backing = data('VirtualDiskFlatVer2BackingInfo', { ...backing, fileName });
    } else {
      disk.backing = flattened(backing, fileName);
    }
    const made = fileBacking(disk)!;
    made.datastore = datastoreNamed(vc, /^\[([^\]]+)\]/.exec(fileName)?.[1], clone)?.ref;
    made.uuid = vc.runtime.random.stream('vcenter.inventory').uuid();
    isLinked ||= chainOf(made).length > 1;
  }
  return isLinked;
}

/** The clone's directory on the datastore that a disk goes to. */
function homeOn(vc: Vcenter, locator: Locator, home: string): string {
  const datastore = objectOf(vc, 'Datastore', locator.datastore);
  return home.replace(/^\[[^\]]+\]/, `[${datastore.get('name')}]`);
}

/** What the spec asks of the clone's encryption; the disks of `location` and those of `config` are both meant. */
function requestOf(vc: Vcenter, config: ConfigInfo, spec: CloneSpec, draft: VmDraft): VmCryptoRequest {
  const { location } = spec;
  const disks: DiskCryptoRequest[] = (location.disk ?? []).map((locator, deviceIndex) => {
    const crypto = cryptoSpecOf(locator.backing?.crypto, 'spec.location.disk.backing.crypto');
    const profiles = locator.profile?.map(profileOf);
    const plain = !disksOf(config).some((disk) => disk.key === locator.diskId && fileBacking(disk)?.keyId);
    if (!crypto && plain && profiles?.some(({ profileId }) => vc.policies.encrypts(profileId))) {
      // reported by users: an encryption policy alone does not encrypt a disk while it is cloned
      throw invalidArgument('spec.disk.backing.crypto');
    }
    return { deviceIndex, diskKey: locator.diskId, profiles, crypto };
  });
  const own = cryptoRequestOf(spec.config ?? {}, draft.devices);
  return {
    profiles: location.profile?.map(profileOf) ?? own.profiles,
    crypto: cryptoSpecOf(location.cryptoSpec, 'spec.location.cryptoSpec') ?? own.crypto,
    disks: [...disks, ...own.disks.filter(({ diskKey }) => !disks.some((disk) => disk.diskKey === diskKey))],
    addsVtpm: own.addsVtpm,
  };
}

/** The clone's policies are the source's, unless the spec gives others. */
function inheritPolicies(vc: Vcenter, clone: Vm, source: Vm, { location, config }: CloneSpec): void {
  const idOf = (profiles: readonly Data<'VirtualMachineProfileSpec'>[] | undefined, inherited: string | undefined) =>
    profiles?.length ? profiles.map(profileOf).at(-1)?.profileId : inherited;
  vc.policies.assign(clone, undefined, idOf(location.profile ?? config?.vmProfile, vc.policies.of(source)));
  for (const disk of disksOf(clone.get('config')!)) {
    const locator = location.disk?.find(({ diskId }) => diskId === disk.key);
    const id = idOf(locator?.profile, vc.policies.of(clone, disk.key) ?? vc.policies.of(source, disk.key));
    vc.policies.assign(clone, disk.key, id);
  }
}
