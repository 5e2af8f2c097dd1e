import { cryptoSpecOf, profileOf } from '../crypto/vim-request.ts';
import type { VmCryptoRequest } from '../crypto/vm-crypto-request.ts';
import { moved, parsePath } from '../datastore/path.ts';
import { homeOf } from '../datastore/vm-files.ts';
import { disksOf } from '../inventory/devices.ts';
import type { Vm } from '../inventory/inventory.ts';
import type { TypedObject } from '../inventory/store.ts';
import type { RunningTask } from '../tasks/task-runner.ts';
import type { Vcenter } from '../vcenter.ts';
import { invalidArgument, VimFault } from '../vim/kernel/fault.ts';
import { enumValues } from '../vim/kernel/registry.ts';
import { type Data, data } from '../vim/kernel/values.ts';
import { checkProfile } from './apply-config-spec.ts';
import { filesAt } from './create.ts';
import { applyDeviceChanges } from './device-changes.ts';
import { type ConfigInfo, chainOf, type FileBacking, fileBacking, flattened } from './disk-chain.ts';
import { VmDraft } from './draft.ts';
import { migrate } from './migrate.ts';
import { checkMoveInto, moveInto } from './move.ts';
import { datastoreNamed, destinationOf, objectOf, relink, requireHere } from './placement.ts';
import { requireReach } from './reach.ts';
import { snapshotsOf } from './snapshots.ts';
import { requirePassage } from './watch-migration.ts';

type RelocateSpec = Data<'VirtualMachineRelocateSpec'>;
type Place = { datastore: string; directory: string };

/** RelocateVM_Task: another host or pool, another datastore, and what the spec asks of encryption, together or not at all. */
export async function relocateVm(vc: Vcenter, vm: Vm, spec: RelocateSpec, task: RunningTask): Promise<void> {
  const request = cryptoRequest(spec);
  check(vc, vm, spec, request);
  const asksForCrypto = request.crypto !== undefined || request.profiles !== undefined || request.disks.length > 0;
  const movesFiles = spec.datastore !== undefined || (spec.disk ?? []).length > 0;
  const folder = spec.folder && objectOf(vc, 'Folder', spec.folder);
  if (folder) checkMoveInto(vc, folder, vm);
  if (asksForCrypto || movesFiles || spec.deviceChange) await moveFiles(vc, vm, spec, request, task);
  else if (spec.host || spec.pool) await migrate(vc, vm, spec, task);
  if (folder) moveInto(vc, folder, vm);
}

function check(vc: Vcenter, vm: Vm, spec: RelocateSpec, request: VmCryptoRequest): void {
  requireHere(vc, spec);
  const { host } = destinationOf(vc, vm, spec);
  const keys = new Set(disksOf(vm.get('config')!).map(({ key }) => key));
  for (const disk of spec.disk ?? []) {
    if (!keys.has(disk.diskId)) throw invalidArgument('spec.disk.diskId');
    objectOf(vc, 'Datastore', disk.datastore);
    for (const profile of disk.profile ?? []) checkProfile(vc, profile, 'spec.disk.profile');
  }
  if (spec.datastore) objectOf(vc, 'Datastore', spec.datastore);
  requireReach(vc, vm, host, spec);
  const source = vc.inventory.hostOf(vm);
  if (source && source !== host) {
    requirePassage(vc, { vm, source, destination: host });
    vc.crypto.checkMigration(vm, host, request);
  }
  for (const profile of spec.profile ?? []) checkProfile(vc, profile, 'spec.profile');
  for (const type of [spec.diskMoveType, ...(spec.disk ?? []).map((disk) => disk.diskMoveType)]) {
    if (type && !enumValues('VirtualMachineRelocateDiskMoveOptions')?.includes(type)) {
      throw invalidArgument('spec.diskMoveType');
    }
  }
}

function cryptoRequest(spec: RelocateSpec): VmCryptoRequest {
  const disks = (spec.disk ?? []).flatMap((locator, deviceIndex) => {
    const crypto = cryptoSpecOf(locator.backing?.crypto, 'spec.disk.backing.crypto');
    const profiles = locator.profile?.map(profileOf);
    return crypto || profiles ? [{ deviceIndex, diskKey: locator.diskId, profiles, crypto }] : [];
  });
  return { profiles: spec.profile?.map(profileOf), crypto: cryptoSpecOf(spec.cryptoSpec, 'spec.cryptoSpec'), disks };
}

async function moveFiles(
  vc: Vcenter,
  vm: Vm,
  spec: RelocateSpec,
  request: VmCryptoRequest,
  task: RunningTask,
): Promise<void> {
  vc.crypto.requireUnlocked(vm);
  // documented (vcenter.md 4.4)
  if (vm.get('config')?.keyId) task.require('Cryptographer.Migrate', vm.ref);
  const target = spec.datastore && objectOf(vc, 'Datastore', spec.datastore);
  if (target) task.require('Datastore.AllocateSpace', target.ref);
  const source = vc.inventory.hostOf(vm);
  const hostArgument = { name: source?.get('name') ?? '', host: source?.ref };
  const subject = { vm, user: task.user, cause: task.cause };
  const started = vc.events.post(
    'VmBeingRelocatedEvent',
    { template: false, destHost: hostArgument, destDatastore: target && argumentOf(target) },
    { ...subject, message: `Relocating ${vm.get('name')} in ${source?.get('name') ?? ''}` },
  );
  const { chainId } = started;
  try {
    const draft = new VmDraft(vc, vm);
    placeFiles(vc, draft, spec, target);
    applyDeviceChanges(vc, draft, spec.deviceChange ?? []);
    draft.onCommit(() => {
      for (const profile of spec.profile ?? []) vc.policies.assign(vm, undefined, profileOf(profile).profileId);
      for (const { diskId, profile } of spec.disk ?? []) {
        for (const one of profile ?? []) vc.policies.assign(vm, diskId, profileOf(one).profileId);
      }
      relink(vc, vm);
    });
    if (spec.host || spec.pool) draft.beforeCommit(() => migrate(vc, vm, spec, task, draft));
    await vc.crypto.reconfigure(draft, request, task, 'relocate');
  } catch (error) {
    const reason = error instanceof VimFault ? error.localized : { fault: data('MigrationFault', {}) };
    const message = `Failed to relocate ${vm.get('name')}`;
    vc.events.post(
      'VmRelocateFailedEvent',
      { template: false, destHost: hostArgument, reason },
      { ...subject, chainId, message },
    );
    throw error;
  }
  vc.events.post(
    'VmRelocatedEvent',
    { template: false, sourceHost: hostArgument },
    { ...subject, chainId, message: `Completed the relocation of ${vm.get('name')}` },
  );
}

function argumentOf(datastore: TypedObject<'Datastore'>): Data<'DatastoreEventArgument'> {
  return { name: datastore.get('name'), datastore: datastore.ref };
}

/** Moves the VM's files, and those of its snapshots, to the datastores of the spec. */
function placeFiles(
  vc: Vcenter,
  draft: VmDraft,
  spec: RelocateSpec,
  target: TypedObject<'Datastore'> | undefined,
): void {
  const { vm, config } = draft;
  const own = parsePath(homeOf(config));
  const name = target?.get('name') ?? own?.datastore ?? '';
  const isMoving = name !== own?.datastore;
  const directory = isMoving ? vc.files.freeDirectory(name, config.name) : (own?.directory ?? '');
  const home: Place = { datastore: name, directory };
  if (isMoving) config.files = filesAt(moved(config.files.vmPathName ?? '', home));
  const renamedFiles = new Map<string, string>();
  const isWholeChain = snapshotsOf(vc.store, vm).length > 0;
  for (const disk of disksOf(config)) {
    const backing = fileBacking(disk);
    if (!backing) continue;
    const locator = spec.disk?.find(({ diskId }) => diskId === disk.key);
    const datastore = locator ? objectOf(vc, 'Datastore', locator.datastore) : target;
    if (!datastore) continue;
    const place: Place = { ...home, datastore: datastore.get('name') };
    if (backing.fileName.startsWith(`[${place.datastore}]`) && !isMoving) continue;
    const moveType = locator?.diskMoveType ?? spec.diskMoveType;
    // A chain without snapshots is another VM's below: the move makes the disk whole. documented for the default
    if (backing.parent && !isWholeChain && moveType !== 'moveChildMostDiskBacking') {
      disk.backing = flattened(backing, moved(backing.fileName, place));
      setDatastore(vc, vm, fileBacking(disk));
      continue;
    }
    const files = moveType === 'moveChildMostDiskBacking' ? [backing] : chainOf(backing);
    for (const file of files) renamedFiles.set(file.fileName, moved(file.fileName, place));
  }
  renameFiles(vc, vm, config, renamedFiles);
  draft.onCommit(() => {
    for (const snapshot of snapshotsOf(vc.store, vm)) {
      snapshot.change('config', (saved) => {
        if (isMoving) saved.files = filesAt(moved(saved.files.vmPathName ?? '', home));
        renameFiles(vc, vm, saved, renamedFiles);
      });
    }
  });
}

function renameFiles(vc: Vcenter, vm: Vm, config: ConfigInfo, names: ReadonlyMap<string, string>): void {
  for (const disk of disksOf(config)) {
    for (const file of chainOf(fileBacking(disk))) {
      const name = names.get(file.fileName);
      if (name === undefined) continue;
      file.fileName = name;
      setDatastore(vc, vm, file);
    }
  }
}

function setDatastore(vc: Vcenter, vm: Vm, file: FileBacking | undefined): void {
  if (!file) return;
  file.datastore = datastoreNamed(vc, /^\[([^\]]+)\]/.exec(file.fileName)?.[1], vm)?.ref;
}
