import { invalidArgument } from '../crypto/faults.ts';
import { cryptoOf } from '../crypto/vim-crypto.ts';
import { addHost } from '../host/membership.ts';
import type { TypedObject } from '../inventory/store.ts';
import type { Call } from '../vcenter.ts';
import { implement } from '../vim/kernel/implementation.ts';
import { isA } from '../vim/kernel/registry.ts';
import { anyValue, type Data } from '../vim/kernel/values.ts';

type Cluster = TypedObject<'ClusterComputeResource'>;
type CryptoConfig = Data<'ClusterCryptoConfigInfo'>;

const mebi = 1024 ** 2;

/**
 * Checks a cluster's mode of encryption; an empty string stands for onDemand. documented
 * @throws InvalidArgument: an unknown mode, an unknown provider, both a key and a provider
 */
function readCryptoConfig(call: Call, { cryptoMode, policy }: CryptoConfig, path: string): CryptoConfig {
  const mode = cryptoMode || 'onDemand';
  if (mode !== 'onDemand' && mode !== 'forceEnable') throw invalidArgument(`${path}cryptoMode`);
  const { keyId, providerId } = policy ?? {};
  if (keyId && providerId) throw invalidArgument(`${path}policy`, 'Only one of keyId and providerId may be set.');
  const provider = providerId?.id ?? keyId?.providerId?.id;
  if (provider !== undefined && !cryptoOf(call.vc).manager.providers.find(provider)) {
    throw invalidArgument(`${path}policy`, `There is no key provider "${provider}".`);
  }
  return { cryptoMode: mode, policy };
}

/** Stores parts of a cluster's configuration; what the spec leaves out stays. */
function configure(cluster: Cluster, changes: Partial<Data<'ClusterConfigInfoEx'>>): void {
  cluster.change('configurationEx', (config) => {
    for (const [name, value] of Object.entries(changes))
      if (value !== undefined) Object.assign(config, { [name]: value });
  });
}

/** ClusterComputeResource: who belongs to it, DRS as far as it moves VMs, and its mode of encryption. vcenter.md A.4 */
export const clusterComputeResource = implement('ClusterComputeResource', {
  methods: {
    async SetCryptoMode(cluster, { cryptoMode, policy }, call) {
      configure(cluster, { cryptoConfig: readCryptoConfig(call, { cryptoMode, policy }, '') });
      await cryptoOf(call.vc).manager.clusters.enforce(call.cause);
    },

    ReconfigureComputeResource_Task: (cluster, { spec, modify }, call) =>
      call.vc.tasks.start({
        method: call.method,
        descriptionId: 'ComputeResource.reconfigureEx',
        entity: cluster,
        user: call.user,
        cause: call.cause,
        exclusive: true,
        run: async (task) => {
          if (!isA(spec, 'ClusterConfigSpecEx')) throw invalidArgument('spec');
          const { cryptoConfig, drsConfig, dasConfig, vmSwapPlacement } = spec;
          // The mode of encryption needs what SetCryptoMode needs. assumed
          if (cryptoConfig) task.require('Cryptographer.RegisterHost', cluster.ref);
          const before = cluster.get('configurationEx') as Data<'ClusterConfigInfoEx'>;
          // documented: with `modify` what the spec leaves out stays, without it gets its default
          const [das, drs] = modify ? [before.dasConfig, before.drsConfig] : [{}, {}];
          const crypto = cryptoConfig && readCryptoConfig(call, cryptoConfig, 'spec.cryptoConfig.');
          configure(cluster, {
            dasConfig: { ...das, ...dasConfig },
            drsConfig: { ...drs, ...drsConfig },
            vmSwapPlacement,
            cryptoConfig: crypto ?? (modify ? before.cryptoConfig : { cryptoMode: 'onDemand' }),
          });
          await cryptoOf(call.vc).manager.clusters.enforce(task.cause);
        },
      }),

    /** What the cluster's hosts and datastores have, and what is used of it. documented */
    GetResourceUsage(cluster, _params, { vc }) {
      const hosts = (cluster.get('host') ?? []).flatMap((ref) => vc.store.get('HostSystem', ref)?.get('summary') ?? []);
      const stores = (cluster.get('datastore') ?? []).flatMap(
        (ref) => vc.store.get('Datastore', ref)?.get('summary') ?? [],
      );
      const sum = <T>(list: readonly T[], of: (one: T) => number | undefined) =>
        Math.round(list.reduce((total, one) => total + (of(one) ?? 0), 0));
      return {
        cpuUsedMHz: sum(hosts, ({ quickStats }) => quickStats.overallCpuUsage),
        cpuCapacityMHz: sum(hosts, ({ hardware }) => hardware && hardware.cpuMhz * hardware.numCpuCores),
        memUsedMB: sum(hosts, ({ quickStats }) => quickStats.overallMemoryUsage),
        memCapacityMB: sum(hosts, ({ hardware }) => hardware && hardware.memorySize / mebi),
        storageUsedMB: sum(stores, ({ capacity, freeSpace }) => (capacity - freeSpace) / mebi),
        storageCapacityMB: sum(stores, ({ capacity }) => capacity / mebi),
      };
    },

    AddHost_Task: (cluster, { spec, asConnected }, call) =>
      call.vc.tasks.start({
        method: call.method,
        descriptionId: 'ClusterComputeResource.addHost',
        entity: cluster,
        user: call.user,
        cause: call.cause,
        run: async (task) => anyValue('ref HostSystem', (await addHost(call.vc, cluster, spec, asConnected, task)).ref),
      }),
  },
});
