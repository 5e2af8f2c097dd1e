import { keyExchangeFault, ProviderFailure } from '../crypto/index.ts';
import { readPlainKey } from '../crypto/key-plain.ts';
import { cryptoOf } from '../crypto/vim-crypto.ts';
import { requireConnected } from '../host/state.ts';
import { implement } from '../vim/kernel/implementation.ts';

/** The encryption methods of HostSystem. vcenter.md A.4 */
export const hostSystemCrypto = implement('HostSystem', {
  methods: {
    PrepareCrypto(host, _params, { vc, cause }) {
      requireConnected(vc, host);
      const crypto = cryptoOf(vc);
      crypto.manager.hosts.prepare(crypto.inventory.hostFacts(host), cause);
    },

    EnableCrypto(host, { keyPlain }, { vc, cause }) {
      requireConnected(vc, host);
      const crypto = cryptoOf(vc);
      const { keyId, material } = readPlainKey(keyPlain, 'keyPlain');
      crypto.manager.hosts.enable(crypto.inventory.hostFacts(host), keyId, material, cause);
    },

    async ConfigureCryptoKey(host, { keyId }, { vc, cause }) {
      requireConnected(vc, host);
      const { manager, inventory } = cryptoOf(vc);
      try {
        await manager.hosts.configureKey(inventory.hostFacts(host), keyId, cause);
        // documented: it also unlocks the encrypted VMs of the host
        await manager.locks.unlockOn(host.ref.value, cause);
      } catch (error) {
        throw error instanceof ProviderFailure ? keyExchangeFault(error, manager.assumed) : error;
      }
    },
  },
});
