import { State } from '../../kmip/index.ts';
import type { Data, ValueOf } from '../vim/kernel/values.ts';
import type { VcenterCrypto } from './index.ts';
import type { CryptoInventory } from './inventory.ts';
import { ProviderFailure } from './key-exchange.ts';
import { type CryptoKeyId, keyName, providerKey, sameKey } from './key-id.ts';
import { vmsByKey } from './key-list.ts';

type KeyStatus = Data<'CryptoManagerKmipCryptoKeyStatus'>;
type Reason = ValueOf<'CryptoManagerKmipCryptoKeyStatusKeyUnavailableReason'>;

/** documented bits of QueryCryptoKeyStatus.checkKeyBitMap; others are ignored. What was not asked for stays unset. */
const bits = { available: 0x01, vms: 0x02, hosts: 0x04, thirdParties: 0x08 };

/** vim25 CryptoManagerKmip.QueryCryptoKeyStatus, key by key. */
export async function keyStatuses(
  crypto: VcenterCrypto,
  inventory: CryptoInventory,
  keyIds: readonly CryptoKeyId[],
  checkKeyBitMap: number,
  cause: number,
): Promise<KeyStatus[]> {
  const asked = (bit: number) => (checkKeyBitMap & bit) !== 0;
  const vms = asked(bits.vms) ? vmsByKey(inventory) : undefined;
  const hosts = asked(bits.hosts) ? inventory.hosts() : undefined;
  const found: KeyStatus[] = [];
  for (const keyId of keyIds) {
    const status: KeyStatus = { keyId };
    if (asked(bits.available)) Object.assign(status, await availability(crypto, keyId, cause));
    if (vms) status.encryptedVMs = (vms.get(keyName(keyId)) ?? []).map((value) => ({ type: 'VirtualMachine', value }));
    if (hosts) {
      const affected = hosts.filter(({ cryptoKeyId }) => sameKey(cryptoKeyId, keyId));
      status.affectedHosts = affected.map(({ id }) => ({ type: 'HostSystem', value: id }));
    }
    // No third party keeps keys here.
    if (asked(bits.thirdParties)) status.referencedByTags = [];
    found.push(status);
  }
  return found;
}

/**
 * Whether vCenter has the key or can fetch it for use. The reasons are those of a real vCenter with a PyKMIP server (observed,
 * vcenter.md 10.2) and the documented ones: KeyStateMissingInCache is a key that names no provider and that vCenter does not
 * hold.
 */
async function availability(
  crypto: VcenterCrypto,
  keyId: CryptoKeyId,
  cause: number,
): Promise<Pick<KeyStatus, 'keyAvailable' | 'reason'>> {
  const named = keyId.providerId?.id;
  const isHeld = crypto.hosts.held.has(keyId);
  if (!named) return isHeld ? { keyAvailable: true } : unavailable('KeyStateMissingInCache');
  const provider = crypto.providers.find(named);
  if (!provider) return unavailable('KeyStateClusterInvalid');
  if (provider.native) return unavailable('KeyStateManagedByNKP');
  if (provider.managementType === 'trustAuthority') return unavailable('KeyStateManagedByTrustAuthority');
  try {
    const state = await crypto.exchange.state(provider, providerKey(keyId.keyId, provider.id), cause);
    const usable = state === undefined || state === State.Active;
    if (usable) return { keyAvailable: true };
    if (state !== State.PreActive) crypto.hosts.foundUnusable(keyId);
    return unavailable('KeyStateNotActiveOrEnabled');
  } catch (error) {
    if (!(error instanceof ProviderFailure)) throw error;
    if (error.isDenied) return unavailable('NoPermissionToAccessKeyProvider');
    if (error.isKeyMissing) return unavailable('KeyStateMissingInKMS');
    return isHeld ? { keyAvailable: true } : unavailable('KeyStateClusterUnreachable');
  }
}

function unavailable(reason: Reason): Pick<KeyStatus, 'keyAvailable' | 'reason'> {
  return { keyAvailable: false, reason };
}
