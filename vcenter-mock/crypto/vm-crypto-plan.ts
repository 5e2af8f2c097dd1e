import type { CryptoAssumed } from './assumed.ts';
import { invalidArgument, invalidDeviceOperation, invalidDeviceSpec, invalidVmConfig, notSupported } from './faults.ts';
import type { CryptoDisk, CryptoVm } from './inventory.ts';
import type { CryptoKeyId } from './key-id.ts';
import { keyFor, sharedKey } from './vm-crypto-keys.ts';
import type {
  CryptoSpec,
  DiskCryptoRequest,
  DiskOperation,
  ProfileSpec,
  VmCryptoRequest,
} from './vm-crypto-request.ts';
import { checkRules } from './vm-crypto-rules.ts';

/** What happens to the VM files or to a disk. */
export type CryptoAction = 'encrypt' | 'decrypt' | 'shallowRecrypt' | 'deepRecrypt';

/** What happens to a disk. `key` is absent for a decryption; its `keyId` is empty when vCenter shall make one. */
export interface PlannedDisk {
  deviceIndex: number;
  diskKey: number;
  operation: DiskOperation;
  action: CryptoAction;
  key?: CryptoKeyId;
}

/** What an operation does to a VM's encryption, decided before any key is made. Equal `key`s stand for one key. */
export interface VmCryptoPlan {
  home: { action: CryptoAction; key?: CryptoKeyId } | undefined;
  disks: readonly PlannedDisk[];
}

export interface PlanRules {
  assumed: CryptoAssumed;
  /** Whether a storage policy encrypts (its profile id). */
  isEncryptionPolicy: (profileId: string) => boolean;
}

/**
 * Decides what a spec does to a VM's encryption, or refuses it with the faults of vcenter.md 8.3 and 9.2.
 * Which fault stands for which mistake: observed in a public copy of tests of a host's encryption, unless a line says otherwise.
 * @param vm the VM as the spec's plain part will leave it: disks that are added are there, those removed are not
 * @returns undefined when encryption is not touched
 */
export function planVmCrypto(vm: CryptoVm, request: VmCryptoRequest, rules: PlanRules): VmCryptoPlan | undefined {
  const home = homeAction(vm, request, rules);
  const disks = [...named(vm, request, rules), ...inherited(vm, request, home, rules)];
  checkRules(vm, request, { home, disks }, rules);
  if (home === undefined && disks.length === 0) return undefined;
  const joins = home === undefined && disks.every(({ action }) => action === 'encrypt');
  const shared = sharedKey(vm, request, joins);
  return {
    home: home && { action: home, key: home === 'decrypt' ? undefined : keyFor(request.crypto, shared) },
    disks: disks.map((disk) => {
      const crypto = request.disks.find(({ diskKey }) => diskKey === disk.diskKey)?.crypto;
      return disk.action === 'decrypt' ? disk : { ...disk, key: keyFor(crypto, shared) };
    }),
  };
}

function homeAction(vm: CryptoVm, request: VmCryptoRequest, rules: PlanRules): CryptoAction | undefined {
  const encrypted = vm.keyId !== undefined;
  const action = actionOf(request.crypto, request.profiles, encrypted, rules);
  if (action === 'encrypt' && encrypted) throw invalidVmConfig(rules.assumed, 'msg.hostd.configSpec.enc.encrypted');
  if (action && action !== 'encrypt' && !encrypted) {
    throw invalidVmConfig(rules.assumed, 'msg.hostd.configSpec.enc.notEncrypted');
  }
  return action;
}

/** vcenter.md 8.2: without a crypto spec the policy decides. */
function actionOf(
  crypto: CryptoSpec | undefined,
  profiles: readonly ProfileSpec[] | undefined,
  encrypted: boolean,
  rules: PlanRules,
): CryptoAction | undefined {
  if (crypto) return crypto.kind === 'noOp' ? undefined : crypto.kind;
  if (!profiles?.length || encrypting(profiles, rules) === encrypted) return undefined;
  return encrypted ? 'decrypt' : 'encrypt';
}

/** What the disks of the spec undergo. */
function named(vm: CryptoVm, request: VmCryptoRequest, rules: PlanRules): PlannedDisk[] {
  return request.disks.flatMap((change) => {
    const { deviceIndex, diskKey, operation = 'edit' } = change;
    if (operation === 'remove') {
      if (change.crypto) throw invalidDeviceOperation(rules.assumed, deviceIndex, undefined, 'remove');
      return [];
    }
    const disk = vm.disks.find(({ key }) => key === diskKey);
    if (!disk) {
      if (!change.crypto) return [];
      throw invalidDeviceSpec(rules.assumed, deviceIndex, 'msg.hostd.deviceSpec.enc.notDisk');
    }
    const action = diskAction(change, disk, rules);
    return action ? [{ deviceIndex, diskKey, operation, action }] : [];
  });
}

function diskAction(change: DiskCryptoRequest, disk: CryptoDisk, rules: PlanRules): CryptoAction | undefined {
  const { deviceIndex, operation = 'edit', crypto, profiles } = change;
  const { assumed } = rules;
  const encrypted = disk.keyId !== undefined;
  const refused = (key: Parameters<typeof invalidDeviceSpec>[2]) => invalidDeviceSpec(assumed, deviceIndex, key);
  // The policy as the operation leaves it: an encrypted disk that is given none keeps its filter.
  const willEncrypt = profiles?.length ? encrypting(profiles, rules) : encrypted;
  if (operation === 'attach') {
    // A file that exists keeps its state; it is neither encrypted nor decrypted while it is added.
    const wanted = crypto?.kind === 'encrypt' || (profiles?.length && willEncrypt);
    if (!encrypted && wanted) throw refused('msg.hostd.deviceSpec.add.noencrypt');
    if (crypto && crypto.kind !== 'noOp') throw operationFault(assumed, deviceIndex, crypto.kind, encrypted);
    return undefined;
  }
  if (operation === 'create' && crypto && crypto.kind !== 'encrypt' && crypto.kind !== 'noOp') {
    throw operationFault(assumed, deviceIndex, crypto.kind, false);
  }
  if (crypto?.kind === 'noOp') {
    // Nothing shall happen to the data, yet the policy wants something else of it.
    if (operation === 'create' && willEncrypt)
      throw invalidArgument(`spec.deviceChange[${deviceIndex}].backing.crypto`);
    if (operation === 'edit' && willEncrypt && !encrypted) {
      throw notSupported(assumed.faultTexts['msg.disk.policyChangeFailure'], 'msg.disk.policyChangeFailure');
    }
    return undefined;
  }
  const action = actionOf(crypto, profiles, encrypted, rules);
  if (action === undefined) return undefined;
  if ((action === 'encrypt') === encrypted) throw operationFault(assumed, deviceIndex, action, encrypted);
  // A shallow recryption does not touch the data, so it does not need the policy's word; the others follow it.
  const needsPolicy = action === 'encrypt' || action === 'deepRecrypt' || Boolean(profiles?.length);
  const fits = action === 'decrypt' ? !willEncrypt : !needsPolicy || willEncrypt;
  if (!fits) throw refused('msg.hostd.deviceSpec.enc.badPolicy');
  return action;
}

function operationFault(assumed: CryptoAssumed, deviceIndex: number, kind: CryptoAction, encrypted: boolean) {
  const key =
    encrypted && kind === 'encrypt'
      ? 'msg.hostd.deviceSpec.enc.encrypted'
      : encrypted
        ? undefined
        : 'msg.hostd.deviceSpec.enc.notEncrypted';
  return invalidDeviceOperation(assumed, deviceIndex, key);
}

/**
 * What the VM's own operation does to disks that the spec does not name: nothing (observed, reported by users), or the same
 * (the API's documentation); see `disksInheritCrypto`.
 */
function inherited(
  vm: CryptoVm,
  request: VmCryptoRequest,
  home: CryptoAction | undefined,
  rules: PlanRules,
): PlannedDisk[] {
  if (home === undefined || !rules.assumed.disksInheritCrypto) return [];
  const unnamed = vm.disks.filter((disk) => !request.disks.some(({ diskKey }) => diskKey === disk.key));
  return unnamed
    .filter((disk) => (disk.keyId !== undefined) === (home !== 'encrypt'))
    .map((disk) => ({ deviceIndex: 0, diskKey: disk.key, operation: 'edit', action: home }));
}

/** Whether one of the policies encrypts. */
export function encrypting(profiles: readonly ProfileSpec[] | undefined, rules: PlanRules): boolean {
  return (profiles ?? []).some(({ profileId }) => profileId !== undefined && rules.isEncryptionPolicy(profileId));
}
