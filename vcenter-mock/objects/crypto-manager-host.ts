import type { CryptoHost } from '../crypto/index.ts';
import { removeHostKey } from '../crypto/key-list.ts';
import { readPlainKey } from '../crypto/key-plain.ts';
import { keyResult } from '../crypto/key-result.ts';
import { cryptoOf, type VimCrypto } from '../crypto/vim-crypto.ts';
import { requireConnected } from '../host/state.ts';
import type { Host } from '../inventory/inventory.ts';
import type { ManagedObject } from '../inventory/store.ts';
import type { Call } from '../vcenter.ts';
import { fault } from '../vim/kernel/fault.ts';
import { implement } from '../vim/kernel/implementation.ts';
import { sameRef } from '../vim/kernel/values.ts';

/**
 * The host whose configManager.cryptoManager is this object, for the inventory and for encryption.
 * @throws HostNotConnected
 */
function hostOf(object: ManagedObject, { vc }: Call): { crypto: VimCrypto; host: Host; facts: CryptoHost } {
  const crypto = cryptoOf(vc);
  const host = vc.inventory.hosts.find((candidate) =>
    sameRef(candidate.get('configManager').cryptoManager, object.ref),
  );
  if (!host) throw fault('ManagedObjectNotFound', vc.assumed.objectNotFound, { obj: object.ref });
  requireConnected(vc, host);
  return { crypto, host, facts: crypto.inventory.hostFacts(host) };
}

/** CryptoManagerHost (and CryptoManagerHostKMS): the encryption mode and the key memory of one host. vcenter.md A.1 */
export const cryptoManagerHost = implement('CryptoManagerHost', {
  methods: {
    CryptoManagerHostPrepare(object, _params, call) {
      const { crypto, facts } = hostOf(object, call);
      crypto.manager.hosts.prepare(facts, call.cause);
    },

    CryptoManagerHostEnable(object, { initialKey }, call) {
      const { crypto, facts } = hostOf(object, call);
      const { keyId, material } = readPlainKey(initialKey, 'initialKey');
      crypto.manager.hosts.enable(facts, keyId, material, call.cause);
    },

    ChangeKey_Task(object, { newKey }, call) {
      const { host } = hostOf(object, call);
      return call.vc.tasks.start({
        method: call.method,
        descriptionId: 'encryption.CryptoManagerHost.changeKey',
        entity: host,
        user: call.user,
        cause: call.cause,
        run: async (task) => {
          const { crypto, facts } = hostOf(object, call);
          const { keyId, material } = readPlainKey(newKey, 'newKey');
          crypto.manager.hosts.changeKey(facts, keyId, material, task.cause);
        },
      });
    },

    CryptoManagerHostDisable(object, _params, call) {
      const { crypto, facts } = hostOf(object, call);
      crypto.manager.hosts.disable(facts);
    },

    GetCryptoKeyStatus(object, { keys }, call) {
      const { crypto, host } = hostOf(object, call);
      const cache = crypto.manager.hosts.caches.of(host.ref.value);
      return (keys ?? []).map((keyId) => {
        const present = cache.has(keyId);
        // A key that vCenter sent is managed outside of the host; what the host says of a key it does not have is unknown. assumed
        return { keyId, present, managementType: present ? 'external' : 'unknown' };
      });
    },

    AddKey(object, { key }, call) {
      const { crypto, facts } = hostOf(object, call);
      const { keyId, material } = readPlainKey(key, 'key');
      crypto.manager.hosts.addToHost(facts, keyId, material, call.cause);
    },

    AddKeys(object, { keys }, call) {
      const { crypto, facts } = hostOf(object, call);
      crypto.manager.hosts.requireSafe(facts);
      return (keys ?? []).map((key, index) =>
        keyResult(key.keyId, () => {
          const { keyId, material } = readPlainKey(key, `keys[${index}]`);
          crypto.manager.hosts.addToHost(facts, keyId, material, call.cause);
        }),
      );
    },

    RemoveKey(object, { key, force }, call) {
      const { crypto, facts } = hostOf(object, call);
      removeHostKey(crypto.manager, crypto.inventory, facts, key, force);
    },

    RemoveKeys(object, { keys, force }, call) {
      const { crypto, facts } = hostOf(object, call);
      return (keys ?? []).map((key) =>
        keyResult(key, () => removeHostKey(crypto.manager, crypto.inventory, facts, key, force)),
      );
    },

    /** documented: the keys in the host's memory */
    ListKeys(object, { limit }, call) {
      const { crypto, host } = hostOf(object, call);
      const keys = crypto.manager.hosts.caches.of(host.ref.value).ids();
      return limit === undefined || limit < 0 ? keys : keys.slice(0, limit);
    },
  },
});
