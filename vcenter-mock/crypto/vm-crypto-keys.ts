import type { CryptoVm } from './inventory.ts';
import type { CryptoKeyId } from './key-id.ts';
import type { CryptoSpec, VmCryptoRequest } from './vm-crypto-request.ts';

/** The key that a crypto spec names. Its `keyId` is empty when vCenter shall make one. documented */
export function keyIn(crypto: CryptoSpec | undefined): CryptoKeyId | undefined {
  if (crypto?.kind === 'encrypt') return crypto.cryptoKeyId;
  return crypto?.kind === 'shallowRecrypt' || crypto?.kind === 'deepRecrypt' ? crypto.newKeyId : undefined;
}

/**
 * The key for everything in a spec that does not name its own: the one that is named anywhere, the VM's for a disk that joins
 * it (as from the UI: documented, vcenter.md 8.3), or a new one.
 * @param joins nothing but disks are encrypted
 */
export function sharedKey(vm: CryptoVm, request: VmCryptoRequest, joins: boolean): CryptoKeyId {
  const named = [request.crypto, ...request.disks.map((disk) => disk.crypto)].flatMap((crypto) => keyIn(crypto) ?? []);
  const complete = named.find(({ keyId }) => keyId !== '');
  if (complete) return complete;
  const ofProvider = named.find(({ providerId }) => providerId);
  return ofProvider ?? (joins ? vm.keyId : undefined) ?? { keyId: '' };
}

/** What a target is encrypted with: the key or the provider that its own spec names, else the shared key. */
export function keyFor(crypto: CryptoSpec | undefined, shared: CryptoKeyId): CryptoKeyId {
  const own = keyIn(crypto);
  return own && (own.keyId !== '' || own.providerId) ? own : shared;
}
