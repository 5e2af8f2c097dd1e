import { invalidArgument } from '../crypto/faults.ts';
import { attributesIn, generateKey, noDefaultProvider, setKeyAttributes } from '../crypto/generate-key.ts';
import type { KeyProvider } from '../crypto/index.ts';
import { allKeysOf, removeKey } from '../crypto/key-list.ts';
import { readPlainKey } from '../crypto/key-plain.ts';
import { checkAddress } from '../crypto/key-providers.ts';
import { keyResult } from '../crypto/key-result.ts';
import { keyStatuses } from '../crypto/key-status.ts';
import { cryptoOf, scopeOf, type VimCrypto } from '../crypto/vim-crypto.ts';
import type { ManagedObject } from '../inventory/store.ts';
import type { Vcenter } from '../vcenter.ts';
import { fault } from '../vim/kernel/fault.ts';
import { implement } from '../vim/kernel/implementation.ts';
import { isSubtype } from '../vim/kernel/registry.ts';
import { anyValue, type Data, type Ref } from '../vim/kernel/values.ts';

/** documented bits of ListKmsClusters.managementTypeFilter and statusFilter */
/** 0x04 is for trusted key providers that are not registered here: there are none. */
const managementTypeBits: Record<string, number> = { vCenter: 0x01, trustAuthority: 0x02, nativeProvider: 0x08 };
const statusBits = { active: 0x01, inactive: 0x02 };

/**
 * The provider that a KeyProviderId names, for what is about its servers and certificates.
 * @throws RuntimeFault "Invalid cluster ID"; NotSupported for a native one, which has neither (both assumed)
 */
function providerOf(vc: Vcenter, id: Data<'KeyProviderId'>): KeyProvider {
  const provider = cryptoOf(vc).manager.providers.get(id.id);
  if (provider.native) throw fault('NotSupported', vc.assumed.notSupported);
  return provider;
}

/** The default provider of an entity, or of what contains it. documented */
function inheritedDefault(vc: Vcenter, crypto: VimCrypto, entity: ManagedObject) {
  const scopes = [entity, ...vc.inventory.ancestors(entity)].map(({ ref }) => scopeOf(ref));
  return crypto.manager.providers.default(scopes);
}

function entityAt(vc: Vcenter, reference: Ref): ManagedObject {
  const entity = vc.store.find(reference);
  if (!entity) throw fault('ManagedObjectNotFound', vc.assumed.objectNotFound, { obj: reference });
  return entity;
}

/** documented: a default is set on a cluster or a host folder, or for all. */
function checkDefaultScope(vc: Vcenter, reference: Ref): void {
  const entity = entityAt(vc, reference);
  const isHostFolder = entity.type === 'Folder' && (entity.read('childType') as string[]).includes('ComputeResource');
  if (!isHostFolder && !isSubtype(entity.type, 'ComputeResource')) throw invalidArgument('entity');
}

/** 9.0 knows raw and wrapped keys (KmipClusterInfoKeyType); wrapped ones are not simulated. */
function checkRawKey(vc: Vcenter, keyType: string | undefined, path: string): void {
  if (keyType === undefined || keyType === '' || keyType === 'rawKey') return;
  if (keyType === 'wrappedKey') throw fault('NotSupported', vc.assumed.notSupported);
  throw invalidArgument(path);
}

function checkKeyType(vc: Vcenter, { defaultKeyType, keySpec }: Data<'KmipServerSpec'>): void {
  checkRawKey(vc, defaultKeyType, 'server.defaultKeyType');
  // Both kinds of key spec are about wrapping keys.
  if (keySpec) throw fault('NotSupported', vc.assumed.notSupported);
}

/** CryptoManagerKmip, with the methods of its base CryptoManager. vcenter.md 6 and A.1 */
export const cryptoManagerKmip = implement('CryptoManagerKmip', {
  methods: {
    RegisterKmipServer(_object, { server }, { vc, cause }) {
      // Members of data objects are as the client sent them.
      if (!server.clusterId) throw invalidArgument('server.clusterId');
      if (!server.info) throw invalidArgument('server.info');
      checkKeyType(vc, server);
      cryptoOf(vc).manager.registerServer(server, cause);
    },

    UpdateKmipServer(_object, { server }, { vc, cause }) {
      if (!server.clusterId) throw invalidArgument('server.clusterId');
      if (!server.info) throw invalidArgument('server.info');
      checkKeyType(vc, server);
      cryptoOf(vc).manager.updateServer(server, cause);
    },

    RemoveKmipServer(_object, { clusterId, serverName }, { vc, cause }) {
      cryptoOf(vc).manager.removeServer(clusterId.id, serverName, cause);
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
      const { providers } = cryptoOf(vc).manager;
      providers.setDefault(providers.get(clusterId.id).id);
    },

    SetDefaultKmsCluster(_object, { entity, clusterId }, { vc }) {
      if (entity) checkDefaultScope(vc, entity);
      const { providers } = cryptoOf(vc).manager;
      // What clears a default is that no provider is given, not one without an id.
      providers.setDefault(clusterId && providers.get(clusterId.id).id, entity && scopeOf(entity));
    },

    GetDefaultKmsCluster(_object, { entity, defaultsToParent }, { vc }) {
      const crypto = cryptoOf(vc);
      const { providers } = crypto.manager;
      const place = entity && entityAt(vc, entity);
      const provider = !place
        ? providers.default()
        : defaultsToParent
          ? inheritedDefault(vc, crypto, place)
          : providers.entityDefault(scopeOf(place.ref));
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
          // Clients send partial objects: the cluster's id and the servers' names count. observed
          const asked = clusters?.length
            ? clusters.map(({ clusterId, servers }) => ({ provider: providers.get(clusterId?.id), servers }))
            : providers.all().map((provider) => ({ provider, servers: undefined }));
          const found = [];
          for (const { provider, servers } of asked) {
            found.push(
              await status.measure(
                provider,
                task.cause,
                servers?.map(({ name }) => name ?? ''),
              ),
            );
          }
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
      checkAddress(info.address, 'server.address');
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

    GenerateKey(_object, { keyProvider, spec, keySpec }, { vc, cause }) {
      const { manager } = cryptoOf(vc);
      checkRawKey(vc, keySpec?.keyType, 'keySpec.keyType');
      const provider = keyProvider ? manager.providers.get(keyProvider.id) : manager.providers.default();
      if (!provider) throw noDefaultProvider(manager);
      return generateKey(manager, provider, attributesIn(spec), cause);
    },

    SetKeyCustomAttributes(_object, { keyId, spec }, { vc, cause }) {
      const { manager } = cryptoOf(vc);
      const provider = manager.providers.get(keyId.providerId?.id ?? manager.providers.default()?.id);
      const key = { keyId: keyId.keyId, providerId: { id: provider.id } };
      return setKeyAttributes(manager, provider, key, attributesIn(spec), cause);
    },

    QueryCryptoKeyStatus(_object, { keyIds, checkKeyBitMap }, { vc, cause }) {
      const { manager, inventory } = cryptoOf(vc);
      return keyStatuses(manager, inventory, keyIds ?? [], checkKeyBitMap, cause);
    },

    ListKeys(_object, { limit }, { vc }) {
      const keys = allKeysOf(cryptoOf(vc).inventory);
      return limit === undefined || limit < 0 ? keys : keys.slice(0, limit);
    },

    AddKey(_object, { key }, { vc }) {
      const { keyId, material } = readPlainKey(key, 'key');
      cryptoOf(vc).manager.hosts.addPlain(keyId, material);
    },

    AddKeys: (_object, { keys }, { vc }) =>
      (keys ?? []).map((key, index) =>
        keyResult(key.keyId, () => {
          const { keyId, material } = readPlainKey(key, `keys[${index}]`);
          cryptoOf(vc).manager.hosts.addPlain(keyId, material);
        }),
      ),

    RemoveKey(_object, { key, force }, { vc }) {
      const { manager, inventory } = cryptoOf(vc);
      removeKey(manager, allKeysOf(inventory), key, force);
    },

    RemoveKeys(_object, { keys, force }, { vc }) {
      const { manager, inventory } = cryptoOf(vc);
      const inUse = allKeysOf(inventory);
      return (keys ?? []).map((key) => keyResult(key, () => removeKey(manager, inUse, key, force)));
    },
  },
});

/** A provider is active when one of its servers passes the health check; a native one as soon as it is backed up (assumed). */
async function isActive(vc: Vcenter, provider: KeyProvider, cause: number): Promise<boolean> {
  if (provider.native) return provider.native.hasBackup;
  const { status } = cryptoOf(vc).manager;
  for (const server of provider.servers) {
    const { failure } = await status.healthCheck(provider, server, cause);
    if (!failure) return true;
  }
  return false;
}
