import { invalidArgument } from '../crypto/faults.ts';
import { generateKey, noDefaultProvider } from '../crypto/generate-key.ts';
import { type KeyProvider, ProviderFailure } from '../crypto/index.ts';
import { allKeysOf, removeKey } from '../crypto/key-list.ts';
import { keyStatusOf } from '../crypto/key-status.ts';
import { cryptoOf, scopeOf, type VimCrypto } from '../crypto/vim-crypto.ts';
import type { Vcenter } from '../vcenter.ts';
import { fault, VimFault } from '../vim/kernel/fault.ts';
import { implement } from '../vim/kernel/implementation.ts';
import { anyValue, type Data } from '../vim/kernel/values.ts';

/** documented bits of ListKmsClusters.managementTypeFilter and statusFilter */
const managementTypeBits: Record<string, number> = { vCenter: 0x01, trustAuthority: 0x02, nativeProvider: 0x08 };
const statusBits = { active: 0x01, inactive: 0x02 };

/** The provider that a KeyProviderId names. @throws RuntimeFault "Invalid cluster ID" (assumed) */
function providerOf(vc: Vcenter, id: Data<'KeyProviderId'>): KeyProvider {
  return cryptoOf(vc).manager.providers.get(id.id);
}

/** The default provider of an entity, or of what contains it. documented */
function inheritedDefault(vc: Vcenter, crypto: VimCrypto, reference: { type: string; value: string }) {
  const entity = vc.store.find(reference);
  const above = entity ? vc.inventory.ancestors(entity).map(({ ref }) => scopeOf(ref)) : [];
  return crypto.manager.providers.default([scopeOf(reference), ...above]);
}

/** CryptoManagerKmip, with the methods of its base CryptoManager. vcenter.md 6 and A.1 */
export const cryptoManagerKmip = implement('CryptoManagerKmip', {
  methods: {
    RegisterKmipServer(_object, { server }, { vc, cause }) {
      // Members of data objects are as the client sent them.
      if (!server.clusterId) throw invalidArgument('server.clusterId');
      if (!server.info) throw invalidArgument('server.info');
      cryptoOf(vc).manager.registerServer(server, cause);
    },

    UpdateKmipServer(_object, { server }, { vc }) {
      if (!server.clusterId) throw invalidArgument('server.clusterId');
      if (!server.info) throw invalidArgument('server.info');
      cryptoOf(vc).manager.providers.update(server);
    },

    RemoveKmipServer(_object, { clusterId, serverName }, { vc }) {
      cryptoOf(vc).manager.providers.remove(clusterId.id, serverName);
    },

    ListKmipServers: (_object, { limit }, { vc }) => cryptoOf(vc).clusters(limit),

    async ListKmsClusters(_object, { includeKmsServers, managementTypeFilter, statusFilter }, { vc, cause }) {
      const crypto = cryptoOf(vc);
      const found: Data<'KmipClusterInfo'>[] = [];
      for (const cluster of crypto.clusters()) {
        const bit = managementTypeBits[cluster.managementType ?? ''] ?? 0;
        if (managementTypeFilter !== undefined && managementTypeFilter !== -1 && !(managementTypeFilter & bit))
          continue;
        if (statusFilter !== undefined && statusFilter !== -1) {
          const active = await isActive(vc, crypto.manager.providers.get(cluster.clusterId.id), cause);
          if (!(statusFilter & (active ? statusBits.active : statusBits.inactive))) continue;
        }
        found.push(includeKmsServers ? cluster : { ...cluster, servers: undefined });
      }
      return found;
    },

    MarkDefault(_object, { clusterId }, { vc }) {
      cryptoOf(vc).manager.providers.setDefault(clusterId.id);
    },

    SetDefaultKmsCluster(_object, { entity, clusterId }, { vc }) {
      cryptoOf(vc).manager.providers.setDefault(clusterId?.id, entity && scopeOf(entity));
    },

    GetDefaultKmsCluster(_object, { entity, defaultsToParent }, { vc }) {
      const crypto = cryptoOf(vc);
      const { providers } = crypto.manager;
      const provider = !entity
        ? providers.default()
        : defaultsToParent
          ? inheritedDefault(vc, crypto, entity)
          : providers.entityDefault(scopeOf(entity));
      return provider && { id: provider.id };
    },

    IsKmsClusterActive(_object, { cluster }, { vc, cause }) {
      const { providers } = cryptoOf(vc).manager;
      const provider = cluster ? providers.find(cluster.id) : providers.default();
      if (!provider) throw invalidArgument('cluster');
      return isActive(vc, provider, cause);
    },

    RegisterKmsCluster(_object, { clusterId, managementType }, { vc }) {
      cryptoOf(vc).manager.providers.registerCluster(clusterId.id, managementType);
    },

    UnregisterKmsCluster(_object, { clusterId }, { vc }) {
      cryptoOf(vc).manager.providers.unregisterCluster(clusterId.id);
    },

    RetrieveKmipServersStatus_Task(_object, { clusters }, { vc, method, user, cause }) {
      const { providers, status } = cryptoOf(vc).manager;
      return vc.tasks.start({
        method,
        descriptionId: 'encryption.CryptoManagerKmip.retrieveKmipServersStatus',
        // TaskInfo.entity is a ManagedEntity, which a CryptoManagerKmip is not.
        user,
        cause,
        run: async (task) => {
          // Clients send partial objects: only the id counts.
          const asked = clusters?.length
            ? clusters.map(({ clusterId }) => providers.get(clusterId?.id))
            : providers.all();
          const found = [];
          for (const provider of asked) found.push(await status.measure(provider, task.cause));
          return anyValue('CryptoManagerKmipClusterStatus[]', found);
        },
      });
    },

    RetrieveKmipServerCert(_object, { keyProvider, server }, { vc, cause }) {
      const { providers, trust } = cryptoOf(vc).manager;
      const provider = providers.find(keyProvider.id);
      // Clients send the name of a registered server alone, or the whole address of one to come.
      const known = provider?.servers.find(({ info }) => info.name === server.name)?.info;
      const info = server.address ? server : known;
      if (!info) throw invalidArgument('server.address');
      return trust.retrieveServerCertificate(provider, { ...info, port: info.port || 5696 }, cause);
    },

    UploadKmipServerCert(_object, { cluster, certificate }, { vc, cause }) {
      cryptoOf(vc).manager.trust.uploadServerCertificate(providerOf(vc, cluster), certificate, cause);
    },

    UploadClientCert(_object, { cluster, certificate, privateKey }, { vc, cause }) {
      cryptoOf(vc).manager.trust.uploadClientCertificate(providerOf(vc, cluster), certificate, privateKey, cause);
    },

    RetrieveClientCert: (_object, { cluster }, { vc }) => providerOf(vc, cluster).identity?.certificatePem ?? '',

    GenerateSelfSignedClientCert: (_object, { cluster, request }, { vc }) =>
      cryptoOf(vc).manager.trust.generateSelfSigned(providerOf(vc, cluster), request),

    RetrieveSelfSignedClientCert: (_object, { cluster }, { vc }) =>
      providerOf(vc, cluster).selfSigned?.certificatePem ?? '',

    UpdateSelfSignedClientCert(_object, { cluster, certificate }, { vc, cause }) {
      cryptoOf(vc).manager.trust.updateSelfSigned(providerOf(vc, cluster), certificate, cause);
    },

    GenerateClientCsr: (_object, { cluster, request }, { vc }) =>
      cryptoOf(vc).manager.trust.generateCsr(providerOf(vc, cluster), request),

    RetrieveClientCsr: (_object, { cluster }, { vc }) => providerOf(vc, cluster).csr?.csrPem ?? '',

    UpdateKmsSignedCsrClientCert(_object, { cluster, certificate }, { vc, cause }) {
      cryptoOf(vc).manager.trust.updateSignedCsr(providerOf(vc, cluster), certificate, cause);
    },

    GenerateKey(_object, { keyProvider, spec }, { vc, cause }) {
      const { manager } = cryptoOf(vc);
      const provider = keyProvider ? manager.providers.get(keyProvider.id) : manager.providers.default();
      if (!provider) throw noDefaultProvider(manager);
      return generateKey(manager, provider, spec?.attributes ?? [], cause);
    },

    async SetKeyCustomAttributes(_object, { keyId, spec }, { vc, cause }) {
      const { manager } = cryptoOf(vc);
      const provider = manager.providers.get(keyId.providerId?.id ?? manager.providers.default()?.id);
      const key = { keyId: keyId.keyId, providerId: { id: provider.id } };
      const values = Object.fromEntries((spec.attributes ?? []).map(({ key: name, value }) => [name, value]));
      try {
        await manager.exchange.setAttributes(provider, key, values, cause);
        return { keyId: key, success: true };
      } catch (error) {
        if (!(error instanceof ProviderFailure)) throw error;
        return { keyId: key, success: false, reason: error.message };
      }
    },

    async QueryCryptoKeyStatus(_object, { keyIds, checkKeyBitMap }, { vc, cause }) {
      const crypto = cryptoOf(vc);
      const found: Data<'CryptoManagerKmipCryptoKeyStatus'>[] = [];
      for (const keyId of keyIds ?? []) {
        found.push(await keyStatusOf(crypto.manager, crypto.inventory, keyId, checkKeyBitMap, cause));
      }
      return found;
    },

    ListKeys(_object, { limit }, { vc }) {
      const keys = allKeysOf(cryptoOf(vc).inventory);
      return limit === undefined || limit < 0 ? keys : keys.slice(0, limit);
    },

    AddKey(_object, { key }, { vc }) {
      cryptoOf(vc).manager.hosts.addPlain(key.keyId, key.keyData);
    },

    AddKeys: (_object, { keys }, { vc }) =>
      (keys ?? []).map(({ keyId, keyData }) =>
        resultOf(keyId, () => cryptoOf(vc).manager.hosts.addPlain(keyId, keyData)),
      ),

    RemoveKey(_object, { key, force }, { vc }) {
      const crypto = cryptoOf(vc);
      removeKey(crypto.manager, crypto.inventory, key, force);
    },

    RemoveKeys(_object, { keys, force }, { vc }) {
      const crypto = cryptoOf(vc);
      return (keys ?? []).map((key) => resultOf(key, () => removeKey(crypto.manager, crypto.inventory, key, force)));
    },
  },
});

/** A provider is active when one of its servers passes the health check. */
async function isActive(vc: Vcenter, provider: KeyProvider, cause: number): Promise<boolean> {
  const { status } = cryptoOf(vc).manager;
  for (const server of provider.servers) {
    const { failure } = await status.healthCheck(provider, server, cause);
    if (!failure) return true;
  }
  return false;
}

/** The result for one key of several: its fault, if any, is part of it. */
function resultOf(keyId: Data<'CryptoKeyId'>, action: () => void): Data<'CryptoKeyResult'> {
  try {
    action();
    return { keyId, success: true };
  } catch (error) {
    const failure =
      error instanceof VimFault ? error : fault('SystemError', 'A general system error occurred', { reason: '' });
    return { keyId, success: false, reason: failure.message, fault: failure.localized };
  }
}
