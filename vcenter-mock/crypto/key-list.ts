import { fault } from '../vim/kernel/fault.ts';
import { invalidArgument } from './faults.ts';
import type { VcenterCrypto } from './index.ts';
import type { CryptoHost, CryptoInventory } from './inventory.ts';
import { type CryptoKeyId, keyName, sameKey } from './key-id.ts';
import { allKeysOfVm } from './vm-locks.ts';

/** vim25 CryptoManager.ListKeys: the keys of registered VMs and the host keys, each once. documented */
export function allKeysOf(inventory: CryptoInventory): CryptoKeyId[] {
  const hostKeys = inventory.hosts().flatMap(({ cryptoKeyId }) => (cryptoKeyId ? [cryptoKeyId] : []));
  const keys = [...inventory.vms().flatMap(allKeysOfVm), ...hostKeys];
  return [...new Map(keys.map((key) => [keyName(key), key])).values()];
}

/** Managed object ids of the VMs that use a key, by the key's name: one walk over the inventory for many keys. */
export function vmsByKey(inventory: CryptoInventory): Map<string, string[]> {
  const users = new Map<string, string[]>();
  for (const vm of inventory.vms()) {
    for (const key of allKeysOfVm(vm)) {
      const name = keyName(key);
      const known = users.get(name);
      if (known) known.push(vm.id);
      else users.set(name, [vm.id]);
    }
  }
  return users;
}

/**
 * vim25 CryptoManager.RemoveKey: vCenter forgets a key; the KMS keeps it. documented
 * @param inUse the keys of VMs and hosts
 * @throws ResourceInUse, InvalidArgument (unknown), both only without `force`
 */
export function removeKey(
  crypto: VcenterCrypto,
  inUse: readonly CryptoKeyId[],
  key: CryptoKeyId,
  force: boolean,
): void {
  if (!force && inUse.some((candidate) => sameKey(candidate, key))) throw usedFault(key);
  if (!crypto.hosts.held.delete(key) && !force) throw invalidArgument('key.keyId');
}

/** The same on a host: the key leaves its memory. A VM on it that needs the key is not locked before it is asked for. */
export function removeHostKey(
  crypto: VcenterCrypto,
  inventory: CryptoInventory,
  host: CryptoHost,
  key: CryptoKeyId,
  force: boolean,
): void {
  const mine = inventory.vms().filter(({ hostId }) => hostId === host.id);
  const used = [host.cryptoKeyId, ...mine.flatMap(allKeysOfVm)].some((candidate) => sameKey(candidate, key));
  if (!force && used) throw usedFault(key);
  if (!crypto.hosts.caches.of(host.id).delete(key) && !force) throw invalidArgument('key.keyId');
}

function usedFault(key: CryptoKeyId) {
  return fault('ResourceInUse', `The resource '${key.keyId}' is in use.`, { type: 'CryptoKeyId', name: key.keyId });
}
