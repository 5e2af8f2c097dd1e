import { isA } from '../vim/kernel/registry.ts';
import type { Data } from '../vim/kernel/values.ts';
import { invalidArgument } from './faults.ts';
import type { CryptoKeyId } from './key-id.ts';
import type { CryptoSpec, DiskCryptoRequest, ProfileSpec, VmCryptoRequest } from './vm-crypto-request.ts';

type ConfigSpec = Data<'VirtualMachineConfigSpec'>;

/**
 * The part of a ConfigSpec that touches encryption. Members inside data objects are as the client sent them.
 * @param addedDisks device keys that the disks got which the spec adds, in order
 */
export function cryptoRequestOf(spec: ConfigSpec, addedDisks: readonly number[] = []): VmCryptoRequest {
  const disks: DiskCryptoRequest[] = [];
  let added = 0;
  for (const [deviceIndex, change] of (spec.deviceChange ?? []).entries()) {
    const crypto = cryptoSpecOf(change.backing?.crypto, `spec.deviceChange[${deviceIndex}].backing.crypto`);
    const profiles = change.profile?.map(profileOf);
    let diskKey: number | undefined = change.device?.key;
    if (change.operation === 'add' && isA(change.device, 'VirtualDisk')) diskKey = addedDisks[added++];
    else if (change.operation !== 'edit') continue;
    if (diskKey !== undefined && (crypto || profiles?.length)) disks.push({ deviceIndex, diskKey, profiles, crypto });
  }
  return { profiles: spec.vmProfile?.map(profileOf), crypto: cryptoSpecOf(spec.crypto, 'spec.crypto'), disks };
}

function profileOf(profile: Data<'VirtualMachineProfileSpec'>): ProfileSpec {
  return isA(profile, 'VirtualMachineDefinedProfileSpec') ? { profileId: profile.profileId } : {};
}

function cryptoSpecOf(spec: Data<'CryptoSpec'> | undefined, path: string): CryptoSpec | undefined {
  if (spec === undefined) return undefined;
  if (isA(spec, 'CryptoSpecEncrypt')) {
    return { kind: 'encrypt', cryptoKeyId: keyOf(spec.cryptoKeyId, `${path}.cryptoKeyId`) };
  }
  if (isA(spec, 'CryptoSpecShallowRecrypt')) {
    return { kind: 'shallowRecrypt', newKeyId: keyOf(spec.newKeyId, `${path}.newKeyId`) };
  }
  if (isA(spec, 'CryptoSpecDeepRecrypt')) {
    return { kind: 'deepRecrypt', newKeyId: keyOf(spec.newKeyId, `${path}.newKeyId`) };
  }
  if (isA(spec, 'CryptoSpecDecrypt')) return { kind: 'decrypt' };
  return { kind: 'noOp' };
}

function keyOf(key: CryptoKeyId | undefined, path: string): CryptoKeyId {
  if (key === undefined) throw invalidArgument(path);
  // documented: an empty key id asks vCenter to make one.
  const id = key.providerId?.id;
  return { keyId: key.keyId ?? '', ...(id ? { providerId: { id } } : {}) };
}
