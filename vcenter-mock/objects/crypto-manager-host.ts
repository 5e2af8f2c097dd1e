import { cryptoOf } from '../crypto/vim-crypto.ts';
import type { Host } from '../inventory/inventory.ts';
import type { ManagedObject } from '../inventory/store.ts';
import type { Call } from '../vcenter.ts';
import { fault } from '../vim/kernel/fault.ts';
import { implement } from '../vim/kernel/implementation.ts';
import { sameRef } from '../vim/kernel/values.ts';

/** The host whose configManager.cryptoManager is this object. */
function hostOf(object: ManagedObject, { vc }: Call): Host {
  const host = vc.inventory.hosts.find((candidate) =>
    sameRef(candidate.get('configManager').cryptoManager, object.ref),
  );
  if (!host) throw fault('ManagedObjectNotFound', vc.assumed.objectNotFound, { obj: object.ref });
  return host;
}

/** CryptoManagerHost (and CryptoManagerHostKMS): the encryption mode of one host. vcenter.md A.1 */
export const cryptoManagerHost = implement('CryptoManagerHost', {
  methods: {
    CryptoManagerHostPrepare(object, _params, call) {
      const crypto = cryptoOf(call.vc);
      crypto.manager.hosts.prepare(crypto.inventory.hostFacts(hostOf(object, call)));
    },

    CryptoManagerHostEnable(object, { initialKey }, call) {
      const crypto = cryptoOf(call.vc);
      const material = Buffer.from(initialKey.keyData, 'base64');
      const host = crypto.inventory.hostFacts(hostOf(object, call));
      crypto.manager.hosts.enable(host, initialKey.keyId, material, call.cause);
    },

    CryptoManagerHostDisable(object, _params, call) {
      const crypto = cryptoOf(call.vc);
      crypto.manager.hosts.disable(crypto.inventory.hostFacts(hostOf(object, call)));
    },

    GetCryptoKeyStatus(object, { keys }, call) {
      const crypto = cryptoOf(call.vc);
      const cache = crypto.manager.hosts.caches.of(hostOf(object, call).ref.value);
      return (keys ?? []).map((keyId) => ({ keyId, present: cache.has(keyId), managementType: 'internal' }));
    },
  },
});
