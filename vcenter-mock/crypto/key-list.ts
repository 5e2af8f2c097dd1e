import { fault } from '../vim/kernel/fault.ts';
import { invalidArgument } from './faults.ts';
import type { VcenterCrypto } from './index.ts';
import type { CryptoInventory } from './inventory.ts';
import { type CryptoKeyId, keyName, sameKey } from './key-id.ts';
import { keysOf } from './vm-locks.ts';

/** vim25 CryptoManager.ListKeys: the keys of registered VMs and the host keys, each once. documented */
export function allKeysOf(inventory: CryptoInventory): CryptoKeyId[] {
  const hostKeys = inventory.hosts().flatMap(({ cryptoKeyId }) => (cryptoKeyId ? [cryptoKeyId] : []));
  const keys = [...inventory.vms().flatMap(keysOf), ...hostKeys];
  return [...new Map(keys.map((key) => [keyName(key), key])).values()];
}

/**
 * vim25 CryptoManager.RemoveKey: vCenter forgets a key; the KMS keeps it. documented
 * @throws InvalidArgument (unknown), ResourceInUse (used), both only without `force`
 */
export function removeKey(crypto: VcenterCrypto, inventory: CryptoInventory, key: CryptoKeyId, force: boolean): void {
  const used = allKeysOf(inventory).some((candidate) => sameKey(candidate, key));
  if (!force && used) {
    throw fault('ResourceInUse', `The resource '${key.keyId}' is in use.`, { type: 'CryptoKeyId', name: key.keyId });
  }
  if (!force && !crypto.hosts.held.has(key)) throw invalidArgument('key');
  crypto.hosts.held.delete(key);
}
