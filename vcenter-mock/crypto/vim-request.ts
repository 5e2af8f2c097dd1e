import { isA } from '../vim/kernel/registry.ts';
import type { Data } from '../vim/kernel/values.ts';
import type { DeviceOutcome } from '../virtual-machine/draft.ts';
import { invalidArgument } from './faults.ts';
import type { CryptoKeyId } from './key-id.ts';
import type { CryptoSpec, DiskCryptoRequest, ProfileSpec, VmCryptoRequest } from './vm-crypto-request.ts';

type ConfigSpec = Pick<Data<'VirtualMachineConfigSpec'>, 'vmProfile' | 'crypto'>;

/**
 * The part of a ConfigSpec that touches encryption. Members inside data objects are as the client sent them.
 * @param devices what became of its device changes
 */
export function cryptoRequestOf(spec: ConfigSpec, devices: readonly DeviceOutcome[]): VmCryptoRequest {
  const disks = devices.flatMap(({ index, key, operation, change }): DiskCryptoRequest[] => {
    const path = `spec.deviceChange[${index}].backing`;
    const crypto = cryptoSpecOf(change.backing?.crypto, `${path}.crypto`);
    if (!crypto && !isA(change.device, 'VirtualDisk')) return [];
    const parents: (CryptoSpec | undefined)[] = [];
    for (let below = change.backing?.parent; below; below = below.parent) {
      parents.push(cryptoSpecOf(below.crypto, `${path}.parent.crypto`));
    }
    return [{ deviceIndex: index, diskKey: key, operation, profiles: change.profile?.map(profileOf), crypto, parents }];
  });
  return {
    profiles: spec.vmProfile?.map(profileOf),
    crypto: cryptoSpecOf(spec.crypto, 'spec.crypto'),
    disks,
    addsVtpm: devices.some(({ operation, change }) => operation === 'create' && isA(change.device, 'VirtualTPM')),
  };
}

/** vim25 VirtualMachineProfileSpec as encryption sees it. */
export function profileOf(profile: Data<'VirtualMachineProfileSpec'>): ProfileSpec {
  return isA(profile, 'VirtualMachineDefinedProfileSpec') ? { profileId: profile.profileId } : {};
}

/** vim25 CryptoSpec as encryption sees it. @throws InvalidArgument when a member that it needs is missing */
export function cryptoSpecOf(spec: Data<'CryptoSpec'> | undefined, path: string): CryptoSpec | undefined {
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
