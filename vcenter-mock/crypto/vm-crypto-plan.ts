import type { VimFault } from '../vim/kernel/fault.ts';
import type { CryptoAssumed } from './assumed.ts';
import {
  hardwareVersionFault,
  invalidDeviceOperation,
  invalidDeviceSpec,
  invalidPowerState,
  invalidVmConfig,
} from './faults.ts';
import type { CryptoVm, SnapshotNode } from './inventory.ts';
import { type CryptoKeyId, keyName } from './key-id.ts';
import type { CryptoSpec, ProfileSpec, VmCryptoRequest } from './vm-crypto-request.ts';

/** What happens to the VM files or to a disk. */
export type CryptoAction = 'encrypt' | 'decrypt' | 'shallowRecrypt' | 'deepRecrypt';

/** What a reconfiguration does to a VM's encryption, decided before any key is made. */
export interface VmCryptoPlan {
  home: CryptoAction | undefined;
  disks: { diskKey: number; action: CryptoAction }[];
  /** The key the client named; its `keyId` is empty when vCenter shall make one. Absent when no new key is needed. */
  key: CryptoKeyId | undefined;
  needsKey: boolean;
}

export interface PlanRules {
  assumed: CryptoAssumed;
  /** Whether a storage policy encrypts (its profile id). */
  isEncryptionPolicy: (profileId: string) => boolean;
}

type Target = { name: 'home'; encrypted: boolean } | { name: 'disk'; encrypted: boolean; deviceIndex: number };

/**
 * Decides what a spec does to a VM's encryption, or refuses it with the faults of vcenter.md 8.3 and 9.2.
 * @returns undefined when encryption is not touched
 */
export function planVmCrypto(vm: CryptoVm, request: VmCryptoRequest, rules: PlanRules): VmCryptoPlan | undefined {
  const home = actionOf(request.crypto, request.profiles, { name: 'home', encrypted: vm.keyId !== undefined }, rules);
  const disks = diskActions(vm, request, home, rules);
  const actions = [home, ...disks.map((disk) => disk.action)].filter((action) => action !== undefined);
  if (actions.length === 0) return undefined;

  checkState(vm, actions);
  const needsKey = actions.some((action) => action !== 'decrypt');
  if (needsKey) checkHardwareVersion(vm, rules.assumed);
  if (home === 'encrypt') checkPolicy(vm, request, rules);
  checkDisksFit(vm, request, home, disks);
  return { home, disks, needsKey, key: needsKey ? namedKey(vm, request, disks) : undefined };
}

function diskActions(
  vm: CryptoVm,
  request: VmCryptoRequest,
  home: CryptoAction | undefined,
  rules: PlanRules,
): VmCryptoPlan['disks'] {
  const named = request.disks.flatMap(({ deviceIndex, diskKey, crypto, profiles }) => {
    const disk = vm.disks.find((candidate) => candidate.key === diskKey);
    if (!disk) {
      if (!crypto) return [];
      throw invalidDeviceSpec(deviceIndex, 'msg.hostd.deviceSpec.enc.notDisk', 'The device is not a virtual disk.');
    }
    const recrypts = crypto?.kind === 'shallowRecrypt' || crypto?.kind === 'deepRecrypt';
    // reported by users (vCenter 8): a disk is encrypted with an encryption policy only.
    const asksForPolicy = crypto?.kind === 'encrypt' || (recrypts && profiles?.length);
    if (asksForPolicy && !encrypting(profiles, rules)) {
      const text = 'Invalid storage policy for encryption operation.';
      throw invalidDeviceSpec(deviceIndex, 'msg.hostd.deviceSpec.enc.badPolicy', text);
    }
    const target = { name: 'disk', encrypted: disk.keyId !== undefined, deviceIndex } as const;
    const action = actionOf(crypto, profiles, target, rules);
    return action ? [{ diskKey, action }] : [];
  });
  const unnamed = vm.disks.filter((disk) => !request.disks.some(({ diskKey }) => diskKey === disk.key));
  return [...named, ...unnamed.flatMap((disk) => inherited(home, disk.key, disk.keyId !== undefined, rules))];
}

/**
 * What the VM's own operation does to disks that the spec does not name. Recryption and decryption take the encrypted ones
 * along, because an encrypted disk on a plain VM, or one with another key than the VM's, is refused everywhere else (assumed).
 */
function inherited(
  home: CryptoAction | undefined,
  diskKey: number,
  encrypted: boolean,
  rules: PlanRules,
): VmCryptoPlan['disks'] {
  if (home === undefined) return [];
  if (home === 'encrypt') return rules.assumed.disksInheritCrypto && !encrypted ? [{ diskKey, action: home }] : [];
  return encrypted ? [{ diskKey, action: home }] : [];
}

/** vcenter.md 8.2: without a crypto spec the policy decides. */
function actionOf(
  crypto: CryptoSpec | undefined,
  profiles: readonly ProfileSpec[] | undefined,
  target: Target,
  rules: PlanRules,
): CryptoAction | undefined {
  if (crypto === undefined) {
    if (!profiles?.length) return undefined;
    if (encrypting(profiles, rules)) return target.encrypted ? undefined : 'encrypt';
    return target.encrypted ? 'decrypt' : undefined;
  }
  if (crypto.kind === 'noOp') return undefined;
  if (crypto.kind === 'encrypt' && target.encrypted) throw alreadyEncrypted(target);
  if (crypto.kind !== 'encrypt' && !target.encrypted) throw notEncrypted(target);
  return crypto.kind;
}

function alreadyEncrypted(target: Target): VimFault {
  return target.name === 'home'
    ? invalidVmConfig('msg.hostd.configSpec.enc.encrypted', 'The virtual machine is already encrypted.')
    : invalidDeviceOperation(
        target.deviceIndex,
        'msg.hostd.deviceSpec.enc.encrypted',
        'The virtual disk is already encrypted.',
      );
}

function notEncrypted(target: Target): VimFault {
  return target.name === 'home'
    ? invalidVmConfig('msg.hostd.configSpec.enc.notEncrypted', 'The virtual machine is not encrypted.')
    : invalidDeviceOperation(
        target.deviceIndex,
        'msg.hostd.deviceSpec.enc.notEncrypted',
        'The virtual disk is not encrypted.',
      );
}

function encrypting(profiles: readonly ProfileSpec[] | undefined, rules: PlanRules): boolean {
  return (profiles ?? []).some(({ profileId }) => profileId !== undefined && rules.isEncryptionPolicy(profileId));
}

/** vcenter.md 8.3: power state and snapshots. */
function checkState(vm: CryptoVm, actions: readonly CryptoAction[]): void {
  const offline = actions.some((action) => action !== 'shallowRecrypt');
  if (offline && vm.powerState !== 'poweredOff') throw invalidPowerState(vm.powerState);
  const key = 'msg.hostd.configSpec.enc.snapshots';
  if (offline && vm.snapshots.length > 0) {
    throw invalidVmConfig(key, 'The encryption operation is not allowed on a virtual machine with snapshots.');
  }
  if (!isSingleChain(vm.snapshots)) {
    throw invalidVmConfig(key, 'The encryption operation is allowed on a single chain of snapshots only.');
  }
}

function isSingleChain(snapshots: readonly SnapshotNode[]): boolean {
  return snapshots.length === 0 || (snapshots.length === 1 && isSingleChain(snapshots[0]!.children));
}

/** The guide's prerequisite; fault and text are assumed. */
function checkHardwareVersion(vm: CryptoVm, assumed: CryptoAssumed): void {
  const required = assumed.minimumHardwareVersion;
  if (vm.hardwareVersion >= required) return;
  throw hardwareVersionFault(vm.name, vm.hardwareVersion, required);
}

/** reported by users (vCenter 8); off by default */
function checkPolicy(vm: CryptoVm, request: VmCryptoRequest, rules: PlanRules): void {
  if (!rules.assumed.policyRequiredForVmFiles || vm.hasVtpm || encrypting(request.profiles, rules)) return;
  throw invalidVmConfig(
    'com.vmware.vim.vpxd.encryption.encryptForbiddenWithoutEncryptedProfile',
    'A virtual machine is encrypted only with an encryption storage policy or a virtual TPM.',
  );
}

/** No encrypted disk on a plain VM. documented */
function checkDisksFit(
  vm: CryptoVm,
  request: VmCryptoRequest,
  home: CryptoAction | undefined,
  disks: VmCryptoPlan['disks'],
): void {
  const homeEncrypted = home === undefined ? vm.keyId !== undefined : home !== 'decrypt';
  if (homeEncrypted) return;
  const offender = vm.disks.find((disk) => {
    const action = disks.find(({ diskKey }) => diskKey === disk.key)?.action;
    return action === undefined ? disk.keyId !== undefined : action !== 'decrypt';
  });
  if (!offender) return;
  const deviceIndex = request.disks.find(({ diskKey }) => diskKey === offender.key)?.deviceIndex ?? 0;
  throw invalidDeviceSpec(
    deviceIndex,
    'msg.hostd.configSpec.enc.mismatch',
    'An encrypted virtual disk needs an encrypted virtual machine.',
  );
}

/** The one key of the operation; two different ones are refused (vcenter.md 9.2 mixedKeys). */
function namedKey(vm: CryptoVm, request: VmCryptoRequest, disks: VmCryptoPlan['disks']): CryptoKeyId | undefined {
  const named: CryptoKeyId[] = [];
  for (const crypto of [request.crypto, ...request.disks.map((disk) => disk.crypto)]) {
    const key = crypto && keyOf(crypto);
    if (key && (key.keyId !== '' || key.providerId)) named.push(key);
  }
  if (new Set(named.map(keyName)).size > 1) {
    throw invalidVmConfig(
      'msg.hostd.configSpec.enc.mixedKeys',
      'The virtual machine and its disks must be encrypted with the same key.',
    );
  }
  // A disk that joins an encrypted VM shares its key, as from the UI. documented (vcenter.md 8.3)
  const joins = disks.every(({ action }) => action === 'encrypt');
  return named[0] ?? (joins ? vm.keyId : undefined);
}

function keyOf(crypto: CryptoSpec): CryptoKeyId | undefined {
  if (crypto.kind === 'encrypt') return crypto.cryptoKeyId;
  return crypto.kind === 'shallowRecrypt' || crypto.kind === 'deepRecrypt' ? crypto.newKeyId : undefined;
}
