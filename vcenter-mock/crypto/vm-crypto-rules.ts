import { invalidPowerState } from '../virtual-machine/faults.ts';
import type { CryptoAssumed } from './assumed.ts';
import {
  hardwareVersionFault,
  invalidDeviceOperation,
  invalidDeviceSpec,
  invalidVmConfig,
  keyedVmConfigFault,
} from './faults.ts';
import type { CryptoDisk, CryptoVm, SnapshotNode } from './inventory.ts';
import { keyName } from './key-id.ts';
import { keyIn } from './vm-crypto-keys.ts';
import { type CryptoAction, encrypting, type PlannedDisk, type PlanRules } from './vm-crypto-plan.ts';
import type { DiskCryptoRequest, VmCryptoRequest } from './vm-crypto-request.ts';

interface Decided {
  home: CryptoAction | undefined;
  disks: readonly PlannedDisk[];
}

/** Refuses what the VM's state does not allow (vcenter.md 8.3, 9.2). */
export function checkRules(vm: CryptoVm, request: VmCryptoRequest, decided: Decided, rules: PlanRules): void {
  const { assumed } = rules;
  checkState(vm, decided, assumed);
  for (const change of request.disks) checkDisk(vm, change, decided, assumed);
  checkSharing(vm, request, decided, assumed);
  const makesKey = decided.home ? decided.home !== 'decrypt' : decided.disks.some(({ action }) => action !== 'decrypt');
  if (makesKey && vm.hardwareVersion < assumed.minimumHardwareVersion) {
    // The guide's prerequisite; fault and text are assumed.
    throw hardwareVersionFault(vm.name, vm.hardwareVersion, assumed.minimumHardwareVersion);
  }
  if (decided.home === 'encrypt') checkPolicy(vm, request, rules);
  checkStatesFit(vm, request, decided, assumed);
  checkVtpm(vm, request, decided, assumed);
}

/** Power state and snapshots: only a shallow recryption and the adding of a disk may happen while the VM runs. documented */
function checkState(vm: CryptoVm, { home, disks }: Decided, assumed: CryptoAssumed): void {
  const changed = disks.filter(({ operation }) => operation === 'edit');
  const actions = [home, ...changed.map(({ action }) => action)].filter((action) => action !== undefined);
  const offline = actions.some((action) => action !== 'shallowRecrypt');
  if (offline && vm.powerState !== 'poweredOff') throw invalidPowerState(assumed, vm.powerState, 'poweredOff');
  const isRefused = offline ? vm.snapshots.length > 0 : actions.length > 0 && !isSingleChain(vm.snapshots);
  if (isRefused) throw invalidVmConfig(assumed, 'msg.hostd.configSpec.enc.snapshots');
  // documented: a linked clone takes its encryption from its parent.
  if (home && home !== 'encrypt' && vm.disks.some((disk) => disk.linked)) {
    throw invalidVmConfig(assumed, 'msg.hostd.deviceSpec.enc.diskChain');
  }
}

function isSingleChain(snapshots: readonly SnapshotNode[]): boolean {
  return snapshots.length === 0 || (snapshots.length === 1 && isSingleChain(snapshots[0]!.children));
}

/** Chains of files, and the crypto specs that a client gives for them. */
function checkDisk(vm: CryptoVm, change: DiskCryptoRequest, { disks }: Decided, assumed: CryptoAssumed): void {
  const { deviceIndex, diskKey, operation = 'edit', parents = [] } = change;
  const disk = vm.disks.find(({ key }) => key === diskKey);
  if (!disk) return;
  const chain = disk.parents ?? [];
  if (parents.length > (operation === 'edit' ? chain.length : 0)) {
    throw invalidDeviceSpec(assumed, deviceIndex, 'msg.hostd.deviceSpec.enc.diskChain');
  }
  const planned = disks.find((one) => one.diskKey === diskKey);
  if (!planned || operation !== 'edit' || chain.length === 0) return;
  // Without snapshots such a chain is left from a removal without consolidation, or belongs to a linked clone.
  if (planned.action !== 'shallowRecrypt' || disk.linked) {
    throw invalidDeviceOperation(assumed, deviceIndex, 'msg.hostd.deviceSpec.enc.diskChain');
  }
  if (parents.length === 0) return;
  const wanted = keyIn(change.crypto);
  const isWhole = parents.length === chain.length && parents.every((crypto) => crypto?.kind === 'shallowRecrypt');
  const names = new Set([wanted, ...parents.map(keyIn)].map((key) => (key ? keyName(key) : '')));
  if (!isWhole || names.size > 1) throw invalidVmConfig(assumed, 'msg.hostd.configSpec.enc.mixedKeys');
}

/** An encrypted disk is a file of its own: neither a raw mapping nor shared with another VM. */
function checkSharing(vm: CryptoVm, request: VmCryptoRequest, { disks }: Decided, assumed: CryptoAssumed): void {
  for (const disk of vm.disks) {
    const planned = disks.find(({ diskKey }) => diskKey === disk.key);
    const isEncrypted = planned ? planned.action !== 'decrypt' : disk.keyId !== undefined;
    if (!isEncrypted) continue;
    const deviceIndex = indexOf(request, disk);
    if (disk.isRawMapping) throw invalidDeviceSpec(assumed, deviceIndex, 'msg.hostd.deviceSpec.enc.notFile');
    if (disk.isShared) throw invalidDeviceSpec(assumed, deviceIndex, 'msg.hostd.deviceSpec.enc.sharedBacking');
  }
}

function indexOf(request: VmCryptoRequest, disk: CryptoDisk): number {
  return request.disks.find(({ diskKey }) => diskKey === disk.key)?.deviceIndex ?? 0;
}

/** reported by users (vCenter 8); off by default for the releases before */
function checkPolicy(vm: CryptoVm, request: VmCryptoRequest, rules: PlanRules): void {
  if (!rules.assumed.policyRequiredForVmFiles || vm.hasVtpm || encrypting(request.profiles, rules)) return;
  throw invalidVmConfig(rules.assumed, 'com.vmware.vim.vpxd.encryption.encryptForbiddenWithoutEncryptedProfile');
}

/** No encrypted disk on a plain VM. */
function checkStatesFit(
  vm: CryptoVm,
  request: VmCryptoRequest,
  { home, disks }: Decided,
  assumed: CryptoAssumed,
): void {
  const homeEncrypted = home ? home !== 'decrypt' : vm.keyId !== undefined;
  if (homeEncrypted) return;
  const mismatch = 'msg.hostd.configSpec.enc.mismatch';
  for (const disk of vm.disks) {
    const planned = disks.find(({ diskKey }) => diskKey === disk.key);
    const isEncrypted = planned ? planned.action !== 'decrypt' : disk.keyId !== undefined;
    if (!isEncrypted) continue;
    // The VM turns plain and the disk does not follow: the VM's specification is wrong, else the disk's.
    const isDiskAtFault = home === undefined || (planned?.action === 'encrypt' && planned.operation === 'edit');
    throw isDiskAtFault
      ? invalidDeviceSpec(assumed, indexOf(request, disk), mismatch)
      : invalidVmConfig(assumed, mismatch);
  }
}

/** A virtual TPM keeps its secrets in the VM's encrypted files. */
function checkVtpm(vm: CryptoVm, request: VmCryptoRequest, { home }: Decided, assumed: CryptoAssumed): void {
  if (!vm.hasVtpm) return;
  if (home === 'decrypt') throw keyedVmConfigFault(assumed, 'msg.vigor.enc.required.vtpm');
  if (request.addsVtpm && home === undefined && !vm.keyId) {
    throw keyedVmConfigFault(assumed, 'msg.vtpm.add.notEncrypted');
  }
}
