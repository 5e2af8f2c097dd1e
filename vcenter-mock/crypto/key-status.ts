import { State } from '../../kmip/index.ts';
import type { Data } from '../vim/kernel/values.ts';
import type { VcenterCrypto } from './index.ts';
import type { CryptoInventory } from './inventory.ts';
import { ProviderFailure } from './key-exchange.ts';
import { type CryptoKeyId, providerKey, sameKey } from './key-id.ts';
import { keysOf } from './vm-locks.ts';

type KeyStatus = Data<'CryptoManagerKmipCryptoKeyStatus'>;

/** documented bits of QueryCryptoKeyStatus.checkKeyBitMap; third parties (0x08) have no keys here. */
const bits = { available: 0x01, vms: 0x02, hosts: 0x04 };

/** vim25 CryptoManagerKmip.QueryCryptoKeyStatus for one key. */
export async function keyStatusOf(
  crypto: VcenterCrypto,
  inventory: CryptoInventory,
  keyId: CryptoKeyId,
  checkKeyBitMap: number,
  cause: number,
): Promise<KeyStatus> {
  const status: KeyStatus = { keyId };
  if (checkKeyBitMap & bits.available) Object.assign(status, await availability(crypto, keyId, cause));
  if (checkKeyBitMap & bits.vms) {
    const vms = inventory.vms().filter((vm) => keysOf(vm).some((key) => sameKey(key, keyId)));
    status.encryptedVMs = vms.map(({ id }) => ({ type: 'VirtualMachine', value: id }));
  }
  if (checkKeyBitMap & bits.hosts) {
    const hosts = inventory.hosts().filter(({ cryptoKeyId }) => sameKey(cryptoKeyId, keyId));
    status.affectedHosts = hosts.map(({ id }) => ({ type: 'HostSystem', value: id }));
  }
  return status;
}

/** The reasons are those of a real vCenter with a PyKMIP server. observed (vcenter.md 10.2) */
async function availability(
  crypto: VcenterCrypto,
  keyId: CryptoKeyId,
  cause: number,
): Promise<Pick<KeyStatus, 'keyAvailable' | 'reason'>> {
  const provider = crypto.providers.find(keyId.providerId?.id ?? crypto.providers.default()?.id);
  if (!provider) return { keyAvailable: false, reason: 'KeyStateClusterInvalid' };
  try {
    const state = await crypto.exchange.state(provider, providerKey(keyId.keyId, provider.id), cause);
    return state === undefined || state === State.Active
      ? { keyAvailable: true }
      : { keyAvailable: false, reason: 'KeyStateNotActiveOrEnabled' };
  } catch (error) {
    if (!(error instanceof ProviderFailure)) throw error;
    if (error.isKeyMissing) return { keyAvailable: false, reason: 'KeyStateMissingInKMS' };
    return crypto.hosts.held.has(keyId)
      ? { keyAvailable: true }
      : { keyAvailable: false, reason: 'KeyStateClusterUnreachable' };
  }
}
